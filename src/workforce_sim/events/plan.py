"""The plan's part of a year: enrollment, deferral rates, contributions, accounts; in that order.

Chapters: ``docs/model/enrollment.md``, ``docs/model/contributions.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workforce_sim.context import Context, Employed
from workforce_sim.dates import NEVER
from workforce_sim.events import account, contribution, deferral, enrollment, look_back
from workforce_sim.events.account import Accounts
from workforce_sim.events.contribution import Contributions
from workforce_sim.events.deferral import Deferrers
from workforce_sim.events.earnings import Pay
from workforce_sim.events.enrollment import Enrollments
from workforce_sim.events.plan_pay import PlanPay
from workforce_sim.events.termination import Leavers
from workforce_sim.frames import Events, PlanColumns
from workforce_sim.monitor import Clock
from workforce_sim.staff import Flags, Staff, group_sums
from workforce_sim.summary import UsedForfeitures


@dataclass(frozen=True)
class PlanOutcome:
    """Everything the plan decided in a year.

    Attributes:
        happened: its ledger rows.
        changed: columns of the staff as the year leaves them.
        columns: columns of the snapshot.
        used: forfeitures used.
        forfeitures: the account of forfeitures at the end of the year, by replicate.
    """

    happened: list[Events]
    changed: dict[str, NDArray[Any]]
    columns: PlanColumns
    used: UsedForfeitures
    forfeitures: list[int]


def decide(pay: Pay, leavers: Leavers, forfeitures: list[int], context: Context, clock: Clock) -> PlanOutcome:
    """Return the plan's part of the year; ``forfeitures`` is the account at the opening, by replicate."""
    employed = pay.employed
    with clock("enrollment"):
        joined = enrollment.decide(pay, context)
        found = deferral.decide(pay, joined, context)
    with clock("contributions"):
        paid = contribution.decide(PlanPay(pay, found, context), forfeitures)
        accounts = account.decide(employed, leavers, paid, context)
    happened = [*enrollment.record(joined), *deferral.record(found), account.record(accounts, leavers)]
    return PlanOutcome(
        happened,
        {
            **_changed(employed.staff, joined, found),
            "match_balance": accounts.match,
            "nonelective_balance": accounts.nonelective,
            **look_back.decide(pay.earned, employed.staff, employed.last_day, context.year, context.assumptions),
        },
        _columns(paid, accounts, _highly_compensated(employed, context)),
        UsedForfeitures(paid.forfeitures_used, lowers_cost=context.config.plan.forfeitures != "expenses"),
        _forfeitures(forfeitures, paid, accounts, employed.staff),
    )


def _columns(paid: Contributions, accounts: Accounts, highly_compensated: Flags) -> PlanColumns:
    return PlanColumns(
        plan_compensation=paid.compensation,
        testing_compensation=paid.testing_compensation,
        pre_tax=paid.deferral - paid.roth,
        roth=paid.roth,
        catch_up=paid.catch_up,
        match=paid.match,
        nonelective=paid.nonelective,
        match_balance=accounts.match,
        nonelective_balance=accounts.nonelective,
        vested_share_match=accounts.match_share,
        vested_share_nonelective=accounts.nonelective_share,
        forfeited=accounts.forfeited,
        hce=highly_compensated,
        excess_415=paid.excess,
    )


def _changed(staff: Staff, joined: Enrollments, found: Deferrers) -> dict[str, NDArray[Any]]:
    """Return the columns that enrollment and deferral rates change."""
    names = ("deferral", "automatic", "enrolled", "enrolled_year", "follows")
    new = {name: getattr(staff, name).copy() for name in names}
    new["deferral"][found.rows] = found.rate
    new["enrolled_year"][found.rows] = found.enrolled_year
    new["follows"][found.rows] = found.follows
    new["automatic"][joined.opt_outs] = NEVER
    for way in joined.joiners:
        new["automatic"][way.rows] = NEVER
        new["enrolled"][way.rows] = way.date
    return new


def _highly_compensated(employed: Employed, context: Context) -> Flags:
    """Return who is highly compensated this year: by pay of the year before, or as an owner."""
    staff, owners = employed.staff, context.world.owners
    if not owners.any():
        return staff.highly_paid
    of_census = staff.identity < len(owners)
    return staff.highly_paid | (of_census & owners[np.where(of_census, staff.identity, 0)])


def _forfeitures(before: list[int], paid: Contributions, accounts: Accounts, staff: Staff) -> list[int]:
    new = group_sums(staff.replicate, accounts.forfeited, len(before))
    return [old - used + more for old, used, more in zip(before, paid.forfeitures_used, new, strict=True)]

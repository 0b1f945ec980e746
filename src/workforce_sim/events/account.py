"""Balances of employer money, what is vested, and what leavers forfeit.

Chapter: ``docs/model/contributions.md``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workforce_sim.context import Context, Employed
from workforce_sim.dates import Ints, PlanYear, completed_years
from workforce_sim.errors import SimulationError
from workforce_sim.events.contribution import Contributions
from workforce_sim.events.termination import Leavers
from workforce_sim.frames import Events
from workforce_sim.money import PPM, half_up
from workforce_sim.plan.vesting import BP, share_bp, vested_cents
from workforce_sim.staff import Flags
from workforce_sim.tables import TERMINATION_CAUSES

MOST_CENTS = 10**10
_VESTING_CAUSES = [TERMINATION_CAUSES.index(cause) for cause in ("death", "disability")]


@dataclass(frozen=True)
class Accounts:
    """Employer money at the end of the year or on leaving, before the payout; one entry per row of the year's staff.

    Attributes:
        match, nonelective: balances, cents.
        match_share, nonelective_share: vested shares, bp.
        forfeited: what leavers forfeit, cents.
    """

    match: Ints
    nonelective: Ints
    match_share: Ints
    nonelective_share: Ints
    forfeited: Ints


def decide(employed: Employed, leavers: Leavers, paid: Contributions, context: Context) -> Accounts:
    """Return balances, vested shares and forfeitures.

    Raises:
        SimulationError: when a balance grows beyond reason.
    """
    staff, vesting, year = employed.staff, context.config.plan.vesting, context.year
    rate = context.config.plan.annual_return.ppm(year.year)
    match = _grown(staff.match_balance, rate, leavers, year) + paid.match
    nonelective = _grown(staff.nonelective_balance, rate, leavers, year) + paid.nonelective
    _refuse_growth(max(int(match.max(initial=0)), int(nonelective.max(initial=0))), year)
    full = _all_vested(employed, leavers, vesting.normal_retirement_age, year)
    years = _service(employed, leavers, year)
    of_match, of_nonelective = (
        _shares(schedule, years, full) for schedule in (vesting.match_bp, vesting.nonelective_bp)
    )
    forfeited = np.zeros_like(match)
    for balance, share in ((match, of_match), (nonelective, of_nonelective)):
        gone = balance[leavers.rows]
        forfeited[leavers.rows] += gone - vested_cents(gone, share[leavers.rows])
    return Accounts(match, nonelective, of_match, of_nonelective, forfeited)


def _grown(opening: Ints, rate_ppm: int, leavers: Leavers, year: PlanYear) -> Ints:
    """Return opening balances with the year's return; of leavers, that of their days."""
    if rate_ppm == 0:
        return opening
    closing = opening + half_up(opening * rate_ppm, PPM)
    own = opening[leavers.rows]
    days = leavers.date.astype(np.int64) - year.first + 1
    closing[leavers.rows] = own + half_up(own * rate_ppm * days, PPM * year.days)
    return closing


def _refuse_growth(highest_cents: int, year: PlanYear) -> None:
    if highest_cents > MOST_CENTS:
        raise SimulationError(
            f"a balance of more than ${MOST_CENTS // 100:,} is reached in {year.year}; "
            "lower plan.annual_return, or end earlier"
        )


def _service(employed: Employed, leavers: Leavers, year: PlanYear) -> Ints:
    """Return completed years of service on 31 December, or on leaving."""
    years = year.year - employed.staff.hire_year.astype(np.int64)
    gone = leavers.rows
    years[gone] = completed_years(employed.staff.hire[gone], leavers.date, year)
    return years


def _all_vested(employed: Employed, leavers: Leavers, age: int, year: PlanYear) -> Flags:
    """Return who has reached the normal retirement age by the last day, or left by death or disability."""
    staff = employed.staff
    full = staff.age(year.year) >= age
    rows = np.flatnonzero(staff.age(year.year) == age - 1)
    full[rows] = completed_years(staff.birth[rows], employed.last_day[rows], year) >= age
    full[leavers.rows] |= np.isin(leavers.cause, _VESTING_CAUSES)
    return full


def _shares(schedule: tuple[int, ...], years: Ints, full: Flags) -> Ints:
    if min(schedule) == BP:
        return np.full(len(years), BP, dtype=np.int64)
    return np.asarray(share_bp(schedule, years, full))


def record(accounts: Accounts, leavers: Leavers) -> Events:
    """Return one row per leaver who forfeits something, with the amount."""
    which = np.flatnonzero(accounts.forfeited[leavers.rows])
    rows = leavers.rows[which]
    return Events("forfeiture", rows, leavers.date[which], amount=accounts.forfeited[rows])

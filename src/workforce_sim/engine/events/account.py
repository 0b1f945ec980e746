"""Balances of employer contributions, vested shares, and forfeitures at termination.

Chapter: ``docs/model/contributions.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from workforce_sim.dates import Flags, Ints, PlanYear, completed_years
from workforce_sim.engine.columns import Array, Columns, Described
from workforce_sim.engine.columns import Rows as Selected
from workforce_sim.engine.context import Year
from workforce_sim.engine.event import Rows, node
from workforce_sim.engine.events.service import years_of_service
from workforce_sim.money import PPM, half_up, refuse_balance
from workforce_sim.plan.vesting import BP, KEEPS_SCHEDULE_YEARS, share_bp, vested_cents
from workforce_sim.tables import EVENT_CAUSES, OPTIONAL_SOURCES

_VESTING_CAUSES = [EVENT_CAUSES.index(cause) for cause in ("death", "disability")]
ADDS: Described = {
    "new_match_balance_cents": (
        pl.Int64,
        "match balance at the end of the year; of terminated employees before the payout",
    ),
    "new_nonelective_balance_cents": (pl.Int64, "nonelective balance, likewise"),
    "vested_share_match_bp": (pl.Int64, "vested share of the match balance"),
    "vested_share_nonelective_bp": (pl.Int64, "vested share of the nonelective balance"),
    "forfeited_cents": (pl.Int64, "forfeited at termination"),
}
FORFEITS = Rows("forfeiture", pl.col("forfeited_cents") != 0, "last_day", {"amount_cents": pl.col("forfeited_cents")})


@node(
    adds=ADDS,
    ledger=(FORFEITS,),
    snapshot={
        "match_balance_cents": pl.col("new_match_balance_cents"),
        "nonelective_balance_cents": pl.col("new_nonelective_balance_cents"),
        "vested_share_match_bp": pl.col("vested_share_match_bp"),
        "vested_share_nonelective_bp": pl.col("vested_share_nonelective_bp"),
        "forfeited_cents": pl.col("forfeited_cents"),
    },
)
def account(staff: Columns, year: Year) -> Mapping[str, Array]:
    """Add employer contributions at year end or termination, before the payout; vested shares; forfeitures.

    Raises:
        SimulationError: when a balance exceeds $100 million.
    """
    service = YearsServed.of(staff, year)
    match = in_account("match", staff["match_cents"], staff, service, year)
    nonelective = in_account("nonelective", staff["nonelective_cents"], staff, service, year)
    forfeited = match.forfeited + nonelective.forfeited
    for source in year.config.provisions.intersection(OPTIONAL_SOURCES):  # their own events say what is forfeited
        forfeited += staff[f"forfeited_{source}_cents"]
    found = match.balance, nonelective.balance, match.share, nonelective.share, forfeited
    return dict(zip(ADDS, found, strict=True))


class Account(NamedTuple):
    """Of one source: the balance before a payout, its vested share, and what is forfeited."""

    balance: Ints
    share: Ints
    forfeited: Ints


class YearsServed(NamedTuple):
    """Of the year's staff: who leaves, completed years of service, and in whom all is vested."""

    gone: Selected
    years: Ints
    full: Flags

    @classmethod
    def of(cls, staff: Columns, year: Year) -> YearsServed:
        """Return that of the year's staff."""
        gone, age = np.flatnonzero(staff.flags("leaves")), year.config.plan.vesting.normal_retirement_age
        counted = "hours" in year.config.provisions
        years = staff["vesting_years"] if counted else _service(staff, gone, year)
        return cls(gone, years, _all_vested(staff, gone, age, year))


def in_account(source: str, paid: Ints, staff: Columns, service: YearsServed, year: Year) -> Account:
    """Return the account of one source at the end of the year or at termination.

    Args:
        source: ``match``, for example.
        paid: contributions of the year, cents.
        staff: of the year.
        service: of the staff.
        year: the plan year.

    Raises:
        SimulationError: when a balance exceeds $100 million.
    """
    plan, gone = year.config.plan, service.gone
    balance = _grown(staff, f"{source}_balance_cents", plan.annual_return.ppm(year.number), gone, year) + paid
    if "rehires" in year.config.provisions:
        balance = balance + staff[f"restored_{source}_cents"] + staff[f"repaid_{source}_cents"]
    refuse_balance(int(balance.max(initial=0)), year.number)
    share = _shares(plan.vesting.of(source), service.years, service.full)
    for since in year.vesting_changes:
        share = _Held(staff, service, since, year).at_least(source, share)
    forfeited = np.zeros(len(staff), dtype=np.int64)
    forfeited[gone] = balance[gone] - vested_cents(balance[gone], share[gone])
    return Account(balance, share, forfeited)


def _grown(staff: Columns, name: str, rate_ppm: int, gone: Selected, year: Year) -> Ints:
    """Return opening balances with the return of the year, or of the days until termination."""
    opening = staff[name]
    if rate_ppm == 0:
        return opening
    calendar = year.calendar
    if calendar.short:
        closing = opening + half_up(opening * rate_ppm * calendar.length, PPM * calendar.days)
    else:
        closing = opening + half_up(opening * rate_ppm, PPM)
    own = opening[gone]
    days = staff["last_day"][gone].astype(np.int64) - year.first + 1
    closing[gone] = own + half_up(own * rate_ppm * days, PPM * year.days)
    return closing


def _service(staff: Columns, gone: Selected, year: Year) -> Ints:
    """Return completed years of service on December 31, or at termination."""
    if "rehires" in year.config.provisions:
        return completed_years(staff["plan_service_date"], staff["last_day"], year.calendar)
    years = year.number - staff["hire_year"].astype(np.int64)
    years[gone] = completed_years(staff["hire_date"][gone], staff["last_day"][gone], year.calendar)
    return years


def _all_vested(staff: Columns, gone: Selected, age: int, year: Year) -> Flags:
    """Return who reached the normal retirement age by the last day, or terminated by death or disability."""
    own = np.int16(year.number) - staff["birth_year"]
    full = np.asarray(own >= age)
    rows = np.flatnonzero(own == age - 1)
    full[rows] = completed_years(staff["birth_date"][rows], staff["last_day"][rows], year.calendar) >= age
    full[gone] |= np.isin(staff["cause"][gone], _VESTING_CAUSES)
    return full


@dataclass(frozen=True)
class _Held:
    """What a change of the vesting rules cannot take from those who were employed then, section 411(a)(10)."""

    staff: Columns
    service: YearsServed
    since: int
    year: Year

    def at_least(self, source: str, shares: Ints) -> Ints:
        """Return vested shares, none below what the rules before gave then, or give now to those with 3 years then."""
        before = self.year.config_in(self.since - 1).plan.vesting
        calendar, age = PlanYear(self.since), before.normal_retirement_age
        day = np.full(len(self.staff), calendar.first, dtype=np.int32)
        kept = completed_years(np.minimum(self.staff.served_since, day), day, calendar) >= KEEPS_SCHEDULE_YEARS
        then = years_of_service(self.staff, day, calendar, before.service)
        now = years_of_service(self.staff, self.staff["last_day"], self.year.calendar, before.service)
        full_then = completed_years(self.staff["birth_date"], day, calendar) >= age
        full = _all_vested(self.staff, self.service.gone, age, self.year)
        least = _shares(before.of(source), np.where(kept, now, then), np.where(kept, full, full_then))
        return np.where(self.staff["hire_date"] < calendar.first, np.maximum(shares, least), shares)


def _shares(schedule: tuple[int, ...], years: Ints, full: Flags) -> Ints:
    if min(schedule) == BP:
        return np.full(len(years), BP, dtype=np.int64)
    return np.asarray(share_bp(schedule, years, full))

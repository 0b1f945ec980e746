"""Balances of employer contributions, vested shares, and forfeitures at termination.

Chapter: ``docs/model/contributions.md``.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from workforce_sim.dates import Flags, Ints, completed_years
from workforce_sim.engine.columns import Array, Columns, Described
from workforce_sim.engine.columns import Rows as Selected
from workforce_sim.engine.context import Year
from workforce_sim.engine.event import Rows, node
from workforce_sim.money import PPM, half_up, refuse_balance
from workforce_sim.plan.vesting import BP, share_bp, vested_cents
from workforce_sim.tables import EVENT_CAUSES

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
    gone, vesting = np.flatnonzero(staff["leaves"]), year.config.plan.vesting
    rate = year.config.plan.annual_return.ppm(year.number)
    match = _grown(staff, "match_balance_cents", rate, gone, year) + staff["match_cents"]
    nonelective = _grown(staff, "nonelective_balance_cents", rate, gone, year) + staff["nonelective_cents"]
    refuse_balance(max(int(match.max(initial=0)), int(nonelective.max(initial=0))), year.number)
    full = _all_vested(staff, gone, vesting.normal_retirement_age, year)
    years = staff["vesting_years"] if vesting.by_hours else _service(staff, gone, year)
    of_match, of_nonelective = (
        _shares(schedule, years, full) for schedule in (vesting.match_bp, vesting.nonelective_bp)
    )
    forfeited = np.zeros(len(staff), dtype=np.int64)
    for balance, share in ((match[gone], of_match[gone]), (nonelective[gone], of_nonelective[gone])):
        forfeited[gone] += balance - vested_cents(balance, share)
    return dict(zip(ADDS, (match, nonelective, of_match, of_nonelective, forfeited), strict=True))


def _grown(staff: Columns, name: str, rate_ppm: int, gone: Selected, year: Year) -> Ints:
    """Return opening balances with the return of the year, or of the days until termination."""
    opening = staff[name]
    if rate_ppm == 0:
        return opening
    closing = opening + half_up(opening * rate_ppm, PPM)
    own = opening[gone]
    days = staff["last_day"][gone].astype(np.int64) - year.first + 1
    closing[gone] = own + half_up(own * rate_ppm * days, PPM * year.days)
    return closing


def _service(staff: Columns, gone: Selected, year: Year) -> Ints:
    """Return completed years of service on December 31, or at termination."""
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


def _shares(schedule: tuple[int, ...], years: Ints, full: Flags) -> Ints:
    if min(schedule) == BP:
        return np.full(len(years), BP, dtype=np.int64)
    return np.asarray(share_bp(schedule, years, full))

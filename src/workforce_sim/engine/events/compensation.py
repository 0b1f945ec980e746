"""Raises and earnings: cost of living, merit, promotions, and each salary through the year.

Chapter: ``docs/model/raises.md``. Salaries are walked in date order. The merit pool needs all salaries just before the
merit dates, so ``raises_before_merit`` runs up to there, the pool is settled, and ``compensation`` distributes it and
continues.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from workforce_sim.dates import NEVER, Days, dates_in_calendar
from workforce_sim.draws import Stream
from workforce_sim.engine.columns import Array, Columns, Described
from workforce_sim.engine.context import Year
from workforce_sim.engine.earnings import earned
from workforce_sim.engine.event import Rows, node
from workforce_sim.engine.events.promotion import employed_with_tenure
from workforce_sim.engine.merit import hired_in_time, merit_rates
from workforce_sim.engine.walk import WALKED, at_opening, before_merit
from workforce_sim.money import raised, refuse_growth

COLA = Rows(
    "cola",
    pl.col("cola_after_cents") != pl.col("cola_before_cents"),
    "cola_date",
    {"salary_before_cents": pl.col("cola_before_cents"), "salary_after_cents": pl.col("cola_after_cents")},
)
MERIT = Rows(
    "merit",
    pl.col("merit_after_cents") != pl.col("merit_before_cents"),
    "merit_date",
    {"salary_before_cents": pl.col("merit_before_cents"), "salary_after_cents": pl.col("merit_after_cents")},
)
_JUST_BEFORE: Described = {
    "merit_date": (pl.Int32, "merit increase; never without one"),
    "merit_before_cents": (pl.Int64, "annual salary before the merit increase"),
}
_IN_FORCE: Described = {
    "merit_after_cents": (pl.Int64, "annual salary after it; the same where there is none"),
    "new_salary_cents": (pl.Int64, "annual salary at the end of the year or at termination"),
    "earnings_cents": (pl.Int64, "pay earned in the year"),
}


@node(adds={**WALKED, **_JUST_BEFORE}, ledger=(COLA,))
def raises_before_merit(staff: Columns, year: Year) -> Mapping[str, Array]:
    """Add merit dates (or never) and salaries just before them, after the raises up to then."""
    merit = _merit_dates(staff, year)
    walk = at_opening(staff, year)
    promoted = np.flatnonzero(staff["promotion_date"] != NEVER)
    walk.through(lambda day: merit >= day, promoted[staff["promotion_date"][promoted] <= merit[promoted]])
    return {"merit_date": merit, **walk.found, "merit_before_cents": walk.salary}


def _merit_dates(staff: Columns, year: Year) -> Days:
    section = year.config.compensation
    if section.fixed_merit_date is None:
        u = year.draw(staff["person"], Stream.MERIT_DATE)
        merit = dates_in_calendar(u, year.calendar, year.calendar.profile(section.merit_month_weights))
    else:
        merit = np.full(len(staff), year.coming(section.fixed_merit_date), dtype=np.int32)
    cutoff = section.merit_hired_by
    minimum = section.merit_minimum_tenure if cutoff is None else 0
    has_merit = employed_with_tenure(staff, slice(None), merit, minimum, year)
    if cutoff is not None:
        has_merit &= hired_in_time(staff["hire_date"], merit, cutoff, year)
    return np.where(has_merit, merit, NEVER)


@node(
    adds={**WALKED, **_IN_FORCE},
    ledger=(MERIT,),
    snapshot={"salary_cents": pl.col("new_salary_cents"), "earnings_cents": pl.col("earnings_cents")},
)
def compensation(staff: Columns, year: Year) -> Mapping[str, Array]:
    """Add merit increases, later raises, final salaries, and pay earned in the year.

    Raises:
        SimulationError: when pay exceeds $1 billion, or a merit increase 1,000 %.
    """
    merit, before = staff["merit_date"], staff["merit_before_cents"]
    walk = before_merit(staff, year)
    walk.salary = walk.limited(
        np.where(merit != NEVER, raised(before, merit_rates(staff, year)), before), "merit_lump_cents"
    )
    after = walk.salary
    later = (staff["promotion_date"] != NEVER) & (staff["promotion_date"] > merit)
    walk.through(lambda day: merit < day, np.flatnonzero(later))
    refuse_growth(walk.highest, year.number)
    found = {**walk.found, "merit_after_cents": after, "new_salary_cents": walk.salary}
    return {**found, "earnings_cents": earned(staff, found, year)}

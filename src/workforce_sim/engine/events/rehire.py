"""Rehires: former employees who come back, and which of the terminated will.

Chapter: ``docs/model/returns.md``. ``engine/former.py`` keeps those who will return, and makes them hires.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import polars as pl

from workforce_sim.config import Config
from workforce_sim.dates import NEVER, PlanYear, dates_between, years_and_days
from workforce_sim.draws import Stream
from workforce_sim.engine.columns import FLAG, Array, Columns, Described, spread
from workforce_sim.engine.context import Year
from workforce_sim.engine.event import Declared, KeptColumn, node
from workforce_sim.engine.events.hire import HIRED, IS_HIRE, hire
from workforce_sim.money import PPM
from workforce_sim.tables import EVENT_CAUSES, SOURCES

BROUGHT: Described = {
    "is_rehire": (FLAG, "came back this year"),
    **{f"restored_{source}_cents": (pl.Int64, f"restored to the {source} balance on return") for source in SOURCES},
    **{f"repaid_{source}_cents": (pl.Int64, f"repaid to the {source} balance on return") for source in SOURCES},
}
"""What who comes back brings; 0 for all others."""

SERVICE = {
    "service_date": KeptColumn(pl.Int32, "where tenure counts from", census="hire_date"),
    "plan_service_date": KeptColumn(pl.Int32, "where service counts from in the plan", census="hire_date"),
}
YEARS_BEFORE = KeptColumn(pl.Int64, "years of vesting service before the latest return; 0 where hours do not count")
IS_REHIRE = pl.col("is_rehire") != 0
_LAST_DAY_OF_LEAP_YEAR = 365


def has_rehires(config: Config) -> bool:
    """Return whether a run has rehires."""
    return "rehires" in config.provisions


@node(
    adds=BROUGHT,
    ledger=(replace(HIRED, event_type="rehire", when=IS_REHIRE),),
    snapshot={"service_date": pl.col("service_date")},
    kept={**SERVICE, "years_before": YEARS_BEFORE},
    used=has_rehires,
)
def rehire(staff: Columns, year: Year) -> Mapping[str, Array]:
    """Add what who comes back brings: nothing for the opening staff; the year's hires have their own columns."""
    numbers = {"is_rehire": np.uint8}
    return {name: np.zeros(len(staff), dtype=numbers.get(name, np.int64)) for name in BROUGHT}


hire_or_rehire = replace(hire, ledger=(replace(HIRED, when=IS_HIRE & ~IS_REHIRE),), used=has_rehires)
"""The event ``hire`` of a run with rehires: they come with the hires, and have rows of their own."""


@node(
    adds={"return_date": (pl.Int32, "of who terminates and will come back; never for all others")},
    used=has_rehires,
)
def returns(staff: Columns, year: Year) -> Mapping[str, Array]:
    """Add who of those who terminate this year will come back, and when."""
    section = year.config.hiring.rehires
    gone = np.flatnonzero(staff.flags("leaves"))
    rows = gone[np.isin(staff["cause"][gone], [EVENT_CAUSES.index(cause) for cause in section.causes])]
    rows = rows[year.draw(staff["person"][rows], Stream.RETURN) < section.share.ppm(year.number) / PPM]
    first, last = PlanYear(year.number + 1).first, PlanYear(year.number + section.within_years).last
    date = dates_between(year.draw(staff["person"][rows], Stream.RETURN_DATE), first, last)
    date -= years_and_days(date)[1] == _LAST_DAY_OF_LEAP_YEAR
    return {"return_date": spread(rows, date, len(staff), np.int32, NEVER)}


def _both(what: str) -> pl.Expr:
    return pl.sum_horizontal(f"{what}_{source}_cents" for source in SOURCES)


restoration = Declared(
    "restoration",
    lambda staff, year: staff,
    adds={},
    snapshot={
        "plan_service_date": pl.col("plan_service_date"),
        "restored_cents": _both("restored"),
        "repaid_cents": _both("repaid"),
    },
    used=has_rehires,
)
"""What the plan gives back to who comes back; ``account`` adds it to balances."""

"""Retirement: who may retire by age and service, and how that changes who terminates and why.

Chapter: ``docs/model/terminations.md``.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from workforce_sim.config import Config
from workforce_sim.config.retirement import Retirement
from workforce_sim.dates import Days, Flags, Ints, completed_years
from workforce_sim.engine.assumptions import Whole, by_age
from workforce_sim.engine.columns import FLAG, Array, Columns
from workforce_sim.engine.context import Year
from workforce_sim.engine.event import node
from workforce_sim.money import PPM, half_up

ADDED = "retirement_ppm"
"""The column of the share of the termination weight that retirement adds."""


def _used(config: Config) -> bool:
    return config.terminations.retirement is not None


@node(adds={ADDED: (pl.Int64, "share of the termination weight that retirement adds")}, used=_used)
def retirement(staff: Columns, year: Year) -> Mapping[str, Array]:
    """Change the termination weight of those who may retire."""
    section, weight = year.config.terminations.retirement, staff["weight"]
    added = np.zeros_like(weight)
    if section is None:
        return {ADDED: added}
    rows = np.flatnonzero(_eligible(staff["age"], staff["tenure"], section))
    changed, age = weight.copy(), staff["age"][rows]
    if section.factors is not None:
        milli = by_age(section.factors)
        changed[rows] = half_up(weight[rows] * milli[np.minimum(age, len(milli) - 1)], 1000)
    if section.rates is not None:
        rate, known = _rates(age, section)
        changed[rows] = np.where(known, rate + weight[rows] * section.adds, weight[rows])
        if section.adds:
            whole = np.maximum(changed[rows], 1)
            added[rows] = (2 * PPM * rate + whole) // (2 * whole)
    return {"weight": changed, ADDED: added}


def _eligible(age: Whole, service: Whole, section: Retirement) -> Flags:
    meets = [(age >= line.age) & (service >= line.service) for line in section.eligible]
    return np.asarray(np.logical_or.reduce(meets))


def _rates(age: Ints, section: Retirement) -> tuple[Ints, Flags]:
    """Return the annual rate at each age, ppm, and whether there is one."""
    lines = section.rates or ()
    place = np.searchsorted([line.start for line in lines], age, side="right")
    return np.array([0, *(line.ppm for line in lines)], dtype=np.int64)[place], place > 0


def may_retire(birth: Days, hired: Days, last: Days, year: Year) -> Flags:
    """Return who may retire on a day of the year; everybody where no conditions are configured."""
    section = year.config.terminations.retirement
    if section is None:
        return np.ones(len(last), dtype=bool)
    return _eligible(completed_years(birth, last, year.calendar), completed_years(hired, last, year.calendar), section)


@node(
    adds={"may_retire": (FLAG, "meets age and service to retire at the end of the year or at termination")},
    snapshot={"retirement_eligible": pl.col("may_retire") != 0},
    used=_used,
)
def retirement_eligibility(staff: Columns, year: Year) -> Mapping[str, Array]:
    """Add who may retire on the last day in the year."""
    found = may_retire(staff["birth_date"], staff.tenure_since, staff["last_day"], year)
    return {"may_retire": found.view(np.uint8)}

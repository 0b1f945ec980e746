"""Layoffs: who of the opening staff is laid off on which day.

Chapter: ``docs/model/actions.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from workforce_sim.config.actions import Layoff
from workforce_sim.dates import NEVER, Days, Flags, day_number
from workforce_sim.draws import Stream
from workforce_sim.engine.columns import Array
from workforce_sim.engine.context import Year

_FIRST: Mapping[str, Callable[[Mapping[str, Array]], Array]] = {
    "random": lambda staff: np.zeros(len(staff["key"])),
    "shortest_service": lambda staff: -staff["hire_date"],
    "longest_service": lambda staff: staff["hire_date"],
    "lowest_paid": lambda staff: staff["salary_cents"],
    "highest_paid": lambda staff: -staff["salary_cents"],
}
"""What comes first under each way to select: the smallest."""


def laid_off(staff: Mapping[str, Array], able: Flags, year: Year) -> Days:
    """Return the last day of those of one replicate's opening staff who are laid off; never for others.

    Args:
        staff: columns of one replicate.
        able: who may be laid off.
        year: the plan year.
    """
    day = np.full(len(able), NEVER, dtype=np.int32)
    for layoff in filter(lambda one: year.has(one.date), year.config.actions.layoffs_of(year.number)):
        pool = np.flatnonzero(able & (day == NEVER) & _in_scope(staff, layoff, year))
        those = {name: staff[name][pool] for name in ("key", "person", "hire_date", "salary_cents")}
        u = year.draw(those["person"], Stream.LAYOFF)
        order = np.lexsort((those["key"], u, _FIRST[layoff.select](those)))
        day[pool[order[: layoff.number(len(pool))]]] = day_number(layoff.date)
    return day


def _in_scope(staff: Mapping[str, Array], layoff: Layoff, year: Year) -> Flags:
    found = np.ones(len(staff["key"]), dtype=bool)
    if layoff.department is not None:
        found &= staff["department"] == year.department(layoff.department)
    if layoff.level is not None:
        found &= staff["level"] == year.level(layoff.level)
    return found

"""Groups: departments with numbers of their own, and the rest.

Chapter: ``docs/model/actions.md``.
"""

from __future__ import annotations

import numpy as np

from workforce_sim.config.actions import Department
from workforce_sim.dates import Ints
from workforce_sim.engine.columns import Array
from workforce_sim.engine.context import World, Year

NO_CAUSE = 255
"""In place of a cause: none, or drawn."""


def group_of_departments(world: World) -> Array:
    """Return the group of each department, by position; the rest comes last."""
    names = world.assumptions.config.groups
    place = {name: at for at, name in enumerate(names)}
    return np.array([place.get(name, len(names)) for name in world.departments.to_list()], dtype=np.int64)


def sections(year: Year) -> list[Department | None]:
    """Return the assumptions of each group; None where it has none of its own."""
    return [*(year.config.departments.get(name) for name in year.config.groups), None]


def census_counts(year: Year) -> list[list[int]]:
    """Return the employees of the census by group and level."""
    of_group, staffing = group_of_departments(year.world), _staffing(year.world)
    return [staffing[of_group == group].sum(axis=0).tolist() for group in range(len(year.config.groups) + 1)]


def department_counts(year: Year, *, of_rest: bool) -> list[int]:
    """Return the employees of the census by department: of all, or of the rest alone."""
    counts = _staffing(year.world).sum(axis=1)
    if of_rest:
        counts = np.where(group_of_departments(year.world) == len(year.config.groups), counts, 0)
    found: list[int] = counts.tolist()
    return found


def _staffing(world: World) -> Ints:
    if world.staffing is None:
        raise TypeError("the world of this run has no planned changes")
    return world.staffing

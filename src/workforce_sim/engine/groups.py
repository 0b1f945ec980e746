"""Groups: departments with numbers of their own, and the rest.

Chapter: ``docs/model/actions.md``.
"""

from __future__ import annotations

import numpy as np

from workforce_sim.config.actions import Department
from workforce_sim.config.values import ByYear
from workforce_sim.dates import Ints
from workforce_sim.engine.columns import Array, Columns
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


def rates_of_groups(year: Year, key: str, whole: ByYear) -> list[ByYear]:
    """Return a rate of each group: its own, or that of the whole."""
    return [getattr(section, key, None) or whole for section in sections(year)]


def groups_of(staff: Columns, year: Year) -> Ints:
    """Return the group of each employee: 0 where no department has assumptions of its own."""
    if not year.config.groups:
        return np.zeros(len(staff), dtype=np.int64)
    return group_of_departments(year.world)[staff["department"]]


def costs_of_living(staff: Columns, year: Year) -> Ints:
    """Return the cost-of-living increase of each employee, ppm."""
    rates = rates_of_groups(year, "cola_rate", year.config.compensation.cola_rate)
    table = np.array([year.costs_of_living(rate) for rate in rates], dtype=np.int64)
    return table[groups_of(staff, year), staff["replicate"]]


def merit_pools(year: Year) -> list[int]:
    """Return the merit pool of each group, ppm."""
    rates = rates_of_groups(year, "merit_pool", year.config.compensation.merit_pool)
    return [rate.ppm(year.number) for rate in rates]


def pay_blocks(staff: Columns, year: Year) -> Array:
    """Return the position of each employee's replicate and group, whose merit comes from one pool."""
    if not year.config.groups:
        return staff["replicate"]
    return staff["replicate"] * np.int64(len(year.config.groups) + 1) + groups_of(staff, year)


def _staffing(world: World) -> Ints:
    if world.staffing is None:
        raise TypeError("the world of this run has no planned changes")
    return world.staffing

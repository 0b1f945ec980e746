"""The reference model, raises: who gets merit, and how much of the pool or by which cell of the matrix."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from workforce_sim.money import PPM, half_up, refuse_merit, scaled
from workforce_sim.reference.chance import completed_months, day_of_year, years_before
from workforce_sim.reference.pay_ranges import compa_ratio, range_penetration
from workforce_sim.reference.records import Employee, PersonYear
from workforce_sim.reference.year import Year

AT_MIDPOINT = {"compa_ratio": PPM, "penetration": PPM // 2}
"""The position of those who have none."""


class Cell(NamedTuple):
    """Those who get the same merit increase, but for proration."""

    level: int
    """Just before the merit increase."""
    rating: int
    column: int = 0
    """Of the matrix; 0 without one."""


class Share(NamedTuple):
    """What somebody brings to the pool."""

    cell: Cell
    salary: int
    """Just before the merit increase."""
    proration_ppm: int


def gets_merit(person: PersonYear, date: dt.date, year: Year) -> bool:
    """Return whether somebody employed on the date has the tenure, or was hired by the cut-off if there is one."""
    compensation = year.config.compensation
    if compensation.merit_hired_by is None:
        return person.has_tenure(compensation.merit_minimum_tenure, date)
    if not person.first_day <= date <= person.last_day:
        return False
    days = (day_of_year(number, compensation.merit_hired_by) for number in (date.year, date.year - 1))
    return person.employee.hire_date <= next(day for day in days if day < date)


def proration_ppm(hired: dt.date, date: dt.date, how: str) -> int:
    """Return the share of a year between the hire date and the merit date, at most all of it."""
    if how == "none":
        return PPM
    if how == "months":
        return min(PPM, half_up(PPM * completed_months(hired, date), 12))
    return min(PPM, half_up(PPM * (date - hired).days, (date - years_before(date, 1)).days))


def cell_of(employee: Employee, rating: int, salary: int, level: int, year: Year) -> Cell:
    """Return the cell of somebody with this salary and level just before the merit increase."""
    matrix = year.config.compensation.merit_matrix
    if matrix is None:
        return Cell(level, rating)
    position_of = compa_ratio if matrix.position == "compa_ratio" else range_penetration
    position = position_of(salary, employee.full_time_ppm, year.ranges[level])
    if position is None:
        position = AT_MIDPOINT[matrix.position]
    return Cell(level, rating, sum(edge <= position for edge in matrix.edges_ppm))


def merit_fractions(shares: Iterable[Share], year: Year) -> Mapping[Cell, int]:
    """Return each cell's fraction in ppm: as the matrix has it, or such that the pool is spent."""
    shares = list(shares)
    factors = {cell: _factor(cell, year) for cell in {share.cell for share in shares}}
    matrix = year.config.compensation.merit_matrix
    found = factors if matrix is not None and not matrix.pool else _of_the_pool(shares, factors, year)
    refuse_merit(max(found.values(), default=0), year.year)
    return found


def _of_the_pool(shares: list[Share], factors: Mapping[Cell, int], year: Year) -> Mapping[Cell, int]:
    pool = year.config.compensation.merit_pool.ppm(year.year)
    total = sum(share.salary for share in shares)
    weighted = sum(share.salary * factors[share.cell] * share.proration_ppm for share in shares)
    if weighted == 0:
        return dict.fromkeys(factors, 0)
    return {cell: half_up(pool * factor * PPM * total, weighted) for cell, factor in factors.items()}


def _factor(cell: Cell, year: Year) -> int:
    """Return f: level factor x number of the matrix in ppm; without a matrix level factor x rating factor in 10^-4."""
    compensation = year.config.compensation
    of_level = scaled(compensation.merit_factors.get(year.run.levels[cell.level].name, 1), 4)
    if compensation.merit_matrix is not None:
        return half_up(of_level * compensation.merit_matrix.rows_ppm[cell.rating][cell.column], 10**4)
    of_rating = scaled(compensation.sorted_ratings[cell.rating].factor, 4) if compensation.ratings else 10**4
    return half_up(of_level * of_rating, 10**4)

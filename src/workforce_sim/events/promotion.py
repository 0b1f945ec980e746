"""Promotions: who moves up one level, when, and by how much.

Chapter: ``docs/model/promotions.md``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workforce_sim.assumptions import Assumptions
from workforce_sim.dates import Days, Ints, PlanYear, dates_in_year
from workforce_sim.draws import Draws, Stream
from workforce_sim.frames import Events
from workforce_sim.money import PPM, ppm, raised
from workforce_sim.staff import Flags, Rows, Small, Staff


@dataclass(frozen=True)
class Promotions:
    """Those promoted: rows of the year's staff, dates, increases in ppm, and salaries once they are known."""

    rows: Rows
    date: Days
    increase: Ints
    salary_before: Ints
    salary_after: Ints


def decide(
    staff: Staff, last_day: Days, age: Ints, tenure: Ints, year: PlanYear, assumptions: Assumptions, draws: Draws
) -> Promotions:
    """Return the promotions that take place: employed and of minimum tenure on the date, or void."""
    section = assumptions.config.promotion
    table = assumptions.promotion(year.year)
    chance = (table.cells.ravel() / PPM)[table.index(age, tenure, staff.level)]
    rows = np.flatnonzero(draws.of(staff.person, Stream.PROMOTION) < chance)
    person = staff.person[rows]
    if section.date is None:
        date = dates_in_year(draws.of(person, Stream.PROMOTION_DATE), year, year.profile(section.month_weights))
    else:
        date = np.full(len(rows), year.day(section.date), dtype=np.int32)
    takes_place = employed_with_tenure(staff, rows, date, last_day, section.minimum_tenure, year)
    rows, date, person = rows[takes_place], date[takes_place], person[takes_place]
    low, high = ppm(section.increase.lowest), ppm(section.increase.highest)
    increase = low + np.floor(draws.of(person, Stream.PROMOTION_INCREASE) * (high - low + 1)).astype(np.int64)
    unknown = np.zeros(len(rows), dtype=np.int64)
    return Promotions(rows, date, increase, unknown, unknown.copy())


def employed_with_tenure(staff: Staff, rows: Rows, date: Days, last_day: Days, minimum: int, year: PlanYear) -> Flags:
    """Return who is employed on a date with ``minimum`` completed years of tenure on it."""
    anniversary = year.anniversary(staff.hire_day[rows])
    tenure = np.int16(year.year) - staff.hire_year[rows] - (date - np.int32(year.first) < anniversary)
    return (tenure >= minimum) & (staff.hire[rows] <= date) & (date <= last_day[rows])


def new_salary(salary: Ints, increase: Ints, minimum: Ints, assumptions: Assumptions) -> Ints:
    """Return salaries after promotion: raised, at least the new minimum; but the caps win."""
    section = assumptions.config.promotion
    wished = np.maximum(raised(salary, increase), minimum)
    capped = np.minimum(wished, raised(salary, ppm(section.max_increase)))
    return np.minimum(capped, salary + section.max_amount_cents)


def new_levels(staff: Staff, promotions: Promotions) -> Small:
    """Return everybody's level after the year's promotions."""
    level = staff.level.copy()
    level[promotions.rows] += 1
    return level


def record(promotions: Promotions, staff: Staff) -> Events:
    """Return one promotion row each, with salary and level before and after."""
    level = staff.level[promotions.rows]
    return Events(
        "promotion",
        promotions.rows,
        promotions.date,
        salary_before=promotions.salary_before,
        salary_after=promotions.salary_after,
        level_before=level,
        level_after=level + 1,
    )

"""Promotions: who moves up one level, when, and by how much.

Chapter: ``docs/model/promotions.md``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workforce_sim.config import Promotion
from workforce_sim.context import Context, Employed
from workforce_sim.dates import Days, Ints, PlanYear, dates_in_year
from workforce_sim.draws import Stream
from workforce_sim.frames import Events
from workforce_sim.money import PPM, ppm, raised
from workforce_sim.staff import Flags, Rows, Selection, Small, Staff


@dataclass(frozen=True)
class Promotions:
    """Those promoted: rows of the year's staff, dates, increases in ppm, and salaries once they are known."""

    rows: Rows
    date: Days
    increase: Ints
    salary_before: Ints
    salary_after: Ints


def decide(employed: Employed, context: Context) -> Promotions:
    """Return the promotions that take place: employed and of minimum tenure on the date, or void."""
    staff, section, year = employed.staff, context.config.promotion, context.year
    table = context.assumptions.promotion(year.year)
    chance = (table.cells.ravel() / PPM)[table.index(employed.age, employed.tenure, staff.level)]
    rows = np.flatnonzero(context.draw(staff.person, Stream.PROMOTION) < chance)
    if section.date is None:
        u = context.draw(staff.person[rows], Stream.PROMOTION_DATE)
        date = dates_in_year(u, year, year.profile(section.month_weights))
    else:
        date = np.full(len(rows), year.day(section.date), dtype=np.int32)
    takes_place = employed_with_tenure(employed, rows, date, section.minimum_tenure, year)
    rows, date = rows[takes_place], date[takes_place]
    low, high = ppm(section.increase.lowest), ppm(section.increase.highest)
    u = context.draw(staff.person[rows], Stream.PROMOTION_INCREASE)
    increase = low + np.floor(u * (high - low + 1)).astype(np.int64)
    unknown = np.zeros(len(rows), dtype=np.int64)
    return Promotions(rows, date, increase, unknown, unknown.copy())


def employed_with_tenure(employed: Employed, rows: Selection, date: Days, minimum: int, year: PlanYear) -> Flags:
    """Return who of ``rows`` is employed on a date with ``minimum`` completed years of tenure on it."""
    staff = employed.staff
    anniversary = year.anniversary(staff.hire_day[rows])
    tenure = np.int16(year.year) - staff.hire_year[rows] - (date - np.int32(year.first) < anniversary)
    return (tenure >= minimum) & (staff.hire[rows] <= date) & (date <= employed.last_day[rows])


def new_salary(salary: Ints, increase: Ints, minimum: Ints, section: Promotion) -> Ints:
    """Return salaries after promotion: raised, at least the new minimum; but the caps win."""
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

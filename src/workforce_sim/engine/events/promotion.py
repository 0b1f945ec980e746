"""Promotions: who is promoted one level, when, and by how much. ``compensation`` applies the increase to pay.

Chapter: ``docs/model/promotions.md``.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from workforce_sim.config import Promotion
from workforce_sim.config.values import ByYear
from workforce_sim.dates import NEVER, Days, Flags, dates_in_calendar, dates_in_year
from workforce_sim.draws import Stream, Uniforms
from workforce_sim.engine.columns import Array, Columns, Described, spread
from workforce_sim.engine.columns import Rows as Selected
from workforce_sim.engine.context import Year
from workforce_sim.engine.event import Rows, node
from workforce_sim.engine.groups import groups_of, sections
from workforce_sim.money import PPM, ppm

ADDS: Described = {
    "promotion_date": (pl.Int32, "promotion; never without one"),
    "promotion_ppm": (pl.Int64, "its increase"),
    "new_level": (pl.Int16, "level at the end of the year or at termination"),
}
PROMOTED = Rows(
    "promotion",
    pl.col("promotion_date") != int(NEVER),
    "promotion_date",
    {
        "salary_before_cents": pl.col("promotion_before_cents"),
        "salary_after_cents": pl.col("promotion_after_cents"),
        "level_before": pl.col("level"),
        "level_after": pl.col("new_level"),
    },
)


@node(adds=ADDS, ledger=(PROMOTED,), snapshot={"level": pl.col("new_level")})
def promotion(staff: Columns, year: Year) -> Mapping[str, Array]:
    """Add dates and increases in ppm of the promotions that happen, and each level after them.

    A promotion happens if the employee is employed and has the minimum tenure on its date; others are void.
    """
    section = year.config.promotion
    rows = _into_vacancies(staff, year) if year.config.fills_vacancies else _by_rates(staff, year)
    date = _dates(staff, rows, section, year)
    there = employed_with_tenure(staff, rows, date, section.minimum_tenure, year)
    rows, date = rows[there], date[there]
    low, high = ppm(section.increase.lowest), ppm(section.increase.highest)
    u = year.draw(staff["person"][rows], Stream.PROMOTION_INCREASE)
    increase = low + np.floor(u * (high - low + 1)).astype(np.int64)
    level = staff["level"].copy()
    level[rows] += 1
    return {
        "promotion_date": spread(rows, date, len(staff), np.int32, NEVER),
        "promotion_ppm": spread(rows, increase, len(staff), np.int64),
        "new_level": level,
    }


def _into_vacancies(staff: Columns, year: Year) -> Selected:
    """Return which opening staff are promoted, as decided with the hires."""
    opening = np.flatnonzero(staff["is_hire"] == 0)
    return opening[year.given["employment"].promoted]


def _by_rates(staff: Columns, year: Year) -> Selected:
    chance = _chances(staff, year.config.promotion.rate, year)
    if year.config.departments:
        chance = _by_group(staff, chance, year)
    chosen = year.draw(staff["person"], Stream.PROMOTION) < chance
    if "seasonal" in year.config.provisions:
        chosen &= staff["season_end"] == NEVER
    return np.flatnonzero(chosen)


def _chances(staff: Columns, rate: ByYear, year: Year) -> Uniforms:
    table = year.assumptions.promotion(rate.ppm(year.number))
    return (table.cells.ravel() / PPM)[table.index(staff["age"], staff["tenure"], staff["level"])]


def _by_group(staff: Columns, chance: Uniforms, year: Year) -> Uniforms:
    """Return chances of promotion with those of departments that have their own rate."""
    of_group = groups_of(staff, year)
    for at, section in enumerate(sections(year)):
        if section is not None and section.promotion_rate is not None:
            chance = np.where(of_group == at, _chances(staff, section.promotion_rate, year), chance)
    return chance


def _dates(staff: Columns, rows: Selected, section: Promotion, year: Year) -> Days:
    if section.date is not None:
        return np.full(len(rows), _fixed_date(section.date, year), dtype=np.int32)
    u = year.draw(staff["person"][rows], Stream.PROMOTION_DATE)
    drawn = dates_in_year if year.config.fills_vacancies else dates_in_calendar
    return drawn(u, year.calendar, year.calendar.profile(section.month_weights))


def _fixed_date(month_day: str, year: Year) -> int:
    """Return the date of all promotions: before the plan year void by rates, by vacancies its first day."""
    if year.config.fills_vacancies:
        return max(year.day(month_day), year.first)
    return year.coming(month_day)


def employed_with_tenure(staff: Columns, rows: Selected | slice, date: Days, minimum: int, year: Year) -> Flags:
    """Return who of ``rows`` is employed on a date with ``minimum`` completed years of tenure on it."""
    anniversary = year.calendar.anniversary(staff["hire_day"][rows])
    tenure = np.int16(year.number) - staff["hire_year"][rows] - (date - np.int32(year.calendar.january_1) < anniversary)
    there = (staff.first_day[rows] <= date) & (date <= staff["last_day"][rows])
    return np.asarray((tenure >= minimum) & there)

"""Years of service by hours: for eligibility, for long-term part-time employees, and for vesting.

Hours are those of the schedule, the same in every full period. Chapters: ``docs/model/eligibility.md``,
``docs/model/vesting.md``. Dates are days since 1970-01-01.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from workforce_sim.config.actions import FULL_TIME_HOURS
from workforce_sim.config.eligibility import PART_TIME_HOURS, EntryRule
from workforce_sim.config.vesting import VestingService
from workforce_sim.dates import (
    NEVER,
    Days,
    Flags,
    Ints,
    PlanYear,
    completed_years,
    day_number,
    first_days,
    is_leap,
    years_after,
    years_and_days,
)
from workforce_sim.money import PPM, half_up

YEAR_OF_SERVICE_HOURS = 1000
"""Hours that a year of service may ask for, IRC 410(a)(3)(A)(i), 411(a)(5)(A)."""
_PART_TIME_AGE = 21
_COUNTED_FROM = 2021
"""Periods that begin earlier do not count for long-term part-time employees."""
_TWO_YEARS_FROM = np.int32(day_number(dt.date(2025, 1, 1)))
"""Plan years after 2024 ask them for two periods instead of three."""


def scheduled_hours(full_time_ppm: Ints, days: Ints | int = 1, of: Ints | int = 1) -> Ints:
    """Return the hours of some days of a period of ``of`` days, or of a full period; half up."""
    return half_up(full_time_ppm * FULL_TIME_HOURS * days, PPM * of)


def period_end(hire: Days, number: Ints, periods: str) -> Days:
    """Return the day after each one's period of a number: the first 12 months, then by anniversaries or plan years."""
    anniversary = years_after(hire, number)
    if periods == "anniversary":
        return anniversary
    return np.where(number == 1, anniversary, first_days(years_and_days(hire)[0] + number)).astype(np.int32)


def has_hours(full_time_ppm: Ints, rule: EntryRule) -> Flags:
    """Return who has the hours of a year of service, in every full period."""
    return np.asarray(scheduled_hours(full_time_ppm) >= rule.service.hours)


def may_be_part_time(full_time_ppm: Ints, rule: EntryRule) -> Flags:
    """Return who has too few hours for a year of service, but those of long-term part-time employees."""
    return ~has_hours(full_time_ppm, rule) & (scheduled_hours(full_time_ppm) >= PART_TIME_HOURS)


def part_time_wait(hire: Days, birth: Days, rule: EntryRule) -> Days:
    """Return when the wait of long-term part-time employees is over: after three periods, from 2025 after two."""
    periods, before = rule.service.periods, np.maximum(_COUNTED_FROM - years_and_days(hire)[0], 0)
    of_age = years_after(birth, np.full(len(birth), min(rule.minimum_age, _PART_TIME_AGE), dtype=np.int64))
    three = period_end(hire, np.maximum(before + 3, _first_after(of_age, hire, periods)), periods)
    two = period_end(hire, before + 2, periods)
    return np.minimum(three, np.where(of_age < two, np.maximum(two, _TWO_YEARS_FROM), NEVER))


def _first_after(dates: Days, hire: Days, periods: str) -> Ints:
    """Return the number of each one's first period that ends on or after a date."""
    number = np.maximum(years_and_days(dates)[0] - years_and_days(hire)[0], 1)
    return number + (period_end(hire, number, periods) <= dates)


def vesting_years(
    hire: Days, last_day: Days, full_time_ppm: Ints, part_time: Flags, year: PlanYear, section: VestingService
) -> Ints:
    """Return years of vesting service from a day through the last day of employment in a year.

    Args:
        hire: where they are counted from: hire dates, which may lie before an acquisition, or return dates.
        last_day: last days in the year; December 31 of those who stay.
        full_time_ppm: hours as a share of full-time, millionths.
        part_time: who is in the plan as a long-term part-time employee.
        year: the plan year.
        section: how years count.
    """
    completed = completed_years(hire, last_day, year)
    if section.method == "elapsed":
        return completed
    counting, hired = _Counting(full_time_ppm, part_time, section.hours), years_and_days(hire)[0]
    if section.periods == "anniversary":
        begins = years_after(hire, completed)
        length = years_after(hire, completed + 1).astype(np.int64) - begins
        return counting.full(hired, completed) + counting.part(hired + completed, last_day, begins, length)
    started = np.maximum(hire, np.int32(year.january_1))
    before = counting.part(hired, first_days(hired + 1) - np.int32(1), hire, 365 + is_leap(hired).astype(np.int64))
    between = counting.full(hired + 1, np.maximum(year.year - hired - 1, 0))
    return counting.part(year.year, last_day, started, year.days) + np.where(hired < year.year, before + between, 0)


@dataclass(frozen=True)
class _Counting:
    """Which periods count as years of vesting service: those with enough hours.

    Attributes:
        full_time: hours as a share of full-time, millionths.
        part_time: who needs no more hours than a long-term part-time employee, from 2021 on.
        hours: of a year of service.
    """

    full_time: Ints
    part_time: Flags
    hours: int

    def _counts(self, hours: Ints, begins: Ints | int) -> Flags:
        eased = self.part_time & np.asarray(begins >= np.int64(_COUNTED_FROM)) & (hours >= PART_TIME_HOURS)
        return (hours >= self.hours) | eased

    def part(self, begins: Ints | int, last_day: Days, first_day: Days, length: Ints | int) -> Ints:
        """Return 1 for those whose period, which begins in a year, counts by the days from first to last."""
        days = last_day.astype(np.int64) - first_day + 1
        return self._counts(scheduled_hours(self.full_time, days, length), begins).astype(np.int64)

    def full(self, begins: Ints, number: Ints) -> Ints:
        """Return how many of a number of full periods count: one a year, the first of which begins in a year."""
        hours = scheduled_hours(self.full_time)
        late = np.clip(begins + number - _COUNTED_FROM, 0, number)
        return np.where(self._counts(hours, 0), number, np.where(self._counts(hours, _COUNTED_FROM), late, 0))

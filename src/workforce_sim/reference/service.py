"""The reference model, service by hours: hours of periods, years of service, long-term part-time employees."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from itertools import count
from typing import Protocol

from workforce_sim.money import PPM, half_up
from workforce_sim.reference.chance import DAY, completed_years, day_of_year
from workforce_sim.reference.records import FULL_TIME_HOURS

LEAST_HOURS = 500
"""Hours of a period that count for long-term part-time employees, 401(k)(2)(D)(ii)."""
FIRST_COUNTED = dt.date(2021, 1, 1)
"""Periods that begin before this day do not count for them."""
SINCE_TWO_PERIODS = dt.date(2025, 1, 1)
"""From this day on two periods are enough."""
OLDEST_AGE = 21


class ServiceRule(Protocol):
    """How years of service by hours are counted, for eligibility or for vesting."""

    @property
    def hours(self) -> int:
        """Hours of a year of service."""

    @property
    def periods(self) -> str:
        """By anniversary or plan year."""


def birthday(birth: dt.date, age: int) -> dt.date:
    """Return the birthday of that age; of somebody born on 29 February, 1 March in a year without it."""
    return day_of_year(birth.year + age, f"{birth.month:02}-{birth.day:02}")


def hours_of(full_time_ppm: int, days: int = 1, of: int = 1) -> int:
    """Return the scheduled hours of so many days of a period, by default of all of it; half up."""
    return half_up(full_time_ppm * FULL_TIME_HOURS * days, PPM * of)


def hours_in_year(full_time_ppm: int, first: dt.date, last: dt.date) -> int:
    """Return the scheduled hours from one day of a calendar year through another."""
    return hours_of(full_time_ppm, (last - first + DAY).days, 366 if calendar.isleap(last.year) else 365)


def day_after(hired: dt.date, number: int, periods: str) -> dt.date:
    """Return E(k), the day after a period, by anniversaries or by plan years."""
    if number == 1 or periods == "anniversary":
        return birthday(hired, number)
    return dt.date(hired.year + number, 1, 1)


def end_of_years(hired: dt.date, full_time_ppm: int, years: int, rule: ServiceRule) -> dt.date | None:
    """Return the day on which so many years of service are completed; None for who never has the hours of one."""
    return day_after(hired, years, rule.periods) if hours_of(full_time_ppm) >= rule.hours else None


def has_part_time_hours(full_time_ppm: int, rule: ServiceRule) -> bool:
    """Return whether the hours of a period are below a year of service, but at least 500."""
    return LEAST_HOURS <= hours_of(full_time_ppm) < rule.hours


def end_of_part_time_wait(hired: dt.date, birth: dt.date, minimum_age: int, rule: ServiceRule) -> dt.date:
    """Return the day on which a long-term part-time employee has waited: after three periods, or two since 2025."""
    first = 1 + max(0, FIRST_COUNTED.year - hired.year)
    of_age = birthday(birth, min(minimum_age, OLDEST_AGE))

    def after(number: int) -> dt.date:
        return day_after(hired, first + number - 1, rule.periods)

    three = next(after(number) for number in count(3) if of_age < after(number))
    return min(three, max(after(2), SINCE_TWO_PERIODS)) if of_age < after(2) else three


# --- Vesting ---


def years_by_hours(since: dt.date, full_time_ppm: int, rule: ServiceRule, on: dt.date, *, part_time: bool) -> int:
    """Return the years of vesting service by hours, from one day through another.

    Args:
        since: hire or return.
        full_time_ppm: the schedule.
        rule: how years count.
        on: the day.
        part_time: whether a long-term part-time employee who is eligible by then.
    """
    return sum(
        hours_of(full_time_ppm, (min(on, after - DAY) - max(since, first) + DAY).days, (after - first).days)
        >= (min(rule.hours, LEAST_HOURS) if part_time and first >= FIRST_COUNTED else rule.hours)
        for first, after in _periods(since, on, rule.periods)
    )


def _periods(since: dt.date, on: dt.date, periods: str) -> Iterator[tuple[dt.date, dt.date]]:
    """Yield the periods through a day, each with the day after it: calendar years, or years from a day on."""
    if periods == "plan_year":
        for year in range(since.year, on.year + 1):
            yield dt.date(year, 1, 1), dt.date(year + 1, 1, 1)
    else:
        for number in range(completed_years(since, on) + 1):
            yield birthday(since, number), birthday(since, number + 1)

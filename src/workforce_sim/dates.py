"""Days, anniversaries and dates drawn within a plan year. Dates are whole days since 1970-01-01."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from workforce_sim.config.workforce import Simulation
from workforce_sim.draws import Uniforms
from workforce_sim.money import half_up, scaled

Days = NDArray[np.int32]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

NEVER = np.int32(2**31 - 1)
"""A date that does not come."""

_EPOCH = dt.date(1970, 1, 1)
_MARCH_1 = 60  # index of March 1 in a leap year, from 0


def day_number(date: dt.date) -> int:
    """Return a date as days since 1970-01-01."""
    return (date - _EPOCH).days


def date_of(day: int) -> dt.date:
    """Return days since 1970-01-01 as a date."""
    return _EPOCH + dt.timedelta(days=int(day))


@dataclass(frozen=True)
class PlanYear:
    """One plan year: a calendar year, or the rest of one from the first day of a month on.

    Attributes:
        year: the calendar year.
        opening_month: the month that it begins with; 1 of a whole year.
    """

    year: int
    opening_month: int = 1

    @cached_property
    def first(self) -> int:
        """First day of the plan year: January 1, or the opening of a short year."""
        return day_number(dt.date(self.year, self.opening_month, 1))

    @cached_property
    def january_1(self) -> int:
        """First day of the calendar year."""
        return day_number(dt.date(self.year, 1, 1))

    @cached_property
    def days(self) -> int:
        """Days of the calendar year, 365 or 366, also of a short plan year."""
        return 366 if calendar.isleap(self.year) else 365

    @property
    def last(self) -> int:
        """December 31."""
        return self.january_1 + self.days - 1

    @property
    def length(self) -> int:
        """Days of the plan year: those from the first through December 31."""
        return self.last - self.first + 1

    @property
    def months(self) -> int:
        """Months of the plan year, 12 of a whole one."""
        return 13 - self.opening_month

    @property
    def short(self) -> bool:
        """Whether it begins after January 1."""
        return self.opening_month > 1

    @property
    def label(self) -> str:
        """The plan year as people read it: ``2026``, and ``2025 (from July 1)`` where it is short."""
        return f"{self.year} (from {calendar.month_name[self.opening_month]} 1)" if self.short else str(self.year)

    def share(self, amount: int) -> int:
        """Return what the months of the plan year have of a yearly amount; all of it in a whole year."""
        return half_up(amount * self.months, 12) if self.short else amount

    def day(self, month_day: str) -> int:
        """Return the date of ``MM-DD``; 02-29 is March 1 in a year without it."""
        month, day = int(month_day[:2]), int(month_day[3:])
        if (month, day) == (2, 29) and self.days == 365:
            month, day = 3, 1
        return day_number(dt.date(self.year, month, day))

    def anniversary(self, day_of_leap_year: NDArray[np.int16]) -> NDArray[np.int16]:
        """Return the offset from January 1 of anniversaries; of February 29, March 1 where there is none."""
        if self.days == 366:
            return day_of_leap_year
        return day_of_leap_year - (day_of_leap_year >= _MARCH_1)

    def profile(self, month_weights: Sequence[float] | None) -> Uniforms | None:
        """Return the cumulated weight of the year's days in billionths, exact in doubles; None without weights."""
        if month_weights is None:
            return None
        lengths = [calendar.monthrange(self.year, month)[1] for month in range(1, 13)]
        of_day = [half_up(scaled(w, 6) * 1000, n) for w, n in zip(month_weights, lengths, strict=True)]
        return np.cumsum(np.repeat(of_day, lengths)).astype(np.float64)


def plan_year(simulation: Simulation, number: int) -> PlanYear:
    """Return a plan year of a run, or a calendar year before or after it; the first of a run may be short."""
    return year_of(simulation.opening, number)


def year_of(opening: dt.date, number: int) -> PlanYear:
    """Return a plan year of a run that opens on a day."""
    return PlanYear(number, opening.month if number == opening.year else 1)


def year_label(simulation: Simulation, number: int) -> str:
    """Return a plan year of a run as people read it: ``2026``, and ``2025 (from July 1)`` where it is short."""
    return plan_year(simulation, number).label


def period_label(simulation: Simulation, years: Sequence[int]) -> str:
    """Return plan years of a run in words: ``2025 to 2029``, and ``2025 (from July 1) to 2029`` after a short one."""
    first = year_label(simulation, years[0])
    return first if len(years) == 1 else f"{first} to {years[-1]}"


def dates_between(u: Uniforms, first: Days | int, last: Days | int) -> Days:
    """Return one date, or number of days, per draw, uniform on [first, last]: first + floor(u x days)."""
    return (first + np.floor(u * (last - first + 1))).astype(np.int32)


def dates_in_year(u: Uniforms, year: PlanYear, profile: Uniforms | None, last: int | None = None) -> Days:
    """Return one date per draw from the first day of the plan year to ``last`` (December 31), by the profile if any.

    Where the profile has no weight on these days, it is left out.
    """
    end = year.last if last is None else last
    if profile is None:
        return dates_between(u, year.first, end)
    at = year.first - year.january_1
    mass = profile[at : end - year.january_1 + 1]
    if year.short:
        mass = mass - profile[at - 1]
        if mass[-1] == 0:
            return dates_between(u, year.first, end)
    dates: Days = (year.first + np.searchsorted(mass, u * mass[-1], side="right")).astype(np.int32)
    return dates


def dates_in_calendar(u: Uniforms, year: PlanYear, profile: Uniforms | None = None) -> Days:
    """Return one date per draw from January 1 to December 31, and never of those before the plan year."""
    dates = dates_in_year(u, PlanYear(year.year), profile)
    return np.where(dates < year.first, NEVER, dates) if year.short else dates


def years_and_days(dates: Days) -> tuple[Ints, Ints]:
    """Return the year of each date, and its day counted from 0 in a leap year (February 29 = 59)."""
    low, high = _SPAN
    if len(dates) and (dates.min() < low or dates.max() >= high):
        return _computed(dates)
    years, days = _looked_up()
    at = dates - np.int32(low)
    return years.take(at).astype(np.int64), days.take(at).astype(np.int64)


_YEARS = 1850, 2250
_SPAN = day_number(dt.date(_YEARS[0], 1, 1)), day_number(dt.date(_YEARS[1], 1, 1))
"""Days that are looked up in a table, three times as fast as they are computed; the second no more."""


@cache
def _looked_up() -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    years = np.repeat(np.arange(*_YEARS), np.diff(first_days(np.arange(_YEARS[0], _YEARS[1] + 1))))
    days = _days_within(years, np.arange(*_SPAN, dtype=np.int32))
    return years.astype(np.int16), days.astype(np.int16)


def _computed(dates: Days) -> tuple[Ints, Ints]:
    years = dates.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    return years, _days_within(years, dates)


def _days_within(years: Ints, dates: Days) -> Ints:
    """Return the day of each date in its year, counted from 0 in a leap year."""
    offset = dates - first_days(years)
    return np.asarray(offset + ((offset >= _MARCH_1 - 1) & ~is_leap(years)), dtype=np.int64)


def first_days(years: Ints) -> Ints:
    """Return January 1 of each year."""
    before = years - 1
    return 365 * before + before // 4 - before // 100 + before // 400 + (1 - _EPOCH.toordinal())


def is_leap(years: Ints) -> NDArray[np.bool_]:
    """Return which years have a February 29; with divisions only, which are faster than remainders."""
    return np.asarray((years & 3 == 0) & ((years // 25 * 25 != years) | (years & 15 == 0)))


def days_in_leap_year(dates: Days, year: PlanYear) -> Ints:
    """Return dates of one year counted from 0 in a leap year."""
    offset = (dates - year.january_1).astype(np.int64)
    return offset if year.days == 366 else offset + (offset >= _MARCH_1 - 1)


def years_before(day: Ints, year: int, years: Ints) -> Days:
    """Return days of ``year``, counted from 0 in a leap year, minus whole years; February 29 may become 28."""
    target = year - years
    return np.asarray(first_days(target) + day - ((day >= _MARCH_1 - 1) & ~is_leap(target)), dtype=np.int32)


def years_after(dates: Days, years: Ints) -> Days:
    """Return each date plus whole years; February 29 becomes March 1 where the year has none."""
    number, day = years_and_days(dates)
    target = number + years
    return np.asarray(first_days(target) + day - ((day >= _MARCH_1) & ~is_leap(target)), dtype=np.int32)


def months_after(dates: Days, months: int) -> Days:
    """Return each date plus calendar months: the same day, or the last of a month that has no such day.

    Whole years are anniversaries: February 29 becomes March 1 where the year has none.
    """
    years, rest = divmod(months, 12)
    if rest == 0:
        return years_after(dates, np.full(len(dates), years, dtype=np.int64))
    month = dates.astype("datetime64[D]").astype("datetime64[M]")
    day = dates - _first_of(month)
    first = _first_of(month + months)
    return np.minimum(first + day, _first_of(month + months + 1) - np.int32(1))


def _first_of(months: NDArray[np.datetime64]) -> Days:
    return months.astype("datetime64[D]").astype(np.int64).astype(np.int32)


def whole_years(since: Days, on: Days) -> Ints:
    """Return completed years from each day to a day of any year."""
    (began, first), (number, day) = years_and_days(since), years_and_days(on)
    return np.asarray(number - began - (day < first))


def completed_years(since: Days, on: Days, year: PlanYear) -> Ints:
    """Return completed years from each day to a day of ``year``."""
    number, day = years_and_days(since)
    return np.asarray(year.year - number - (on - np.int32(year.january_1) < year.anniversary(day.astype(np.int16))))

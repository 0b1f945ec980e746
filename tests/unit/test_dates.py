"""Days, anniversaries and drawn dates, against the calendar of the standard library."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support_walk import completed_years
from workforce_sim.dates import (
    PlanYear,
    dates_between,
    dates_in_year,
    day_number,
    days_in_leap_year,
    is_leap,
    years_and_days,
    years_before,
)

DATES = st.dates(dt.date(1850, 1, 1), dt.date(2200, 12, 31)) | st.integers(1852, 2196).map(
    lambda year: dt.date(year, 2, 29) if is_leap(np.array([year]))[0] else dt.date(year, 3, 1)
)
YEARS = st.integers(1950, 2200)


def days(*dates: dt.date) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.array([day_number(date) for date in dates], dtype=np.int32)


def as_dates(numbers: np.ndarray[tuple[int], np.dtype[np.int32]]) -> list[dt.date]:
    return [dt.date(1970, 1, 1) + dt.timedelta(days=int(number)) for number in numbers]


@given(YEARS)
def test_a_plan_year_runs_from_1_january_to_31_december(year: int) -> None:
    first, last = as_dates(np.array([PlanYear(year).first, PlanYear(year).last], dtype=np.int32))
    assert (first, last) == (dt.date(year, 1, 1), dt.date(year, 12, 31))
    assert PlanYear(year).days == (last - first).days + 1


@pytest.mark.parametrize(
    ("year", "text", "date"),
    [
        (2024, "02-29", "2024-02-29"),
        (2025, "02-29", "2025-03-01"),
        (2100, "02-29", "2100-03-01"),
        (2000, "02-29", "2000-02-29"),
        (2025, "02-28", "2025-02-28"),
        (2025, "12-31", "2025-12-31"),
    ],
)
def test_a_day_of_the_year_is_1_march_where_there_is_no_29_february(year: int, text: str, date: str) -> None:
    assert PlanYear(year).day(text) == day_number(dt.date.fromisoformat(date))


@given(DATES)
def test_a_date_splits_into_its_year_and_its_day_counted_as_in_a_leap_year(date: dt.date) -> None:
    year, day = (int(part[0]) for part in years_and_days(days(date)))
    in_2000 = dt.date(2000, 1, 1) + dt.timedelta(days=day)
    assert (year, in_2000.month, in_2000.day) == (date.year, date.month, date.day)
    assert int(days_in_leap_year(days(date), PlanYear(date.year))[0]) == day


@given(DATES, YEARS)
def test_an_anniversary_falls_where_completed_years_turn(date: dt.date, year: int) -> None:
    day = years_and_days(days(date))[1].astype(np.int16)
    found = dt.date(year, 1, 1) + dt.timedelta(days=int(PlanYear(year).anniversary(day)[0]))
    assert completed_years(date, found) == year - date.year
    assert completed_years(date, found - dt.timedelta(days=1)) == year - date.year - 1


@given(DATES.filter(lambda date: date.year >= 1950), st.integers(0, 120))
def test_years_before_keep_the_day_but_29_february(date: dt.date, years: int) -> None:
    day = days_in_leap_year(days(date), PlanYear(date.year))
    found = as_dates(years_before(day, date.year, np.array([years])))[0]
    try:
        assert found == date.replace(year=date.year - years)
    except ValueError:  # no 29 February there
        assert found == dt.date(date.year - years, 2, 28)


def test_an_even_date_is_the_floor_of_u_times_the_days_and_never_after_the_last() -> None:
    first, last = day_number(dt.date(2025, 3, 1)), day_number(dt.date(2025, 3, 10))
    u = np.array([0.0, 0.0999, 0.1, 0.5, 0.999, 1 - 2.0**-53])
    assert (dates_between(u, first, last) - first).tolist() == [0, 0, 1, 5, 9, 9]


def test_a_profile_weighs_each_day_with_its_months_weight_over_the_days_of_the_month() -> None:
    year = PlanYear(2024)
    profile = year.profile([0.31, 0.29, *[0] * 9, 0.31])
    assert profile is not None
    # 310,000 ppm x 1000 / 31 = 10,000,000 a day in January and December, 290,000 x 1000 / 29 the same in February.
    assert profile[[0, 30, 59, 60, 334, 335, 365]].tolist() == [x * 1e7 for x in (1, 31, 60, 60, 60, 61, 91)]
    u = np.array([0.0, 30.5 / 91, 59.5 / 91, 60.5 / 91, 1 - 2.0**-53])
    found = as_dates(dates_in_year(u, year, profile))
    assert [date.isoformat()[5:] for date in found] == ["01-01", "01-31", "02-29", "12-01", "12-31"]
    # Cut off at 30 December the same u spreads over 90 days.
    assert as_dates(dates_in_year(u[-1:], year, profile, year.last - 1)) == [dt.date(2024, 12, 30)]


def test_a_day_without_weight_is_never_drawn_and_no_weights_mean_no_profile() -> None:
    year = PlanYear(2025)
    assert year.profile(None) is None
    profile = year.profile([0, 1, 0, 0, 0.5, 0, 0, 0, 0, 0, 0, 0])
    u = (np.arange(100_000) + 0.5) / 100_000
    months = [date.month for date in as_dates(np.unique(dates_in_year(u, year, profile)))]
    assert sorted(set(months)) == [2, 5]
    assert len(months) == 28 + 31

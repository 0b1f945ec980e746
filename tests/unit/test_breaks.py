"""Breaks in service: the example of docs/model/returns.md, and its edges."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workforce_sim.dates import PlanYear, day_number, whole_years
from workforce_sim.plan.breaks import after_absence, given_back, may_disregard


def days(*dates: str) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.array([day_number(dt.date.fromisoformat(date)) for date in dates], dtype=np.int32)


def moved(since: str, last: str, back: str) -> str:
    year = PlanYear(int(back[:4]))
    (found,) = after_absence(days(since), days(last), days(back), year).astype("datetime64[D]").tolist()
    return str(found)


@pytest.mark.parametrize(
    ("since", "back", "breaks", "expected"),
    [
        ("2020-03-10", "2026-02-01", 0, "2020-03-10"),
        ("2020-03-10", "2027-02-01", 1, "2021-10-11"),
        ("2024-05-01", "2030-07-15", 5, "2029-05-15"),
        ("2022-02-28", "2026-06-30", 1, "2023-02-27"),
    ],
    ids=["Ann", "Bo", "Cy", "Di"],
)
def test_the_service_dates_of_the_chapter(since: str, back: str, breaks: int, expected: str) -> None:
    assert whole_years(days("2025-06-30"), days(back)).tolist() == [breaks]
    assert moved(since, "2025-06-30", back) == expected


@pytest.mark.parametrize(
    ("since", "last", "back", "expected"),
    [
        ("2020-01-01", "2024-06-30", "2025-06-29", "2020-01-01"),  # a day short of a year away: service goes on
        ("2020-01-01", "2024-06-30", "2025-06-30", "2020-12-30"),  # 4 years, 182 days
        ("2024-02-29", "2025-02-28", "2026-03-01", "2025-02-28"),  # 0 years, 366 days: the year is full on return
        ("2024-02-29", "2025-03-01", "2026-03-01", "2025-02-28"),  # 1 year and a day
        ("2023-06-01", "2023-06-01", "2028-02-29", "2028-02-28"),  # one day of service
        ("2020-05-05", "2024-05-05", "2028-02-29", "2024-02-28"),  # 4 years and a day, back over leap days
    ],
)
def test_the_edges_of_a_service_date(since: str, last: str, back: str, expected: str) -> None:
    assert moved(since, last, back) == expected


@given(st.integers(10_000, 20_000), st.integers(0, 9_000), st.integers(1, 4_000))
def test_an_absence_takes_no_completed_year(since: int, served: int, away: int) -> None:
    first, last = np.array([since], dtype=np.int32), np.array([since + served], dtype=np.int32)
    back = last + np.int32(away)
    year = PlanYear(int(back.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)[0]) + 1970)
    later = after_absence(first, last, back, year)

    assert whole_years(later, back) >= whole_years(first, last)
    assert whole_years(later, back) <= whole_years(first, back)
    assert first <= later <= back


@pytest.mark.parametrize(
    ("balance", "share", "breaks", "buy_back", "restored", "repaid"),
    [
        (1_000_001, 8000, 0, True, 200_000, 800_001),
        (1_000_001, 8000, 1, False, 0, 0),
        (50_000, 0, 5, True, 0, 0),
        (50_000, 0, 4, False, 50_000, 0),
        (300_003, 4000, 1, True, 180_002, 120_001),
        (300_003, 10_000, 1, True, 0, 0),
        (0, 4000, 1, True, 0, 0),
        (1, 4000, 1, False, 1, 0),  # nothing is vested of a cent
    ],
)
def test_what_is_given_back(balance: int, share: int, breaks: int, buy_back: bool, restored: int, repaid: int) -> None:
    found = given_back(np.array([balance]), np.array([share]), np.array([breaks]), buy_back=buy_back)

    assert [amount.tolist() for amount in found] == [[restored], [repaid]]


def test_the_rule_of_parity_needs_five_breaks_and_all_that_was_served() -> None:
    assert [bool(may_disregard(prior, breaks)) for prior, breaks in ((0, 4), (0, 5), (5, 5), (7, 6), (7, 7))] == [
        False,
        True,
        True,
        False,
        True,
    ]

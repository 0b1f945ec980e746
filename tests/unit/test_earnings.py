"""Pay through the year, by hand: the salary of a day, and what is earned through it."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

import numpy as np
import polars as pl
import pytest

from tests.unit.small_plans import day
from workforce_sim import load_config
from workforce_sim.dates import NEVER, PlanYear, day_number
from workforce_sim.engine.assumptions import Assumptions
from workforce_sim.engine.columns import Columns
from workforce_sim.engine.context import World, Year
from workforce_sim.engine.earnings import Pay, earned
from workforce_sim.engine.pay_scale import PayScale

NAMES = pl.Series([], dtype=pl.String)
ROW = np.zeros(1, dtype=np.intp)


def number(date: str) -> int:
    return day_number(day(date))


def paid(
    year: int,
    salary: int,
    *,
    hired: str = "2010-06-01",
    last: str | None = None,
    cola: tuple[str, int] | None = None,
    merit: tuple[str, int] | None = None,
    promotion: tuple[str, int] | None = None,
) -> Pay:
    """The pay of one person; a raise is its date and what it adds to the annual salary."""
    calendar = PlanYear(year)
    world = World(Assumptions(load_config(_on(cola)), ()), (0,), 1, [], np.zeros(0, np.int64), NAMES, NAMES)
    gains = {"cola": cola, "merit": merit, "promotion": promotion}
    staff = pl.DataFrame(
        {
            "hire_date": number(hired),
            "last_day": calendar.last if last is None else number(last),
            "salary_cents": salary,
            **{f"{kind}_date": number(gain[0]) if gain else NEVER for kind, gain in gains.items()},
            **{f"{kind}_before_cents": 0 for kind in gains},
            **{f"{kind}_after_cents": gain[1] if gain else 0 for kind, gain in gains.items()},
        }
    ).cast({"hire_date": pl.Int32, "last_day": pl.Int32, **{f"{kind}_date": pl.Int32 for kind in gains}})
    of_year = Year(world, year, cast("PayScale", None), [0])
    known = Columns(staff)
    walked = {f"{kind}_{end}_cents": known[f"{kind}_{end}_cents"] for kind in gains for end in ("before", "after")}
    earnings = pl.Series("earnings_cents", earned(known, walked, of_year))
    return Pay(Columns(staff.with_columns(earnings)), of_year)


def _on(cola: tuple[str, int] | None) -> dict[str, Any]:
    """The documented values, cost of living on a date of the year."""
    sections = load_config().model_dump(mode="json", by_alias=True, exclude_unset=True)
    return {**sections, "compensation": {"cola_date": cola[0][5:] if cola else "01-01"}}


def salary_on(pay: Pay, date: str) -> int:
    return int(pay.salary_on(ROW, np.array([number(date)], dtype=np.int32))[0])


def through(pay: Pay, date: str) -> int:
    return int(pay.through(ROW, np.array([number(date)], dtype=np.int32))[0])


# 100 dollars a day of 365, and raises by 10, 20 and 40 dollars a day.
RAISED = paid(
    2025, 3_650_000, cola=("2025-02-01", 365_000), merit=("2025-04-01", 730_000), promotion=("2025-07-01", 1_460_000)
)


def test_a_salary_is_that_after_the_raises_of_the_day() -> None:
    dates = [
        "2025-01-01",
        "2025-01-31",
        "2025-02-01",
        "2025-03-31",
        "2025-04-01",
        "2025-06-30",
        "2025-07-01",
        "2025-12-31",
    ]
    salaries = [3_650_000, 3_650_000, 4_015_000, 4_015_000, 4_745_000, 4_745_000, 6_205_000, 6_205_000]
    assert [salary_on(RAISED, date) for date in dates] == salaries


def test_pay_to_date_counts_each_day_at_its_salary() -> None:
    assert through(RAISED, "2024-12-31") == 0
    assert through(RAISED, "2025-01-01") == 10_000
    assert through(RAISED, "2025-01-31") == 31 * 10_000
    assert through(RAISED, "2025-02-01") == 31 * 10_000 + 11_000
    assert through(RAISED, "2025-03-31") == 31 * 10_000 + 59 * 11_000
    assert through(RAISED, "2025-04-01") == 31 * 10_000 + 59 * 11_000 + 13_000
    assert through(RAISED, "2025-06-30") == 31 * 10_000 + 59 * 11_000 + 91 * 13_000
    assert through(RAISED, "2025-12-31") == 31 * 10_000 + 59 * 11_000 + 91 * 13_000 + 184 * 17_000
    assert RAISED.earned.tolist() == [through(RAISED, "2025-12-31")]


def test_all_raises_on_1_january_hold_all_year() -> None:
    first = "2025-01-01"
    pay = paid(2025, 3_650_000, cola=(first, 365_000), merit=(first, 730_000), promotion=(first, 1_460_000))
    assert salary_on(pay, first) == 6_205_000
    assert pay.earned.tolist() == [6_205_000]


def test_who_is_hired_within_the_year_is_paid_from_the_hire_date() -> None:
    pay = paid(2025, 3_650_000, hired="2025-03-10", merit=("2025-03-12", 365_000))
    assert [through(pay, date) for date in ("2025-01-01", "2025-03-09", "2025-03-10", "2025-03-12")] == [
        0,
        0,
        10_000,
        31_000,
    ]
    assert pay.earned.tolist() == [2 * 10_000 + 295 * 11_000]


def test_who_leaves_is_paid_through_the_last_day() -> None:
    pay = paid(2025, 3_650_000, last="2025-01-10", cola=("2025-01-10", 365_000))
    assert pay.earned.tolist() == [9 * 10_000 + 11_000]
    assert through(pay, "2025-01-10") == 101_000
    hired_and_left = paid(2025, 3_650_000, hired="2025-01-09", last="2025-01-10")
    assert hired_and_left.earned.tolist() == [20_000]


def test_a_leap_year_has_366_days_and_amounts_are_rounded_half_up_once() -> None:
    pay = paid(2024, 3_660_000, cola=("2024-02-29", 366_000))
    assert [through(pay, date) for date in ("2024-02-28", "2024-02-29", "2024-03-01")] == [590_000, 601_000, 612_000]
    assert pay.earned.tolist() == [59 * 10_000 + 307 * 11_000]
    # 183 cents a year is half a cent a day, an odd number of days half a cent more: up.
    halves = paid(2024, 183)
    assert [through(halves, f"2024-01-0{d}") for d in (1, 2, 3, 4)] == [1, 1, 2, 2]
    assert halves.earned.tolist() == [183]


def test_dates_before_1970_are_dates_like_any_other() -> None:
    pay = paid(1969, 3_650_000, hired="1969-11-30", last="1969-12-30", cola=("1969-12-01", 365_000))
    assert [salary_on(pay, date) for date in ("1969-11-30", "1969-12-01")] == [3_650_000, 4_015_000]
    assert [through(pay, date) for date in ("1969-11-29", "1969-11-30", "1969-12-01")] == [0, 10_000, 21_000]
    assert pay.earned.tolist() == [10_000 + 30 * 11_000]


@pytest.mark.parametrize("year", [2024, 2025])
def test_pay_to_date_is_the_sum_over_the_days(year: int) -> None:
    pay = paid(
        year,
        5_234_567,
        hired=f"{year}-01-05",
        last=f"{year}-12-20",
        cola=(f"{year}-03-01", 130_864),
        merit=(f"{year}-04-01", 198_650),
        promotion=(f"{year}-02-28", 549_670),
    )
    length, total, date = PlanYear(year).days, 0, dt.date(year, 1, 1)
    while date <= dt.date(year, 12, 20):
        total += salary_on(pay, date.isoformat()) if date >= dt.date(year, 1, 5) else 0
        assert through(pay, date.isoformat()) == (2 * total + length) // (2 * length)
        date += dt.timedelta(days=1)
    assert pay.earned.tolist() == [(2 * total + length) // (2 * length)]

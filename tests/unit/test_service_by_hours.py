"""Service by hours, by hand: entry, long-term part-time employees, their money and tests, and vesting."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import workforce_sim as ws
from tests.support_store import assert_goes_on
from workforce_sim.config.vesting import VestingService
from workforce_sim.dates import PlanYear, day_number
from workforce_sim.plan.service import scheduled_hours, vesting_years

D = dt.date
STILL: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2027, "target_growth_rate": 0.0},
    "workforce": {"total_termination_rate": 0.0, "new_hire_termination_rate": 0.0},
    "promotion": {"base_rate": 0.0},
    "compensation": {"cola_rate": 0.0, "merit_pool": 0.0},
    "enrollment": {
        "auto_enrollment": {"enabled": False},
        "election": 1.0,
        "deferral_rates": 0.05,
        "match_seeking": 0.0,
    },
    "random_seed": 7,
}
"""Nobody leaves or is hired, pay stays the same, and everybody elects 5% in the year of entry."""
HOURS: dict[str, Any] = {"waiting_period_years": 1, "entry": "semiannual", "service": {"method": "hours"}}
FIRM = pl.DataFrame(
    {
        "employee_id": ["full", "thousand", "two years", "before 2021", "young", "few hours"],
        "hire_date": [D(2024, 3, 15), D(2023, 6, 10), D(2023, 2, 1), D(2019, 5, 20), D(2022, 1, 10), D(2022, 1, 10)],
        "birth_date": [D(1980, 1, 2), D(1990, 5, 5), D(1985, 3, 3), D(1970, 7, 7), D(2003, 8, 1), D(1975, 1, 1)],
        "annual_salary": [50_000.0, 24_000.0, 18_000.0, 16_000.0, 17_000.0, 12_000.0],
        "full_time_share": [1.0, 0.480769, 0.3, 0.25, 0.3, 0.2],
        "level": ["Staff"] * 6,
        "deferral_rate": [0.0] * 6,
    }
)


def run(eligibility: dict[str, Any], census: pl.DataFrame = FIRM, **sections: Any) -> ws.Result:
    return ws.simulate({**STILL, "eligibility": eligibility, **sections}, census=census)


def of_year(result: ws.Result, year: int, column: str) -> dict[str, Any]:
    rows = result.snapshots.filter(pl.col("year") == year)
    return dict(zip(rows["employee_id"], rows[column], strict=True))


@pytest.mark.parametrize(
    ("periods", "entries"),
    [
        ("anniversary", [D(2025, 7, 1), D(2024, 7, 1), D(2025, 7, 1), D(2024, 7, 1), D(2025, 7, 1), None]),
        ("plan_year", [D(2025, 7, 1), D(2024, 7, 1), D(2025, 1, 1), D(2024, 1, 1), D(2025, 1, 1), None]),
    ],
)
def test_the_table_of_the_page(periods: str, entries: list[dt.date | None]) -> None:
    result = run({**HOURS, "service": {"method": "hours", "periods": periods}})

    assert of_year(result, 2027, "eligibility_date") == dict(zip(FIRM["employee_id"], entries, strict=True))
    late = of_year(result, 2027, "long_term_part_time")
    assert {name for name in late if late[name]} == {"two years", "before 2021", "young"}
    assert of_year(result, 2027, "hours_of_service")["thousand"] == 1000
    assert result.summary["long_term_part_time"].to_list() == [3, 3, 3]


def test_two_years_of_service_end_with_the_second_plan_year() -> None:
    service = {"method": "hours", "periods": "plan_year"}
    result = run({**HOURS, "waiting_period_years": 2, "entry": "immediate", "service": service})

    assert of_year(result, 2027, "eligibility_date")["full"] == D(2026, 1, 1)
    assert of_year(run({**HOURS, "waiting_period_years": 2, "entry": "immediate"}), 2027, "eligibility_date")[
        "full"
    ] == D(2026, 3, 15)


def test_long_term_part_time_employees_defer_and_get_no_employer_money() -> None:
    flat = {"nonelective": {"kind": "flat", "rate": 0.03}}
    alone = run(HOURS, plan=flat)
    given = run({**HOURS, "long_term_part_time": {"employer_money": True}}, plan=flat)

    assert of_year(alone, 2026, "pre_tax_cents")["two years"] > 0
    assert (of_year(alone, 2026, "match_cents")["two years"], of_year(given, 2026, "match_cents")["two years"]) == (
        0,
        72_000,  # 4% of 18,000
    )
    assert [of_year(one, 2026, "nonelective_cents")["two years"] for one in (alone, given)] == [0, 54_000]
    assert of_year(alone, 2026, "match_cents")["full"] == 200_000  # 4% of 50,000
    assert of_year(alone, 2026, "plan_compensation_cents")["two years"] == 1_800_000


def test_without_the_rule_nobody_below_the_hours_ever_enters() -> None:
    result = run({**HOURS, "long_term_part_time": {"enabled": False}})

    entered = of_year(result, 2027, "eligibility_date")
    assert [name for name, date in entered.items() if date is None] != []
    assert {name for name, date in entered.items() if date is not None} == {"full", "thousand"}


def test_who_defers_in_the_census_without_the_hours_has_joined_in_another_way() -> None:
    rates = [0.05 if name in ("two years", "before 2021") else 0.0 for name in FIRM["employee_id"]]
    result = run(HOURS, FIRM.with_columns(deferral_rate=pl.Series(rates)))

    late = of_year(result, 2025, "long_term_part_time")
    assert (late["two years"], late["before 2021"]) == (False, True)  # the way in of the first opens on July 1, 2025
    assert of_year(result, 2025, "match_cents")["two years"] == 72_000
    assert of_year(result, 2025, "match_cents")["before 2021"] == 0
    assert of_year(result, 2025, "eligibility_date")["two years"] == D(2025, 1, 1)


def test_forfeitures_are_reallocated_without_long_term_part_time_employees() -> None:
    rates = {"workforce": {"total_termination_rate": 0.3, "new_hire_termination_rate": 0.0}}
    plan = {"forfeitures": "reallocate", "vesting": {"match": [0.0] * 30 + [1.0]}}
    balances = FIRM.with_columns(match_balance=pl.lit(10_000.0))
    result = run(HOURS, balances, **rates, plan=plan)

    late = result.snapshots.filter("long_term_part_time")
    assert result.summary["forfeitures_used_cents"].sum() > 0
    assert late["nonelective_cents"].sum() == 0


# --- tests of a plan year ---------------------------------------------------------------------------------------------


def test_the_tests_leave_them_out_and_say_how_many() -> None:
    found = {test.test: test for test in ws.nondiscrimination(run(HOURS), 2026).tests}

    assert found["ADP"].figures["nhces"] == 2
    assert "3 long-term part-time employees left out (IRC 401(k)(15)(B))" in found["ADP"].note
    assert "3 long-term" in found["Coverage, deferrals"].note
    assert found["Coverage, deferrals"].figures["nhces"] == 2  # not who has 416 hours a year: no year of service


def test_they_may_be_tested() -> None:
    section = {**HOURS, "long_term_part_time": {"tested": True}}
    found = {test.test: test for test in ws.nondiscrimination(run(section), 2026).tests}

    assert found["ADP"].figures["nhces"] == 5
    assert "left out" not in found["ADP"].note
    assert found["Coverage, match"].figures["nhce_percent"] < 100  # they are counted, and could get no match


# --- vesting ----------------------------------------------------------------------------------------------------------


def years(through: dt.date, section: dict[str, Any], ppm: int = 600_000, part_time: bool = False) -> int:
    day = np.array([day_number(D(2023, 6, 10))], dtype=np.int32)
    last = np.array([day_number(through)], dtype=np.int32)
    time, flag = np.array([ppm], dtype=np.int64), np.array([part_time])
    return int(vesting_years(day, last, time, flag, PlanYear(through.year), VestingService(**section))[0])


@pytest.mark.parametrize(
    ("through", "elapsed", "plan_years", "anniversaries"),
    [
        (D(2023, 12, 31), 0, 0, 0),
        (D(2024, 12, 31), 1, 1, 1),
        (D(2025, 9, 30), 2, 1, 2),
        (D(2025, 10, 31), 2, 2, 2),
        (D(2026, 3, 31), 2, 2, 3),
    ],
)
def test_years_of_vesting_service_of_the_page(
    through: dt.date, elapsed: int, plan_years: int, anniversaries: int
) -> None:
    hours = {"method": "hours"}
    assert years(through, {}) == elapsed
    assert years(through, {**hours, "periods": "plan_year"}) == plan_years
    assert years(through, {**hours, "periods": "anniversary"}) == anniversaries


def test_500_hours_are_a_year_of_vesting_service_of_long_term_part_time_employees() -> None:
    hours = {"method": "hours"}
    assert years(D(2026, 12, 31), hours, 250_000) == 0
    assert years(D(2026, 12, 31), hours, 250_000, part_time=True) == 3  # 520 hours in 2024, 2025 and 2026; 292 in 2023
    assert years(D(2026, 12, 31), {**hours, "periods": "anniversary"}, 250_000, part_time=True) == 3


def test_periods_before_2021_do_not_count_for_long_term_part_time_employees() -> None:
    day = np.array([day_number(D(2019, 1, 1))], dtype=np.int32)
    last = np.array([PlanYear(2025).last], dtype=np.int32)
    time, late = np.array([300_000], dtype=np.int64), np.array([True])
    for periods in ("plan_year", "anniversary"):
        section = VestingService(method="hours", periods=periods)  # type: ignore[arg-type]
        assert vesting_years(day, last, time, late, PlanYear(2025), section).tolist() == [5]
        assert vesting_years(day, last, time * 2, late, PlanYear(2025), section).tolist() == [7]


def test_forfeitures_follow_years_of_hours() -> None:
    plan = {"vesting": {"match": "graded_5", "service": {"method": "hours"}}}
    result = run({"waiting_period_days": 0}, plan=plan)

    shares = of_year(result, 2027, "vested_share_match_bp")
    assert shares["thousand"] == 8000  # 2024 to 2027; of 2023 561 hours
    assert shares["two years"] == 0
    assert of_year(run({"waiting_period_days": 0}, plan={"vesting": {"match": "graded_5"}}), 2027, "vesting_years") == (
        dict.fromkeys(FIRM["employee_id"])
    )


def test_hours_are_rounded_half_up() -> None:
    shares = np.array([480_769, 240_385, 1_000_000], dtype=np.int64)

    assert scheduled_hours(shares).tolist() == [1000, 500, 2080]
    assert scheduled_hours(shares, 205, 366).tolist() == [560, 280, 1165]


# --- a run ------------------------------------------------------------------------------------------------------------

MOVING: dict[str, Any] = {
    **STILL,
    "simulation": {"start_year": 2025, "end_year": 2028, "target_growth_rate": 0.05},
    "workforce": {"total_termination_rate": 0.2, "new_hire_termination_rate": 0.2},
    "hiring": {"part_time_share": 0.5, "part_time_hours": 600},
    "eligibility": HOURS,
    "plan": {"vesting": {"match": "graded_5", "service": {"method": "hours"}}},
    "census": {"size": 60},
}


def test_a_run_goes_on_to_the_byte(tmp_path: Path) -> None:
    whole = assert_goes_on(MOVING, tmp_path)

    assert whole.snapshots["long_term_part_time"].sum() > 0


def test_the_timeline_says_what_let_somebody_in() -> None:
    result = run(HOURS)
    told = {name: str(ws.timeline(result, name)) for name in ("two years", "full")}

    assert "500 hours in three 12-month periods" in told["two years"]
    assert "624 hours a year" in told["two years"]
    assert "2,080 hours a year" in told["full"]
    assert "long-term part-time employees get no employer contributions" in told["two years"]
    assert "plan.match" not in told["two years"].partition("2026-12-31")[2]


@pytest.mark.parametrize(
    ("eligibility", "told"),
    [
        ({"service": {"method": "hours"}}, "set waiting_period_years to 1 or more"),
        ({**HOURS, "waiting_period_months": 3}, "leave waiting_period_months out"),
        ({**HOURS, "service": {"method": "hours", "hours": 3000}}, "eligibility.service.hours"),
    ],
)
def test_what_cannot_be_counted_is_refused(eligibility: dict[str, Any], told: str) -> None:
    with pytest.raises(ws.ConfigError, match=told):
        run(eligibility)

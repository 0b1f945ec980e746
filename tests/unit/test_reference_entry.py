"""The reference model's service by hours, classes and amendments against the examples of the chapters, by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from tests.support import Scenario, configured, slow
from tests.support import census_of as census
from workforce_sim.config import Config
from workforce_sim.config.eligibility import Eligibility, Service
from workforce_sim.config.vesting import Vesting, VestingService
from workforce_sim.reference.classes import rule_of
from workforce_sim.reference.eligibility import date_by_rules, years_of_service
from workforce_sim.reference.records import NEVER, Employee, person_year
from workforce_sim.reference.service import end_of_part_time_wait, hours_of, years_by_hours
from workforce_sim.reference.vesting import years_of_vesting
from workforce_sim.tables.output import Tables


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def employee(hired: str, born: str = "1980-01-02", share: int = 1_000_000, **more: Any) -> Employee:
    return Employee("E-1", 1, 1, day(born), day(hired), None, share, 0, 5_000_000, **more)


# --- Service by hours ---


@pytest.mark.parametrize(
    ("hired", "born", "share", "hours", "expected", "by_plan_years"),
    [
        ("2024-03-15", "1980-01-02", 1_000_000, 2080, "2025-07-01", "2025-07-01"),
        ("2023-06-10", "1990-05-05", 480_769, 1000, "2024-07-01", "2024-07-01"),
        ("2023-02-01", "1985-03-03", 300_000, 624, "2025-07-01", "2025-01-01"),
        ("2019-05-20", "1970-07-07", 250_000, 520, "2024-07-01", "2024-01-01"),
        ("2022-01-10", "2003-08-01", 300_000, 624, "2025-07-01", "2025-01-01"),
        ("2022-01-10", "1975-01-01", 200_000, 416, None, None),
    ],
)
def test_the_example_of_service_by_hours(
    hired: str, born: str, share: int, hours: int, expected: str | None, by_plan_years: str | None
) -> None:
    assert hours_of(share) == hours
    for periods, date in (("anniversary", expected), ("plan_year", by_plan_years)):
        service = {"method": "hours", "periods": periods}
        rule = Eligibility.model_validate({"waiting_period_years": 1, "service": service, "entry": "semiannual"})
        found = date_by_rules(employee(hired, born, share), rule)
        assert found == (NEVER if date is None else day(date), 500 <= hours < 1000)


def test_600_hours_in_2021_2022_and_2023_are_in_on_1_january_2024() -> None:
    service = Service(method="hours", periods="plan_year")
    assert end_of_part_time_wait(day("2021-01-01"), day("1990-01-01"), 21, service) == day("2024-01-01")


def test_years_of_service_by_plan_years_count_from_the_first_twelve_months() -> None:
    service = {"method": "hours", "periods": "plan_year"}
    rule = Eligibility.model_validate({"waiting_period_years": 2, "service": service})
    # The second period is 2025: E(2) = 1 January 2026.
    assert date_by_rules(employee("2024-03-15"), rule) == (day("2026-01-01"), False)


@pytest.mark.parametrize(
    ("on", "elapsed", "plan_year", "anniversary"),
    [
        ("2023-12-31", 0, 0, 0),
        ("2024-12-31", 1, 1, 1),
        ("2025-09-30", 2, 1, 2),
        ("2025-10-31", 2, 2, 2),
        ("2026-03-31", 2, 2, 3),
    ],
)
def test_the_example_of_vesting_by_hours(on: str, elapsed: int, plan_year: int, anniversary: int) -> None:
    person = person_year(employee("2023-06-10", share=600_000), day(f"{on[:4]}-01-01"), day(on))

    def years(**rule: Any) -> int:
        return years_of_vesting(person, Vesting(service=VestingService(**rule)), day(on))

    found = years(), years(method="hours"), years(method="hours", periods="anniversary")
    assert found == (elapsed, plan_year, anniversary)


def test_periods_of_long_term_part_time_employees_count_from_2021_on() -> None:
    rule = VestingService(method="hours")
    # 0.25 x 2,080 = 520 hours in each of 2021, 2022 and 2023.
    assert years_by_hours(day("2018-05-01"), 250_000, rule, day("2023-12-31"), part_time=True) == 3
    assert years_by_hours(day("2018-05-01"), 250_000, rule, day("2023-12-31"), part_time=False) == 0


@pytest.mark.parametrize(
    ("wait", "years"),
    [
        ({"waiting_period_years": 2}, 2),
        ({"waiting_period_years": 0}, None),
        ({"waiting_period_years": 1, "waiting_period_months": 6}, None),
        ({"waiting_period_days": 90}, None),
    ],
)
def test_a_wait_in_years_alone_is_years_of_service(wait: dict[str, int], years: int | None) -> None:
    rule = Eligibility(waiting_period_years=1).model_copy(update={"waiting_period_years": None, **wait})
    by_hours = rule.model_copy(update={"service": Service(method="hours")})

    assert (years_of_service(by_hours), years_of_service(rule)) == (years, None)


# --- Classes ---

UNION = {"union": True, "waiting_period_days": 30, "minimum_age": 18, "entry": "monthly"}


def test_a_class_with_any_key_of_the_wait_takes_none_of_them_from_the_plan() -> None:
    years = {"waiting_period_years": 1, "service": {"method": "hours"}}
    rule = Eligibility.model_validate({**years, "classes": [UNION, {"level": ["B"], "minimum_age": 25}]})
    of_union = rule_of(employee("2024-03-15", union=True, class_level="B"), rule)
    assert (of_union.waiting_period_days, of_union.waiting_period_years, of_union.service.method) == (
        30,
        None,
        "elapsed",
    )
    assert (of_union.minimum_age, of_union.entry) == (18, "monthly")
    of_level = rule_of(employee("2024-03-15", class_level="B"), rule)
    assert (of_level.waiting_period_years, of_level.service.method, of_level.minimum_age) == (1, "hours", 25)
    assert rule_of(employee("2024-03-15", class_level="A"), rule).minimum_age == 21


def snapshot(config: Config, **columns: Any) -> pl.DataFrame:
    """The snapshots of one-level staff, sorted."""
    return run(config, **columns).snapshots.sort("year", "employee_id")


def run(config: Config, **columns: Any) -> Tables:
    size = len(columns["employee_id"])
    given = {
        "hire_date": [day("2015-06-01")] * size,
        "birth_date": [day("1980-05-15")] * size,
        "salary_cents": [5_000_000] * size,
        "level": ["A"] * size,
        "department": [None] * size,
    }
    return slow(Scenario(census(**{**given, **columns}), config))


QUIET: dict[str, Any] = {
    "simulation": {"target_growth_rate": 0},
    "workforce": {"total_termination_rate": 0, "new_hire_termination_rate": 0},
    "promotion": {"base_rate": 0},
    "compensation": {"cola_rate": 0, "merit_pool": 0},
}
NOBODY: dict[str, Any] = {
    "election": 0,
    "conversion": 0,
    "stop": 0,
    "change": {"probability": 0},
    "escalation": {"enabled": False},
}


def test_the_first_entry_that_somebody_is_in_excludes_and_never_a_participant() -> None:
    classes = [{"reason": "other", "department": ["Shop"]}, {"reason": "union"}, {"reason": "nonresident_alien"}]
    found = snapshot(
        configured(eligibility={"excluded_classes": classes}, enrollment=NOBODY, **QUIET),
        employee_id=["1", "2", "3", "4", "5"],
        department=["Shop", None, None, "Shop", None],
        union=[True, True, None, None, False],
        nonresident=[None, None, True, None, None],
        deferral_bp=[0, 0, 0, 300, 0],
    )
    assert found["excluded_class"].to_list() == ["other", "union", "nonresident_alien", "none", "none"]
    assert found["union"].to_list() == [True, True, False, False, False]
    assert found["eligibility_date"].is_null().to_list() == [True, True, True, False, False]


def test_hires_are_union_employees_as_often_as_their_department_in_the_census() -> None:
    growing = {**QUIET, "simulation": {"target_growth_rate": 0.5}}
    found = snapshot(
        configured(eligibility={"classes": [UNION]}, enrollment=NOBODY, **growing),
        employee_id=[f"{n:02}" for n in range(40)],
        department=["Shop", "Office"] * 20,
        union=[True, False] * 20,
    )
    hires = found.filter(pl.col("employee_id").str.starts_with("NH"))
    assert hires.height == 20
    assert hires["union"].to_list() == [name == "Shop" for name in hires["department"]]


# --- Amendments ---


def test_the_example_of_amendments() -> None:
    found = snapshot(
        configured(
            2025,
            2027,
            **QUIET,
            eligibility={2025: {"waiting_period_years": 2}, 2026: {"waiting_period_days": 90}},
            enrollment={
                "auto_enrollment": {
                    2025: {"enabled": False},
                    2026: {"enabled": True, "scope": "all_eligible", "window_days": 30, "opt_out": 0},
                },
                "match_response": {"below": 1, "move": 0.5, "before": [{"up_to": 0.02, "rate": 1}]},
                **NOBODY,
            },
            plan={
                "match": {"preset": "simple"},
                "roth": {"available": False},
                "nonelective": {2025: {"kind": "none"}, 2026: {"kind": "flat", "rate": 0.03}},
                "vesting": {"match": {2025: "graded_4", 2026: "graded_6"}, "nonelective": "graded_6"},
            },
        ),
        employee_id=["A-1", "A-2", "A-3", "A-4"],
        hire_date=[day(text) for text in ("2015-03-01", "2022-09-01", "2024-11-01", "2019-02-01")],
        birth_date=[day(text) for text in ("1980-05-05", "1985-10-10", "1990-01-15", "1975-07-20")],
        salary_cents=[6_000_000, 5_000_000, 4_000_000, 4_500_000],
        deferral_bp=[200, 0, 0, 0],
        opted_out=[None, None, None, True],
    )

    def of(who: str, *columns: str) -> list[list[Any]]:
        rows = found.filter(pl.col("employee_id") == who)
        return [rows[column].to_list() for column in columns]

    money = "deferral_bp", "pre_tax_cents", "match_cents", "nonelective_cents"
    assert of("A-1", *money) == [[400] * 3, [240_000] * 3, [120_000] * 3, [0, 180_000, 180_000]]
    assert [amounts[:2] for amounts in of("A-2", *money)] == [[0, 400], [0, 183_562], [0, 91_781], [0, 150_000]]
    assert [amounts[:2] for amounts in of("A-3", *money)] == [[0, 400], [0, 146_849], [0, 73_425], [0, 120_000]]
    assert of("A-4", *money)[0] == [0, 0, 0]
    assert of("A-4", "nonelective_cents") == [[0, 135_000, 135_000]]
    assert of("A-3", "eligibility_date") == [[None, day("2026-01-01"), day("2026-01-01")]]
    assert of("A-2", "enrollment_date")[0][1] == day("2026-01-31")
    assert of("A-2", "vested_share_match_bp", "vested_share_nonelective_bp") == [
        [7500, 10_000, 10_000],
        [4000, 6000, 8000],
    ]
    assert of("A-3", "vested_share_match_bp") == [[2500, 2500, 4000]]


def test_who_never_had_the_hours_enters_under_rules_that_ask_for_none() -> None:
    found = snapshot(
        configured(
            2025,
            2026,
            **QUIET,
            eligibility={
                2025: {"waiting_period_years": 1, "service": {"method": "hours"}},
                2026: {"waiting_period_days": 90},
            },
            enrollment={**NOBODY, "auto_enrollment": {"scope": "all_eligible", "window_days": 30, "opt_out": 0}},
        ),
        employee_id=["1"],
        full_time_ppm=[200_000],
    )
    assert found["eligibility_date"].to_list() == [None, day("2026-01-01")]
    assert found["enrollment_date"].to_list() == [None, day("2026-01-31")]


def test_nonresident_aliens_are_no_long_term_part_time_employees_under_later_rules_either() -> None:
    classes = [{"union": True}]
    by_hours = {"waiting_period_years": 1, "service": {"method": "hours"}, "classes": classes}
    found = snapshot(
        configured(
            2025,
            2026,
            **QUIET,
            eligibility={2025: {"waiting_period_years": 10, "classes": classes}, 2026: by_hours},
            enrollment=NOBODY,
        ),
        employee_id=["1", "2"],
        full_time_ppm=[300_000] * 2,
        hire_date=[day("2020-06-01")] * 2,
        nonresident=[True, False],
    )
    assert found["eligibility_date"].to_list() == [None, None, None, day("2026-01-01")]


def test_years_of_the_rules_before_an_amendment_are_counted_as_they_were() -> None:
    """Who worked 416 hours a year was vested by elapsed time, and loses nothing by counting hours from 2026 on."""
    vesting = {2025: {"match": "cliff_3"}, 2026: {"match": "cliff_3", "service": {"method": "hours"}}}
    found = snapshot(
        configured(2025, 2026, **QUIET, enrollment=NOBODY, plan={"vesting": vesting}),
        employee_id=["1"],
        full_time_ppm=[200_000],
    )
    assert found["vesting_years"].to_list() == [10, 0]
    assert found["vested_share_match_bp"].to_list() == [10_000, 10_000]


# --- Contributions ---


@pytest.mark.parametrize("employer_money", [False, True])
def test_long_term_part_time_employees_defer_and_get_employer_money_only_if_the_plan_says(employer_money: bool) -> None:
    found = snapshot(
        configured(
            **QUIET,
            eligibility={
                "waiting_period_years": 1,
                "service": {"method": "hours"},
                "long_term_part_time": {"employer_money": employer_money},
            },
            enrollment=NOBODY,
            plan={
                "match": {"preset": "simple"},
                "nonelective": {"kind": "flat", "rate": 0.03},
                "roth": {"available": False},
            },
        ),
        employee_id=["1", "2", "3"],
        full_time_ppm=[300_000, 1_000_000, 200_000],
        deferral_bp=[600, 600, 600],
    )
    assert found["pre_tax_cents"].to_list() == [300_000] * 3
    assert found["match_cents"].to_list() == [150_000 if employer_money else 0, 150_000, 150_000]
    assert found["nonelective_cents"].to_list() == [150_000 if employer_money else 0, 150_000, 150_000]
    assert found["long_term_part_time"].to_list() == [True, False, False]
    assert found["hours_of_service"].to_list() == [624, 2080, 416]


def test_some_causes_of_termination_waive_the_last_day_and_the_hours() -> None:
    nonelective = {"kind": "flat", "rate": 0.03, "last_day": True, "waived_for": ["death"]}
    found = snapshot(
        configured(
            simulation={"target_growth_rate": -0.5},
            workforce={"total_termination_rate": 0.5},
            enrollment=NOBODY,
            plan={"match": {"preset": "none"}, "nonelective": nonelective},
        ),
        employee_id=[f"{n:03}" for n in range(300)],
        birth_date=[day("1950-05-15")] * 300,
    )
    left = found.filter(pl.col("termination_date") < day("2025-12-31"))
    causes = {cause for cause, paid in left.select("termination_cause", "nonelective_cents").iter_rows() if paid}
    assert (causes, left["termination_cause"].n_unique() > 2) == ({"death"}, True)

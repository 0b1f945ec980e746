"""Contributions of a year with the arithmetic beside each amount, by both engines; and section 415."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.small_plans import LEAVES, drawing, laid_over, leaving_on, lived, on, person, rates, snapshot, snapshots
from workforce_sim.draws import Stream
from workforce_sim.plan.additions import Additions, reduced

DAILY = 3_650_000  # 100 dollars a day of a year of 365
NO_ROTH = {"roth": {"share": 0.0}}


def of_plan(**plan: Any) -> dict[str, Any]:
    """Sections of a plan without Roth deferrals unless asked for."""
    return {"plan": laid_over(NO_ROTH, plan)}


def overridden(**limits: float) -> dict[str, Any]:
    return {"overrides": {name: {2025: dollars, 2026: dollars} for name, dollars in limits.items()}}


def converting(date: str, **columns: Any) -> dict[str, Any]:
    """Somebody who is out and enrolls on a day, in a plan of ``CONVERTING``."""
    year = int(date[:4])
    (who,) = drawing({(Stream.CONVERSION_DATE, year): on(date)})
    return person(employee_id=who, **columns)


CONVERTING = {"enrollment": {"conversion": 1.0, "deferral_rates": 0.05}}


# --- deferrals by the day ---------------------------------------------------------------------------------------------


def test_a_deferral_is_the_rate_on_the_pay_of_its_days_rounded_once() -> None:
    tables = lived(person(salary_cents=5_234_567, deferral_bp=333), **of_plan())
    assert snapshot(tables, "pre_tax_cents", "roth_cents") == (174_311, 0)  # 174,311.08
    halves = lived(*(person(salary_cents=pay, deferral_bp=100) for pay in (149, 150, 249, 250)), **of_plan())
    assert snapshots(halves, "pre_tax_cents") == [(1,), (2,), (2,), (3,)]


def test_each_change_of_rate_begins_a_period_with_its_day() -> None:
    # 5% until 9 June (160 days), 7% from 10 June on (205 days), 8% from 1 July on (184 of them).
    draws = {(Stream.CHANGE_OR_STOP_DATE, 2025): on("2025-06-10"), (Stream.CHANGE_DIRECTION, 2025): (0.0, 0.75)}
    rules = {
        "change": {"probability": 1.0, "step": 0.02},
        "escalation": {"enabled": True, "scope": "all", "date": "07-01"},
    }
    row = person(employee_id=drawing(draws)[0], deferral_bp=500, salary_cents=DAILY)
    tables = lived(row, **of_plan(), enrollment=rules)
    assert snapshot(tables, "pre_tax_cents") == 160 * 500 + 21 * 700 + 184 * 800
    assert [row[-1] for row in rates(tables)] == [700, 800]


def test_who_enrolls_defers_from_that_day_on_and_who_stops_until_the_day_before() -> None:
    tables = lived(converting("2025-12-01", salary_cents=DAILY), **of_plan(), **CONVERTING)
    assert snapshot(tables, "pre_tax_cents") == 31 * 500
    (who,) = drawing({(Stream.CHANGE_OR_STOP_DATE, 2025): on("2025-01-11")})
    stopping = {"enrollment": {"stop": 1.0}}
    tables = lived(person(employee_id=who, deferral_bp=1000, salary_cents=DAILY), **of_plan(), **stopping)
    assert snapshot(tables, "pre_tax_cents") == 10 * 1000
    (who,) = drawing({(Stream.CHANGE_OR_STOP_DATE, 2025): on("2025-01-01")})
    tables = lived(person(employee_id=who, deferral_bp=1000, salary_cents=DAILY), **of_plan(), **stopping)
    assert snapshot(tables, "pre_tax_cents", "match_cents", "plan_compensation_cents") == (0, 0, DAILY)


def test_a_leaver_defers_through_the_last_day() -> None:
    tables = lived(leaving_on("2025-03-01", deferral_bp=1000, salary_cents=DAILY), person(), **of_plan())
    amounts = dict(tables.snapshots.select("level", "pre_tax_cents").rows())
    assert amounts == {LEAVES: 60 * 1000, "stays": 0}


def test_a_raise_counts_from_its_day_on() -> None:
    raised = {"compensation": {"cola_rate": 0.1, "cola_date": "12-01", "merit_pool": 0.0}}
    tables = lived(person(deferral_bp=1000, salary_cents=DAILY), **of_plan(), **raised)
    assert snapshot(tables, "pre_tax_cents") == 334 * 1000 + 31 * 1100


# --- plan compensation ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "enrolled", "compensation"),
    [
        ("plan_year", True, 365),
        ("plan_year", False, 365),
        ("eligible", True, 275),  # 1 April on
        ("eligible", False, 275),
        ("participating", True, 31),  # 1 December on
        ("participating", False, 0),
    ],
)
def test_plan_compensation_counts_the_year_the_days_in_the_plan_or_those_with_a_rate(
    kind: str, enrolled: bool, compensation: int
) -> None:
    # Hired on 1 December 2024, in the plan 121 days later, on 1 April 2025; an election on 1 December by the draw.
    (who,) = drawing({(Stream.ELECTION_DATE, 2025): ((244 + 0.001) / 275, (244 + 0.999) / 275)})
    row = person(employee_id=who, hire_date="2024-12-01", salary_cents=DAILY)
    tables = lived(
        row,
        eligibility={"waiting_period_days": 121},
        enrollment={"election": float(enrolled), "deferral_rates": 0.05},
        **of_plan(match={"compensation": kind}, nonelective={"kind": "flat", "rate": 0.1, "compensation": kind}),
    )
    expected = (compensation * 10_000, compensation * 1000, 31 * 500 * enrolled)
    assert snapshot(tables, "plan_compensation_cents", "nonelective_cents", "pre_tax_cents") == expected


def test_compensation_of_the_columns_is_that_of_the_match() -> None:
    both = of_plan(match={"compensation": "participating"}, nonelective={"kind": "flat", "rate": 0.1})
    assert snapshot(lived(person(), **both), "plan_compensation_cents", "nonelective_cents") == (0, 1_000_000)


def test_who_is_not_in_the_plan_this_year_has_nothing() -> None:
    money = of_plan(
        match={"compensation": "plan_year"}, nonelective={"kind": "flat", "rate": 0.1, "compensation": "plan_year"}
    )
    people = [person(excluded=True), person(hire_date="2024-12-31")]
    tables = lived(*people, eligibility={"waiting_period_days": 366}, **money)
    assert snapshots(tables, "plan_compensation_cents", "nonelective_cents", "hce") == [(0, 0, False)] * 2
    # A day earlier the entry is the last day of the year: all of it counts.
    tables = lived(person(hire_date="2024-12-31"), eligibility={"waiting_period_days": 365}, **money)
    assert snapshot(tables, "plan_compensation_cents", "nonelective_cents") == (10_000_000, 1_000_000)


def test_who_enters_on_the_last_day_of_employment_is_in_the_plan_for_a_day() -> None:
    flat = of_plan(nonelective={"kind": "flat", "rate": 0.1})
    for wait, amount in ((40, 1000), (41, 0)):  # 1 December + 40 days = 10 January
        leaver = leaving_on("2025-01-10", hire_date="2024-12-01", salary_cents=DAILY)
        tables = lived(leaver, person(hire_date="2024-12-01"), eligibility={"waiting_period_days": wait}, **flat)
        assert dict(tables.snapshots.select("level", "nonelective_cents").rows())[LEAVES] == amount


def test_the_limit_on_pay_is_not_prorated() -> None:
    limited = of_plan(limits=overridden(compensation=30_000), nonelective={"kind": "flat", "rate": 0.1})
    leaver = leaving_on("2025-11-01", salary_cents=DAILY, deferral_bp=1000)  # earns 305 x 100 = 30,500 dollars
    tables = lived(leaver, person(salary_cents=2_999_999), **limited)
    found = tables.snapshots.select("level", "plan_compensation_cents", "nonelective_cents", "pre_tax_cents").rows()
    assert sorted(found) == [(LEAVES, 3_000_000, 300_000, 305_000), ("stays", 2_999_999, 300_000, 0)]


# --- section 402(g) and catch-up --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("born", "limit"),
    [
        ("1976-01-01", 23_500),  # 49 by 31 December 2025
        ("1975-12-31", 31_000),  # 50 on that day
        ("1966-01-01", 31_000),  # 59
        ("1965-12-31", 34_750),  # 60: 11,250 in place of 7,500
        ("1962-01-01", 34_750),  # 63
        ("1961-12-31", 31_000),  # 64
        ("1950-02-28", 31_000),
    ],
)
def test_catch_up_is_by_the_age_attained_by_31_december(born: str, limit: int) -> None:
    row = person(birth_date=born, salary_cents=10_000_000, deferral_bp=5000)
    catch_up = (limit - 23_500) * 100
    assert snapshot(lived(row, **of_plan()), "pre_tax_cents", "catch_up_cents") == (limit * 100, catch_up)
    without = lived(row, **of_plan(catch_up=False))
    assert snapshot(without, "pre_tax_cents", "catch_up_cents") == (2_350_000, 0)
    plain = lived(row, **of_plan(super_catch_up=False))
    assert snapshot(plain, "catch_up_cents") == min(catch_up, 750_000)


def test_catch_up_is_what_is_beyond_402g_and_no_more_than_is_deferred() -> None:
    pays = [23_499_99, 23_500_00, 23_500_01, 31_000_00, 31_000_01]
    rows = [person(birth_date="1970-01-01", salary_cents=2 * pay, deferral_bp=5000) for pay in pays]
    found = snapshots(lived(*rows, **of_plan()), "pre_tax_cents", "catch_up_cents")
    expected = [(2_349_999, 0), (2_350_000, 0), (2_350_001, 1), (3_100_000, 750_000), (3_100_000, 750_000)]
    assert found == expected


# --- Roth -------------------------------------------------------------------------------------------------------------


def rothed(year: int, prior: int | None, **roth: Any) -> tuple[int, int, int]:
    """Pre-tax, Roth and catch-up of somebody of 55 who defers as much as can be, 10,000 and 1,000 dollars."""
    limits = {"overrides": {"elective_deferral": {year: 10_000}, "catch_up": {year: 1_000}}}
    row = person(birth_date="1970-05-05", deferral_bp=5000, prior_year_pay_cents=prior, salary_cents=15_000_001)
    tables = lived(row, start=year, plan={"limits": limits, "roth": {"share": 0.2, **roth}})
    found: tuple[int, int, int] = snapshot(tables, "pre_tax_cents", "roth_cents", "catch_up_cents")
    return found


def test_from_2026_catch_up_is_roth_for_those_paid_more_than_the_wages_the_year_before() -> None:
    assert rothed(2025, 99_000_000) == (880_000, 220_000, 100_000)
    assert rothed(2026, 15_000_000) == (880_000, 220_000, 100_000)  # at 150,000 dollars: not above
    assert rothed(2026, 15_000_001) == (800_000, 300_000, 100_000)  # a fifth of 10,000, and all of the catch-up
    assert rothed(2026, None) == (800_000, 300_000, 100_000)  # the opening salary, employed all of the year before


def test_without_roth_those_have_no_catch_up() -> None:
    assert rothed(2026, 15_000_001, available=False) == (1_000_000, 0, 0)
    assert rothed(2026, 15_000_000, available=False) == (1_100_000, 0, 100_000)
    assert rothed(2025, 15_000_001, available=False) == (1_100_000, 0, 100_000)


def test_an_override_of_the_wages_before_2026_makes_no_rule() -> None:
    limits = {"overrides": {"roth_catch_up_wages": {2025: 1}, "elective_deferral": {2025: 10_000}}}
    row = person(birth_date="1970-05-05", deferral_bp=5000)
    tables = lived(row, plan={"limits": limits, "roth": {"available": False}})
    assert snapshot(tables, "catch_up_cents") == 750_000


def test_pay_of_a_simulated_year_decides_about_the_next() -> None:
    """Paid 150,000.00 and 150,000.01 dollars in 2025."""
    limits = {"overrides": {"elective_deferral": {2025: 10_000, 2026: 10_000}, "catch_up": {2025: 0, 2026: 1_000}}}
    rows = [
        person(birth_date="1970-05-05", deferral_bp=5000, salary_cents=pay, prior_year_pay_cents=0)
        for pay in (15_000_000, 15_000_001)
    ]
    tables = lived(*rows, end=2026, plan={"limits": limits, "roth": {"share": 0.0}})
    assert snapshots(tables, "roth_cents", "catch_up_cents")[2:] == [(0, 100_000), (100_000, 100_000)]


def test_pay_of_the_year_before_the_start_is_estimated_by_the_days_employed() -> None:
    # Hired on 2 July 2025: 183 of 365 days at 300,000 dollars = 150,410.96. On 3 July 182 days, 149,589.04.
    limits = {"overrides": {"elective_deferral": {2026: 10_000}}}
    rows = [
        person(birth_date="1970-05-05", deferral_bp=5000, salary_cents=30_000_000, hire_date=date)
        for date in ("2025-07-02", "2025-07-03")
    ]
    tables = lived(*rows, start=2026, plan={"limits": limits, "roth": {"available": False}})
    assert snapshots(tables, "catch_up_cents") == [(0,), (800_000,)]


def test_the_roth_share_is_rounded_half_up() -> None:
    rows = [person(salary_cents=pay, deferral_bp=1000) for pay in (30, 50, 70, 90)]
    assert snapshots(lived(*rows, plan={"roth": {"share": 0.5}}), "roth_cents", "pre_tax_cents") == [
        (2, 1),
        (3, 2),
        (4, 3),
        (5, 4),
    ]


# --- the pay limit ----------------------------------------------------------------------------------------------------


def test_deferrals_go_on_beyond_the_pay_limit_unless_the_plan_stops_them() -> None:
    limits = overridden(compensation=20_000)
    row = person(salary_cents=DAILY, deferral_bp=1000)
    assert snapshot(lived(row, **of_plan(limits=limits)), "pre_tax_cents") == 365_000
    stops = of_plan(limits=limits, deferrals_stop_at_pay_limit=True)
    assert snapshot(lived(row, **stops), "pre_tax_cents") == 200_000


def test_pay_counts_towards_the_limit_since_entry_in_date_order() -> None:
    # In the plan from 1 April (275 days), the limit of 20,000 dollars is reached after 200 of them, on 17 October:
    # 5% from 1 April on, 7% from 10 October on (192 days later, 8 days).
    draws = {(Stream.CHANGE_OR_STOP_DATE, 2025): on("2025-10-10"), (Stream.CHANGE_DIRECTION, 2025): (0.0, 0.75)}
    limits = overridden(compensation=20_000)
    change = {"enrollment": {"change": {"probability": 1.0, "step": 0.02}}}
    row = person(employee_id=drawing(draws)[0], salary_cents=DAILY, deferral_bp=500)
    stops = of_plan(limits=limits, deferrals_stop_at_pay_limit=True)
    assert snapshot(lived(row, **change, **stops), "pre_tax_cents") == 200 * 500  # from 1 January: before the change
    (who,) = drawing({(Stream.ELECTION_DATE, 2025): ((184 + 0.001) / 275, (184 + 0.999) / 275)})
    late = person(employee_id=who, hire_date="2024-12-01", salary_cents=DAILY)  # enrolled on 2 October
    electing = {"enrollment": {"election": 1.0, "deferral_rates": 0.05}, "eligibility": {"waiting_period_days": 121}}
    tables = lived(late, **electing, **stops)
    assert [row[0] for row in rates(tables)] == ["2025-10-02"]
    assert snapshot(tables, "pre_tax_cents") == (200 - 184) * 500


# --- match ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("match", "deferral_bp", "amount"),
    [
        ({"preset": "simple"}, 600, 300_000),
        ({"preset": "simple"}, 900, 300_000),
        ({"preset": "safe_harbor_basic"}, 400, 350_000),
        ({"preset": "stretch"}, 1200, 300_000),
        ({"preset": "none"}, 600, 0),
        ({"tiers": [{"up_to": 0.02, "rate": 0.0}, {"up_to": 0.05, "rate": 2.0}]}, 300, 200_000),
        ({"dollar_tiers": [{"up_to": 500, "rate": 1.0}, {"up_to": 2000, "rate": 0.25}]}, 100, 50_000 + 12_500),
        ({"dollar_tiers": [{"up_to": 500, "rate": 1.0}, {"up_to": 2000, "rate": 0.25}]}, 900, 50_000 + 37_500),
        # 9 completed years of tenure on 1 January, 39 years of age.
        ({"by_service": [{"from": 0, "rate": 0.5, "max": 0.04}, {"from": 10, "rate": 1.0, "max": 0.04}]}, 400, 200_000),
        ({"by_service": [{"from": 0, "rate": 0.5, "max": 0.04}, {"from": 9, "rate": 1.0, "max": 0.04}]}, 400, 400_000),
        ({"by_points": [{"from": 0, "rate": 0.5, "max": 0.04}, {"from": 49, "rate": 1.0, "max": 0.04}]}, 400, 200_000),
        ({"by_points": [{"from": 0, "rate": 0.5, "max": 0.04}, {"from": 48, "rate": 1.0, "max": 0.04}]}, 400, 400_000),
    ],
)
def test_the_match_of_100_000_dollars(match: dict[str, Any], deferral_bp: int, amount: int) -> None:
    for basis in ("annual", "payroll"):
        tables = lived(person(deferral_bp=deferral_bp), **of_plan(match={**match, "basis": basis}))
        assert snapshot(tables, "match_cents") == amount


def test_the_formula_in_force_is_that_of_the_year() -> None:
    by_year = {2025: {"preset": "simple"}, 2027: {"preset": "safe_harbor_enhanced"}}
    tables = lived(person(deferral_bp=400), end=2028, **of_plan(match=by_year))
    assert snapshots(tables, "match_cents") == [(200_000,), (200_000,), (400_000,), (400_000,)]


# Enrolled on 2 July, the 183rd day: 8% of half a year is 4% of the year.
HALF = {"enrollment": {"conversion": 1.0, "deferral_rates": 0.08}}
UP_TO_4 = {"tiers": [{"up_to": 0.04, "rate": 1.0}]}


@pytest.mark.parametrize(
    ("basis", "compensation", "amount"),
    [
        ("annual", "plan_year", 146_000),  # 4% of 36,500, less than the 183 x 8 dollars deferred
        ("annual", "participating", 183 * 400),
        ("payroll", "plan_year", 183 * 400),
        ("payroll", "eligible", 183 * 400),
        ("payroll", "participating", 183 * 400),
    ],
)
def test_the_payroll_basis_matches_each_period_alone(basis: str, compensation: str, amount: int) -> None:
    match = {**UP_TO_4, "basis": basis, "compensation": compensation}
    row = converting("2025-07-02", salary_cents=DAILY)
    tables = lived(row, **of_plan(match=match), **HALF)
    assert snapshot(tables, "pre_tax_cents", "match_cents") == (183 * 800, amount)


@pytest.mark.parametrize(
    ("compensation", "days"),
    [("plan_year", 36), ("eligible", 36), ("participating", 183)],
)
def test_pay_at_rate_0_uses_the_pay_limit_of_the_payroll_basis_up_where_it_counts(compensation: str, days: int) -> None:
    # 21,800 dollars are 218 days, 182 of them before the enrollment.
    match = {**UP_TO_4, "basis": "payroll", "compensation": compensation}
    plan = of_plan(match=match, limits=overridden(compensation=21_800))
    tables = lived(converting("2025-07-02", salary_cents=DAILY), **plan, **HALF)
    assert snapshot(tables, "match_cents") == days * 400


def test_on_the_payroll_basis_matching_ends_where_deferrals_end() -> None:
    # 1,000 dollars at 8% are reached after 12,500 of pay, of which 4% are matched; on the year it is all of them.
    limits = overridden(elective_deferral=1_000)
    for basis, amount in (("payroll", 50_000), ("annual", 100_000)):
        row = person(salary_cents=DAILY, deferral_bp=800)
        tables = lived(row, **of_plan(match={**UP_TO_4, "basis": basis}, limits=limits))
        assert snapshot(tables, "pre_tax_cents", "match_cents") == (100_000, amount)


def test_on_the_payroll_basis_catch_up_is_matched_too() -> None:
    limits = overridden(elective_deferral=1_000, catch_up=500)
    row = person(salary_cents=DAILY, deferral_bp=800, birth_date="1970-01-01")
    tables = lived(row, **of_plan(match={**UP_TO_4, "basis": "payroll"}, limits=limits))
    assert snapshot(tables, "pre_tax_cents", "match_cents") == (150_000, 75_000)


def test_where_deferrals_stop_at_the_pay_limit_the_payroll_basis_sees_the_cut_pay() -> None:
    # In the plan from 1 April; 20,000 dollars since then. Without the cut, pay since 1 January uses the limit up.
    (who,) = drawing({(Stream.ELECTION_DATE, 2025): (0.0, 0.003)})
    row = person(employee_id=who, hire_date="2024-12-01", salary_cents=DAILY)
    electing = {"enrollment": {"election": 1.0, "deferral_rates": 0.08}, "eligibility": {"waiting_period_days": 121}}
    match = {**UP_TO_4, "basis": "payroll", "compensation": "eligible"}
    tables = lived(
        row,
        **electing,
        **of_plan(match=match, limits=overridden(compensation=20_000), deferrals_stop_at_pay_limit=True),
    )
    assert snapshot(tables, "pre_tax_cents", "match_cents") == (200 * 800, 200 * 400)
    later = of_plan(
        match={**match, "compensation": "plan_year"},
        limits=overridden(compensation=20_000),
        deferrals_stop_at_pay_limit=True,
    )
    assert snapshot(lived(row, **electing, **later), "match_cents") == 110 * 400  # 90 days at rate 0 count before


# --- conditions -------------------------------------------------------------------------------------------------------


def conditioned(**conditions: Any) -> dict[str, Any]:
    """A plan with a match of 1,000 dollars and a nonelective contribution of 2,000, both on conditions."""
    match = {"tiers": [{"up_to": 0.01, "rate": 1.0}], **conditions}
    return of_plan(match=match, nonelective={"kind": "flat", "rate": 0.02, "compensation": "plan_year", **conditions})


@pytest.mark.parametrize(("hired", "gets"), [("2023-12-31", True), ("2024-01-01", False)])
def test_years_of_service_are_completed_by_31_december(hired: str, gets: bool) -> None:
    tables = lived(person(hire_date=hired, deferral_bp=500), **conditioned(minimum_service_years=2))
    assert snapshot(tables, "match_cents", "nonelective_cents") == ((100_000, 200_000) if gets else (0, 0))


@pytest.mark.parametrize(("hired", "gets"), [("2023-03-01", True), ("2023-03-02", False), ("2024-02-29", False)])
def test_years_of_service_of_a_leaver_are_completed_by_the_last_day(hired: str, gets: bool) -> None:
    leaver = leaving_on("2025-03-01", hire_date=hired, deferral_bp=500)
    tables = lived(leaver, person(), **conditioned(minimum_service_years=2))
    assert dict(tables.snapshots.select("level", pl.col("match_cents") > 0).rows())[LEAVES] == gets


def test_service_since_29_february_is_completed_on_1_march() -> None:
    for last, gets in (("2025-02-28", False), ("2025-03-01", True)):
        leaver = leaving_on(last, hire_date="2024-02-29", deferral_bp=500)
        tables = lived(leaver, person(), **conditioned(minimum_service_years=1))
        assert dict(tables.snapshots.select("level", pl.col("match_cents") > 0).rows())[LEAVES] == gets


@pytest.mark.parametrize(("last", "gets"), [("2025-12-30", False), ("2025-12-31", True)])
def test_who_leaves_on_31_december_is_employed_on_the_last_day(last: str, gets: bool) -> None:
    tables = lived(leaving_on(last, deferral_bp=500), person(), **conditioned(last_day=True))
    found = dict(tables.snapshots.select("level", pl.col("match_cents") > 0).rows())
    assert found[LEAVES] == gets


@pytest.mark.parametrize(
    ("full_time", "last", "hours"),
    [
        (1_000_000, None, 2080),
        (500_000, None, 1040),
        (480_769, None, 999),  # 999.99
        (480_770, None, 1000),
        (1_000_000, "2025-06-24", 997),  # 175 of 365 days: 997.26
        (1_000_000, "2025-06-25", 1002),
    ],
)
def test_hours_are_full_hours_of_the_days_employed(full_time: int, last: str | None, hours: int) -> None:
    columns = {"full_time_ppm": full_time, "deferral_bp": 500}
    row = person(**columns) if last is None else leaving_on(last, **columns)
    for minimum, gets in ((hours, True), (hours + 1, False)):
        if minimum > 2080:
            continue
        tables = lived(row, person(full_time_ppm=1), **conditioned(minimum_hours=minimum))
        assert (tables.snapshots["match_cents"].sum() > 0) == gets
        assert (tables.snapshots["nonelective_cents"].sum() > 0) == gets


def test_match_and_nonelective_each_have_their_own_conditions() -> None:
    money = of_plan(match={"preset": "simple", "minimum_service_years": 20}, nonelective={"kind": "flat", "rate": 0.02})
    assert snapshot(lived(person(deferral_bp=500), **money), "match_cents", "nonelective_cents") == (0, 200_000)
    money = of_plan(match={"preset": "simple"}, nonelective={"kind": "flat", "rate": 0.02, "minimum_service_years": 20})
    assert snapshot(lived(person(deferral_bp=500), **money), "match_cents", "nonelective_cents") == (250_000, 0)


# --- nonelective ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "amount"),
    [
        ({"kind": "none"}, 0),
        ({"kind": "flat", "rate": 0.03}, 300_000),
        ({"kind": "service", "by_service": [{"from": 0, "rate": 0.01}, {"from": 9, "rate": 0.02}]}, 200_000),
        ({"kind": "service", "by_service": [{"from": 0, "rate": 0.01}, {"from": 10, "rate": 0.02}]}, 100_000),
        (
            {
                "kind": "age",
                "by_age": [{"from": 0, "rate": 0.01}, {"from": 39, "rate": 0.02}, {"from": 40, "rate": 0.03}],
            },
            200_000,
        ),
        ({"kind": "points", "by_points": [{"from": 0, "rate": 0.01}, {"from": 48, "rate": 0.02}]}, 200_000),
        # 3% of 100,000 and 3% of what is above half the wage base, 88,050 dollars.
        (
            {"kind": "integrated", "integrated": {"base_rate": 0.03, "excess_rate": 0.03, "level_share": 0.5}},
            300_000 + 35_850,
        ),
    ],
)
def test_the_nonelective_contribution_of_100_000_dollars(rule: dict[str, Any], amount: int) -> None:
    assert snapshot(lived(person(), **of_plan(nonelective=rule)), "nonelective_cents") == amount


# --- section 415 ------------------------------------------------------------------------------------------------------

# Deferred 6,000 dollars (900 of them Roth), matched 6,000, nonelective 2,000.
RICH = {"match": {"tiers": [{"up_to": 0.06, "rate": 1.0}]}, "nonelective": {"kind": "flat", "rate": 0.02}}
COLUMNS_415 = ("nonelective_cents", "match_cents", "pre_tax_cents", "roth_cents", "excess_415_cents")


@pytest.mark.parametrize(
    ("limit", "safe_harbor", "amounts"),
    [
        (14_000, False, (200_000, 600_000, 510_000, 90_000, 0)),
        (13_999.99, False, (199_999, 600_000, 510_000, 90_000, 1)),
        (12_000, False, (0, 600_000, 510_000, 90_000, 200_000)),
        (11_000, False, (0, 500_000, 510_000, 90_000, 300_000)),
        (6_000, False, (0, 0, 510_000, 90_000, 800_000)),
        (900, False, (0, 0, 0, 90_000, 1_310_000)),  # pre-tax is returned first
        (899.99, False, (0, 0, 0, 89_999, 1_310_001)),
        (0, False, (0, 0, 0, 0, 1_400_000)),
        (11_000, True, (0, 600_000, 410_000, 90_000, 300_000)),
        (5_000, True, (0, 500_000, 0, 0, 900_000)),  # safe-harbor money comes off last
        (0, True, (0, 0, 0, 0, 1_400_000)),
    ],
)
def test_an_excess_comes_off_nonelective_then_match_then_deferrals(
    limit: float, safe_harbor: bool, amounts: tuple[int, ...]
) -> None:
    plan = {**RICH, "limits": overridden(annual_additions=limit), "testing": {"safe_harbor": safe_harbor}}
    assert snapshot(lived(person(deferral_bp=600), plan=plan), *COLUMNS_415) == amounts


def test_whether_the_match_is_safe_harbor_money_is_said_by_its_preset() -> None:
    # 6,000 deferred; the limit leaves 5,000: of the match nothing, or all of it and 1,000 or 1,500 of the deferral.
    for preset, match in (("simple", 0), ("safe_harbor_enhanced", 400_000), ("qaca", 350_000)):
        plan = of_plan(match={"preset": preset}, limits=overridden(annual_additions=5_000))
        assert snapshot(lived(person(deferral_bp=600), **plan), "match_cents") == match
    said = of_plan(match={"preset": "qaca"}, limits=overridden(annual_additions=5_000), testing={"safe_harbor": False})
    assert snapshot(lived(person(deferral_bp=600), **said), "match_cents") == 0


def test_additions_are_at_most_the_pay_of_the_year() -> None:
    tables = lived(
        person(deferral_bp=7000),
        **of_plan(match={"tiers": [{"up_to": 0.7, "rate": 1.0}]}, limits=overridden(elective_deferral=90_000)),
    )
    # 70,000 deferred and 70,000 matched: beyond the dollar limit of 70,000 in 2025 ...
    assert snapshot(tables, "pre_tax_cents", "match_cents", "excess_415_cents") == (7_000_000, 0, 7_000_000)
    row = person(deferral_bp=7000, salary_cents=1_000_000)
    tables = lived(row, **of_plan(match={"tiers": [{"up_to": 0.7, "rate": 1.0}]}))
    assert snapshot(tables, "pre_tax_cents", "match_cents", "excess_415_cents") == (
        700_000,
        300_000,
        400_000,
    )  # ... or pay


def test_catch_up_counts_for_nothing_and_stays() -> None:
    limits = overridden(elective_deferral=10_000, catch_up=2_000, annual_additions=9_000)
    row = person(deferral_bp=5000, birth_date="1970-01-01")
    tables = lived(row, **of_plan(match={"preset": "none"}, limits=limits))
    assert snapshot(tables, "pre_tax_cents", "catch_up_cents", "excess_415_cents") == (1_100_000, 200_000, 100_000)


def test_roth_catch_up_stays_when_pre_tax_is_returned() -> None:
    # 10,000 dollars, a fifth Roth, and 1,000 of catch-up that must be Roth; 8,500 too much: 8,000 pre-tax, 500 Roth.
    limits = {
        "overrides": {
            "elective_deferral": {2026: 10_000},
            "catch_up": {2026: 1_000},
            "annual_additions": {2026: 1_500},
        }
    }
    row = person(birth_date="1970-05-05", deferral_bp=5000, prior_year_pay_cents=20_000_000)
    tables = lived(row, start=2026, plan={"limits": limits, "roth": {"share": 0.2}, "match": {"preset": "none"}})
    assert snapshot(tables, "pre_tax_cents", "roth_cents", "catch_up_cents") == (0, 250_000, 100_000)


AMOUNTS = st.integers(0, 10**10)


def test_from_50_on_an_excess_becomes_catch_up_first() -> None:
    # 350,000 dollars in 2025: 21,000 deferred, 10,500 matched, 45,500 nonelective are 7,000 above 70,000.
    plan = of_plan(match={"preset": "simple"}, nonelective={"kind": "flat", "rate": 0.13})
    columns = ("catch_up_cents", "nonelective_cents", "match_cents", "excess_415_cents")
    older = person(birth_date="1970-05-05", salary_cents=35_000_000, deferral_bp=600)
    assert snapshot(lived(older, **plan), *columns) == (700_000, 4_550_000, 1_050_000, 0)
    younger = person(birth_date="1980-05-05", salary_cents=35_000_000, deferral_bp=600)
    assert snapshot(lived(younger, **plan), *columns) == (0, 3_850_000, 1_050_000, 700_000)


@given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, st.sampled_from([None, "match", "nonelective"]))
def test_reduction_takes_off_in_order_and_no_more_than_it_must(
    deferral: int,
    match: int,
    nonelective: int,
    reallocated: int,
    limit: int,
    room: int,
    safe_harbor: Literal["match", "nonelective"] | None,
) -> None:
    before = Additions(deferral, 0, match, nonelective, reallocated)
    after = reduced(before, limit, room, safe_harbor)
    left = max(0, before.whole - limit)
    moved = min(left, room, deferral)
    expected, left = {"catch_up": moved}, left - moved
    amounts = {"reallocated": reallocated, "nonelective": nonelective, "match": match, "deferral": deferral - moved}
    last = [] if safe_harbor is None else [safe_harbor]
    for name in [*(name for name in amounts if name not in last), *last]:
        off = min(left, amounts[name])
        expected[name], left = amounts[name] - off, left - off
    assert vars(after) == expected
    assert after.whole == min(before.whole - moved, limit)
    arrays = Additions(*(np.array([value]) for value in (deferral, 0, match, nonelective, reallocated)))
    found = reduced(arrays, np.array([limit]), np.array([room]), safe_harbor)
    assert {name: int(value[0]) for name, value in vars(found).items()} == expected


# --- bounds and columns -----------------------------------------------------------------------------------------------


def test_the_summary_adds_up_the_snapshots() -> None:
    plan = {"roth": {"share": 0.25}, **RICH}
    tables = lived(person(deferral_bp=600), leaving_on("2025-06-30", deferral_bp=1000, salary_cents=DAILY), plan=plan)
    # 181 days at 100 dollars: 1,810 deferred, matched 6% = 1,086, and 362.
    money = ("deferral_cents", "match_cents", "nonelective_cents", "net_employer_cost_cents")
    assert tables.summary.select(money).row(0) == (781_000, 708_600, 236_200, 944_800)
    assert tables.summary["employer_cost_share_of_payroll"].item() == 944_800 / (10_000_000 + 1_810_000)


def test_a_census_of_a_cent_a_year_and_of_the_most_there_may_be() -> None:
    rows = [person(salary_cents=pay, deferral_bp=7500) for pay in (1, 10_000_000_000)]
    tables = lived(*rows, **of_plan(**RICH))
    # 0.75 of a cent is a cent, matched up to 6% of a cent: 0; the pay of the year is the limit.
    assert snapshots(tables, "pre_tax_cents", "match_cents", "nonelective_cents") == [
        (1, 0, 0),
        (2_350_000, 2_100_000, 700_000),
    ]

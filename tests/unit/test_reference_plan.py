"""The reference model's plan against cases worked out by hand: the arithmetic stands beside each amount."""

from __future__ import annotations

import ast
import datetime as dt
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import workforce_sim.reference
from workforce_sim.census.opening import Opening
from workforce_sim.config import Config, Level
from workforce_sim.config.match import Match
from workforce_sim.config.nonelective import Integrated, IntegrationLevel, Nonelective, ShareOfPay
from workforce_sim.config.plan import Plan
from workforce_sim.config.profit_sharing import AllocationGroup, ExcessShare, Pool, ProfitSharing
from workforce_sim.config.values import Section
from workforce_sim.config.vesting import Vesting
from workforce_sim.reference import simulate
from workforce_sim.reference.accounts import Forfeitures, close_accounts
from workforce_sim.reference.agepay import AgePay
from workforce_sim.reference.census import census_of
from workforce_sim.reference.compensated import find_highly_compensated, settle_prior_pay
from workforce_sim.reference.deferral import RateRules, change
from workforce_sim.reference.eligibility import find_eligibility
from workforce_sim.reference.enrollment import enroll, find_automatic_dates, settle_participants
from workforce_sim.reference.match import Payroll, annual_match, full_match_bp, payroll_match, tiers_at
from workforce_sim.reference.nonelective import nonelective_amount
from workforce_sim.reference.records import From, PersonYear, person_year
from workforce_sim.reference.year import Run, Year
from workforce_sim.tables.output import Tables as Output

SEED = 42
NOBODY = {"election": 0.0, "conversion": 0.0, "stop": 0.0, "change": {"probability": 0.0}}


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def configured(
    end_year: int = 2025, enrollment: Any = None, plan: Any = None, leaving: float = 0.0, **more: Any
) -> Config:
    """A configuration from 2025 on without raises, promotions or hires, in which nobody moves a rate unless said."""
    return Config.model_validate(
        {
            "simulation": {"start_year": 2025, "end_year": end_year, "target_growth_rate": -leaving},
            "workforce": {"total_termination_rate": leaving},
            "promotion": {"base_rate": 0.0},
            "compensation": {"cola_rate": 0.0, "merit_pool": 0.0},
            "eligibility": {"waiting_period_days": 0, "minimum_age": 0},
            "enrollment": NOBODY | {"escalation": {"enabled": False}} | (enrollment or {}),
            "plan": plan or {},
            "random_seed": SEED,
            **more,
        }
    )


def opened(size: int = 1, **columns: list[Any]) -> Opening:
    """An opening of people hired on 1 June 2015, born on 15 May 1985, paid 100,000.00, out of the plan unless given."""
    given: dict[str, list[Any]] = {
        "employee_id": [f"E-{i:04d}" for i in range(1, size + 1)],
        "hire_date": [day("2015-06-01")] * size,
        "salary_cents": [10_000_000] * size,
        "birth_date": [day("1985-05-15")] * size,
        "level": ["A"] * size,
        "department": [None] * size,
        "full_time_ppm": [1_000_000] * size,
        "deferral_bp": [0] * size,
        **columns,
    }
    dtypes = {"level": pl.Enum(["A"]), "full_time_ppm": pl.Int32, "deferral_bp": pl.Int32}
    return Opening(pl.DataFrame(given, schema_overrides=dtypes), (Level(name="A"),))


def lived(
    config: Config, opening: Opening, last_day: str = "2025-12-31", cause: str | None = None
) -> tuple[list[PersonYear], Year]:
    """The year of everybody in the census at one salary, up to a last day, before enrollment."""
    staff = census_of(opening, SEED, 0)
    find_eligibility(staff, config)
    settle_participants(staff, config)
    find_automatic_dates(staff, config)
    settle_prior_pay(staff, config)
    year = Year(Run(config, opening.levels, staff, 0), config.simulation.start_year)
    people = [person_year(employee, year.first, day(last_day)) for employee in staff]
    for person in people:
        person.cause = cause
        person.salaries.append(From(person.first_day, person.employee.salary_cents))
        person.earnings_cents = (2 * person.day_cents(person.last_day) + year.days) // (2 * year.days)
    return people, year


def rows_of(output: Output) -> list[tuple[Any, ...]]:
    """Date, type, cause and rates of each row that sets a rate."""
    rows = output.events.filter(pl.col("deferral_after_bp").is_not_null()).sort("effective_date", "event_type")
    columns = "effective_date", "event_type", "cause", "deferral_before_bp", "deferral_after_bp"
    return list(rows.select(columns).iter_rows())


# Enrollment


SWEPT = "2025-02-15"  # 1 January + 45 days


@pytest.mark.parametrize("unknown", ["opted_out", "enroll"])
@pytest.mark.parametrize("scope", ["new_hires_only", "all_eligible", "all_eligible_employees"])
@pytest.mark.parametrize("opted_out", [None, False, True])
def test_the_automatic_date_of_the_census(unknown: str, scope: str, opted_out: bool | None) -> None:
    auto = {"window_days": 45, "scope": scope, "unknown_opt_outs": unknown}
    hired = [day(text) for text in ("2024-12-01", "2024-11-17", "2024-11-16", "2023-12-31")]
    people, _ = lived(
        configured(enrollment={"auto_enrollment": auto}), opened(4, hire_date=hired, opted_out=[opted_out] * 4)
    )
    # 1 December + 45 days = 15 January; 17 November + 45 = 1 January; a day earlier is past, and asked or not.
    asked = opted_out is False or (opted_out is None and unknown == "enroll")
    expected = ["2025-01-15", "2025-01-01", SWEPT if asked else None, SWEPT if scope != "new_hires_only" else None]
    dates = [None if date is None else str(date) for date in (person.employee.automatic_date for person in people)]
    assert dates == ([None] * 4 if opted_out else expected)


@pytest.mark.parametrize(("unknown", "expected"), [("opted_out", [None]), ("enroll", [day(SWEPT)])])
def test_a_census_without_the_column_does_not_say_who_opted_out(unknown: str, expected: list[Any]) -> None:
    opening = opened(hire_date=[day("2024-03-01")])
    assert "opted_out" not in opening.staff.columns
    people, _ = lived(configured(enrollment={"auto_enrollment": {"unknown_opt_outs": unknown}}), opening)
    assert [person.employee.automatic_date for person in people] == expected


def test_the_swept_who_enter_after_1_january_have_their_window_from_the_entry() -> None:
    auto = {"scope": "all_eligible", "hire_date_cutoff": "2026-01-01"}
    rule = {"waiting_period_days": 180, "minimum_age": 0}
    config = configured(2026, enrollment={"auto_enrollment": auto}, eligibility=rule)
    people, _ = lived(config, opened(2, hire_date=[day("2024-10-01"), day("2024-06-01")]))
    # 1 October + 180 days = 30 March, + 45 = 14 May. 1 June + 180 = 28 November: swept from 1 January.
    assert [person.employee.automatic_date for person in people] == [day("2025-05-14"), day(SWEPT)]


def test_the_swept_are_asked_once_and_then_convert_or_stay_out() -> None:
    auto = {"opt_out": 0.0, "unknown_opt_outs": "enroll"}
    swept = opened(3, hire_date=[day("2024-03-01")] * 3, opted_out=[False, None, True])
    # The third is out for good: entered before the start year, so no election, and nobody converts here.
    rows = rows_of(simulate(configured(2027, enrollment={"auto_enrollment": auto}), swept))
    assert rows == [(day(SWEPT), "enrollment", "automatic", 0, 400)] * 2
    auto = {"opt_out": 1.0, "unknown_opt_outs": "enroll"}
    rows = rows_of(simulate(configured(2027, enrollment={"auto_enrollment": auto}), swept))
    assert rows == [(day(SWEPT), "opt_out", None, None, 0)] * 2


def test_the_swept_do_not_convert_while_they_wait() -> None:
    choice = {"auto_enrollment": {"opt_out": 1.0, "window_days": 365}, "conversion": 1.0, "match_seeking": 0.0}
    swept = opened(2, hire_date=[day("2024-01-01")] * 2, opted_out=[False, None])
    # Entry + 365 days is 31 December 2024. The first waits until 1 January 2026, opts out, and converts in 2027.
    # Of the second the census does not say: a past opt-out, who converts at once.
    output = simulate(configured(2027, enrollment=choice), swept)
    rows = output.events.filter(pl.col("deferral_after_bp").is_not_null())
    kinds = rows.select("employee_id", "year", pl.col("event_type").cast(pl.String), pl.col("cause").cast(pl.String))
    assert sorted(kinds.iter_rows())[:1] == [("E-0001", 2026, "opt_out", None)]
    assert ("E-0001", 2027, "enrollment", "conversion") in kinds.rows()
    assert ("E-0002", 2025, "enrollment", "conversion") in kinds.rows()


def test_hires_are_in_scope_by_hire_date_or_all_of_them() -> None:
    def rows(scope: str, cutoff: str) -> set[tuple[int | None, int]]:
        auto = {"opt_out": 0.0, "window_days": 30, "hire_date_cutoff": cutoff, "scope": scope}
        growing = {"start_year": 2025, "end_year": 2026, "target_growth_rate": {2025: 1.0, 2026: 0.0}}
        config = configured(enrollment={"auto_enrollment": auto}, simulation=growing)
        output = simulate(config, opened(20, opted_out=[True] * 20))
        hired = output.snapshots.filter((pl.col("year") == 2026) & (pl.col("hire_date") >= day("2025-01-01")))
        days = hired.select((pl.col("enrollment_date") - pl.col("hire_date")).dt.total_days())
        return set(days.to_series().value_counts().iter_rows())

    # Twenty hires of 2025, and no waiting period: each is enrolled 30 days after the hire date, or nobody.
    assert rows("new_hires_only", "2024-01-01") == rows("all_eligible", "2030-01-01") == {(30, 20)}
    assert rows("new_hires_only", "2030-01-01") == {(None, 20)}


def test_participants_and_those_marked_have_no_automatic_date() -> None:
    opening = opened(3, hire_date=[day("2024-12-01")] * 3, deferral_bp=[300, 0, 0], opted_out=[False, True, None])
    people, _ = lived(configured(), opening)
    dates = [person.employee.automatic_date for person in people]
    assert dates == [None, None, day("2025-01-15")]


def test_automatic_enrollment_after_a_window_at_the_default_rate_and_escalation_from_the_next_year() -> None:
    automatic = {"auto_enrollment": {"opt_out": 0.0}, "escalation": {"declining_share": 0.0, "cap": 0.05}}
    opening = opened(hire_date=[day("2024-12-01")], birth_date=[day("1985-05-15")])
    output = simulate(configured(2028, enrollment=automatic), opening)
    assert rows_of(output) == [
        (day("2025-01-15"), "enrollment", "automatic", 0, 400),
        (day("2026-01-01"), "escalation", None, 400, 500),
    ]
    assert output.snapshots.sort("year")["enrollment_date"].to_list() == [day("2025-01-15")] * 4
    assert output.summary.sort("year")["average_deferral_rate"].to_list() == [0.04, 0.05, 0.05, 0.05]


def test_without_delay_who_enrolls_before_the_day_of_escalation_is_escalated_in_the_same_year() -> None:
    def rows(date: str) -> list[tuple[Any, ...]]:
        rule = {"delay_years": 0, "date": date, "declining_share": 0.0}
        config = configured(enrollment={"auto_enrollment": {"opt_out": 0.0}, "escalation": rule})
        return rows_of(simulate(config, opened(hire_date=[day("2024-12-01")])))

    enrolled = (day("2025-01-15"), "enrollment", "automatic", 0, 400)
    assert rows("01-15") == [enrolled]  # not strictly before
    assert rows("01-16") == [enrolled, (day("2025-01-16"), "escalation", None, 400, 500)]


def test_who_opts_out_is_not_enrolled_and_converts_from_the_next_year_on() -> None:
    config = configured(2026, enrollment={"auto_enrollment": {"opt_out": 1.0}, "conversion": 1.0, "match_seeking": 0.0})
    first, second = rows_of(simulate(config, opened(hire_date=[day("2024-12-01")])))
    assert first == (day("2025-01-15"), "opt_out", None, None, 0)
    # Age 40 or 41 and 100,000 dollars: 9% by the default table.
    assert (second[0].year, *second[1:]) == (2026, "enrollment", "conversion", 0, 900)


@pytest.mark.parametrize(("window", "latest"), [(0, "2025-03-01"), (10, "2025-03-10")])
def test_an_election_comes_before_the_automatic_date_and_with_window_0_on_entry(window: int, latest: str) -> None:
    auto = {"window_days": window, "opt_out": 1.0}
    config = configured(
        enrollment={"auto_enrollment": auto, "election": 1.0, "match_seeking": 0.0},
        eligibility={"waiting_period_days": 90, "minimum_age": 0},
    )
    output = simulate(config, opened(200, hire_date=[day("2024-12-01")] * 200))  # + 90 days = 1 March
    dates = {row[0] for row in rows_of(output)}
    assert {row[2] for row in rows_of(output)} == {"election"}
    assert min(dates) == day("2025-03-01")
    assert max(dates) == day(latest)


def test_match_seekers_defer_at_least_the_full_match_and_nobody_more_than_the_maximum() -> None:
    def rate(**plan: Any) -> int:
        choice = {"election": 1.0, "match_seeking": 1.0, "deferral_rates": 0.03, "max_deferral": 0.11}
        config = configured(enrollment=choice, plan=plan, eligibility={"waiting_period_days": 3650, "minimum_age": 0})
        people, year = lived(config, opened())
        enroll(people, year)
        return people[0].employee.deferral_bp

    assert rate() == 500  # 100% up to 3%, 50% up to 5%
    assert rate(match={"preset": "stretch"}) == 1100  # 12%, at most 11%
    assert rate(match={"tiers": [{"up_to": 0.02, "rate": 1.0}, {"up_to": 0.09, "rate": 0.0}]}) == 300
    # 4,000.10 dollars of 100,000: 4.0001%, in whole bp 401.
    assert rate(match={"dollar_tiers": [{"up_to": 4000.10, "rate": 1.0}]}) == 401


def test_an_own_change_stays_between_1_percent_and_the_maximum_but_never_moves_the_other_way() -> None:
    config = configured(enrollment={"change": {"probability": 1.0, "step": 0.02}, "max_deferral": 0.10})
    found = set()
    for old in (50, 150, 950, 1100):
        people, year = lived(config, opened(40, deferral_bp=[old] * 40))
        for person in people:
            change(person, day("2025-06-01"), RateRules(year))
            found.add((old, person.employee.deferral_bp))
    # Down: min(50, 100) and 100; up from 950 at most 1,000, and so from 1,100 either way.
    assert found == {(50, 50), (50, 250), (150, 100), (150, 350), (950, 750), (950, 1000), (1100, 900), (1100, 1000)}


def test_a_new_match_moves_rates_on_1_january_to_the_new_full_match_rate() -> None:
    match = {2025: {"preset": "simple"}, 2026: {"preset": "simple"}, 2027: {"preset": "safe_harbor_enhanced"}}
    config = configured(2027, enrollment={"match_response": {"below": 1.0, "above": 1.0}}, plan={"match": match})
    rows = rows_of(simulate(config, opened(3, deferral_bp=[200, 400, 700])))
    new_year = day("2027-01-01")
    assert sorted(rows) == [
        (new_year, "rate_change", "match_response", 200, 400),
        (new_year, "rate_change", "match_response", 700, 400),
    ]


def test_a_table_by_age_and_pay_takes_the_largest_age_then_the_largest_pay() -> None:
    cells = ((0, 0, 0.01), (0, 50_000, 0.02), (40, 0, 0.03))
    table = [{"age_from": age, "pay_from": pay, "value": value} for age, pay, value in cells]
    rule = configured(enrollment={"election": table}).enrollment.election
    found = AgePay(rule, lambda share: int(share * 100))
    assert [found.at(39, 4_999_999), found.at(39, 5_000_000), found.at(40, 9_000_000)] == [1, 2, 3]


# Formulas


def same(rate_bp: int, pay: int) -> Payroll:
    """A payroll of which the match and deferrals count the same pay."""
    return Payroll(rate_bp, pay, pay, pay)


def test_the_match_of_a_year_and_of_ever_shorter_pay_periods() -> None:
    match = Match.model_validate({"tiers": [{"up_to": 0.04, "rate": 1.0}]})
    tiers = tiers_at(match, 40, 10)
    # 60,000 a year, 8% in six months: 2,400 deferred is 4% of the year, but twice what is matched in its half.
    assert annual_match(match, tiers, 240_000, 6_000_000) == 240_000
    assert payroll_match(tiers, [same(800, 3_000_000), same(0, 3_000_000)], 10**9, 10**9) == 120_000
    # Deferrals stop at 1,000: matched is pay of 1,000 / 8% = 12,500, at 4% 500.
    assert payroll_match(tiers, [same(800, 3_000_000)], 10**9, 100_000) == 50_000
    # Pay counts up to 40,000, of which 30,000 were at rate 0: 4% of 10,000.
    assert payroll_match(tiers, [same(0, 3_000_000), same(400, 3_000_000)], 4_000_000, 10**9) == 40_000


def test_bands_by_points_and_tiers_in_dollars() -> None:
    band = [{"from": 0, "rate": 0.5, "max": 0.04}, {"from": 50, "rate": 1.0, "max": 0.06}]
    points = Match.model_validate({"by_points": band})
    assert [tiers_at(points, 39, 10)[0].upper, tiers_at(points, 40, 10)[0].upper] == [400, 600]
    dollars = Match.model_validate({"dollar_tiers": [{"up_to": 500, "rate": 1.0}, {"up_to": 2000, "rate": 0.25}]})
    tiers = tiers_at(dollars, 40, 10)
    # 1,001.01 deferred: 500 + a quarter of 501.01 = 625.2525.
    assert annual_match(dollars, tiers, 100_101, 1) == 62_525
    assert [full_match_bp(dollars, tiers, pay) for pay in (10_000_000, 3_000_000, 100)] == [200, 667, 10_000]


def test_an_integrated_contribution_pays_more_above_its_level() -> None:
    rule = {"kind": "integrated", "integrated": {"base_rate": 0.057, "excess_rate": 0.057}}
    assert nonelective_amount(Nonelective.model_validate(rule), 40, 10, 15_000_000, 6_120_000, 12) == 1_361_160


# A year's money


def test_pay_and_deferrals_by_periods_of_constant_rate_from_entry_on() -> None:
    config = configured(
        plan={"match": {"compensation": "participating"}, "nonelective": {"kind": "flat", "rate": 0.01}}
    )
    people, year = lived(config, opened(salary_cents=[36_500_00]))
    [person] = people
    person.employee.eligibility_date = day("2025-03-02")
    person.rates += [From(day("2025-01-01"), 0), From(day("2025-03-12"), 500), From(day("2025-12-22"), 600)]
    close_accounts(people, year, Forfeitures())
    # 100 dollars a day: 10 days at 0 from entry on, 285 at 5%, 10 at 6%.
    assert person.money.pre_tax + person.money.roth == 285 * 500 + 10 * 600
    assert person.money.plan_compensation == 295 * 10_000
    assert person.money.nonelective == 305 * 100
    # 1,485 deferred of 29,500: 3% are 885, the other 600 (beyond it to 5% are 590) half.
    assert person.money.match == 885_00 + 295_00
    assert person.money.roth == 22_275  # 15% of 148,500


def test_limits_on_deferrals_and_catch_up_that_must_be_roth() -> None:
    def money(prior: int, **plan: Any) -> tuple[int, int, int]:
        overrides = {"elective_deferral": {2026: 10_000}, "catch_up": {2026: 1_000}}
        simulation = {"start_year": 2026, "end_year": 2026, "target_growth_rate": 0.0}
        config = configured(plan={"limits": {"overrides": overrides}, **plan}, simulation=simulation)
        opening = opened(deferral_bp=[2000], birth_date=[day("1976-12-31")], prior_year_pay_cents=[prior])
        [person], year = lived(config, opening, "2026-12-31")
        enroll([person], year)
        close_accounts([person], year, Forfeitures())
        return person.money.pre_tax, person.money.roth, person.money.catch_up

    # 50 by 31 December. 15% of 11,000; or of 10,000, and all of the catch-up.
    assert money(15_000_000) == (935_000, 165_000, 100_000)
    assert money(15_000_001) == (850_000, 250_000, 100_000)
    assert money(15_000_001, roth={"available": False}) == (1_000_000, 0, 0)
    assert money(15_000_000, roth={"available": False}) == (1_100_000, 0, 100_000)
    assert money(15_000_000, catch_up=False) == (850_000, 150_000, 0)


def test_an_excess_comes_off_nonelective_then_match_then_deferrals_and_safe_harbor_money_last() -> None:
    def money(limit: int, *, safe_harbor: bool) -> tuple[int, ...]:
        plan = {
            "limits": {"overrides": {"annual_additions": {2025: limit}}},
            "match": {"tiers": [{"up_to": 0.06, "rate": 1.0}]},
            "nonelective": {"kind": "flat", "rate": 0.02},
            "testing": {"safe_harbor": safe_harbor},
        }
        people, year = lived(configured(plan=plan), opened(deferral_bp=[600]))
        enroll(people, year)
        close_accounts(people, year, Forfeitures())
        found = people[0].money
        return found.nonelective, found.match, found.pre_tax, found.roth, found.excess_415

    # 6,000 deferred (5,100 and 900), 6,000 match, 2,000 nonelective.
    assert money(14_000, safe_harbor=False) == (200_000, 600_000, 510_000, 90_000, 0)
    assert money(13_000, safe_harbor=False) == (100_000, 600_000, 510_000, 90_000, 100_000)
    assert money(9_000, safe_harbor=False) == (0, 300_000, 510_000, 90_000, 500_000)
    assert money(9_000, safe_harbor=True) == (0, 600_000, 210_000, 90_000, 500_000)
    assert money(6_500, safe_harbor=True) == (0, 600_000, 0, 50_000, 750_000)
    assert money(500, safe_harbor=False) == (0, 0, 0, 50_000, 1_350_000)
    assert money(500, safe_harbor=True) == (0, 50_000, 0, 0, 1_350_000)


def test_a_terminated_employee_forfeits_what_is_not_vested_and_a_death_vests_all() -> None:
    def forfeited(cause: str, last_day: str = "2025-05-31") -> int:
        plan = {"vesting": {"match": "graded_6", "nonelective": "cliff_3"}, "annual_return": 0.1}
        opening = opened(
            hire_date=[day("2022-06-01")], match_balance_cents=[100_001], nonelective_balance_cents=[20_000]
        )
        people, year = lived(configured(plan=plan), opening, last_day, cause)
        people[0].rates.append(From(year.first, 0))
        close_accounts(people, year, Forfeitures())
        amount = people[0].money.forfeited
        assert [event.amount for event in people[0].events] == ([amount] if amount else [])
        return amount

    # 151 days: 100,001 + 4,137.03 = 104,138 and 20,000 + 827.4 = 20,827. Two years: 20% (20,827.6) and nothing.
    assert forfeited("voluntary") == (104_138 - 20_828) + 20_827
    # A day later three years: 40% of 100,001 + 4,164.42 = 104,165, and all.
    assert forfeited("voluntary", "2025-06-01") == 104_165 - 41_666
    assert forfeited("death") == 0


def test_forfeitures_are_used_a_year_later() -> None:
    def used(use: str) -> tuple[int, list[int]]:
        plan = {"forfeitures": use, "match": {"preset": "none"}, "nonelective": {"kind": "flat", "rate": 0.001}}
        config = configured(plan=plan)
        people, year = lived(config, opened(4, salary_cents=[3_000_000, 1_000_000, 2_000_000, 3_000_000]))
        people[3].last_day, people[3].cause, people[3].earnings_cents = day("2025-12-30"), "voluntary", 2_991_781
        account = Forfeitures(account_cents=20_000)
        for person in people:
            person.rates.append(From(year.first, 0))
        close_accounts(people, year, account)
        assert account.account_cents == 20_000 - account.used_cents
        return account.used_cents, [person.money.nonelective for person in people[:3]]

    # The first three are paid 6 parts, a tenth of a percent each; the fourth, for 364 days, 29,917.81.
    assert used("offset") == (3_000 + 1_000 + 2_000 + 2_992, [3_000, 1_000, 2_000])
    assert used("expenses") == (20_000, [3_000, 1_000, 2_000])
    # 20,000 x 1 / 6 = 3,333.33 and x 2 / 6 = 6,666.67: the cent left goes to the largest remainder.
    assert used("reallocate") == (20_000, [13_000, 4_333, 8_667])


def test_the_highly_compensated_by_pay_of_the_year_before_as_owners_and_within_the_top_paid_group() -> None:
    def found(**testing: Any) -> list[bool]:
        pays = [15_500_001, 15_500_000, 16_000_000, None, 100, 17_000_000]
        opening = opened(
            6,
            prior_year_pay_cents=pays,
            salary_cents=[31_100_000] * 6,
            hire_date=[day("2015-06-01")] * 3 + [day("2024-07-02")] + [day("2015-06-01")] * 2,
            owner_share_ppm=[0, 50_000, None, 0, 50_001, 0],
        )
        people, year = lived(configured(plan={"testing": testing}), opening)
        find_highly_compensated(people, year)
        return [person.money.hce for person in people]

    # Above 155,000 in 2024; the fourth: 311,000 x 183 / 366 = 155,500.
    assert found() == [True, False, True, True, True, True]
    # The fourth has 183 days: six count, half up(6 / 5) = 1, the one paid most. Owners stay.
    assert found(top_paid_group=True) == [False, False, False, False, True, True]


def test_without_a_plan_its_columns_are_null_and_nobody_is_eligible() -> None:
    output = simulate(configured(plan={"enabled": False}), opened(2, deferral_bp=[300, 0]))
    assert output.snapshots.select("eligibility_date", "deferral_bp", "hce").null_count().row(0) == (2, 2, 2)
    assert output.summary.select("eligible", "participants", "match_cents").row(0) == (0, None, None)
    assert output.events.height == 0


# What is shared with the fast engine


def reference_sources() -> Iterator[ast.Module]:
    for path in Path(workforce_sim.reference.__file__).parent.glob("*.py"):
        yield ast.parse(path.read_text(encoding="utf-8"))


FIXED = (ShareOfPay, Nonelective, IntegrationLevel, Integrated, ProfitSharing, ExcessShare, AllocationGroup, Pool)
"""Sections of contributions without deferrals."""


def test_nothing_computed_from_the_plans_keys_is_read() -> None:
    """Bands, schedules, levels and safe-harbor money are found from what is written, by rules of its own."""
    computed = {
        name
        for model in (Plan, Match, *FIXED, Vesting)
        for name, value in vars(model).items()
        if isinstance(value, (property, cached_property)) or (callable(value) and not name.startswith("_"))
    }
    written = {name for model in all_sections(Section) for name in model.model_fields}
    read = {node.attr for tree in reference_sources() for node in ast.walk(tree) if isinstance(node, ast.Attribute)}

    assert {"bands", "graded_by", "safe_harbor_money", "match_bp", "level_cents"} <= computed
    assert read & (computed - written) == set()


def all_sections(model: type[Section]) -> Iterator[type[Section]]:
    for one in model.__subclasses__():
        yield one
        yield from all_sections(one)


def test_the_decision_names_every_function_that_is_shared() -> None:
    page = (Path(__file__).parents[2] / "docs/decisions/reference-model.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+)", page))
    modules = ("workforce_sim.plan.", "workforce_sim.money", "workforce_sim.draws", "workforce_sim.config.values")
    shared = {
        name.name
        for tree in reference_sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(modules)
        for name in node.names
    }

    assert {"limits", "half_up", "category"} <= shared
    assert shared - {"PPM", "Limits"} <= named

"""The laws of the plan, for any plan: what ledger, snapshots and summary must say of one another and of the law."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tests import support
from tests.property import plans
from tests.support import Scenario, of_type, table
from tests.support_plan import BP, RATES, Day, PlanYear, half_up, plan_years, tiers_of
from tests.support_walk import completed_years
from workforce_sim import replay
from workforce_sim.config import Config
from workforce_sim.config.match import Match, MatchTier
from workforce_sim.config.vesting import Vesting
from workforce_sim.money import cents, ppm
from workforce_sim.tables import EMPLOYER_MONEY

some_examples = settings(max_examples=support.examples(25))
any_plan = given(scenario=plans.plans())
VESTED_LATE = {"vesting": {"match": "graded_6", "nonelective": "cliff_3"}}
NOT_ALL_VESTED = given(scenario=plans.plans(plan=VESTED_LATE))
MONEY = ("plan_compensation_cents", "pre_tax_cents", "roth_cents", "catch_up_cents", "match_cents", "excess_415_cents")


# --- the ledger gives the closing -------------------------------------------------------------------------------------


@pytest.mark.parametrize("known", [True, False], ids=["rates of the census", "rates drawn"])
def test_replaying_each_years_ledger_gives_eligibility_participation_and_rate(known: bool) -> None:
    @some_examples
    @given(scenario=plans.plans(rates_known=known))
    def holds(scenario: Scenario) -> None:
        result = plans.simulated(scenario)
        assert result.opening is not None
        state = result.opening
        for year in result.summary["year"]:
            state = replay(state, result.events.filter(pl.col("year") == year))
            stays = result.snapshots.filter((pl.col("year") == year) & pl.col("termination_date").is_null())
            closing = stays.with_columns(eligible=pl.col("eligibility_date").is_not_null())
            assert_frame_equal(state, closing.select(state.columns).sort("replicate", "employee_id"))

    holds()


@any_plan
@some_examples
def test_rates_follow_one_another_and_the_snapshot_has_the_last(scenario: Scenario) -> None:
    enrolled: dict[str, dt.date] = {}
    for one in plan_years(plans.simulated(scenario)):
        rate, who = one.rate, one.now["employee_id"]
        for row in one.rows:
            assert row["deferral_before_bp"] in (None, rate)
            if row["event_type"] == "enrollment":
                enrolled[who] = row["effective_date"]
            if row["event_type"] in RATES:
                rate = row["deferral_after_bp"]
        assert (one.now["deferral_bp"], one.now["enrolled"]) == (rate, rate > 0)
        assert one.now["enrollment_date"] == enrolled.get(who)


@any_plan
@some_examples
def test_each_kind_of_row_moves_a_rate_as_it_says(scenario: Scenario) -> None:
    section = scenario.config.enrollment
    step, most, escalation = section.change.step_bp, section.max_deferral_bp, section.escalation
    for row in of_type(plans.simulated(scenario).events, *RATES).iter_rows(named=True):
        old, new, cause = row["deferral_before_bp"], row["deferral_after_bp"], row["cause"]
        assert new <= most
        match row["event_type"]:
            case "enrollment":
                assert old == 0 < new
                assert cause != "automatic" or new == min(section.auto_enrollment.default_bp, most)
            case "opt_out" | "stop":
                assert new == 0
            case "escalation":
                assert old < new == min(old + escalation.increment_bp, escalation.cap_bp, most)
            case _ if cause == "own":
                ways = {min(max(old + by, min(old, 100)), most) for by in (step, -step)}
                assert old != new
                assert new in ways
            case _:
                assert (row["event_type"], cause) == ("rate_change", "match_response")
                assert old != new


@any_plan
@some_examples
def test_the_summary_adds_up_the_snapshots(scenario: Scenario) -> None:
    result = plans.simulated(scenario)
    for row in result.summary.iter_rows(named=True):
        people = result.snapshots.filter(pl.col("year") == row["year"])
        events = result.events.filter(pl.col("year") == row["year"])
        stay = people.filter(pl.col("termination_date").is_null())
        rates = stay.filter("enrolled")["deferral_bp"].to_list()
        assert (row["eligible"], row["participants"]) == (stay["eligibility_date"].count(), len(rates))
        assert row["average_deferral_rate"] == (sum(rates) / (BP * len(rates)) if rates else None)
        counted = {"enrollment": "enrollments", "opt_out": "opt_outs", "escalation": "escalations"}
        assert [row[name] for name in counted.values()] == [of_type(events, kind).height for kind in counted]
        assert row["deferral_cents"] == people["pre_tax_cents"].sum() + people["roth_cents"].sum()
        assert row["forfeitures_cents"] == people["forfeited_cents"].sum() == events["amount_cents"].sum()
        money = sum(people[name].sum() for name in EMPLOYER_MONEY)
        assert sum(row[name] or 0 for name in EMPLOYER_MONEY) == money
        used = 0 if scenario.config.plan.forfeitures == "expenses" else row["forfeitures_used_cents"]
        restored = people["restored_cents"].sum()
        assert (row["restored_cents"] or 0) == restored
        assert row["net_employer_cost_cents"] == money + restored - used


# --- who is in --------------------------------------------------------------------------------------------------------


@any_plan
@some_examples
def test_nothing_of_the_plan_happens_before_entry_or_after_the_last_day(scenario: Scenario) -> None:
    for one in plan_years(plans.simulated(scenario)):
        entry = one.now["eligibility_date"] or dt.date.max
        for row in one.rows:
            assert one.first <= row["effective_date"] <= one.last
            assert row["event_type"] not in ("eligibility", *RATES) or entry <= row["effective_date"]
            assert row["event_type"] != "eligibility" or entry == row["effective_date"]
        if entry > one.last:
            assert {one.now[name] for name in MONEY} == {one.now["nonelective_cents"]} == {0}
            assert one.now["deferral_bp"] == 0


@any_plan
@some_examples
def test_a_year_has_one_way_in_at_most_and_nobody_returns_in_the_year_of_leaving_it(scenario: Scenario) -> None:
    for one in plan_years(plans.simulated(scenario)):
        own = [row for row in one.rows if row["cause"] == "own"]
        assert max(len(own), *(one.kinds.count(kind) for kind in ("eligibility", "escalation"))) <= 1
        ways = [kind for kind in one.kinds if kind in ("enrollment", "opt_out", "stop")]
        assert len(ways) <= 1  # who enrolls neither stops nor opts out in the same year
        if ways == ["enrollment"]:
            assert one.rate == 0
            assert not own  # of one's own free will from the next year on
        if "stop" in ways or own:
            assert one.rate > 0


@any_plan
@some_examples
def test_who_once_took_part_or_opted_out_is_never_enrolled_automatically(scenario: Scenario) -> None:
    """The same holds of opting out, which is only for those whose automatic date is to come."""
    result = plans.simulated(scenario)
    assert result.opening is not None
    assert (result.opening.filter("opted_out")["deferral_bp"] == 0).all()  # nor drawn into the opening
    barred = set(result.opening.filter(pl.col("opted_out") | (pl.col("deferral_bp") > 0))["employee_id"])
    for row in table(result.tables, "events").iter_rows(named=True):
        if row["cause"] == "automatic" or row["event_type"] == "opt_out":
            assert row["employee_id"] not in barred
        if row["event_type"] == "rehire":  # who comes back is asked again
            barred.discard(row["employee_id"])
        if row["event_type"] in ("enrollment", "opt_out"):
            barred.add(row["employee_id"])


@any_plan
@some_examples
def test_an_election_is_in_the_year_of_entry_a_conversion_in_a_later_one(scenario: Scenario) -> None:
    for one in plan_years(plans.simulated(scenario)):
        for row in one.rows:
            if row["cause"] in ("election", "conversion"):
                assert (one.now["eligibility_date"] >= one.opens) == (row["cause"] == "election")


@any_plan
@some_examples
def test_the_excluded_are_never_in(scenario: Scenario) -> None:
    shut = scenario.changed({"eligibility.excluded_share": 1.0, "eligibility.excluded_scope": "all"})
    for case in (scenario, shut):
        result = plans.simulated(case)
        assert result.opening is not None
        out = set(result.opening.filter("excluded")["employee_id"])
        members = set(result.opening.filter(pl.col("deferral_bp") > 0)["employee_id"])
        for one in plan_years(result):
            who = one.now["employee_id"]
            if who in out or (case is shut and who not in members):
                assert one.now["eligibility_date"] is None
                assert not {*one.kinds} & {"eligibility", *RATES}
                assert {one.now[name] for name in ("deferral_bp", "nonelective_cents", *MONEY)} == {0}


# --- limits -----------------------------------------------------------------------------------------------------------


def most_catch_up(one: PlanYear, config: Config) -> int:
    """Return what somebody may defer beyond section 402(g)."""
    plan, limit, age = config.plan, one.limit, one.year - one.now["birth_date"].year
    if age < 50 or not plan.catch_up or (one.only_roth and not plan.roth.available):
        return 0
    if 60 <= age <= 63 and plan.super_catch_up and limit.super_catch_up_cents is not None:
        return limit.super_catch_up_cents
    return limit.catch_up_cents


def base(one: PlanYear, config: Config) -> int:
    """Return what somebody may defer without catch-up: section 402(g), or the limit of the plan."""
    limit = config.plan.hce_deferral_limit
    if limit is None or not one.now["hce"]:
        return one.limit.elective_deferral_cents
    allowed = half_up(limit.bp(one.year) * one.now["testing_compensation_cents"], BP)
    return min(one.limit.elective_deferral_cents, allowed)


def most_additions(one: PlanYear) -> int:
    """Return the limit on annual additions: dollars, or all pay of the year."""
    return int(min(one.limit.annual_additions_cents, one.now["earnings_cents"]))


def roth_catch_up(one: PlanYear) -> int:
    """Return the catch-up that must be Roth."""
    return one.now["catch_up_cents"] if one.only_roth else 0


def check_deferral_limits(scenario: Scenario) -> None:
    """Check section 402(g), the limit of the plan, catch-up by age, and catch-up that must be Roth."""
    for one in plan_years(plans.simulated(scenario)):
        most, catch_up = base(one, scenario.config), one.now["catch_up_cents"]
        assert one.deferral - catch_up <= most
        assert catch_up <= most_catch_up(one, scenario.config)
        full = one.deferral - catch_up == most or one.additions == most_additions(one)
        assert full or catch_up == 0
        assert roth_catch_up(one) <= one.now["roth_cents"]
        assert scenario.config.plan.roth.available or one.now["roth_cents"] == 0


@any_plan
@some_examples
def test_no_limit_on_deferrals_is_exceeded(scenario: Scenario) -> None:
    check_deferral_limits(scenario)


@any_plan
@some_examples
def test_no_limit_on_compensation_or_annual_additions_is_exceeded(scenario: Scenario) -> None:
    """Sections 401(a)(17) and 415(c)."""
    for one in plan_years(plans.simulated(scenario)):
        limit = one.limit
        assert one.now["plan_compensation_cents"] <= min(limit.compensation_cents, one.now["earnings_cents"])
        assert one.additions <= most_additions(one)
        if one.now["excess_415_cents"]:
            assert one.additions == most_additions(one)


def highest(tiers: tuple[MatchTier, ...]) -> int:
    """Return the most that tiers give: in 10^-8 of pay, of those in dollars in 10^-4 cents."""
    return sum(tier.rate_bp * (tier.upper - tier.lower) for tier in tiers)


@any_plan
@some_examples
def test_nobody_is_matched_more_than_the_formula_gives_at_most(scenario: Scenario) -> None:
    for one in plan_years(plans.simulated(scenario)):
        formula = one.plan(scenario.config).match.at(one.year)
        tiers, pay = tiers_of(formula, one.now), one.now["plan_compensation_cents"]
        most = half_up(highest(tiers), BP) if formula.in_dollars else half_up(highest(tiers) * pay, BP * BP)
        best = max((tier.rate_bp for tier in tiers), default=0)
        before_returns = one.deferral + one.now["excess_415_cents"]  # in whole cents, of half a cent more perhaps
        assert one.now["match_cents"] <= min(most, half_up(best * (2 * before_returns + 1), 2 * BP))
        assert one.now["match_cents"] == 0 or one.meets(formula)


@any_plan
@some_examples
def test_nothing_of_the_plan_is_negative(scenario: Scenario) -> None:
    result = plans.simulated(scenario)
    for frame in (result.snapshots, result.events):
        numbers = frame.select(pl.col(pl.Int64, pl.Int32)).min().row(0)
        assert min((number for number in numbers if number is not None), default=0) >= 0
    amounts = result.summary.select(pl.col(pl.Int64, pl.Float64).exclude("average_salary_growth_continuing"))
    assert min(number for number in amounts.min().row(0) if number is not None) >= 0


# --- accounts ---------------------------------------------------------------------------------------------------------


def grown(one: PlanYear, source: str, rate_ppm: int) -> int:
    """Return a balance at the opening with the return of the year, of leavers with that of their days."""
    opening = 0 if "rehire" in one.kinds else (one.before or {}).get(f"{source}_balance_cents") or 0
    days = (one.last - one.opens).days + 1
    return opening + half_up(opening * rate_ppm * days, 1_000_000 * one.length)


def vested_share(one: PlanYear, vesting: Vesting, source: str) -> int:
    """Return the vested share of a source in bp, by completed years or the years of service by hours."""
    exits = [row["cause"] for row in one.rows if row["event_type"] == "termination"]
    if exits in (["death"], ["disability"]) or completed_years(one.now["birth_date"], one.last) >= (
        vesting.normal_retirement_age
    ):
        return BP
    since, schedule = one.now["plan_service_date"] or one.now["hire_date"], vesting.of(source)
    elapsed = vesting.service.method == "elapsed"
    years = completed_years(since, one.last) if elapsed else one.now["vesting_years"]
    return schedule[min(years, len(schedule) - 1)]


@NOT_ALL_VESTED
@some_examples
def test_balances_grow_by_returns_and_contributions_and_leavers_forfeit_what_is_not_vested(scenario: Scenario) -> None:
    plan = scenario.config.plan
    further = {"profit_sharing", "discretionary_match"} & scenario.config.provisions
    for one in plan_years(plans.simulated(scenario)):
        lost, back = 0, 0
        for source in ("match", "nonelective", *further):
            balance, share = one.now[f"{source}_balance_cents"], one.now[f"vested_share_{source}_bp"]
            back += balance - grown(one, source, plan.annual_return.ppm(one.year)) - one.now[f"{source}_cents"]
            assert back == 0 or "rehire" in one.kinds
            assert share == vested_share(one, plan.vesting, source)
            lost += balance - half_up(balance * share, BP)
        assert back == (one.now["restored_cents"] or 0) + (one.now["repaid_cents"] or 0)
        forfeited = lost if one.now["termination_date"] else 0
        assert one.now["forfeited_cents"] == forfeited
        rows = [(row["amount_cents"], row["effective_date"]) for row in one.rows if row["event_type"] == "forfeiture"]
        assert rows == ([(forfeited, one.last)] if forfeited else [])


@NOT_ALL_VESTED
@some_examples
def test_forfeitures_are_used_in_later_years_and_never_more_than_there_are(scenario: Scenario) -> None:
    account, use = 0, scenario.config.plan.forfeitures
    for row in plans.simulated(scenario).summary.sort("year").iter_rows(named=True):
        used = row["forfeitures_used_cents"]
        money = sum(row[name] or 0 for name in (*EMPLOYER_MONEY, "restored_cents"))
        assert used <= account
        assert use != "offset" or used == min(account, money)
        assert use != "expenses" or used == account
        assert use != "reallocate" or used <= row["nonelective_cents"]
        account += row["forfeitures_cents"] - used


# --- amounts, day by day ----------------------------------------------------------------------------------------------


def deferrable(one: PlanYear, config: Config) -> list[Day]:
    """Return the days with the pay that is deferred from; in the plan it may stop at section 401(a)(17).

    Rates are at most the plan's limit, of the highly compensated without catch-up.
    """
    days, limit = _in_pay_limit(one, config), config.plan.hce_deferral_limit
    if limit is None or not one.now["hce"] or most_catch_up(one, config):
        return days
    return [day._replace(rate=min(day.rate, limit.bp(one.year))) for day in days]


def _in_pay_limit(one: PlanYear, config: Config) -> list[Day]:
    if not config.plan.deferrals_stop_at_pay_limit:
        return one.days
    room, found = one.limit.compensation_cents, []
    for day in one.days:
        found.append(day._replace(pay=min(day.pay, room)) if day.in_plan else day)
        room -= found[-1].pay if day.in_plan else 0
    return found


def deferred(days: list[Day], most: int) -> int:
    return min(most, half_up(sum(day.rate * day.pay for day in days if day.in_plan), BP))


def on_a_slice(deferral: int, pay: int, tiers: tuple[MatchTier, ...]) -> int:
    """Return the match on a deferral in 10^-4 cents, in 10^-8 cents."""
    return sum(tier.rate_bp * max(0, min(deferral, tier.upper * pay) - tier.lower * pay) for tier in tiers)


def day_by_day(days: list[Day], tiers: tuple[MatchTier, ...], most: int, limit: int) -> tuple[int, int]:
    """Match each day's deferral by itself; return the match and that of the day a limit cuts, in 10^-8 cents."""
    left, room, matched, cut = BP * most, limit, 0, 0
    for day in days:
        pay = min(day.pay, room)
        deferral = min(day.rate * pay, left)
        matched += on_a_slice(deferral, pay, tiers)
        if deferral < day.rate * pay and deferral:
            cut = on_a_slice(day.rate * pay, pay, tiers)
        left, room = left - deferral, room - pay
    return matched, cut


def counted(days: list[Day], kind: str) -> list[Day]:
    """Return the days of which pay counts on the payroll basis."""
    if kind == "plan_year":
        return days
    return [day for day in days if day.in_plan and (day.rate or kind == "eligible")]


def match_of(one: PlanYear, config: Config, most: int) -> tuple[int, int]:
    """Return the least and the most that the match may be, by the days of the year; the same where nothing binds."""
    formula, limit = one.plan(config).match.at(one.year), one.limit
    tiers, days = tiers_of(formula, one.now), deferrable(one, config)
    total = deferred(days, most)
    if not one.meets(formula):
        return 0, 0
    if formula.in_dollars:
        slices = (tier.rate_bp * max(0, min(total, tier.upper) - tier.lower) for tier in tiers)
        return (half_up(sum(slices), BP),) * 2
    if formula.basis == "annual":
        pay = one.compensation(formula.compensation, limit.compensation_cents)
        return (half_up(on_a_slice(BP * total, pay, tiers), BP * BP),) * 2
    matched, cut = day_by_day(counted(days, formula.compensation), tiers, most, limit.compensation_cents)
    return half_up(max(0, matched - cut), BP * BP), half_up(matched + cut, BP * BP)


def within_limit(formula: Match, amount: int) -> int:
    """Return a match within the limit of its own."""
    return amount if formula.annual_limit is None else min(amount, cents(formula.annual_limit))


def check_amounts(scenario: Scenario) -> None:
    """Check to the cent; by payroll within the match of the day on which the limit on deferrals is reached."""
    config = scenario.config
    for one in plan_years(plans.simulated(scenario)):
        limit, formula = one.limit, one.plan(config).match.at(one.year)
        most = base(one, config) + most_catch_up(one, config)
        wished = deferred(deferrable(one, config), most)
        assert one.now["earnings_cents"] == sum(day.pay for day in one.days)
        if formula.eligibility is None:
            pay = one.compensation(formula.compensation, limit.compensation_cents)
            assert one.now["plan_compensation_cents"] == pay
        beyond = max(0, wished - base(one, config))
        assert beyond <= one.now["catch_up_cents"] <= most_catch_up(one, config)
        assert one.now["catch_up_cents"] == beyond or one.additions == most_additions(one)
        lowest, largest = (within_limit(formula, amount) for amount in match_of(one, config, most))
        excess = one.now["excess_415_cents"]
        assert wished - excess <= one.deferral <= wished
        if formula.eligibility is None:  # others are those of test_source_laws
            assert lowest - excess <= one.now["match_cents"] <= largest
        if not excess:
            must = roth_catch_up(one)
            share = ppm(config.plan.roth.share) if config.plan.roth.available else 0
            assert one.now["roth_cents"] == must + half_up((wished - must) * share, 1_000_000)


@any_plan
@some_examples
def test_deferrals_compensation_and_match_are_those_of_a_loop_over_the_days(scenario: Scenario) -> None:
    check_amounts(scenario)


@settings(max_examples=support.examples(12))
@given(scenario=plans.plans(), share=st.integers(0, 2000), more=st.integers(0, 2000), pay=st.sampled_from([0, 40_000]))
def test_so_are_they_where_the_highly_compensated_may_defer_a_share_of_pay(
    scenario: Scenario, share: int, more: int, pay: int
) -> None:
    year = scenario.config.simulation.start_year
    limited = scenario.changed(
        {
            "plan.limits.overrides": {"highly_compensated": dict.fromkeys(range(2011, 2031), pay)},
            "plan.hce_deferral_limit": {year: share / BP, year + 1: more / BP},
        }
    )
    check_amounts(limited)
    check_deferral_limits(limited)


@settings(max_examples=support.examples(12))
@given(
    scenario=plans.plans(),
    stop=st.booleans(),
    match=st.fixed_dictionaries(
        {
            "preset": st.sampled_from(["simple", "safe_harbor_basic", "stretch"]),
            "basis": st.just("payroll"),
            "compensation": st.sampled_from(["plan_year", "eligible", "participating"]),
        }
    ),
)
def test_so_are_they_payroll_by_payroll_where_pay_reaches_its_limit_after_entry_in_the_year(
    scenario: Scenario, stop: bool, match: dict[str, Any]
) -> None:
    tight = {"compensation": dict.fromkeys(range(2011, 2031), 25000.0)}
    changes = {
        "eligibility.waiting_period_days": 200,
        "eligibility.waiting_period_years": None,
        "eligibility.waiting_period_months": None,
        "enrollment.election": 1.0,
        "plan.deferrals_stop_at_pay_limit": stop,
        "plan.limits.overrides": tight,
        "plan.match": match,
    }
    check_amounts(scenario.changed(changes))

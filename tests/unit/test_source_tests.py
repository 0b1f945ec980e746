"""The tests of a plan year where there are several sources of employer contributions."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

import workforce_sim as ws
from tests.unit.tested_years import Person, Run, found, high, other, run

NONE: dict[str, Any] = {"match": {"preset": "none"}}
SECOND: dict[str, Any] = {"discretionary_match": {"preset": "simple"}}
FLAT: dict[str, Any] = {"profit_sharing": {"kind": "flat", "rate": 0.05}}
MORE = dict.fromkeys(("discretionary_match_cents", "profit_sharing_cents"), 0)
RECENT = {"hire_date": dt.date(2024, 10, 1), "eligibility_date": dt.date(2024, 10, 1)}
AT_ONCE = {"waiting_period_days": 0, "minimum_age": 0}


def highly(percent: float = 0, **more: Any) -> Person:
    return high(percent, **MORE | more)


def others(percent: float = 0, **more: Any) -> Person:
    return other(percent, **MORE | more)


# --- ACP --------------------------------------------------------------------------------------------------------------


def test_acp_counts_both_matches() -> None:
    tests = run(
        highly(5, match_cents=400_000, discretionary_match_cents=600_000),
        others(5, match_cents=60_000, discretionary_match_cents=40_000),
        **SECOND,
    )

    assert ws.nondiscrimination(tests, 2025).acp == ws.AdpTest(False, 5.0, 1.0, 2.0, 1, 1)


def test_acp_is_of_those_who_could_get_either_match() -> None:
    later = {"match": {"preset": "simple", "eligibility": {"waiting_period_years": 2}}}
    people = highly(5, match_cents=1), others(5, **RECENT)

    def nhces(**plan: Any) -> Any:
        return found(run(*people, eligibility=AT_ONCE, **later, **plan), "ACP").figures["nhces"]

    assert nhces() == 0
    assert nhces(**SECOND) == 1
    assert nhces(discretionary_match={"preset": "simple", "minimum_service_years": 2}) == 0


# --- safe harbors -----------------------------------------------------------------------------------------------------

HARBOR: dict[str, Any] = {"match": {"preset": "safe_harbor_basic"}}


@pytest.mark.parametrize(
    ("formula", "why"),
    [
        ({"tiers": [{"up_to": 0.04, "rate": 1.0}]}, None),
        ({"tiers": [{"up_to": 0.05, "rate": 1.0}]}, "more than 4% of pay"),
        ({"tiers": [{"up_to": 0.08, "rate": 0.25}]}, "matches deferrals above 6% of pay"),
        ({"tiers": [{"up_to": 0.02, "rate": 0.1}, {"up_to": 0.04, "rate": 0.2}]}, "rates that rise with deferrals"),
        ({"tiers": [{"up_to": 0.04, "rate": 0.5}], "last_day": True}, "graded or with conditions"),
        ({"by_service": [{"from": 0, "rate": 0.1, "max": 0.04}, {"from": 5, "rate": 0.2, "max": 0.04}]}, "graded"),
    ],
)
def test_a_discretionary_match_beside_a_safe_harbor_match(formula: dict[str, Any], why: str | None) -> None:
    test = found(run(highly(5, match_cents=1), others(5), **HARBOR, discretionary_match=formula), "ACP")

    assert (test.outcome == "exempt") == (why is None)
    assert (why or "") in test.note
    assert ("plan.discretionary_match" in test.note) == (why is not None)


def test_who_may_defer_before_safe_harbor_contributions_begin_is_tested_apart() -> None:
    plan = {"match": {"preset": "safe_harbor_basic", "eligibility": {"waiting_period_years": 1}}}
    recent = {"hire_date": dt.date(2025, 2, 1), "eligibility_date": dt.date(2025, 2, 1)}
    tests = run(highly(5), others(5), others(3, **recent), eligibility=AT_ONCE, **plan)

    assert found(tests, "ADP").outcome == "exempt"
    assert found(tests, "ADP, early entrants").figures["nhces"] == 1
    assert found(tests, "Top-heavy").outcome == "not testable"


# --- coverage and rates -----------------------------------------------------------------------------------------------


def test_coverage_and_rates_count_profit_sharing() -> None:
    tests = run(
        highly(profit_sharing_cents=1_000_000, nonelective_cents=600_000),
        others(profit_sharing_cents=500_000),
        others(nonelective_cents=300_000),
        others(),
        nonelective={"kind": "age", "by_age": [{"from": 0, "rate": 0.03}]},
        **FLAT,
    )

    assert found(tests, "Coverage, nonelective").figures["nhce_percent"] == pytest.approx(200 / 3)
    rates = found(tests, "Nonelective rates").figures
    assert (rates["highest_hce_rate_percent"], rates["highest_nhce_rate_percent"]) == (8.0, 5.0)


def test_who_waits_for_profit_sharing_as_long_as_the_law_allows_is_not_counted() -> None:
    waits = {"profit_sharing": {"kind": "flat", "rate": 0.05, "eligibility": {"waiting_period_years": 2}}}
    people = highly(profit_sharing_cents=1), others(profit_sharing_cents=1), others(**RECENT)

    def nhces(**plan: Any) -> Any:
        return found(run(*people, eligibility=AT_ONCE, **NONE, **plan), "Coverage, nonelective").figures["nhces"]

    assert nhces(**waits) == 1
    assert nhces(**FLAT) == 2
    late = {"hire_date": dt.date(2023, 6, 1), "eligibility_date": dt.date(2023, 6, 1)}
    vested = run(highly(profit_sharing_cents=1), others(**late), eligibility=AT_ONCE, **NONE, **waits)
    slow = run(
        *(highly(profit_sharing_cents=1), others(**late)),
        eligibility=AT_ONCE,
        **NONE,
        **waits,
        vesting={"profit_sharing": "cliff_3"},
    )
    # Two years on June 1, 2025: in by then. Vested later, one year is all the law allows: in since 2024.
    assert [found(one, "Coverage, nonelective").figures["nhces"] for one in (vested, slow)] == [1, 1]


UNIFORM_KINDS: dict[str, tuple[dict[str, Any], dict[str, Any] | None, bool]] = {
    "both flat": (FLAT["profit_sharing"], {"kind": "flat", "rate": 0.03}, True),
    "alone": (FLAT["profit_sharing"], None, True),
    "a pool by pay": ({"kind": "pool", "pool": {"dollars": 5.0}}, None, True),
    "a pool in equal parts": ({"kind": "pool", "pool": {"dollars": 5.0, "allocation": "equal"}}, None, True),
    "the same dollars": ({"kind": "dollars", "dollars": 5.0}, {"kind": "flat", "rate": 0.03}, True),
    "one integrated": (
        {"kind": "integrated", "integrated": {"base_rate": 0.03, "excess_rate": 0.03}},
        {"kind": "flat", "rate": 0.03},
        True,
    ),
    "both integrated": (
        {"kind": "integrated", "integrated": {"base_rate": 0.03, "excess_rate": 0.01}},
        {"kind": "integrated", "integrated": {"base_rate": 0.03, "excess_rate": 0.01}},
        False,
    ),
    "an age-weighted pool": ({"kind": "pool", "pool": {"dollars": 5.0, "allocation": "age_weighted"}}, None, False),
    "groups": ({"kind": "groups", "groups": [{"rate": 0.05}]}, None, False),
    "other conditions": ({**FLAT["profit_sharing"], "last_day": True}, {"kind": "flat", "rate": 0.03}, False),
    "a limit": ({**FLAT["profit_sharing"], "annual_limit": 5000.0}, None, False),
}


@pytest.mark.parametrize(("sharing", "nonelective", "exempt"), UNIFORM_KINDS.values(), ids=UNIFORM_KINDS)
def test_uniform_formulas_are_exempt_from_the_test_of_rates(
    sharing: dict[str, Any], nonelective: dict[str, Any] | None, exempt: bool
) -> None:
    plan = {"profit_sharing": sharing} | ({} if nonelective is None else {"nonelective": nonelective})
    tests = run(highly(profit_sharing_cents=2_000_000), others(profit_sharing_cents=10), **NONE, **plan)

    assert (found(tests, "Nonelective rates").outcome == "exempt") == exempt


# --- top-heavy --------------------------------------------------------------------------------------------------------


def census() -> list[Person]:
    row = {"officer": False, "owner_share_ppm": 0, "deferral_balance_cents": 0}
    return [{"employee_id": "A", **row, "officer": True}, {"employee_id": "B", **row}]


def of_key(**plan: Any) -> Run:
    balances = dict.fromkeys(("profit_sharing_balance_cents", "discretionary_match_balance_cents"), 100)
    rich = highly(earnings_cents=30_000_000, **balances)
    return run(rich, others(**dict.fromkeys(balances, 50)), opening=census(), **plan)


def test_balances_of_all_sources_count_for_top_heavy() -> None:
    test = found(of_key(**FLAT), "Top-heavy")

    assert (test.outcome, test.figures["key_balances"], test.figures["all_balances"]) == ("top-heavy", 2.0, 3.0)


def test_profit_sharing_beside_a_safe_harbor_is_not_exempt_from_top_heavy() -> None:
    plan = {"nonelective": {"kind": "flat", "rate": 0.03}, "testing": {"safe_harbor": True}, **NONE}

    def outcome(cents: int) -> str:
        people = highly(earnings_cents=30_000_000, profit_sharing_cents=cents), others()
        return found(run(*people, opening=census(), **plan, **FLAT), "Top-heavy").outcome

    assert (outcome(0), outcome(1)) == ("exempt", "not top-heavy")

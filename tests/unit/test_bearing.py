"""Which changed keys are named beside a kind of difference: those that decide it directly, and no others."""

from __future__ import annotations

import pytest

from workforce_sim.explaining.diff_text import bearing

ANYTHING = ["random_seed", "replicate", "engine", "census.fingerprint", "versions.polars"]
"""Named beside every difference."""

COMING = ["simulation.target_growth_rate", "workforce.levels[0].maximum", "terminations.causes", "hiring.pay"]
PAY = ["compensation.cola_rate", "compensation.merit_pool", "compensation.ratings.low.share"]
PROMOTED = ["promotion.base_rate"]
ENROLLED = [
    *("enrollment.auto_enrollment.opt_out", "enrollment.election", "enrollment.deferral_rates"),
    *("enrollment.change.step", "enrollment.stop", "enrollment.max_deferral"),
    *("enrollment.escalation.cap", "enrollment.match_response.below"),
]
ROTH = [
    *("plan.roth.share", "plan.catch_up", "plan.super_catch_up", "plan.limits.inflation"),
    *("plan.deferrals_stop_at_pay_limit", "plan.hce_deferral_limit"),
]
PLAN = [
    *("plan.enabled", "plan.match.preset", "plan.nonelective.rate", *ROTH, "plan.vesting.match"),
    *("plan.forfeitures", "plan.annual_return", "plan.testing.method"),
]
OTHERS = ["simulation.end_year", "eligibility.entry", "output.compression", "uncertainty.assumptions"]
CHANGED = [*ANYTHING, *COMING, *PAY, *PROMOTED, *ENROLLED, *PLAN, *OTHERS]
"""A key of every section, and of every part of a section that matters alone."""

COLA, MERIT = PAY[:1], PAY[1:]
JOINED = ["eligibility.entry", *ENROLLED, *PLAN]
AUTOMATIC, ELECTED, CHANGE, STOP, MOST, ESCALATED, RESPONSE = (
    ENROLLED[:1],
    ENROLLED[1:3],
    ENROLLED[3:4],
    ENROLLED[4:5],
    ENROLLED[5:6],
    ENROLLED[6:7],
    ENROLLED[7:],
)
LIMITS, VESTING = ["plan.limits.inflation"], ["plan.vesting.match"]


@pytest.mark.parametrize(
    ("kind", "decides"),
    [
        ("hired only in b", [*COMING, *PAY, *PROMOTED]),
        ("hired at a different level or pay", [*COMING, *PAY, *PROMOTED]),
        ("eligible later", ["eligibility.entry", "plan.enabled"]),
        ("promoted only in a", [*PROMOTED, *COMING]),
        ("different promotion increase", [*PROMOTED, *COMING, *PAY]),
        ("cost-of-living increase only in b", COLA),
        ("different cost-of-living increase", COLA),
        ("merit increase only in b", MERIT),
        ("different merit increase", MERIT),
        ("enrolled earlier", JOINED),
        ("enrolled at a different rate", JOINED),
        ("opted out only in b", AUTOMATIC),
        ("opted out with other values", AUTOMATIC),
        ("changed rate only in b", [*CHANGE, *RESPONSE, *MOST, "plan.match.preset"]),
        ("changed to a different rate", [*CHANGE, *RESPONSE, *MOST, "plan.match.preset"]),
        ("escalated only in b", [*ESCALATED, *MOST]),
        ("escalated to a different rate", [*ESCALATED, *MOST]),
        ("stopped deferring only in b", STOP),
        ("stopped from a different rate", STOP),
        ("terminated only in b", COMING),
        ("terminated for a different cause", COMING),
        ("forfeited only in a", VESTING),
        ("different forfeiture", VESTING),
        ("in the plan or not", JOINED),
        ("different rate at the opening", ELECTED),
        ("plan compensation", ["plan.match.preset", *LIMITS, "eligibility.entry"]),
        ("deferral limits or Roth", ROTH),
        ("match formula", ["plan.match.preset", *LIMITS]),
        ("nonelective formula", ["plan.nonelective.rate", *LIMITS, "plan.forfeitures"]),
        ("balances", ["plan.annual_return", "plan.forfeitures"]),
        ("vesting", VESTING),
        ("highly compensated", ["plan.testing.method", *LIMITS]),
        ("limit on annual additions", [*LIMITS, "plan.match.preset", "plan.nonelective.rate"]),
        ("different salary", []),
        ("hired with different characteristics", [*COMING, *PAY, *PROMOTED]),
        ("in the census only in a", []),
    ],
)
def test_keys_that_decide_a_kind_of_difference(kind: str, decides: list[str]) -> None:
    assert sorted(bearing(kind, CHANGED)) == sorted([*ANYTHING, *decides])


@pytest.mark.parametrize("key", ANYTHING)
def test_where_these_differ_anything_may(key: str) -> None:
    assert bearing("different salary", [key, "plan.match"]) == [key]

"""The law of partitions: however the staff are cut, a year gives the same, to the byte."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from tests import support
from tests.property import plans, strategies
from tests.support import Scenario
from workforce_sim import WorkforceSimError, load_config, read_census, synthetic_census
from workforce_sim.census.completion import complete
from workforce_sim.census.opening import Opening
from workforce_sim.census.synthetic import LEVELS
from workforce_sim.config import Config, with_changes
from workforce_sim.engine.clock import Clock
from workforce_sim.engine.course import Course
from workforce_sim.engine.partitions import parted
from workforce_sim.engine.start import prepared
from workforce_sim.simulation.run import joined
from workforce_sim.store.ledger import fingerprint

ROWS = (1, 7)
EVERY_SETTLEMENT = {
    "compensation.merit_factors": {"Senior": 1.5, "Manager": 0.8},
    "compensation.ratings": {"low": {"share": 0.3, "factor": 0.5}, "top": {"share": 0.7, "factor": 1.2}},
    "compensation.other_pay": [
        {"name": "bonus", "kind": "bonus", "share": 0.1, "receivers": 0.7, "spread": 0.5, "date": "03-15"},
        {"name": "overtime", "kind": "overtime", "share": 0.05, "receivers": 0.5},
    ],
    "hiring.level_mix": "adaptive",
    "plan.forfeitures": "reallocate",
    "plan.match": {"preset": "simple", "basis": "payroll", "pay": "base"},
    "plan.nonelective": {"kind": "flat", "rate": 0.02},
    "plan.profit_sharing": {
        "kind": "pool",
        "pool": {"payroll_share": 0.03, "allocation": "integrated", "integrated": {"level_share": 0.5}},
    },
    "plan.discretionary_match": {"preset": "stretch", "last_day": True},
    "plan.vesting": {"match": "cliff_3", "nonelective": "graded_6", "profit_sharing": "cliff_2"},
    "plan.testing.top_paid_group": True,
}
"""Assumptions under which every decision that needs everybody is taken."""


def given_in_parts(config: Config, opening: Opening, rows: int, replicates: tuple[int, ...], *, in_order: bool) -> str:
    """Return the fingerprint of a run whose staff go through in partitions of so many rows."""
    state, world = prepared(config, opening, replicates)
    state = replace(state, parts=parted(state.staff, rows))
    course, years = Course(world, in_order=in_order), []
    for number in config.simulation.years:
        tables, state = course.step(state, number, Clock())
        years.append(tables)
    return fingerprint(joined(years))


RANGED = {
    "workforce.levels": [
        *({"name": name, "minimum": 30_000, "maximum": 60_000} for name in LEVELS[:2]),
        *({"name": name} for name in LEVELS[2:]),
    ],
    "compensation.merit_minimum_tenure": 0,
    "compensation.merit_proration": "days",
    "compensation.merit_matrix": {
        "edges": [0.8, 1.0],
        "increases": {"low": [0.03, 0.02, 0.0], "top": [0.06, 0.05, 0.04]},
        "pool": True,
    },
    "compensation.range_minimum": "lift",
    "compensation.range_maximum": "lump_sum",
    "terminations.retirement": {
        "eligible": [{"age": 55, "service": 3}],
        "rates": [{"from": 55, "rate": 0.4}],
        "combine": "add",
    },
}
"""Pay ranges and retirement, beside these."""


@pytest.mark.parametrize("replicates", support.few([(0,), (0, 3, 4)], 2))
@pytest.mark.parametrize("headcount", support.few(["stochastic", "exact"], 2))
@pytest.mark.parametrize("provisions", [{}, RANGED], ids=["", "pay ranges and retirement"])
def test_every_decision_that_needs_everybody_is_the_same_in_any_partitions(
    provisions: dict[str, Any], replicates: tuple[int, ...], headcount: str
) -> None:
    config = with_changes(load_config(), {**EVERY_SETTLEMENT, **provisions, "workforce.headcount": headcount})
    config = with_changes(config, {"simulation.end_year": config.simulation.start_year + 2})
    opening = complete(synthetic_census(16, seed=7), config)
    course = Course(prepared(config, opening, replicates)[1])
    known = {"employment", "merit pool", "reallocation", "profit sharing pool", "top-paid group"}
    assert {step.name for step in course.steps} >= known

    whole = given_in_parts(config, opening, 10_000, replicates, in_order=False)

    for rows in ROWS:
        assert given_in_parts(config, opening, rows, replicates, in_order=False) == whole
    assert given_in_parts(config, opening, 7, replicates, in_order=True) == whole


@settings(max_examples=support.examples(10))
@given(
    scenario=plans.plans() | strategies.scenarios(), rows=st.sampled_from((*ROWS, 1_000)), count=st.sampled_from([1, 2])
)
def test_partitions_change_nothing(scenario: Scenario, rows: int, count: int) -> None:
    try:
        config = load_config(scenario.config)
        opening = complete(read_census(scenario.census, config), config)
        whole = given_in_parts(config, opening, 10_000, tuple(range(count)), in_order=False)
    except WorkforceSimError:
        reject()

    assert given_in_parts(config, opening, rows, tuple(range(count)), in_order=False) == whole

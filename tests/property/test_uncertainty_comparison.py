"""Years that are good or bad for everybody: the fast engine equals the reference model, row for row."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests import support
from tests.property import strategies
from tests.support import Scenario, assert_same, fast, only, slow
from workforce_sim.census.synthetic import LEVELS
from workforce_sim.errors import SimulationError
from workforce_sim.tables.output import Tables

SPREADS = (0.0, 0.1, 0.4, 1.0)
SMALL_SPREADS = (0.0, 0.015, 0.05)
REPLICATES = st.lists(st.sampled_from([0, 1, 2, 3, 17, 2**31 - 1]), min_size=1, max_size=3, unique=True).map(sorted)
CALM = {"simulation.target_growth_rate": 0.02, "workforce.max_hires_ratio": 1000.0}
"""So that a run is seldom an error."""


@st.composite
def uncertain(draw: st.DrawFn) -> Scenario:
    """A scenario of free exits, by rates as given, factors or neither, with or without a plan, and a year effect."""
    scenario = draw(strategies.scenarios(headcount="stochastic", smallest=5))
    start = scenario.config.simulation.start_year
    keys = strategies.terminations()
    changes: dict[str, Any] = {
        "simulation.end_year": start + draw(st.integers(0, 3)),
        "uncertainty.year_effects.terminations": draw(st.sampled_from(SPREADS) | strategies.millionths(0, 1_000_000)),
        "uncertainty.year_effects.growth": draw(st.sampled_from(SMALL_SPREADS) | strategies.millionths(0, 300_000)),
        "uncertainty.year_effects.raises": draw(st.sampled_from(SMALL_SPREADS) | strategies.millionths(0, 1_000_000)),
    }
    if draw(st.booleans()):
        changes |= CALM
    if draw(st.booleans()):
        changes["plan.enabled"] = False
    exits = draw(st.sampled_from([("rates",), ("age_factors", "tenure_factors"), ()]))
    changes["terminations"] = {key: draw(keys[key]) for key in (*exits, "month_weights", "rate_factor")}
    return scenario.changed(changes)


def outcome(scenario: Scenario, replicate: int) -> Tables | None:
    """Return what the reference model makes of a replicate; None for assumptions that cannot be carried out."""
    try:
        return slow(scenario, replicate)
    except SimulationError:
        return None


@settings(max_examples=support.examples(60))
@given(scenario=uncertain(), replicates=REPLICATES)
def test_engines_agree_in_good_and_bad_years(scenario: Scenario, replicates: list[int]) -> None:
    plain = {replicate: outcome(scenario, replicate) for replicate in replicates}
    failed = [replicate for replicate, tables in plain.items() if tables is None]
    event(f"{len(failed)} of {len(replicates)} replicates cannot be carried out")
    for replicate in failed:
        with pytest.raises(SimulationError):
            fast(scenario, (replicate,))
    batch = {replicate: tables for replicate, tables in plain.items() if tables is not None}
    quick = fast(scenario, tuple(batch)) if batch else None
    for replicate, tables in batch.items():
        assert quick is not None
        assert_same(only(quick, pl.col("replicate") == replicate), tables)


RATES = [{"age_from": a, "tenure_from": t, "value": v} for a, t, v in ((0, 0, 0.3), (0, 3, 0.12), (60, 0, 1.0))]
EXITS: dict[str, Any] = {
    "default": {},
    "factors": {"age_factors": [{"from": 0, "factor": 1.125}, {"from": 35, "factor": 0.75}]},
    "rates": {"rates": RATES},
}
FACTORS = dict.fromkeys(LEVELS, 1.0) | {LEVELS[0]: 4.0}
"""Of one level, large enough for rates above 1, which a year multiplies before they are cut."""


@pytest.mark.parametrize("exits", EXITS)
@pytest.mark.parametrize("s", support.few([0.4, 0.1, 1.0], 3))
def test_engines_agree_on_a_firm_of_two_hundred_over_four_years(s: float, exits: str) -> None:
    config = support.configured(
        2025,
        2028,
        workforce={
            "headcount": "stochastic",
            "new_hire_termination_rate": {2025: 0.25, 2027: 0.6},
            "levels": [{"name": name, "termination_factor": factor} for name, factor in FACTORS.items()],
        },
        terminations=EXITS[exits],
        uncertainty={"year_effects": {"terminations": s, "growth": s / 10, "raises": s / 5}},
    )
    scenario = support.synthetic(200, config)
    batch = fast(scenario, (0, 41))
    for replicate in (0, 41):
        assert_same(only(batch, pl.col("replicate") == replicate), slow(scenario, replicate))


def test_engines_agree_where_headcount_is_exact_and_pay_is_cut() -> None:
    config = support.configured(
        2025,
        2028,
        compensation={"cola_rate": -0.02},
        hiring={"range_growth": -0.01},
        uncertainty={"year_effects": {"growth": 0.08, "raises": 0.03}},
    )
    scenario = support.synthetic(150, config)
    batch = fast(scenario, (0, 41))
    for replicate in (0, 41):
        assert_same(only(batch, pl.col("replicate") == replicate), slow(scenario, replicate))


@pytest.mark.parametrize("headcount", support.few(["exact", "stochastic"], 2))
@pytest.mark.parametrize("exits", EXITS)
def test_engines_agree_on_factors_of_years_and_departments(exits: str, headcount: str) -> None:
    factors = {"department_factors": {"Sales": 3.0, "Finance": 0.125}, "rate_factor": {2025: 1.25, 2027: 0.5}}
    config = support.configured(
        2025, 2027, workforce={"headcount": headcount}, terminations={**EXITS[exits], **factors}
    )
    scenario = support.synthetic(150, config)
    batch = fast(scenario, (0, 3))
    for replicate in (0, 3):
        assert_same(only(batch, pl.col("replicate") == replicate), slow(scenario, replicate))

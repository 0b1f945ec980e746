"""The fast engine equals the reference model: every table, row for row and cent for cent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests import support
from tests.property import strategies
from tests.support import Scenario, assert_same, fast, slow
from workforce_sim.config import Compensation, Config, Hiring, Promotion, Terminations, Workforce
from workforce_sim.config.workforce import Simulation
from workforce_sim.errors import SimulationError
from workforce_sim.opening import Tables


def outcome(run: Callable[[], Tables]) -> Tables | str:
    """Return the tables, or the kind of error: the assumption that cannot be carried out."""
    try:
        return run()
    except SimulationError as error:
        message = str(error)
        return "max_hires_ratio" if "workforce.max_hires_ratio" in message else "too few who can leave"


@settings(max_examples=support.examples(150))
@given(scenario=strategies.scenarios(), replicate=st.sampled_from([0, 0, 1, 2**31 - 1]))
def test_engines_agree(scenario: Scenario, replicate: int) -> None:
    quick, plain = outcome(lambda: fast(scenario, (replicate,))), outcome(lambda: slow(scenario, replicate))
    if isinstance(quick, Tables) and isinstance(plain, Tables):
        assert_same(quick, plain)
    else:
        event(str(quick))
        assert quick == plain


EVERYTHING: dict[str, Any] = {
    "simulation": {"target_growth_rate": {2023: 0.1, 2025: -0.15, 2026: 0.02}},
    "terminations": {"month_weights": [3, 1, 1, 1, 1, 2, 0, 1, 1, 1, 1, 0.5]},
    "hiring": {"level_mix": "adaptive", "part_time_share": 0.15, "month_weights": [1, 2] * 6, "range_growth": 0.021},
    "promotion": {"month_weights": [0, 0, 1] * 4, "minimum_tenure": 0},
    "compensation": {
        "cola_date": "02-29",
        "merit_month_weights": [1] * 12,
        "merit_factors": {"Manager": 1.25},
        "ratings": {"good": {"share": 0.3, "factor": 1.5}, "fair": {"share": 0.7, "factor": 0.9}},
    },
}


@pytest.mark.parametrize("sections", [{}, EVERYTHING], ids=["defaults", "everything"])
@pytest.mark.parametrize("headcount", ["exact", "stochastic"])
def test_engines_agree_on_a_firm_of_two_thousand_over_five_years(headcount: str, sections: dict[str, Any]) -> None:
    config = support.configured(2023, 2027, **sections, workforce={"headcount": headcount})
    scenario = support.synthetic(2000, config)
    batch = fast(scenario, (0, 41))
    for replicate in (0, 41):
        assert_same(support.only(batch, pl.col("replicate") == replicate), slow(scenario, replicate))


def test_random_configurations_hold_every_key() -> None:
    """What is drawn from is the whole of the model: each section's keys, and the levels'."""
    drawn = strategies.simulation(2025) | strategies.workforce(2025, 1)
    assert set(drawn) == {*Simulation.model_fields, *Workforce.model_fields}
    for keys, section in (
        (strategies.terminations(), Terminations),
        (strategies.hiring(2025, 1), Hiring),
        (strategies.promotion(2025), Promotion),
        (strategies.compensation(2025, 1), Compensation),
    ):
        assert set(keys) == set(section.model_fields)
    assert set(strategies.sections(2025, 1)) | {"census", "eligibility", "enrollment", "output"} == set(
        Config.model_fields
    )

"""The fast engine equals the reference model: every table, row for row and cent for cent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests import support
from tests.property import strategies
from tests.support import Scenario, assert_same, fast, slow
from workforce_sim.census import Census
from workforce_sim.census.synthetic import LEVELS
from workforce_sim.config import Compensation, Config, Hiring, Promotion, Terminations, Workforce
from workforce_sim.config.workforce import Simulation
from workforce_sim.errors import SimulationError
from workforce_sim.tables.output import Tables

KINDS = {
    "workforce.max_hires_ratio": "too many hires",
    "more employees are needed": "no hire stays",
    " above 0": "too few who can leave",
    "pay of more than": "too much pay",
    "balance of more than": "too large a balance",
    "merit increase of more than": "too much merit",
}


def outcome(run: Callable[[], Tables]) -> Tables | str:
    """Return the tables, or the kind of error: the assumption that cannot be carried out."""
    try:
        return run()
    except SimulationError as error:
        (kind,) = (kind for phrase, kind in KINDS.items() if phrase in str(error))
        return kind


def assert_agree(scenario: Scenario, replicate: int) -> None:
    """Check that both engines have the same tables, or the same kind of error."""
    quick, plain = outcome(lambda: fast(scenario, (replicate,))), outcome(lambda: slow(scenario, replicate))
    if isinstance(quick, Tables) and isinstance(plain, Tables):
        assert_same(quick, plain)
    else:
        event(str(quick))
        assert quick == plain


@settings(max_examples=support.examples(140))
@given(scenario=strategies.scenarios(), replicate=st.sampled_from([0, 0, 1, 2**31 - 1]))
def test_engines_agree(scenario: Scenario, replicate: int) -> None:
    assert_agree(scenario, replicate)


@settings(max_examples=support.examples(70))
@given(scenario=strategies.planned_scenarios(), replicate=st.sampled_from([0, 0, 1, 2**31 - 1]))
def test_engines_agree_on_planned_changes(scenario: Scenario, replicate: int) -> None:
    assert_agree(scenario, replicate)


LATE_CLASSES: dict[str, Any] = {
    "waiting_period_years": 1,
    "service": {"method": "hours"},
    "excluded_share": 0.05,
    "excluded_classes": [{"reason": "nonresident_alien"}],
    "classes": [{"union": True, "waiting_period_days": 90}],
}


@pytest.mark.parametrize("service", ["credited", "new"])
@pytest.mark.parametrize("headcount", ["exact", "stochastic"])
def test_engines_agree_on_acquisitions(headcount: str, service: str, tmp_path: Path) -> None:
    of_another = support.synthetic(60, support.configured(2023), seed=5).census.frame
    hours = pl.Series([1_000_000, 400_000, 300_000] * 20, dtype=pl.Int32)
    some = pl.int_range(60) % 7
    of_another.with_columns(
        full_time_ppm=hours,
        union=some == 1,
        nonresident=some == 2,
        excluded=(some == 3) & (pl.col("deferral_bp") == 0),
        opted_out=some == 4,
    ).write_parquet(tmp_path / "acquired.parquet")
    joining = {"census": str(tmp_path / "acquired.parquet"), "prefix": "A-", "service": service}
    config = support.configured(
        2023,
        2026,
        workforce={"headcount": headcount},
        actions={"acquisitions": [{**joining, "date": "2024-07-01"}]},
        departments={"Sales": {"growth": 0.1, "merit_pool": 0.05}},
        compensation={"other_pay": [{"name": "spring", "kind": "bonus", "share": 0.05, "date": "03-15"}]},
        terminations={"retirement": {"eligible": [{"age": 55, "service": 3}], "rates": [{"from": 55, "rate": 0.2}]}},
        eligibility={2023: LATE_CLASSES, 2025: LATE_CLASSES | {"minimum_age": 18, "waiting_period_years": 2}},
        enrollment={"auto_enrollment": {2023: {"enabled": False}, 2025: {"enabled": True, "scope": "all_eligible"}}},
        plan={
            "vesting": {"match": "graded_6", "service": {"method": "hours"}},
            "annual_return": 0.05,
            "nonelective": {"kind": "flat", "rate": 0.02, "minimum_hours": 700},
        },
    )
    scenario = support.synthetic(300, config)

    assert_same(fast(scenario, (1,)), slow(scenario, 1))


@pytest.mark.parametrize("headcount", ["exact", "stochastic"])
def test_engines_agree_that_known_exits_of_later_years_do_not_retire_before(headcount: str) -> None:
    retirement = {"eligible": [{"age": 0}], "rates": [{"from": 40, "rate": 1.0}], "combine": "add"}
    config = support.configured(
        2023,
        2025,
        workforce={"headcount": headcount},
        census={"known_exits": "honor"},
        terminations={"rates": [{"age_from": 0, "tenure_from": 0, "value": 0.1}], "retirement": retirement},
    )
    scenario = support.synthetic(60, config)
    day = pl.when(pl.int_range(pl.len()) % 3 == 0).then(pl.date(2024, 10, 18))
    scenario = Scenario(Census(scenario.census.frame.with_columns(leaves_on=day)), config)
    tables = fast(scenario, (0,))

    assert (tables.events.filter(event_type="termination")["effective_date"] == dt.date(2024, 10, 18)).sum() >= 20
    assert_same(tables, slow(scenario, 0))


def test_engines_agree_that_seasonal_employees_are_in_no_mix_of_levels() -> None:
    season = {"hired": "03-01", "ends": "02-29", "share": 0.8}
    hiring = {"level_mix": "adaptive", "seasonal": [season]}
    config = support.configured(2024, 2026, promotion={"mode": "rates"}, hiring=hiring)
    scenario = support.synthetic(60, config)
    tables = fast(scenario, (0,))

    assert tables.summary["seasonal_hires"].min() == 48
    assert_same(tables, slow(scenario, 0))


BY_FACTORS: dict[str, Any] = {
    "simulation": {"target_growth_rate": {2023: 0.1, 2025: -0.15, 2026: 0.02}},
    "workforce": {
        "total_termination_rate": {2020: 0.12, 2024: 0.2},
        "new_hire_termination_rate": {2023: 0.3, 2025: 0.1},
    },
    "terminations": {
        "age_factors": [{"from": 0, "factor": 1.125}, {"from": 35, "factor": 0.75}, {"from": 62, "factor": 9}],
        "tenure_factors": [{"from": 0, "factor": 2}, {"from": 4, "factor": 0.333}],
        "month_weights": [3, 1, 1, 1, 1, 2, 0, 1, 1, 1, 1, 0.5],
    },
    "hiring": {
        "level_mix": "adaptive",
        "part_time_share": {2023: 0.15, 2026: 0.5},
        "month_weights": [1, 2] * 6,
        "range_growth": {2023: 0.021, 2024: 0.04, 2026: 0},
    },
    "promotion": {"base_rate": {2023: 0.2, 2025: 0.1}, "month_weights": [0, 0, 1] * 4, "minimum_tenure": 0},
    "compensation": {
        "cola_rate": {2023: 0.03, 2024: 0.0, 2026: 0.051234},
        "cola_date": "02-29",
        "merit_pool": {2023: 0.03, 2026: 0.04},
        "merit_month_weights": [1] * 12,
        "merit_factors": {"Manager": 1.25},
        "ratings": {"good": {"share": 0.3, "factor": 1.5}, "fair": {"share": 0.7, "factor": 0.9}},
    },
}
SENIOR = {"minimum": 45_000, "midpoint": 70_000, "maximum": 120_000, "termination_factor": 0.8, "promotion_factor": 1.2}
BY_RATES: dict[str, Any] = {
    "simulation": {"target_growth_rate": -0.2},
    "workforce": {
        "levels": [{"name": name} if name != "Senior" else {"name": name, **SENIOR} for name in LEVELS],
        "total_termination_rate": 0.1,
    },
    "terminations": {
        "rates": [{"age_from": 0, "tenure_from": t, "value": v} for t, v in ((0, 0.3), (3, 0.12), (9, 0.05))]
    },
    "hiring": {"pay": "uniform", "level_mix": dict.fromkeys(LEVELS, 0.2)},
    "promotion": {
        "date": "04-01",
        "max_increase": 0.08,
        "max_amount": 4000,
        "increase": {"lowest": 0.0, "highest": 0.2},
    },
    "compensation": {"cola_date": "04-01", "merit_date": "04-01", "merit_minimum_tenure": 3},
}


FIRMS: list[tuple[str, dict[str, Any]]] = [
    ("stochastic", {}),
    ("exact", {}),
    ("exact", BY_FACTORS),
    ("stochastic", BY_FACTORS),
    ("stochastic", BY_RATES),
    ("exact", BY_RATES),
]


@pytest.mark.parametrize("firm", support.few(FIRMS, 6))
def test_engines_agree_on_a_firm_of_a_thousand_over_five_years(firm: tuple[str, dict[str, Any]]) -> None:
    headcount, sections = firm
    workforce = {**sections.get("workforce", {}), "headcount": headcount}
    config = support.configured(2023, 2027, **{**sections, "workforce": workforce})
    scenario = support.synthetic(1000, config)
    batch = fast(scenario, (0, 41))
    for replicate in (0, 41):
        assert_same(support.only(batch, pl.col("replicate") == replicate), slow(scenario, replicate))


@pytest.mark.parametrize("headcount", ["exact", "stochastic"])
@pytest.mark.parametrize(
    ("growth", "last", "found"), [(-0.3, 2024, Tables), ({2023: 0.0, 2024: 0.2}, 2024, "no hire stays")]
)
def test_engines_agree_where_every_hire_leaves(headcount: str, growth: Any, last: int, found: Any) -> None:
    rates = {"total_termination_rate": 0.1, "new_hire_termination_rate": {2023: 0.5, 2024: 1.0}}
    sections = {"simulation": {"target_growth_rate": growth}, "workforce": {**rates, "headcount": headcount}}
    scenario = support.synthetic(200, support.configured(2023, last, **sections))
    quick, plain = outcome(lambda: fast(scenario, (0,))), outcome(lambda: slow(scenario, 0))

    assert found in (type(quick), quick)
    if isinstance(quick, Tables) and isinstance(plain, Tables):
        assert_same(quick, plain)
    else:
        assert quick == plain


def test_random_configurations_hold_every_key() -> None:
    """What is drawn from is the whole of the model: each section's keys, and the levels'."""
    drawn = strategies.simulation(2025) | strategies.workforce(2025, 1)
    assert set(drawn) == {*Simulation.model_fields, *Workforce.model_fields}
    for keys, section in (
        (strategies.terminations(), Terminations),
        (strategies.hiring(2025, 1), Hiring),
        (strategies.promotion(2025, 1), Promotion),
        (strategies.compensation(2025, 1), Compensation),
    ):
        assert set(keys) == set(section.model_fields)
    others = {"census", "eligibility", "enrollment", "output", "uncertainty", "actions", "departments"}
    assert set(strategies.sections(2025, 1)) | others == set(Config.model_fields)

"""Sweeps: every combination once, with common random numbers, and what cannot be swept."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from workforce_sim import ConfigError, RequestError, Sweep, load_config, simulate_ensemble, sweep, synthetic_census
from workforce_sim.config import with_changes
from workforce_sim.ensembles.comparing import changed
from workforce_sim.ensembles.pairing import MEASURED
from workforce_sim.ensembles.sweeping import words
from workforce_sim.wording import ABSENT, changes

BASE: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2026, "target_growth_rate": 0.03},
    "workforce": {"total_termination_rate": 0.12, "headcount": "stochastic"},
    "census": {"size": 80},
    "plan": {"match": {"preset": "simple"}},
    "random_seed": 5,
}
HALF = [{"up_to": 0.06, "rate": 0.5}]
FULL = [{"up_to": 0.03, "rate": 1}, {"up_to": 0.05, "rate": 0.5}]
GRID = {"plan.match.tiers": [HALF, FULL], "compensation.cola_rate": [0.02, 0.03, 0.04]}
COUNT = 6


@pytest.fixture(scope="module")
def swept() -> Sweep:
    return sweep(BASE, GRID, replicates=COUNT)


def test_the_grid_has_every_combination_once_the_last_key_changing_fastest(swept: Sweep) -> None:
    half, full = "50% to 6%", "100% to 3%, 50% to 5%"

    assert swept.combinations.columns == ["combination", "plan.match.tiers", "compensation.cola_rate"]
    assert swept.combinations.rows() == [
        (0, half, 0.02),
        (1, half, 0.03),
        (2, half, 0.04),
        (3, full, 0.02),
        (4, full, 0.03),
        (5, full, 0.04),
    ]
    assert swept.keys == list(GRID)


def test_each_combination_is_the_ensemble_of_its_configuration(swept: Sweep) -> None:
    config = {**BASE, "plan": {"match": {"tiers": FULL}}, "compensation": {"cola_rate": 0.03}}
    alone = simulate_ensemble(config, replicates=COUNT)

    assert_frame_equal(swept.ensembles[4].replicates, alone.replicates)
    of = swept.summary.filter(pl.col("combination") == 4).select("year", "measure", *MEASURED)
    assert_frame_equal(of, alone.bands.select("year", "measure", *MEASURED))


def test_differences_are_paired_with_the_first_combination(swept: Sweep) -> None:
    cost = "net_employer_cost_cents"
    values = [
        ensemble.replicates.filter(pl.col("year") == 2026)[cost].cast(pl.Float64)
        for ensemble in (swept.ensembles[0], swept.ensembles[5])
    ]
    gap = values[1] - values[0]

    row = swept.summary.row(
        by_predicate=(pl.col("combination") == 5) & (pl.col("year") == 2026) & (pl.col("measure") == cost), named=True
    )

    assert row["difference_mean"] == pytest.approx(gap.mean())
    assert row["difference_mean_error"] == pytest.approx(gap.std() / COUNT**0.5)
    assert row["difference_p5"] == pytest.approx(gap.quantile(0.05, "linear"))
    first = swept.summary.filter(pl.col("combination") == 0).drop_nulls("mean")
    assert set(first["difference_mean"]) | set(first["difference_p95"]) == {0}


def test_the_random_numbers_are_the_same_in_all(swept: Sweep) -> None:
    hires = [ensemble.replicates["hires"].to_list() for ensemble in swept.ensembles]

    assert hires == [hires[0]] * 6


def test_the_summary_has_a_row_of_each_combination_year_and_measure(swept: Sweep) -> None:
    keys = ["combination", "year", "measure"]

    assert swept.summary.select(keys).is_unique().all()
    assert swept.summary.height == sum(ensemble.bands.height for ensemble in swept.ensembles)
    assert swept.replicates.height == 6 * COUNT * 2


def test_a_census_is_read_once(tmp_path: Path) -> None:
    census = tmp_path / "census.parquet"
    synthetic_census(30, seed=1).frame.select(
        "employee_id", "hire_date", annual_salary=pl.col("salary_cents") / 100
    ).write_parquet(census)

    def gone(*_: int) -> None:
        census.unlink(missing_ok=True)

    found = sweep(BASE, {"compensation.cola_rate": [0, 0.03]}, census=census, replicates=2, progress=gone)

    assert found.replicates.filter(pl.col("year") == 2025)["headcount_opening"].to_list() == [30] * 4


def test_what_a_census_is_completed_with_may_be_swept() -> None:
    ages = [[{"from": 18, "to": 20, "weight": 1}], [{"from": 60, "to": 64, "weight": 1}]]

    found = sweep(BASE, {"hiring.ages": ages}, replicates=2)

    assert found.combinations["hiring.ages"].to_list() == ["from 18 to 20 weight 1", "from 60 to 64 weight 1"]


def test_progress_counts_all_combinations() -> None:
    told: list[tuple[int, int]] = []

    sweep(BASE, {"plan.enabled": [True, False]}, replicates=3, progress=lambda *seen: told.append(seen))

    assert told[-1] == (6, 6)


def test_presets_are_swept_over_a_formula() -> None:
    base = {**BASE, "plan": {"match": {"tiers": HALF}}}

    found = sweep(base, {"plan.match.preset": ["none", "simple"]}, replicates=2)

    cost = found.replicates.group_by("combination").agg(pl.col("match_cents").sum()).sort("combination")
    assert cost["match_cents"].to_list()[0] == 0
    assert cost["match_cents"].to_list()[1] > 0


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (HALF, "50% to 6%"),
        ([{"up_to": 2_000.0, "rate": 0.25}], "25% to $2,000"),
        ([], "none"),
        (True, "yes"),
        (None, "left out"),
        ("immediate", "immediate"),
        ([0.1, 0.2], "0.1, 0.2"),
        ({"from": 2, "rate": 0.5}, "from: 2, rate: 0.5"),
    ],
)
def test_values_are_told_in_words(value: Any, text: str) -> None:
    assert words(value) == text


def test_a_sweep_is_printed_in_a_hundred_plain_columns(swept: Sweep) -> None:
    text = str(swept)

    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 100
    assert text.startswith(f"6 combinations, {COUNT} simulations of each")
    assert "100% to 3%, 50% to 5%" in text
    assert repr(swept) == (
        f"<Sweep of plan.match.tiers, compensation.cola_rate: 6 combinations, {COUNT} simulations of each>"
    )


TWO_LEVELS = [{"name": name, "minimum": 30_000 * n, "maximum": 90_000 * n} for n, name in ((1, "Sr. A"), (2, "B"))]
OTHERS: list[dict[str, Any]] = [
    {"plan": {"match": {"tiers": HALF}}},
    {"plan": {"match": {"tiers": [{"up_to": 0.06, "rate": 0.6}]}, "vesting": {"match": "graded_6"}}},
    {"plan": {"match": {2025: {"tiers": HALF}, 2026: {"preset": "none"}}}},
    {"plan": {"match": {2025: {"tiers": FULL[:1]}, 2026: {"preset": "simple"}}, "enabled": False}},
    {"workforce": {"levels": TWO_LEVELS, "total_termination_rate": {2025: 0.1}}},
    {
        "workforce": {
            "levels": [{**TWO_LEVELS[0], "termination_factor": 2}, TWO_LEVELS[1]],
            "total_termination_rate": 0.1,
        }
    },
    {"compensation": {"merit_factors": {"Sr. A": 1.5, "B": 0.5}, "cola_rate": {2025: 0.01, 2026: 0.03}}},
    {"compensation": {"merit_factors": {"Sr. A": 1.5, "B": 0.7}, "cola_rate": {2025: 0.02, 2026: 0.03}}},
    {"hiring": {"ages": [{"from": 18, "to": 40, "weight": 1}, {"from": 40, "to": 60, "weight": 2}]}},
    {"hiring": {"ages": [{"from": 18, "to": 40, "weight": 1}, {"from": 40, "to": 60, "weight": 3}]}},
]


@pytest.mark.parametrize(("one", "other"), [*itertools.pairwise(OTHERS), *itertools.pairwise(reversed(OTHERS))])
def test_every_key_that_a_comparison_prints_can_be_swept(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Keys that are in one of the two alone are set to nothing in the other; all together they make it."""
    first, second = (load_config({**BASE, **asked}) for asked in (one, other))
    before, after = (config.model_dump(mode="json", by_alias=True) for config in (first, second))
    grid = {key: value for key, _, value in changes(before, after) if value is not ABSENT}

    made = with_changes(first, grid)

    assert [key for key, *_ in changed(first, second) if key not in grid] == [key for key, *_ in changed(made, second)]


def test_a_row_of_a_list_is_swept_by_its_place() -> None:
    base = {**BASE, "plan": {"match": {"tiers": HALF}}}

    found = sweep(base, {"plan.match.tiers[0].rate": [0.5, 1.0]}, replicates=2)

    one, other = (found.replicates.filter(combination=n)["match_cents"].sum() for n in (0, 1))
    assert found.combinations["plan.match.tiers[0].rate"].to_list() == [0.5, 1.0]
    assert other == pytest.approx(2 * one, rel=1e-4)


# --- a plan that is off, and who takes part of whom -------------------------------------------------------------------


def test_a_plan_that_is_off_costs_nothing_and_nobody_takes_part() -> None:
    found = sweep(BASE, {"plan.enabled": [True, False]}, replicates=3)
    rows = {row["measure"]: row for row in found.summary.filter(combination=1, year=2026).to_dicts()}
    on = {row["measure"]: row for row in found.summary.filter(combination=0, year=2026).to_dicts()}

    for name in ("net_employer_cost_cents", "match_cents", "participation_rate_all", "employer_cost_share_of_payroll"):
        assert (rows[name]["mean"], rows[name]["p95"]) == (0, 0)
        assert rows[name]["difference_mean"] == pytest.approx(-on[name]["mean"])
    assert found.replicates.filter(combination=1)["net_employer_cost_cents"].to_list() == [0] * 6
    line = next(line for line in str(found).splitlines() if line.startswith("1"))
    assert line.split()[:5] == ["1", "no", "$0", "$0", "$0"]
    assert " - " not in str(found)


def test_a_sweep_without_a_plan_tells_payroll_and_headcount() -> None:
    found = sweep({**BASE, "plan": {"enabled": False}}, {"compensation.cola_rate": [0.01, 0.04]}, replicates=2)
    text = str(found)

    assert "payroll, 2025 to 2026" in text
    assert "closing headcount, 2026" in text
    assert "$0 " not in next(line for line in text.splitlines() if line.startswith("1"))
    assert not re.search("cost|participation", text + found._repr_html_(), re.IGNORECASE)


def test_a_sweep_tells_the_share_of_the_eligible_and_of_all() -> None:
    """After a longer wait fewer are eligible: the share of these rises, that of all falls."""
    found = sweep({**BASE, "census": {"size": 300}}, {"eligibility.waiting_period_days": [0, 365]}, replicates=4)
    of = found.summary.filter(year=2026, combination=1)
    gaps = dict(of.select("measure", "difference_mean").rows())

    assert gaps["participation_rate"] > 0 > gaps["participation_rate_all"]
    assert "participation of eligible and of all employees" in str(found)


# --- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grid", "told"),
    [
        ({"plan.match.tierz": [1]}, "plan.match.tierz: unknown key (did you mean tiers?)"),
        (
            {"compensation.cola_rate": [0.02, 7]},
            "compensation.cola_rate: must be at most 1; 7% is written 0.07 (got 7)",
        ),
        ({"enrollment.auto_enrollment.default_rate": [0.03]}, "did you mean default_deferral_rate?"),
        ({"nope": [1]}, "nope: unknown key"),
    ],
)
def test_a_wrong_key_or_value_is_the_error_of_the_configuration(grid: dict[str, Any], told: str) -> None:
    started: list[int] = []

    with pytest.raises(ConfigError) as error:
        sweep(BASE, {"plan.enabled": [True], **grid}, progress=lambda *_: started.append(1))

    assert told in str(error.value)
    assert "in the combination plan.enabled = yes, " in str(error.value)
    assert not started


@pytest.mark.parametrize(
    "key", ["random_seed", "simulation.start_year", "simulation.end_year", "census.size", "census", "output.path"]
)
def test_what_must_be_the_same_cannot_be_swept(key: str) -> None:
    with pytest.raises(RequestError, match=f"{key}: cannot vary in a sweep"):
        sweep(BASE, {key: [1]})


@pytest.mark.parametrize("grid", [{}, {"plan.enabled": True}, {"plan.match.preset": "simple"}, {"plan": {"a": 1}}])
def test_a_grid_needs_a_list_for_each_key(grid: dict[str, Any]) -> None:
    with pytest.raises(RequestError, match="a sweep needs a list of values for each key"):
        sweep(BASE, grid)


def test_a_key_is_not_swept_beside_a_part_of_it() -> None:
    with pytest.raises(
        RequestError, match=r"plan\.match\.tiers\[0\]\.rate: is a part of plan\.match\.tiers; sweep one"
    ):
        sweep(BASE, {"plan.match.tiers": [HALF], "plan.match.tiers[0].rate": [1]})


def test_a_key_needs_a_value() -> None:
    with pytest.raises(RequestError, match=r"plan.enabled: a sweep needs at least one value"):
        sweep(BASE, {"plan.enabled": []})


def test_what_replicates_draw_cannot_be_swept() -> None:
    drawn = [{"key": "compensation.cola_rate", "uniform": [0.01, 0.03]}]

    with pytest.raises(
        RequestError, match=r"take compensation\.cola_rate out of uncertainty\.assumptions to give it values"
    ):
        sweep({**BASE, "uncertainty": {"assumptions": drawn}}, {"compensation.cola_rate": [0.02]})

"""Laws of two runs beside one another: what a change of assumptions may move, and what it must not."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tests import support
from tests.property import strategies
from tests.support import Scenario, fast, of_type
from tests.support_walk import completed_years
from workforce_sim import Census, read_census, simulate
from workforce_sim.errors import SimulationError
from workforce_sim.money import half_up
from workforce_sim.tables.output import Tables

some_examples = settings(max_examples=support.examples(30))
LEAVING = ["employee_id", "cause", "effective_date"]


def both(one: Scenario, other: Scenario) -> tuple[Tables, Tables]:
    """Run two scenarios; assumptions that cannot be carried out are no example."""
    try:
        return fast(one), fast(other)
    except SimulationError:
        reject()


def first_year(scenario: Scenario, frame: pl.DataFrame) -> pl.DataFrame:
    return frame.filter(pl.col("year") == scenario.config.simulation.start_year)


def leavers(scenario: Scenario, tables: Tables) -> pl.DataFrame:
    """Return who of the opening staff leaves in the first year, with cause and date."""
    rows = of_type(first_year(scenario, tables.events), "termination").select(LEAVING)
    return rows.filter(~pl.col("employee_id").str.starts_with("NH-")).sort("employee_id")


def other(data: st.DataObject, scenario: Scenario, *names: str) -> Scenario:
    """Return the scenario with other assumptions in these sections."""
    assert scenario.config.workforce.levels is not None
    drawn = strategies.sections(scenario.config.simulation.start_year, len(scenario.config.workforce.levels))
    chosen = {name: data.draw(drawn[name], label=name) for name in names}
    if "compensation" in chosen and "workforce" not in chosen:
        levels = [level.model_dump() for level in scenario.config.workforce.levels]
        chosen["compensation"] = strategies.without_ranges(chosen["compensation"], levels)
    return scenario.changed(chosen)


# --- common random numbers --------------------------------------------------------------------------------------------


@some_examples
@given(scenario=strategies.scenarios(headcount="stochastic"), more=strategies.millionths(0, 1_000_000))
def test_higher_rates_only_add_leavers_and_those_of_both_leave_on_the_same_day_for_the_same_cause(
    scenario: Scenario, more: float
) -> None:
    def higher(rate: float) -> float:
        return round(rate + more * (1 - rate), 6)

    rates = scenario.config.workforce.total_termination_rate
    changes: dict[str, Any] = {
        "workforce.total_termination_rate": higher(rates.at(scenario.config.simulation.start_year))
    }
    if scenario.config.terminations.rates is not None:
        cells = [cell.model_dump() for cell in scenario.config.terminations.rates]
        changes["terminations.rates"] = [{**cell, "value": higher(cell["value"])} for cell in cells]
    patient = scenario.changed({"workforce.max_hires_ratio": 1000.0})
    some, more_of_them = both(patient, patient.changed(changes))
    common = leavers(scenario, some)
    assert_frame_equal(leavers(scenario, more_of_them).join(common, on=LEAVING, how="semi"), common)


@some_examples
@given(scenario=strategies.scenarios(), data=st.data())
def test_raises_move_no_exit_and_no_hire_of_the_year(scenario: Scenario, data: st.DataObject) -> None:
    changed = other(data, scenario, "promotion", "compensation")
    one, two = both(scenario, changed)
    by_vacancies = scenario.config.fills_vacancies or changed.config.fills_vacancies
    follows = ["level_after", "salary_after_cents"] if by_vacancies else []  # levels of hires are what is missing
    for kind in ("termination", "hire"):
        of_one, of_two = (of_type(first_year(scenario, tables.events), kind) for tables in (one, two))
        assert_frame_equal(of_one.drop(follows), of_two.drop(follows), check_row_order=False)


@some_examples
@given(scenario=strategies.scenarios(), data=st.data())
def test_raises_move_no_exit_and_no_hire_of_any_year_where_neither_follows_levels(
    scenario: Scenario, data: st.DataObject
) -> None:
    """Level factors, an adaptive mix, vacancies, and ranges that grow with the cost of living are the four ways in."""
    alike = [{**level.model_dump(exclude_none=True), "termination_factor": 1.0} for level in scenario.opening.levels]
    apart = scenario.changed({"workforce.levels": alike, "hiring.level_mix": "census", "hiring.range_growth": 0.012345})
    changed, by_rates = other(data, apart, "promotion", "compensation"), {"promotion.mode": "rates"}
    one, two = both(apart.changed(by_rates), changed.changed(by_rates))
    kinds = ("termination", "hire")
    assert_frame_equal(of_type(one.events, *kinds), of_type(two.events, *kinds), check_row_order=False)


@some_examples
@given(scenario=strategies.scenarios(), data=st.data())
def test_who_is_hired_moves_no_exit_of_opening_staff(scenario: Scenario, data: st.DataObject) -> None:
    births = scenario.opening.staff["birth_date"]  # those missing are imputed from the ages at hire
    known = Scenario(Census(scenario.census.frame.with_columns(births)), scenario.config)
    one, two = both(known, other(data, known, "hiring"))
    assert_frame_equal(leavers(scenario, one), leavers(scenario, two))
    hired = {of_type(first_year(scenario, tables.events), "hire").height for tables in (one, two)}
    by_curve = isinstance(scenario.config.terminations.new_hire_hazard, dict)  # earlier hires: more of them leave
    assert len(hired) == 1 or by_curve


@some_examples
@given(scenario=strategies.scenarios(), data=st.data())
def test_causes_and_months_of_leaving_change_nobody_who_leaves(scenario: Scenario, data: st.DataObject) -> None:
    """In a short first year the months say how many leave."""
    assume(scenario.config.simulation.opening.month == 1)
    keys = strategies.terminations()
    changes = {f"terminations.{key}": data.draw(keys[key], label=key) for key in ("causes", "month_weights")}
    scenario = scenario.changed({"hiring.rehires.share": 0.0})  # who may come back hangs on the cause
    one, two = both(scenario, scenario.changed(changes))
    gone = (of_type(tables.events, "termination").select("employee_id", "year") for tables in (one, two))
    assert_frame_equal(*gone, check_row_order=False)
    assert_frame_equal(*(of_type(tables.events, "hire") for tables in (one, two)), check_row_order=False)


@some_examples
@given(scenario=strategies.scenarios(), growth=strategies.millionths(-900_000, 1_000_000))
def test_the_nth_hire_of_a_year_is_the_same_person_in_every_scenario(scenario: Scenario, growth: float) -> None:
    patient = scenario.changed({"workforce.max_hires_ratio": 1000.0})
    one, two = both(patient, patient.changed({"simulation.target_growth_rate": growth}))
    person = ["employee_id", "hire_date", "birth_date", "department"]
    hires = [
        tables.snapshots.join(of_type(tables.events, "hire"), on=["employee_id", "year"], how="semi")
        .select(person)
        .sort("employee_id")
        for tables in (one, two)
    ]
    ids = (frame.select("employee_id") for frame in reversed(hires))
    found = [
        frame.join(of_the_other, on="employee_id", how="semi") for frame, of_the_other in zip(hires, ids, strict=True)
    ]
    assert_frame_equal(*found)


# --- zero rates -------------------------------------------------------------------------------------------------------

ZERO: dict[str, Any] = {
    "simulation.target_growth_rate": 0.0,
    "workforce.total_termination_rate": 0.0,
    "promotion.base_rate": 0.0,
    "compensation.cola_rate": 0.0,
    "compensation.merit_pool": 0.0,
    "compensation.other_pay": [],
    "compensation.merit_matrix": None,
    "compensation.range_minimum": "ignore",
    "terminations.retirement": None,
    "leave.share": 0.0,
    "enrollment.election": 0.0,
    "enrollment.conversion": 0.0,
    "enrollment.stop": 0.0,
    "enrollment.change.probability": 0.0,
    "enrollment.match_response": {"below": 0.0, "above": 0.0},
    "enrollment.auto_enrollment.enabled": False,
    "enrollment.escalation.enabled": False,
}


@some_examples
@given(scenario=strategies.scenarios())
def test_where_every_rate_is_zero_only_age_tenure_and_eligibility_move(scenario: Scenario) -> None:
    zero = scenario.changed(ZERO)
    if scenario.config.terminations.rates is not None:
        cells = [{"age_from": 0, "tenure_from": 0, "value": 0.0}]
        zero = zero.changed({"terminations.rates": cells})
    tables = fast(zero)
    assert set(tables.events["event_type"].cast(pl.String)) <= {"eligibility"}
    staff = scenario.opening.staff
    rates = staff.select("employee_id", pl.col("deferral_bp").fill_null(0))
    for year in tables.summary["year"]:
        snapshot = tables.snapshots.filter(pl.col("year") == year)
        if zero.config.plan.enabled:
            assert_frame_equal(snapshot.select(rates.columns), rates, check_row_order=False)
        assert set(snapshot["status"].cast(pl.String)) <= {"continuing"}
        columns = ["employee_id", "birth_date", "hire_date", "level", "department", "salary_cents"]
        assert_frame_equal(snapshot.select(columns), staff.select(columns), check_row_order=False)
        first, last = support.first_day(zero.config, year), dt.date(year, 12, 31)
        days, whole = (last - first).days + 1, (last - dt.date(year, 1, 1)).days + 1
        assert snapshot["opening_salary_cents"].equals(snapshot["salary_cents"])
        assert snapshot["earnings_cents"].to_list() == [half_up(s * days, whole) for s in snapshot["salary_cents"]]
        for since, years in (("birth_date", "age"), ("hire_date", "tenure_years")):
            expected = [completed_years(date, first) for date in snapshot[since]]
            assert snapshot[years].to_list() == expected


# --- machines and engines ---------------------------------------------------------------------------------------------

CONFIG = {
    "simulation": {"start_year": 2025, "end_year": 2026, "target_growth_rate": 0.03},
    "workforce": {"total_termination_rate": 0.12, "headcount": "stochastic"},
    "hiring": {"part_time_share": 0.2},
    "promotion": {"month_weights": [1.0] * 12},
    "compensation": {"merit_month_weights": [1.0] * 12, "ratings": {"a": {"share": 1.0, "factor": 1.0}}},
    "random_seed": 7,
}


@pytest.fixture(scope="module")
def census_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Parquet file of 3,000 employees in many row groups."""
    path = tmp_path_factory.mktemp("census") / "census.parquet"
    frame = support.synthetic(3000, support.configured()).census.frame
    frame.select(
        "employee_id", "hire_date", "birth_date", "level", "department", annual_salary=pl.col("salary_cents") / 100
    ).write_parquet(path, row_group_size=128)
    return path


@pytest.fixture(scope="module")
def fingerprint(census_file: Path) -> str:
    return simulate(CONFIG, census=census_file).fingerprint


@pytest.mark.parametrize("threads", support.few(["2", "1"], 2))
def test_threads_change_nothing(threads: str, census_file: Path, fingerprint: str) -> None:
    script = f"from workforce_sim import simulate; print(simulate({CONFIG!r}, census={str(census_file)!r}).fingerprint)"
    environment = {**os.environ, "POLARS_MAX_THREADS": threads}
    found = subprocess.run([sys.executable, "-c", script], env=environment, check=True, capture_output=True, text=True)
    assert found.stdout.strip() == fingerprint


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_how_the_census_was_read_changes_nothing(engine: Any, census_file: Path, fingerprint: str) -> None:
    frame = pl.scan_parquet(census_file).collect(engine=engine)
    shuffled = frame.sample(fraction=1.0, shuffle=True, seed=1)
    for source in (frame, shuffled, frame.rechunk(), read_census(frame)):
        assert simulate(CONFIG, census=source).fingerprint == fingerprint


def test_both_engines_have_one_fingerprint(census_file: Path, fingerprint: str) -> None:
    assert simulate(CONFIG, census=census_file, engine="reference").fingerprint == fingerprint

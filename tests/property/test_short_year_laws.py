"""Laws of a run that opens on the first day of another month: its first plan year is short."""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import polars as pl
from hypothesis import given, reject, settings
from hypothesis import strategies as st

import workforce_sim as ws
from tests import support
from tests.property import plans, strategies
from tests.property.test_partitions import given_in_parts
from tests.support import Scenario, assert_same, fast, fingerprint, only, table
from tests.support_store import hashes, interrupted
from workforce_sim.census import Census
from workforce_sim.engine.start import opening_staff, prepared
from workforce_sim.errors import SimulationError
from workforce_sim.ledger import fingerprint as fingerprint_of
from workforce_sim.money import PPM, half_up
from workforce_sim.opening import Tables
from workforce_sim.verify.checks import broken_laws

any_scenario = strategies.scenarios() | plans.plans() | strategies.planned_scenarios()
months = st.integers(2, 12)
few_examples = settings(max_examples=support.examples(10))


def opened(scenario: Scenario, month: int) -> Scenario:
    """Return a scenario that opens in a month, with staff who were born, are hired and leave so much later."""
    later = [pl.col(name).dt.offset_by(f"{month - 1}mo") for name in ("hire_date", "birth_date", "leaves_on")]
    opening = dt.date(scenario.config.simulation.start_year, month, 1)
    moved = Scenario(Census(scenario.census.frame.with_columns(later)), scenario.config)
    return moved.changed({"simulation.opening_date": opening})


def simulated(scenario: Scenario, replicates: tuple[int, ...] = (0,)) -> Tables:
    """Run; assumptions that cannot be carried out are no example."""
    try:
        return fast(scenario, replicates)
    except SimulationError:
        reject()


@given(scenario=any_scenario)
@few_examples
def test_an_opening_on_january_1_is_none(scenario: Scenario) -> None:
    plain = simulated(scenario)
    first = dt.date(scenario.config.simulation.start_year, 1, 1)
    assert fingerprint(scenario.changed({"simulation.opening_date": first})) == fingerprint_of(plain)


@given(scenario=any_scenario, month=months)
@settings(max_examples=support.examples(20))
def test_nothing_happens_or_is_paid_before_the_opening(scenario: Scenario, month: int) -> None:
    scenario = opened(scenario, month)
    tables, opening = simulated(scenario), scenario.config.simulation.opening
    year = opening.year

    events = tables.events.filter(pl.col("year") == year)
    assert events.filter(pl.col("effective_date") < opening).height == 0
    last = dt.date(year, 12, 31)
    days = (
        pl.col("termination_date").fill_null(last) - pl.max_horizontal("hire_date", pl.lit(opening))
    ).dt.total_days()
    people = tables.snapshots.filter(pl.col("year") == year).with_columns(days=days + 1)
    raised = events.filter(pl.col("event_type").cast(pl.String).is_in(["cola", "merit", "promotion", "range_lift"]))
    still = people.join(raised.select("employee_id").unique(), on="employee_id", how="anti")
    if not (
        scenario.config.compensation.other_pay or "leave" in scenario.config.provisions or scenario.config.is_planned
    ):
        whole = (dt.date(year + 1, 1, 1) - dt.date(year, 1, 1)).days
        earned = [half_up(salary * n, whole) for salary, n in still.select("salary_cents", "days").iter_rows()]
        lumps = still["lump_sum_cents"].fill_null(0).to_list()
        assert [e + lump for e, lump in zip(earned, lumps, strict=True)] == still["earnings_cents"].to_list()


@given(scenario=any_scenario, month=months)
@settings(max_examples=support.examples(20))
def test_a_short_run_keeps_the_laws_of_every_run(scenario: Scenario, month: int) -> None:
    scenario = opened(scenario, month)
    tables = simulated(scenario)
    state, _ = prepared(scenario.config, scenario.opening, (0,))
    opening = opening_staff(scenario.opening, state, scenario.config.simulation)
    for year in scenario.config.simulation.years:
        part = only(tables, pl.col("year") == year)
        assert list(broken_laws(opening, part)) == []
        opening = part.snapshots


@given(scenario=strategies.scenarios(headcount="exact"), month=months)
@settings(max_examples=support.examples(20))
def test_an_exact_year_closes_on_the_path_with_the_growth_of_its_months(scenario: Scenario, month: int) -> None:
    scenario = opened(scenario, month)
    growth, wished = scenario.config.simulation.target_growth_rate, Fraction(len(scenario.opening.staff))
    for row in table(simulated(scenario), "summary").iter_rows(named=True):
        first = row["year"] == scenario.config.simulation.start_year
        rate = growth.ppm(row["year"])
        wished *= Fraction(PPM + (half_up(rate * (13 - month), 12) if first else rate), PPM)
        assert row["headcount_closing"] == ((2 * wished + 1) // 2 if row["headcount_opening"] else 0)  # half up


@given(scenario=any_scenario, month=months, rows=st.sampled_from([1, 7]))
@few_examples
def test_partitions_and_batches_change_nothing(scenario: Scenario, month: int, rows: int) -> None:
    scenario = opened(scenario, month)
    together = simulated(scenario, (0, 1))
    parts = given_in_parts(scenario.config, scenario.opening, rows, (0, 1), in_order=False)
    assert parts == fingerprint_of(together)
    alone = simulated(scenario, (1,))
    assert_same(only(together, pl.col("replicate") == 1), alone)


@given(scenario=plans.plans(), month=months)
@settings(max_examples=support.examples(3))
def test_an_interrupted_or_extended_run_ends_the_same(scenario: Scenario, month: int) -> None:
    scenario = opened(scenario, month)
    start = scenario.config.simulation.start_year
    longer = scenario.changed({"simulation.end_year": start + 2})
    scenario = replace(longer, config=longer.changed({"simulation.end_year": start}).config)
    asked = {"census": scenario.census}
    with tempfile.TemporaryDirectory() as place:
        whole, stopped, extended = (Path(place) / name for name in ("whole", "stopped", "extended"))
        try:
            ws.simulate(longer.config, out=whole, **asked)
        except SimulationError:
            reject()
        interrupted(longer.config, stopped, 1, **asked)
        ws.simulate(longer.config, out=stopped, **asked)
        assert hashes(stopped) == hashes(whole)
        ws.simulate(scenario.config, out=extended, **asked)
        found = ws.simulate(longer.config, out=extended, **asked)
        assert found.fingerprint == ws.read_run(whole).fingerprint

"""A figure explained: one employee's steps end in the figure of the snapshot, and the parts add up to the figure."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.plans import plans, simulated
from tests.property.strategies import planned_scenarios, scenarios
from tests.support import Scenario, examples
from workforce_sim import Result
from workforce_sim.explaining.figure import explain
from workforce_sim.explaining.measured import EMPLOYEES, MEASURES, NET_COST, RATIOS, account, of_person, terms
from workforce_sim.explaining.rebuilt import Rebuilt, rebuilt, records, shared
from workforce_sim.explaining.worked.additions import Contributions
from workforce_sim.explaining.worked.one import One
from workforce_sim.explaining.worked.person import WORKED, worked

ANYTHING = st.one_of(plans(), scenarios(largest=8), planned_scenarios(largest=8))
OWN = tuple(name for name in MEASURES if not name.startswith("_"))


def staff_of(result: Result, year: int) -> Rebuilt:
    """Return everybody of a year, rebuilt from the tables."""
    return shared(rebuilt(result, 0, year, records(result, 0, year), account(result, 0, year)))


@settings(max_examples=examples(8))
@given(scenario=ANYTHING)
def test_the_steps_of_everybody_end_in_the_figure_of_the_snapshot(scenario: Scenario) -> None:
    result = simulated(scenario)
    for row in result.summary.iter_rows(named=True):
        whole = staff_of(result, row["year"])
        for measure in (name for name in WORKED if row[name] is not None):
            ends = [worked(measure, whole, place, {}) for place in range(whole.staff.height)]
            assert [found.cents for found in ends] == [found.kept for found in ends], measure
            assert sum(found.cents or 0 for found in ends) == row[measure] + _used(result, measure, row["year"])


@settings(max_examples=examples(8))
@given(scenario=plans())
def test_every_column_of_contributions_is_that_of_the_snapshot(scenario: Scenario) -> None:
    result = simulated(scenario)
    for year in scenario.config.simulation.years:
        whole = staff_of(result, year)
        for place, person in enumerate(whole.records.people.iter_rows(named=True)):
            found = Contributions(One(whole, place)).final
            assert found == {name: person[name] for name in found}


def _used(result: Result, measure: str, year: int) -> int:
    """Return what lowers the net cost beside the amounts of employees."""
    lowers = measure == NET_COST and result.config.at(year).plan.forfeitures != "expenses"
    return int(result.summary.filter(year=year)["forfeitures_used_cents"].item()) if lowers else 0


@settings(max_examples=examples(8))
@given(scenario=ANYTHING, by=st.sampled_from(["level", "department", "hired", "age_band", "status"]))
def test_parts_of_every_measure_add_up_to_the_figure(scenario: Scenario, by: str) -> None:
    result = simulated(scenario)
    year = scenario.config.simulation.end_year
    people = result.snapshots.filter(year=year).height
    for measure in OWN:
        found = explain(result, measure, year, by=by)
        if found.value is None or not found.totals:
            continue
        rows = found.parts[by]
        assert {name: rows[name].sum() for name in found.totals} == found.totals
        assert rows[EMPLOYEES].sum() == people
        assert figure_of(measure, found.totals, result, year) == pytest.approx(found.value, abs=1e-12), measure


def figure_of(measure: str, totals: dict[str, int], result: Result, year: int) -> float:
    """Return the figure that sums give."""
    ratio = RATIOS.get(measure)
    if measure == NET_COST:
        return sum(totals.values()) - _used(result, measure, year)
    if ratio is None:
        return totals[measure]
    if ratio.part == NET_COST:
        return figure_of(NET_COST, {n: totals[n] for n in terms(NET_COST, result)}, result, year) / totals[ratio.whole]
    found = ratio.of(totals)
    assert found is not None
    return found


@settings(max_examples=examples(5))
@given(scenario=ANYTHING)
def test_what_employees_count_adds_up_to_the_sums_behind_every_measure(scenario: Scenario) -> None:
    result = simulated(scenario)
    year = scenario.config.simulation.end_year
    wanted = {name for measure in OWN if result.summary[measure][-1] is not None for name in terms(measure, result)}
    kept = records(result, 0, year)
    events = dict(kept.events.partition_by("employee_id", as_dict=True))
    counted = [
        of_person(result, kept.people[place : place + 1], events.get((who,), kept.events.clear()), wanted)
        for place, who in enumerate(kept.people["employee_id"])
    ]
    totals = {name: value for m in OWN for name, value in explain(result, m, year, by="hired").totals.items()}
    assert {name: sum(each[name] for each in counted) for name in totals} == totals
    assert pl.Series(list(totals.values())).null_count() == 0

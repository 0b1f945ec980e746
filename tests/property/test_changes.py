"""Why a figure changed, on random plans: drivers add up to the cent, and little leaves anything over."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, reject, settings

from tests import support
from tests.property import strategies
from tests.support import Scenario, fast
from workforce_sim import Config, SimulationError, explain_change
from workforce_sim.result import Result


@pytest.mark.parametrize("measure", ["net_employer_cost", "deferrals", "payroll"])
@settings(max_examples=support.examples(20))
@given(scenario=strategies.scenarios(smallest=1))
def test_drivers_add_up_and_what_the_snapshot_tells_leaves_nothing_over(measure: str, scenario: Scenario) -> None:
    try:
        run = Result(fast(scenario, (0,)), scenario.config)
    except SimulationError:
        reject()
    years = run.summary["year"].to_list()
    assume(len(years) > 1)
    change = explain_change(run, measure, years[0], years[-1])
    parts = dict(change.drivers.rows())

    assert sum(parts.values()) == change.second - change.first
    told = all(_told(scenario.config, year) for year in (years[0], years[-1]))
    assert not told or abs(parts.get("other", 0)) <= 1


def _told(config: Config, year: int) -> bool:
    """Return whether the snapshot of a year tells what its formulas give.

    It does not tell when in the year somebody defers, nor pay while deferring unless the match counts it.
    """
    match, nonelective = config.plan.match.at(year), config.plan.nonelective
    counted = nonelective.kind == "none" or nonelective.compensation != "participating"
    return match.basis == "annual" and (counted or match.compensation == "participating")

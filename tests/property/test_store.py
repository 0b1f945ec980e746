"""Whatever the staff and the plan, a run on disk is the run in memory, and stopped after any year it ends the same."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, reject, settings
from hypothesis import strategies as st

import workforce_sim as ws
from tests import support
from tests.property import plans, strategies
from tests.support import Scenario
from tests.support_store import hashes, interrupted, strays, through_disk
from workforce_sim.errors import SimulationError

some_examples = settings(max_examples=support.examples(10))


def assert_survives(scenario: Scenario, replicate: int) -> None:
    """Assert that a run of three years is as in memory, verified, and the same after each interruption."""
    years = scenario.config.simulation.years
    config, asked = (
        scenario.changed({"simulation.end_year": years.start + 2}).config,
        {"census": scenario.census, "replicate": replicate},
    )
    try:
        in_memory = ws.simulate(config, **asked)
    except SimulationError:
        reject()
    with tempfile.TemporaryDirectory() as place:
        whole = Path(place) / "whole"
        assert ws.simulate(config, out=whole, **asked).fingerprint == in_memory.fingerprint
        assert ws.verify_run(whole, deep=True).problems == ()
        for after in (1, 2):
            run = Path(place) / f"after {after}"
            interrupted(config, run, after, **asked)
            ws.simulate(config, out=run, **asked)
            assert (hashes(run), strays(run)) == (hashes(whole), [])


@given(
    scenario=strategies.scenarios() | plans.plans(), rows=st.sampled_from([1, 7, 1_000]), after=st.sampled_from([1, 2])
)
@some_examples
def test_a_run_through_the_disk_is_the_same_to_the_byte_in_any_partitions(
    scenario: Scenario, rows: int, after: int
) -> None:
    start = scenario.config.simulation.start_year
    config, census = scenario.changed({"simulation.end_year": start + 2}).config, {"census": scenario.census}
    with tempfile.TemporaryDirectory() as place:
        whole, parts, stopped = (Path(place) / name for name in ("whole", "parts", "stopped"))
        try:
            ws.simulate(config, out=whole, **census)
        except SimulationError:
            reject()
        rows = max(rows, scenario.census.frame.height // 20)  # twenty partitions show what more would
        through_disk(config, parts, rows, **census)
        assert (hashes(parts), strays(parts)) == (hashes(whole), [])
        through_disk(config, stopped, rows, after=after, **census)
        through_disk(config, stopped, rows, **census)
        assert (hashes(stopped), strays(stopped)) == (hashes(whole), [])


@given(scenario=strategies.scenarios(), replicate=st.sampled_from([0, 0, 3, 2**31 - 1]))
@some_examples
def test_any_run_survives(scenario: Scenario, replicate: int) -> None:
    assert_survives(scenario, replicate)


@given(scenario=plans.plans())
@some_examples
def test_a_run_of_any_plan_survives(scenario: Scenario) -> None:
    assert_survives(scenario, 0)

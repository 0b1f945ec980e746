"""The law of packed employers: whatever is configured, an employer goes on in a shared frame as it does alone."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tests import support
from tests.property import strategies
from tests.support import Scenario
from workforce_sim import WorkforceSimError, simulate
from workforce_sim.simulation.run import begin
from workforce_sim.studies.portfolio.work import likeness, shares_frames, together


@settings(max_examples=support.examples(10))
@given(strategies.scenarios(smallest=6), st.lists(st.integers(0, 2**31 - 10), min_size=3, max_size=3))
def test_an_employer_in_a_shared_frame_goes_on_as_it_does_alone(scenario: Scenario, first: list[int]) -> None:
    config, frame = scenario.config, scenario.census.frame
    censuses = [replace(scenario.census, frame=frame[at::3]) for at in range(3)]
    numbers = [range(number, number + 2) for number in first]
    try:
        openings = [begin(config, census=census).opening for census in censuses]
        alone = [
            pl.concat(simulate(config, census=census, replicate=number).summary for number in own)
            for census, own in zip(censuses, numbers, strict=True)
        ]
    except WorkforceSimError:
        reject()
    assume(all(shares_frames(config, opening) for opening in openings))
    assume(len({str(likeness(opening)) for opening in openings}) == 1)

    for found, expected in zip(together(config, openings, numbers), alone, strict=True):
        assert_frame_equal(found, expected)

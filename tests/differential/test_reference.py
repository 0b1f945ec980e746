"""The fast engine equals the reference model: every table, row for row and cent for cent."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests import support
from tests.property import strategies
from tests.support import Scenario, assert_same, fast, slow
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

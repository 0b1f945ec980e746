"""The engines agree on runs that open on the first day of any month."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests import support
from tests.differential.test_reference import assert_agree
from tests.property.test_short_year_laws import any_scenario, months, opened
from tests.support import Scenario


@settings(max_examples=support.examples(60))
@given(scenario=any_scenario, month=months, replicate=st.sampled_from([0, 0, 1]))
def test_engines_agree_on_a_short_first_year(scenario: Scenario, month: int, replicate: int) -> None:
    assert_agree(opened(scenario, month), replicate)

"""Values drawn from bands, whole and cut off at a limit."""

from fractions import Fraction
from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workforce_sim.census.bands import Bands
from workforce_sim.money import PPM, quota

WEIGHTS = st.lists(st.integers(0, 100), min_size=1, max_size=6).filter(any)


@st.composite
def bands(draw: st.DrawFn) -> Bands:
    weights = draw(WEIGHTS)
    widths = draw(st.lists(st.integers(1, 30), min_size=len(weights), max_size=len(weights)))
    edges = np.cumsum([draw(st.integers(0, 20)), *widths])
    return Bands.of(edges.tolist(), quota(PPM, weights))


def value_by_hand(these: Bands, x: int) -> int:
    edges, upto = these.edges.tolist(), these.cumulative.tolist()
    i = next(i for i in range(len(edges) - 1) if x < upto[i + 1])
    return int(edges[i] + (x - upto[i]) * (edges[i + 1] - edges[i]) // (upto[i + 1] - upto[i]))


@given(bands(), st.lists(st.integers(0, PPM - 1), min_size=1))
def test_values_follow_the_rule_written_out(these: Bands, x: list[int]) -> None:
    assert these.value(np.array(x)).tolist() == [value_by_hand(these, one) for one in x]


@given(bands(), st.integers(0, 250))
def test_the_part_below_a_limit_is_the_rule_written_out(these: Bands, limit: int) -> None:
    edges, upto = these.edges.tolist(), these.cumulative.tolist()
    expected = 0 if limit <= edges[0] else PPM
    for lo, hi, before, after in zip(edges, edges[1:], upto, upto[1:], strict=False):
        if lo <= limit < hi:
            expected = before + ceil(Fraction((limit - lo) * (after - before), hi - lo))

    assert these.below(np.array([limit])).tolist() == [expected]


@given(bands(), st.integers(0, 250), st.floats(0, 1, exclude_max=True))
def test_a_draw_below_a_limit_stays_below_it_where_the_bands_allow(these: Bands, limit: int, u: float) -> None:
    value = int(these.drawn_below(np.array([u]), np.array([limit]))[0])

    possible = int(these.below(np.array([limit]))[0]) > 0
    assert value < limit if possible else value == these.edges[0]


@given(bands(), st.floats(0, 1, exclude_max=True))
def test_a_limit_above_every_band_changes_nothing(these: Bands, u: float) -> None:
    draws = np.array([u])

    assert these.drawn_below(draws, these.edges[-1:]).tolist() == these.drawn(draws).tolist()


@pytest.mark.parametrize(("edges", "shares"), [([0, 1], [999_999]), ([0, 1, 2], [PPM])])
def test_shares_must_fit_the_edges_and_be_whole(edges: list[int], shares: list[int]) -> None:
    with pytest.raises(ValueError, match="bands need"):
        Bands.of(edges, shares)

"""The pay curve of hires, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workforce_sim.config import Level
from workforce_sim.config.workforce import Percentiles
from workforce_sim.engine.pay_scale import PayScale, pay_scale

KNOTS = Percentiles(p10=40_000.0, p25=50_000.0, p50=60_000.0, p75=80_000.0, p90=90_000.0)
RANGED = Level(name="A", minimum=30_000.0, midpoint=70_000.0, maximum=100_000.0)


def scale(
    *levels: Level, kind: str = "percentiles", salary: tuple[int, ...] = (), level: tuple[int, ...] = ()
) -> PayScale:
    at = np.array(level or (0,) * len(salary), dtype=np.int16)
    return pay_scale(levels, kind, at, np.array(salary, dtype=np.int64))


def paid(of: PayScale, *places: int, level: int = 0) -> list[int]:
    return of.pay(np.full(len(places), level), np.array(places, dtype=np.int64)).tolist()


def test_configured_percentiles_are_met_at_their_places_with_straight_lines_between() -> None:
    level = Level(name="A", minimum=30_000.0, maximum=100_000.0, percentiles=KNOTS)
    of = scale(level)
    assert paid(of, 0, 50_000, 100_000, 250_000, 500_000, 625_000, 750_000, 900_000, 950_000) == [
        *(3_000_000, 3_500_000, 4_000_000, 5_000_000, 6_000_000, 7_000_000, 8_000_000, 9_000_000, 9_500_000)
    ]
    # One millionth below the end: 100,000 - 10,000 / 100,000 dollars, in cents half up.
    assert paid(of, 999_999) == [9_999_990]


def test_without_a_range_the_curve_is_flat_below_p10_and_above_p90() -> None:
    of = scale(Level(name="A", percentiles=KNOTS))
    assert paid(of, 0, 99_999, 900_000, 999_999) == [4_000_000, 4_000_000, 9_000_000, 9_000_000]
    assert of.minimum.tolist() == [0]


def test_percentiles_left_out_come_from_the_level_when_30_are_at_it_else_from_everybody() -> None:
    salaries = tuple(range(100_000, 100_000 + 59))  # 30 at the first level, 29 at the second
    of = scale(Level(name="A"), Level(name="B"), salary=salaries, level=(0,) * 30 + (1,) * 29)
    # rank 0.5 x 29 = 14.5 of the first 30; 0.5 x 58 = 29 of all
    assert paid(of, 500_000) == [100_015]  # 100,014.5 half up
    assert paid(of, 500_000, level=1) == [100_029]
    # rank 0.1 x 29 = 2.9: 2.9 above the first
    assert paid(of, 0, 100_000) == [100_003, 100_003]


def test_observed_percentiles_stay_within_the_range() -> None:
    of = scale(RANGED, salary=(1_000_000, 2_000_000, 5_000_000, 20_000_000, 30_000_000))
    assert paid(of, 100_000, 500_000, 900_000) == [3_000_000, 5_000_000, 10_000_000]


def test_uniform_pay_runs_over_the_midpoint() -> None:
    assert paid(scale(RANGED, kind="uniform"), 0, 250_000, 500_000, 750_000) == [
        *(3_000_000, 5_000_000, 7_000_000, 8_500_000)
    ]
    without = Level(name="A", minimum=30_000.0, maximum=100_000.0)
    assert paid(scale(without, kind="uniform"), 0, 500_000, 999_999) == [3_000_000, 6_500_000, 9_999_993]


def test_uniform_pay_without_a_range_runs_from_p10_to_p90() -> None:
    assert paid(scale(Level(name="A", percentiles=KNOTS), kind="uniform"), 0, 500_000) == [4_000_000, 6_500_000]


def test_every_knot_and_minimum_grows_by_the_rate_and_is_rounded_each_year() -> None:
    of = scale(
        Level(
            name="A",
            minimum=0.01,
            maximum=0.05,
            percentiles=Percentiles(p10=0.01, p25=0.02, p50=0.03, p75=0.04, p90=0.05),
        )
    )
    grown = of.grown(500_000)
    assert grown.amounts.tolist() == [[2, 2, 3, 5, 6, 8, 8]]  # 1.5, 1.5, 3, 4.5, 6, 7.5, 7.5 half up
    assert grown.minimum.tolist() == [2]
    assert grown.grown(500_000).amounts.tolist() == [[3, 3, 5, 8, 9, 12, 12]]


def test_nobody_needs_no_pay() -> None:
    assert scale(Level(name="A"), Level(name="B")).amounts.max() == 0


@given(
    st.lists(st.integers(1, 10**10), min_size=1, max_size=40), st.lists(st.integers(0, 999_999), min_size=2).map(sorted)
)
def test_pay_rises_with_the_draw_within_the_salaries_observed(salaries: list[int], places: list[int]) -> None:
    found = paid(scale(Level(name="A"), salary=tuple(salaries)), *places)
    assert found == sorted(found)
    assert min(salaries) <= found[0]
    assert found[-1] <= max(salaries)


@pytest.mark.parametrize("kind", ["percentiles", "uniform"])
def test_levels_have_curves_of_their_own(kind: str) -> None:
    of = scale(RANGED, Level(name="B", percentiles=KNOTS), kind=kind, salary=(5_000_000,))
    assert paid(of, 0, level=0) == [3_000_000]
    assert paid(of, 0, level=1) == [4_000_000]

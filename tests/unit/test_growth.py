"""The growth identity: every known case of the model, and that a year closes on its target."""

from __future__ import annotations

from dataclasses import asdict
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import support
from workforce_sim import HeadcountPlan, SimulationError, hires_needed
from workforce_sim.engine.growth import check_ratio, exact_plan, planned_hires, target_path


@pytest.mark.parametrize(
    ("opening", "growth", "plan"),
    [
        # target; leavers, reductions among them; hires, leavers among them; rates 12% and 25%
        (1000, 0.03, HeadcountPlan(1030, 120, 0, 200, 50)),
        (1030, 0.03, HeadcountPlan(1061, 124, 0, 207, 52)),
        (1000, -0.2, HeadcountPlan(800, 200, 80, 0, 0)),
        (1000, 0.0, HeadcountPlan(1000, 120, 0, 160, 40)),
        (1000, -0.05, HeadcountPlan(950, 120, 0, 94, 24)),
        (1000, -0.12, HeadcountPlan(880, 120, 0, 0, 0)),  # leaving alone closes on the target
        (0, 0.03, HeadcountPlan(0, 0, 0, 0, 0)),
        (1, 1.0, HeadcountPlan(2, 0, 0, 2, 1)),  # half up of 0.12 is 0; 1 / 0.75 is 2 hires
    ],
)
def test_the_known_cases(opening: int, growth: float, plan: HeadcountPlan) -> None:
    assert hires_needed(opening, growth, 0.12, 0.25) == plan


@given(st.integers(1, 10**7), st.integers(0, 2 * 10**7), st.data(), st.integers(0, 999_999))
def test_every_plan_closes_on_its_target_with_no_more_hires_than_needed(
    n: int, target: int, data: st.DataObject, h: int
) -> None:
    leavers = data.draw(st.integers(0, n))
    plan = exact_plan(n, target, leavers, h)
    assert n - plan.terminations + plan.hires - plan.hire_terminations == plan.target == target
    assert plan.terminations - plan.reductions == leavers
    assert plan.reductions == 0 or plan.hires == 0
    stay = Fraction(1_000_000 - h, 1_000_000)
    net = plan.hires - plan.hire_terminations
    assert plan.hires * stay >= net > (plan.hires - 1) * stay or plan.hires == net == 0
    assert min(plan.target, plan.reductions, plan.hire_terminations, n - plan.terminations) >= 0


@pytest.mark.parametrize(
    "rates",
    [
        (-1, 0.0, 0.1, 0.1),
        (10, -1.0, 0.1, 0.1),
        (10, 1.1, 0.1, 0.1),
        (10, 0.0, 1.1, 0.1),
        (10, 0.0, -0.1, 0.1),
        (10, 0.0, 0.1, 1.0),
    ],
)
def test_rates_outside_their_range_are_an_error(rates: tuple[int, float, float, float]) -> None:
    with pytest.raises(ValueError, match="need opening >= 0"):
        hires_needed(*rates)


@pytest.mark.parametrize("opening", [10.5, float("nan"), float("inf"), "10", None, 2**63])
def test_a_headcount_is_whole(opening: Any) -> None:
    with pytest.raises(ValueError, match="need opening >= 0 and whole"):
        hires_needed(opening, 0.0, 0.1, 0.1)


@pytest.mark.parametrize("rate", ["0.1", None, float("nan")])
def test_a_rate_is_a_number(rate: Any) -> None:
    with pytest.raises(ValueError, match="-1 < growth <= 1"):
        hires_needed(10, rate, 0.1, 0.1)


def test_columns_of_a_frame_give_a_frame_row_by_row() -> None:
    frame = pl.DataFrame({"opening": [1000, 1030, 1000, 0], "growth": [0.03, 0.03, -0.2, 0.03]})

    plans = hires_needed(frame["opening"], frame["growth"], 0.12, 0.25)

    one_by_one = [hires_needed(n, g, 0.12, 0.25) for n, g in frame.iter_rows()]
    assert plans.rows(named=True) == [asdict(plan) for plan in one_by_one]
    assert set(plans.dtypes) == {pl.Int64}
    assert frame.hstack(plans)["hires"].to_list() == [200, 207, 0, 0]


def test_one_year_with_several_rates() -> None:
    assert hires_needed(1000, 0.03, pl.Series([0.12, 0.0]), 0.25)["terminations"].to_list() == [120, 0]
    assert hires_needed(1000, 0.03, pl.Series([], dtype=pl.Float64), 0.25).shape == (0, 5)


def test_columns_are_equally_long_and_complete() -> None:
    with pytest.raises(ValueError, match=r"equally long \(they have 1, 2 rows\)"):
        hires_needed(pl.Series([1000, 10]), pl.Series([0.03]), 0.12, 0.25)
    with pytest.raises(ValueError, match="need opening"):
        hires_needed(pl.Series([1000, None]), 0.03, 0.12, 0.25)


def test_more_than_six_decimals_are_an_error() -> None:
    with pytest.raises(ValueError, match="more than 6 decimals"):
        hires_needed(10, 0.0000001, 0.1, 0.1)


def test_the_target_path_is_rounded_once() -> None:
    assert target_path(1000, [30_000]) == 1030
    assert target_path(1000, [30_000, 30_000]) == 1061  # 1,060.9
    assert target_path(50, [0, 100_000, 50_000]) == 58  # 57.75; rounding 55 first gives the same
    assert target_path(3, [500_000, 500_000]) == 7  # 6.75; rounding 4.5 to 5 first would give 8
    assert target_path(10, []) == 10


@pytest.mark.parametrize(
    ("staff", "growth", "closings"),
    [
        (16, 0.03, [16, 17, 17, 18, 19, 19, 20, 20, 21, 22]),  # 21.5 after ten years
        (150, 0.003, [150, 151, 151, 152, 152, 153, 153, 154, 154, 155]),  # 154.6
        (12, -0.04, [12, 11, 11, 10, 10, 9, 9, 9, 8, 8]),  # 8.0
        (10, {2025: 0.04, 2026: 0.04, 2027: -0.04, 2029: 0.5}, [10, 11, 10, 10, 15, 22, 34, 50, 76, 114]),  # 113.5
        (2, {2025: -0.9, 2026: 1.0}, [0] * 10),  # from nobody nothing grows, whatever the path
    ],
)
def test_exact_headcount_keeps_to_the_path_from_the_census(staff: int, growth: Any, closings: list[int]) -> None:
    rates = {"total_termination_rate": 0.25, "max_hires_ratio": 1000.0}
    config = support.configured(2025, 2034, simulation={"target_growth_rate": growth}, workforce=rates)
    summary = support.fast(support.synthetic(staff, config)).summary
    assert summary["headcount_closing"].to_list() == closings


@pytest.mark.parametrize(
    ("opening", "target", "exits", "rate", "u", "hires"),
    [
        (1000, 1030, 120.0, 250_000, 0.999, 200),  # 150 / 0.75: nothing is left over
        (1010, 1030, 121.2, 250_000, 0.26, 189),  # 188.267
        (1010, 1030, 121.2, 250_000, 0.27, 188),
        (1200, 1030, 144.0, 250_000, 0.0, 0),
        (1200, 1056, 144.0, 250_000, 0.0, 0),
        (5, 5, 0.6, 250_000, 0.79, 1),  # 0.8
        (5, 5, 0.6, 250_000, 0.81, 0),
        (5, 5, 0.000001, 0, 0.0, 1),
        (5, 5, 0.000001, 0, 0.000001, 0),
        (0, 10, 0.0, 0, 0.5, 10),
    ],
)
def test_stochastic_hires_are_planned_on_expected_exits_and_a_part_of_one_is_drawn(
    opening: int, target: int, exits: float, rate: int, u: float, hires: int
) -> None:
    assert planned_hires(opening, target, round(exits * 10**6), rate, u) == hires


def test_the_mean_of_few_people_under_stochastic_headcount_stays_on_its_path() -> None:
    workforce = {"headcount": "stochastic", "max_hires_ratio": 1000.0}
    config = support.configured(2025, 2026, simulation={"target_growth_rate": 0.0}, workforce=workforce)
    few = support.synthetic(5, config).changed({"plan.enabled": False})
    closing = pl.col("headcount_closing")
    means = support.fast(few, tuple(range(4000))).summary.group_by("year").agg(closing.mean()).sort("year")
    first, *later = means["headcount_closing"]
    assert abs(first - 5) < 0.05  # 3.7 standard errors; rounding up had 5.9
    assert all(abs(mean - 5) < 0.15 for mean in later)  # 0.1 too high, for nobody is hired less than 0 times


def test_hires_at_the_ratio_pass_and_one_more_is_an_error_that_names_the_rates() -> None:
    check_ratio(29, 100, 0.29, "growth 1")  # 0.29 x 100 in doubles is less than 29
    with pytest.raises(SimulationError, match=r"30 hires .* 100 .*max_hires_ratio 0\.29 .*growth 1"):
        check_ratio(30, 100, 0.29, "growth 1")


def test_where_every_hire_leaves_a_year_may_need_none_and_one_more_is_an_error() -> None:
    assert exact_plan(100, 88, 12, 1_000_000) == HeadcountPlan(88, 12, 0, 0, 0)
    assert planned_hires(100, 88, 12_000_000, 1_000_000, 0.0) == 0
    with pytest.raises(SimulationError, match=r"^1 more employees are needed in 2026, .* is 1; lower"):
        exact_plan(100, 89, 12, 1_000_000, 2026)
    with pytest.raises(SimulationError, match=r"^1 more employees are needed in 2026, "):
        planned_hires(100, 89, 12_000_000, 1_000_000, 0.5, 2026)

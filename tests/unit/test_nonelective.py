"""The nonelective contribution: each kind, and permitted disparity."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from workforce_sim.config.nonelective import Nonelective, max_excess_ppm
from workforce_sim.errors import ConfigError
from workforce_sim.plan.conditions import hours_of_service, meets_conditions
from workforce_sim.plan.nonelective import integrated_amount, nonelective_amount, share_of_pay

WAGE_BASE = 184_500


def integrated(base: float, excess: float, **level: float) -> dict[str, object]:
    return {"kind": "integrated", "integrated": {"base_rate": base, "excess_rate": excess, **level}}


def test_none_gives_nothing() -> None:
    assert nonelective_amount(50_000, {"kind": "none"}) == 0
    assert nonelective_amount(pl.Series([1.0, 2.0]), {}).to_list() == [0, 0]


def test_flat_is_a_share_of_pay_half_up_to_the_cent() -> None:
    assert nonelective_amount(50_000, 0.03) == 1500.0
    assert nonelective_amount(0.5, 0.03) == 0.02
    assert nonelective_amount(pl.Series([0.49, 0.5]), {"kind": "flat", "rate": 0.03}).to_list() == [0.01, 0.02]


@pytest.mark.parametrize(("years", "amount"), [(0, 1000.0), (9, 1000.0), (10, 2500.0)])
def test_by_service(years: int, amount: float) -> None:
    formula = {"kind": "service", "by_service": [{"from": 0, "rate": 0.02}, {"from": 10, "rate": 0.05}]}

    assert nonelective_amount(50_000, formula, tenure_years=years) == amount


def test_by_points_and_by_age() -> None:
    table = [{"from": 0, "rate": 0.02}, {"from": 50, "rate": 0.05}]
    ages, years = pl.Series([30, 30, 50]), pl.Series([19, 20, 0])

    by_points = nonelective_amount(1000, {"kind": "points", "by_points": table}, tenure_years=years, age=ages)
    by_age = nonelective_amount(1000, {"kind": "age", "by_age": table}, age=ages)

    assert by_points.to_list() == [20, 50, 50]
    assert by_age.to_list() == [20, 20, 50]


@pytest.mark.parametrize(("pay", "amount"), [(0, 0), (184_500, 9_225), (184_501, 9_225.1), (360_000, 26_775)])
def test_integrated_pays_more_above_the_wage_base(pay: float, amount: float) -> None:
    assert nonelective_amount(pay, integrated(0.05, 0.05), wage_base=WAGE_BASE) == amount


def test_integrated_at_a_share_of_the_wage_base_and_at_dollars() -> None:
    """80% of 184,500 is 147,600; 4.3% beside 6 %."""
    assert nonelective_amount(200_000, integrated(0.06, 0.043, level_share=0.8), wage_base=WAGE_BASE) == 14_253.2
    assert nonelective_amount(200_000, integrated(0.06, 0.043, level=147_600.0), wage_base=WAGE_BASE) == 14_253.2


def test_integrated_rounds_once() -> None:
    """0.4 + 0.4 cents are 0.8: one cent, though each part alone is none."""
    assert integrated_amount(20, 20_000, 20_000, 0) == 1
    assert share_of_pay(20, 20_000) == 0


def test_the_largest_amounts_fit_into_an_array() -> None:
    pay = np.array([10**10], dtype=np.int64)

    assert integrated_amount(pay, 10**6, 10**6, 0).tolist() == [2 * 10**10]


@pytest.mark.parametrize(
    ("level", "most"),
    [
        (1, 57_000),
        (36_900, 57_000),  # 20%
        (36_901, 43_000),
        (147_600, 43_000),
        (147_601, 54_000),
        (184_499, 54_000),
        (184_500, 57_000),
    ],
)
def test_the_largest_legal_excess_rate(level: int, most: int) -> None:
    assert max_excess_ppm(100 * level, 100 * WAGE_BASE) == most


@pytest.mark.parametrize(
    ("level", "wage_base", "most"),
    [(10_000, 48_000, 57_000), (10_001, 48_000, 43_000), (10_000, 50_000, 57_000), (10_000, 60_000, 57_000)],
)
def test_up_to_10_000_dollars_it_is_the_largest_where_that_is_more_than_20_percent(
    level: int, wage_base: int, most: int
) -> None:
    """The greater of 20% of the wage base and 10,000 dollars, 26 CFR 1.401(l)-2(d)(4)."""
    assert max_excess_ppm(100 * level, 100 * wage_base) == most


def test_and_so_is_the_contribution() -> None:
    """5.7% of 30,000, and 5.7% of 20,000."""
    assert nonelective_amount(30_000, integrated(0.057, 0.057, level=10_000.0), wage_base=48_000) == 2_850.0
    with pytest.raises(ConfigError, match=r"at most 0.043"):
        nonelective_amount(30_000, integrated(0.057, 0.057, level=10_000.01), wage_base=48_000)


@pytest.mark.parametrize("formula", [None, True, "flat", [0.03]])
def test_a_formula_is_a_share_or_keys(formula: Any) -> None:
    with pytest.raises(TypeError, match=r"formula: expected a share of pay such as 0.03, the keys of plan.nonelective"):
        nonelective_amount(35_000, formula)


def test_other_arguments_of_another_kind_are_named() -> None:
    with pytest.raises(TypeError, match="wage_base: expected one number"):
        nonelective_amount([1, 2], integrated(0.05, 0.05), wage_base=[1, 2])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"compensation: expected a number,.*, not bool"):
        nonelective_amount(True, 0.03)
    with pytest.raises(ConfigError, match=r"^kind: unknown name; did you mean points\?"):
        nonelective_amount(1, {"kind": "point"})


def test_lists_and_arrays_are_columns_and_equally_long() -> None:
    table = [{"from": 0, "rate": 0.02}, {"from": 50, "rate": 0.05}]
    formula = {"kind": "age", "by_age": table}

    assert nonelective_amount([100, 200], 0.03).to_list() == [3, 6]
    assert nonelective_amount(np.array([100, 200]), formula, age=[49, 50]).to_list() == [2, 10]
    with pytest.raises(ValueError, match=r"equally long \(compensation 2, tenure_years_and_age 3\)"):
        nonelective_amount([100, 200], formula, age=[1, 2, 3])


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        (integrated(0.03, 0.04), "must not be above base_rate"),
        (integrated(0.06, 0.0571), "at most 0.057 with a level of 1 of the wage base"),
        (integrated(0.06, 0.05, level_share=0.5), "at most 0.043 with a level of 0.5"),
        (integrated(0.06, 0.055, level_share=0.9), "at most 0.054"),
        (integrated(0.06, 0.058, level=20_000.0), "at most 0.057 "),
        (integrated(0.06, 0.04, level=20_000.0, level_share=0.5), "not both"),
        ({"kind": "flat"}, "kind flat needs rate"),
        ({"kind": "flat", "rate": 0.03, "by_age": [{"from": 0, "rate": 0.01}]}, "by_age: goes with kind age, not flat"),
        ({"kind": "service", "by_service": [{"from": 1, "rate": 0.01}]}, "must start from 0"),
    ],
)
def test_what_is_not_allowed_is_said_at_load(formula: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        nonelective_amount(50_000, formula, wage_base=WAGE_BASE)


@pytest.mark.parametrize(
    ("level", "excess", "message"),
    [(184_500.01, 0.01, "above the year's Social Security wage base"), (100_000.0, 0.05, "at most 0.043")],
)
def test_a_level_in_dollars_is_checked_against_the_wage_base_of_the_year(
    level: float, excess: float, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        nonelective_amount(50_000, integrated(0.06, excess, level=level), wage_base=WAGE_BASE)


@pytest.mark.parametrize(
    ("formula", "needed"),
    [
        (integrated(0.05, 0.05), "wage_base"),
        ({"kind": "age", "by_age": [{"from": 0, "rate": 0.01}, {"from": 40, "rate": 0.02}]}, "give age$"),
    ],
)
def test_what_is_needed_must_be_given(formula: dict[str, Any], needed: str) -> None:
    with pytest.raises(ValueError, match=needed):
        nonelective_amount(50_000, formula)


@pytest.mark.parametrize(
    ("full_time", "days", "in_year", "hours"),
    [(1_000_000, 365, 365, 2080), (1_000_000, 366, 366, 2080), (500_000, 365, 365, 1040), (480_769, 365, 365, 999)],
)
def test_hours_of_service(full_time: int, days: int, in_year: int, hours: int) -> None:
    assert hours_of_service(full_time, days, in_year) == hours


def test_conditions() -> None:
    all_three = Nonelective(minimum_service_years=1, last_day=True, minimum_hours=1000)
    years, last_day, hours = (
        np.array([1, 0, 1, 1]),
        np.array([True, True, False, True]),
        np.array([1000, 2080, 2080, 999]),
    )

    assert meets_conditions(all_three, years, last_day, hours).tolist() == [True, False, False, False]
    assert meets_conditions(Nonelective(), years, last_day, hours).all()
    assert meets_conditions(all_three, 1, True, 1000)
    assert not meets_conditions(all_three, 1, False, 1000)

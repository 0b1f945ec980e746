"""Statutory limits: published figures, the formulas behind them, projections, overrides, catch-up by age."""

from __future__ import annotations

from dataclasses import asdict
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import workforce_sim as ws
from workforce_sim.plan.limits import (
    NAMES,
    adjusted,
    catch_up_limit,
    cost_of_living_factor,
    deferral_limit,
    index_value,
    indexed,
    nearest,
    published_years,
)

DATA: dict[str, Any] = yaml.safe_load(files("workforce_sim.plan").joinpath("limits.yaml").read_text(encoding="utf-8"))
COLUMNS = (
    "elective_deferral",
    "catch_up",
    "super_catch_up",
    "compensation",
    "annual_additions",
    "highly_compensated",
    "key_officer",
    "wage_base",
    "roth_catch_up_wages",
)
PUBLISHED = {
    2011: (16_500, 5_500, None, 245_000, 49_000, 110_000, 160_000, 106_800, None),
    2012: (17_000, 5_500, None, 250_000, 50_000, 115_000, 165_000, 110_100, None),
    2013: (17_500, 5_500, None, 255_000, 51_000, 115_000, 165_000, 113_700, None),
    2014: (17_500, 5_500, None, 260_000, 52_000, 115_000, 170_000, 117_000, None),
    2015: (18_000, 6_000, None, 265_000, 53_000, 120_000, 170_000, 118_500, None),
    2016: (18_000, 6_000, None, 265_000, 53_000, 120_000, 170_000, 118_500, None),
    2017: (18_000, 6_000, None, 270_000, 54_000, 120_000, 175_000, 127_200, None),
    2018: (18_500, 6_000, None, 275_000, 55_000, 120_000, 175_000, 128_400, None),
    2019: (19_000, 6_000, None, 280_000, 56_000, 125_000, 180_000, 132_900, None),
    2020: (19_500, 6_500, None, 285_000, 57_000, 130_000, 185_000, 137_700, None),
    2021: (19_500, 6_500, None, 290_000, 58_000, 130_000, 185_000, 142_800, None),
    2022: (20_500, 6_500, None, 305_000, 61_000, 135_000, 200_000, 147_000, None),
    2023: (22_500, 7_500, None, 330_000, 66_000, 150_000, 215_000, 160_200, None),
    2024: (23_000, 7_500, None, 345_000, 69_000, 155_000, 220_000, 168_600, None),
    2025: (23_500, 7_500, 11_250, 350_000, 70_000, 160_000, 230_000, 176_100, None),
    2026: (24_500, 8_000, 11_250, 360_000, 72_000, 160_000, 235_000, 184_500, 150_000),
}
RATES = st.integers(-100_000, 200_000).map(lambda millionths: millionths / 10**6)
YEARS = st.integers(2011, 2080)


def amounts(limits: ws.Limits) -> dict[str, int]:
    """Return the limits in force by name, in cents."""
    every = {name: getattr(limits, f"{name}_cents") for name in NAMES}
    return {name: amount for name, amount in every.items() if amount is not None}


def dollars(year: int, name: str, **assumptions: Any) -> float:
    return getattr(ws.limits(year, **assumptions), f"{name}_cents") / 100


def base_index(rule: dict[str, Any]) -> float:
    return float(index_value(rule["index"], rule["base_year"]))


def table_row(cells: list[Any]) -> str:
    """Return a row of a table in Markdown: text as it stands, numbers with commas, a dash for nothing."""
    texts = ["-" if cell is None else cell if isinstance(cell, str) else f"{cell:,}" for cell in cells]
    return f"| {' | '.join(texts)} |"


# Published years


@pytest.mark.parametrize("year", PUBLISHED)
def test_published_years_are_as_published(year: int) -> None:
    limits = ws.limits(year, inflation=0.2, wage_growth=0.2)

    expected = dict(zip(COLUMNS, PUBLISHED[year], strict=True)) | {"one_percent_owner": 150_000}
    assert amounts(limits) == {name: 100 * dollars for name, dollars in expected.items() if dollars is not None}
    assert (limits.year, limits.projected) == (year, False)


def test_every_year_in_a_row_is_published() -> None:
    starts = {name: min(DATA["limits"][name]["published"]) for name in NAMES}

    assert published_years() == (2011, 2026)
    assert {name: year for name, year in starts.items() if year != 2011} == {
        "super_catch_up": 2025,
        "roth_catch_up_wages": 2026,
    }
    for name, start in starts.items():
        assert list(DATA["limits"][name]["published"]) == list(range(start, 2027))


def test_every_limit_says_what_it_is() -> None:
    assert set(DATA["limits"]) == set(NAMES)
    for limit in DATA["limits"].values():
        assert limit["section"]
        assert limit["meaning"]
        assert "base" not in limit or limit.keys() >= {"index", "base_year", "multiple"}


def test_every_year_has_an_announcement_and_two_sources() -> None:
    assert list(DATA["announced"]) == list(DATA["confirmed"]) == list(PUBLISHED)
    for sources in DATA["confirmed"].values():
        assert len(set(sources)) >= 2
        assert set(sources) <= DATA["sources"].keys()


def test_the_chapter_prints_the_figures_and_the_indexing() -> None:
    chapter = Path(__file__).parents[2].joinpath("docs/model/limits.md").read_text(encoding="utf-8")
    figures = [[str(year), *row] for year, row in PUBLISHED.items()]
    rules = [
        [f"`{name}`", rule["base"], str(rule["base_year"]), base_index(rule), rule["multiple"]]
        for name, rule in DATA["limits"].items()
        if "base" in rule
    ]

    assert [row for row in figures + rules if table_row(row) not in chapter] == []


# The formula


@pytest.mark.parametrize("name", [name for name in NAMES if "base" in DATA["limits"][name]])
def test_the_formula_gives_every_published_figure_but_those_kept(name: str) -> None:
    published = DATA["limits"][name]["published"]

    apart = {year: indexed(name, year) for year in published if indexed(name, year) != published[year]}

    assert apart.keys() == DATA["kept"].get(name, {}).keys()
    for year, formula in apart.items():
        assert f"it would give {formula:,}" in DATA["kept"][name][year]


@pytest.mark.parametrize(
    ("index", "base_index", "factor"),
    [
        ("610.3", "533.3", "1.1444"),  # 1.14438|02: up
        ("1000.049", "1000", "1.0000"),  # 1.00004|9 is cut to 1.00004 first, then rounded down
        ("1000.05", "1000", "1.0001"),  # 1.00005 exactly: half up
        ("1000.0499999", "1000", "1.0000"),
        ("1", "1", "1"),
        ("999", "1000", "1"),  # a fall is none
    ],
)
def test_the_factor_is_cut_to_five_decimals_and_rounded_to_four(index: str, base_index: str, factor: str) -> None:
    assert cost_of_living_factor(Fraction(index), Fraction(base_index)) == Fraction(factor)


def test_cutting_before_rounding_matters() -> None:
    """1.234549...: rounded once to four decimals 1.2345, as here; rounded to five and then four, 1.2346."""
    ratio = Fraction("1.2345499")

    assert cost_of_living_factor(ratio, Fraction(1)) == Fraction("1.2345")
    assert Decimal("1.2345499").quantize(Decimal("0.00001")).quantize(Decimal("0.0001"), ROUND_HALF_UP) == Decimal(
        "1.2346"
    )


def test_only_the_increase_is_rounded_down() -> None:
    assert adjusted(11_250, Fraction("1.0444"), 500) == 11_250
    assert adjusted(11_250, Fraction("1.0445"), 500) == 11_750
    assert adjusted(40_000, Fraction("1.1444"), 1_000) == 45_000


def test_the_wage_base_goes_to_the_nearest_multiple() -> None:
    assert [nearest(Fraction(amount), 300) for amount in ("149.99", "150", "449.99", "450")] == [0, 300, 300, 600]


@given(st.integers(10_000, 5_000_000), st.integers(10_000, 1_000_000))
def test_the_factor_equals_decimal_rounding(index: int, base_index: int) -> None:
    ratio = (Decimal(index) / Decimal(base_index)).quantize(Decimal("0.00001"), ROUND_DOWN)

    expected = max(Decimal(1), ratio.quantize(Decimal("0.0001"), ROUND_HALF_UP))

    assert cost_of_living_factor(Fraction(index), Fraction(base_index)) == Fraction(expected)


@given(st.integers(1, 300_000), st.integers(10_000, 100_000), st.sampled_from([500, 1_000, 5_000]))
def test_an_adjusted_limit_is_the_last_multiple_not_above(base: int, factor: int, multiple: int) -> None:
    exact = Fraction(base * factor, 10_000)

    limit = adjusted(base, Fraction(factor, 10_000), multiple)

    assert (limit - base) % multiple == 0
    assert limit <= exact < limit + multiple


# Projections


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (2027, (25_000, 8_000, 11_750, 370_000, 74_000, 165_000, 240_000, 191_100, 155_000)),
        (2031, (27_500, 9_000, 12_750, 410_000, 82_000, 185_000, 265_000, 219_300, 170_000)),
    ],
)
def test_later_years_follow_the_index(year: int, expected: tuple[int, ...]) -> None:
    limits = ws.limits(year)

    assert tuple(dollars(year, name) for name in COLUMNS) == expected
    assert limits.projected
    assert limits.one_percent_owner_cents == 15_000_000


def test_a_limit_is_not_frozen_by_its_own_rounding() -> None:
    """24,500 and 2%: no single year's increase reaches 500, and yet ten years make 5,500."""
    assert int(24_500 * 1.02) // 500 * 500 == 24_500
    assert dollars(2036, "elective_deferral", inflation=0.02) == 30_000


def test_super_catch_up_has_a_base_of_its_own() -> None:
    assert dollars(2026, "catch_up") * 1.5 == 12_000
    assert dollars(2026, "super_catch_up") == 11_250


def test_the_wage_base_carries_its_unrounded_amount_forward() -> None:
    """60,600 x 69,846.57 / 22,935.42 = 184,548.71 in 2026; at 0.1% a year rounding once a year would stand still."""
    assert [dollars(year, "wage_base", wage_growth=0.001) for year in (2026, 2027, 2028, 2030)] == [
        184_500,
        184_800,
        184_800,
        185_400,
    ]


def test_each_assumption_moves_its_own_limits() -> None:
    usual, dear, rich = ws.limits(2040), ws.limits(2040, inflation=0.06), ws.limits(2040, wage_growth=0.06)

    prices = {name for name in NAMES if amounts(usual)[name] != amounts(dear)[name]}
    wages = {name for name in NAMES if amounts(usual)[name] != amounts(rich)[name]}

    assert prices == set(NAMES) - {"one_percent_owner", "wage_base"}
    assert wages == {"wage_base"}


def test_nothing_falls_when_prices_and_wages_do() -> None:
    assert amounts(ws.limits(2040, inflation=-0.05, wage_growth=-0.05)) == amounts(ws.limits(2026))


def test_an_index_without_growth_stays_as_it_is() -> None:
    assert index_value("cpi_u", 2040) == index_value("cpi_u", 2060)
    assert indexed("wage_base", 2040) == indexed("wage_base", 2060)


def test_an_index_grows_from_its_last_year() -> None:
    assert index_value("cpi_u", 2025) == Fraction("971.824")
    assert index_value("cpi_u", 2027, Fraction(1, 40)) == Fraction("971.824") * Fraction(41, 40) ** 2
    assert index_value("cpi_u", 2019, Fraction(1, 40)) == Fraction("769.888")


@given(YEARS, RATES, RATES, RATES)
def test_no_limit_falls_when_inflation_rises(year: int, one: float, other: float, wage_growth: float) -> None:
    low = amounts(ws.limits(year, inflation=min(one, other), wage_growth=wage_growth))
    high = amounts(ws.limits(year, inflation=max(one, other), wage_growth=wage_growth))

    assert [name for name in low if low[name] > high[name]] == []


@given(YEARS, RATES, RATES)
def test_no_limit_falls_from_one_year_to_the_next(year: int, inflation: float, wage_growth: float) -> None:
    now = amounts(ws.limits(year, inflation=inflation, wage_growth=wage_growth))
    then = amounts(ws.limits(year + 1, inflation=inflation, wage_growth=wage_growth))

    assert [name for name in now if now[name] > then[name]] == []


# Overrides and errors


@pytest.mark.parametrize("name", NAMES)
def test_an_override_replaces_the_figure_of_its_year_alone(name: str) -> None:
    overrides = {name: {2020: 1_234.56, 2030: 0}}

    for year, cents in ((2020, 123_456), (2030, 0)):
        assert amounts(ws.limits(year, overrides=overrides)) == amounts(ws.limits(year)) | {name: cents}
    assert ws.limits(2031, overrides=overrides) == ws.limits(2031)


@pytest.mark.parametrize("year", [2010, 1999])
def test_a_year_before_the_first_is_an_error(year: int) -> None:
    with pytest.raises(ValueError, match=f"known from 2011 on, not for {year}"):
        ws.limits(year)


@pytest.mark.parametrize("year", [2201, 2**31, 2**63, 10**20])
def test_a_year_after_the_last_is_an_error(year: int) -> None:
    with pytest.raises(ValueError, match=f"projected up to 2200, not for {year}"):
        ws.limits(year)


def test_an_unknown_override_is_an_error_with_the_nearest_name() -> None:
    with pytest.raises(ValueError, match="unknown limit 'wage_bas'; did you mean wage_base"):
        ws.limits(2025, overrides={"wage_bas": {2030: 1}})


@pytest.mark.parametrize("amount", [-1, 0.001, float("nan"), float("inf"), 1e300, 100_000_000_000.01])
def test_an_override_is_whole_cents_from_0_up(amount: float) -> None:
    with pytest.raises(ValueError, match="override of catch_up in 2030 must be dollars"):
        ws.limits(2025, overrides={"catch_up": {2030: amount}})


def test_a_year_beyond_those_of_a_configuration_is_an_error() -> None:
    assert ws.limits(2200, inflation=0.0).compensation_cents == ws.limits(2200, inflation=-0.5).compensation_cents
    with pytest.raises(ValueError, match="projected up to 2200, not for 1000000000"):
        ws.limits(10**9)


@pytest.mark.parametrize("name", ["inflation", "wage_growth"])
@pytest.mark.parametrize("rate", [-1, 1.000001, float("nan")])
def test_a_rate_out_of_range_is_an_error(name: str, rate: float) -> None:
    rates: dict[str, Any] = {name: rate}
    with pytest.raises(ValueError, match=f"{name} must be above -1 and at most 1"):
        ws.limits(2030, **rates)


@pytest.mark.parametrize("years", [[2026, 2025], range(2025, 2027), pl.Series([2025]), np.array([2025, 2026])])
def test_several_years_are_a_frame(years: Any) -> None:
    table = ws.limits(years, inflation=0.05)

    assert table.rows(named=True) == [asdict(ws.limits(year, inflation=0.05)) for year in years]
    assert set(table.drop("projected").dtypes) == {pl.Int64}


@pytest.mark.parametrize(
    "year", ["2026", 2026.0, None, [2026.5], [None], pl.Series([2026.0]), np.array([2026.0]), np.array([[2026]])]
)
def test_a_year_is_a_whole_number(year: Any) -> None:
    with pytest.raises(ValueError, match="a year must be a whole number"):
        ws.limits(year)


@pytest.mark.parametrize("rate", [0.0000001, Decimal("0.02500000000000000000000000000000001")])
def test_a_rate_has_at_most_six_decimals(rate: Any) -> None:
    with pytest.raises(ValueError, match="inflation has more than 6 decimals"):
        ws.limits(2030, inflation=rate)


@pytest.mark.parametrize("rate", [Decimal("0.05"), np.float32(0.05), np.float64(0.05)])
def test_a_rate_counts_as_it_is_written(rate: Any) -> None:
    assert ws.limits(2040, inflation=rate) == ws.limits(2040, inflation=0.05)


@pytest.mark.parametrize("rate", ["x", None, True, [0.02]])
def test_a_rate_is_a_number(rate: Any) -> None:
    with pytest.raises(TypeError, match=r"inflation: expected a number such as 0.025 for 2.5%, not "):
        ws.limits(2030, inflation=rate)


@pytest.mark.parametrize("overrides", [[("wage_base", 1)], {"wage_base": 190_000}])
def test_overrides_are_tables(overrides: Any) -> None:
    with pytest.raises(TypeError, match="overrides: expected dollars by name and year"):
        ws.limits(2030, overrides=overrides)


# Catch-up by age


@pytest.mark.parametrize(
    ("age", "in_2024", "in_2026"),
    [(49, 0, 0), (50, 7_500, 8_000), (59, 7_500, 8_000), (60, 7_500, 11_250), (63, 7_500, 11_250), (64, 7_500, 8_000)],
)
def test_catch_up_goes_by_the_age_at_the_end_of_the_year(age: int, in_2024: int, in_2026: int) -> None:
    assert catch_up_limit(age, ws.limits(2024)) == 100 * in_2024
    assert catch_up_limit(age, ws.limits(2026)) == 100 * in_2026
    assert deferral_limit(age, ws.limits(2026)) == 100 * (24_500 + in_2026)


def test_a_plan_may_leave_out_catch_up_or_the_higher_one() -> None:
    limits = ws.limits(2026)

    assert catch_up_limit(61, limits, catch_up=False) == 0
    assert catch_up_limit(61, limits, super_catch_up=False) == 800_000
    assert deferral_limit(61, limits, catch_up=False) == 2_450_000
    assert deferral_limit(61, limits, super_catch_up=False) == 3_250_000

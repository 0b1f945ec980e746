"""Observed matches assumed, in samples large enough that a rate a few percent off would fail.

``matches`` and ``spread_as`` say both halves in one breath: the sample fits what is assumed, and would not fit what is
a little off. Every run is fixed, so a check passes always or never.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from tests import support
from tests.support import Scenario, fast, of_type
from tests.support_statistics import matches, spread_as
from workforce_sim.census.synthetic import LEVELS, synthetic_census
from workforce_sim.config import CAUSES
from workforce_sim.tables.output import Tables

N = 200_000
EVEN = [{"from": 0, "factor": 1.0}]
FREELY = {"headcount": "stochastic", "max_hires_ratio": 1000.0}


def test_the_statistics_themselves() -> None:
    assert matches(24_000, 200_000, 0.12)
    assert not matches(24_700, 200_000, 0.12)  # 4.8 standard errors
    assert not matches(1_200, 10_000, 0.12)  # 5% more would fit as well: too small a sample to say so
    assert spread_as([5000, 5000], [1, 1])
    assert not spread_as([5500, 4500], [1, 1])
    assert not spread_as([50, 50], [1, 1])


# --- runs -------------------------------------------------------------------------------------------------------------


@cache
def staff() -> Any:
    return synthetic_census(N, as_of=dt.date(2025, 1, 1))


def simulated(**sections: Any) -> Tables:
    """Simulate 200,000 for a year."""
    return fast(Scenario(staff(), support.configured(**sections)))


def opened(tables: Tables) -> pl.DataFrame:
    """Return the opening staff, whether they left, and their level then."""
    before = staff().frame.select("employee_id", opening_level=pl.col("level").cast(pl.String))
    people = tables.snapshots.filter(pl.col("opening_salary_cents").is_not_null())
    return people.with_columns(left=pl.col("termination_date").is_not_null()).join(before, on="employee_id")


def hired(tables: Tables) -> pl.DataFrame:
    return tables.snapshots.filter(pl.col("opening_salary_cents").is_null())


def counts(values: NDArray[Any] | pl.Series, size: int) -> NDArray[np.int64]:
    return np.bincount(np.asarray(values), minlength=size)


# --- terminations -----------------------------------------------------------------------------------------------------


def test_staff_leave_at_the_rate_and_by_age_in_proportion_to_the_factors() -> None:
    factors = [{"from": 0, "factor": 2.0}, {"from": 30, "factor": 1.0}, {"from": 55, "factor": 1.5}]
    people = opened(simulated(workforce=FREELY, terminations={"age_factors": factors}))
    assert matches(people["left"].sum(), N, 0.12)
    age = pl.col("age")
    weight = people.select(pl.when(age < 30).then(2.0).when(age < 55).then(1.0).otherwise(1.5)).to_series()
    for one in (2.0, 1.0, 1.5):
        of_band = people.filter(weight == one)
        assert matches(of_band["left"].sum(), of_band.height, 0.12 * N / weight.sum() * one, off=0.08)


def test_rates_by_age_and_tenure_are_used_as_given() -> None:
    cells = [(0, 0, 0.25), (0, 3, 0.15), (45, 0, 0.1), (45, 10, 0.05)]
    rates = [{"age_from": a, "tenure_from": t, "value": value} for a, t, value in cells]
    people = opened(simulated(workforce=FREELY, terminations={"rates": rates}))
    old, long, longer = pl.col("age") >= 45, pl.col("tenure_years") >= 3, pl.col("tenure_years") >= 10
    for of_cell, (*_, rate) in zip([~old & ~long, ~old & long, old & ~longer, old & longer], cells, strict=True):
        group = people.filter(of_cell)
        assert matches(group["left"].sum(), group.height, rate, off=0.15)


def test_levels_leave_in_proportion_to_their_factors() -> None:
    levels = [{"name": name, "termination_factor": 1.0 if name == "Staff" else 0.5} for name in LEVELS]
    people = opened(simulated(workforce={**FREELY, "levels": levels}, terminations={"age_factors": EVEN}))
    is_staff = people["opening_level"] == "Staff"
    q = 0.12 * N / (is_staff.sum() + 0.5 * (~is_staff).sum())
    for group, chance in ((people.filter(is_staff), q), (people.filter(~is_staff), q / 2)):
        assert matches(group["left"].sum(), group.height, chance, off=0.08)


def test_a_doubled_factor_takes_exits_from_the_others_and_leaves_their_number() -> None:
    plain, doubled = (
        opened(simulated(terminations={"age_factors": [{"from": 0, "factor": 1}, {"from": 50, "factor": factor}]}))
        for factor in (1.0, 2.0)
    )
    old = plain["age"] >= 50
    assert plain["left"].sum() == doubled["left"].sum() == 24_000  # exact
    exits = [people.filter(old)["left"].sum() for people in (plain, doubled)]
    expected = [24_000 * factor * old.sum() / (factor * old.sum() + (~old).sum()) for factor in (1, 2)]
    for count, share in zip(exits, expected, strict=True):
        assert matches(count, 24_000, share / 24_000)


@pytest.mark.parametrize("weights", [None, [3, 1, 1, 1, 1, 0, 0, 2, 1, 1, 1, 4]])
def test_leaving_and_hire_dates_follow_the_months(weights: list[float] | None) -> None:
    growth = {"target_growth_rate": 0.3}
    tables = simulated(simulation=growth, terminations={"month_weights": weights}, hiring={"month_weights": weights})
    days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    by_day = np.repeat(np.array(weights or days) / days, days)
    leaving = opened(tables)["termination_date"].drop_nulls().dt.ordinal_day() - 1
    assert spread_as(counts(leaving, 365), by_day, tilt=0.15)
    hiring = hired(tables)["hire_date"].dt.ordinal_day() - 1
    assert spread_as(counts(hiring, 365), [*by_day[:-1], 0])  # never on 31 December


# --- hires ------------------------------------------------------------------------------------------------------------


@cache
def year_of_growth() -> Tables:
    """Hire some 112,000: one level with a pay curve, two bands of ages, a fifth part-time in a run of their own."""
    knots = {"p10": 40_000, "p25": 50_000, "p50": 60_000, "p75": 80_000, "p90": 90_000}
    first = {"name": "Staff", "minimum": 30_000, "maximum": 100_000, "percentiles": knots}
    levels = [first, *({"name": name} for name in LEVELS[1:])]
    return simulated(
        simulation={"target_growth_rate": 0.3},
        workforce={**FREELY, "levels": levels},
        hiring={
            "level_mix": {"Staff": 0.8, "Senior": 0.15, "Manager": 0.05},
            "ages": [{"from": 20, "to": 30, "weight": 3}, {"from": 30, "to": 60, "weight": 1}],
        },
        compensation={"cola_rate": 0.0, "merit_pool": 0.0},
        promotion={"base_rate": 0.0},
    )


def test_hires_leave_at_their_rate_and_later_hires_less_in_proportion_to_the_days_left() -> None:
    people = hired(year_of_growth())
    left = people["termination_date"].is_not_null()
    assert matches(left.sum(), people.height, 0.25, off=0.04)
    weight = (dt.date(2025, 12, 31) - people["hire_date"]).dt.total_days()
    chance = 0.25 * people.height / weight.sum() * weight
    for quarter in (1, 2, 3, 4):
        of_quarter = people["hire_date"].dt.quarter() == quarter
        expected = chance.filter(of_quarter).sum() / of_quarter.sum()
        assert matches(left.filter(of_quarter).sum(), of_quarter.sum(), expected, off=0.15)


def test_hires_leave_evenly_from_the_day_after_their_hire() -> None:
    people = hired(year_of_growth()).drop_nulls("termination_date")
    left = (dt.date(2025, 12, 31) - people["hire_date"]).dt.total_days().to_numpy()  # dates to choose from
    chosen = (people["termination_date"] - people["hire_date"]).dt.total_days().to_numpy() - 1
    assert chosen.min() == 0
    assert (left - chosen).min() == 1
    enough = left >= 100
    assert spread_as(counts((20 * chosen[enough] + 10) // left[enough], 20), np.ones(20))


def test_levels_of_hires_fill_their_quotas() -> None:
    people = hired(year_of_growth())
    by_level = dict(of_type(year_of_growth().events, "hire")["level_after"].cast(pl.String).value_counts().iter_rows())
    assert set(by_level) == {"Staff", "Senior", "Manager"}
    for name, share in (("Staff", 0.8), ("Senior", 0.15), ("Manager", 0.05)):
        assert abs(by_level[name] - share * people.height) < 1


def test_ages_of_hires_follow_the_bands_and_are_even_within_them() -> None:
    ages = hired(year_of_growth())["age"]
    by_age = counts(ages, 60)[20:]
    assert spread_as(by_age, [0.075] * 10 + [0.25 / 30] * 30)


def test_births_are_even_over_the_year_before_the_hire() -> None:
    people = hired(year_of_growth())
    birthday = people.select(pl.col("hire_date").dt.offset_by(pl.format("-{}y", "age"))).to_series()
    days = (birthday - people["birth_date"]).dt.total_days()
    assert spread_as(counts(days, 365), np.ones(365), tilt=0.05)


def test_pay_of_hires_follows_the_knots() -> None:
    pay = of_type(year_of_growth().events, "hire").filter(pl.col("level_after").cast(pl.String) == "Staff")
    dollars = pay["salary_after_cents"] / 100
    assert dollars.min() >= 30_000  # type: ignore[operator]
    for knot, share in ((40_000, 0.1), (50_000, 0.25), (60_000, 0.5), (80_000, 0.75), (90_000, 0.9)):
        assert matches((dollars < knot).sum(), len(dollars), share, off=0.08)
    for knot, share in ((35_000, 0.05), (70_000, 0.625), (95_000, 0.95)):  # straight lines between the knots
        assert matches((dollars < knot).sum(), len(dollars), share, off=0.1)


def test_departments_and_part_time_follow_their_shares() -> None:
    levels = [{"name": name, "minimum": 50_000, "maximum": 50_000} for name in LEVELS]
    hiring = {"part_time_share": 0.2, "part_time_hours": 520, "pay": "uniform"}
    growth = {"target_growth_rate": 0.3}
    tables = simulated(simulation=growth, workforce={"levels": levels}, hiring=hiring)
    names = staff().frame["department"].cast(pl.String)
    shares = dict(names.value_counts().iter_rows())
    found = dict(hired(tables)["department"].cast(pl.String).value_counts().iter_rows())
    assert spread_as([found[name] for name in sorted(shares)], [shares[name] for name in sorted(shares)])
    pay = of_type(tables.events, "hire")["salary_after_cents"]
    assert set(pay) == {5_000_000, 1_250_000}  # 520 of 2,080 hours
    assert matches((pay == 1_250_000).sum(), len(pay), 0.2)


# --- causes, promotions, merit ----------------------------------------------------------------------------------------


def test_causes_follow_their_shares_by_age() -> None:
    young, old = [0.5, 0.2, 0.1, 0.15, 0.05], [0.1, 0.1, 0.6, 0.15, 0.05]
    bands = [{"from": start, **dict(zip(CAUSES, s, strict=True))} for start, s in ((0, young), (50, old))]
    tables = simulated(simulation={"target_growth_rate": 0.3}, terminations={"causes": bands})
    exits = of_type(tables.events, "termination").join(tables.snapshots["employee_id", "age"], on="employee_id")
    for of_band, shares in ((pl.col("age") < 50, young), (pl.col("age") >= 50, old)):
        found = dict(exits.filter(of_band)["cause"].cast(pl.String).value_counts().iter_rows())
        assert spread_as([found.get(cause, 0) for cause in CAUSES], shares, tilt=0.15)


def test_promotions_follow_base_rate_age_tenure_and_level() -> None:
    factor = [1.0, 0.5, 2.0, 1.0]
    levels = [{"name": name, "promotion_factor": f} for name, f in zip(LEVELS, [*factor, 1.0], strict=True)]
    ages = [{"from": 0, "factor": 1.5}, {"from": 40, "factor": 0.5}]
    tenures = [{"from": 0, "factor": 0.8}, {"from": 5, "factor": 1.2}]
    tables = simulated(
        simulation={"target_growth_rate": 0.0},
        workforce={"total_termination_rate": 0.0, "levels": levels},
        promotion={"base_rate": 0.1, "age_factors": ages, "tenure_factors": tenures, "minimum_tenure": 0},
    )
    promoted = of_type(tables.events, "promotion").select("employee_id", promoted=pl.lit(value=True))
    people = opened(tables).join(promoted, on="employee_id", how="left").fill_null(value=False)
    assert people.filter(opening_level="Executive")["promoted"].sum() == 0
    by_age = pl.when(pl.col("age") < 40).then(1.5).otherwise(0.5)
    by_tenure = pl.when(pl.col("tenure_years") < 5).then(0.8).otherwise(1.2)
    of_level = pl.col("opening_level").replace_strict(LEVELS, [*factor, 0.0], return_dtype=pl.Float64)
    people = people.with_columns(group=by_age * by_tenure, chance=0.1 * by_age * by_tenure * of_level)
    for column, off in (("opening_level", 0.25), ("group", 0.15)):
        for _, some in people.filter(pl.col("opening_level") != "Executive").group_by(column):
            assert matches(some["promoted"].sum(), some.height, float(some["chance"].to_numpy().mean()), off)

"""Choosing exactly k keeps the chances; the merit pool is spent; decisions about the same people are independent."""

from __future__ import annotations

import datetime as dt
from functools import cache
from math import sqrt
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from tests import support
from tests.support import Scenario, fast, of_type
from tests.support_statistics import SURE, correlations, matches
from workforce_sim.census import Census
from workforce_sim.census.synthetic import synthetic_census
from workforce_sim.engine.sampling import chosen_freely, ranking, scaled_risks, smallest
from workforce_sim.money import PPM
from workforce_sim.tables.output import Tables

EVEN = [{"from": 0, "factor": 1.0}]


# --- order sampling ---------------------------------------------------------------------------------------------------

WEIGHTS = np.array([5_000_000, *range(100_000, 3_100_000, 100_000), 0], dtype=np.int64)
CHOSEN, ROUNDS = 9, 20_000


@cache
def chosen_shares(exactly: bool) -> NDArray[np.float64]:
    """Return how often each of 32 was chosen in 20,000 rounds, 9 of them exactly or on average."""
    risks = scaled_risks(WEIGHTS, CHOSEN * PPM)
    keys = np.arange(len(WEIGHTS), dtype=np.uint64)
    times = np.zeros(len(WEIGHTS))
    for u in np.random.default_rng(1).random((ROUNDS, len(WEIGHTS))):
        times += smallest(ranking(risks, u), keys, CHOSEN, "test") if exactly else chosen_freely(risks, u)
    return times / ROUNDS


def fits(shares: NDArray[np.float64], q: NDArray[np.float64], bias: float) -> bool:
    """Whether shares are within four standard errors, and the bias of order sampling, of their chances."""
    return bool((np.abs(shares - q) <= SURE * np.sqrt(q * (1 - q) / ROUNDS) + bias).all())


@pytest.mark.parametrize(("exactly", "bias"), [(True, 0.004), (False, 0.0)])
def test_each_is_chosen_with_the_chance_that_the_weights_give(exactly: bool, bias: float) -> None:
    # The first would be 5,000,000 x 9 / 51,500,000 = 0.87; the others share the remaining 8.13.
    q = np.minimum(CHOSEN * WEIGHTS / WEIGHTS.sum(), 1.0)
    shares = chosen_shares(exactly)
    assert shares[-1] == 0
    assert fits(shares, q, bias)
    for off in (0.9, 1.1):  # a tenth less, a tenth more for the heavier half
        tilted = np.where(np.arange(len(q)) > len(q) // 2, q * off, q)
        assert not fits(shares, np.minimum(tilted, 1.0), bias)


def test_who_would_be_more_than_certain_is_certain_and_the_others_share_the_rest() -> None:
    weights = np.array([8_000_000, 1_000_000, 1_000_000, 2_000_000], dtype=np.int64)
    risks = scaled_risks(weights, 2 * PPM)  # 2 x 8 >= 12: certain; one more of 1, 1, 2
    assert risks.certain.tolist() == [True, False, False, False]
    assert risks.q[1:].tolist() == [0.25, 0.25, 0.5]


# --- merit ------------------------------------------------------------------------------------------------------------

N = 200_000
RATINGS = {
    "a": {"share": 0.15, "factor": 1.75},
    "b": {"share": 0.6, "factor": 1.0},
    "c": {"share": 0.25, "factor": 0.4},
}


@cache
def census() -> Census:
    return synthetic_census(N, as_of=dt.date(2025, 1, 1))


@cache
def year_of_raises() -> Tables:
    """Two years in which everybody has a rating, a merit date of their own, and half are promoted on 1 January."""
    config = support.configured(
        2025,
        2026,
        simulation={"target_growth_rate": 0.1},
        workforce={"headcount": "stochastic", "total_termination_rate": 0.3},
        terminations={"age_factors": EVEN},
        hiring={"level_mix": {"Staff": 1.0}},
        promotion={
            "base_rate": 0.5,
            "age_factors": EVEN,
            "tenure_factors": EVEN,
            "minimum_tenure": 0,
            "date": "01-01",
            "increase": {"lowest": 0.0, "highest": 0.2},
        },
        compensation={
            "cola_rate": 0.0,
            "merit_pool": 0.04,
            "merit_month_weights": [1] * 12,
            "merit_minimum_tenure": 0,
            "merit_factors": {"Staff": 1.1, "Executive": 0.7},
            "ratings": RATINGS,
        },
    )
    return fast(Scenario(census(), config), (0, 1))


def of(year: int, replicate: int = 0) -> pl.Expr:
    return (pl.col("year") == year) & (pl.col("replicate") == replicate)


def merit(replicate: int = 0) -> pl.DataFrame:
    """Return the merit rows of 2025 with each one's level and increase over the mean."""
    rows = of_type(year_of_raises().events.filter(of(2025, replicate)), "merit")
    level = (
        year_of_raises().snapshots.filter(of(2025, replicate)).select("employee_id", pl.col("level").cast(pl.String))
    )
    rise = (pl.col("salary_after_cents") - pl.col("salary_before_cents")) / pl.col("salary_before_cents")
    return rows.join(level, on="employee_id").with_columns(rise=rise)


def test_the_merit_pool_is_spent_to_a_millionth_and_half_a_cent_a_person() -> None:
    for replicate in (0, 1):
        rows = merit(replicate)
        before, after = rows["salary_before_cents"].sum(), rows["salary_after_cents"].sum()
        assert abs(after - before - 0.04 * before) <= before / PPM + rows.height / 2
        assert abs(after - before - 0.0401 * before) > before / PPM + rows.height / 2


def test_ratings_are_given_out_by_their_shares_and_raise_in_proportion_to_their_factors() -> None:
    rows = merit().with_columns(factor=pl.col("level").replace_strict({"Staff": 1.1, "Executive": 0.7}, default=1.0))
    pace = rows["rise"] / rows["factor"]  # the same for all of one rating
    found = 0.0
    for rating in RATINGS.values():
        same = ((pace / pace.median() - rating["factor"]).abs() < 0.001).to_numpy()  # the median is rated b
        assert matches(same.sum(), rows.height, rating["share"], off=0.03)
        found += same.sum()
    assert found == rows.height


# --- independence -----------------------------------------------------------------------------------------------------


def enough(pairs: dict[tuple[str, str], float], n: int) -> bool:
    """Whether all pairs look independent, in a sample that would show a correlation of 0.04."""
    return sqrt(n) * 0.04 > 2 * SURE and max(map(abs, pairs.values())) < SURE


def test_decisions_about_the_same_staff_are_independent() -> None:
    tables = year_of_raises()
    people = tables.snapshots.filter(of(2025) & pl.col("opening_salary_cents").is_not_null())
    people = people.filter(pl.col("level").cast(pl.String) != "Executive").sort("employee_id")
    columns: dict[str, NDArray[Any]] = {"left": people["termination_date"].is_not_null().to_numpy()}
    for name, replicate in (("promoted", 0), ("promoted in replicate 1", 1)):
        promoted = of_type(tables.events.filter(of(2025, replicate)), "promotion")["employee_id"].implode()
        columns[name] = people["employee_id"].is_in(promoted).to_numpy()
    again = tables.snapshots.filter(of(2025, 1)).select("employee_id", pl.col("termination_date").is_not_null())
    columns["left in replicate 1"] = people.join(again, on="employee_id", how="left", maintain_order="left")[
        "termination_date_right"
    ].to_numpy()
    assert enough(correlations(columns), people.height)


def test_decisions_of_one_year_say_nothing_about_the_next() -> None:
    tables = year_of_raises()
    lowest = census().frame.filter(pl.col("level").cast(pl.String) == "Staff").select("employee_id")
    stayed = tables.snapshots.filter(of(2026)).join(lowest, on="employee_id", how="semi")
    columns = {}
    for year in (2025, 2026):
        promoted = of_type(tables.events.filter(of(year)), "promotion")["employee_id"].implode()
        columns[f"promoted in {year}"] = stayed["employee_id"].is_in(promoted).to_numpy()
    columns["left in 2026"] = stayed["termination_date"].is_not_null().to_numpy()
    assert enough(correlations(columns), stayed.height)


def test_what_hires_are_drawn_is_independent() -> None:
    hires = year_of_raises().snapshots.filter(of(2025) & pl.col("opening_salary_cents").is_null())
    pay = of_type(year_of_raises().events.filter(of(2025)), "hire").select("employee_id", "salary_after_cents")
    hires = hires.join(pay, on="employee_id")
    birthday = hires.select(pl.col("hire_date").dt.offset_by(pl.format("-{}y", "age"))).to_series()
    columns = {
        "date": hires["hire_date"].dt.ordinal_day(),
        "age": hires["age"],
        "days since birthday": (birthday - hires["birth_date"]).dt.total_days(),
        "pay": hires["salary_after_cents"].rank(),
        "department": hires["department"].to_physical(),
    }
    pairs = correlations({name: column.to_numpy() for name, column in columns.items()})
    assert enough(pairs, hires.height)


def test_when_and_why_staff_leave_is_independent() -> None:
    causes = [{"from": 0, "voluntary": 0.5, "retirement": 0.5}]
    config = support.configured(
        workforce={"total_termination_rate": 0.5, "max_hires_ratio": 1000.0},
        terminations={"causes": causes, "age_factors": EVEN},
    )
    tables = fast(support.synthetic(N, config))
    exits = of_type(tables.events, "termination").filter(~pl.col("employee_id").str.starts_with("NH-"))
    exits = exits.join(tables.snapshots.select("employee_id", "age"), on="employee_id")
    columns = {
        "date": exits["effective_date"].dt.ordinal_day().to_numpy(),
        "cause": (exits["cause"].cast(pl.String) == "retirement").to_numpy(),
        "age": exits["age"].to_numpy(),
    }
    assert enough(correlations(columns), exits.height)

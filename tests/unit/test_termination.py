"""Who leaves for certain, in either mode of headcount."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

import workforce_sim as ws
from tests.support import Scenario, census_of, configured, fast

ONE_FROM_70 = [{"age_from": 0, "tenure_from": 0, "value": 0.1}, {"age_from": 70, "tenure_from": 0, "value": 1.0}]
MODES = ["exact", "stochastic"]


def firm(ages: list[int], level: str = "Crew", **sections: Any) -> Scenario:
    """A firm of people of these ages on 1 January 2025, ten years in service."""
    ids = [f"E-{n:03d}" for n in range(len(ages))]
    born = [dt.date(2024 - age, 7, 1) for age in ages]
    staff = census_of(
        employee_id=ids,
        hire_date=[dt.date(2014, 6, 1)] * len(ages),
        birth_date=born,
        salary_cents=[5_000_000] * len(ages),
        level=[level] * len(ages),
    )
    return Scenario(staff, configured(plan={"enabled": False}, **sections))


def leavers(scenario: Scenario, replicates: tuple[int, ...] = (0,)) -> pl.DataFrame:
    """Return the opening staff who leave: replicate, age, cause."""
    tables = fast(scenario, replicates)
    gone = tables.events.filter(pl.col("event_type").cast(pl.String) == "termination")
    people = tables.snapshots.filter(pl.col("opening_salary_cents").is_not_null())
    return gone.join(people, on=["replicate", "employee_id"]).select(
        "replicate", "age", pl.col("cause").cast(pl.String)
    )


@pytest.mark.parametrize("mode", MODES)
def test_a_rate_of_one_from_age_70_lets_all_thirty_go(mode: str) -> None:
    rates = {"headcount": mode, "total_termination_rate": 0.05}
    old = firm([72] * 30 + [40] * 170, workforce=rates, terminations={"rates": ONE_FROM_70})
    gone = leavers(old)
    assert (gone["age"] == 72).sum() == 30
    assert mode == "stochastic" or gone.height == 30  # 5% of 200 are 10: fewer than are certain


def test_beside_the_certain_as_many_leave_as_the_total_rate_says() -> None:
    rates = {"total_termination_rate": 0.2}
    gone = leavers(firm([72] * 30 + [40] * 170, workforce=rates, terminations={"rates": ONE_FROM_70}))
    assert sorted(gone["age"].unique()) == [40, 72]
    assert (gone["age"] == 72).sum() == 30
    assert gone.height == 40


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("factor", "rate"), [(0.999, 1.0), (1.0, 0.999999)])
def test_just_below_one_is_not_certain(mode: str, factor: float, rate: float) -> None:
    levels = {"levels": [{"name": "Crew", "termination_factor": factor}], "headcount": mode}
    table = [ONE_FROM_70[0], {**ONE_FROM_70[1], "value": rate}]
    rates = {"total_termination_rate": 0.05, **levels}
    chosen = firm([72] * 30 + [40] * 170, workforce=rates, terminations={"rates": table})
    gone = leavers(chosen)
    assert mode == "stochastic" or gone.height == 10
    assert fast(chosen).summary["reductions"].sum() == 0


@pytest.mark.parametrize("mode", MODES)
def test_the_factor_of_a_level_may_make_a_rate_certain(mode: str) -> None:
    workforce = {"levels": [{"name": "Crew", "termination_factor": 2.0}], "headcount": mode}
    table = [{"age_from": 0, "tenure_from": 0, "value": 0.5}]
    staff = firm([40] * 20, workforce={**workforce, "total_termination_rate": 0.1}, terminations={"rates": table})
    assert leavers(staff).height == 20


def test_of_a_table_without_ones_exact_headcount_takes_the_proportions_alone() -> None:
    counts = {
        leavers(firm([40] * 200, terminations={"rates": [{"age_from": 0, "tenure_from": 0, "value": rate}]})).height
        for rate in (0.02, 0.5)
    }
    assert counts == {24}


@pytest.mark.parametrize("replicate", range(5))
def test_the_certain_leave_of_their_own_accord_also_in_a_year_of_reduction(replicate: int) -> None:
    shrinking = {"simulation": {"target_growth_rate": -0.5}, "workforce": {"total_termination_rate": 0.05}}
    gone = leavers(firm([72] * 30 + [40] * 170, terminations={"rates": ONE_FROM_70}, **shrinking), (replicate,))
    assert gone.height == 100
    causes = gone.group_by(pl.col("age"), reduced=pl.col("cause") == "reduction").len().sort("age", "reduced").rows()
    assert causes == [(40, True, 70), (72, False, 30)]


def test_the_certain_leave_in_good_years_too() -> None:
    years = {"year_effects": {"terminations": 0.6}}
    chosen = firm(
        [72] * 30, workforce={"headcount": "stochastic"}, terminations={"rates": ONE_FROM_70}, uncertainty=years
    )
    assert leavers(chosen, tuple(range(20))).group_by("replicate").len()["len"].to_list() == [30] * 20


# --- factors of years and departments ---


def rated(**terminations: Any) -> ws.Result:
    rates = [{"age_from": 0, "tenure_from": 0, "value": 0.1}]
    return ws.simulate(
        {
            "simulation": {"start_year": 2025, "end_year": 2025, "target_growth_rate": 0.0},
            "workforce": {"total_termination_rate": 0.1, "headcount": "stochastic"},
            "terminations": {"rates": rates, **terminations},
            "census": {"size": 20_000},
            "plan": {"enabled": False},
            "random_seed": 1,
        }
    )


@pytest.mark.parametrize("factor", [0.5, 2.0, {2020: 9.0, 2025: 3.0}])
def test_the_factor_of_rates_multiplies_what_leaves_and_what_is_hired_for(factor: Any) -> None:
    row = rated(rate_factor=factor).summary.row(0, named=True)
    rate = 0.1 * (factor if isinstance(factor, float) else 3.0)

    assert row["terminations_opening_staff"] / 20_000 == pytest.approx(rate, rel=0.06)
    assert row["hires"] == pytest.approx(20_000 * rate / 0.75, rel=1e-3)


def test_the_factor_of_a_department_multiplies_its_rate_alone() -> None:
    people = rated(department_factors={"Sales": 4.0}).snapshots.filter(pl.col("opening_salary_cents").is_not_null())
    gone = people.group_by(pl.col("department").cast(pl.String) == "Sales").agg(
        (pl.col("status").cast(pl.String) == "terminated").mean().alias("rate")
    )
    rates = dict(gone.rows())

    assert rates[True] == pytest.approx(0.4, rel=0.06)
    assert rates[False] == pytest.approx(0.1, rel=0.06)


def test_a_department_that_the_census_does_not_have_is_refused() -> None:
    with pytest.raises(ws.ConfigError, match=r"no department of the census is named Legal; there are Administration"):
        rated(department_factors={"Legal": 2.0})

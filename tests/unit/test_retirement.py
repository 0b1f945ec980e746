"""Retirement by age and service: who may retire, at what rate, and what the cause is then."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

import workforce_sim as ws
from tests.support import Scenario, census_of, configured, fast
from tests.unit.test_worked_examples import census, config, u
from workforce_sim.config.events import Terminations
from workforce_sim.draws import Stream
from workforce_sim.tables.output import Tables

AT_55_WITH_10 = [{"age": 55, "service": 10}, {"age": 65}]
RETIRE = [{"from": 0, "retirement": 1.0}]


def firm(born: list[dt.date], hired: list[dt.date], retirement: Any, **terminations: Any) -> Scenario:
    """Employees of whom all leave in 2025, for the causes given."""
    staff = census_of(
        employee_id=[f"P-{n}" for n in range(len(born))],
        birth_date=born,
        hire_date=hired,
        salary_cents=[5_000_000] * len(born),
        level=["Crew"] * len(born),
    )
    section = {"causes": RETIRE, "retirement": retirement, **terminations}
    rates = {"total_termination_rate": 1.0, "new_hire_termination_rate": 0.0}
    return Scenario(staff, configured(plan={"enabled": False}, workforce=rates, terminations=section))


def found(tables: Tables) -> list[tuple[Any, ...]]:
    """Return of the existing employees whether they may retire and why they left."""
    gone = tables.events.filter(pl.col("event_type").cast(pl.String) == "termination")
    people = tables.snapshots.filter(pl.col("opening_salary_cents").is_not_null())
    joined = people.join(gone.select("employee_id", pl.col("cause").cast(pl.String)), on="employee_id").sort(
        "employee_id"
    )
    return joined.select("retirement_eligible", "cause").rows()


def test_only_who_has_the_age_and_the_service_on_the_last_day_retires() -> None:
    december = {"month_weights": [0.0] * 11 + [1.0]}
    young, at_55, at_65 = dt.date(1990, 1, 1), dt.date(1970, 11, 30), dt.date(1960, 11, 30)
    nine, ten = dt.date(2016, 1, 1), dt.date(2015, 11, 30)
    staff = firm([young, at_55, at_55, at_65], [ten, nine, ten, nine], {"eligible": AT_55_WITH_10}, **december)

    no, yes = (False, "voluntary"), (True, "retirement")
    assert found(fast(staff)) == [no, no, yes, yes]


@pytest.mark.parametrize(("month", "may"), [(1, False), (12, True)])
def test_the_day_decides_whether_the_birthday_has_come(month: int, may: bool) -> None:
    weights = [float(n == month) for n in range(1, 13)]
    staff = firm([dt.date(1970, 6, 1)], [dt.date(2000, 1, 1)], {"eligible": AT_55_WITH_10}, month_weights=weights)

    assert found(fast(staff)) == [(may, "retirement" if may else "voluntary")]


def test_the_measures_count_those_who_stay() -> None:
    staff = firm(
        [dt.date(1960, 1, 1)] * 3 + [dt.date(1990, 1, 1)] * 7, [dt.date(2000, 1, 1)] * 10, {"eligible": [{"age": 62}]}
    )
    still = {"workforce.total_termination_rate": 0.0, "simulation.target_growth_rate": 0.0}
    (stays,) = fast(staff.changed(still)).summary.iter_rows(named=True)
    (gone,) = fast(staff.changed({"simulation.target_growth_rate": -0.9})).summary.iter_rows(named=True)

    assert (stays["retirement_eligible"], stays["retirement_eligible_share"], stays["retirements"]) == (3, 0.3, 0)
    assert gone["retirements"] == 3


# --- the example of the chapter ---


def example(**retirement: Any) -> ws.Result:
    rule = {"eligible": [{"age": 55, "service": 10}, {"age": 62}], "rates": [{"from": 62, "rate": 0.3}], **retirement}
    return ws.simulate({**config(), "terminations": {"retirement": rule}}, census=census())


def test_the_weight_of_the_chapter_leaves_the_others_their_order() -> None:
    # w: 222,000 154,300 125,100 80,160 70,200 44,160 31,600 and 423,300 for E-0008; c = 2 / 1,150,820
    # E-0002: q = 0.26816, Q = 0.03804 x 0.73184 / (0.26816 x 0.96196) = 0.10792
    # E-0007: q = 0.05492, Q = 0.02267 x 0.94508 / (0.05492 x 0.97733) = 0.39916
    # E-0008: q = 0.73565, Q = 0.81209 x 0.26435 / (0.73565 x 0.18791) = 1.55298; E-0001: q = 0.38581, Q = 0.70109
    gone = example(combine="add").snapshots.filter((pl.col("year") == 2025) & (pl.col("status") == "terminated"))

    assert sorted(gone["employee_id"]) == ["E-0002", "E-0007"]


@pytest.mark.parametrize("combine", ["add", "replace"])
def test_a_rate_that_scaling_makes_certain_lets_the_one_who_may_retire_go(combine: str) -> None:
    # 2 x 1,123,300 >= 1,850,820, and replaced 2 x 1,000,000 >= 1,727,520
    run = example(combine=combine, rates=[{"from": 62, "rate": 1.0}])
    gone = run.snapshots.filter((pl.col("year") == 2025) & (pl.col("status") == "terminated"))

    assert sorted(gone["employee_id"]) == ["E-0002", "E-0008"]


@pytest.mark.parametrize(("rate", "weight"), [(0.3, 423_300), (1.0, 1_123_300), (0.000001, 123_301)])
def test_the_added_share_of_the_weight_is_the_share_that_retires(rate: float, weight: int) -> None:
    share = (2 * round(1e12 * rate) + weight) // (2 * weight)
    causes = [{"from": 0, "death": 1.0}]
    rule = {"eligible": [{"age": 62}], "rates": [{"from": 62, "rate": rate}], "combine": "add"}
    rest = {**config(), "workforce": {**config()["workforce"], "total_termination_rate": 1.0}}
    run = ws.simulate({**rest, "terminations": {"retirement": rule, "causes": causes}}, census=census())
    gone = run.events.filter((pl.col("year") == 2025) & (pl.col("employee_id") == "E-0008"))
    (cause,) = gone.filter(pl.col("event_type").cast(pl.String) == "termination")["cause"]

    assert cause == ("retirement" if int(u("E-0008", Stream.CAUSE) * 1e6) < share else "death")


# --- rates and factors ---


def of_ages(retirement: Any, **terminations: Any) -> float:
    """Return the share of the 62-year-olds among 2,000 of two ages who leave freely."""
    born = [dt.date(1962, 6, 1)] * 1000 + [dt.date(1990, 6, 1)] * 1000
    rates = [{"age_from": 0, "tenure_from": 0, "value": 0.1}]
    section = {"retirement": retirement, "rates": rates, **terminations}
    staff = firm(born, [dt.date(2000, 1, 1)] * 2000, **section).changed({"workforce.headcount": "stochastic"})
    gone = fast(staff).snapshots.filter(pl.col("status").cast(pl.String) == "terminated")
    assert (gone["age"] < 40).sum() == pytest.approx(100, abs=40)
    return float((gone["age"] == 62).sum() / 1000)


@pytest.mark.parametrize(
    ("rule", "share"),
    [
        ({}, 0.1),
        ({"rates": [{"from": 60, "rate": 0.4}]}, 0.4),
        ({"rates": [{"from": 60, "rate": 0.4}], "combine": "add"}, 0.5),
        ({"rates": [{"from": 63, "rate": 0.4}]}, 0.1),
        ({"rates": [{"from": 60, "rate": 0.0}]}, 0.0),
        ({"factors": [{"from": 0, "factor": 1.0}, {"from": 60, "factor": 3.0}]}, 0.3),
    ],
)
def test_rates_and_factors_hold_once_eligible(rule: dict[str, Any], share: float) -> None:
    assert of_ages({"eligible": [{"age": 60}], **rule}) == pytest.approx(share, abs=0.05)
    assert of_ages({"eligible": [{"age": 63}], **rule}) == pytest.approx(0.1, abs=0.03)


def test_with_added_rates_only_these_retire() -> None:
    born, hired = [dt.date(1962, 6, 1)] * 1000, [dt.date(2000, 1, 1)] * 1000
    rule = {"eligible": [{"age": 60}], "rates": [{"from": 60, "rate": 0.1}], "combine": "add"}
    rates = [{"age_from": 0, "tenure_from": 0, "value": 0.3}]
    causes = [row[1] for row in found(fast(firm(born, hired, rule, rates=rates)))]

    assert causes.count("retirement") == pytest.approx(250, abs=50)
    assert causes.count("voluntary") == 1000 - causes.count("retirement")


def test_hires_retire_only_if_they_meet_the_age() -> None:
    born, hired = [dt.date(1990, 6, 1)] * 40, [dt.date(2010, 1, 1)] * 40
    old = firm(born, hired, {"eligible": [{"age": 62}]}).changed(
        {"workforce.new_hire_termination_rate": 0.5, "hiring.ages": [{"from": 61, "to": 63, "weight": 1}]}
    )
    tables = fast(old)
    hires = tables.snapshots.filter(pl.col("opening_salary_cents").is_null() & pl.col("termination_date").is_not_null())
    gone = tables.events.filter(pl.col("event_type").cast(pl.String) == "termination").select("employee_id", "cause")
    causes = (
        hires.join(gone, on="employee_id").group_by("retirement_eligible").agg(pl.col("cause").cast(pl.String).unique())
    )

    assert dict(causes.rows()) == {True: ["retirement"], False: ["voluntary"]}


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ({"retirement": {"eligible": []}}, "needs at least one line"),
        ({"retirement": {"eligible": [{"service": 10}]}}, "age"),
        (
            {
                "retirement": {
                    "eligible": [{"age": 55}],
                    "rates": [{"from": 60, "rate": 0.1}, {"from": 60, "rate": 0.2}],
                }
            },
            "rates must be listed in rising order",
        ),
        (
            {
                "retirement": {
                    "eligible": [{"age": 55}],
                    "rates": [{"from": 55, "rate": 0.1}],
                    "factors": [{"from": 0, "factor": 2}],
                }
            },
            "give rates or factors, not both",
        ),
        (
            {
                "age_factors": [{"from": 0, "factor": 1.0}],
                "retirement": {"eligible": [{"age": 55}], "rates": [{"from": 55, "rate": 0.1}]},
            },
            "beside age_factors or tenure_factors give factors",
        ),
    ],
)
def test_what_cannot_be_is_refused(section: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Terminations.model_validate(section)

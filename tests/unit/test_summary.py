"""The measures by group add up to the summary, and say what they say by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given, reject, settings
from polars.testing import assert_frame_equal

from tests import support
from tests.property import strategies
from tests.support import Scenario, fast
from workforce_sim import RequestError, SimulationError, simulate, summary_by
from workforce_sim.result.result import Result
from workforce_sim.tables import SUMMARY, names

GROUPS = ("department", "level", "age_band", "tenure_band", "hired")
OTHERS = ("pay_band", "status", "full_time_ppm", ["level", "hired"])
ADDING = [
    *("headcount_opening", "hires", "terminations_opening_staff", "terminations_new_hires", "reductions"),
    *("headcount_closing", "promotions", "cola_raises", "merit_raises", "payroll_cents", "salary_roll_cents"),
]
KEYS = ["replicate", "year"]


def result_of(scenario: Scenario, *replicates: int) -> Result:
    return Result(fast(scenario, replicates or (0,)), scenario.config)


@pytest.mark.parametrize("by", [*GROUPS, *OTHERS])
@settings(max_examples=support.examples(15))
@given(scenario=strategies.scenarios(smallest=1))
def test_groups_add_up_to_the_summary(by: str | list[str], scenario: Scenario) -> None:
    try:
        result = result_of(scenario, 0, 2)
    except SimulationError:
        reject()
    groups = summary_by(result, by)
    assert groups.select(*KEYS, *([by] if isinstance(by, str) else by)).is_unique().all()
    added = groups.group_by(KEYS).agg(pl.col(ADDING).sum())
    occupied = result.summary.filter(pl.col("headcount_opening") > 0)
    assert_frame_equal(added, occupied.select(*KEYS, *ADDING), check_row_order=False)


@pytest.mark.parametrize("by", GROUPS)
def test_a_group_is_the_summary_of_those_in_it(by: str) -> None:
    """Everybody in one group: what is derived, averages among it, is that of the summary."""
    alike: dict[str, list[Any]] = {
        "employee_id": ["a", "b", "c", "d"],
        "hire_date": [dt.date(2021, 5, 1)] * 4,
        "birth_date": [dt.date(1980, 5, 1)] * 4,
        "salary_cents": [5_000_000, 6_000_001, 7_000_000, 9_000_000],
        "level": ["A"] * 4,
        "department": ["East"] * 4,
        "deferral_bp": [300, 700, 0, 500],
    }
    config = support.configured(simulation={"target_growth_rate": -0.25}, workforce={"total_termination_rate": 0.25})
    result = result_of(Scenario(support.census_of(**alike), config))
    groups = summary_by(result, by)
    labels = {"department": "East", "level": "A", "age_band": "35-44", "tenure_band": "2-4"}
    label = labels.get(by, "existing employees")
    assert groups[by].cast(pl.String).to_list() == [label]
    assert groups.columns == ["replicate", "year", by, *names(SUMMARY)[2:]]
    of_the_account = ["forfeitures_used_cents", "net_employer_cost_cents", "employer_cost_share_of_payroll"]
    assert groups.select(of_the_account).null_count().row(0) == (1, 1, 1)  # one account of forfeitures for all
    assert result.summary.select(of_the_account).null_count().row(0) == (0, 0, 0)
    assert_frame_equal(groups.drop(by, *of_the_account), result.summary.drop(of_the_account))
    assert groups["average_salary_growth_continuing"].item() > 0
    assert groups.select("participation_rate", "average_deferral_rate").row(0) == (2 / 3, 0.05)


@pytest.mark.parametrize(
    ("by", "born_or_hired", "label"),
    [
        ("age_band", "2000-01-02", "under 25"),  # 24 on 1 January 2025
        ("age_band", "2000-01-01", "25-34"),
        ("age_band", "1960-01-02", "55-64"),
        ("age_band", "1960-01-01", "65 and over"),
        ("tenure_band", "2023-01-02", "under 2"),
        ("tenure_band", "2023-01-01", "2-4"),
        ("tenure_band", "2005-01-02", "10-19"),
        ("tenure_band", "2005-01-01", "20 and over"),
    ],
)
def test_bands_turn_on_1_january(by: str, born_or_hired: str, label: str) -> None:
    date = dt.date.fromisoformat(born_or_hired)
    born, hired = (date, dt.date(2024, 5, 1)) if by == "age_band" else (dt.date(1970, 5, 1), date)
    census = support.census_of(
        employee_id=["a"], hire_date=[hired], birth_date=[born], salary_cents=[5_000_000], level=["A"]
    )
    groups = summary_by(result_of(Scenario(census, support.configured())), by)
    assert groups.filter(pl.col("headcount_opening") == 1)[by].cast(pl.String).to_list() == [label]


def test_everybody_counts_at_the_level_in_force_at_the_end() -> None:
    everybody: dict[str, Any] = {
        "age_factors": [{"from": 0, "factor": 1}],
        "tenure_factors": [{"from": 0, "factor": 1}],
    }
    config = support.configured(
        simulation={"target_growth_rate": 0.0},
        workforce={"total_termination_rate": 0.0, "levels": [{"name": "A"}, {"name": "B"}, {"name": "C"}]},
        promotion={"base_rate": 1.0, **everybody},
    )
    census = support.census_of(
        employee_id=["a", "b", "c"],
        hire_date=[dt.date(2015, 5, 1)] * 3,
        birth_date=[dt.date(1980, 5, 1)] * 3,
        salary_cents=[5_000_000] * 3,
        level=["A", "A", "C"],
    )
    groups = summary_by(result_of(Scenario(census, config)), "level")
    assert groups.select("level", "headcount_closing", "promotions").rows() == [("B", 2, 2), ("C", 1, 0)]


def test_a_department_that_is_not_known_is_a_group() -> None:
    census = support.census_of(
        employee_id=["a", "b", "c"],
        hire_date=[dt.date(2015, 5, 1)] * 3,
        salary_cents=[5_000_000] * 3,
        department=["East", None, None],
    )
    zero = {"total_termination_rate": 0.0}
    config = support.configured(simulation={"target_growth_rate": 0.0}, workforce=zero)
    groups = summary_by(result_of(Scenario(census, config)), "department")
    assert set(groups.select("department", "headcount_closing").iter_rows()) == {("East", 1), (None, 2)}


def test_future_hires_are_those_since_the_start() -> None:
    config = {
        "simulation": {"start_year": 2025, "end_year": 2027, "target_growth_rate": 0.1},
        "workforce": {"total_termination_rate": 0.1},
        "census": {"size": 50},
        "random_seed": 1,
    }
    groups = summary_by(simulate(config), "hired")
    hires = groups.filter(pl.col("hired") == "future hires")

    assert hires["year"].to_list() == [2025, 2026, 2027]
    assert hires["headcount_opening"].to_list() == [0, *hires["headcount_closing"].to_list()[:-1]]
    assert groups.filter(pl.col("hired") == "existing employees")["hires"].sum() == 0


@pytest.mark.parametrize(
    ("by", "told"),
    [
        ("name", r"by must be department, level, .* \(got 'name'\)"),
        ("match_cents", r"a column of the snapshots that is no measure \(got 'match_cents'\)"),
        ("employee_id", "got 'employee_id'"),
        ([], "give one column or two different ones"),
        (["level", "level"], r"give one column or two different ones \(got level, level\)"),
        (["level", "hired", "department"], "give one column or two different ones"),
    ],
)
def test_another_grouping_is_an_error(by: Any, told: str) -> None:
    result = result_of(support.synthetic(5, support.configured()))
    with pytest.raises(RequestError, match=told):
        summary_by(result, by)

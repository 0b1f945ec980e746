"""The default assumptions give participation, deferrals and match near published ones, and what their page says.

Every run is fixed, so a check passes always or never.
"""

from __future__ import annotations

import contextlib
import io
import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from statistics import fmean
from typing import Any

import polars as pl
import pytest

from workforce_sim import Result, load_config, simulate, synthetic_census
from workforce_sim.config import with_changes

PAGE = (Path(__file__).parents[2] / "docs" / "model" / "assumptions.md").read_text(encoding="utf-8")
AUTOMATIC: dict[str, dict[str, Any]] = {
    "all": {"enrollment.auto_enrollment.scope": "all_eligible"},
    "new hires": {},
    "nobody": {"enrollment.auto_enrollment.enabled": False},
}


@cache
def five_years(automatic: str, preset: str = "safe_harbor_basic") -> Result:
    plan = {**AUTOMATIC[automatic], "plan.match": {"preset": preset}}
    return simulate(with_changes(load_config(), plan), census=synthetic_census(10_000))


def match_share(result: Result) -> list[float]:
    """Return the match of each year over the plan compensation of those who deferred in it."""
    deferring = result.snapshots.filter(pl.col("pre_tax_cents") + pl.col("roth_cents") > 0)
    pay = deferring.group_by("year").agg(pl.col("plan_compensation_cents").sum()).sort("year")
    return (result.summary["match_cents"] / pay["plan_compensation_cents"]).to_list()


def test_with_automatic_enrollment_of_all_eligible_nearly_everybody_takes_part() -> None:
    assert 0.91 < fmean(five_years("all").summary["participation_rate"]) < 0.95


def test_without_it_two_in_three_do() -> None:
    later = five_years("nobody").summary["participation_rate"][1:]
    assert 0.60 < fmean(later) < 0.70
    assert later.is_sorted(descending=True)  # from the invented census, where more of the eligible do


def test_of_new_hires_alone_it_lies_between_and_rises() -> None:
    of_all, of_hires, none = (five_years(automatic).summary["participation_rate"] for automatic in AUTOMATIC)
    assert ((none < of_hires) & (of_hires < of_all)).all()
    assert of_hires.is_sorted()


@pytest.mark.parametrize("automatic", AUTOMATIC)
def test_deferral_rates_are_as_surveys_have_them(automatic: str) -> None:
    rates = five_years(automatic).summary["average_deferral_rate"]
    assert ((rates > 0.065) & (rates < 0.085)).all()


@pytest.mark.parametrize("automatic", AUTOMATIC)
@pytest.mark.parametrize(("preset", "least", "most"), [("safe_harbor_basic", 0.035, 0.042), ("simple", 0.023, 0.028)])
def test_a_match_is_worth_most_of_what_it_promises(automatic: str, preset: str, least: float, most: float) -> None:
    assert all(least < share < most for share in match_share(five_years(automatic, preset)))


def test_without_growth_average_pay_grows_by_a_little_more_than_the_cost_of_living() -> None:
    config = with_changes(load_config(), {"simulation.target_growth_rate": 0.0, "plan.enabled": False})
    census = synthetic_census(20_000)
    years = simulate(config, census=census).summary
    pay = [census.frame["salary_cents"].mean(), *years["average_salary_cents"]]

    assert all(1.025 * before < after < 1.032 * before for before, after in pairwise(pay))
    assert (years["promotions"] / years["headcount_opening"]).is_between(0.04, 0.06).all()


def test_the_page_prints_what_its_script_does() -> None:
    section, printed = PAGE.partition("### Results of the defaults")[2], io.StringIO()
    script = "\n".join(re.findall(r"```python\n(.*?)```", section, flags=re.DOTALL))
    with contextlib.redirect_stdout(printed):
        exec(script, {})
    lines = printed.getvalue().splitlines()

    assert len(lines) > 20
    assert [line for line in lines if f"\n{line} " not in section] == []

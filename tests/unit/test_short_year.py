"""The worked example of ``docs/model/opening.md``, and what the key refuses."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest

import workforce_sim as ws
from tests import support
from tests.support import Scenario, census_of, configured, fast, table
from workforce_sim.config import Config
from workforce_sim.dates import NEVER, PlanYear, dates_in_calendar, dates_in_year
from workforce_sim.engine.notes import assumption_notes
from workforce_sim.errors import ConfigError
from workforce_sim.plan.loading import load_config
from workforce_sim.plan.short_year import plan_of_months

JULY = dt.date(2025, 7, 1)
PEOPLE = ("Ana", "Bo", "Cy")
NOBODY_MOVES = {
    "simulation": {"target_growth_rate": 0.0, "opening_date": JULY},
    "workforce": {"total_termination_rate": 0.0},
    "promotion": {"base_rate": 0.0},
    "compensation": {"cola_rate": 0.02, "merit_pool": 0.03, "merit_date": "10-01", "merit_minimum_tenure": 5},
    "enrollment": {"stop": 0.0, "change": {"probability": 0.0}, "escalation": {"enabled": False}},
}


def three(end_year: int = 2026, *, full_time: int = 1_000_000, **plan: Any) -> Scenario:
    """Return the three employees of the page; merit is for Bo alone."""
    born = [dt.date(1970, 3, 1), dt.date(1985, 3, 1), dt.date(1980, 3, 1)]
    census = census_of(
        employee_id=PEOPLE,
        hire_date=[dt.date(2022, 1, 3), dt.date(2015, 1, 5), dt.date(2022, 1, 3)],
        birth_date=born,
        salary_cents=[40_000_000, 6_000_000, 20_000_000],
        level=["Staff"] * 3,
        full_time_ppm=[full_time] * 3,
        deferral_bp=[1000, 600, 500],
        match_balance_cents=[0, 1_000_000, 0],
    )
    return Scenario(census, configured(2025, end_year, plan=plan, **NOBODY_MOVES))


def of_each(scenario: Scenario, column: str, year: int = 2025) -> list[Any]:
    """Return a column of the snapshots of a year, in the order of ``PEOPLE``."""
    people = table(fast(scenario), "snapshots").filter(pl.col("year") == year).sort("employee_id")
    assert people["employee_id"].to_list() == [*PEOPLE]
    return people[column].to_list()


@pytest.mark.parametrize(
    ("column", "wanted"),
    [
        ("earnings_cents", [20_164_384, 3_070_027, 10_082_192]),
        ("catch_up_cents", [375_000, 0, 0]),
        ("plan_compensation_cents", [17_500_000, 3_070_027, 10_082_192]),
        ("match_cents", [700_000, 122_801, 403_288]),
        ("salary_cents", [40_000_000, 6_180_000, 20_000_000]),
    ],
)
def test_the_three_employees_of_the_page(column: str, wanted: list[int]) -> None:
    assert of_each(three(), column) == wanted


def test_their_deferrals_and_balances() -> None:
    scenario = three(annual_return=0.05)
    deferred = zip(of_each(scenario, "pre_tax_cents"), of_each(scenario, "roth_cents"), strict=True)
    assert [a + b for a, b in deferred] == [1_550_000, 184_202, 504_110]
    assert of_each(scenario, "match_balance_cents")[1] == 1_148_006


def test_pay_before_the_opening_counts_for_the_next_years_highly_compensated() -> None:
    assert of_each(three(), "hce", 2026) == [True, False, True]


def test_limits_and_hours_of_a_source_are_those_of_its_months() -> None:
    assert of_each(three(match={"annual_limit": 1000}), "match_cents") == [50_000, 50_000, 50_000]
    asks = {"minimum_hours": 1000}
    assert 0 not in of_each(three(match=asks), "match_cents")
    assert of_each(three(full_time=450_000, match=asks), "match_cents") == [0, 0, 0]


@pytest.mark.parametrize(
    ("changes", "hires", "leavers", "closings"),
    [
        ({}, [86, 203], [60, 122], [1015, 1045]),
        (
            {"terminations.month_weights": [1.3, 0.8, 1, 1, 1, 1.2, 1.2, 1.3, 1, 0.9, 0.8, 0.5]},
            [83, 203],
            [57, 122],
            [1015, 1045],
        ),
    ],
)
def test_the_thousand_employees_of_the_page(
    changes: dict[str, Any], hires: list[int], leavers: list[int], closings: list[int]
) -> None:
    scenario = support.synthetic(1000, configured(2025, 2026, simulation={"opening_date": JULY})).changed(changes)
    summary = table(fast(scenario), "summary")
    assert summary["hires"].to_list() == hires
    assert summary["terminations_opening_staff"].to_list() == leavers
    assert summary["headcount_closing"].to_list() == closings


def test_stochastic_hires_are_those_of_the_months() -> None:
    config = configured(2025, simulation={"opening_date": JULY}, workforce={"headcount": "stochastic"})
    scenario = support.synthetic(1000, config)
    summary = fast(scenario, tuple(range(20))).summary
    assert set(summary["hires"]) == {85, 86}
    assert 50 < (summary["terminations_opening_staff"].mean() or 0) < 70


def test_what_is_dated_before_the_opening_is_not_carried_out_and_told() -> None:
    early, late = {"hired": "05-01", "ends": "09-15", "count": 2}, {"hired": "07-01", "ends": "09-15", "count": 3}
    known = [{"date": dt.date(2025, 6, 30), "count": 4}, {"date": JULY, "count": 1}]
    changes = {"hiring.seasonal": [early, late], "hiring.known": known}
    changes["actions.layoffs"] = [{"date": dt.date(2025, month, 1), "count": 5} for month in (6, 8)]
    scenario = support.synthetic(100, configured(2025, simulation={"opening_date": JULY})).changed(changes)

    (row,) = fast(scenario).summary.iter_rows(named=True)

    assert (row["seasonal_hires"], row["known_hires"], row["reductions"]) == (3, 1, 5)
    assert any("4 known hires, 1 layoff, 1 season" in note for note in assumption_notes(scenario.config))


def with_a_fee(day: str) -> ws.Result:
    """Run 20 people, each of whom an own event gives a row on a day of the year."""

    def fee(staff: pl.LazyFrame, year: Any) -> pl.LazyFrame:
        return staff.with_columns(fee_date=pl.lit(year.day(day), dtype=pl.Int32))

    rows = ws.ledger_rows(when=pl.col("is_hire") == 0, date="fee_date")
    own = ws.event(after="termination", adds={"fee_date": pl.Int32}, ledger=rows)(fee)
    config = configured(2025, workforce={"total_termination_rate": 0.0}, simulation={"opening_date": JULY})
    return ws.simulate(config, census=support.synthetic(20, config).census, events=[own])


def test_an_own_event_before_the_opening_is_dated_in_another_year() -> None:
    fees = with_a_fee("07-01").events.filter(pl.col("event_type").cast(pl.String) == "fee")
    assert fees["effective_date"].unique().to_list() == [JULY]
    with pytest.raises(ws.SimulationError, match="20 ledger rows are dated outside the year"):
        with_a_fee("06-30")


# --- the key, the year, and its dates ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ("soon", "must be a date, such as 2025-07-01"),
        ("2025-07", "must be a date, such as 2025-07-01"),
        ("2026-07-01", "must be in start_year, 2025; change it, or leave it out for January 1"),
        ("2025-07-15", "must be the first day of a month, such as 2025-07-01"),
    ],
)
def test_an_opening_date_that_is_refused(given: str, what: str) -> None:
    years = {"start_year": 2025, "end_year": 2026, "target_growth_rate": 0.0, "opening_date": given}
    with pytest.raises(ConfigError, match=rf"simulation.opening_date: {what} \(got '{given}'\)"):
        load_config({"simulation": years, "workforce": {"total_termination_rate": 0.1}, "random_seed": 1})


def test_the_days_of_a_short_year() -> None:
    year = PlanYear(2024, 3)
    assert (year.months, year.length, year.days, year.share(1_000_001)) == (10, 306, 366, 833_334)
    assert year.first - year.january_1 == 60


def test_dates_are_drawn_within_the_year_or_void_before_it() -> None:
    year, u = PlanYear(2025, 7), np.linspace(0, 1, 1000, endpoint=False)
    spring = year.profile([0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0])
    summer = year.profile([0, 0, 0, 0, 0, 3, 1, 0, 0, 0, 0, 0])
    for profile, last in ((None, year.last), (spring, year.last), (summer, year.first + 30)):
        within = dates_in_year(u, year, profile)
        assert (within.min(), within.max()) == (year.first, last)
    void = dates_in_calendar(u, year, summer)
    assert (void == NEVER).sum() == 750
    assert (dates_in_calendar(u, year, spring) == NEVER).all()


def test_fixed_dollars_of_a_plan_are_those_of_its_months() -> None:
    groups = [{"owners": True, "dollars": 1200}, {"rate": 0.05}]
    plan = _plan(
        match={"dollar_tiers": [{"up_to": 1000, "rate": 1.0}, {"up_to": 2000.01, "rate": 0.5}], "annual_limit": 900},
        profit_sharing={"kind": "groups", "groups": groups},
        nonelective={"kind": "integrated", "integrated": {"base_rate": 0.03, "excess_rate": 0.03, "level": 60_000}},
    ).plan
    _ = plan.match.at(2025).bands  # what is computed once must not stay
    half = plan_of_months(plan, PlanYear(2025, 7))
    assert [tier.upper for tier in half.match.at(2025).bands[0][1]] == [50_000, 100_001]
    assert half.match.at(2025).annual_limit == 450
    assert [one.amount_cents for one in half.profit_sharing.groups or ()] == [60_000, 0]
    assert half.nonelective.integrated is not None
    assert half.nonelective.integrated.level_cents(0) == 3_000_000
    assert plan_of_months(plan, PlanYear(2025)) is plan


def _plan(**sections: Any) -> Config:
    return configured(2025, plan=sections)

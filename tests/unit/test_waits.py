"""Waits in days, months and years, in both engines, and how they are told."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.small_plans import lived, person
from workforce_sim import ConfigError, load_config, simulate, timeline
from workforce_sim.config import with_changes
from workforce_sim.config.eligibility import Eligibility
from workforce_sim.dates import day_number, months_after
from workforce_sim.plan.entry import waited
from workforce_sim.reference.eligibility import end_of_wait


@pytest.mark.parametrize(
    ("hired", "wait", "eligible"),
    [
        ("2024-01-01", {"waiting_period_years": 1}, "2025-01-01"),
        ("2024-01-01", {"waiting_period_months": 12}, "2025-01-01"),
        ("2024-03-15", {"waiting_period_years": 1, "waiting_period_months": 2}, "2025-05-15"),
        ("2024-02-29", {"waiting_period_years": 1}, "2025-03-01"),  # an anniversary
        ("2024-02-29", {"waiting_period_months": 12}, "2025-03-01"),
        ("2024-02-29", {"waiting_period_months": 13}, "2025-03-29"),
        ("2024-08-31", {"waiting_period_months": 6}, "2025-02-28"),  # the last day of the month
        ("2024-12-31", {"waiting_period_months": 1}, "2025-01-31"),
        ("2024-12-31", {"waiting_period_months": 4}, "2025-04-30"),
        ("2024-12-20", {"waiting_period_months": 0}, "2024-12-20"),  # no wait, in place of 365 days
        ("2024-12-15", {"waiting_period_months": 3, "entry": "quarterly"}, "2025-04-01"),
    ],
)
def test_months_and_years_are_calendar_time_in_place_of_days(hired: str, wait: dict[str, Any], eligible: str) -> None:
    tables = lived(person(hire_date=hired), eligibility={"waiting_period_days": 365, **wait})

    assert tables.snapshots["eligibility_date"].to_list() == [dt.date.fromisoformat(eligible)]


@given(st.dates(dt.date(1950, 1, 1), dt.date(2200, 12, 31)), st.integers(0, 10), st.integers(0, 120))
def test_both_engines_wait_alike(hired: dt.date, years: int, months: int) -> None:
    rule = Eligibility(waiting_period_years=years, waiting_period_months=months)

    (over,) = waited(np.array([day_number(hired)], dtype=np.int32), rule).astype("datetime64[D]").tolist()

    assert over == end_of_wait(hired, rule)


@given(st.dates(dt.date(1950, 1, 1), dt.date(2200, 12, 31)), st.integers(0, 60))
def test_later_days_never_wait_shorter(day: dt.date, months: int) -> None:
    two = np.array([day_number(day), day_number(day) + 1], dtype=np.int32)

    first, second = months_after(two, months).tolist()

    assert first <= second


@pytest.mark.parametrize(
    "wait", [{"waiting_period_years": 11}, {"waiting_period_months": -1}, {"waiting_period_months": 1.5}], ids=str
)
def test_other_waits_are_refused(wait: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=rf"eligibility\.{next(iter(wait))}"):
        with_changes(load_config(), {f"eligibility.{key}": value for key, value in wait.items()})


@pytest.mark.parametrize(
    ("wait", "told"),
    [
        ({}, ["eligibility.waiting_period_days = 365 days (ends on {})"]),
        ({"waiting_period_months": 1}, ["eligibility.waiting_period_months = 1 month (ends on {})"]),
        (
            {"waiting_period_years": 0, "waiting_period_months": 2},
            [
                "eligibility.waiting_period_years = 0 years (ends on {})",
                "eligibility.waiting_period_months = 2 months (ends on {})",
            ],
        ),
    ],
)
def test_a_timeline_tells_what_counts(wait: dict[str, Any], told: list[str]) -> None:
    changes = {"census.size": 60, "simulation.end_year": 2026, "eligibility.minimum_age": 0}
    result = simulate(with_changes(load_config(), {**changes, **{f"eligibility.{k}": v for k, v in wait.items()}}))
    row = result.events.filter(pl.col("event_type") == "eligibility").row(0, named=True)
    line = next(line for line in timeline(result, row["employee_id"]).lines if line.event == "eligibility")

    assert [str(reason) for reason in line.assumptions][: len(told)] == [
        text.format(row["effective_date"]) for text in told
    ]

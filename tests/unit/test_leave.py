"""Leave, against a walk over the days; the chapter is docs/model/leave.md."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from functools import cache
from typing import Any

import polars as pl
import pytest

from tests import support
from tests.support import Scenario, fast, of_type
from workforce_sim.engine.events.leave import leave
from workforce_sim.opening import Tables

OFTEN: dict[str, Any] = {"share": 0.5, "shortest_days": 1, "longest_days": 365}
DAY = dt.timedelta(days=1)


def firm(end_year: int = 2028, size: int = 80, **sections: Any) -> Scenario:
    given = {
        "workforce": {"total_termination_rate": 0.2},
        "promotion": {"base_rate": 0.4},
        "compensation": {"cola_date": "03-01", "merit_month_weights": [1] * 12},
        "leave": OFTEN,
        "hiring": {"rehires": {"share": 0.5}},
        **sections,
    }
    return support.synthetic(size, support.configured(2025, end_year, **given))


@cache
def ran() -> Tables:
    return fast(firm())


def by_person(tables: Tables) -> Iterator[tuple[list[dict[str, Any]], list[dict[str, Any]]]]:
    """Yield the snapshots of each person and the ledger rows, in order."""
    people = support.table(tables, "snapshots").partition_by("employee_id", as_dict=True, maintain_order=True)
    events = support.table(tables, "events").partition_by("employee_id", as_dict=True, maintain_order=True)
    for who, rows in people.items():
        yield rows.to_dicts(), events[who].to_dicts() if who in events else []


def walk(row: dict[str, Any], events: list[dict[str, Any]], away: bool) -> tuple[int, int, bool]:
    """Return what a year earns day by day, the days on leave, and whether on leave on the last."""
    year = row["year"]
    day, end = max(row["hire_date"], dt.date(year, 1, 1)), row["termination_date"] or dt.date(year, 12, 31)
    salary, total, days = row["opening_salary_cents"], 0, 0
    while day <= end:
        for event in (event for event in events if event["effective_date"] == day):
            salary = event["salary_after_cents"] or salary
            away = {"leave_start": True, "leave_return": False}.get(str(event["event_type"]), away)
        days += away
        total += 0 if away else salary
        day += DAY
    size = (dt.date(year + 1, 1, 1) - dt.date(year, 1, 1)).days
    return (2 * total + size) // (2 * size), days, away


def test_pay_and_days_are_those_of_a_walk_over_the_days() -> None:
    on_leave = over_the_year_end = 0
    for rows, events in by_person(ran()):
        away = False
        for row in rows:
            over_the_year_end += away
            earned, days, away = walk(row, events, away)
            away &= row["termination_date"] is None
            assert (row["earnings_cents"], row["leave_days"], row["on_leave"]) == (earned, days, away)
            on_leave += days > 0

    assert on_leave > 100
    assert over_the_year_end > 20


def test_a_leave_has_its_length_and_one_a_year_is_begun() -> None:
    lengths = []
    for _, events in by_person(ran()):
        kinds = [(str(event["event_type"]), event["effective_date"]) for event in events]
        starts = [date for kind, date in kinds if kind == "leave_start"]
        assert len({date.year for date in starts}) == len(starts)
        moves = [move for move in kinds if move[0] in {"leave_start", "leave_return", "termination"}]
        for (kind, date), (then, later) in itertools.pairwise(moves):
            assert then != "leave_return" or kind == "leave_start"
            if then == "leave_return":
                lengths.append((later - date).days)
    assert min(lengths) < 20
    assert 345 < max(lengths) <= 365


def test_leave_changes_no_event_but_its_own() -> None:
    with_it, without = ran(), fast(firm(leave={}))
    other = of_type(with_it.events, "leave_start", "leave_return")
    rest = with_it.events.join(other, on=["employee_id", "event_type", "effective_date"], how="anti")
    columns = [name for name in rest.columns if name != "amount_cents"]  # forfeitures are of what pay brought
    kept = ["status", "tenure_years", "eligibility_date", "vested_share_match_bp", "salary_cents", "deferral_bp"]

    assert other.height > 100
    assert rest.select(columns).sort(columns[:5]).equals(without.events.select(columns).sort(columns[:5]))
    assert support.table(with_it, "snapshots").select(kept).equals(support.table(without, "snapshots").select(kept))


def test_leave_days_have_no_hours_and_bring_no_contribution() -> None:
    plan = {"nonelective": {"kind": "flat", "rate": 0.03, "minimum_hours": 1000}, "match": {"preset": "none"}}
    eligibility = {"waiting_period_days": 0, "minimum_age": 0}
    tables = fast(firm(2025, 200, plan=plan, eligibility=eligibility, workforce={"total_termination_rate": 0.0}))
    people = tables.snapshots.filter(pl.col("status").cast(pl.String) == "continuing")
    hours = pl.col("full_time_ppm").cast(pl.Int64) * 2080 * (365 - pl.col("leave_days")) // (365 * 1_000_000)
    meets = people.select(meets=hours >= 1000, gets=pl.col("nonelective_cents") > 0)

    assert (meets["meets"] == meets["gets"]).all()
    assert 0 < meets["gets"].sum() < meets.height
    some = people.filter(pl.col("nonelective_cents") > 0)
    assert (some["plan_compensation_cents"] <= some["earnings_cents"]).all()
    three = (some["testing_compensation_cents"] * 3 + 50) // 100
    assert (some["nonelective_cents"] == three).all()


def test_a_run_without_leave_has_none_of_its_columns() -> None:
    tables = fast(firm(2025, leave={}))

    assert tables.snapshots["leave_days"].null_count() == tables.snapshots["on_leave"].null_count()
    assert tables.snapshots["on_leave"].null_count() == tables.snapshots.height
    assert tables.summary["leaves_begun"].null_count() == tables.summary["on_leave"].null_count() == 1
    assert leave.used(firm(2025).config)


def test_the_summary_counts_leaves() -> None:
    for row in ran().summary.iter_rows(named=True):
        year = pl.col("year") == row["year"]
        assert row["leaves_begun"] == of_type(ran().events, "leave_start").filter(year).height
        assert row["on_leave"] == ran().snapshots.filter(year)["on_leave"].sum() > 0


def test_a_batch_has_the_leaves_of_each_replicate() -> None:
    scenario = firm(2027, 30)
    batch = fast(scenario, (0, 2))

    for number in (0, 2):
        support.assert_same(support.only(batch, pl.col("replicate") == number), fast(scenario, (number,)))


@pytest.mark.parametrize("month", [1, 7, 12])
def test_months_say_when_leave_begins(month: int) -> None:
    weights = [float(n == month) for n in range(1, 13)]
    tables = fast(firm(2026, 60, leave={**OFTEN, "month_weights": weights}))

    assert of_type(tables.events, "leave_start")["effective_date"].dt.month().unique().to_list() == [month]

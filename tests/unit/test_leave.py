"""Leave, against a walk over the days; the chapter is docs/model/leave.md."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pytest

from tests import support
from tests.support import Scenario, fast, of_type
from tests.support_events import Watch, has, months
from workforce_sim.dates import NEVER, day_number
from workforce_sim.draws import Stream
from workforce_sim.engine.columns import Columns
from workforce_sim.engine.context import Year
from workforce_sim.engine.earnings import Pay, earned
from workforce_sim.engine.events.leave import leave
from workforce_sim.engine.start import prepared
from workforce_sim.tables.output import Tables

OFTEN: dict[str, Any] = {"share": 0.5, "shortest_days": 1, "longest_days": 365}
DAY = dt.timedelta(days=1)
SOME = {"leave.share": 0.1}


def lengths(tables: Tables) -> pl.DataFrame:
    """Return the days of leaves that begin and end in the year."""
    days = (of_type(tables.events, f"leave_{end}").select("employee_id", day="effective_date") for end in ENDS)
    both = next(days).join(next(days), on="employee_id")
    return both.select("employee_id", (pl.col("day_right") - pl.col("day")).dt.total_days())


ENDS = "start", "return"
HAPPENS = {"leave.share": 0.6, "leave.shortest_days": 1, "leave.longest_days": 200}
LIVE: dict[str, tuple[dict[str, Any], Any]] = {
    "leave.share": (SOME, 0.3),
    "leave.shortest_days": (SOME, 90),
    "leave.longest_days": (SOME, 90),
    "leave.month_weights": (SOME, [0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0]),
}
WATCH = {
    Stream.LEAVE: Watch(lambda tables: has("leave_start", tables), HAPPENS),
    Stream.LEAVE_DATE: Watch(lambda tables: months(of_type(tables.events, "leave_start"), "effective_date"), HAPPENS),
    Stream.LEAVE_LENGTH: Watch(lengths, HAPPENS),
}
"""For ``tests/support_events.py``."""


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


# --- the example of the chapter ---------------------------------------------------------------------------------------


def number(day: str) -> int:
    return day_number(dt.date.fromisoformat(day))


def staff_of(**columns: list[int]) -> Columns:
    """Eve, Fay and Gil, paid 73,000 dollars a year without a raise."""
    size, kinds = 3, ("cola", "merit", "promotion")
    never = pl.repeat(int(NEVER), size, dtype=pl.Int32, eager=True)
    pay = pl.repeat(7_300_000, size, dtype=pl.Int64, eager=True)
    raises = {f"{kind}_{side}_cents": pay for kind in kinds for side in ("before", "after")}
    frame = pl.DataFrame({"salary_cents": pay, "merit_date": never, "promotion_date": never, **raises})
    return Columns(frame.with_columns(pl.Series(name, values, dtype=pl.Int32) for name, values in columns.items()))


def the_year(number: int) -> Year:
    state, world = prepared((scenario := firm(2026)).config, scenario.opening, (0,))
    return Year(world, number, state.scale, [0])


def test_the_example_of_the_chapter_is_paid_for_the_days_that_were_worked() -> None:
    staff = staff_of(
        hire_date=[number("2020-01-01")] * 3,
        last_day=[number("2025-12-31"), number("2025-12-31"), number("2025-11-30")],
        leave_first_day=[number("2025-03-01"), number("2025-12-02"), number("2025-11-01")],
        leave_last_day=[number("2025-05-29"), number("2025-12-31"), number("2025-11-30")],
        leave_days=[90, 30, 30],
    )
    walked = {name: staff[name] for name in staff.frame.columns if name.endswith("_after_cents") or "_before_" in name}
    year = the_year(2025)
    half_way = np.full(3, number("2025-03-31"), dtype=np.int32)

    assert earned(staff, walked, year).tolist() == [5_500_000, 6_700_000, 6_080_000]
    assert Pay(staff, year).through(np.arange(3), half_way).tolist() == [59 * 20_000, 90 * 20_000, 90 * 20_000]


def test_the_example_of_the_chapter_goes_on_in_the_next_year() -> None:
    scenario = firm(2026, leave={**OFTEN, "share": {2025: 1.0, 2026: 0.0}})
    state, world = prepared(scenario.config, scenario.opening, (0,))
    year = Year(world, 2026, state.scale, [0])
    dates = {
        "leave_end_date": [number("2025-05-29"), number("2026-01-30"), number("2025-12-31")],
        "last_day": [year.last] * 3,
        "hire_date": [number("2020-01-01")] * 3,
    }
    kinds = {"leaves": np.zeros(3, dtype=np.uint8), "person": np.array([1, 2, 3], dtype=np.uint64)}
    frame = pl.DataFrame({name: np.array(days, dtype=np.int32) for name, days in dates.items()} | kinds)
    found = leave(frame.lazy(), year).collect(engine="in-memory")

    assert found["leave_days"].to_list() == [0, 30, 0]
    assert found["back_date"].to_list() == [int(NEVER), number("2026-01-31"), number("2026-01-01")]
    assert found["begins_leave"].sum() == 0

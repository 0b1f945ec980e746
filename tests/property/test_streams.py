"""Another seed, replicate or year gives other draws in every stream of the workforce events.

Each stream is watched through one thing that it alone decides, or nearly so: a draw that did not follow the seed would
give almost everybody the same again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cache
from typing import Any

import polars as pl
import pytest

from tests import support
from tests.support import Scenario, fast, of_type
from workforce_sim.census.synthetic import synthetic_census
from workforce_sim.draws import Stream
from workforce_sim.opening import Tables

EVEN = [{"from": 0, "factor": 1.0}]
HALVES: dict[str, Any] = {
    "simulation": {"target_growth_rate": 0.1},
    "workforce": {"total_termination_rate": 0.5, "new_hire_termination_rate": 0.5},
    "terminations": {"age_factors": EVEN, "causes": [{"from": 0, "voluntary": 0.5, "retirement": 0.5}]},
    "hiring": {"month_weights": [1, *[0] * 11], "level_mix": dict.fromkeys(("Staff", "Senior"), 0.5) | {"Manager": 0}},
    "promotion": {
        "base_rate": 0.5,
        "age_factors": EVEN,
        "tenure_factors": EVEN,
        "increase": {"lowest": 0.0, "highest": 0.3},
    },
    "compensation": {
        "merit_pool": 0.1,
        "merit_month_weights": [1] * 12,
        "ratings": {"good": {"share": 0.5, "factor": 2}, "fair": {"share": 0.5, "factor": 0}},
    },
}
"""Half of everybody leaves, is promoted, is rated good; merit is for the good alone; hires come in January."""
ONE_PAY = {"minimum": 50_000, "maximum": 50_000}
PART_TIME = {
    **HALVES,
    "workforce": {**HALVES["workforce"], "levels": [{"name": "Staff", **ONE_PAY}, {"name": "Senior", **ONE_PAY}]},
    "hiring": {"part_time_share": 0.5, "pay": "uniform"},
}
"""Hires are paid alike but for part-time."""


def staff(tables: Tables) -> pl.DataFrame:
    return tables.snapshots.filter(pl.col("opening_salary_cents").is_not_null())


def hires(tables: Tables) -> pl.DataFrame:
    return tables.snapshots.filter(pl.col("opening_salary_cents").is_null())


def leavers(people: pl.DataFrame) -> pl.DataFrame:
    return people.select("employee_id", pl.col("termination_date").is_not_null())


def months(people: pl.DataFrame, column: str) -> pl.DataFrame:
    return people.select("employee_id", pl.col(column).dt.month())


def has(kind: str, tables: Tables) -> pl.DataFrame:
    """Return whether those who stay have an event."""
    having = of_type(tables.events, kind).select("employee_id", has=pl.lit(value=True))
    stayed = staff(tables).filter(pl.col("termination_date").is_null()).select("employee_id")
    return stayed.join(having, on="employee_id", how="left").with_columns(pl.col("has").fill_null(value=False))


def days_since_birthday(tables: Tables) -> pl.DataFrame:
    birthday = pl.col("hire_date").dt.offset_by(pl.format("-{}y", "age"))
    return hires(tables).select("employee_id", (birthday - pl.col("birth_date")).dt.total_days())


def rise(tables: Tables) -> pl.DataFrame:
    by = pl.col("salary_after_cents") / pl.col("salary_before_cents")
    return of_type(tables.events, "promotion").select("employee_id", by.round(3))


Watch = Callable[[Tables], pl.DataFrame]
"""What to watch: whose it is, and what; columns before the last must agree for a pair to count."""
WATCH: dict[Stream, Watch] = {
    Stream.TERMINATION: lambda tables: leavers(staff(tables)),
    Stream.CAUSE: lambda tables: of_type(tables.events, "termination")["employee_id", "cause"],
    Stream.LEAVING_DATE: lambda tables: months(staff(tables).drop_nulls("termination_date"), "termination_date"),
    Stream.HIRE_LEVEL: lambda tables: of_type(tables.events, "hire")["employee_id", "level_after"],
    Stream.HIRE_AGE: lambda tables: hires(tables)["employee_id", "age"],
    Stream.BIRTHDAY: days_since_birthday,
    Stream.HIRE_DATE: lambda tables: hires(tables).select("employee_id", pl.col("hire_date").dt.day()),
    Stream.HIRE_DEPARTMENT: lambda tables: hires(tables)["employee_id", "department"],
    Stream.HIRE_PAY: lambda tables: of_type(tables.events, "hire")["employee_id", "level_after", "salary_after_cents"],
    Stream.HIRE_TERMINATION: lambda tables: leavers(hires(tables)),
    Stream.HIRE_LEAVING_DATE: lambda tables: months(hires(tables).drop_nulls("termination_date"), "termination_date"),
    Stream.PROMOTION: lambda tables: has("promotion", tables),
    Stream.PROMOTION_DATE: lambda tables: months(of_type(tables.events, "promotion"), "effective_date"),
    Stream.PROMOTION_INCREASE: rise,
    Stream.RATING: lambda tables: has("merit", tables),
    Stream.MERIT_DATE: lambda tables: months(of_type(tables.events, "merit"), "effective_date"),
    Stream.HIRE_PART_TIME: lambda tables: of_type(tables.events, "hire")["employee_id", "salary_after_cents"],
}


@cache
def simulated(part_time: bool, seed: int = 42, replicate: int = 0, year: int = 2025) -> Tables:
    sections = PART_TIME if part_time else HALVES
    config = support.configured(year, random_seed=seed, **sections)
    return fast(Scenario(synthetic_census(400, as_of=dt.date(2020, 1, 1)), config), (replicate,))


def watched(stream: Stream, **world: int) -> pl.DataFrame:
    """Return what is watched; the n-th hires of two years count as one."""
    found = WATCH[stream](simulated(stream == Stream.HIRE_PART_TIME, **world))
    nth = pl.col("employee_id").str.replace(r"^NH-\d+-", "")
    return found.with_columns(pl.Series(found[name].cast(pl.String)) for name in found.columns).with_columns(nth)


@pytest.mark.parametrize("world", [{"seed": 43}, {"replicate": 1}, {"year": 2026}], ids=str)
@pytest.mark.parametrize("stream", WATCH)
def test_another_world_draws_anew_in_every_stream(stream: Stream, world: dict[str, int]) -> None:
    here, there = watched(stream), watched(stream, **world)
    *whose, what = here.columns
    pairs = here.join(there, on=whose)
    assert pairs.height >= 40
    assert (pairs[what] == pairs[f"{what}_right"]).sum() < 0.7 * pairs.height  # at most half would agree by chance


def test_every_stream_of_the_workforce_is_watched() -> None:
    assert set(WATCH) == {stream for stream in Stream if stream <= Stream.MERIT_DATE} | {Stream.HIRE_PART_TIME}

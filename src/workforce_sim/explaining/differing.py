"""Where one plan year differs between two runs, employee by employee: candidates, ranked by when they come in the year.

Persons differ first in what the year began with, then in its events by date, then in what the year came to. Events that
follow from that, as a forfeiture does from balances and vested shares, come last.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import polars as pl

from workforce_sim.draws import HIRE_ID
from workforce_sim.tables import EVENT_KINDS, EVENTS, SNAPSHOTS, EventType, looked_at
from workforce_sim.tables.output import Tables

KEYS = ("replicate", "employee_id")
_OF_EVERY_ROW = (*KEYS, "year", "event_type")
VALUES = tuple(column.name for column in looked_at(EVENTS) if column.name not in _OF_EVERY_ROW)
"""What an event may differ in, the first to be named first."""

AT_OPENING = tuple(column.name for column in looked_at(SNAPSHOTS) if column.fixed)
AT_CLOSING = {column.name: column.differs for column in looked_at(SNAPSHOTS) if column.differs}
"""Columns of a snapshot in the order in which they are looked at, and the kind of a difference in each."""

_OPENED, _HAPPENED, _CLOSED, _FOLLOWED = range(4)


def differing(
    a: Tables,
    b: Tables,
    *,
    one_replicate: bool,
    kinds: Sequence[EventType] = EVENT_KINDS,
    opens: dt.date | None = None,
) -> pl.LazyFrame:
    """Return every difference of one plan year: employee, rank, date, what differs, both values as text.

    Args:
        a: the tables of a year.
        b: those of the same year of the other run.
        one_replicate: whether each run is one replicate, whatever its number: then numbers are not compared.
        kinds: the event types there are.
        opens: the first day of the year in either run; January 1 when left out.
    """
    parts = [*_events(a, b, one_replicate, kinds), *_snapshots(a, b, one_replicate, opens)]
    return pl.concat([part.select(*KEYS, "rank", "date", "order", "what", "in", "a", "b") for part in parts])


def first_each(found: pl.LazyFrame) -> pl.LazyFrame:
    """Return the first difference of each person."""
    return found.sort("rank", "date", "order", maintain_order=True).unique(KEYS, keep="first", maintain_order=True)


def _plain(frame: pl.DataFrame, one_replicate: bool) -> pl.LazyFrame:
    """Return a table whose names are text: their Enums differ from run to run."""
    names = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Enum)]
    plain = frame.lazy().with_columns(pl.col(names).cast(pl.String))
    return plain.with_columns(replicate=pl.lit(0, dtype=pl.Int32)) if one_replicate else plain


def _joined(a: pl.LazyFrame, b: pl.LazyFrame, on: list[str]) -> pl.LazyFrame:
    """Return the rows of both side by side, with where each row is found."""
    sides = (side.with_columns(pl.lit(value=True).alias("_there")) for side in (a, b))
    both = next(sides).join(next(sides), on=on, how="full", coalesce=True, suffix="_b")
    place = pl.when(pl.col("_there") & pl.col("_there_b")).then(pl.lit("both"))
    return both.with_columns(place.when("_there").then(pl.lit("a")).otherwise(pl.lit("b")).alias("in"))


def _events(a: Tables, b: Tables, one_replicate: bool, kinds: Sequence[EventType]) -> Iterator[pl.LazyFrame]:
    """Yield the events that differ or happen in one run only."""
    on, following = [*KEYS, "event_type", "_nth"], [kind.name for kind in kinds if kind.follows]
    numbered = (
        _plain(side.events, one_replicate).sort("effective_date").with_columns(_nth=_nth()).select(*on, *VALUES)
        for side in (a, b)
    )
    both = _joined(next(numbered), next(numbered), on).with_columns(
        date=pl.min_horizontal("effective_date", "effective_date_b"),
        order=pl.col("event_type").replace_strict({kind.name: i for i, kind in enumerate(kinds)}, default=len(kinds)),
        rank=pl.when(pl.col("event_type").is_in(following)).then(_FOLLOWED).otherwise(_HAPPENED),
    )
    alone = pl.col("in") != "both"
    dates = (_text(name) for name in ("effective_date", "effective_date_b"))
    yield both.filter(alone).with_columns(pl.col("event_type").alias("what"), a=next(dates), b=next(dates))
    yield _different(both.filter(~alone), VALUES, pl.col("event_type") + ".")


def _nth() -> pl.Expr:
    return pl.int_range(pl.len()).over(*KEYS, "event_type")


def _different(both: pl.LazyFrame, names: tuple[str, ...], before: pl.Expr | None = None) -> pl.LazyFrame:
    """Return the rows in which a column differs: the first such, and its values."""
    differs = {name: pl.col(name).ne_missing(pl.col(f"{name}_b")) for name in names}
    named, a, b = (
        pl.coalesce([pl.when(flag).then(value(name)) for name, flag in differs.items()])
        for value in (pl.lit, _text, lambda name: _text(f"{name}_b"))
    )
    what = named if before is None else before + named
    return both.filter(pl.any_horizontal(list(differs.values()))).with_columns(what.alias("what"), a=a, b=b)


def _text(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.String).fill_null("none")


def _snapshots(a: Tables, b: Tables, one_replicate: bool, opens: dt.date | None) -> Iterator[pl.LazyFrame]:
    """Yield the employees in one run only, and those whose snapshots differ."""
    people = (_plain(side.snapshots, one_replicate) for side in (a, b))
    year = a.summary["year"][0]
    both = _joined(next(people), next(people), list(KEYS)).with_columns(order=pl.lit(0, dtype=pl.Int64))
    there = both.filter(pl.col("in") == "both")
    began, ended = pl.lit(opens or dt.date(year, 1, 1)), pl.date(year, 12, 31)
    alone = both.filter(pl.col("in") != "both").with_columns(
        pl.lit("employee").alias("what"), a=_presence("a"), b=_presence("b"), rank=_rank(_OPENED), date=began
    )
    yield alone.filter(pl.coalesce("opening_salary_cents", "opening_salary_cents_b").is_not_null())
    hired = pl.any_horizontal(pl.col("opening_salary_cents", "opening_salary_cents_b").is_null())
    traits = _different(there, AT_OPENING)
    yield traits.filter(~hired).with_columns(rank=_rank(_OPENED), date=began)
    yield traits.filter(hired).with_columns(rank=_rank(_CLOSED), date=began)
    yield _different(there, tuple(AT_CLOSING)).with_columns(rank=_rank(_CLOSED), date=ended)


def _presence(side: str) -> pl.Expr:
    return pl.when(pl.col("in") == side).then(pl.lit("there")).otherwise(pl.lit("not there"))


def _rank(number: int) -> pl.Expr:
    return pl.lit(number, dtype=pl.Int32)


# --- kinds ---


def with_kinds(found: pl.DataFrame, dates: pl.DataFrame, kinds: Sequence[EventType] = EVENT_KINDS) -> pl.DataFrame:
    """Return differences with their kind.

    Args:
        found: first differences.
        dates: of both runs, the first date of each lasting event by person: ``first`` and ``first_b``.
        kinds: the event types there are.
    """
    event = pl.col("what").str.split(".").list.first().alias("event_type")
    rows = found.with_columns(event).join(dates, on=[*KEYS, "event_type"], how="left", maintain_order="left")
    return rows.with_columns(kind=_kind(kinds)).drop("event_type", "first", "first_b")


def _kind(kinds: Sequence[EventType]) -> pl.Expr:
    event, what = pl.col("event_type"), pl.col("what")
    own = pl.when(~event.is_in([*AT_OPENING, *AT_CLOSING, "employee"])).then(event)  # goes by its name
    done = event.replace_strict({kind.name: kind.words for kind in kinds}, default=own)
    otherwise = event.replace_strict(
        {kind.name: kind.otherwise for kind in kinds}, default=pl.lit("different ") + event
    )
    caused = {f"{kind.name}.cause": kind.otherwise_caused for kind in kinds if kind.otherwise_caused}
    one_only = pl.when(_later().is_not_null()).then(done + _later()).otherwise(done + _in_one())
    moved = done + pl.when(pl.col("b") > pl.col("a")).then(pl.lit(" later")).otherwise(pl.lit(" earlier"))
    of_event = (
        pl.when(pl.col("in") != "both").then(one_only).when(what.str.ends_with(".effective_date")).then(moved)
    ).otherwise(pl.coalesce(what.replace_strict(caused, default=None, return_dtype=pl.String), otherwise))
    traits = pl.when(pl.col("employee_id").str.contains(HIRE_ID)).then(pl.lit("hired with different characteristics"))
    of_opening = traits.otherwise(pl.lit("different census value"))
    of_column = pl.coalesce(what.replace_strict(AT_CLOSING, default=None), of_opening)
    present = pl.when(what == "employee").then(pl.lit("in the census") + _in_one()).otherwise(of_column)
    return pl.when(done.is_not_null()).then(of_event).otherwise(present)


def _later() -> pl.Expr:
    """Return whether the other run has the event earlier or later; null where it never does."""
    known = pl.col("first").is_not_null() & pl.col("first_b").is_not_null()
    late = pl.when(pl.col("in") == "a").then(pl.lit(" later")).otherwise(pl.lit(" earlier"))
    return pl.when(known).then(late)


def _in_one() -> pl.Expr:
    return pl.when(pl.col("in") == "a").then(pl.lit(" only in a")).otherwise(pl.lit(" only in b"))

"""The tables of a year as selections of its staff: ledger, snapshots, sums, and the next opening.

The declarations of events become expressions once per run; types and names come from ``tables``. Constants of a year
are columns of one value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import polars as pl

from workforce_sim.engine.context import World, Year
from workforce_sim.engine.event import Declared, Rows
from workforce_sim.engine.events.termination import LEAVES
from workforce_sim.engine.former import RETURNS, left
from workforce_sim.engine.own import NUMBER, OwnEvent
from workforce_sim.engine.partitions import stacked
from workforce_sim.engine.state import STATE
from workforce_sim.result.summary import counted_rows, staff_sums
from workforce_sim.tables import (
    EVENT_CAUSE,
    EVENT_CAUSES,
    EVENT_TYPES,
    EVENTS,
    EXCLUSION,
    NAME,
    SNAPSHOTS,
    STATUS,
    TERMINATION_CAUSE,
    Column,
    Counts,
)

ROW, KEY = "_row", "_key"
"""Columns of tables to be sorted: the position of an employee among all of the year, and the key."""

WHO = ("replicate", "year", "employee_id")
"""What a ledger to be sorted lacks: by position it is that of the snapshots."""

_LIGHT = pl.QueryOptFlags.none().update(projection_pushdown=True, predicate_pushdown=True)


@dataclass(frozen=True)
class Made:
    """The results of a partition: ledger and snapshots if they are kept, sums by replicate, who stays, who returns."""

    events: pl.DataFrame | None
    people: pl.DataFrame | None
    sums: list[pl.DataFrame]
    closing: pl.DataFrame
    former: pl.DataFrame | None = None


def outputs(events: tuple[Declared, ...], world: World, *, in_order: bool) -> Outputs:
    """Return the selections of a run.

    Args:
        events: of the run, in order.
        world: of the run.
        in_order: whether tables carry ``ROW`` and ``KEY``, and the ledger has no ``WHO``.
    """
    taken = tuple(world.levels.to_list()), tuple(world.department_names)
    provisions = world.assumptions.config.provisions
    return _built(events, *taken, provisions, one=len(world.replicates) == 1, in_order=in_order)


@lru_cache(maxsize=16)
def _built(
    events: tuple[Declared, ...],
    levels: tuple[str, ...],
    departments: tuple[str, ...],
    provisions: frozenset[str],
    *,
    one: bool,
    in_order: bool,
) -> Outputs:
    """Return selections built before, if a run has the same events and names."""
    labels = {
        "level": pl.Series(levels, dtype=pl.Enum(levels)),
        "department": pl.Series([*departments, None], dtype=pl.Enum(departments) if departments else pl.String),
        "event_type": pl.Series(event_types(events), dtype=pl.Enum(event_types(events))),
        **_ENUMS,
    }
    return Outputs(events, labels, provisions, one=one, in_order=in_order)


class Outputs:
    """The selections of a run, built once."""

    def __init__(
        self,
        events: Sequence[Declared],
        labels: Mapping[str, pl.Series],
        provisions: frozenset[str],
        *,
        one: bool,
        in_order: bool,
    ) -> None:
        self._labels, self._one = labels, one
        self._row = [pl.col(ROW)] if in_order else []
        place = {name: at for at, name in enumerate(labels["event_type"])}
        rows = sorted((rows for event in events for rows in event.ledger), key=lambda rows: place[rows.event_type])
        snapshot = dict(self._snapshot(events, provisions))
        key = [pl.col("key").alias(KEY)] if in_order else []
        self._people = [*key, *snapshot.values()]
        unnamed = {name: expr for name, expr in snapshot.items() if name != "employee_id"}
        self._measured = [*({**unnamed, "replicate": pl.col("replicate")}).values()]
        self._ledger = [(part, [*self._row, *self._of_rows(part)]) for part in rows]
        self._counts = list(_counts(rows, events, provisions))
        self._sums = [expr.alias(name) for name, expr in staff_sums(provisions).items()]
        self._closing = _closing(events)
        self._former = left(provisions) if "rehires" in provisions else None

    def of(self, wide: pl.DataFrame, year: Year, *, tables: bool, start: int = 0) -> Made:
        """Return the results of a partition from its staff after the last event.

        Args:
            wide: the staff.
            year: the plan year.
            tables: whether ledger and snapshots are kept.
            start: how many employees of the year come before the partition.
        """
        staff = wide.lazy().with_columns(_constants(year))
        if self._row:
            staff = staff.with_row_index(ROW, offset=start)
        rows = [staff.select(self._people), *self._rows(staff, year)] if tables else []
        measured = [] if tables and self._one else [self._summed(staff.select(self._measured), self._sums)]
        plans = [_next(wide, self._closing), self._summed(staff, self._counts), *measured, *rows]
        closing, counts, *found = _collected(plans)
        sums = [counts, *found[: len(measured)]]
        former = self._gone(wide)
        if not tables:
            return Made(None, None, sums, closing, former)
        people, *ledger = found[len(measured) :]
        if self._one:
            sums += _collected([people.lazy().select(self._sums)])
        return Made(stacked(ledger), people, sums, closing, former)

    def _gone(self, wide: pl.DataFrame) -> pl.DataFrame | None:
        """Return who terminated and will come back; None in a run without rehires."""
        if self._former is None:
            return None
        return _collected([_next(wide, [*self._closing, *self._former], RETURNS)])[0]

    def _rows(self, staff: pl.LazyFrame, year: Year) -> Iterator[pl.LazyFrame]:
        return (staff.filter(part.when).select(chosen) for part, chosen in self._ledger if part.possible(year))

    def _summed(self, rows: pl.LazyFrame, exprs: list[pl.Expr]) -> pl.LazyFrame:
        """Return sums: one row, or one for each replicate with its position."""
        return rows.select(exprs) if self._one else rows.group_by("replicate").agg(exprs)

    def _snapshot(self, events: Sequence[Declared], provisions: frozenset[str]) -> Iterator[tuple[str, pl.Expr]]:
        """Yield the columns of the snapshot; null where no event gives a value, and without their provision."""
        lacking = {column.name for column in SNAPSHOTS if column.needs and column.needs not in provisions}
        given = (item for event in events for item in event.snapshot.items())
        known = {name: expr for name, expr in given if name not in lacking}
        own = (name for event in events if isinstance(event, OwnEvent) for name in event.adds)
        yield from ((column.name, self._column(column, known.get(column.name))) for column in SNAPSHOTS)
        yield from ((name, pl.col(name)) for name in own)

    def _of_rows(self, rows: Rows) -> Iterator[pl.Expr]:
        """Yield the columns of the ledger for the rows of one event type."""
        known = {"event_type": rows.event_type, "effective_date": pl.col(rows.date), **rows.sets}
        columns = (column for column in EVENTS if not self._row or column.name not in WHO)
        return (self._column(column, known.get(column.name)) for column in columns)

    def _column(self, column: Column, known: pl.Expr | str | None) -> pl.Expr:
        """Return a column of a table with its type, names in place of positions."""
        name, labels = column.name, self._names(column)
        if name == "replicate":
            return pl.col(NUMBER).alias(name)
        if name in {"year", "employee_id"}:
            return pl.col(name)
        if known is None or isinstance(known, str):
            return pl.lit(known, dtype=self._dtype(column)).alias(name)
        if labels is not None:
            return pl.lit(labels).gather(_position(known)).alias(name)
        return known.cast(column.dtype).alias(name)

    def _names(self, column: Column) -> pl.Series | None:
        """Return the names behind the positions in a column."""
        named = column.dtype is NAME and column.name != "department"
        return self._labels.get("level" if named else column.name)

    def _dtype(self, column: Column) -> Any:
        labels = self._names(column)
        return column.dtype if labels is None else labels.dtype


def event_types(events: Iterable[Declared]) -> list[str]:
    """Return the types of a run's ledger rows in order within a day: those of the model, then the user's own."""
    return [*EVENT_TYPES, *(event.name for event in events if isinstance(event, OwnEvent) and event.ledger)]


_ENUMS = {
    "cause": pl.Series(EVENT_CAUSE.categories, dtype=EVENT_CAUSE),
    "status": pl.Series(STATUS.categories, dtype=STATUS),
    "termination_cause": pl.Series(TERMINATION_CAUSE.categories, dtype=TERMINATION_CAUSE),
    "excluded_class": pl.Series(EXCLUSION.categories, dtype=EXCLUSION),
}


def _next(wide: pl.DataFrame, closing: Iterable[pl.Expr], who: pl.Expr = ~LEAVES) -> pl.LazyFrame:
    """Return the next opening: of those who stay, or of others."""
    names = [name for name in wide.columns if name == "employee_id"]
    return wide.lazy().filter(who).select(*names, *closing)


def _collected(plans: list[pl.LazyFrame]) -> list[pl.DataFrame]:
    return pl.collect_all(plans, engine="in-memory", optimizations=_LIGHT)


def _constants(year: Year) -> list[pl.Expr]:
    """Return the constants of a year, and each employee's replicate number."""
    known = [pl.lit(value, dtype=pl.Int32).alias(name) for name, value in year.constants.items()]
    return [*known, *_numbers(year.world.replicates)]


def _numbers(replicates: tuple[int, ...]) -> list[pl.Expr]:
    """Return each employee's replicate number; of several replicates, marked as sorted."""
    if len(replicates) == 1:
        return [pl.lit(replicates[0], dtype=pl.Int32).alias(NUMBER)]
    number = pl.lit(pl.Series(replicates, dtype=pl.Int32)).gather(_position(pl.col("replicate")))
    return [number.alias(NUMBER), pl.col("replicate").set_sorted()]


def _position(known: pl.Expr) -> pl.Expr:
    """Return positions in a list as Polars gathers by them; to check that none is below 0 would take half the time."""
    return known.cast(pl.UInt32, wrap_numerical=True)


def _counts(rows: Sequence[Rows], events: Sequence[Declared], provisions: frozenset[str]) -> Iterator[pl.Expr]:
    """Yield the counts of events by measure of the summary, and the reallocated forfeitures."""
    for measure, of in counted_rows(provisions).items():
        found = [_counted(part, of) for part in rows if part.event_type == of.event]
        if found:
            yield pl.sum_horizontal(part.sum().cast(pl.Int64) for part in found).alias(measure)
    own = (event.measures or {} for event in events if isinstance(event, OwnEvent))
    yield from (expr.cast(pl.Int64).sum().alias(name) for measures in own for name, expr in measures.items())
    if any("reallocated_cents" in event.adds for event in events):
        yield pl.col("reallocated_cents").sum()


def _counted(rows: Rows, of: Counts) -> pl.Expr:
    """Return whose rows count."""
    cause = None if of.cause is None else EVENT_CAUSES.index(of.cause)
    return rows.when if cause is None else rows.when & (rows.sets["cause"] == cause)


def _closing(events: Sequence[Declared]) -> list[pl.Expr]:
    """Return the columns of the next opening: ``new_x`` of an event takes the place of ``x``."""
    added = {name for event in events for name in event.adds}
    kept = (name for event in events for name in event.kept)
    own = (pl.col(name) for event in events if isinstance(event, OwnEvent) for name in event.keeps)
    state = (pl.col(f"new_{name}").alias(name) if f"new_{name}" in added else pl.col(name) for name in (*STATE, *kept))
    return [*state, *own]

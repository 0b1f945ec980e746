"""Users' own events: plain Polars between the events of the model, checked after each.

See ``docs/own-events.md``.
"""

from __future__ import annotations

import importlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, SupportsIndex

import polars as pl

from workforce_sim.engine.context import CONSTANTS, Year
from workforce_sim.engine.event import Declared, Event, Rows
from workforce_sim.engine.own_source import source
from workforce_sim.engine.state import STATE
from workforce_sim.errors import RequestError, SimulationError, WorkforceSimError
from workforce_sim.tables import EVENT_CAUSES, EVENT_TYPES, EVENTS, SNAPSHOTS, SUMMARY, DataType, names

_TYPES = (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt32, pl.Float64, pl.Boolean, pl.Date, pl.String)
_SET_BY_EVENTS = [
    name for name in names(EVENTS) if name not in {"replicate", "year", "employee_id", "event_type", "effective_date"}
]
_SET_BY_NAME = {"cause", "level_before", "level_after"}
NUMBER = "number"
"""Each employee's replicate number, which the tables of a year add to the staff like ``CONSTANTS``."""
_TAKEN = {*names(EVENTS), *names(SNAPSHOTS), *names(SUMMARY), *CONSTANTS, NUMBER, *STATE, *(f"new_{x}" for x in STATE)}
_WHO = ("replicate", "key", "person")


@dataclass(frozen=True, eq=False)
class OwnEvent(Declared):
    """A user's event; ``event`` makes one.

    Attributes:
        after: the event that it comes after.
        measures: by name, what the summary adds up over all employees.
        keeps: its columns whose values the next opening has; null at the first opening and for hires.
    """

    after: str = ""
    measures: Mapping[str, pl.Expr] | None = None
    keeps: tuple[str, ...] = ()

    @cached_property
    def source(self) -> str:
        """SHA-256 of its source when first used, for the record of the run."""
        return source(self.function, self.after, self.adds, self.keeps)

    def __reduce_ex__(self, protocol: SupportsIndex) -> str | tuple[Any, ...]:
        """Pickle by name: the name of the function means the event in the other process too."""
        home = self.function.__module__, self.function.__qualname__
        return (_of_name, home) if _of_name(*home) is self else super().__reduce_ex__(protocol)

    def selects(self) -> set[str]:
        """Return the columns of the staff that its ledger rows and measures use."""
        sets = (expr for rows in self.ledger for expr in rows.sets.values() if isinstance(expr, pl.Expr))
        exprs = (*sets, *(rows.when for rows in self.ledger), *(self.measures or {}).values())
        return {name for expr in exprs for name in expr.meta.root_names()} | {rows.date for rows in self.ledger}

    def applied(self, staff: pl.DataFrame, year: Year) -> pl.DataFrame:
        """Return the staff with the columns that the event adds.

        Raises:
            SimulationError: when it fails, loses, adds or moves rows, changes a type, leaves a column of the model
                without a value, adds undeclared columns, or dates a ledger row outside employment.
        """
        where = f"event {self.name} in {year.number}"
        try:
            with year.clock(self.name):
                found = _collected(self.function(staff.lazy(), year))
                problems = [*_problems(staff, found, self.adds)] or [*self._misused(found, year)]
        except WorkforceSimError:
            raise
        except Exception as error:
            raise SimulationError(f"{where}: {type(error).__name__}: {_without_values(error)}") from error
        if problems:
            raise SimulationError(f"{where}: {'; '.join(problems)}")
        return found.select(*staff.columns, *(name for name in self.adds if name not in staff.columns))

    def _misused(self, found: pl.DataFrame, year: Year) -> Iterator[str]:
        """Yield the errors of measures and ledger rows whose columns the staff already have."""
        for name, measure in (self.measures or {}).items():
            if _has(found, measure) and not _whole(found, measure):
                yield f"measure {name} is no whole number or flag; round it to cents, and cast it"
        for rows in self.ledger:
            date = pl.col(rows.date)
            if _has(found, rows.when & date):
                count = int(found.select((rows.when & ~_employed(found, date, year)).sum()).item())
                if count:
                    yield f"{count:,} ledger rows are dated outside the year or the employment; limit when"


def _of_name(module: str, name: str) -> Any:
    """Return the object that a module has under a name; None without one."""
    return getattr(importlib.import_module(module), name, None)


def _collected(plan: Any) -> pl.DataFrame:
    """Return the rows of a plan without the event's private columns."""
    if not isinstance(plan, pl.LazyFrame):
        raise TypeError(f"gives a {type(plan).__name__}; return the staff as a lazy frame")
    found = plan.collect(engine="in-memory")
    return found.drop(name for name in found.columns if name.startswith("_"))


def _without_values(error: Exception) -> str:
    """Return the first line of a message without the values that Polars quotes: they may be an employee's pay."""
    first, *_ = str(error).splitlines() or [""]
    return re.sub(r" values?: \[.*", " values", first)


def _has(staff: pl.DataFrame, expr: pl.Expr) -> bool:
    return {*expr.meta.root_names()} <= {*staff.columns}


def _whole(staff: pl.DataFrame, expr: pl.Expr) -> bool:
    (dtype,) = staff.lazy().select(expr).collect_schema().dtypes()
    return dtype.is_integer() or dtype == pl.Boolean


def _employed(staff: pl.DataFrame, date: pl.Expr, year: Year) -> pl.Expr:
    """Return who is employed on their own date in the year; before last days are known, who is hired by then."""
    day = date.cast(pl.Int32)
    there = day.is_between(year.first, year.last) & (day >= pl.col("hire_date"))
    return (there & (day <= pl.col("last_day")) if "last_day" in staff.columns else there).fill_null(value=False)


def _problems(before: pl.DataFrame, after: pl.DataFrame, adds: Mapping[str, DataType]) -> Iterator[str]:
    """Yield the forbidden changes that an event made to the staff."""
    expected = {**before.schema, **adds}
    for name, dtype in expected.items():
        if name not in after.columns:
            yield f"column {name} is missing; return the staff with it"
        elif after.schema[name] != dtype:
            yield f"column {name} is {after.schema[name]}, not {dtype}; cast it"
        elif name not in adds and after[name].null_count() > before[name].null_count():
            yield f"column {name} has nulls; fill them"
    for name in after.columns:
        if name not in expected:
            yield f"column {name} is not declared; name it in adds, or begin its name with _ to have it dropped"
    if after.height != before.height:
        yield f"gives {after.height:,} rows for {before.height:,} employees; it must keep everybody, once"
    elif not all(name in after.columns and after[name].equals(before[name]) for name in _WHO):
        yield 'the rows are others, or in another order; do not sort, and join with maintain_order="left"'


def event(
    *,
    after: str,
    adds: Mapping[str, DataType] | None = None,
    ledger: Rows | Sequence[Rows] = (),
    measures: Mapping[str, pl.Expr] | None = None,
    keeps: Sequence[str] = (),
) -> Callable[[Event], OwnEvent]:
    """Make an event from a function that returns the staff of a year with more columns.

    The function gets the staff as a lazy frame, with a row for each employee of the year, and the year. A large staff
    comes in several parts, so a sum over rows is not a sum over all employees. Columns whose names begin with ``_`` are
    dropped afterwards.

    Args:
        after: the event of the model that it follows, such as ``hire`` or ``compensation``, or one of yours that
            comes before it in the list.
        adds: its columns with their types; the snapshots have them too.
        ledger: its rows of the ledger, from ``ledger_rows``; their event type is the name of the function.
        measures: by name, whole numbers or flags of each employee that the summary adds up.
        keeps: columns of ``adds`` that pass to the next opening; null at the first opening and for hires.

    Raises:
        RequestError: when used, for a name that is taken or a type that a table cannot have.
    """
    rows = (ledger,) if isinstance(ledger, Rows) else tuple(ledger)
    added = dict(adds or {})

    def declared(function: Event) -> OwnEvent:
        name = getattr(function, "__name__", "")
        snapshot = {column: pl.col(column) for column in added}
        own = OwnEvent(
            name,
            function,
            added,
            tuple(replace(part, event_type=name) for part in rows),
            snapshot,
            after=after,
            measures=dict(measures or {}),
            keeps=tuple(keeps),
        )
        _refuse(own)
        return own

    return declared


def ledger_rows(*, when: pl.Expr, date: str, **sets: pl.Expr | str) -> Rows:
    """Return the ledger rows of a user's event.

    Args:
        when: which employees get a row.
        date: the column with their dates: a Date, or days since 1970-01-01.
        sets: values of columns of the ledger, such as ``amount_cents=pl.col("bonus_cents")``.

    Raises:
        RequestError: for a column that no event may set.
    """
    unknown = [name for name in sets if name not in _SET_BY_EVENTS]
    if unknown:
        raise RequestError(f"ledger_rows: {', '.join(unknown)} cannot be set; choose of {', '.join(_SET_BY_EVENTS)}")
    if not isinstance(when, pl.Expr):
        raise RequestError('ledger_rows: when must be an expression, such as pl.col("bonus_cents") > 0')
    if not isinstance(date, str):
        raise RequestError('ledger_rows: date must be the name of a column, such as "bonus_date"')
    for name, value in sets.items():
        _refuse_value(name, value)
    return Rows("", when, date, {name: _as_position(name, value) for name, value in sets.items()})


def _as_position(name: str, value: pl.Expr | str) -> pl.Expr | str:
    """Let an expression that stands for a name fail unless it is a position; the model's own are not checked."""
    return value.cast(pl.UInt32) if isinstance(value, pl.Expr) and name in _SET_BY_NAME else value


def _refuse_value(name: str, value: Any) -> None:
    """Raise ``RequestError`` for a value that a ledger column cannot have."""
    if not isinstance(value, pl.Expr) and not (isinstance(value, str) and name in _SET_BY_NAME):
        raise RequestError(f"ledger_rows: {name} must be an expression; write pl.col(...) or pl.lit(...)")
    if name == "cause" and isinstance(value, str) and value not in EVENT_CAUSES:
        raise RequestError(f"ledger_rows: no cause is named {value!r}; choose of {', '.join(EVENT_CAUSES)}")


def _refuse(own: OwnEvent) -> None:
    """Raise ``RequestError`` for an event that no run can have."""
    if not own.name.isidentifier():
        raise RequestError("an event needs a function with a name: write it with def, not as a lambda or a partial")
    for problem in _refusals(own):
        raise RequestError(f"event {own.name}: {problem}")


def _refusals(own: OwnEvent) -> Iterator[str]:
    measures: dict[str, Any] = dict(own.measures or {})
    if own.name in EVENT_TYPES:
        yield "the model has an event of this name; choose another"
    for name, dtype in own.adds.items():
        if name in _TAKEN:
            yield f"the tables or the staff have a column {name}; choose another name"
        if name.startswith("_"):
            yield f"adds {name}, but columns that begin with _ are dropped; choose another name"
        if dtype not in _TYPES:
            yield f"{name} cannot be {dtype}; use {', '.join(str(known) for known in _TYPES)}"
    for name, measure in measures.items():
        if name in _TAKEN or name.startswith("_"):
            yield f"no measure can be named {name}; choose another name"
        if not isinstance(measure, pl.Expr):
            yield f'measure {name} must be an expression, such as pl.col("bonus_cents")'
    missing = [name for name in own.keeps if name not in own.adds]
    if missing:
        yield f"keeps {', '.join(missing)}, which adds does not have"


def sources(own: Iterable[OwnEvent]) -> dict[str, str]:
    """Return the SHA-256 of the source of each event, by name."""
    return {event.name: event.source for event in own}


def kept(own: Iterable[OwnEvent]) -> list[pl.Expr]:
    """Return the columns that own events keep from year to year, with their values at the first opening.

    Raises:
        RequestError: for an object that is not an event, and for events that cannot be combined.
    """
    events = list(own)
    _refuse_together(events)
    return [pl.lit(None, dtype=event.adds[name]).alias(name) for event in events for name in event.keeps]


def _refuse_together(events: Sequence[Any]) -> None:
    others = [type(event).__name__ for event in events if not isinstance(event, OwnEvent)]
    if others:
        raise RequestError(f"events: a {others[0]} is no event; decorate the function with event(after=...)")
    _refuse_twice("an event", (event.name for event in events))
    _refuse_twice("an added column", (name for event in events for name in event.adds))
    _refuse_twice("a measure", (name for event in events for name in event.measures or ()))


def _refuse_twice(what: str, found: Iterable[str]) -> None:
    twice = [name for name, count in Counter(found).items() if count > 1]
    if twice:
        raise RequestError(f"events: {', '.join(twice)}: {what} is there twice; give one another name")

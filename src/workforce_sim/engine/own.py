"""A user's own events: plain Polars between the events of the model, checked after each.

See ``docs/own-events.md``.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from textwrap import dedent

import polars as pl

from workforce_sim.engine.context import Year
from workforce_sim.engine.event import Declared, Event, Rows
from workforce_sim.errors import RequestError, SimulationError
from workforce_sim.tables import EVENT_TYPES, EVENTS, SNAPSHOTS, SUMMARY, DataType, names

_TYPES = (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt32, pl.Float64, pl.Boolean, pl.Date, pl.String)
_SET_BY_EVENTS = [
    name for name in names(EVENTS) if name not in {"replicate", "year", "employee_id", "event_type", "effective_date"}
]
_TAKEN = {*names(EVENTS), *names(SNAPSHOTS), *names(SUMMARY)}


@dataclass(frozen=True, eq=False)
class OwnEvent(Declared):
    """A user's event; ``event`` makes one.

    Attributes:
        after: the event that it comes after.
        measures: by name, what the summary adds up over everybody.
        keeps: columns of it whose value the next opening has; null at the first, and of hires.
        source: SHA-256 of its source, for the record.
    """

    after: str = ""
    measures: Mapping[str, pl.Expr] | None = None
    keeps: tuple[str, ...] = ()
    source: str = ""

    def applied(self, staff: pl.DataFrame, year: Year) -> pl.DataFrame:
        """Return the staff with what the event adds.

        Raises:
            SimulationError: when it fails, loses or adds rows, changes a type, or adds other columns than it says.
        """
        where = f"event {self.name} in {year.number}"
        try:
            with year.clock(self.name):
                found = self.function(staff.lazy(), year).collect(engine="in-memory")
        except (pl.exceptions.PolarsError, TypeError, AttributeError) as error:
            raise SimulationError(f"{where}: {type(error).__name__}: {error}") from error
        found = found.drop(name for name in found.columns if name.startswith("_"))
        problems = list(_problems(staff, found, self.adds))
        if problems:
            raise SimulationError(f"{where}: {'; '.join(problems)}")
        return found.select(*staff.columns, *(name for name in self.adds if name not in staff.columns))


def _problems(before: pl.DataFrame, after: pl.DataFrame, adds: Mapping[str, DataType]) -> Iterable[str]:
    """Yield what an event did that it must not do."""
    if after.height != before.height:
        yield f"gives {after.height:,} rows for {before.height:,} employees; it must keep everybody, once"
    expected = {**before.schema, **adds}
    for name, dtype in expected.items():
        if name not in after.columns:
            yield f"column {name} is missing; return the staff with it"
        elif after.schema[name] != dtype:
            yield f"column {name} is {after.schema[name]}, not {dtype}; cast it"
    for name in after.columns:
        if name not in expected:
            yield f"column {name} is not declared; name it in adds, or begin its name with _ to have it dropped"


def event(
    *,
    after: str,
    adds: Mapping[str, DataType] | None = None,
    ledger: Rows | Sequence[Rows] = (),
    measures: Mapping[str, pl.Expr] | None = None,
    keeps: Sequence[str] = (),
) -> Callable[[Event], OwnEvent]:
    """Make an event of a function from the staff of a year to the staff with more columns.

    The function gets the staff as a lazy frame, one row for everybody employed in the year (in several parts where they
    are many, so a sum over rows is no sum over the firm), and the year. Columns whose names begin with ``_`` are
    dropped after it.

    Args:
        after: the event of the model that it comes after: ``risk``, ``hire``, ``promotion``, ``compensation``,
            ``eligibility``, ``enrollment``, ``deferral``, ``contribution``, ``account`` or ``look_back``.
        adds: its columns with their types; they stand in the snapshots too.
        ledger: its rows of the ledger, from ``ledger_rows``; their event type is the name of the function.
        measures: by name, whole numbers or flags of each employee that the summary adds up.
        keeps: columns of ``adds`` that the next opening has, as the year leaves them; null at first and of hires.

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
            source=_source(function),
        )
        _refuse(own)
        return own

    return declared


def ledger_rows(*, when: pl.Expr, date: str, **sets: pl.Expr | str) -> Rows:
    """Return the ledger rows of a user's event.

    Args:
        when: whose row it is.
        date: the column with their dates: a Date, or days since 1970-01-01.
        sets: values of columns of the ledger, such as ``amount_cents=pl.col("bonus_cents")``.

    Raises:
        RequestError: for a column that no event may set.
    """
    unknown = [name for name in sets if name not in _SET_BY_EVENTS]
    if unknown:
        raise RequestError(f"ledger_rows: {', '.join(unknown)} cannot be set; choose of {', '.join(_SET_BY_EVENTS)}")
    return Rows("", when, date, sets)


def _source(function: Event) -> str:
    """Return the SHA-256 of a function's source, or of its code where there is none to be read."""
    try:
        text = dedent(inspect.getsource(function)).encode()
    except (OSError, TypeError):
        code = getattr(function, "__code__", None)
        text = code.co_code if code is not None else repr(type(function)).encode()
    return hashlib.sha256(text).hexdigest()


def _refuse(own: OwnEvent) -> None:
    """Raise ``RequestError`` for what no run could have."""
    if not own.name.isidentifier():
        raise RequestError("an event needs a function with a name")
    if own.name in EVENT_TYPES:
        raise RequestError(f"event {own.name}: the model has an event of this name; choose another")
    for name, dtype in own.adds.items():
        if name in _TAKEN:
            raise RequestError(f"event {own.name}: the tables have a column {name}; choose another name")
        if dtype not in _TYPES:
            raise RequestError(
                f"event {own.name}: {name} cannot be {dtype}; use a whole number, Float64, Boolean or Date"
            )
    for name in own.measures or {}:
        if name in _TAKEN:
            raise RequestError(f"event {own.name}: the summary has a measure {name}; choose another name")
    missing = [name for name in own.keeps if name not in own.adds]
    if missing:
        raise RequestError(f"event {own.name}: keeps {', '.join(missing)}, which adds does not have")


def sources(own: Iterable[OwnEvent]) -> dict[str, str]:
    """Return the SHA-256 of the source of each event, by name."""
    return {event.name: event.source for event in own}


def kept(own: Iterable[OwnEvent]) -> list[pl.Expr]:
    """Return the columns that own events keep from year to year, as they are at the first opening."""
    return [pl.lit(None, dtype=event.adds[name]).alias(name) for event in own for name in event.keeps]

"""Whether the tables of a year keep the laws: the ledger replayed over the opening, dates, the headcount bridge, money.

Chapter: ``docs/model/laws.md``. A broken law is a defect or damaged data, never a matter of assumptions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import polars as pl

from workforce_sim.census.opening import present
from workforce_sim.errors import LedgerError
from workforce_sim.store.ledger import known_state, replay
from workforce_sim.tables import EVENT_KINDS, EVENTS, SNAPSHOTS, TABLES, EventType, names
from workforce_sim.tables.output import Tables

_WHO = ["replicate", "employee_id"]
_OF_EVERY_ROW = ("replicate", "year", "employee_id", "event_type", "effective_date")
_FOLLOWED = [column for column in SNAPSHOTS if column.state is not None]


def check_year(
    opening: pl.DataFrame,
    tables: Tables,
    opens: dt.date,
    kinds: Sequence[EventType] = EVENT_KINDS,
) -> None:
    """Check one plan year against the laws.

    Args:
        opening: staff at the opening: ``result.opening``, or the snapshots of the year before (leavers are left out).
        tables: ledger, snapshots and summary of the year.
        opens: the first day of the run, before which nothing is dated.
        kinds: the event types there are.

    Raises:
        LedgerError: naming every law that is broken, with how many rows break it.
    """
    broken = list(broken_laws(opening, tables, kinds, opens))
    if broken:
        raise LedgerError("; ".join(broken))


def broken_laws(
    opening: pl.DataFrame | None,
    tables: Tables,
    kinds: Sequence[EventType] = EVENT_KINDS,
    opens: dt.date | None = None,
) -> Iterator[str]:
    """Yield what is wrong with the tables of a year; without an opening nothing is replayed."""
    events, people = tables.events, tables.snapshots
    year = int(tables.summary["year"][0])
    for name in ("events", "snapshots", "summary"):
        expected = names(TABLES[name])
        if getattr(tables, name).columns[: len(expected)] != expected:  # a user's own events add columns behind
            yield f"{year}: the columns of {name} are not those of the model"
            return
    dates, first = events["effective_date"], max(dt.date(year, 1, 1), opens or dt.date.min)
    yield from _counted(year, "events are dated outside the year", (dates.dt.year() != year) | (dates < first))
    yield from _counted(year, "events happen outside employment", _outside(events, people))
    yield from _of_kinds(year, events.with_columns(pl.col("event_type", "cause").cast(pl.String)), kinds)
    yield from _bounds(year, people)
    if opening is not None and not _closing(people).equals(_comparable(replay(_staying(opening), events), people)):
        yield f"{year}: the ledger replayed over the opening does not give the closing"
    yield from _bridge(year, tables)


def _counted(year: int, what: str, broken: pl.Series) -> Iterator[str]:
    count = int(broken.sum() or 0)
    if count:
        yield f"{year}: {count} {what}"


def _outside(events: pl.DataFrame, people: pl.DataFrame) -> pl.Series:
    spans = people.select("replicate", "employee_id", "hire_date", "termination_date")
    dated = events.select("replicate", "employee_id", "effective_date").join(
        spans, on=["replicate", "employee_id"], how="left", maintain_order="left"
    )
    day, last = dated["effective_date"], dated["termination_date"]
    return dated["hire_date"].is_null() | (day < dated["hire_date"]) | (day > last).fill_null(value=False)


def _staying(people: pl.DataFrame) -> pl.DataFrame:
    """Return the opening of the next year, of snapshots; of an opening, who is there."""
    people = present(people)
    return people.filter(pl.col("termination_date").is_null()) if "termination_date" in people.columns else people


def _of_kinds(year: int, events: pl.DataFrame, kinds: Sequence[EventType]) -> Iterator[str]:
    """Yield what breaks the declaration of an event type: how often it may happen, its causes, what it sets."""
    kind = pl.col("event_type")
    often = [kind.name for kind in kinds if kind.often]
    events = events.filter(kind.is_in([kind.name for kind in kinds]))  # nothing is declared of a user's own events
    once = events.filter(~kind.is_in(often))
    twice = once.select("replicate", "employee_id", "event_type").is_duplicated()
    yield from _counted(year, "events happen twice to somebody", twice)
    for column in (column.name for column in EVENTS if column.name not in _OF_EVERY_ROW):
        setting = [kind.name for kind in kinds if column in kind.sets or (column == "cause" and kind.causes)]
        strange = events.select(pl.col(column).is_not_null() & ~kind.is_in(setting)).to_series()
        yield from _counted(year, f"events have a {column}, which they do not set", strange)
    pairs = [f"{kind.name} {cause}" for kind in kinds for cause in kind.causes]
    pair = pl.concat_str("event_type", "cause", separator=" ")  # null where there is no cause
    strange = events.select(~pair.is_in(pairs)).to_series()
    yield from _counted(year, "events have a cause of another event", strange)


def _bounds(year: int, people: pl.DataFrame) -> Iterator[str]:
    for column in SNAPSHOTS:
        if column.lowest is not None:
            yield from _counted(
                year, f"values of {column.name} are below {column.lowest:,}", people[column.name] < column.lowest
            )
        if column.highest is not None:
            yield from _counted(
                year, f"values of {column.name} are above {column.highest:,}", people[column.name] > column.highest
            )


def _closing(people: pl.DataFrame) -> pl.DataFrame:
    """Return what the snapshots say of the closing, as ``replay`` gives it."""
    known = (known_state(column, people.columns) for column in _FOLLOWED)
    return _staying(people).select(*_WHO, *known).sort(_WHO)


def _comparable(replayed: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    return replayed.with_columns(pl.col("level").cast(people.schema["level"]))


def _bridge(year: int, tables: Tables) -> Iterator[str]:
    """Yield replicates whose opening + hires - terminations is not their closing."""
    gone = pl.col("terminations_opening_staff") + pl.col("terminations_new_hires")
    closing = pl.col("headcount_opening") + pl.col("hires") - gone
    broken = tables.summary.select(closing != pl.col("headcount_closing")).to_series()
    yield from _counted(year, "headcount bridges do not close", broken)

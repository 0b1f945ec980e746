"""What is declared of an event type and of a column; whoever needs a fact of one derives it from here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

NAME = pl.Enum
"""Levels and departments are Enums of their names, in order: their values differ from run to run."""

DataType = pl.DataType | type[pl.DataType] | type[pl.Enum]


@dataclass(frozen=True, kw_only=True)
class EventType:
    """One type of event.

    Attributes:
        name: as the ledger has it.
        words: what somebody did who has such a row, in a difference of two runs: ``promoted``.
        otherwise: how a difference is called where both runs have the row with other values.
        otherwise_caused: the same where only the cause is another; as ``otherwise`` when left out.
        sets: ledger columns that its rows may fill, besides the date; a cause where ``causes`` has any.
        causes: why it may happen, in the order of the ledger.
        keys: configuration keys that decide it, or how they begin.
        amount_keys: keys that decide its amounts besides.
        often: whether somebody may have more than one a year.
        lasting: whether a run without it in a year may have it in another: then it comes earlier or later.
        in_plan: whether it belongs to the plan.
        enters: whether employment begins with it: replay starts from nothing in the plan.
        follows: whether it follows from all the rest of its year, and so comes last in a difference.
    """

    name: str
    words: str
    otherwise: str
    otherwise_caused: str = ""
    sets: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    keys: tuple[str, ...]
    amount_keys: tuple[str, ...] = ()
    often: bool = False
    lasting: bool = False
    in_plan: bool = False
    enters: bool = False
    follows: bool = False


@dataclass(frozen=True)
class Last:
    """Replay: the last value of a ledger column; ``starts`` is what a hire begins with where its row does not say."""

    column: str
    starts: Any = None


@dataclass(frozen=True)
class Reached:
    """Replay: whether somebody has had an event; the snapshot has its date. ``name`` is that of the flag."""

    event: str
    name: str


@dataclass(frozen=True)
class Positive:
    """Replay: whether another column of the state is above 0."""

    column: str


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        name: as the table has it.
        dtype: its type.
        meaning: in a few words.
        unit: of numbers.
        owner: what may change it.
        lowest: the least that a law allows; None where there is no such law.
        highest: the most.
        in_plan: whether it is null without a plan.
        needs: the provision without which it is null, a name of ``Config.provisions``; none if it is always there.
        state: of a snapshot, how replay finds it in the ledger; None where the ledger does not tell.
        fixed: of a snapshot, whether it is known before the year, so that two runs differ in it at the opening.
        differs: of a snapshot, how a difference in it is called at the closing.
        keys: configuration keys that decide such a difference, or how they begin.
        behind: the column right behind which it is looked at for differences; else its place in the table.
    """

    name: str
    dtype: DataType
    meaning: str
    unit: str = ""
    owner: str = ""
    lowest: int | None = field(default=None, kw_only=True)
    highest: int | None = field(default=None, kw_only=True)
    in_plan: bool = field(default=False, kw_only=True)
    needs: str = field(default="", kw_only=True)
    state: Last | Reached | Positive | None = field(default=None, kw_only=True)
    fixed: bool = field(default=False, kw_only=True)
    differs: str = field(default="", kw_only=True)
    keys: tuple[str, ...] = field(default=(), kw_only=True)
    behind: str = field(default="", kw_only=True)

    def applies(self, provisions: frozenset[str]) -> bool:
        """Return whether runs with these provisions have values of it."""
        return (not self.in_plan or "plan" in provisions) and (not self.needs or self.needs in provisions)


@dataclass(frozen=True)
class Counts:
    """A measure: how many ledger rows of an event type there are, of one cause or of any."""

    event: str
    cause: str | None = None

    def covers(self, event: str, cause: str | None) -> bool:
        """Return whether a row of this type and cause counts."""
        return event == self.event and self.cause in (None, cause)


@dataclass(frozen=True)
class Measure(Column):
    """One column of the summary, and how it comes about.

    Attributes:
        counts: the ledger rows that it counts.
        sums: what is summed over people, an expression of snapshot columns.
        derived: an expression of other measures.
        of_account: whether it hangs on the one account of forfeitures: groups have none of it.
        of_a_day: whether it is of the opening or the closing: those of several years do not add up.
        label: what people read for it; the name where there is none.
    """

    counts: Counts | None = field(default=None, kw_only=True)
    sums: pl.Expr | None = field(default=None, kw_only=True, compare=False, repr=False)
    derived: pl.Expr | None = field(default=None, kw_only=True, compare=False, repr=False)
    of_account: bool = field(default=False, kw_only=True)
    of_a_day: bool = field(default=False, kw_only=True)
    label: str = field(default="", kw_only=True)


def names(table: Iterable[Column]) -> list[str]:
    """Return the column names of a table, in order."""
    return [column.name for column in table]


def completed(frame: pl.DataFrame, table: Iterable[Column]) -> pl.DataFrame:
    """Return the frame with every column of the table, in order; those not there yet are null."""
    there = set(frame.columns)
    absent = [
        pl.lit(None, dtype=pl.String if column.dtype is NAME else column.dtype).alias(column.name)
        for column in table
        if column.name not in there
    ]
    return (frame.with_columns(absent) if absent else frame)[names(table)]


def looked_at(table: Sequence[Column]) -> tuple[Column, ...]:
    """Return columns in the order in which differences are looked for: what says ``behind`` follows that column."""

    def with_followers(column: Column) -> Iterator[Column]:
        yield column
        for other in table:
            if other.behind == column.name:
                yield from with_followers(other)

    return tuple(found for column in table if not column.behind for found in with_followers(column))


def causes_of(kinds: Iterable[EventType]) -> tuple[str, ...]:
    """Return the causes of all event types in the order of the ledger: of terminations, then of the others."""
    terminations_first = sorted(kinds, key=lambda kind: kind.name != "termination")
    return tuple(cause for kind in terminations_first for cause in kind.causes)


def schema(tables: Mapping[str, Iterable[Column]]) -> str:
    """Return the first digits of a SHA-256 of the tables: names, types and order of all columns, values of Enums."""
    lines = "\n".join(line for name, table in tables.items() for line in _lines(name, table))
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


def _lines(name: str, table: Iterable[Column]) -> Iterator[str]:
    for column in table:
        enum = column.dtype.categories.to_list() if isinstance(column.dtype, pl.Enum) else []
        kind = "Enum" if enum or column.dtype is NAME else str(column.dtype)
        yield f"{name}.{column.name}: {kind} {' '.join(enum)}".rstrip()

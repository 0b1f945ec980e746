"""What an event is: a function of the year's staff, with the columns that it adds and its ledger rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import polars as pl

from workforce_sim.config import Config
from workforce_sim.engine.columns import Array, Columns, Described
from workforce_sim.engine.context import Year
from workforce_sim.engine.partitions import BLOCK, blocks
from workforce_sim.tables import DataType

Event: TypeAlias = Callable[[pl.LazyFrame, Year], pl.LazyFrame]
"""From the staff of a year to the same staff with more columns, never with fewer rows."""

Arithmetic = Callable[[Columns, Year], Mapping[str, Array]]
"""From columns of the year's staff to new columns; for arithmetic that NumPy does faster than expressions."""


def always(year: Year) -> bool:
    """Return True: every year may have it."""
    return True


def everywhere(config: Config) -> bool:
    """Return True: every configuration has it."""
    return True


@dataclass(frozen=True)
class KeptColumn:
    """A column of the staff that passes from year to year, in runs that use its event.

    Attributes:
        dtype: its type.
        meaning: what it holds.
        starts: its value for hires, and for a census that does not say.
        census: the census column that it starts from.
    """

    dtype: DataType
    meaning: str
    starts: int = 0
    census: str | None = None

    def at_start(self, name: str, census: pl.DataFrame) -> pl.Series:
        """Return its values for the employees of a census."""
        if self.census is None:
            return pl.repeat(self.starts, census.height, dtype=self.dtype, eager=True).alias(name)
        return census[self.census].cast(self.dtype).fill_null(self.starts).alias(name)


@dataclass(frozen=True)
class Rows:
    """The ledger rows of one event type.

    Attributes:
        event_type: one of ``tables.EVENT_TYPES``.
        when: which employees get a row.
        date: the column with their dates, days since 1970-01-01.
        sets: the values of the rows, by ledger column; names as positions, or one name for all.
        possible: whether a year can have such rows; if not, nobody is searched for.
    """

    event_type: str
    when: pl.Expr
    date: str
    sets: Mapping[str, pl.Expr | str] = field(default_factory=dict)
    possible: Callable[[Year], bool] = always


@dataclass(frozen=True, eq=False)
class Declared:
    """An event, with its declarations.

    Attributes:
        name: of the event.
        function: the event itself.
        adds: columns that it adds to the staff. ``new_x`` becomes ``x`` at the next opening.
        ledger: its ledger rows.
        snapshot: its snapshot columns; names as positions, dates as days.
        meanings: what its columns hold.
        kept: columns that the staff have besides those of ``STATE``, from year to year.
        used: whether a configuration has the event; without it, a run has neither the event nor its columns.
    """

    name: str
    function: Event
    adds: Mapping[str, DataType]
    ledger: tuple[Rows, ...] = ()
    snapshot: Mapping[str, pl.Expr] = field(default_factory=dict)
    meanings: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, KeptColumn] = field(default_factory=dict)
    used: Callable[[Config], bool] = everywhere

    def __call__(self, staff: pl.LazyFrame, year: Year) -> pl.LazyFrame:
        """Add the event to the plan of a year."""
        return self.function(staff, year)


def node(
    adds: Described,
    ledger: tuple[Rows, ...] = (),
    snapshot: Mapping[str, pl.Expr] | None = None,
    *,
    blocks: bool = False,
    kept: Mapping[str, KeptColumn] | None = None,
    used: Callable[[Config], bool] = everywhere,
) -> Callable[[Arithmetic], Declared]:
    """Make an event from arithmetic on arrays: a node of the year's plan, named after the function.

    Args:
        adds: columns that it adds, and what they hold.
        ledger: its rows of the ledger.
        snapshot: its columns of the snapshot.
        blocks: whether it uses so many arrays that block by block is faster.
        kept: columns that pass from year to year besides those of ``STATE``.
        used: whether a configuration has the event.
    """

    def declared(arithmetic: Arithmetic) -> Declared:
        name = arithmetic.__name__
        work_on = in_blocks if blocks else at_once

        def work(frame: pl.DataFrame, year: Year) -> pl.DataFrame:
            with year.clock(name):
                return with_arrays(frame, work_on(arithmetic, frame, year))

        return Declared(
            name,
            lambda staff, year: mapped(staff, lambda frame: work(frame, year)),
            {column: dtype for column, (dtype, _) in adds.items()},
            ledger,
            snapshot or {},
            {column: meaning for column, (_, meaning) in adds.items()},
            kept or {},
            used,
        )

    return declared


def at_once(arithmetic: Arithmetic, frame: pl.DataFrame, year: Year) -> Mapping[str, Array]:
    """Return the columns that the arithmetic computes from a frame."""
    return arithmetic(Columns(frame), year)


def in_blocks(arithmetic: Arithmetic, frame: pl.DataFrame, year: Year) -> Mapping[str, Array]:
    """Return the columns that the arithmetic computes, block by block: no row depends on another.

    Batches of replicates are not split: they run in threads, which lose more by switching than the caches gain.
    """
    if frame.height <= BLOCK or year.replicates > 1:
        return at_once(arithmetic, frame, year)
    found: dict[str, Array] = {}
    for rows in blocks(frame.height):
        for name, part in arithmetic(Columns(frame[rows], rows), year).items():
            if name not in found:
                found[name] = np.empty(frame.height, dtype=part.dtype)
            found[name][rows] = part
    return found


def with_arrays(frame: pl.DataFrame, arrays: Mapping[str, Array]) -> pl.DataFrame:
    """Return a frame with arrays added as columns, or replacing those of the same name."""
    there = set(frame.columns)
    for name in there.intersection(arrays):
        frame = frame.clone().replace_column(frame.get_column_index(name), pl.Series(name, arrays[name]))
    return frame.hstack([pl.Series(name, array) for name, array in arrays.items() if name not in there])


def mapped(staff: pl.LazyFrame, function: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.LazyFrame:
    """Add a function of the whole frame to a plan, which does not know its columns: only nodes may follow it."""
    return staff.map_batches(
        function,
        validate_output_schema=False,
        projection_pushdown=False,
        predicate_pushdown=False,
        slice_pushdown=False,
    )


@dataclass(frozen=True)
class Settlement:
    """A decision that needs all employees: asks each partition, decides once, and gives each its outcome.

    The outcome does not depend on the partitions: whole numbers add up in any order, and the key breaks ties.

    Attributes:
        name: the name of its outcome in ``Year.given``.
        needed: whether the year needs it; if not, nothing is collected.
        ask: returns what the decision needs from a partition.
        settle: returns the outcomes, one for each partition.
        used: whether a configuration has it.
    """

    name: str
    needed: Callable[[Year], bool]
    ask: Callable[[Columns, Year], Any]
    settle: Callable[[list[Any], Year], list[Any]]
    used: Callable[[Config], bool] = everywhere

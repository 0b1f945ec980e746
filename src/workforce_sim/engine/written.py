"""The written order of a year's tables: replicate, then date, employee key, type of event and cause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from workforce_sim.dates import NEVER, Days
from workforce_sim.engine.columns import Rows
from workforce_sim.engine.outputs import KEY, ROW, WHO
from workforce_sim.engine.state import by_key


def in_written_order(events: pl.DataFrame, people: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return ledger and snapshots of a year in written order.

    Args:
        events: the ledger, in the order of types, with ``ROW`` and without ``WHO``.
        people: the snapshots, with ``KEY``.
    """
    order, rows = by_key(people, KEY), events[ROW].to_numpy()
    stand_so = bool((order[1:] > order[:-1]).all())
    date, rank = events["effective_date"].to_physical().to_numpy(), rows if stand_so else _ranks(order)[rows]
    place = _written(people["replicate"].to_numpy()[rows], date, rank)
    ledger = people.select(WHO)[rows[place]].hstack(events.drop(ROW)[place])
    return ledger, people.drop(KEY) if stand_so else people.drop(KEY)[order]


def merged(ledgers: Sequence[Iterable[pa.RecordBatch]]) -> Iterator[pa.RecordBatch]:
    """Yield the ledger of a year in written order, piece by piece.

    Args:
        ledgers: the ledger of each partition in written order, in pieces that are fetched when needed. The partitions
            are in the order of their keys and share none, so on each day the rows of one follow those of the one
            before.
    """
    readers = [_Reader(iter(pieces)) for pieces in ledgers]
    while readers := [reader for reader in readers if reader.day != _NONE]:
        day = min(reader.day for reader in readers)
        for reader in readers:
            yield from reader.of(day)


_NONE = int(NEVER)
"""A day after all rows."""


class _Reader:
    """Reads the ledger of a partition day by day; ``day`` is that of the next row."""

    day: int
    _rows: pa.RecordBatch
    _days: Days
    _at: int

    def __init__(self, pieces: Iterator[pa.RecordBatch]) -> None:
        self._pieces = pieces
        self._fetch()

    def of(self, day: int) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a day, if they are the next."""
        while self.day == day:
            end = int(np.searchsorted(self._days, np.int32(day), side="right"))
            yield self._rows.slice(self._at, end - self._at)
            if end == self._rows.num_rows:
                self._fetch()
            else:
                self._at, self.day = end, int(self._days[end])

    def _fetch(self) -> None:
        """Go to the next piece with rows."""
        found = next((rows for rows in self._pieces if rows.num_rows), None)
        if found is None:
            self.day = _NONE
        else:
            self._rows, self._days, self._at = found, found["effective_date"].view(pa.int32()).to_numpy(), 0
            self.day = int(self._days[0])


def _ranks(order: Rows) -> NDArray[np.uint32]:
    """Return the place of each employee in an order."""
    rank = np.empty(len(order), dtype=np.uint32)
    rank[order] = np.arange(len(order), dtype=np.uint32)
    return rank


def _written(replicate: NDArray[np.int32], date: Days, rank: NDArray[np.uint32]) -> Rows:
    """Return the written order of ledger rows that are in the order of types: replicate, date, employee key, type.

    Two changes of one rate on one day are in the order of their causes: own ones come first in the ledger's parts.
    The sort key is one number per row, whose last digits are the position of the row: 60 bits for 20 million employees.
    Sorting numbers is faster than sorting positions. Those of a day, put together first, are a few rising sequences,
    one of each type, which only have to be merged.
    """
    days = date - date.min(initial=NEVER)
    number = np.zeros(len(rank), dtype=np.uint64)
    for part in (replicate, days, rank, np.arange(len(rank))):
        number = number << np.uint64(int(part.max(initial=0)).bit_length()) | part.astype(np.uint64)
    number = number[np.argsort(days.astype(np.uint16), kind="stable")]
    number.sort(kind="stable")
    return (number & np.uint64(2 ** max(len(rank) - 1, 0).bit_length() - 1)).astype(np.intp)

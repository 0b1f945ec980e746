"""The written order of a year's tables: replicate, then date, employee key, type of event and cause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workforce_sim.dates import NEVER, Days
from workforce_sim.engine.columns import Array, Rows
from workforce_sim.engine.outputs import KEY, ROW
from workforce_sim.engine.state import by_key


def in_written_order(events: pl.DataFrame, people: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return ledger and snapshots of a year in written order.

    Args:
        events: the ledger, in the order of types, with ``ROW``.
        people: the snapshots, with ``KEY``.
    """
    order = by_key(people, KEY)
    date = _dates(events)
    place = _written(events[ROW].to_numpy(), date, people["replicate"].to_numpy(), order)
    return events.drop(ROW)[place], people.drop(KEY)[order]


def merged(ledgers: Sequence[Iterable[pl.DataFrame]]) -> Iterator[pl.DataFrame]:
    """Yield the ledger of a year in written order, piece by piece.

    Args:
        ledgers: of each partition its ledger in written order, in pieces that are fetched when it is their turn. The
            partitions come in the order of their keys, and share none: so on each day the rows of one follow those of
            the one before.
    """
    readers = [_Reader(iter(pieces)) for pieces in ledgers]
    while readers := [reader for reader in readers if reader.day != _NONE]:
        day = min(reader.day for reader in readers)
        for reader in readers:
            yield from reader.of(day)


_NONE = int(NEVER)
"""The day of no row."""


class _Reader:
    """Reads the ledger of a partition day by day; ``day`` is that of the next row."""

    day: int
    _rows: pl.DataFrame
    _days: Days
    _at: int

    def __init__(self, pieces: Iterator[pl.DataFrame]) -> None:
        self._pieces = pieces
        self._fetch()

    def of(self, day: int) -> Iterator[pl.DataFrame]:
        """Yield the rows of a day, where they are the next."""
        while self.day == day:
            end = int(np.searchsorted(self._days, np.int32(day), side="right"))
            yield self._rows[self._at : end]
            if end == self._rows.height:
                self._fetch()
            else:
                self._at, self.day = end, int(self._days[end])

    def _fetch(self) -> None:
        """Turn to the next piece that has rows."""
        found = next((rows for rows in self._pieces if rows.height), None)
        if found is None:
            self.day = _NONE
        else:
            self._rows, self._days, self._at = found, _dates(found), 0
            self.day = int(self._days[0])


def _dates(events: pl.DataFrame) -> Days:
    return events["effective_date"].to_physical().to_numpy()


def _written(rows: Array, date: Days, replicate: NDArray[np.int32], order: Rows) -> Rows:
    """Return the written order of ledger rows that are in the order of types: replicate, date, employee key, type.

    Two changes of one rate on one day are in the order of their causes: own ones come first in the ledger's parts.
    """
    rank = np.empty(len(order), dtype=np.uint32)
    rank[order] = np.arange(len(order), dtype=np.uint32)
    keys = [*_halves(rank[rows]), *_halves(date - date.min(initial=NEVER))]
    if replicate.max(initial=0) != replicate.min(initial=0):
        keys += _halves(replicate[rows])
    place = np.argsort(keys[0], kind="stable")
    for key in keys[1:]:  # from the last to the first: 16 bits at a time are sorted in one sweep
        place = place[np.argsort(key[place], kind="stable")]
    return place


def _halves(numbers: NDArray[Any]) -> list[NDArray[np.uint16]]:
    """Return whole numbers below 2^32 as their low and their high 16 bits, these where there are any."""
    low = numbers.astype(np.uint16)
    return [low] if numbers.max(initial=0) < 2**16 else [low, (numbers >> 16).astype(np.uint16)]

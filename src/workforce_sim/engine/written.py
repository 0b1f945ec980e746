"""The written order of a year's tables: replicate, then date, employee key, type of event and cause."""

from __future__ import annotations

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
    date = events["effective_date"].to_physical().to_numpy()
    place = _written(events[ROW].to_numpy(), date, people["replicate"].to_numpy(), order)
    return events.drop(ROW)[place], people.drop(KEY)[order]


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

"""Partitions: parts of the staff that go through the year one after another."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from threading import Event
from typing import TypeVar

import polars as pl

ROWS = 131_072
"""Employees per partition: more would not fit the caches, fewer would cost overhead."""


@dataclass(frozen=True)
class Large:
    """When the staff of a run on disk go through the disk too, and how.

    Attributes:
        above: with more staff than this.
        rows: employees of a partition.
        room: bytes that may stay in memory of what is set aside: of an opening, and of a ledger.
    """

    above: int = 2 * ROWS
    rows: int = ROWS
    room: int = 256 * 2**20

    def room_for(self, staff: int) -> int:
        """Return how much room there is for so many staff: none, unless all of an opening fits."""
        return self.room if staff * STATE_BYTES <= self.room else 0


STATE_BYTES = 100
"""Of an employee at an opening, about."""

R = TypeVar("R")


def parted(staff: pl.DataFrame, rows: int | None = None) -> list[pl.DataFrame]:
    """Return the staff in partitions of about ``rows`` employees, in their order."""
    count = max(1, round(staff.height / (rows or ROWS)))
    return [staff[part] for part in cut(staff.height, count)] if count > 1 else [staff]


def stacked(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return frames with the same columns one below the other, without waking the threads of Polars."""
    found = parts[0].clone()
    for part in parts[1:]:
        found.vstack(part, in_place=True)
    return found


def cut(rows: int, parts: int) -> list[slice]:
    """Return slices of rows of nearly equal size, in order; none for no parts."""
    return [slice(a, b) for a, b in pairwise(rows * i // parts for i in range(parts + 1))] if parts else []


BLOCK = 65_536
"""Employees of a block: their arrays stay in the caches, and their memory is reused."""


def blocks(rows: int) -> list[slice]:
    """Return slices of up to ``BLOCK`` rows."""
    return cut(rows, -(-rows // BLOCK))


@contextmanager
def beside(*, several: bool) -> Iterator[Callable[[Callable[[], R]], Callable[[], R]]]:
    """Give a function that starts work in a second thread, or does it at once, and returns a waiting function.

    Work in Polars runs beside arithmetic in NumPy. Two threads of NumPy take turns at the interpreter's lock, and both
    lose: ``docs/decisions/lazy-year.md`` has figures.
    """
    if not several:
        yield lambda work: partial(_given, work())
        return
    with ThreadPoolExecutor(1, thread_name_prefix="workforce_sim-tables") as thread:
        yield lambda work: thread.submit(work).result


def _given(value: R) -> R:
    return value


@contextmanager
def in_turn(most: int) -> Iterator[Callable[[Callable[[], object]], None]]:
    """Give a function that has work done in a second thread, one after another, and waits while ``most`` are waiting.

    After an error, which it raises then or at the end, no more is done.
    """
    waiting: deque[Future[None]] = deque()
    failed = Event()

    def carry_out(work: Callable[[], object]) -> None:
        if not failed.is_set():
            failed.set()
            work()
            failed.clear()

    def put(work: Callable[[], object]) -> None:
        while len(waiting) >= most:
            waiting.popleft().result()
        waiting.append(thread.submit(carry_out, work))

    with ThreadPoolExecutor(1, thread_name_prefix="workforce_sim-files") as thread:
        yield put
        for done in waiting:
            done.result()

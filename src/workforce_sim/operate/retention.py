"""What is kept of the plan years of a run while it goes on: all tables, compressed ones, or only what sums them up.

Whatever is kept, the fingerprint is the same: it is chained from those of the years.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from workforce_sim.store.ledger import year_digest
from workforce_sim.tables.output import Tables
from workforce_sim.verify.checks import check_year

LEAST_BATCH = 16_384
"""Rows of the smallest record batch; smaller ones cost time and save nothing."""

Kept = Literal["none", "whole", "packed"]
"""What is kept of the tables of a year."""


@dataclass(frozen=True)
class Keeping:
    """How finished years are kept; none of it changes a result.

    Attributes:
        tables: ``whole`` as they are, ``packed`` as compressed bytes, or ``none`` of them: least memory.
        batch_rows: rows of a record batch of packed tables, at least 16,384.
        checked: whether each year is held against the laws of the model before it counts, its ledger replayed over its
            opening. A broken law is a ``LedgerError``.
        beside: whether a second thread takes over finished years while the next is computed.
    """

    tables: Kept = "none"
    batch_rows: int = LEAST_BATCH
    checked: bool = False
    beside: bool = True


@dataclass(frozen=True)
class Packed:
    """Tables of a year as compressed bytes."""

    events: bytes
    snapshots: bytes
    summary: bytes

    @classmethod
    def of(cls, tables: Tables, batch_rows: int) -> Packed:
        """Compress the tables of a year."""
        return cls(*(_packed(frame, batch_rows) for frame in (tables.events, tables.snapshots, tables.summary)))

    def unpacked(self) -> Tables:
        """Return the tables again."""
        return Tables(*(pl.read_ipc(io.BytesIO(data)) for data in (self.events, self.snapshots, self.summary)))


def _packed(frame: pl.DataFrame, batch_rows: int) -> bytes:
    buffer = io.BytesIO()
    frame.write_ipc(buffer, compression="zstd", record_batch_size=max(batch_rows, LEAST_BATCH))
    return buffer.getvalue()


@dataclass(frozen=True)
class FinishedYear:
    """What is kept of a plan year.

    Attributes:
        summary: its row of the summary.
        records: rows of its ledger and of its snapshots.
        digest: of its tables, in the fingerprint.
        kept: the tables themselves, where they are kept.
    """

    summary: pl.DataFrame
    records: int
    digest: bytes
    kept: Tables | Packed | None = field(repr=False)

    def tables(self) -> Tables | None:
        """Return the tables of the year; None where none are kept."""
        return self.kept.unpacked() if isinstance(self.kept, Packed) else self.kept


@dataclass
class Retention:
    """Takes over finished years, in a thread of its own where it has an executor."""

    keeping: Keeping
    executor: Executor | None
    opening: pl.DataFrame
    opens: dt.date
    _years: list[Future[FinishedYear] | FinishedYear] = field(default_factory=list)

    def take(self, tables: Tables) -> None:
        """Take over a finished year.

        Raises:
            LedgerError: when years are checked and this one breaks a law.
        """
        if self.keeping.checked:
            check_year(self.opening, tables, self.opens)
            self.opening = tables.snapshots
        if self._years and isinstance(self._years[-1], Future):
            wait([self._years[-1]])  # one year waits in line, not all of them
        job = self._finished
        self._years.append(job(tables) if self.executor is None else self.executor.submit(job, tables))

    def _finished(self, tables: Tables) -> FinishedYear:
        records = tables.events.height + tables.snapshots.height
        return FinishedYear(tables.summary, records, year_digest(tables), self._kept(tables))

    def _kept(self, tables: Tables) -> Tables | Packed | None:
        if self.keeping.tables == "none":
            return None
        return Packed.of(tables, self.keeping.batch_rows) if self.keeping.tables == "packed" else tables

    def settle(self) -> tuple[list[FinishedYear], Exception | None]:
        """Wait for all years; return those before the first that fails, and its error."""
        finished: list[FinishedYear] = []
        for year in self._years:
            try:
                finished.append(year.result() if isinstance(year, Future) else year)
            except Exception as error:
                return finished, error
        return finished, None


@contextmanager
def retaining(keeping: Keeping, opening: pl.DataFrame, opens: dt.date) -> Iterator[Retention]:
    """Retain years after an opening on its day; the thread of its own ends with the block."""
    if not keeping.beside:
        yield Retention(keeping, None, opening, opens)
        return
    with ThreadPoolExecutor(1, thread_name_prefix="workforce_sim-years") as executor:
        yield Retention(keeping, executor, opening, opens)

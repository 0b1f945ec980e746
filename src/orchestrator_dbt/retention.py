"""What is kept of the years of a run while it goes on: the honest effect of levels, workers, batches, compression.

Whatever is kept, the fingerprint is the same: it is chained from those of the years.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from orchestrator_dbt.levels import OptimizationLevel
from workforce_sim.ledger import chained, year_digest
from workforce_sim.opening import Tables
from workforce_sim.verify.checks import check_year

LEAST_BATCH = 16_384
"""Rows of the smallest record batch; smaller ones cost time and save nothing."""


@dataclass(frozen=True)
class Settings:
    """How a run is carried out; none of it changes a result."""

    level: OptimizationLevel
    max_workers: int
    batch_size: int
    compression: bool

    @property
    def engine(self) -> Literal["fast", "reference"]:
        """The engine of the level."""
        return "reference" if self.level is OptimizationLevel.FALLBACK else "fast"


@dataclass(frozen=True)
class Packed:
    """Tables of a year as compressed bytes."""

    parts: tuple[bytes, ...]

    @classmethod
    def of(cls, tables: Tables, batch_size: int) -> Packed:
        """Compress the tables of a year."""
        return cls(tuple(_packed(frame, batch_size) for frame in (tables.events, tables.snapshots, tables.summary)))


def _packed(frame: pl.DataFrame, batch_size: int) -> bytes:
    buffer = io.BytesIO()
    frame.write_ipc(buffer, compression="zstd", record_batch_size=max(batch_size, LEAST_BATCH))
    return buffer.getvalue()


@dataclass(frozen=True)
class FinishedYear:
    """What every setting keeps of a year: its row of the summary, how many records, its digest."""

    summary: pl.DataFrame
    records: int
    digest: bytes
    tables: Tables | Packed | None


@dataclass
class Retention:
    """Takes over finished years, in a thread of its own where there is more than one worker."""

    settings: Settings
    executor: Executor | None
    opening: pl.DataFrame
    _years: list[Future[FinishedYear] | FinishedYear] = field(default_factory=list)
    _before: pl.DataFrame | None = None

    def take(self, tables: Tables) -> None:
        """Take over a finished year."""
        before = self.opening if self._before is None else self._before
        if self.settings.level is OptimizationLevel.LOW:
            check_year(before, tables)
            self._before = tables.snapshots
        if self._years and isinstance(self._years[-1], Future):
            wait([self._years[-1]])  # one year waits in line, not all of them
        job = self._finished
        self._years.append(job(tables) if self.executor is None else self.executor.submit(job, tables))

    def _finished(self, tables: Tables) -> FinishedYear:
        records = tables.events.height + tables.snapshots.height
        return FinishedYear(tables.summary, records, year_digest(tables), self._kept(tables))

    def _kept(self, tables: Tables) -> Tables | Packed | None:
        settings = self.settings
        if settings.level is OptimizationLevel.HIGH:
            return None
        return Packed.of(tables, settings.batch_size) if settings.compression else tables

    def settle(self) -> Exception | None:
        """Wait for all years; keep those before the first that fails, and return its error."""
        waiting, self._years = self._years, []
        for year in waiting:
            try:
                self._years.append(year.result() if isinstance(year, Future) else year)
            except Exception as error:
                return error
        return None

    def years(self) -> list[FinishedYear]:
        """Return all finished years, in order."""
        return [year.result() if isinstance(year, Future) else year for year in self._years]

    def fingerprint(self) -> str:
        """Return the fingerprint of the finished years."""
        return chained(year.digest for year in self.years())


@contextmanager
def retaining(settings: Settings, opening: pl.DataFrame) -> Iterator[Retention]:
    """Retain years; the thread of its own ends with the block."""
    if settings.max_workers == 1:
        yield Retention(settings, None, opening)
        return
    with ThreadPoolExecutor(1, thread_name_prefix="orchestrator_dbt-years") as executor:
        yield Retention(settings, executor, opening)

"""A run that may fail: the plan years that could be done, what stopped the rest, and where time and memory went."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import polars as pl

from workforce_sim.config import Config
from workforce_sim.dates import period_label, year_label
from workforce_sim.display.by_year import summary_table
from workforce_sim.display.card import Card
from workforce_sim.display.displayed import Displayed
from workforce_sim.operate.cancelling import Stop, noting
from workforce_sim.operate.memory import refuse_too_large
from workforce_sim.operate.monitor import PerformanceMonitor, monitoring
from workforce_sim.operate.retention import FinishedYear, Keeping, Retention, retaining
from workforce_sim.plan.loading import load_config
from workforce_sim.simulation.run import Engine, Run, begin
from workforce_sim.simulation.simulate import simulated_years
from workforce_sim.store.ledger import chained
from workforce_sim.store.parquet import FAST
from workforce_sim.store.writer import refuse_foreign, refuse_inputs
from workforce_sim.tables.output import Tables
from workforce_sim.wording import period
from workforce_sim.wording.progress import Progress


@dataclass(repr=False)
class Attempt(Displayed):
    """What a run came to.

    Attributes:
        config: what was to be simulated.
        finished: what is kept of those that could be done, in order.
        error: what stopped the rest; None when all is done.
        notes: what was imputed, ignored or dropped; compliance warnings about the plan.
        seconds: of the whole call.
        year_seconds: of each year.
        step_seconds: of each step of the engine.
        performance: the summary of a ``PerformanceMonitor``: time, memory, checkpoints.
    """

    config: Config
    finished: list[FinishedYear] = field(default_factory=list)
    error: Exception | None = None
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    year_seconds: dict[int, float] = field(default_factory=dict)
    step_seconds: dict[str, float] = field(default_factory=dict)
    performance: dict[str, Any] = field(default_factory=dict)

    @property
    def years(self) -> range:
        """The plan years asked for."""
        return self.config.simulation.years

    @property
    def completed(self) -> list[int]:
        """The plan years that could be done."""
        return list(self.years[: len(self.finished)])

    @property
    def missing(self) -> list[int]:
        """The plan years that could not: the one that failed, and those after it, which need it."""
        return list(self.years[len(self.finished) :])

    @property
    def records(self) -> int:
        """Rows of ledger and snapshots of the finished years."""
        return sum(year.records for year in self.finished)

    @property
    def summary(self) -> pl.DataFrame | None:
        """The summary of the finished years; None without one."""
        return pl.concat([year.summary for year in self.finished]) if self.finished else None

    @property
    def fingerprint(self) -> str | None:
        """The fingerprint of the finished years, as that of a ``Result``; None without one."""
        return chained(year.digest for year in self.finished) if self.finished else None

    def __repr__(self) -> str:
        stopped = f", stopped by {type(self.error).__name__}" if self.error else ""
        return f"<Attempt of {period(self.years)}: {len(self.finished)} of {len(self.years)} years{stopped}>"

    def _card(self) -> Card:
        done = f"{len(self.finished)} of {len(self.years)} years"
        stopped = f"; stopped in {self.missing[0]}: {self.error}" if self.error and self.missing else ""
        simulation, summary = self.config.simulation, self.summary
        tables = () if summary is None else (summary_table(summary, partial(year_label, simulation)),)
        return Card(f"Run of {period_label(simulation, self.years)}: {done}{stopped}", tables, self.notes)


def attempt(
    config: Any = None,
    *,
    census: Any = None,
    engine: Engine = "fast",
    keeping: Keeping | None = None,
    compression_level: int = FAST,
    checkpoints: bool = False,
    stop: Stop | None = None,
    progress: Progress | None = None,
) -> Attempt:
    """Simulate year by year; where a year fails, the years before it stand.

    Writes to ``output.path`` of the configuration as ``simulate`` does.

    Args:
        config: path, dict or loaded configuration; the documented defaults when left out.
        census: as for ``simulate``.
        engine: the fast engine or the reference model.
        keeping: what is kept of finished years; only what sums them up when left out.
        compression_level: of zstd, of the files of a run that begins.
        checkpoints: whether each year has its checkpoint in ``performance``.
        stop: ends the run before its next plan year, when asked to.
        progress: called after each year with the year, how many are done, and how many there are.

    Returns:
        The finished years, and the error of a census, a folder or a year that fails.

    Raises:
        ConfigError: for a configuration that cannot be used.
        FileNotFoundError: when there is no such configuration.
        Cancelled: when ``stop`` was asked.
        TooLargeError: for more staff than fit into memory; a ``MemoryError`` and a ``ConfigError``.
        MemoryError: when memory runs out all the same.
    """
    chosen, start = load_config(config), perf_counter()
    found = Attempt(chosen)
    with monitoring() as monitor:
        going = _Going(found, keeping or Keeping(), stop or Stop(), progress, monitor if checkpoints else None)
        with noting(found, going.stop):
            folder = None if chosen.output.path is None else Path(chosen.output.path)
            run = _begun(folder, chosen, census, engine, going.stop)
            monitor.checkpoint("prepared")
            going.carry_out(run, simulated_years(run, folder, compression_level))
        found.performance = monitor.get_summary()
    found.seconds = perf_counter() - start
    return found


def _begun(folder: Path | None, config: Config, census: Any, engine: Engine, stop: Stop) -> Run:
    stop.check()
    if folder is not None:
        refuse_foreign(folder)
        refuse_inputs(folder, config.census.path if census is None else census)
    run = begin(config, census=census, engine=engine, in_order=True)
    refuse_too_large(run.config, run.opening.staff.height)
    return run


@dataclass
class _Going:
    """A run under way."""

    found: Attempt
    keeping: Keeping
    stop: Stop
    progress: Progress | None
    monitor: PerformanceMonitor | None

    def carry_out(self, run: Run, years: Generator[Tables]) -> None:
        """Compute the years; keep those before the first that fails."""
        self.found.notes, self.found.step_seconds = run.notes, run.clock.seconds
        with retaining(self.keeping, run.staff, run.config.simulation.opening) as retention:
            with noting(self.found, self.stop), closing(years):
                self._take(years, retention)
            self.found.finished, error = retention.settle()
        if isinstance(error, MemoryError):
            raise error
        self.found.error = error or self.found.error

    def _take(self, years: Iterator[Tables], retention: Retention) -> None:
        wanted = self.found.years
        for number in wanted:
            self.stop.check()
            start = perf_counter()
            retention.take(next(years))
            self.found.year_seconds[number] = perf_counter() - start
            if self.monitor is not None:
                self.monitor.checkpoint(f"year {number}")
            if self.progress is not None:
                self.progress(number, number - wanted.start + 1, len(wanted))

"""Both engines on one census, timed in turn: whether they agree to the cent, and how much faster one is."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from statistics import median
from time import perf_counter
from typing import Any

from workforce_sim.config import Config
from workforce_sim.operate.cancelling import Stop, noting
from workforce_sim.operate.memory import refuse_too_large
from workforce_sim.plan.loading import load_config
from workforce_sim.simulation.run import Engine, begin
from workforce_sim.store.ledger import chained, year_digest
from workforce_sim.tables.output import Tables

FAST_A_ROUND = 3
"""Runs of the fast engine for each of the reference model."""

ENOUGH_SECONDS = 20.0
"""The reference model is not timed again once it took this long."""


@dataclass
class EngineTimes:
    """Runs of one engine.

    Attributes:
        engine: which.
        seconds: of each run, census and preparation left out.
        years: tables of the last run, year by year.
        error: what went wrong; None when all went well.
    """

    engine: Engine
    seconds: list[float] = field(default_factory=list)
    years: list[Tables] = field(default_factory=list, repr=False)
    error: Exception | None = None

    @property
    def success(self) -> bool:
        """Whether every run ended well."""
        return self.error is None and bool(self.seconds)

    @property
    def time(self) -> float:
        """Median seconds; 0 of a failed run."""
        return median(self.seconds) if self.success else 0.0

    @property
    def records(self) -> int:
        """Rows of ledger and snapshots."""
        return sum(part.events.height + part.snapshots.height for part in self.years)

    @cached_property
    def fingerprint(self) -> str:
        """Fingerprint of the years, once all runs are made."""
        return chained(map(year_digest, self.years))

    def run(self, config: Config, stop: Stop) -> None:
        """Time one more run of the plan years; an engine that failed is not run again."""
        if self.error is not None:
            return
        self.years = []
        with noting(self, stop):
            run = begin(config, engine=self.engine)
            refuse_too_large(run.config, run.opening.staff.height)
            years, start = run.years(), perf_counter()
            for year in years:
                stop.check()
                self.years.append(year)
            self.seconds.append(perf_counter() - start)


@dataclass(frozen=True)
class EngineComparison:
    """The fast engine beside the reference model."""

    fast: EngineTimes
    reference: EngineTimes

    @property
    def ran(self) -> bool:
        """Whether both ended well."""
        return self.fast.success and self.reference.success

    @property
    def identical(self) -> bool:
        """Whether all years have equal tables, row for row."""
        return self.ran and self.fast.fingerprint == self.reference.fingerprint

    @property
    def speedup(self) -> float:
        """How many times as fast the fast engine is; 0 when one failed."""
        return self.reference.time / self.fast.time if self.ran else 0.0

    @property
    def improvement(self) -> float:
        """Share of the reference model's time that is saved; 0 when one failed."""
        return 1 - self.fast.time / self.reference.time if self.ran else 0.0


def compare_engines(config: Any = None, *, rounds: int = 1, stop: Stop | None = None) -> EngineComparison:
    """Time the fast engine and the reference model on the same census, in turn, and compare their results.

    Each round has three runs of the fast engine and one of the reference model; there are no more rounds once the
    reference model took 20 seconds in all, or an engine failed. Nothing is written.

    Args:
        config: path, dict or loaded configuration; the documented defaults when left out.
        rounds: how many.
        stop: ends the comparison before its next plan year, when asked to.

    Raises:
        ConfigError: for a configuration that cannot be used.
        FileNotFoundError: when there is no such configuration.
        Cancelled: when ``stop`` was asked.
        MemoryError: when memory runs out; before that, ``TooLargeError``.
    """
    chosen, asked = load_config(config), stop or Stop()
    found = EngineComparison(EngineTimes("fast"), EngineTimes("reference"))
    for _ in range(rounds):
        for _ in range(FAST_A_ROUND):
            found.fast.run(chosen, asked)
        found.reference.run(chosen, asked)
        if sum(found.reference.seconds) > ENOUGH_SECONDS or not found.ran:
            break
    return found

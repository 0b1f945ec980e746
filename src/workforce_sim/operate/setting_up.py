"""All that comes before the first plan year: how long it takes, and how long it takes the reference model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import Any

from workforce_sim import reference
from workforce_sim.config import Config
from workforce_sim.engine.start import prepared
from workforce_sim.operate.cancelling import Stop, noting
from workforce_sim.operate.monitor import PerformanceMonitor, monitoring
from workforce_sim.simulation.run import Run, begin


@dataclass
class SetUp:
    """How long it takes until the first plan year can begin.

    Attributes:
        seconds: configuration read, census read, checked and completed, the year prepared; or until it failed.
        rounds: how often both engines prepared the completed census; 0 where it failed.
        fast: median seconds of the fast engine's preparation.
        reference: median seconds of the reference model's.
        error: what went wrong; None when all went well.
        performance: the summary of a ``PerformanceMonitor``: time, memory, checkpoints.
    """

    seconds: float = 0.0
    rounds: int = 0
    fast: float = 0.0
    reference: float = 0.0
    error: Exception | None = None
    performance: dict[str, Any] = field(default_factory=dict)

    @property
    def improvement(self) -> float:
        """Share of the reference model's time that is saved; 0 where it failed."""
        return 1 - self.fast / self.reference if self.rounds else 0.0


def measured_set_up(configure: Callable[[], Config], *, rounds: int = 1, stop: Stop | None = None) -> SetUp:
    """Set a run up, and tell how long it took; then time both engines' preparation of its census, in turn.

    Args:
        configure: reads the configuration, as part of what is timed.
        rounds: how often both are timed.
        stop: ends it before its next step, when asked to.

    Raises:
        Cancelled: when ``stop`` was asked.
        MemoryError: when memory runs out.
    """
    found, asked, start = SetUp(), stop or Stop(), perf_counter()
    with monitoring() as monitor:
        with noting(found, asked):
            run = _set_up(configure, monitor, asked)
            found.seconds = perf_counter() - start
            found.fast, found.reference = _preparations(run, rounds, asked)
            found.rounds = rounds
            monitor.checkpoint("reference set-up")
        if found.error is not None:
            found.seconds = perf_counter() - start
        found.performance = monitor.get_summary()
    return found


def _set_up(configure: Callable[[], Config], monitor: PerformanceMonitor, stop: Stop) -> Run:
    config = configure()
    monitor.checkpoint("configuration")
    stop.check()
    run = begin(config)
    monitor.checkpoint("census and preparation")
    return run


def _preparations(run: Run, rounds: int, stop: Stop) -> tuple[float, float]:
    """Return the median seconds of both engines' preparation of one completed census, timed in turn."""
    fast, slow = [], []
    for _ in range(rounds):
        stop.check()
        start = perf_counter()
        prepared(run.config, run.opening, (0,))
        middle = perf_counter()
        reference.set_up(run.config, run.opening)
        fast.append(middle - start)
        slow.append(perf_counter() - middle)
    return median(fast), median(slow)

"""Time and memory of whatever is going on, sampled beside it."""

import sys
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any, Dict  # noqa: UP035 - documented interfaces print it

import psutil

INTERVAL = 0.03
"""Seconds between two looks at the memory in use."""

_MB = 1 << 20


class PerformanceMonitor:
    """Real-time performance monitoring and reporting class.

    Memory is the resident set of the whole process, other tasks included, in units of 2**20 bytes. A thread looks at it
    every 30 ms from ``start`` for as long as anybody holds the monitor. A peak between two looks counts too, where the
    operating system keeps a high-water mark and that rose. Several tasks or threads may share a monitor.
    """

    def __init__(self) -> None:
        """Initialize performance monitor."""
        self._lock = threading.Lock()
        self._sampler: _Sampler | None = None
        self._last = 0.0
        self._checkpoints: dict[str, dict[str, float]] = {}

    def start(self) -> None:
        """Start performance monitoring.

        Anew, when it was started before.
        """
        with self._lock:
            self._sampler = None
            self._last, self._checkpoints = 0.0, {}
            self._started()

    def checkpoint(self, name: str) -> float:
        """Record a performance checkpoint.

        A monitor that was not started is started by it. A name used before gets a number, as in ``loaded (2)``, so that
        tasks that share a monitor lose nothing.

        Returns:
            Seconds since the start.
        """
        with self._lock:
            elapsed, memory = self._started().look()
            values = {"elapsed_time": elapsed, "duration": elapsed - self._last, "memory_mb": memory / _MB}
            self._checkpoints[self._unused(name)] = values
            self._last = elapsed
            return elapsed

    def get_summary(self) -> Dict[str, Any]:  # noqa: UP006 - the same
        """Get comprehensive performance summary.

        So far: the monitor goes on, and a later summary has what came after.

        Returns:
            ``total_time`` in seconds since the start (0 before it), ``peak_memory_mb``, ``avg_memory_mb`` (over time),
            ``memory_efficiency`` (average over peak, 0 to 1), and ``checkpoints``: by name, ``elapsed_time`` since the
            start, ``duration`` since the checkpoint before, and ``memory_mb``.
        """
        with self._lock:
            seconds, peak, average = (self._sampler or _Sampler()).summary()
            return {
                "total_time": seconds if self._sampler else 0.0,
                "peak_memory_mb": peak / _MB,
                "avg_memory_mb": average / _MB,
                "memory_efficiency": min(1.0, average / peak),
                "checkpoints": {name: dict(values) for name, values in self._checkpoints.items()},
            }

    def _started(self) -> "_Sampler":
        if self._sampler is None:
            self._sampler = _Sampler()
            self._sampler.watch()
        return self._sampler

    def _unused(self, name: str) -> str:
        number, free = 1, name
        while free in self._checkpoints:
            number += 1
            free = f"{name} ({number})"
        return free


@contextmanager
def monitoring() -> Iterator[PerformanceMonitor]:
    """Monitor a block; the thread ends with it, whoever holds the monitor."""
    monitor = PerformanceMonitor()
    monitor.start()
    try:
        yield monitor
    finally:
        monitor._sampler = None


class _Sampler:
    """The memory in use since it was made: its peak, and the area under it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = psutil.Process()
        self._mark = _high_water()
        self._peak = self._held = self._process.memory_info().rss
        self._area = 0.0
        self._first = self._latest = perf_counter()

    def watch(self) -> None:
        """Look on and on in a thread, which ends when nobody holds the sampler any more."""
        ended = threading.Event()
        arguments = weakref.ref(self, lambda _: ended.set()), ended
        threading.Thread(target=_watch, args=arguments, name="performance-monitor", daemon=True).start()

    def summary(self) -> tuple[float, int, float]:
        """Look once more; return the seconds so far, and peak and average in bytes."""
        seconds, memory = self.look()
        return seconds, self._peak, self._area / seconds if seconds > 0 else memory

    def look(self) -> tuple[float, int]:
        """Add what is in use now; return the seconds so far and the bytes in use."""
        with self._lock:
            moment, memory, most = perf_counter(), self._process.memory_info().rss, _high_water()
            self._area += (moment - self._latest) * (self._held + memory) / 2
            self._latest, self._held = moment, memory
            self._peak = max(self._peak, memory, most if most > self._mark else 0)
            return moment - self._first, memory


def _watch(reference: weakref.ref[_Sampler], ended: threading.Event) -> None:
    """Look on and on, until nobody holds the sampler."""
    while not ended.wait(INTERVAL):
        sampler = reference()
        if sampler is None:
            return
        sampler.look()
        del sampler


def _high_water() -> int:
    """Return the most bytes that the process ever used; 0 where nobody counts."""
    try:
        import resource  # noqa: PLC0415 - POSIX
    except ImportError:
        return 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024

"""The time that each step of a run takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from time import perf_counter


@dataclass
class Clock:
    """Adds up seconds by step, in any threads: ``with clock("hires"): ...``."""

    seconds: dict[str, float] = field(default_factory=dict)
    _before: dict[str, float] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    def lap(self) -> dict[str, float]:
        """Return the seconds by step since the previous lap."""
        now, before, self._before = dict(self.seconds), self._before, dict(self.seconds)
        return {step: seconds - before.get(step, 0.0) for step, seconds in now.items()}

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        """Add the time of a block to a step."""
        start = perf_counter()
        try:
            yield
        finally:
            with self._lock:
                self.seconds[step] = self.seconds.get(step, 0.0) + perf_counter() - start

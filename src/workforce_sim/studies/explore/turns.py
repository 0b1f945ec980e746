"""Who simulates next: one batch at a time, those who wait for a first picture before all others."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class Turns:
    """A queue of threads, by urgency and then by arrival."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._arrivals = itertools.count()
        self._waiting: list[tuple[int, int]] = []
        self._taken = False

    @contextmanager
    def turn(self, urgency: int) -> Iterator[None]:
        """Wait for a turn, and hold it; a lower number comes first."""
        with self._changed:
            own = (urgency, next(self._arrivals))
            heapq.heappush(self._waiting, own)
            self._changed.wait_for(lambda: not self._taken and self._waiting[0] == own)
            heapq.heappop(self._waiting)
            self._taken = True
        try:
            yield
        finally:
            with self._changed:
                self._taken = False
                self._changed.notify_all()

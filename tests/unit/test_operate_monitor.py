"""The monitor by its name in the library; ``tests/compat/test_monitor.py`` holds it against its document."""

from __future__ import annotations

import threading
from contextlib import suppress

import pytest

import workforce_sim as ws
from workforce_sim.operate.monitor import monitoring


def watchers() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "performance-monitor"}


def test_a_block_is_monitored_from_its_start_to_its_end() -> None:
    before = watchers()
    with monitoring() as monitor:
        (watcher,) = watchers() - before
        elapsed = monitor.checkpoint("read")
        found = monitor.get_summary()
    watcher.join(60)

    assert not watcher.is_alive()
    assert isinstance(monitor, ws.PerformanceMonitor)
    assert found["checkpoints"]["read"]["elapsed_time"] == elapsed <= found["total_time"]
    assert 0 < found["avg_memory_mb"] <= found["peak_memory_mb"]
    assert found["memory_efficiency"] == pytest.approx(found["avg_memory_mb"] / found["peak_memory_mb"])


def test_the_thread_of_a_block_that_fails_ends_too() -> None:
    before, seen = watchers(), set()
    with suppress(LookupError), monitoring():
        seen = watchers() - before
        raise LookupError
    (watcher,) = seen
    watcher.join(60)

    assert not watcher.is_alive()

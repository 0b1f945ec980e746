"""``PerformanceMonitor``: times, memory, and the thread that looks at it."""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from orchestrator_dbt.run_multi_year import PerformanceMonitor
from workforce_sim.operate.monitor import monitoring

KEYS = {"total_time", "peak_memory_mb", "avg_memory_mb", "memory_efficiency", "checkpoints"}
MB = 1 << 20


@pytest.fixture
def monitor() -> PerformanceMonitor:
    for watcher in watchers():
        watcher.join(60)  # of a test before
    return PerformanceMonitor()


def watchers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "performance-monitor"]


def ended(watching: list[threading.Thread]) -> bool:
    """Tell whether threads end now that nobody holds their monitors."""
    gc.collect()
    for watcher in watching:
        watcher.join(60)
    return not any(watcher.is_alive() for watcher in watching)


def test_the_five_keys_are_there_before_and_right_after_the_start(monitor: PerformanceMonitor) -> None:
    before = monitor.get_summary()
    monitor.start()
    after = monitor.get_summary()

    for summary in (before, after):
        assert summary.keys() == KEYS
        assert 0 < summary["memory_efficiency"] <= 1
        assert summary["peak_memory_mb"] >= summary["avg_memory_mb"] > 1
        assert summary["checkpoints"] == {}
    assert before["total_time"] == 0
    assert after["total_time"] > 0


def test_the_summary_is_plain_data(monitor: PerformanceMonitor) -> None:
    monitor.start()
    monitor.checkpoint("loaded")

    assert json.loads(json.dumps(monitor.get_summary(), allow_nan=False))["checkpoints"].keys() == {"loaded"}


def test_checkpoints_tell_time_since_the_start_and_since_the_one_before(monitor: PerformanceMonitor) -> None:
    monitor.start()
    first, second = monitor.checkpoint("first"), monitor.checkpoint("second")

    summary = monitor.get_summary()
    points = summary["checkpoints"]
    assert list(points) == ["first", "second"]
    assert points["first"]["elapsed_time"] == points["first"]["duration"] == first
    assert points["second"] == {
        "elapsed_time": second,
        "duration": second - first,
        "memory_mb": points["second"]["memory_mb"],
    }
    assert 0 < first < second < summary["total_time"]
    assert all(1 < point["memory_mb"] <= summary["peak_memory_mb"] for point in points.values())


def test_a_checkpoint_before_the_start_starts(monitor: PerformanceMonitor) -> None:
    elapsed = monitor.checkpoint("early")

    summary = monitor.get_summary()
    assert elapsed >= 0
    assert summary["total_time"] > elapsed
    assert list(summary["checkpoints"]) == ["early"]


def test_a_name_used_again_gets_a_number(monitor: PerformanceMonitor) -> None:
    for name in ("year", "year", "other", "year"):
        monitor.checkpoint(name)

    assert list(monitor.get_summary()["checkpoints"]) == ["year", "year (2)", "other", "year (3)"]


def test_a_start_begins_anew(monitor: PerformanceMonitor) -> None:
    monitor.start()
    watching = watchers()
    old = monitor.checkpoint("old")
    monitor.start()

    assert ended(watching)
    assert monitor.checkpoint("new") < old + monitor.get_summary()["total_time"]
    assert list(monitor.get_summary()["checkpoints"]) == ["new"]


def test_a_summary_is_the_callers_own(monitor: PerformanceMonitor) -> None:
    monitor.checkpoint("a")
    monitor.get_summary()["checkpoints"]["a"].clear()
    monitor.get_summary()["checkpoints"].clear()

    assert monitor.get_summary()["checkpoints"]["a"].keys() == {"elapsed_time", "duration", "memory_mb"}


@pytest.mark.skipif(sys.platform == "win32", reason="the operating system keeps no high-water mark that is read")
def test_a_peak_between_two_looks_is_seen() -> None:
    size = _room_for_a_new_peak()
    monitor = PerformanceMonitor()
    monitor.start()
    before = monitor.checkpoint("before"), monitor.get_summary()["checkpoints"]["before"]["memory_mb"]
    block = bytearray(size)
    del block  # given back before anybody looks again
    summary = monitor.get_summary()

    assert summary["peak_memory_mb"] > before[1] + size / 2 / MB  # memory of other tests may go meanwhile
    assert summary["avg_memory_mb"] < summary["peak_memory_mb"]
    assert summary["memory_efficiency"] == summary["avg_memory_mb"] / summary["peak_memory_mb"]


def _room_for_a_new_peak() -> int:
    """Return a size that takes the process beyond what it ever used."""
    import resource

    import psutil

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return max(0, most - psutil.Process().memory_info().rss) + 64 * MB


class ScriptedProcess:
    """A process of psutil whose memory is told beforehand, look by look."""

    def __init__(self) -> None:
        self.left = [10 << 40, 10 << 40, 10 << 40, 10 << 40, 30 << 40, 20 << 40]
        self.looked = threading.Event()

    def memory_info(self) -> SimpleNamespace:
        if len(self.left) > 1:
            return SimpleNamespace(rss=self.left.pop(0))
        self.looked.set()
        return SimpleNamespace(rss=self.left[0])


def test_the_thread_looks_by_itself(monitor: PerformanceMonitor, monkeypatch: pytest.MonkeyPatch) -> None:
    process = ScriptedProcess()
    monkeypatch.setattr("psutil.Process", lambda: process)
    monitor.start()

    assert process.looked.wait(60)
    summary = monitor.get_summary()
    assert summary["peak_memory_mb"] == (30 << 40) / MB
    assert (10 << 40) / MB < summary["avg_memory_mb"] < (30 << 40) / MB


def test_a_summary_is_one_of_many(monitor: PerformanceMonitor, monkeypatch: pytest.MonkeyPatch) -> None:
    process = ScriptedProcess()
    process.left = [10 << 40] * 30 + [30 << 40, 20 << 40]
    monkeypatch.setattr("psutil.Process", lambda: process)
    monitor.start()
    (watcher,) = watchers()
    first = monitor.get_summary()

    assert process.looked.wait(60)  # on and on, with nobody asking
    second = monitor.get_summary()
    assert watchers() == [watcher]
    assert first["peak_memory_mb"] == (10 << 40) / MB
    assert second["peak_memory_mb"] == (30 << 40) / MB
    assert second["avg_memory_mb"] > first["avg_memory_mb"]
    assert second["total_time"] > first["total_time"]


def test_a_monitor_that_nobody_holds_watches_nothing() -> None:
    held = [PerformanceMonitor() for _ in range(3)]
    before = watchers()
    for one in held:
        one.start()
        one.get_summary()
    watching = [thread for thread in watchers() if thread not in before]
    assert len(watching) == 3
    held.clear()
    del one

    assert ended(watching)


def test_the_thread_of_a_block_ends_with_it_whoever_holds_the_monitor() -> None:
    before = watchers()
    with monitoring() as monitor:
        watching = [thread for thread in watchers() if thread not in before]
        assert len(watching) == 1
        assert monitor.get_summary()["total_time"] > 0

    assert ended(watching)


def test_several_threads_may_share_a_monitor(monitor: PerformanceMonitor) -> None:
    monitor.start()
    with ThreadPoolExecutor(8) as pool:
        elapsed = list(pool.map(lambda number: monitor.checkpoint(f"task {number % 5}"), range(200)))
        summaries = list(pool.map(lambda _: monitor.get_summary(), range(20)))

    points = summaries[-1]["checkpoints"]
    assert sorted(elapsed) == sorted(point["elapsed_time"] for point in points.values())
    assert sum(point["duration"] for point in points.values()) == pytest.approx(max(elapsed))
    assert len(watchers()) == 1


def test_several_tasks_may_share_a_monitor(monitor: PerformanceMonitor) -> None:
    async def operation(number: int) -> float:
        await asyncio.sleep(0)
        return monitor.checkpoint(f"operation {number}")

    async def all_of_them() -> list[float]:
        monitor.start()
        return await asyncio.gather(*(operation(number) for number in range(20)))

    elapsed = asyncio.run(all_of_them())

    points = monitor.get_summary()["checkpoints"]
    assert [points[f"operation {number}"]["elapsed_time"] for number in range(20)] == elapsed


def test_many_monitors_watch_at_once(monitor: PerformanceMonitor) -> None:
    monitors = [monitor, *(PerformanceMonitor() for _ in range(4))]
    for one in monitors:
        one.start()

    assert len(watchers()) == 5
    assert all(one.get_summary()["total_time"] > 0 for one in monitors)

"""Both engines beside each other: results, times, and what comes before the first year."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

import workforce_sim as ws
from tests.support import configured
from tests.unit.test_operate_attempt import TOO_MANY
from workforce_sim.operate.engines import EngineTimes
from workforce_sim.operate.setting_up import measured_set_up

GOOD = configured(2025, 2026, census={"size": 60})


def test_both_engines_agree_and_are_timed() -> None:
    found = ws.compare_engines(GOOD, rounds=2)

    assert (found.ran, found.identical) == (True, True)
    assert (len(found.fast.seconds), len(found.reference.seconds)) == (6, 2)
    assert found.fast.fingerprint == found.reference.fingerprint == ws.simulate(GOOD).fingerprint
    assert found.fast.records == found.reference.records > 0
    assert found.speedup == found.reference.time / found.fast.time
    assert found.improvement == 1 - found.fast.time / found.reference.time


def test_medians_of_given_times() -> None:
    fast, reference = EngineTimes("fast", [1.0, 9.0, 2.0]), EngineTimes("reference", [8.0])
    found = ws.EngineComparison(fast, reference)

    assert (fast.time, found.speedup, found.improvement) == (2.0, 4.0, 0.75)


def test_an_engine_that_fails_is_not_run_again() -> None:
    found = ws.compare_engines(TOO_MANY, rounds=3)

    assert (found.ran, found.identical, found.speedup, found.improvement) == (False, False, 0.0, 0.0)
    for times in (found.fast, found.reference):
        assert isinstance(times.error, ws.SimulationError)
        assert (times.success, times.seconds, times.time, len(times.years)) == (False, [], 0.0, 1)


def test_a_comparison_is_stopped_and_held_against_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    stop = ws.Stop()
    stop.ask()
    with pytest.raises(ws.Cancelled):
        ws.compare_engines(GOOD, stop=stop)

    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=100))
    with pytest.raises(ws.TooLargeError):
        ws.compare_engines(GOOD)


def test_a_set_up_is_timed_in_both_engines() -> None:
    found = measured_set_up(lambda: GOOD, rounds=3)

    assert (found.rounds, found.error) == (3, None)
    assert min(found.seconds, found.fast, found.reference) > 0
    assert found.improvement == 1 - found.fast / found.reference
    assert list(found.performance["checkpoints"]) == ["configuration", "census and preparation", "reference set-up"]


def test_a_set_up_that_fails_says_why() -> None:
    found = measured_set_up(lambda: ws.load_config("none.yaml"))

    assert isinstance(found.error, FileNotFoundError)
    assert (found.rounds, found.improvement, found.performance["checkpoints"]) == (0, 0.0, {})
    assert found.seconds > 0

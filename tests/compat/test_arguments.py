"""What the three coroutines take, refuse and give back, beyond what their configuration says."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from orchestrator_dbt.run_multi_year import (
    OptimizationLevel,
    run_comprehensive_performance_comparison,
    run_enhanced_multi_year_simulation,
    run_foundation_benchmark,
)
from tests.compat.conftest import SMALL, Write
from tests.compat.test_robustness import TOO_MANY
from workforce_sim.errors import ConfigError, RequestError, SimulationError
from workforce_sim.operate.memory import TooLargeError


def foundation(config_path: Any = None, **changes: Any) -> dict[str, Any]:
    chosen = {"optimization_level": OptimizationLevel.HIGH, "config_path": config_path}
    return plain(asyncio.run(run_foundation_benchmark(**chosen | changes)))


def simulation(config_path: Any = None, **changes: Any) -> dict[str, Any]:
    chosen: dict[str, Any] = {
        "start_year": 2025,
        "end_year": 2026,
        "optimization_level": OptimizationLevel.HIGH,
        "max_workers": 1,
        "batch_size": 1000,
        "enable_compression": False,
        "fail_fast": False,
        "config_path": config_path,
    }
    return plain(asyncio.run(run_enhanced_multi_year_simulation(**chosen | changes)))


def comparison(config_path: Any = None, **changes: Any) -> dict[str, Any]:
    chosen = {"start_year": 2025, "end_year": 2026, "config_path": config_path}
    return plain(asyncio.run(run_comprehensive_performance_comparison(**chosen | changes)))


def plain(answer: dict[str, Any]) -> dict[str, Any]:
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer
    return answer


ALL = [foundation, simulation, comparison]
Call = Callable[..., dict[str, Any]]


# --- paths ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [5, {}, {"random_seed": 1}, [], b"c.yaml", True])
@pytest.mark.parametrize("call", ALL)
def test_what_is_no_path_is_refused(call: Call, path: Any) -> None:
    with pytest.raises(ValueError, match=r"^config_path must be the path of a file"):
        call(path)


@pytest.mark.parametrize("call", [simulation, comparison])
def test_an_empty_path_is_no_file(call: Call) -> None:
    with pytest.raises(FileNotFoundError, match=r"^config_path is empty"):
        call("")


def test_an_empty_path_fails_the_foundation() -> None:
    assert foundation("")["error_type"] == "FileNotFoundError"


@pytest.mark.parametrize("call", [simulation, comparison])
def test_a_census_that_is_not_there_is_refused_before_anything_runs(call: Call, write: Write, tmp_path: Path) -> None:
    path = write(census={"path": "people.parquet"}, output={"path": "out"})
    with pytest.raises(FileNotFoundError) as caught:
        call(path)

    assert str(caught.value) == f"census.path: no such file ({tmp_path / 'people.parquet'})"
    assert [file.name for file in tmp_path.iterdir()] == [Path(path).name]


def test_a_census_that_is_not_there_fails_the_foundation(write: Write, tmp_path: Path) -> None:
    found = foundation(write(census={"path": "people.parquet"}))

    assert (found["success"], found["error_type"]) == (False, "FileNotFoundError")
    assert str(tmp_path / "people.parquet") in found["error"]


# --- numbers and truth values -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["false", "", 0, 1, None, 0.0, [], np.int64(1)])
@pytest.mark.parametrize(
    ("call", "name"),
    [
        (simulation, "enable_compression"),
        (simulation, "fail_fast"),
        (simulation, "performance_mode"),
        (foundation, "benchmark_mode"),
        (comparison, "benchmark_mode"),
    ],
)
def test_a_truth_value_is_one(call: Call, name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=rf"^{name} must be True or False \(got .*\)$"):
        call(**{name: value})


def test_truth_values_and_whole_numbers_of_numpy_are_taken(write: Write) -> None:
    path = write()
    numbers = {"start_year": 2025, "end_year": 2026, "max_workers": 2, "batch_size": 7}
    flags = {"enable_compression": True, "fail_fast": False, "performance_mode": True}
    found = simulation(
        path, **{n: np.int32(v) for n, v in numbers.items()}, **{n: np.bool_(v) for n, v in flags.items()}
    )

    expected = simulation(path, **numbers, **flags)
    assert found["yearly_results"] == expected["yearly_results"]
    assert found["completed_years"] == [2025, 2026]
    assert found["performance_metrics"]["max_workers"] == 2
    assert found["performance_metrics"]["compression_enabled"] is True
    years = comparison(path, start_year=np.int64(2025), end_year=np.uint16(2025), benchmark_mode=np.bool_(False))
    assert years["new_success"] is True


@pytest.mark.parametrize("value", [True, np.bool_(True), 2025.0, np.float64(2025), "2025", None])
@pytest.mark.parametrize("name", ["start_year", "end_year", "max_workers", "batch_size"])
def test_a_whole_number_is_one(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=rf"^{name} must be a whole number \(got "):
        simulation(**{name: value})


@pytest.mark.parametrize("value", [0, -1, 2**31, 2**63, 10**30])
@pytest.mark.parametrize("name", ["max_workers", "batch_size"])
def test_a_number_out_of_range_is_refused_with_the_range(name: str, value: int) -> None:
    with pytest.raises(RequestError, match=rf"^{name} must be 1 or more, at most 2,147,483,647 \(got {value}\)"):
        simulation(**{name: value})


@pytest.mark.parametrize("call", [simulation, comparison])
def test_more_than_ten_years_as_arguments_are_warned_about(
    call: Call, write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    call(write(census={"size": 20}), end_year=2036)
    assert [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING] == [
        "a large year range, 2025 to 2036 (over 10 years)"
    ]


# --- answers ----------------------------------------------------------------------------------------------------------


def test_the_rate_of_records_is_records_over_the_time_of_the_whole_call(write: Write) -> None:
    found = simulation(write())
    metrics = found["performance_metrics"]

    assert metrics["total_records_processed"] > 0
    assert metrics["records_per_second"] == metrics["total_records_processed"] / found["total_execution_time"]


def test_metrics_have_one_shape(write: Write) -> None:
    short, detailed = simulation(write()), simulation(write(), performance_mode=True)
    failed = simulation(write(**TOO_MANY), performance_mode=True)

    metrics = [answer["performance_metrics"] for answer in (short, detailed, failed)]
    assert metrics[0].keys() == metrics[1].keys() == metrics[2].keys()
    assert all(
        0 < one["total_time"] < answer["total_execution_time"]
        for one, answer in zip(metrics, (short, detailed, failed), strict=True)
    )
    assert [list(one["checkpoints"]) for one in metrics] == [
        ["prepared"],
        ["prepared", "year 2025", "year 2026"],
        ["prepared", "year 2025"],
    ]


def test_the_foundation_says_what_its_repeats_gave(write: Write) -> None:
    once, three, failed = foundation(write()), foundation(write(), benchmark_mode=True), foundation("none.yaml")

    assert [one["repeats"]["rounds"] for one in (once, three, failed)] == [1, 3, 0]
    assert once["repeats"].keys() == three["repeats"].keys() == failed["repeats"].keys()
    for one in (once, three):
        fast, slow = one["repeats"]["setup_seconds"], one["repeats"]["reference_setup_seconds"]
        assert fast > 0
        assert one["performance_improvement"] == 1 - fast / slow


# --- where every hire leaves ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [1.0, 0.9999999, {2025: 0.2, 2026: 1.0}])
def test_where_every_hire_leaves_a_year_that_needs_hires_fails_and_one_that_needs_none_does_not(
    rate: Any, write: Write
) -> None:
    leaving = {"workforce": {"total_termination_rate": 0.12, "new_hire_termination_rate": rate}}
    first = 2025 if isinstance(rate, float) else 2026
    for level in ("high", "fallback"):
        failed = simulation(write(**leaving), optimization_level=level)
        assert (failed["success"], failed["error_type"]) == (False, "SimulationError")
        assert failed["failed_years"][0] == first
        assert "new_hire_termination_rate" in failed["error"]

    shrinking = leaving["workforce"] | {"total_termination_rate": 0.0}
    standing = SMALL["simulation"] | {"target_growth_rate": 0.0}
    answers = [
        simulation(write(workforce=shrinking, simulation=standing), optimization_level=o) for o in ("high", "fallback")
    ]
    assert [one["yearly_results"][-1]["hires"] for one in answers] == [0, 0]
    assert answers[0]["fingerprint"] == answers[1]["fingerprint"]


# --- errors -----------------------------------------------------------------------------------------------------------


def test_errors_are_those_that_the_document_names() -> None:
    assert issubclass(SimulationError, RuntimeError)
    assert issubclass(ConfigError, ValueError)
    assert issubclass(TooLargeError, ValueError)
    assert issubclass(TooLargeError, MemoryError)


@pytest.mark.parametrize("call", [simulation, comparison])
def test_more_staff_than_fit_into_memory_is_an_error_of_memory_and_of_value(
    call: Call, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is raised, and never an answer."""
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=100_000))
    with pytest.raises(TooLargeError, match=r"^a projected headcount of 2\d\d in 2026 needs about") as caught:
        call(write())

    assert isinstance(caught.value, MemoryError)
    assert isinstance(caught.value, ValueError)

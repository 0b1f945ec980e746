"""The run and the year, 1e3 to 1e6 staff: seconds, nanoseconds per employee-year, ratio to the kernel."""

from __future__ import annotations

import statistics
import time

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.cases import PLANS, SIZES, config, employee_years, opening, planned, simulated
from benchmarks.kernel import calibrate, memory
from workforce_sim import reference
from workforce_sim.engine.clock import Clock
from workforce_sim.simulation.run import run

ROUNDS = {1_000: 15, 10_000: 15, 100_000: 7, 1_000_000: 3}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("years", [1, 5])
def test_run(benchmark: BenchmarkFixture, size: int, years: int) -> None:
    opening(size)
    benchmark.group = f"{years} year{'s' * (years > 1)}"
    tables = benchmark.pedantic(simulated, (size, years), rounds=ROUNDS[size], warmup_rounds=1)
    block = memory(size)
    kernel = _median(lambda: calibrate(block, years), 5)
    took = benchmark.stats.stats.median
    benchmark.extra_info["ns_per_employee_year"] = round(took / employee_years(tables) * 1e9)
    benchmark.extra_info["ratio_to_kernel"] = round(took / kernel, 2)
    assert tables.summary.height == years


@pytest.mark.parametrize("plan", PLANS)
def test_plan(benchmark: BenchmarkFixture, plan: str) -> None:
    benchmark.group = "5 years of 100,000 staff, by plan"
    opened = opening(100_000)
    tables = benchmark.pedantic(run, (planned(plan, 5), opened, (0,), Clock()), rounds=7, warmup_rounds=1)
    benchmark.extra_info["ns_per_employee_year"] = round(benchmark.stats.stats.median / employee_years(tables) * 1e9)
    assert tables.summary["match_cents"].null_count() == (5 if plan == "no plan" else 0)


@pytest.mark.parametrize("size", [1_000, 10_000])
def test_reference(benchmark: BenchmarkFixture, size: int) -> None:
    benchmark.group = "reference model, 5 years"
    years = config(5)
    tables = benchmark.pedantic(reference.simulate, (years, opening(size)), rounds=1)
    took = benchmark.stats.stats.median
    fast = _median(lambda: simulated(size, 5), 5)
    benchmark.extra_info["us_per_employee_year"] = round(took / employee_years(tables) * 1e6, 1)
    benchmark.extra_info["times_slower_than_fast"] = round(took / fast, 1)
    assert tables.summary.equals(simulated(size, 5).summary)


def _median(job: object, rounds: int) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        job()  # type: ignore[operator]
        times.append(time.perf_counter() - start)
    return statistics.median(times)

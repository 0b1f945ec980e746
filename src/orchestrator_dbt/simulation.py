"""``run_enhanced_multi_year_simulation``: a run of ``workforce_sim`` off the event loop, its answer as plain data."""

import logging
import uuid
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any, Dict, Optional  # noqa: UP035 - the document prints these names

import polars as pl

from orchestrator_dbt.arguments import check_path, count_of, flag_of, years_of
from orchestrator_dbt.configuration import config_of_run
from orchestrator_dbt.levels import OptimizationLevel, as_level
from orchestrator_dbt.logs import YEAR_DONE, failed
from orchestrator_dbt.memory import refuse_too_large
from orchestrator_dbt.monitor import PerformanceMonitor, monitoring
from orchestrator_dbt.retention import Retention, Settings, retaining
from orchestrator_dbt.workers import Cancelled, Stop, off_loop
from workforce_sim.config import Config
from workforce_sim.opening import Tables
from workforce_sim.run import Run, begin
from workforce_sim.simulation import simulated_years
from workforce_sim.store.parquet import FAST, STRONG
from workforce_sim.store.writer import refuse_foreign

log = logging.getLogger("orchestrator_dbt")

LEFT_OUT = "Sequential year execution validation failed"
"""The reason of years after a failed one: each begins where the one before ended."""


async def run_enhanced_multi_year_simulation(
    start_year: int,
    end_year: int,
    optimization_level: OptimizationLevel,
    max_workers: int,
    batch_size: int,
    enable_compression: bool,
    fail_fast: bool,
    performance_mode: bool = False,
    config_path: Optional[str] = None,  # noqa: UP045 - as the document prints it
) -> Dict[str, Any]:  # noqa: UP006 - the same
    """Executes complete multi-year simulation with enhanced monitoring.

    Args:
        start_year: first plan year.
        end_year: last plan year; the same as the first for one year.
        optimization_level: how the run is carried out; never what it gives.
        max_workers: with more than one, finished years are digested while the next is computed.
        batch_size: rows of a record batch of compressed state.
        enable_compression: whether retained state is compressed.
        fail_fast: whether years after a failed one are left out, or listed as failed.
        performance_mode: whether each year has its checkpoint, with time and memory.
        config_path: YAML file; the documented values when left out.

    Returns:
        A dict that JSON can hold: success, simulation_id, completed_years, failed_years, success_rate,
        total_execution_time, performance_metrics, yearly_results, random_seed, fingerprint, notes; of a failed run
        error and error_type besides.

    Raises:
        ValueError: for arguments that make no sense, a configuration that cannot be used, or more staff than fit into
            memory, which is a ``MemoryError`` as well.
        FileNotFoundError: when there is no such configuration or census file.
        MemoryError: when memory runs out.
    """
    level = as_level(optimization_level)
    start, end = years_of(start_year, end_year)
    workers, batch = count_of("max_workers", max_workers), count_of("batch_size", batch_size)
    settings = Settings(level, workers, batch, flag_of("enable_compression", enable_compression))
    fails_fast, detailed = flag_of("fail_fast", fail_fast), flag_of("performance_mode", performance_mode)
    check_path(config_path)

    def job(stop: Stop) -> dict[str, Any]:
        config = config_of_run(config_path, start_year=start, end_year=end)
        return simulated(config, settings, stop, fail_fast=fails_fast, detailed=detailed)

    return await off_loop(job)


@dataclass
class Progress:
    """How far a run has come."""

    requested: list[int]
    detailed: bool = False
    completed: list[int] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    error: Exception | None = None

    def failed(self, *, fail_fast: bool) -> list[int]:
        """Return the years that count as failed."""
        missing = self.requested[len(self.completed) :]
        return missing[:1] if fail_fast else missing


def simulated(config: Config, settings: Settings, stop: Stop, *, fail_fast: bool, detailed: bool) -> dict[str, Any]:
    """Run in this thread and return the answer."""
    progress, start = Progress(list(config.simulation.years), detailed=detailed), perf_counter()
    found: Found | None = None
    with monitoring() as monitor:
        with _noting(progress, stop):
            found = _carried_out(config, settings, stop, progress, monitor)
        memory = monitor.get_summary()
    answer = _answer(config, progress, found, fail_fast=fail_fast)
    answer["total_execution_time"] = perf_counter() - start
    metrics = _metrics(progress, found, settings, answer["total_execution_time"])
    answer["performance_metrics"] = metrics | memory
    return answer


@dataclass(frozen=True)
class Found:
    """What a run gave: the run itself and what was retained of its years."""

    run: Run
    retained: Retention


def _carried_out(
    config: Config, settings: Settings, stop: Stop, progress: Progress, monitor: PerformanceMonitor
) -> Found:
    stop.check()
    folder = None if config.output.path is None else Path(config.output.path)
    if folder is not None:
        refuse_foreign(folder)
    run = begin(config, engine=settings.engine, in_order=True)
    refuse_too_large(run)
    monitor.checkpoint("prepared")
    level = STRONG if settings.compression else FAST
    with retaining(settings, run.staff) as retained:
        found = Found(run, retained)
        with _noting(progress, stop), closing(simulated_years(run, folder, level)) as years:
            _years(found, years, stop, progress, monitor)
    _settle(retained, progress)
    return found


@contextmanager
def _noting(progress: Progress, stop: Stop) -> Iterator[None]:
    """Note what goes wrong in the block: the years before it stand."""
    try:
        yield
    except (Cancelled, MemoryError):  # too much for memory is one of those
        raise
    except Exception as error:
        stop.check()  # a run that nobody waits for any more has no errors
        progress.error = error
        failed(error)


def _settle(retained: Retention, progress: Progress) -> None:
    """Wait for the years that are still digested; from the first that fails on none counts as completed."""
    error = retained.settle()
    if isinstance(error, MemoryError):
        raise error
    if error is not None:
        progress.error = error
        del progress.completed[len(retained.years()) :]
        failed(error)


def _years(found: Found, years: Iterator[Tables], stop: Stop, progress: Progress, monitor: PerformanceMonitor) -> None:
    for year in progress.requested:
        stop.check()
        since = perf_counter()
        found.retained.take(next(years))
        progress.completed.append(year)
        progress.seconds[str(year)] = perf_counter() - since
        if progress.detailed:
            monitor.checkpoint(f"year {year}")
        log.info(YEAR_DONE, year, len(progress.completed), len(progress.requested))


def _answer(config: Config, progress: Progress, found: Found | None, *, fail_fast: bool) -> dict[str, Any]:
    finished = found.retained.years() if found else []
    failed = progress.failed(fail_fast=fail_fast)
    answer = {
        "success": progress.error is None,
        "simulation_id": f"sim-{uuid.uuid4().hex[:12]}",
        "completed_years": progress.completed,
        "failed_years": failed,
        "success_rate": len(progress.completed) / len(progress.requested),
        "yearly_results": [year_result(year.summary) for year in finished],
        "random_seed": config.random_seed,
        "fingerprint": found.retained.fingerprint() if found and finished else None,
        "notes": list(found.run.notes) if found else [],
    }
    if progress.error is not None:
        answer |= {"error": str(progress.error), "error_type": type(progress.error).__name__}
        answer["failures"] = {str(year): str(progress.error) if n == 0 else LEFT_OUT for n, year in enumerate(failed)}
    return answer


DOCUMENTED = {
    "starting_headcount": "headcount_opening",
    "ending_headcount": "headcount_closing",
    "experienced_terminations": "terminations_opening_staff",
    "new_hire_terminations": "terminations_new_hires",
}
"""Documented names of what the summary has under another."""


def year_result(summary: pl.DataFrame) -> dict[str, Any]:
    """Return one year of a summary as plain data, with the documented names; compensation in dollars."""
    row: Mapping[str, Any] = summary.row(0, named=True)
    named = {name: row[column] for name, column in DOCUMENTED.items()}
    return {**row, **named, "total_compensation": row["payroll_cents"] / 100}


def _metrics(progress: Progress, found: Found | None, settings: Settings, spent: float) -> dict[str, Any]:
    records = sum(year.records for year in found.retained.years()) if found else 0
    return {
        "records_per_second": records / spent,
        "total_records_processed": records,
        "year_times": progress.seconds,
        "step_times": dict(found.run.clock.seconds) if found else {},
        "optimization_level": settings.level.value,
        "max_workers": settings.max_workers,
        "batch_size": settings.batch_size,
        "compression_enabled": settings.compression,
    }

"""``run_enhanced_multi_year_simulation``: a run of ``workforce_sim`` off the event loop, its answer as plain data."""

import logging
import uuid
from collections.abc import Mapping
from typing import Any, Dict, Optional  # noqa: UP035 - the document prints these names

import polars as pl

from orchestrator_dbt.answers import failed
from orchestrator_dbt.arguments import flag_of, number_of, years_of
from orchestrator_dbt.configuration import config_of_run
from orchestrator_dbt.levels import OptimizationLevel, as_level
from workforce_sim.operate import progress
from workforce_sim.operate.attempt import Attempt, attempt
from workforce_sim.operate.cancelling import Stop, off_loop
from workforce_sim.operate.retention import Keeping, Kept
from workforce_sim.store.parquet import FAST, STRONG

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
        error and error_type too; opening_date where the configuration has one.

    Raises:
        ValueError: for arguments that make no sense, a configuration that cannot be used, or more staff than fit into
            memory, which is a ``MemoryError`` as well.
        FileNotFoundError: when there is no such configuration or census file.
        MemoryError: when memory runs out.
    """
    level = as_level(optimization_level)
    start, end = years_of(start_year, end_year)
    workers, batch = number_of("max_workers", max_workers, 1), number_of("batch_size", batch_size, 1)
    compression = flag_of("enable_compression", enable_compression)
    fails_fast, detailed = flag_of("fail_fast", fail_fast), flag_of("performance_mode", performance_mode)
    kept: Kept = "none" if level is OptimizationLevel.HIGH else "packed" if compression else "whole"

    def job(stop: Stop) -> Attempt:
        return attempt(
            config_of_run(config_path, start_year=start, end_year=end),
            engine="reference" if level is OptimizationLevel.FALLBACK else "fast",
            keeping=Keeping(kept, batch, checked=level is OptimizationLevel.LOW, beside=workers > 1),
            compression_level=STRONG if compression else FAST,
            checkpoints=detailed,
            stop=stop,
            progress=progress.logged(log),
        )

    settings = {
        "optimization_level": level.value,
        "max_workers": workers,
        "batch_size": batch,
        "compression_enabled": compression,
    }
    return _answer(await off_loop(job), settings, fail_fast=fails_fast)


def _answer(found: Attempt, settings: Mapping[str, Any], *, fail_fast: bool) -> dict[str, Any]:
    missing = found.missing[:1] if fail_fast else found.missing
    answer: dict[str, Any] = {
        "success": found.error is None,
        "simulation_id": f"sim-{uuid.uuid4().hex[:12]}",
        "completed_years": found.completed,
        "failed_years": missing,
        "success_rate": len(found.finished) / len(found.years),
        "total_execution_time": found.seconds,
        "performance_metrics": {
            "records_per_second": found.records / found.seconds,
            "total_records_processed": found.records,
            "year_times": {str(year): seconds for year, seconds in found.year_seconds.items()},
            "step_times": dict(found.step_seconds),
            **settings,
            **found.performance,
        },
        "yearly_results": [year_result(year.summary) for year in found.finished],
        "random_seed": found.config.random_seed,
        "fingerprint": found.fingerprint,
        "notes": list(found.notes),
        **failed(found.error),
    }
    if (opening := found.config.simulation.opening_date) is not None:
        answer["opening_date"] = opening.isoformat()
    if found.error is not None:
        answer["failures"] = {str(year): LEFT_OUT if n else str(found.error) for n, year in enumerate(missing)}
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

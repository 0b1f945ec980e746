"""What each mode of the command line does and prints; results on standard output, the rest on standard error."""

from __future__ import annotations

import argparse
import asyncio
import logging
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

from orchestrator_dbt.comparison import run_comprehensive_performance_comparison
from orchestrator_dbt.configuration import test_configuration_compatibility
from orchestrator_dbt.foundation import run_foundation_benchmark
from orchestrator_dbt.guidance import advice
from orchestrator_dbt.levels import OptimizationLevel
from orchestrator_dbt.reports import Reports
from orchestrator_dbt.simulation import run_enhanced_multi_year_simulation
from workforce_sim.cli.console import FAILURE, SUCCESS, run_report, say
from workforce_sim.terminal import printable

log = logging.getLogger("orchestrator_dbt")

DOCUMENTED = "the documented values"

Answer = Mapping[str, Any]
Mode = Callable[[argparse.Namespace, Reports], int]


def run(options: argparse.Namespace, reports: Reports) -> int:
    """Carry out the mode that the options ask for and return the exit code."""
    return _mode(options)(options, reports)


def _mode(options: argparse.Namespace) -> Mode:
    if options.test_config:
        return _test_config
    if options.foundation_only:
        return _foundation
    return _compare if options.compare_mvp else _simulate


def _simulate(options: argparse.Namespace, reports: Reports) -> int:
    start = perf_counter()
    log.info("simulating %d to %d", options.start_year, options.end_year)
    log.info("configuration: %s", options.config or DOCUMENTED)
    detailed = options.performance_mode or options.benchmark
    answer = asyncio.run(
        run_enhanced_multi_year_simulation(
            start_year=options.start_year,
            end_year=options.end_year,
            optimization_level=OptimizationLevel(options.optimization),
            max_workers=options.max_workers,
            batch_size=options.batch_size,
            enable_compression=options.enable_compression,
            fail_fast=options.fail_fast,
            performance_mode=detailed,
            config_path=options.config,
        )
    )
    for note in answer["notes"]:
        log.info("%s", printable(note))
    metrics, timings = answer["performance_metrics"], answer["performance_metrics"]["step_times"]
    if answer["yearly_results"]:
        say(run_report(answer["yearly_results"], answer["notes"], timings, perf_counter() - start))
    if detailed and answer["success"]:
        say("\n" + _performance(metrics))
    log.info("done in %.2f seconds", perf_counter() - start, extra={"fingerprint": answer["fingerprint"]})
    return SUCCESS if answer["success"] else _failed(answer, reports)


def _failed(answer: Answer, reports: Reports) -> int:
    """Say why a run failed, which years are missing, and what to look at."""
    missing = ", ".join(map(str, answer.get("failed_years", ())))
    years = [f"years that failed: {missing}; completed: {len(answer['completed_years'])}"] if missing else []
    more = [*years, *advice(answer["error_type"], answer["error"])]
    reports.problem(answer["error"], more, error_type=answer["error_type"])
    return FAILURE


def _performance(metrics: Answer) -> str:
    return _lines(
        {
            "records": f"{metrics['total_records_processed']:,}",
            "records a second": f"{metrics['records_per_second']:,.0f}",
            "peak memory": f"{metrics['peak_memory_mb']:,.0f} MB",
            "average memory": f"{metrics['avg_memory_mb']:,.0f} MB",
            "memory efficiency": f"{100 * metrics['memory_efficiency']:.0f} %",
            "optimization level": metrics["optimization_level"],
        }
    )


def _lines(rows: Mapping[str, str]) -> str:
    width = max(map(len, rows))
    return "\n".join(f"{name:<{width}}  {value}" for name, value in rows.items())


def _foundation(options: argparse.Namespace, reports: Reports) -> int:
    log.info("foundation setup of %s", options.config or DOCUMENTED)
    level = OptimizationLevel(options.optimization)
    answer = asyncio.run(run_foundation_benchmark(level, options.config, options.benchmark))
    if not answer["success"]:
        return _failed(answer, reports)
    log.info("foundation setup: %.3f seconds", answer["execution_time"])
    say(
        _lines(
            {
                "foundation setup": f"{answer['execution_time']:.3f} s",
                "target of 10 s": "met" if answer["target_met"] else "not met",
                "improvement": f"{100 * answer['performance_improvement']:.1f} % over the reference model's set-up",
                "grade": answer["performance_grade"],
                "peak memory": f"{answer['memory_metrics']['peak_mb']:,.0f} MB",
                **{f"  {step}": f"{seconds:.3f} s" for step, seconds in answer["detailed_timing"].items()},
                **(_repeats(answer["repeats"]) if options.benchmark else {}),
            }
        )
    )
    return SUCCESS


def _repeats(found: Answer) -> Mapping[str, str]:
    rounds = found["rounds"]
    return {
        f"set-up, median of {rounds}": f"{found['setup_seconds']:.4f} s",
        f"reference set-up, median of {rounds}": f"{found['reference_setup_seconds']:.4f} s",
    }


def _compare(options: argparse.Namespace, reports: Reports) -> int:
    log.info("comparing both engines, %d to %d, %s", options.start_year, options.end_year, options.config or DOCUMENTED)
    answer = asyncio.run(
        run_comprehensive_performance_comparison(
            options.start_year, options.end_year, options.config, options.benchmark
        )
    )
    for engine in ("mvp", "new"):
        if not answer[f"{engine}_success"]:
            return _failed(answer[f"{engine}_details"], reports)
    log.info("improvement %.1f %%", 100 * answer["improvement"])
    say(
        _lines(
            {
                "reference model": f"{answer['mvp_time']:.3f} s",
                "fast engine": f"{answer['new_time']:.3f} s, {answer['speedup']:.0f} times as fast",
                "improvement": f"{100 * answer['improvement']:.1f} %",
                "target of 82 %": "met" if answer["target_met"] else "not met",
                "results": "identical, row for row" if answer["identical_results"] else "DIFFERENT",
                "regression test": "passed" if answer["regression_test_passed"] else "failed",
                "grade": answer["performance_grade"],
            }
        )
    )
    return SUCCESS


def _test_config(options: argparse.Namespace, _: Reports) -> int:
    log.info("testing %s", options.config or DOCUMENTED)
    answer = test_configuration_compatibility(options.config)
    for issue in answer["issues"]:
        log.error("%s", printable(issue))
    if answer["config_valid"]:
        log.info("the configuration is valid")
    named = {"config_valid": "valid", "new_system_compatible": "new system", "legacy_compatible": "legacy system"}
    yes = {"config_valid": "yes", "new_system_compatible": "compatible", "legacy_compatible": "compatible"}
    say(_lines({name: yes[key] if answer[key] else "no" for key, name in named.items()}))
    for heading in ("issues", "recommendations"):
        if answer[heading]:
            say("\n".join(["", heading, *(f"  {printable(line)}" for line in answer[heading])]))
    return SUCCESS if answer["config_valid"] else FAILURE

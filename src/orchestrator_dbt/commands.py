"""What each mode of the command line does and prints; results on standard output, the rest on standard error."""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import logging
from collections.abc import Mapping
from time import perf_counter
from typing import Any

from orchestrator_dbt.comparison import run_comprehensive_performance_comparison
from orchestrator_dbt.configuration import test_configuration_compatibility
from orchestrator_dbt.foundation import run_foundation_benchmark
from orchestrator_dbt.guidance import advice
from orchestrator_dbt.levels import OptimizationLevel
from orchestrator_dbt.simulation import run_enhanced_multi_year_simulation
from workforce_sim.cli.command import Reports
from workforce_sim.cli.console import FAILURE, SUCCESS
from workforce_sim.cli.printed import pairs, run_report
from workforce_sim.result.summary import labelled_years
from workforce_sim.wording.terminal import printable, say

log = logging.getLogger("orchestrator_dbt")

Answer = Mapping[str, Any]
_SYSTEMS = (("new", "new_system"), ("legacy", "legacy"))


def run(options: argparse.Namespace, reports: Reports) -> int:
    """Carry out the mode that the options ask for and return the exit code."""
    modes = {"test_config": _test_config, "foundation_only": _foundation, "compare_mvp": _compare}
    mode = next((modes[name] for name in modes if getattr(options, name)), _simulate)
    return mode(options, options.config or "the documented values", reports)


def _simulate(options: argparse.Namespace, source: str, reports: Reports) -> int:
    start = perf_counter()
    log.info("simulating %d to %d", options.start_year, options.end_year)
    log.info("configuration: %s", source)
    detailed = options.performance_mode or options.benchmark
    same = ("start_year", "end_year", "max_workers", "batch_size", "enable_compression", "fail_fast")
    chosen = {name: getattr(options, name) for name in same}
    chosen |= {"optimization_level": options.optimization, "performance_mode": detailed, "config_path": options.config}
    answer = asyncio.run(run_enhanced_multi_year_simulation(**chosen))
    for note in answer["notes"]:
        log.info("%s", printable(note))
    metrics = answer["performance_metrics"]
    if answer["yearly_results"]:
        opening = answer.get("opening_date")
        rows = labelled_years(answer["yearly_results"], opening and dt.date.fromisoformat(opening))
        say(run_report(rows, answer["notes"], metrics["step_times"], perf_counter() - start))
    if detailed and answer["success"]:
        say(f"\n{_performance(metrics)}")
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
    rows = {
        "records": f"{metrics['total_records_processed']:,}",
        "records a second": f"{metrics['records_per_second']:,.0f}",
        "peak memory": f"{metrics['peak_memory_mb']:,.0f} MB",
        "average memory": f"{metrics['avg_memory_mb']:,.0f} MB",
        "memory efficiency": f"{100 * metrics['memory_efficiency']:.0f}%",
        "optimization level": metrics["optimization_level"],
    }
    return pairs(rows)


def _foundation(options: argparse.Namespace, source: str, reports: Reports) -> int:
    log.info("foundation setup of %s", source)
    level = OptimizationLevel(options.optimization)
    answer = asyncio.run(run_foundation_benchmark(level, options.config, options.benchmark))
    if not answer["success"]:
        return _failed(answer, reports)
    log.info("foundation setup: %.3f seconds", answer["execution_time"])
    repeats = answer["repeats"]
    rows = {
        "foundation setup": f"{answer['execution_time']:.3f} s",
        "target of 10 s": "met" if answer["target_met"] else "not met",
        "improvement": f"{100 * answer['performance_improvement']:.1f}% over the reference model's set-up",
        "grade": answer["performance_grade"],
        "peak memory": f"{answer['memory_metrics']['peak_mb']:,.0f} MB",
        **{f"  {step}": f"{seconds:.3f} s" for step, seconds in answer["detailed_timing"].items()},
    }
    if options.benchmark:
        rows[f"set-up, median of {repeats['rounds']}"] = f"{repeats['setup_seconds']:.4f} s"
        rows[f"reference set-up, median of {repeats['rounds']}"] = f"{repeats['reference_setup_seconds']:.4f} s"
    say(pairs(rows))
    return SUCCESS


def _compare(options: argparse.Namespace, source: str, reports: Reports) -> int:
    years = options.start_year, options.end_year
    log.info("comparing both engines, %d to %d, %s", *years, source)
    answer = asyncio.run(run_comprehensive_performance_comparison(*years, options.config, options.benchmark))
    for engine in ("mvp", "new"):
        if not answer[f"{engine}_success"]:
            return _failed(answer[f"{engine}_details"], reports)
    log.info("improvement %.1f%%", 100 * answer["improvement"])
    rows = {
        "reference model": f"{answer['mvp_time']:.3f} s",
        "fast engine": f"{answer['new_time']:.3f} s, {answer['speedup']:.0f} times as fast",
        "results": "identical, row for row" if answer["identical_results"] else "DIFFERENT",
        "regression test": "passed" if answer["identical_results"] else "failed",
        "improvement": f"{100 * answer['improvement']:.1f}%",
        "speed target of 82%": "met" if answer["target_met"] else "not met",
        "grade of the speed": answer["performance_grade"],
    }
    say(pairs(rows))
    return SUCCESS


def _test_config(options: argparse.Namespace, source: str, _: Reports) -> int:
    log.info("testing %s", source)
    answer = test_configuration_compatibility(options.config)
    for issue in answer["issues"]:
        log.error("%s", printable(issue))
    if answer["config_valid"]:
        log.info("the configuration is valid")
    suits = {f"{name} system": "compatible" if answer[f"{key}_compatible"] else "no" for name, key in _SYSTEMS}
    say(pairs({"valid": "yes" if answer["config_valid"] else "no", **suits}))
    for heading in ("issues", "recommendations"):
        if answer[heading]:
            say("\n".join(["", heading, *(f"  {printable(line)}" for line in answer[heading])]))
    return SUCCESS if answer["config_valid"] else FAILURE

"""``run_comprehensive_performance_comparison``: the reference model against the fast engine, on one census, in turn."""

from typing import Any, Dict, Optional  # noqa: UP035 - the document prints these names

from orchestrator_dbt.answers import TARGET, failed, grade
from orchestrator_dbt.arguments import flag_of, years_of
from orchestrator_dbt.configuration import config_of_run
from workforce_sim.operate.cancelling import Stop, off_loop
from workforce_sim.operate.engines import EngineComparison, EngineTimes, compare_engines

ROUNDS = 3


async def run_comprehensive_performance_comparison(
    start_year: int,
    end_year: int,
    config_path: Optional[str] = None,  # noqa: UP045 - as the document prints it
    benchmark_mode: bool = False,
) -> Dict[str, Any]:  # noqa: UP006 - the same
    """Executes performance comparison with MVP orchestrator for regression testing.

    The baseline ("MVP") is the reference model: the same rules and draws, one employee at a time in plain Python. Both
    are timed in turn in this call; results are compared row for row outside the timed part.

    Args:
        start_year: first plan year.
        end_year: last plan year.
        config_path: YAML file; the documented values when left out.
        benchmark_mode: whether each is timed several times; else once, the fast engine three times.

    Returns:
        A dict that JSON can hold: mvp_available, mvp_success, mvp_time, mvp_details, new_success, new_time,
        new_details, improvement (1 - new_time / mvp_time), speedup, target_met (at least 0.82), regression_test_passed
        (both ran, results identical, target met), performance_grade.

    Raises:
        ValueError: for years that make no sense, a configuration that cannot be used, or more staff than fit into
            memory, which is a ``MemoryError`` as well.
        FileNotFoundError: when there is no such configuration or census file.
        MemoryError: when memory runs out.
    """
    start, end = years_of(start_year, end_year)
    rounds = ROUNDS if flag_of("benchmark_mode", benchmark_mode) else 1

    def job(stop: Stop) -> dict[str, Any]:
        config = config_of_run(config_path, start_year=start, end_year=end)
        return _answer(compare_engines(config, rounds=rounds, stop=stop))

    return await off_loop(job)


def _answer(found: EngineComparison) -> dict[str, Any]:
    fast, slow = found.fast, found.reference
    target_met = found.ran and found.improvement >= TARGET
    return {
        "mvp_available": True,
        "mvp_success": slow.success,
        "mvp_time": slow.time,
        "mvp_details": _details(slow),
        "new_success": fast.success,
        "new_time": fast.time,
        "new_details": _details(fast),
        "improvement": found.improvement,
        "speedup": found.speedup,
        "identical_results": found.identical,
        "target_met": target_met,
        "regression_test_passed": found.identical and target_met,
        "performance_grade": grade(found.improvement, ran=found.ran),
    }


def _details(timed: EngineTimes) -> dict[str, Any]:
    details: dict[str, Any] = {"times": timed.seconds, "records": timed.records}
    if timed.success:
        details["fingerprint"] = timed.fingerprint
        details["ending_headcount"] = timed.years[-1].summary["headcount_closing"].item()
    return details | failed(timed.error)

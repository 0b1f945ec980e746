"""``run_foundation_benchmark``: everything before the first plan year, timed against the reference model's set-up."""

from statistics import median
from time import perf_counter
from typing import Any, Dict, Optional  # noqa: UP035 - the document prints these names

from orchestrator_dbt.arguments import check_path, flag_of
from orchestrator_dbt.configuration import config_of_run
from orchestrator_dbt.grades import grade
from orchestrator_dbt.levels import OptimizationLevel, as_level
from orchestrator_dbt.logs import failed
from orchestrator_dbt.monitor import PerformanceMonitor, monitoring
from orchestrator_dbt.workers import Cancelled, Stop, off_loop
from workforce_sim import reference
from workforce_sim.engine.start import prepared
from workforce_sim.run import Run, begin

TARGET_SECONDS = 10.0
ROUNDS = 3


async def run_foundation_benchmark(
    optimization_level: OptimizationLevel,
    config_path: Optional[str] = None,  # noqa: UP045 - as the document prints it
    benchmark_mode: bool = False,
) -> Dict[str, Any]:  # noqa: UP006 - the same
    """Executes foundation setup with comprehensive performance benchmarking.

    Reads the configuration, reads, checks and prepares the census, and says how long it took.

    Args:
        optimization_level: how later runs are carried out; the set-up is the same.
        config_path: YAML file; the documented values when left out.
        benchmark_mode: whether both set-ups are timed three times each, in turn, and the medians compared.

    Returns:
        A dict that JSON can hold: success, execution_time (seconds), target_met (below 10), performance_improvement
        (1 - time / time of the reference model's set-up of the same census), performance_grade, memory_metrics,
        detailed_timing, repeats (how many, and the median seconds of both set-ups); of a failure error and error_type
        besides.

    Raises:
        ValueError: for a ``config_path`` that is no path and a ``benchmark_mode`` that is no truth value.
        MemoryError: when memory runs out.
    """
    check_path(config_path)
    rounds = ROUNDS if flag_of("benchmark_mode", benchmark_mode) else 1
    return await off_loop(lambda stop: _measured(optimization_level, config_path, rounds, stop))


def _measured(level: OptimizationLevel, config_path: Any, rounds: int, stop: Stop) -> dict[str, Any]:
    with monitoring() as monitor:
        answer = _answer(level, config_path, rounds, stop, monitor)
        return answer | _described(answer, monitor.get_summary())


def _answer(
    level: OptimizationLevel, config_path: Any, rounds: int, stop: Stop, monitor: PerformanceMonitor
) -> dict[str, Any]:
    start = perf_counter()
    try:
        as_level(level)
        run = _set_up(config_path, monitor, stop)
        spent = perf_counter() - start
        fast, slow = _both_set_ups(run, rounds, stop)
        monitor.checkpoint("reference set-up")
    except (Cancelled, MemoryError):
        raise
    except Exception as error:
        failed(error)
        answer = _timed(False, perf_counter() - start, 0, 0.0, 0.0)
        return {**answer, "error": str(error), "error_type": type(error).__name__}
    return _timed(True, spent, rounds, fast, slow)


def _timed(success: bool, spent: float, rounds: int, fast: float, slow: float) -> dict[str, Any]:
    return {
        "success": success,
        "execution_time": spent,
        "performance_improvement": 1 - fast / slow if success else 0.0,
        "repeats": {"rounds": rounds, "setup_seconds": fast, "reference_setup_seconds": slow},
    }


def _set_up(config_path: Any, monitor: PerformanceMonitor, stop: Stop) -> Run:
    config = config_of_run(config_path)
    monitor.checkpoint("configuration")
    stop.check()
    run = begin(config)
    monitor.checkpoint("census and preparation")
    return run


def _both_set_ups(run: Run, rounds: int, stop: Stop) -> tuple[float, float]:
    """Return the median seconds of both engines' set-up of one completed census, timed in turn."""
    fast, slow = [], []
    for _ in range(rounds):
        stop.check()
        start = perf_counter()
        prepared(run.config, run.opening, (0,))
        middle = perf_counter()
        reference.set_up(run.config, run.opening)
        fast.append(middle - start)
        slow.append(perf_counter() - middle)
    return median(fast), median(slow)


def _described(answer: dict[str, Any], memory: dict[str, Any]) -> dict[str, Any]:
    return {
        "target_met": answer["success"] and answer["execution_time"] < TARGET_SECONDS,
        "performance_grade": grade(answer["performance_improvement"]) if answer["success"] else "F",
        "memory_metrics": {
            "peak_mb": memory["peak_memory_mb"],
            "avg_mb": memory["avg_memory_mb"],
            "efficiency": memory["memory_efficiency"],
        },
        "detailed_timing": {name: values["duration"] for name, values in memory["checkpoints"].items()},
    }

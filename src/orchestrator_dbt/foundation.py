"""``run_foundation_benchmark``: everything before the first plan year, timed against the reference model's set-up."""

from typing import Any, Dict, Optional  # noqa: UP035 - the document prints these names

from orchestrator_dbt.answers import failed, grade
from orchestrator_dbt.arguments import check_path, flag_of
from orchestrator_dbt.configuration import config_of_run
from orchestrator_dbt.levels import OptimizationLevel, as_level
from workforce_sim.config import Config
from workforce_sim.operate.cancelling import off_loop
from workforce_sim.operate.setting_up import SetUp, measured_set_up

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

    def configured() -> Config:
        as_level(optimization_level)
        return config_of_run(config_path)

    return _answer(await off_loop(lambda stop: measured_set_up(configured, rounds=rounds, stop=stop)))


def _answer(found: SetUp) -> dict[str, Any]:
    success, memory = found.error is None, found.performance
    return {
        "success": success,
        "execution_time": found.seconds,
        "target_met": success and found.seconds < TARGET_SECONDS,
        "performance_improvement": found.improvement,
        "performance_grade": grade(found.improvement, ran=success),
        "repeats": {"rounds": found.rounds, "setup_seconds": found.fast, "reference_setup_seconds": found.reference},
        "memory_metrics": {
            "peak_mb": memory["peak_memory_mb"],
            "avg_mb": memory["avg_memory_mb"],
            "efficiency": memory["memory_efficiency"],
        },
        "detailed_timing": {name: values["duration"] for name, values in memory["checkpoints"].items()},
        **failed(found.error),
    }

"""``run_comprehensive_performance_comparison``: the reference model against the fast engine, on one census, in turn."""

from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import Any, Dict, Literal, Optional  # noqa: UP035 - the document prints these names

from orchestrator_dbt.arguments import check_path, flag_of, years_of
from orchestrator_dbt.configuration import config_of_run
from orchestrator_dbt.grades import TARGET, grade
from orchestrator_dbt.logs import failed
from orchestrator_dbt.memory import refuse_too_large
from orchestrator_dbt.workers import Cancelled, Stop, off_loop
from workforce_sim.config import Config
from workforce_sim.ledger import chained, year_digest
from workforce_sim.opening import Tables
from workforce_sim.run import Run, begin

Engine = Literal["fast", "reference"]
ROUNDS, FAST_A_ROUND = 3, 3
ENOUGH_SECONDS = 20.0
"""The reference model is not timed again once it took this long."""


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
    check_path(config_path)

    def job(stop: Stop) -> dict[str, Any]:
        return compared(config_of_run(config_path, start_year=start, end_year=end), rounds, stop)

    return await off_loop(job)


@dataclass
class Timed:
    """One engine's runs: seconds of each, the last one's tables, and what went wrong."""

    seconds: list[float] = field(default_factory=list)
    parts: list[Tables] = field(default_factory=list)
    error: Exception | None = None

    @property
    def success(self) -> bool:
        """Whether every run ended well."""
        return self.error is None and bool(self.seconds)

    @property
    def time(self) -> float:
        """Median seconds; 0 of a failed run."""
        return median(self.seconds) if self.success else 0.0


def compared(config: Config, rounds: int, stop: Stop) -> dict[str, Any]:
    """Compare in this thread."""
    fast, slow = Timed(), Timed()
    for _ in range(rounds):
        for _ in range(FAST_A_ROUND):
            _time(fast, config, "fast", stop)
        _time(slow, config, "reference", stop)
        if sum(slow.seconds) > ENOUGH_SECONDS or not (fast.success and slow.success):
            break
    ran = fast.success and slow.success
    improvement = 1 - fast.time / slow.time if ran else 0.0
    identical = ran and _same(fast.parts, slow.parts)
    return {
        "mvp_available": True,
        "mvp_success": slow.success,
        "mvp_time": slow.time,
        "mvp_details": _details(slow),
        "new_success": fast.success,
        "new_time": fast.time,
        "new_details": _details(fast),
        "improvement": improvement,
        "speedup": slow.time / fast.time if ran else 0.0,
        "identical_results": identical,
        "target_met": ran and improvement >= TARGET,
        "regression_test_passed": identical and improvement >= TARGET,
        "performance_grade": grade(improvement) if ran else "F",
    }


def _time(timed: Timed, config: Config, engine: Engine, stop: Stop) -> None:
    """Time one run of the plan years, the census read and prepared before."""
    if timed.error is not None:
        return
    timed.parts = []
    try:
        run: Run = begin(config, engine=engine)
        refuse_too_large(run)
        parts, start = run.years(), perf_counter()
        for part in parts:
            stop.check()
            timed.parts.append(part)
        timed.seconds.append(perf_counter() - start)
    except (Cancelled, MemoryError):
        raise
    except Exception as error:
        failed(error)
        timed.error = error


def _same(left: list[Tables], right: list[Tables]) -> bool:
    """Return whether all years have equal tables, row for row."""
    return chained(map(year_digest, left)) == chained(map(year_digest, right))


def _details(timed: Timed) -> dict[str, Any]:
    records = sum(part.events.height + part.snapshots.height for part in timed.parts)
    found: dict[str, Any] = {"times": timed.seconds, "records": records}
    if timed.success:
        found["fingerprint"] = chained(map(year_digest, timed.parts))
        found["ending_headcount"] = timed.parts[-1].summary["headcount_closing"].item()
    if timed.error is not None:
        found |= {"error": str(timed.error), "error_type": type(timed.error).__name__}
    return found

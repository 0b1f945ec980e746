"""``run_comprehensive_performance_comparison``: the reference model against the fast engine, on one census, in turn."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import Any, Dict, Literal, Optional  # noqa: UP035 - the document prints these names

from orchestrator_dbt.configuration import typed_config
from orchestrator_dbt.grades import TARGET, grade
from orchestrator_dbt.simulation import check_arguments
from orchestrator_dbt.workers import Cancelled, Stop, off_loop
from workforce_sim.config import Config
from workforce_sim.ledger import chained, year_digest
from workforce_sim.opening import Tables
from workforce_sim.run import Run, begin

log = logging.getLogger("orchestrator_dbt")

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
    """Time the reference model and the fast engine on the same census and compare their results row for row.

    The baseline ("MVP") is the reference model: the same rules and draws, one employee at a time in plain Python. Both
    are timed in turn in this call; results are compared outside the timed part.

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
        ValueError: for years that make no sense or a configuration that cannot be used.
        FileNotFoundError: when there is no such configuration file.
    """
    check_arguments(start_year, end_year)

    def job(stop: Stop) -> dict[str, Any]:
        config = typed_config(config_path, start_year=start_year, end_year=end_year)
        return compared(config, ROUNDS if benchmark_mode else 1, stop)

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
        parts, start = run.years(), perf_counter()
        for part in parts:
            stop.check()
            timed.parts.append(part)
        timed.seconds.append(perf_counter() - start)
    except (Cancelled, MemoryError):
        raise
    except Exception as error:
        log.error("%s engine: %s: %s", engine, type(error).__name__, error)
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

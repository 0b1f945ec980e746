"""One measurement in a process of its own: ``python -P benchmarks/job.py WHAT SIZE`` prints seconds and memory as JSON.

Whichever revision stands on ``PYTHONPATH`` is measured, so this knows nothing of the project but its public functions.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

Job = Callable[[Any], Any]

WARM = 100
"""Employees of a first run that nobody times: what is imported when it is first used is there after it."""


def run(census: Any) -> Any:
    from workforce_sim import simulate

    return simulate(census=census)


def out(census: Any) -> Any:
    from workforce_sim import simulate

    with tempfile.TemporaryDirectory() as folder:
        return simulate(census=census, out=f"{folder}/run")


def ensemble(census: Any) -> Any:
    from workforce_sim import simulate_ensemble

    return simulate_ensemble(census=census, replicates=replicates(len(census)), progress=False)


JOBS: dict[str, Job] = {"run": run, "out": out, "ensemble": ensemble}


def replicates(staff: int) -> int:
    """Return how many replicates of so many staff are about as much work at every size."""
    return max(2, min(100, 400_000 // staff))


def measured(job: Job, size: int) -> dict[str, float]:
    """Time a job, census ready before; memory is the most that the process ever had."""
    from workforce_sim import synthetic_census

    job(synthetic_census(WARM))
    census = synthetic_census(size)
    start, spent = time.perf_counter(), time.process_time()
    job(census)
    seconds, cpu = time.perf_counter() - start, time.process_time() - spent
    return {"seconds": seconds, "cpu": cpu, "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


FIRST = "from workforce_sim import simulate, synthetic_census; simulate(census=synthetic_census(1_000))"
STARTED = {"startup": ["-m", "workforce_sim", "--help"], "first": ["-c", FIRST]}
"""What is timed from the start of a process to its end: the help of the command line, the imports of a first run."""


def started(arguments: list[str]) -> dict[str, float]:
    """Time a new process of Python from its start to its end."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-P", *arguments], check=True, stdout=subprocess.DEVNULL)
    seconds, used = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"seconds": seconds, "cpu": used.ru_utime + used.ru_stime, "mib": used.ru_maxrss / 1024}


def main() -> None:
    what, size = sys.argv[1:]
    found = started(STARTED[what]) if what in STARTED else measured(JOBS[what], int(size))
    spec = find_spec("workforce_sim")
    print(json.dumps({**found, "source": spec.origin if spec else None}))


if __name__ == "__main__":
    main()

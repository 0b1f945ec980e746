"""``python -m benchmarks.serving``: a service under load for ten minutes; prints its rate, times and memory.

Ten connections ask for the status of a job, 50 times a second together, while two clients have one run of 10,000
employees after another carried out.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import psutil

STAFF, YEARS = 10_000, 5
CONNECTIONS, RATE, RUNS = 10, 50, 2
BETWEEN = 10.0
"""Seconds between two looks at memory."""
RUN: dict[str, Any] = {
    "configuration": {
        "simulation": {"start_year": 2025, "end_year": 2024 + YEARS, "target_growth_rate": 0.03},
        "workforce": {"total_termination_rate": 0.12},
        "census": {"size": STAFF},
        "random_seed": 42,
    }
}


class Asked(NamedTuple):
    """An answer: seconds since it was due to be asked for, and whether it was one."""

    seconds: float
    good: bool


@contextmanager
def service(folder: Path) -> Iterator[tuple[str, psutil.Process]]:
    """Start a service, whose log goes to a file: a pipe that nobody reads would stop it."""
    log = folder / "log"
    command = [sys.executable, "-m", "workforce_sim", "serve", "--out", str(folder / "served"), "--port", "0"]
    with log.open("wb") as written:
        process = subprocess.Popen(command, stderr=written)
    try:
        while "\n" not in log.read_text(encoding="utf-8") and process.poll() is None:
            time.sleep(0.1)
        yield log.read_text(encoding="utf-8").split()[2], psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


def client(address: str) -> httpx.Client:
    return httpx.Client(base_url=address, timeout=60, trust_env=False)


def asking(address: str, job: str, until: float) -> list[Asked]:
    """Ask for the status of a job in time with the other connections; what is late is caught up with."""
    found, due = [], time.monotonic()
    with client(address) as asks:
        while due < until:
            time.sleep(max(0.0, due - time.monotonic()))
            found.append(Asked(*_status(asks, job, due)))
            due += CONNECTIONS / RATE
    return found


def _status(asks: httpx.Client, job: str, due: float) -> tuple[float, bool]:
    try:
        good = asks.get(f"/v1/jobs/{job}").status_code == httpx.codes.OK
    except httpx.HTTPError:
        good = False
    return time.monotonic() - due, good


def running(address: str, until: float) -> int:
    """Have one run after another carried out, and return how many were done."""
    done = 0
    with client(address) as asks:
        while time.monotonic() < until:
            job = asks.post("/v1/runs", json=RUN).json()
            while job["result"] is None:
                job = asks.get(f"/v1/jobs/{job['id']}", params={"wait": 30}).json()
                if job["message"]:
                    raise RuntimeError(job["message"])
            done += 1
    return done


def watched(process: psutil.Process, until: float) -> list[tuple[int, ...]]:
    """Return, at each look, the MiB of the service and of its workers."""
    found = []
    while time.monotonic() < until:
        time.sleep(BETWEEN)
        found.append(tuple(each.memory_info().rss >> 20 for each in (process, *process.children())))
        print(*found[-1], file=sys.stderr, flush=True)
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0)
    seconds = parser.parse_args(arguments).seconds
    print(f"load before: {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder, service(Path(folder)) as (address, process):
        loaded(address, process, seconds)
    print(f"load after: {os.getloadavg()[0]:.1f}")


def loaded(address: str, process: psutil.Process, seconds: float) -> None:
    """Put a service under load, and print what was measured."""
    with client(address) as asks:
        job = asks.post("/v1/runs", json=RUN).json()["id"]
    until = time.monotonic() + seconds
    with ThreadPoolExecutor(CONNECTIONS + RUNS) as pool:
        pollers = [pool.submit(asking, address, job, until) for _ in range(CONNECTIONS)]
        runners = [pool.submit(running, address, until) for _ in range(RUNS)]
        memory = watched(process, until)
        asked = [each for poller in pollers for each in poller.result()]
        done = sum(runner.result() for runner in runners)
    tell(asked, seconds, done, memory)
    spent = process.cpu_times()
    print(f"processor time of the service: {1e3 * (spent.user + spent.system) / len(asked):.2f} ms a request")


def tell(asked: Sequence[Asked], seconds: float, done: int, memory: Sequence[tuple[int, ...]]) -> None:
    """Print what was measured."""
    times = statistics.quantiles((each.seconds for each in asked), n=100)
    failed = sum(not each.good for each in asked)
    print(f"{len(asked) / seconds:.1f} requests a second, {failed} failed, {done} runs of {STAFF:,} employees done")
    print(f"median {1e3 * times[49]:.0f} ms, 95% within {1e3 * times[94]:.0f} ms, 99% within {1e3 * times[98]:.0f} ms")
    for place, name in enumerate(("service", *(f"worker {number}" for number in range(1, 1 + RUNS)))):
        found = [each[place] for each in memory if len(each) > place]
        size = max(1, len(found) // 3)
        print(f"{name}, most MiB in each third of the time: {[max(found[size * n :][:size]) for n in range(3)]}")


if __name__ == "__main__":
    main()

"""``python -m benchmarks.scheduler``: how many loads a second a Dask scheduler gives to workers that only sleep.

The workers are threads of a few processes, so that a thousand fit on one machine: what is measured is the scheduler,
and the process that sends loads and takes results, not simulations.
"""

from __future__ import annotations

import argparse
import pickle
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil

from workforce_sim import load_config
from workforce_sim.ensembles.cluster import cluster
from workforce_sim.studies.portfolio.clients import Client
from workforce_sim.studies.portfolio.work import Load

CLIENTS = 100
"""Employers of a load."""


def asleep(load: Load, seconds: float) -> bytes:
    """Sleep in place of simulating, and return about as much as a load gives back."""
    time.sleep(seconds)
    return bytes(CLIENTS * 100)


def started(stack: ExitStack, *arguments: str) -> psutil.Process:
    line = [sys.executable, "-m", f"distributed.cli.dask_{arguments[0]}", *arguments[1:], "--no-dashboard"]
    process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stack.callback(process.wait)
    stack.callback(process.kill)
    return psutil.Process(process.pid)


def spent(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=1_000)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--loads", type=int, default=5_000)
    parser.add_argument("--seconds", type=float, default=1.0, help="that a load takes")
    asked = parser.parse_args(arguments)
    load = Load(
        load_config(), "", tuple(Client("employer", "/a/path/of/it.parquet", 0, 0) for _ in range(CLIENTS)), 1, Path()
    )
    print(f"a load is sent as {len(pickle.dumps(load)) / 1e3:.0f} kB")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    with ExitStack() as stack:
        scheduler = started(stack, "scheduler", "--host", "127.0.0.1", "--port", str(port))
        each = str(asked.workers // asked.processes)
        for _ in range(asked.processes):
            started(stack, "worker", "--nthreads", each, "--no-nanny", address)
        executor: Any = stack.enter_context(cluster(address))
        while sum(executor._client.nthreads().values()) < asked.workers // asked.processes * asked.processes:
            time.sleep(0.2)
        before, own, start = spent(scheduler), time.process_time(), time.perf_counter()
        futures: list[Future[bytes]] = [executor.submit(asleep, load, asked.seconds) for _ in range(asked.loads)]
        for future in futures:
            future.result()
        passed = time.perf_counter() - start
        each_load = 1e3 * (spent(scheduler) - before) / asked.loads
        here = 1e3 * (time.process_time() - own) / asked.loads
    print(f"{asked.workers:,} workers, {asked.loads:,} loads of {asked.seconds:g} s: {passed:.1f} s passed")
    print(f"processor time of a load: {each_load:.2f} ms of the scheduler, {here:.2f} ms of the sender")


if __name__ == "__main__":
    main()

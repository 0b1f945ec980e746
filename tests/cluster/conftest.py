"""A scheduler and two workers on this machine, each a process of its own; new ones for each module."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import ExitStack
from pathlib import Path

import pytest

from workforce_sim.ensembles.cluster import cluster


def started(command: str, *arguments: str, folder: Path) -> subprocess.Popen[bytes]:
    line = [sys.executable, "-m", f"distributed.cli.dask_{command}", *arguments, "--no-dashboard"]
    with (folder / f"{command}-{arguments[-1].rpartition(':')[2]}.log").open("ab") as log:
        return subprocess.Popen(line, stdout=log, stderr=log, cwd=folder)


@pytest.fixture(scope="module")
def address() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{free.getsockname()[1]}"


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory, address: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    folder = tmp_path_factory.mktemp("cluster")
    with ExitStack() as stack:
        place = ("--host", "127.0.0.1", "--port", address.rpartition(":")[2])
        scheduler = started("scheduler", *place, folder=folder)
        both = [started("worker", "--nthreads", "1", "--no-nanny", address, folder=folder) for _ in range(2)]
        for process in (scheduler, *both):
            stack.callback(process.wait)
            stack.callback(process.kill)
        yield both


@pytest.fixture
def executor(workers: list[subprocess.Popen[bytes]], address: str) -> Iterator[Executor]:
    with cluster(address) as found:
        yield found

"""A book of clients on the workers of a scheduler: the same bytes, also when a worker dies in between."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
from concurrent.futures import Executor
from pathlib import Path

import pytest

import workforce_sim as ws
from tests.support_portfolio import book, contents

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason="needs the extra [cluster]"),
    pytest.mark.filterwarnings("default"),  # those of another library
]


def test_a_worker_that_dies_in_the_middle_changes_no_byte(
    executor: Executor, workers: list[subprocess.Popen[bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = book(tmp_path / "book", (3, 8, 2, 5, 9, 4) * 4)
    ws.simulate_portfolio(table, out=tmp_path / "whole", progress=None)
    monkeypatch.setattr("workforce_sim.studies.portfolio.loads.MOST", 2)

    def kill_one(done: int, total: int) -> None:
        if workers[0].poll() is None:
            assert done < total
            os.kill(workers[0].pid, signal.SIGKILL)
            workers[0].wait()

    ws.simulate_portfolio(table, out=tmp_path / "out", executor=executor, progress=kill_one)
    assert workers[0].returncode == -signal.SIGKILL
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")

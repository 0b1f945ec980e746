"""A scheduler and two workers, each a process of its own: the same ensemble, also when a worker dies in between."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
from concurrent.futures import Executor

import polars as pl
import pytest

from tests import support
from workforce_sim import simulate_ensemble, synthetic_census
from workforce_sim.ensembles.cluster import cluster
from workforce_sim.errors import RequestError

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason="needs the extra [cluster]"),
    pytest.mark.filterwarnings("default"),  # those of another library
]

CONFIG = support.configured(2025, 2027)
CENSUS = synthetic_census(400)
REPLICATES = 1_500  # a dozen batches or so: enough to die in between


@pytest.fixture(scope="module")
def local() -> pl.DataFrame:
    return simulate_ensemble(CONFIG, census=CENSUS, replicates=REPLICATES).replicates


def test_a_cluster_gives_what_this_process_gives(executor: Executor, local: pl.DataFrame) -> None:
    found = simulate_ensemble(CONFIG, census=CENSUS, replicates=REPLICATES, executor=executor)
    assert found.replicates.equals(local)


def test_a_worker_that_dies_in_the_middle_changes_nothing(
    executor: Executor, workers: list[subprocess.Popen[bytes]], local: pl.DataFrame
) -> None:
    def kill_one(done: int, total: int) -> None:
        if workers[0].poll() is None:
            assert done < total
            os.kill(workers[0].pid, signal.SIGKILL)
            workers[0].wait()

    found = simulate_ensemble(CONFIG, census=CENSUS, replicates=REPLICATES, executor=executor, progress=kill_one)
    assert workers[0].returncode == -signal.SIGKILL
    assert found.replicates.equals(local)


def test_an_address_where_nobody_answers_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workforce_sim.ensembles.cluster.SECONDS", 1)
    with pytest.raises(RequestError, match=r"tcp://127.0.0.1:9: no scheduler answers"), cluster("tcp://127.0.0.1:9"):
        pass

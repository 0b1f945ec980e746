"""The service is ended by SIGKILL in the middle: no job is lost, and none has two results."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.censuses import people
from tests.support import few
from tests.support_service import LONG, SMALL, Serving, ended, service, submitted
from workforce_sim import LedgerError
from workforce_sim.cli.console import INTERRUPTED
from workforce_sim.operate.service.index import Index
from workforce_sim.operate.service.jobs import Jobs
from workforce_sim.operate.service.metrics import Metrics
from workforce_sim.operate.service.settings import Settings

JOBS = 4


def workers(process: int) -> list[psutil.Process]:
    """Return the workers of the service that a process runs; a test has other children too."""
    return [
        each for each in psutil.Process(process).children() if "workforce_sim.operate.service.work" in each.cmdline()
    ]


def result_files(folder: Path) -> dict[str, list[bytes]]:
    """Return the files of every job's folder, by job."""
    jobs = sorted((folder / "jobs").iterdir())
    return {job.name: [path.read_bytes() for path in sorted(job.rglob("*")) if path.is_file()] for job in jobs}


def begun(client: Any, job: str) -> None:
    """Wait until a year of a job is done."""
    found = client.get(f"/v1/jobs/{job}").json()
    while found["progress"] is None:
        assert found["state"] in ("waiting", "running")
        found = client.get(f"/v1/jobs/{job}", params={"wait": 0.1}).json()


def asked() -> Iterator[dict[str, Any]]:
    """Yield requests: one that takes long, then short ones, each with the tables of its run."""
    years = {**LONG["simulation"], "end_year": 2036}
    yield {"configuration": {**LONG, "simulation": years, "census": {"size": 500}}, "tables": True}
    yield from ({"configuration": SMALL, "replicate": number, "tables": True} for number in range(JOBS - 1))


@contextmanager
def killed(folder: Path, kills: int) -> Iterator[tuple[Any, list[str]]]:
    """Yield a client of a service that was ended by SIGKILL so often in the middle of a job, and the jobs."""
    jobs: list[str] = []
    for _ in range(kills):
        serving = Serving(folder, "--jobs", "1")
        with serving as client:
            jobs = jobs or [submitted(client, **each) for each in asked()]
            begun(client, jobs[0])
            orphans = workers(serving.process.pid)
            os.kill(serving.process.pid, signal.SIGKILL)
        assert psutil.wait_procs(orphans, timeout=60)[1] == []  # a worker ends with its service
    with service(folder) as client:
        yield client, jobs


@pytest.mark.parametrize("kills", [1, pytest.param(4, marks=pytest.mark.slow)])
def test_no_job_is_lost_and_none_has_two_results(kills: int, tmp_path: Path) -> None:
    with killed(tmp_path, kills) as (client, jobs):
        assert [ended(client, job)["message"] for job in jobs] == [None] * JOBS
        assert [job["id"] for job in client.get("/v1/jobs").json()["jobs"]] == jobs[::-1]
        again = submitted(client, **next(asked()))
        assert ended(client, again)["state"] == "done"
        found = result_files(tmp_path)
        assert found.keys() == {*jobs, again}  # and nothing unfinished beside them
        assert found[jobs[0]] == found[again]
        assert len(found[again]) == 4
        worker_is_killed(client)
        with pytest.raises(LedgerError, match="is writing this run"), service(tmp_path):
            pass

    written = (tmp_path / "jobs" / again / "result.json").stat().st_mtime_ns
    forget(tmp_path, again)
    with service(tmp_path) as client:
        assert client.get(f"/v1/jobs/{again}").json()["state"] == "done"
        assert client.get(f"/v1/jobs/{again}/result").content in found[again]
    assert (result_files(tmp_path), (tmp_path / "jobs" / again / "result.json").stat().st_mtime_ns) == (found, written)


@pytest.mark.parametrize("sent", few([signal.SIGTERM, signal.SIGINT], 2))
def test_a_job_goes_on_after_ctrl_c_and_sigterm(sent: int, tmp_path: Path) -> None:
    serving = Serving(tmp_path, "--jobs", "1")
    with serving as client:
        job = submitted(client, **next(asked()))
        begun(client, job)
        os.killpg(serving.process.pid, sent)  # as a terminal does: every process of its group
        assert serving.process.wait(60) == INTERRUPTED
        assert not list(tmp_path.glob(".lock"))
        assert f"interrupted; jobs and results are kept in {tmp_path}: give the same command again" in serving.told()
    with service(tmp_path) as client:
        assert ended(client, job)["message"] is None


def worker_is_killed(client: Any) -> None:
    """Kill a worker: its job fails, alone."""
    job = submitted(client, configuration=LONG)
    begun(client, job)
    for worker in workers(os.getpid()):
        worker.kill()
    assert "signal 9" in ended(client, job)["message"]
    assert client.get("/ready").status_code == 200


def forget(folder: Path, job: str) -> None:
    """Let the index be as it was before the job ended."""
    index = Index(folder / "index.sqlite")
    with index._change() as change:
        change.execute("UPDATE jobs SET state = 'running', ended = NULL WHERE id = ?", (job,))
    index.close()


def test_a_job_on_a_census_in_memory_says_so_after_a_restart(tmp_path: Path) -> None:
    with Jobs(Settings(tmp_path, 1), Metrics()) as jobs:
        census = jobs.censuses.add("staff.csv", people(5).write_csv().encode(), 5, kept=False)
        text = json.dumps({"configuration": LONG, "census": census.id})
        job, _ = jobs.submit("run", text, census.id, None)
    with service(tmp_path) as client:
        assert "held in memory only" in ended(client, job.id)["message"]


@pytest.mark.slow
def test_two_hundred_at_once_are_all_carried_out(tmp_path: Path) -> None:
    with service(tmp_path / "many", jobs=2) as client, ThreadPoolExecutor(50) as pool:
        jobs = [*pool.map(lambda n: submitted(client, replicate=n % 100), range(200))]
        pages = [client.get(ended(client, job)["result"]).content for job in jobs]
    assert pages[:100] == pages[100:]
    assert len(set(pages)) == 100

"""The service is ended by SIGKILL in the middle: no job is lost, and none has two results."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.censuses import people
from tests.support_service import LONG, SMALL, Serving, ended, service, submitted

RESTARTS = 2
JOBS = 6


def workers(process: int) -> list[psutil.Process]:
    return psutil.Process(process).children()


def result_files(folder: Path) -> dict[str, list[bytes]]:
    """Return the files of every job's folder, by job."""
    jobs = sorted((folder / "jobs").iterdir())
    return {job.name: [path.read_bytes() for path in sorted(job.rglob("*")) if path.is_file()] for job in jobs}


def under_way(client: Any) -> list[str]:
    return [job["id"] for job in client.get("/v1/jobs", params={"state": "running"}).json()["jobs"]]


def asked() -> Iterator[dict[str, Any]]:
    """Yield requests: one that takes long, then short ones, each with the tables of its run."""
    yield {"configuration": {**LONG, "census": {"size": 4_000}}, "tables": True}
    yield from ({"configuration": SMALL, "replicate": number, "tables": True} for number in range(JOBS - 1))


def test_no_job_is_lost_and_none_has_two_results(tmp_path: Path) -> None:
    folder = tmp_path / "served"
    jobs: list[str] = []
    for _ in range(RESTARTS):
        serving = Serving(folder, "--jobs", "1")
        with serving as client:
            if not jobs:
                jobs = [submitted(client, **each) for each in asked()]
            while client.get(f"/v1/jobs/{jobs[0]}").json()["progress"] is None:
                assert under_way(client) in ([], jobs[:1])
            orphans = workers(serving.process.pid)
            os.kill(serving.process.pid, signal.SIGKILL)
        assert psutil.wait_procs(orphans, timeout=60)[1] == []  # a worker ends with its service

    with service(folder) as client:
        assert [ended(client, job)["message"] for job in jobs] == [None] * JOBS
        assert client.get("/v1/jobs").json()["jobs"][-1]["id"] == jobs[0]
        assert len(client.get("/v1/jobs").json()["jobs"]) == JOBS
        again = submitted(client, **next(asked()))
        assert ended(client, again)["state"] == "done"
    found = result_files(folder)
    assert found.keys() == {*jobs, again}  # and nothing unfinished beside them
    assert found[jobs[0]] == found[again]
    assert len(found[again]) == 4


def test_a_result_that_the_index_did_not_hear_of_stays_as_it_is(tmp_path: Path) -> None:
    with service(tmp_path / "served") as client:
        job = submitted(client)
        ended(client, job)
    before = result_files(tmp_path / "served")
    result = tmp_path / "served/jobs" / job / "result.json"
    written = result.stat().st_mtime_ns
    forget(tmp_path / "served", job)

    with service(tmp_path / "served") as client:
        assert client.get(f"/v1/jobs/{job}").json()["state"] == "done"
    assert (result_files(tmp_path / "served"), result.stat().st_mtime_ns) == (before, written)


def forget(folder: Path, job: str) -> None:
    """Let the index be as it was before the job ended."""
    from workforce_sim.service.index import Index

    index = Index(folder / "index.sqlite")
    with index._change() as change:
        change.execute("UPDATE jobs SET state = 'running', ended = NULL WHERE id = ?", (job,))
    index.close()


def test_a_job_on_a_census_in_memory_says_so_after_a_restart(tmp_path: Path) -> None:
    content, binary = people(5).write_csv().encode(), {"Content-Type": "application/octet-stream"}
    with service(tmp_path / "served") as client:
        census = client.post("/v1/censuses", content=content, headers=binary).json()["id"]
        job = submitted(client, configuration=LONG, census=census)
    with service(tmp_path / "served") as client:
        assert "held in memory only" in ended(client, job)["message"]


def test_a_worker_that_is_killed_fails_its_job_alone(tmp_path: Path) -> None:
    with service(tmp_path / "served") as client:
        job = submitted(client, configuration=LONG)
        while client.get(f"/v1/jobs/{job}").json()["progress"] is None:
            assert under_way(client) in ([], [job])
        for worker in workers(os.getpid()):
            worker.kill()
        assert "signal 9" in ended(client, job)["message"]
        assert client.get("/ready").status_code == 200


@pytest.mark.slow
def test_two_hundred_at_once_are_all_carried_out(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with service(tmp_path / "many", jobs=2) as client, ThreadPoolExecutor(50) as pool:
        jobs = [*pool.map(lambda n: submitted(client, replicate=n % 100), range(200))]
        pages = [client.get(ended(client, job)["result"]).content for job in jobs]
    assert pages[:100] == pages[100:]
    assert len(set(pages)) == 100

"""Jobs on the folder of the service, carried out by as many processes as are allowed at one time.

::

    FOLDER/
      index.sqlite        jobs and their states, censuses that are kept
      jobs/ID/            what came of a job: result.json and, where asked for, tables/NAME.parquet
      censuses/ID         the file of a census that is kept
      .lock               while a service runs: one at a time

The folder of a job appears whole or not at all, and it decides: a job with a folder is done. One that ran when the
service ended, and has none, is started again; the same request gives the same bytes.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from workforce_sim.errors import CensusError, WorkforceSimError
from workforce_sim.operate.service.censuses import Censuses
from workforce_sim.operate.service.index import CANCELLED, DONE, FAILED, RUNNING, WAITING, Index, JobRow
from workforce_sim.operate.service.metrics import Metrics
from workforce_sim.operate.service.settings import Settings
from workforce_sim.operate.service.worker import CHECK, RESULT, TABLES, Worker, WorkerEndedError
from workforce_sim.store.layout import beside, make_folders, remove
from workforce_sim.store.lock import locked

log = logging.getLogger(__name__)
IDLE = 1.0
"""Seconds between two looks for a job, should nobody tell of it."""
MOST_CHECKS, CHECK_SECONDS = 4, 120.0
"""Censuses that are received and checked at one time, and seconds that a check may take."""


class Progress(NamedTuple):
    """How many years or simulations are done, of how many."""

    done: int
    of: int


class Jobs:
    """The jobs of a folder; ``with`` starts carrying them out, and ends that.

    Args:
        settings: of the service.
        metrics: what is counted.
    """

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self.settings, self._metrics = settings, metrics
        self.progress: dict[str, Progress] = {}
        self._folder = settings.folder
        self._unwanted: set[str] = set()
        self._news, self._stopping = threading.Event(), threading.Event()
        threads = max(1, (os.cpu_count() or 1) // settings.jobs)
        self.workers = [Worker(threads, settings.limits.memory) for _ in range(settings.jobs)]
        self._threads = [threading.Thread(target=self._work, args=(worker,), daemon=True) for worker in self.workers]
        self._checker = Worker(threads, settings.limits.memory)
        self._checks, self._checking = threading.BoundedSemaphore(MOST_CHECKS), threading.Lock()
        self._open = ExitStack()

    def __enter__(self) -> Jobs:
        for name in ("jobs", "censuses"):
            make_folders(self._folder / name)
        self._open.enter_context(locked(self._folder))
        self.index = Index(self._folder / "index.sqlite")
        self._open.callback(self.index.close)
        self.censuses = Censuses(self._folder / "censuses", self.index, self.settings.limits.held)
        self._recover()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._news.set()
        for thread in self._threads:
            thread.join()
        self._checker.end()
        self._open.close()

    @property
    def alive(self) -> bool:
        """Whether jobs are being carried out."""
        return not self._stopping.is_set() and all(thread.is_alive() for thread in self._threads)

    def submit(self, kind: str, asked: str, census: str | None, key: str | None) -> tuple[JobRow, bool]:
        """Take a job on, as ``Index.add`` does."""
        job, new = self.index.add(kind, asked, census, key, self.settings.limits.waiting)
        self._news.set()
        return job, new

    @contextmanager
    def room_for_check(self) -> Iterator[None]:
        """Hold a place among the few censuses that are in memory to be checked.

        Raises:
            OverflowError: when there is none.
        """
        if not self._checks.acquire(blocking=False):
            raise OverflowError
        try:
            yield
        finally:
            self._checks.release()

    def checked(self, task: Mapping[str, Any], content: bytes) -> dict[str, Any]:
        """Return the account of a census, from a process of its own.

        Raises:
            CensusError: for one that cannot be used.
        """
        try:
            with self._checking:
                answer = self._checker.carry_out({**task, "kind": CHECK}, content, seconds=CHECK_SECONDS)
        except WorkerEndedError as error:
            raise CensusError(f"the check of this census {error}") from None
        if "failed" in answer:
            raise CensusError(str(answer["failed"]))
        return dict(answer["answer"])

    def cancel(self, name: str) -> None:
        """Cancel a job; one that runs is ended soon, one that has ended stays as it is."""
        self._unwanted.add(name)
        self.index.end(name, CANCELLED, only=WAITING)
        job = self.index.job(name)
        if job is None or job.state != RUNNING:
            self._unwanted.discard(name)

    def remove(self, job: JobRow) -> None:
        """Remove a job that has ended, and what came of it."""
        remove(self._place(job.id))
        self.index.remove(job.id)

    def result(self, name: str) -> Path:
        """Return the file of what came of a job."""
        return self._place(name) / RESULT

    def table(self, name: str, table: str) -> Path:
        """Return the file of a table that was kept of a job, whether there is one or not."""
        return self._place(name) / TABLES / f"{table if table.isidentifier() else '-'}.parquet"

    def _place(self, name: str) -> Path:
        return self._folder / "jobs" / name

    def _recover(self) -> None:
        """Find out about jobs that ran when the service ended, and remove what it left unfinished."""
        for job in self.index.jobs(RUNNING, -1):
            if self._place(job.id).is_dir():
                self.index.end(job.id, DONE)
            else:
                self.index.again(job.id)
        for path in (self._folder / "jobs").iterdir():
            if path.name.startswith(".") or self.index.job(path.name) is None:
                remove(path)
        for path in (self._folder / "censuses").iterdir():
            if self.index.census(path.name) is None:
                remove(path)

    # --- in the thread of a worker ---

    def _work(self, worker: Worker) -> None:
        while not self._stopping.is_set():
            try:
                job = self.index.take()
                if job is None:
                    self._news.wait(IDLE)
                    self._news.clear()
                else:
                    self._news.set()  # there may be another, for another worker
                    self._carry_out(job, worker)
            except Exception:  # such as a full disk under the index: the job is found again at the next start
                log.exception("a job could not be noted")
                self._stopping.wait(IDLE)
        worker.end()

    def _carry_out(self, job: JobRow, worker: Worker) -> None:
        start = time.monotonic()
        message = self._tried(job, worker)
        self.progress.pop(job.id, None)
        state = DONE if self._place(job.id).is_dir() else CANCELLED if job.id in self._unwanted else FAILED
        if state != DONE:
            remove(beside(self._place(job.id)))
        if state == FAILED and self._stopping.is_set():
            return  # it goes on at the next start
        self.index.end(job.id, state, message if state == FAILED else None)
        self._unwanted.discard(job.id)
        seconds = time.monotonic() - start
        self._metrics.job(job.kind, state, seconds)
        log.info("job %s", state, extra={"job": job.id, "kind": job.kind, "seconds": round(seconds, 3)})

    def _tried(self, job: JobRow, worker: Worker) -> str | None:
        """Return why a job failed; None where it did not."""

        def told(done: int, of: int) -> None:
            self.progress[job.id] = Progress(done, of)

        def unwanted() -> bool:
            return job.id in self._unwanted or self._stopping.is_set()

        try:
            name, content = (None, b"") if job.census is None else self.censuses.read(job.census)
            task = {"kind": job.kind, "asked": job.asked, "place": str(self._place(job.id)), "name": name}
            seconds = self.settings.limits.seconds
            answer = worker.carry_out(task, content, seconds=seconds, told=told, unwanted=unwanted)
        except (WorkforceSimError, WorkerEndedError) as error:
            return str(error)
        return None if "answer" in answer else str(answer["failed"])

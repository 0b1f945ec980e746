"""Where batches run: threads of this process, or any executor like those of ``concurrent.futures``."""

from __future__ import annotations

import os
import pickle
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from functools import lru_cache
from multiprocessing import parent_process
from threading import Event
from typing import Any

import polars as pl

from workforce_sim.engine.allocator import freed_memory_kept
from workforce_sim.ensembles.batch import Job, batches, summaries
from workforce_sim.errors.forking import refuse_forked

AHEAD = 2
"""Batches submitted for each worker, so that the next one waits there when one is done."""


LOOK_UP = 0.2
"""Seconds between checks while waiting: the SIGINT handler of Polars does not wake a thread that waits for a lock."""

Keep = Callable[[pl.DataFrame], None]
"""Called with the summaries of a batch as soon as it is done."""


def carried_out(
    job: Job, replicates: Sequence[int], executor: Executor | None, keep: Keep | None = None
) -> Generator[pl.DataFrame]:
    """Yield the summaries of the batches in the order of the replicates, in whatever order they finish.

    When the caller stops or is interrupted, the rest is cancelled without waiting; finished batches are kept.
    """
    with freed_memory_kept(), _hands(job, executor) as (submit, workers):
        waiting: deque[Future[pl.DataFrame]] = deque()
        kept = _Kept(keep)
        try:
            for part in batches(replicates, job.opening.staff.height, workers):
                waiting.append(submit(part))
                if len(waiting) > AHEAD * workers:
                    yield kept.first(waiting)
            while waiting:
                yield kept.first(waiting)
        finally:
            for future in waiting:
                future.cancel()
            kept.those_done(waiting)


class _Kept:
    """Keeps each batch once, as soon as it is done."""

    def __init__(self, keep: Keep | None) -> None:
        self._keep = keep
        self._there: set[Future[pl.DataFrame]] = set()

    def first(self, waiting: deque[Future[pl.DataFrame]]) -> pl.DataFrame:
        """Return the summaries of the first batch when it is done."""
        while not waiting[0].done():
            with suppress(TimeoutError):
                waiting[0].result(LOOK_UP)
            self.those_done(waiting)
        found = waiting[0].result()
        self.those_done(waiting)
        self._there.discard(waiting.popleft())
        return found

    def those_done(self, waiting: Iterable[Future[pl.DataFrame]]) -> None:
        """Keep finished batches; a failed batch raises its error when it is its turn."""
        for future in waiting:
            if future in self._there or not future.done() or future.cancelled():
                continue
            if self._keep is not None and future.exception() is None:
                self._keep(future.result())
            self._there.add(future)


@contextmanager
def _hands(job: Job, executor: Executor | None) -> Iterator[tuple[Any, int]]:
    """Give a function that submits a batch, and the number of workers; cancelling does not wait for threads."""
    if executor is not None:
        shipped = ship(job, executor)
        yield (lambda part: executor.submit(remote_summaries, shipped, tuple(part))), workers_of(executor)
        return
    workers, given_up = os.cpu_count() or 1, Event()
    threads = ThreadPoolExecutor(workers, thread_name_prefix="workforce_sim-replicates")
    try:
        yield (lambda part: threads.submit(summaries, job, part, given_up)), workers
    finally:
        given_up.set()
        threads.shutdown(wait=False, cancel_futures=True)


def workers_of(executor: Executor) -> int:
    """Return how many workers an executor has, if it says so."""
    client = getattr(executor, "_client", None)
    if client is not None:
        return max(1, sum(client.nthreads().values()))
    return int(getattr(executor, "_max_workers", None) or os.cpu_count() or 1)


def ship(job: Job, executor: Executor) -> Any:
    """Return the job to send: once to every worker of a ``dask.distributed`` cluster, otherwise with each task."""
    blob = pickle.dumps(job)
    client = getattr(executor, "_client", None)
    return blob if client is None else client.scatter(blob, broadcast=True, hash=True)


def remote_summaries(shipped: bytes, replicates: tuple[int, ...]) -> pl.DataFrame:
    """Return the summaries of a batch of a job that was sent."""
    refuse_forked()
    if parent_process() is not None:
        _memory_kept()
    return summaries(_unpacked(shipped), replicates)


@lru_cache(maxsize=1)
def _memory_kept() -> ExitStack:
    """Let this process, which works for another, keep the memory that it frees: it has nothing else to do."""
    kept = ExitStack()
    kept.enter_context(freed_memory_kept())
    return kept


@lru_cache(maxsize=2)
def _unpacked(shipped: bytes) -> Job:
    job: Job = pickle.loads(shipped)
    return job

"""Where batches are carried out: threads of this process, or anything with the interface of ``concurrent.futures``."""

from __future__ import annotations

import os
import pickle
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import polars as pl

from workforce_sim.ensembles.batch import Job, batches, summaries

AHEAD = 2
"""Batches handed out for each worker: the next one waits there when one is done."""


def carried_out(job: Job, replicates: Sequence[int], executor: Executor | None) -> Generator[pl.DataFrame]:
    """Yield the summaries of batch after batch, in the order of the replicates, whatever order they are done in.

    The rest is given up when the caller stops listening.
    """
    with _hands(job, executor) as (submit, workers):
        waiting: deque[Future[pl.DataFrame]] = deque()
        try:
            for part in batches(replicates, job.opening.staff.height, workers):
                waiting.append(submit(part))
                if len(waiting) > AHEAD * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


@contextmanager
def _hands(job: Job, executor: Executor | None) -> Iterator[tuple[Any, int]]:
    """Give what hands out a batch, and how many workers there are."""
    if executor is None:
        workers = os.cpu_count() or 1
        with ThreadPoolExecutor(workers, thread_name_prefix="workforce_sim-replicates") as threads:
            yield (lambda part: threads.submit(summaries, job, part)), workers
        return
    shipped = ship(job, executor)
    yield (lambda part: executor.submit(remote_summaries, shipped, tuple(part))), _workers(executor)


def _workers(executor: Executor) -> int:
    """Return how many workers an executor has, as far as it tells."""
    client = getattr(executor, "_client", None)
    if client is not None:
        return max(1, sum(client.nthreads().values()))
    return int(getattr(executor, "_max_workers", None) or os.cpu_count() or 1)


def ship(job: Job, executor: Executor) -> Any:
    """Return the job as it travels: put on every worker of a ``dask.distributed`` cluster once, else with each task."""
    blob = pickle.dumps(job)
    client = getattr(executor, "_client", None)
    return blob if client is None else client.scatter(blob, broadcast=True, hash=True)


def remote_summaries(shipped: bytes, replicates: tuple[int, ...]) -> pl.DataFrame:
    """Return the summaries of a batch of a job that travelled."""
    return summaries(_unpacked(shipped), replicates)


@lru_cache(maxsize=2)
def _unpacked(shipped: bytes) -> Job:
    job: Job = pickle.loads(shipped)
    return job

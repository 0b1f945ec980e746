"""Processes of our own that share work: they do not wait for one another, but each needs memory, and half a second."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

from workforce_sim.errors import asked

MOST = 1_000


@contextmanager
def processes(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Give so many processes, with a share of the threads of Polars each unless the environment says otherwise.

    Raises:
        RequestError: for no process or too many.
    """
    count = asked.within("workers", workers, 1, MOST)
    with _environment("POLARS_MAX_THREADS", str(max(1, (os.cpu_count() or 1) // count))):
        pool = ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"))
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)  # who interrupts does not wait
            raise
        pool.shutdown()


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    """Set a variable for processes that are started meanwhile, unless it is set."""
    if name in os.environ:
        yield
        return
    os.environ[name] = value
    try:
        yield
    finally:
        del os.environ[name]

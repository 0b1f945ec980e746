"""Jobs that can be asked to stop, and jobs off the event loop: one bounded pool for all, however many are started."""

from __future__ import annotations

import asyncio
import contextvars
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from threading import Event
from typing import Protocol, TypeVar

T = TypeVar("T")


class Cancelled(Exception):  # noqa: N818 - it is no error: nobody waits for the answer any more
    """Raised within a job once its task was cancelled."""


class Stop:
    """Tells a job in another thread that nobody waits for it any more.

    A simulation looks at it before each plan year, so that it ends within the year that is under way.
    """

    def __init__(self) -> None:
        self._asked = Event()

    def ask(self) -> None:
        """Ask the job to end."""
        self._asked.set()

    def check(self) -> None:
        """Raise ``Cancelled`` when asked to end."""
        if self._asked.is_set():
            raise Cancelled


class Outcome(Protocol):
    """What a job came to, with what stopped it."""

    error: Exception | None


@contextmanager
def noting(outcome: Outcome, stop: Stop) -> Iterator[None]:
    """Note what goes wrong in the block; what was done before it stands.

    Raises:
        MemoryError: where memory runs out.
        Cancelled: where the job is asked to end: nobody wants to know of its errors any more.
    """
    try:
        yield
    except (Cancelled, MemoryError):
        raise
    except Exception as error:
        stop.check()
        outcome.error = error


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=os.cpu_count() or 1, thread_name_prefix="workforce_sim-job")


async def off_loop(job: Callable[[Stop], T]) -> T:
    """Run a job in a thread while the event loop goes on.

    All jobs share one pool of as many threads as there are processors, and see the context variables of their task.

    Args:
        job: called with the ``Stop`` that it should look at between its steps.

    Returns:
        What the job returns; what it raises is raised.

    Raises:
        asyncio.CancelledError: when the task is cancelled. The job is asked to stop, and not waited for.
    """
    stop, context = Stop(), contextvars.copy_context()
    future = asyncio.get_running_loop().run_in_executor(_pool(), context.run, job, stop)
    try:
        return await future
    except asyncio.CancelledError:
        stop.ask()
        raise

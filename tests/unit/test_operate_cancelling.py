"""Jobs off the event loop: answers, errors, and what happens when nobody waits any more."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from types import SimpleNamespace

import pytest

import workforce_sim as ws
from workforce_sim.operate.cancelling import noting

word = contextvars.ContextVar("word", default="")


def test_a_job_runs_in_another_thread_and_sees_the_context_of_its_task() -> None:
    async def told() -> tuple[str, bool]:
        word.set("given")
        return await ws.off_loop(lambda _: (word.get(), threading.current_thread() is threading.main_thread()))

    assert asyncio.run(told()) == ("given", False)


def test_what_a_job_raises_is_raised() -> None:
    def wrong(_: ws.Stop) -> None:
        raise LookupError("of the job")

    with pytest.raises(LookupError, match="of the job"):
        asyncio.run(ws.off_loop(wrong))


def test_many_jobs_share_a_pool() -> None:
    async def names() -> list[str]:
        return await asyncio.gather(*(ws.off_loop(lambda _: threading.current_thread().name) for _ in range(50)))

    assert all(name.startswith("workforce_sim-job") for name in asyncio.run(names()))


def test_a_cancelled_task_asks_its_job_to_stop() -> None:
    begun, ended = threading.Event(), threading.Event()

    def job(stop: ws.Stop) -> None:
        begun.set()
        try:
            while True:
                stop.check()
        except ws.Cancelled:
            ended.set()
            raise

    async def cancelled() -> None:
        task = asyncio.create_task(ws.off_loop(job))
        while not begun.is_set():
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    assert ended.wait(60)


def test_errors_are_noted_and_what_cannot_be_an_answer_goes_on() -> None:
    def wrong(error: BaseException) -> None:
        raise error

    def noted(error: BaseException) -> Exception | None:
        found = SimpleNamespace(error=None)
        with noting(found, ws.Stop()):
            wrong(error)
        return found.error

    error = LookupError()
    assert noted(error) is error
    for passing in (MemoryError(), ws.Cancelled(), KeyboardInterrupt()):
        with pytest.raises(type(passing)):
            noted(passing)


def test_who_is_asked_to_stop_has_no_errors() -> None:
    stop, found = ws.Stop(), SimpleNamespace(error=None)
    stop.ask()
    with pytest.raises(ws.Cancelled), noting(found, stop):
        int("x")
    assert found.error is None

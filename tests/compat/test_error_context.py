"""``error_context``: what is logged beside an error, and that the error goes on as it is."""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import sqlite3

import pytest

from orchestrator_dbt.run_multi_year import error_context
from workforce_sim.errors import LedgerError

GUIDE = """
Foundation setup troubleshooting:
1. Check database connectivity

2. Verify memory availability
"""
ADVICE = {
    "Database": ("connection", "permissions", "disk space"),
    "Memory": ("batch size", "compression", "workers"),
    "Dependency": ("sequential execution", "data validation"),
}


def logged(error: BaseException, caplog: pytest.LogCaptureFixture, guide: str = "") -> list[str]:
    """Return what is logged when a block raises the error, which must come out as the very same."""
    with (
        caplog.at_level(logging.DEBUG),
        pytest.raises(type(error)) as caught,
        error_context("Foundation setup", guide),
    ):
        raise error

    assert caught.value is error
    assert caught.value.__context__ is None
    assert {(record.name, record.levelname) for record in caplog.records} <= {("orchestrator_dbt", "ERROR")}
    return [record.getMessage() for record in caplog.records]


def topics(lines: list[str]) -> set[str]:
    return {line.partition(":")[0] for line in lines} & ADVICE.keys()


def test_operation_error_and_guide_are_logged_a_record_a_line(caplog: pytest.LogCaptureFixture) -> None:
    assert logged(KeyError("a field"), caplog, GUIDE) == [
        "Foundation setup failed: KeyError: 'a field'",
        "Foundation setup troubleshooting:",
        "1. Check database connectivity",
        "2. Verify memory availability",
    ]


def test_nothing_is_logged_of_what_succeeds(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), error_context("Foundation setup", GUIDE):
        pass

    assert caplog.records == []


@pytest.mark.parametrize(
    ("error", "topic"),
    [
        (ConnectionRefusedError(111, "refused"), "Database"),
        (PermissionError(13, "denied"), "Database"),
        (LedgerError("runs/a: incomplete"), "Database"),
        (sqlite3.OperationalError("no such table"), "Database"),
        (RuntimeError("Could not CONNECT to server"), "Database"),
        (OSError(28, "No space left on device"), "Database"),
        (MemoryError(), "Memory"),
        (MemoryError("Insufficient memory for batch processing"), "Memory"),
        (RuntimeError("ran out of memory"), "Memory"),
        (RuntimeError("Sequential year execution validation failed"), "Dependency"),
        (ValueError("2027 depends on 2026"), "Dependency"),
    ],
)
def test_advice_is_by_type_or_by_words(error: Exception, topic: str, caplog: pytest.LogCaptureFixture) -> None:
    lines = logged(error, caplog)

    assert topics(lines) == {topic}
    assert all(any(word in line for line in lines) for word in ADVICE[topic])


@pytest.mark.parametrize("error", [ValueError("a rate of 2"), RuntimeError("disconcerting"), KeyError("independent")])
def test_other_errors_get_no_advice(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    assert topics(logged(error, caplog)) == set()


def test_advice_on_what_an_error_was_raised_from(caplog: pytest.LogCaptureFixture) -> None:
    error = RuntimeError("the year could not be computed")
    error.__cause__ = MemoryError()
    error.__cause__.__cause__ = error  # a ring ends, too

    assert topics(logged(error, caplog)) == {"Memory"}


def test_an_error_of_two_topics_gets_both(caplog: pytest.LogCaptureFixture) -> None:
    assert topics(logged(RuntimeError("database out of memory"), caplog)) == {"Database", "Memory"}


@pytest.mark.parametrize(
    "error",
    [
        KeyboardInterrupt(),
        SystemExit(3),
        GeneratorExit(),
        asyncio.CancelledError(),
        concurrent.futures.CancelledError(),
    ],
)
def test_interrupts_and_cancellations_pass_without_a_word(
    error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    assert logged(error, caplog, GUIDE) == []


def test_the_end_of_an_iterator_comes_out_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    assert logged(StopIteration("over"), caplog) == ["Foundation setup failed: StopIteration: over"]


def test_the_traceback_still_begins_where_the_error_arose() -> None:
    def broken() -> None:
        raise LookupError("here")

    with pytest.raises(LookupError) as caught, error_context("Lookup"):
        broken()

    assert [entry.name for entry in caught.traceback][-1] == "broken"


def test_a_message_of_several_lines_is_one_record_without_control_characters(caplog: pytest.LogCaptureFixture) -> None:
    assert logged(ValueError("one\ntwo\x1b[31m"), caplog) == [r"Foundation setup failed: ValueError: one two\x1b[31m"]


def test_an_error_without_a_message_that_can_be_made_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    class BrokenError(Exception):
        def __str__(self) -> str:
            raise TypeError("no text")

    assert logged(BrokenError(), caplog) == ["Foundation setup failed: BrokenError"]


def test_contexts_nest(caplog: pytest.LogCaptureFixture) -> None:
    error = ValueError("a rate of 2")
    with pytest.raises(ValueError, match="a rate") as caught, error_context("outer"), error_context("inner"):
        raise error

    assert caught.value is error
    assert [record.getMessage().split()[0] for record in caplog.records] == ["inner", "outer"]


def test_it_works_around_await_in_many_tasks(caplog: pytest.LogCaptureFixture) -> None:
    async def operation(number: int) -> int:
        with error_context(f"operation {number}"):
            await asyncio.sleep(0)
            if number % 2:
                raise ValueError(f"odd: {number}")
            return number

    async def all_of_them() -> list[int | BaseException]:
        return await asyncio.gather(*(operation(number) for number in range(6)), return_exceptions=True)

    found = asyncio.run(all_of_them())

    assert [one if isinstance(one, int) else str(one) for one in found] == [0, "odd: 1", 2, "odd: 3", 4, "odd: 5"]
    assert sorted(record.getMessage() for record in caplog.records) == [
        f"operation {number} failed: ValueError: odd: {number}" for number in (1, 3, 5)
    ]


def test_a_cancelled_task_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async def cancelled() -> None:
        async def wait() -> None:
            with error_context("waiting", GUIDE):
                await asyncio.Event().wait()

        task = asyncio.create_task(wait())
        await asyncio.sleep(0)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancelled())
    assert caplog.records == []


def test_root_logging_is_left_alone() -> None:
    root = logging.getLogger()
    before = (root.level, list(root.handlers))

    with pytest.raises(ValueError, match="x"), error_context("operation"):
        raise ValueError("x")

    assert (root.level, root.handlers) == before

"""What to look at when an operation fails: logged beside the error, which goes on as it is."""

import logging
import re
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from typing import NamedTuple

from workforce_sim.errors import LedgerError
from workforce_sim.terminal import printable

log = logging.getLogger("orchestrator_dbt")


class _Topic(NamedTuple):
    """A kind of trouble: the errors and the words that it is known by, what to do, and words of other trouble."""

    kinds: tuple[type[Exception], ...]
    words: str
    advice: tuple[str, ...]
    unless: str | None = None


_TOPICS = (
    _Topic(
        (ConnectionError, PermissionError, LedgerError),
        r"database|duckdb|sqlite|\bsql|\bconnect(ion|ing|ed)?\b|permission|\bdisk\b|space left|\blocked\b",
        (
            "Database: check the connection, and that no other process holds what is read or written",
            "Database: check the permissions of the files and folders of the run",
            "Database: check that there is enough disk space",
        ),
        r"not an empty folder|another run\b",  # a folder that is taken
    ),
    _Topic(
        (MemoryError,),
        r"memory|\boom\b",
        (
            "Memory: reduce the batch size (--batch-size)",
            "Memory: enable compression (--enable-compression)",
            "Memory: reduce the number of workers (--max-workers)",
        ),
    ),
    _Topic(
        (),
        r"sequential|(?<![a-z])dependen(t|cy|cies)|depends on|(previous|prior) year",
        (
            "Dependency: run the years in order, by sequential execution: each needs the one before it",
            "Dependency: check the results of the year before (data validation), and repeat the first that failed",
        ),
    ),
)


@contextmanager
def error_context(operation: str, troubleshooting_guide: str = "") -> Iterator[None]:
    """Enhanced error handling with troubleshooting guidance.

    Logs what helps when the block fails, and lets its error go on, the very same one. Logged at ERROR on the logger
    ``orchestrator_dbt``, a record a line: the operation with the error, the lines of the guide, and advice on database,
    memory and dependency errors, known by their type or by their words. Interrupts and cancellations pass without a
    word. Inside a coroutine the block may await.

    Args:
        operation: what is done in the block, for the log.
        troubleshooting_guide: what to look at, in lines.
    """
    try:
        yield
    except CancelledError:  # that of a future, which is an Exception; the one of a task is not
        raise
    except Exception as error:
        text = _text(error)
        for line in (f"{operation} failed: {text}", *_guide(troubleshooting_guide), *_advice(error, text)):
            log.error("%s", printable(line))
        raise


def advice(error_type: str, message: str) -> list[str]:
    """Return what to look at after an error, by the name of its type and its words; nothing for other trouble."""
    return _on({error_type}, f"{error_type}: {message}")


def _text(error: Exception) -> str:
    """Return the type and the message of an error, in one line."""
    try:
        message = " ".join(str(error).split("\n"))
    except Exception:  # a message that cannot be made must not hide the error
        message = ""
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def _guide(text: str) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _advice(error: Exception, text: str) -> list[str]:
    """Return the advice on each topic that an error, or what it was raised from, belongs to."""
    names = {kind.__name__ for one in _chain(error) for kind in type(one).__mro__}
    return _on(names, f"{type(error).__module__} {text}")


def _on(types: set[str], text: str) -> list[str]:
    """Return the advice on the topics that one of the types or the words of a text belong to."""
    return [line for topic in _TOPICS if _is_on(topic, types, text) for line in topic.advice]


def _is_on(topic: _Topic, types: set[str], text: str) -> bool:
    if topic.unless and re.search(topic.unless, text):
        return False
    known = bool(types & {kind.__name__ for kind in topic.kinds})
    return known or re.search(topic.words, text, re.IGNORECASE) is not None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it was raised from."""
    seen: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and not any(one is earlier for earlier in seen):
        yield one
        seen.append(one)
        one = one.__cause__

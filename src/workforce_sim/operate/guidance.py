"""What to look at when an operation fails: logged beside the error, which goes on as it is."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from workforce_sim.wording.terminal import printable


class Topic(NamedTuple):
    """A kind of trouble, and what to do about it.

    Attributes:
        advice: what to look at, in lines.
        words: a regular expression that the message of such an error has, whatever its case.
        kinds: names of such errors, and of their base classes.
        unless: a regular expression of messages that are about something else.
    """

    advice: Sequence[str]
    words: str
    kinds: frozenset[str] = frozenset()
    unless: str | None = None

    def is_of(self, kinds: set[str], text: str) -> bool:
        """Return whether an error of these types and words belongs to the topic."""
        if self.unless and re.search(self.unless, text):
            return False
        return bool(kinds & self.kinds) or re.search(self.words, text, re.IGNORECASE) is not None


@contextmanager
def guided(log: logging.Logger, operation: str, guide: str = "", topics: Sequence[Topic] = ()) -> Iterator[None]:
    """Log what helps when the block fails, and let its error go on, the very same one.

    Logged at ERROR, a record a line: the operation with the error, the lines of the guide, and the advice of the topics
    that the error, or what it was raised from, belongs to. Interrupts and cancellations pass without a word. Inside a
    coroutine the block may await.

    Args:
        log: where it is logged.
        operation: what is done in the block.
        guide: what to look at, in lines.
        topics: kinds of trouble with their advice.
    """
    try:
        yield
    except Exception as error:
        from concurrent.futures import CancelledError  # noqa: PLC0415 - a command line answers --help without it

        if isinstance(error, CancelledError):  # that of a future, which is an Exception; the one of a task is not
            raise
        text = _text(error)
        names = {kind.__name__ for one in _chain(error) for kind in type(one).__mro__}
        more = advice(topics, names, f"{type(error).__module__} {text}")
        for line in (f"{operation} failed: {text}", *_guide(guide), *more):
            log.error("%s", printable(line))
        raise


def advice(topics: Sequence[Topic], kinds: set[str], text: str) -> list[str]:
    """Return the advice on an error, by the names of its types and its words; nothing for other trouble."""
    return [line for topic in topics if topic.is_of(kinds, text) for line in topic.advice]


def _text(error: Exception) -> str:
    """Return the type and the message of an error, in one line."""
    try:
        message = " ".join(str(error).split("\n"))
    except Exception:  # a message that cannot be made must not hide the error
        message = ""
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def _guide(text: str) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it was raised from."""
    seen: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and not any(one is earlier for earlier in seen):
        yield one
        seen.append(one)
        one = one.__cause__

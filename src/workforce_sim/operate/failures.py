"""Failures: logged where they are part of an answer; told where they end a command, as lines or as a JSON object."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterable
from typing import Any

from workforce_sim.console import complain, explained, printable

_FAILED, _WHERE = "%s: %s", "where it failed"

Advice = Callable[[str, str], list[str]]
"""What to look at after an error, by the name of its type and its words."""


def failed(log: logging.Logger, error: Exception) -> None:
    """Log a failure that is part of an answer: a line at ERROR, and at DEBUG where it was."""
    log.error(_FAILED, type(error).__name__, error)
    log.debug(_WHERE, exc_info=error)


def is_of_an_answer(record: logging.LogRecord) -> bool:
    """Return whether a record is that of a failure that is part of an answer."""
    return record.msg in (_FAILED, _WHERE)


class Reports(logging.Handler):
    """Tells of problems, on standard error and in the log; a handler, to see where a failed operation failed.

    Args:
        log: where problems are logged.
        verbose: whether tracebacks are shown.
        structured: whether a problem is one record with fields, rather than lines.
        advice: what to look at when memory ran out.
    """

    def __init__(self, log: logging.Logger, *, verbose: bool, structured: bool, advice: Advice) -> None:
        super().__init__()
        self.verbose, self.structured = verbose, structured
        self._log, self._advice = log, advice
        self._causes: dict[str, BaseException] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the error of an answer."""
        if record.msg == _WHERE and record.exc_info and record.exc_info[1] is not None:
            self._causes[str(record.exc_info[1])] = record.exc_info[1]

    def error(self, error: BaseException) -> None:
        """Tell of an error that ended the command."""
        out_of_memory = isinstance(error, MemoryError) and not isinstance(error, ValueError)
        hints = self._advice("MemoryError", "") if out_of_memory else []
        self._tell(explained(error), None if isinstance(error, KeyboardInterrupt) else error, hints)

    def problem(self, text: str, more: Iterable[str] = (), **fields: Any) -> None:
        """Tell of a problem that is part of an answer, or of how the command line is used."""
        self._tell(text, self._causes.get(text), list(more), **fields)

    def _tell(self, text: str, error: BaseException | None, more: list[str], **fields: Any) -> None:
        shown = error if self.verbose else None
        if self.structured:
            advised = {"advice": more} if more else {}
            self._log.error("%s", text, exc_info=shown, extra={**fields, **advised})
            return
        if shown is not None:
            complain("".join(traceback.format_exception(shown)).rstrip())
        for line in [*text.split("\n"), *more]:
            complain(line)
            self._log.error("%s", printable(line))

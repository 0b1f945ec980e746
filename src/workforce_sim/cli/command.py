"""A command of a command line with its logs: standard error, a file, and an exit code whatever happens."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterable
from typing import Any

from workforce_sim.cli.console import explained, guarded
from workforce_sim.operate.failures import cause
from workforce_sim.operate.logs import in_file, on_standard_error
from workforce_sim.wording.progress import years
from workforce_sim.wording.terminal import complain, printable

Advice = Callable[[str, str], list[str]]
"""What to look at after an error, by the name of its type and its words."""


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
        error = cause(record)
        if error is not None:
            self._causes[str(error)] = error

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


def logged_command(action: Callable[[], int], reports: Reports, *, log_file: str | None) -> int:
    """Run a command and return its exit code; the log file is made first, so that every failure is in it.

    Warnings and finished years are shown on standard error, or the whole log, as the reports are verbose or structured.
    Root logging is as before when it ends.

    Args:
        action: the command; returns an exit code.
        reports: tells what goes wrong.
        log_file: to log to; none where it is None.
    """
    verbose, structured = reports.verbose, reports.structured

    def in_its_file() -> int:
        with in_file(log_file, structured=structured):
            return guarded(action, verbose=verbose, tell=reports.error)

    root = logging.getLogger()
    root.addHandler(reports)
    try:
        with years(True) as show, on_standard_error(verbose=verbose, structured=structured, show=show):
            return guarded(in_its_file, verbose=verbose, tell=reports.error)
    finally:
        root.removeHandler(reports)

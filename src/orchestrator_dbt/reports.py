"""What the command line says when something is wrong: lines for people, or one JSON object for programs."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterable
from typing import Any

from orchestrator_dbt.logs import TRACEBACK
from workforce_sim.cli.console import complain, explained
from workforce_sim.terminal import printable

log = logging.getLogger("orchestrator_dbt")


class Reports(logging.Handler):
    """Tells of problems, on standard error and in the log; a handler, to see where a failed operation failed."""

    def __init__(self, *, verbose: bool, structured: bool) -> None:
        super().__init__()
        self._verbose, self._structured = verbose, structured
        self._causes: dict[str, BaseException] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the error of an answer."""
        if record.msg == TRACEBACK and record.exc_info and record.exc_info[1] is not None:
            self._causes[str(record.exc_info[1])] = record.exc_info[1]

    def error(self, error: BaseException) -> None:
        """Tell of an error that ended the command."""
        from orchestrator_dbt.guidance import advice  # noqa: PLC0415 - the errors of the library come with it

        out_of_memory = isinstance(error, MemoryError) and not isinstance(error, ValueError)
        hints = advice("MemoryError", "") if out_of_memory else []
        self._tell(explained(error), None if isinstance(error, KeyboardInterrupt) else error, hints)

    def problem(self, text: str, more: Iterable[str] = (), **fields: Any) -> None:
        """Tell of a problem that is part of an answer, or of how the command line is used."""
        self._tell(text, self._causes.get(text), list(more), **fields)

    def _tell(self, text: str, error: BaseException | None, more: list[str], **fields: Any) -> None:
        shown = error if self._verbose else None
        if self._structured:
            advised = {"advice": more} if more else {}
            log.error("%s", text, exc_info=shown, extra={**fields, **advised})
            return
        if shown is not None:
            complain("".join(traceback.format_exception(shown)).rstrip())
        for line in [*text.split("\n"), *more]:
            complain(line)
            log.error("%s", printable(line))

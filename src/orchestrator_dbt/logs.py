"""Logs of the command line: a file made before anything else is read, standard error when verbose, text or JSON."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from workforce_sim.console import complain

YEAR_DONE = "%d done, %d of %d"
"""What is logged after each plan year: the year, how many are done, how many there are."""

_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_OF_EVERY_RECORD = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """One JSON object a line: timestamp, level, logger, message, and whatever else a record carries."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as one line."""
        line = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        extra = {name: value for name, value in vars(record).items() if name not in _OF_EVERY_RECORD}
        if record.exc_info:
            extra["exception"] = self.formatException(record.exc_info)
        return json.dumps({**line, **extra}, default=str)


class _LogFile(logging.FileHandler):
    """A log that cannot be written says so once, and the run goes on."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        """Say it, and take no more records."""
        self.setLevel(logging.CRITICAL + 1)
        complain(f"{self.baseFilename}: cannot be written; logging ends here")

    def close(self) -> None:
        """Close the file, full disk or not."""
        with suppress(OSError):
            super().close()


class _Years(logging.Handler):
    """Shows finished years on a terminal."""

    def __init__(self, show: Callable[[int, int, int], None]) -> None:
        super().__init__()
        self._show = show

    def emit(self, record: logging.LogRecord) -> None:
        """Show a finished year; other records are no concern of it."""
        if record.msg == YEAR_DONE and isinstance(record.args, tuple):
            self._show(*record.args)  # type: ignore[arg-type]


@contextmanager
def logging_to(
    path: str | None, *, verbose: bool, structured: bool, show: Callable[[int, int, int], None] | None
) -> Iterator[None]:
    """Log to a file, when verbose to standard error, and show years; leave logging as it was."""
    handlers: list[logging.Handler] = [logging.NullHandler()]  # with none at all, logging prints errors itself
    if path is not None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        handlers.append(_LogFile(path, encoding="utf-8"))
    if verbose:
        handlers.append(logging.StreamHandler(sys.stderr))
        handlers[-1].addFilter(lambda record: record.levelno < logging.ERROR)  # errors are printed anyway
    elif show is not None:
        handlers.append(_Years(show))
    root, level = logging.getLogger(), logging.getLogger().level
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    for handler in handlers:
        handler.setFormatter(JsonLines() if structured else logging.Formatter(_TEXT))
        root.addHandler(handler)
    try:
        yield
    finally:
        root.setLevel(level)
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()

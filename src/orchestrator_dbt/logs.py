"""Logs of the command line: a file made before anything else is read, and standard error; text or JSON."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from workforce_sim.cli.console import complain

log = logging.getLogger("orchestrator_dbt")

YEAR_DONE = "%d done, %d of %d"
"""What is logged after each plan year: the year, how many are done, how many there are."""

FAILED = "%s: %s"
"""What is logged of a failure that is part of an answer: the kind of error and its words."""

TRACEBACK = "where it failed"

_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_OF_EVERY_RECORD = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}


def failed(error: Exception) -> None:
    """Log a failure that is part of an answer: a line, and where it was for whoever looks closer."""
    log.error(FAILED, type(error).__name__, error)
    log.debug(TRACEBACK, exc_info=error)


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


class _StandardError(logging.Handler):
    """Prints records as problems are printed."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print a record."""
        complain(self.format(record))


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
def on_standard_error(
    *, verbose: bool, structured: bool, show: Callable[[int, int, int], None] | None
) -> Iterator[None]:
    """Log to standard error: warnings; all when verbose; all as JSON when structured. Show years elsewhere."""
    handler: logging.Handler = _StandardError(logging.NOTSET if verbose or structured else logging.WARNING)
    handler.setFormatter(JsonLines() if structured else logging.Formatter(_TEXT if verbose else "warning: %(message)s"))
    if not structured:
        handler.addFilter(lambda record: record.levelno < logging.ERROR)  # errors are printed anyway
    root, level = logging.getLogger(), logging.getLogger().level
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    quiet = show is not None and not (verbose or structured)
    try:
        with _added(handler), _added(_Years(show) if show and quiet else logging.NullHandler()):
            yield
    finally:
        root.setLevel(level)


@contextmanager
def in_file(path: str | None, *, structured: bool) -> Iterator[None]:
    """Log to a file, made with its folders; to none without a path."""
    if path is None:
        yield
        return
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    handler = _LogFile(path, encoding="utf-8")
    handler.setFormatter(JsonLines() if structured else logging.Formatter(_TEXT))
    with _added(handler):
        yield


@contextmanager
def _added(handler: logging.Handler) -> Iterator[None]:
    """Log to a handler as well, all but failures that are part of an answer: the command line tells those itself."""
    handler.addFilter(lambda record: record.msg not in (FAILED, TRACEBACK))
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()

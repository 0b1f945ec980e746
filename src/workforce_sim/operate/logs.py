"""Logs of a command line or a service: standard error and a file; as text, or one JSON object a line."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path

from workforce_sim.operate.failures import is_of_an_answer
from workforce_sim.operate.progress import ShowYears
from workforce_sim.store.layout import make_folders
from workforce_sim.wording.progress import Progress
from workforce_sim.wording.terminal import complain

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
    """A log that only its owner may read; when it cannot be written, it says so once, and the run goes on."""

    def _open(self) -> TextIOWrapper:
        return open(self.baseFilename, "a", encoding=self.encoding, opener=_private)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        """Say it, and take no more records."""
        self.setLevel(logging.CRITICAL + 1)
        complain(f"{self.baseFilename}: cannot be written; logging ends here")

    def close(self) -> None:
        """Close the file, full disk or not."""
        with suppress(OSError):
            super().close()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class _StandardError(logging.Handler):
    """Prints records as problems are printed."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print a record."""
        complain(self.format(record))


@contextmanager
def on_standard_error(*, verbose: bool, structured: bool, show: Progress | None = None) -> Iterator[None]:
    """Log to standard error: warnings; all but errors when verbose; all as JSON when structured.

    Errors are left to what ends the command and tells them, see ``failures``.

    Args:
        verbose: whether all levels are logged.
        structured: whether a record is one JSON object a line.
        show: called with finished years where the log does not show them by itself.
    """
    handler: logging.Handler = _StandardError(logging.NOTSET if verbose or structured else logging.WARNING)
    handler.setFormatter(JsonLines() if structured else logging.Formatter(_TEXT if verbose else "warning: %(message)s"))
    if not structured:
        handler.addFilter(lambda record: record.levelno < logging.ERROR)
    root, level = logging.getLogger(), logging.getLogger().level
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    quiet = not (verbose or structured)
    try:
        with added(handler), added(ShowYears(show) if show and quiet else logging.NullHandler()):
            yield
    finally:
        root.setLevel(level)


@contextmanager
def in_file(path: str | Path | None, *, structured: bool) -> Iterator[None]:
    """Log to a file, made with its folders for their owner alone, or added to; to none without a path.

    Raises:
        OSError: when it cannot be made.
    """
    if path is None:
        yield
        return
    make_folders(Path(path).parent)
    handler = _LogFile(path, encoding="utf-8")
    handler.setFormatter(JsonLines() if structured else logging.Formatter(_TEXT))
    with added(handler):
        yield


@contextmanager
def added(handler: logging.Handler) -> Iterator[None]:
    """Log to a handler as well, all but failures that are part of an answer: who has the answer tells those."""
    handler.addFilter(lambda record: not is_of_an_answer(record))
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()

"""Failures that are part of an answer: logged, and left to whoever has the answer to tell."""

from __future__ import annotations

import logging

_FAILED, _WHERE = "%s: %s", "where it failed"


def failed(log: logging.Logger, error: Exception) -> None:
    """Log a failure that is part of an answer: a line at ERROR, and at DEBUG where it was."""
    log.error(_FAILED, type(error).__name__, error)
    log.debug(_WHERE, exc_info=error)


def is_of_an_answer(record: logging.LogRecord) -> bool:
    """Return whether a record is that of a failure that is part of an answer."""
    return record.msg in (_FAILED, _WHERE)


def cause(record: logging.LogRecord) -> BaseException | None:
    """Return the error of a record that tells where a failure was; None for any other record."""
    return record.exc_info[1] if record.msg == _WHERE and record.exc_info else None

"""Progress in the log: a record for each finished plan year, which a terminal may show as it comes."""

from __future__ import annotations

import logging

from workforce_sim.wording.progress import Progress

YEAR_DONE = "%d done, %d of %d"
"""What is logged after each plan year: the year, how many are done, how many there are."""


def logged(log: logging.Logger) -> Progress:
    """Return a ``progress`` for ``simulate`` and ``attempt`` that logs a line a year, at INFO."""
    return lambda year, done, total: log.info(YEAR_DONE, year, done, total)


class ShowYears(logging.Handler):
    """Shows finished years of the log elsewhere, such as on a terminal."""

    def __init__(self, show: Progress) -> None:
        super().__init__()
        self._show = show

    def emit(self, record: logging.LogRecord) -> None:
        """Show a finished year; other records are no concern of it."""
        if record.msg == YEAR_DONE and isinstance(record.args, tuple):
            self._show(*record.args)  # type: ignore[arg-type]

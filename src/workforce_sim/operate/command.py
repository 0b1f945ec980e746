"""A command of a command line with its logs: standard error, a file, and an exit code whatever happens."""

from __future__ import annotations

import logging
from collections.abc import Callable

from workforce_sim.console import guarded, shower
from workforce_sim.operate.failures import Reports
from workforce_sim.operate.logs import in_file, on_standard_error


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
        with on_standard_error(verbose=verbose, structured=structured, show=shower(False)):
            return guarded(in_its_file, verbose=verbose, tell=reports.error)
    finally:
        root.removeHandler(reports)

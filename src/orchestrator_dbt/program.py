"""The command line. Exit codes: 0 success, 1 failure, 2 usage, 130 interrupted."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from typing import NoReturn

from orchestrator_dbt import interrupts
from orchestrator_dbt.logs import in_file, on_standard_error
from orchestrator_dbt.options import build_parser, misuse
from orchestrator_dbt.reports import Reports
from workforce_sim.cli.console import INTERRUPTED, USAGE, guarded, shower


def as_program() -> NoReturn:
    """Run the command line and end the process."""
    code = main()
    interrupts.leave_at_once((lambda: None) if code == INTERRUPTED else None)
    sys.exit(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    try:
        options = build_parser().parse_args(argv)
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else USAGE
    verbose, structured = options.verbose, options.structured_logs
    reports = Reports(verbose=verbose, structured=structured)
    logging.getLogger().addHandler(reports)
    try:
        with on_standard_error(verbose=verbose, structured=structured, show=shower(False)):
            interrupts.tell_with(lambda: reports.error(KeyboardInterrupt()))
            return guarded(lambda: _logged(options, reports), verbose=verbose, tell=reports.error)
    finally:
        logging.getLogger().removeHandler(reports)


def _logged(options: argparse.Namespace, reports: Reports) -> int:
    with in_file(options.log_file, structured=options.structured_logs):
        return guarded(lambda: _carried_out(options, reports), verbose=options.verbose, tell=reports.error)


def _carried_out(options: argparse.Namespace, reports: Reports) -> int:
    wrong = misuse(options)
    if wrong:
        reports.problem(wrong)
        return USAGE
    from orchestrator_dbt.commands import run  # noqa: PLC0415 - --help answers without the engine

    interrupts.raise_as_usual()
    return run(options, reports)

"""The command line. Exit codes: 0 success, 1 failure, 2 usage, 130 interrupted."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from typing import NoReturn

from orchestrator_dbt import interrupts
from orchestrator_dbt.guidance import advice
from orchestrator_dbt.options import build_parser, misuse
from workforce_sim.cli.command import Reports, logged_command
from workforce_sim.cli.console import INTERRUPTED, USAGE


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
    log = logging.getLogger("orchestrator_dbt")
    reports = Reports(log, verbose=options.verbose, structured=options.structured_logs, advice=advice)
    return logged_command(lambda: _carried_out(options, reports), reports, log_file=options.log_file)


def _carried_out(options: argparse.Namespace, reports: Reports) -> int:
    interrupts.tell_with(lambda: reports.error(KeyboardInterrupt()))
    wrong = misuse(options)
    if wrong:
        reports.problem(wrong)
        return USAGE
    from orchestrator_dbt.commands import run  # noqa: PLC0415 - --help answers without the engine

    interrupts.raise_as_usual()
    return run(options, reports)

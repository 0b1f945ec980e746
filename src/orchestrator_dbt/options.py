"""The sixteen documented options of the command line. Imports nothing heavy, so that ``--help`` answers at once."""

from __future__ import annotations

import argparse

import orchestrator_dbt
from workforce_sim.cli.console import file_name, positive, year_number

COMMAND = "python -m orchestrator_dbt.run_multi_year"
LEVELS = ("high", "medium", "low", "fallback")


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the sixteen documented options, and of the version."""
    parser = argparse.ArgumentParser(
        prog=COMMAND,
        usage=f"{COMMAND} [OPTIONS]",
        description="Simulate a workforce and its retirement plan over several plan years.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"{COMMAND} {orchestrator_dbt.__version__}")
    add = parser.add_argument
    add("--start-year", type=year_number, metavar="YEAR", help="first plan year (required to simulate or compare)")
    add("--end-year", type=year_number, metavar="YEAR", help="last plan year (required to simulate or compare)")
    add("--optimization", choices=LEVELS, default="high", help="optimization level (default: high)")
    add("--max-workers", type=positive, default=4, metavar="N", help="maximum concurrent workers (default: 4)")
    add("--batch-size", type=positive, default=1000, metavar="N", help="batch size for processing (default: 1000)")
    add("--enable-compression", action="store_true", help="compress retained state")
    add("--fail-fast", action="store_true", help="stop on the first year that fails")
    add("--performance-mode", action="store_true", help="monitor time and memory in detail")
    modes = parser.add_mutually_exclusive_group()
    modes.add_argument("--foundation-only", action="store_true", help="run the foundation setup only")
    modes.add_argument("--compare-mvp", action="store_true", help="compare with the reference model")
    modes.add_argument("--test-config", action="store_true", help="test the configuration's compatibility")
    add("--benchmark", action="store_true", help="run as a comprehensive benchmark; implies --performance-mode")
    about = "configuration, YAML (default: the documented values, 10,000 employees)"
    add("--config", type=file_name, metavar="FILE", help=about)
    add("--log-file", type=file_name, metavar="FILE", help="file to log to; its folders are made")
    add("-v", "--verbose", action="store_true", help="log in detail, on standard error too")
    add("--structured-logs", action="store_true", help="log one JSON object a line")
    return parser


def misuse(options: argparse.Namespace) -> str | None:
    """Return one line on what cannot be carried out; None when all is well."""
    start, end = options.start_year, options.end_year
    if None in (start, end):
        needless = options.foundation_only or options.test_config
        needed = f"--start-year and --end-year are needed, for example: {COMMAND} --start-year 2025 --end-year 2029"
        return None if needless else needed
    return f"--end-year {end} is before --start-year {start}" if end < start else None

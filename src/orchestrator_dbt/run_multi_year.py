"""The documented command line: ``python -m orchestrator_dbt.run_multi_year --start-year 2025 --end-year 2029``.

Translation only: no rule of the model lives here. Arguments are read first and the engine is imported after. Results go
to standard output, the rest to standard error. Exit codes: 0 success, 1 failure, 2 usage, 130 interrupted.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from time import perf_counter

from orchestrator_dbt.configuration import (
    load_and_validate_config,
    test_configuration_compatibility,
    validate_configuration,
)
from orchestrator_dbt.guidance import error_context
from orchestrator_dbt.levels import OptimizationLevel
from orchestrator_dbt.monitor import PerformanceMonitor
from workforce_sim.console import SUCCESS, USAGE, complain, explained, guarded, printable, run_report, say, shower
from workforce_sim.console import whole_number as whole

__all__ = [
    "OptimizationLevel",
    "PerformanceMonitor",
    "error_context",
    "load_and_validate_config",
    "main",
    "test_configuration_compatibility",
    "validate_configuration",
]

log = logging.getLogger("orchestrator_dbt")

COMMAND = "python -m orchestrator_dbt.run_multi_year"
LEVELS = ("high", "medium", "low", "fallback")
LATER = (
    "optimization",
    "max_workers",
    "batch_size",
    "enable_compression",
    "fail_fast",
    "performance_mode",
    "foundation_only",
    "compare_mvp",
    "test_config",
    "benchmark",
    "structured_logs",
)
"""Options that are read, and do nothing in this version yet; anything but their default is refused."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    parser = build_parser()
    try:
        options = parser.parse_args(argv)
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else USAGE
    wrong = _misuse(options, parser)
    if wrong:
        complain(wrong)
        return USAGE
    return guarded(lambda: _logged(options), verbose=options.verbose)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the sixteen documented options."""
    parser = argparse.ArgumentParser(
        prog=COMMAND,
        usage=f"{COMMAND} [OPTIONS]",
        description="Simulate a workforce over several plan years.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--start-year", type=whole, metavar="YEAR", help="first plan year (required to simulate)")
    add("--end-year", type=whole, metavar="YEAR", help="last plan year (required to simulate)")
    add("--optimization", choices=LEVELS, default="high", help="optimization level (default: high)")
    add("--max-workers", type=_positive, default=4, metavar="N", help="maximum concurrent workers (default: 4)")
    add("--batch-size", type=_positive, default=1000, metavar="N", help="batch size for processing (default: 1000)")
    add("--enable-compression", action="store_true", help="compress retained state")
    add("--fail-fast", action="store_true", help="stop on the first year that fails")
    add("--performance-mode", action="store_true", help="monitor time and memory in detail")
    modes = parser.add_mutually_exclusive_group()
    modes.add_argument("--foundation-only", action="store_true", help="run the foundation setup only")
    modes.add_argument("--compare-mvp", action="store_true", help="compare with the reference model")
    modes.add_argument("--test-config", action="store_true", help="test the configuration's compatibility")
    add("--benchmark", action="store_true", help="run as a comprehensive benchmark")
    add("--config", metavar="FILE", help="configuration, YAML (default: the documented values, 10,000 employees)")
    add("--log-file", metavar="FILE", help="file to log to; its folders are made")
    add("-v", "--verbose", action="store_true", help="log in detail, on standard error too")
    add("--structured-logs", action="store_true", help="log one JSON object a line")
    return parser


def _positive(text: str) -> int:
    number = whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of 1 or more, got {number}")
    return number


def _misuse(options: argparse.Namespace, parser: argparse.ArgumentParser) -> str | None:
    """Return one line on what cannot be carried out; None when all is well."""
    later = [name for name in LATER if getattr(options, name) != parser.get_default(name)]
    if later:
        given = ", ".join("--" + name.replace("_", "-") for name in later)
        return f"not available in this version: {given}"
    if options.start_year is None or options.end_year is None:
        return f"--start-year and --end-year are needed, for example: {COMMAND} --start-year 2025 --end-year 2029"
    if options.end_year < options.start_year:
        return f"--end-year {options.end_year} is before --start-year {options.start_year}"
    return None


def _logged(options: argparse.Namespace) -> int:
    with _logging(options.log_file, verbose=options.verbose):
        try:
            return _simulate(options)
        except BaseException as error:
            what = "interrupted" if isinstance(error, KeyboardInterrupt) else explained(error)
            for line in what.split("\n"):
                log.error("%s", printable(line))
            raise


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


@contextmanager
def _logging(path: str | None, *, verbose: bool) -> Iterator[None]:
    """Log to a file, made before anything else is read, and when verbose to standard error."""
    handlers: list[logging.Handler] = [logging.NullHandler()]  # with none at all, logging prints errors itself
    if path is not None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        handlers.append(_LogFile(path, encoding="utf-8"))
    if verbose:
        handlers.append(logging.StreamHandler(sys.stderr))
        handlers[-1].addFilter(lambda record: record.levelno < logging.ERROR)  # errors are printed anyway
    root, level = logging.getLogger(), logging.getLogger().level
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    for handler in handlers:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        root.addHandler(handler)
    try:
        yield
    finally:
        root.setLevel(level)
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()


def _simulate(options: argparse.Namespace) -> int:
    start = perf_counter()
    from workforce_sim.config import load_config, overridden  # noqa: PLC0415 - --help answers without the engine
    from workforce_sim.simulation import simulate  # noqa: PLC0415

    log.info("simulating %d to %d", options.start_year, options.end_year)
    config = load_config(options.config)
    log.info("configuration: %s", options.config or "the documented values")
    config = overridden(config, start_year=options.start_year, end_year=options.end_year)
    started = perf_counter() - start
    show = shower(False)

    def progress(year: int, done: int, total: int) -> None:
        log.info("%d done, %d of %d", year, done, total)
        if show is not None and not options.verbose:
            show(year, done, total)

    result = simulate(config, progress=progress)
    for note in result.notes:
        log.info("%s", printable(note))
    timings = {"start-up": started, **result.timings}
    say(run_report(result.summary.to_dicts(), result.notes, timings, perf_counter() - start))
    log.info("done in %.2f seconds", perf_counter() - start)
    return SUCCESS


if __name__ == "__main__":
    sys.exit(main())

"""What the command lines share: one line a problem, exit codes, kinds of arguments. Imports nothing heavy."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Sequence
from functools import partial

from workforce_sim.wording.terminal import complain, printable

SUCCESS, FAILURE, USAGE, INTERRUPTED = 0, 1, 2, 130
FIRST_YEAR, LAST_YEAR = 1950, 2200
"""The years that a configuration may have."""


def guarded(
    action: Callable[[], int],
    *,
    verbose: bool,
    tell: Callable[[BaseException], None] | None = None,
    interrupted: Callable[[], str] = lambda: "interrupted",
) -> int:
    """Run a command and return its exit code; what ends it is told: one line a problem, a traceback when verbose.

    Args:
        action: the command; returns an exit code.
        verbose: whether tracebacks are shown.
        tell: tells what ended it; left out, on standard error.
        interrupted: gives the line on an interrupt, where ``tell`` is left out.
    """
    tell = tell or partial(_tell, verbose=verbose, interrupted=interrupted)
    try:
        code = action()
        if sys.stdout is not None:
            sys.stdout.flush()
    except KeyboardInterrupt as interrupt:
        tell(interrupt)
        return INTERRUPTED
    except BrokenPipeError:  # the reader has what it wanted, as with `| head`
        _give_up_stdout()
        return FAILURE
    except BaseException as error:  # the one place that turns errors, panics of Polars too, into lines
        was_interrupted = _is_interrupt(error)
        tell(KeyboardInterrupt() if was_interrupted else error)
        _flush_or_give_up()
        return INTERRUPTED if was_interrupted else FAILURE
    return code


def _is_interrupt(error: BaseException) -> bool:
    """Return whether Polars panicked because an interrupt came while it called Python."""
    return type(error).__name__ == "PanicException" and "KeyboardInterrupt" in str(error)


def _tell(error: BaseException, *, verbose: bool, interrupted: Callable[[], str]) -> None:
    if isinstance(error, KeyboardInterrupt):
        complain(interrupted())
        return
    if verbose:
        from traceback import format_exception  # noqa: PLC0415 - seldom needed

        complain("".join(format_exception(error)).rstrip())
    complain(explained(error))


def _flush_or_give_up() -> None:
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        _give_up_stdout()


def _give_up_stdout() -> None:
    """Send what is left to nowhere, or Python complains again when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def explained(error: BaseException) -> str:
    """Return what an error says to a user, one line a problem."""
    from workforce_sim.errors import WorkforceSimError  # noqa: PLC0415 - a command line answers --help without it

    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'standard output'}: {error.strerror}"
    if isinstance(error, (WorkforceSimError, OSError)):  # before memory: what is refused up front says why
        return str(error)
    if isinstance(error, MemoryError):
        return "not enough memory; simulate fewer years or a smaller census, or close other programs"
    what = str(error).split("\n", 1)[0]
    return f"an error of the program itself, please report it with what --verbose shows: {type(error).__name__}: {what}"


def whole_number(text: str) -> int:
    """Read a whole number of a command line."""
    if not re.fullmatch(r"-?[0-9]{1,30}", text):
        raise argparse.ArgumentTypeError(f"expected a whole number, got {printable(text)!r}")
    return int(text)


def positive(text: str) -> int:
    """Read a whole number of 1 or more of a command line."""
    number = whole_number(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of 1 or more, got {number}")
    return number


def year_number(text: str) -> int:
    """Read a year of a command line, one that a configuration may have."""
    number = whole_number(text)
    if not FIRST_YEAR <= number <= LAST_YEAR:
        raise argparse.ArgumentTypeError(f"expected a year from {FIRST_YEAR} to {LAST_YEAR}, got {number}")
    return number


def file_name(text: str) -> str:
    """Read the name of a file of a command line."""
    if not text:
        raise argparse.ArgumentTypeError("expected the name of a file, got an empty text")
    return text


def pair(form: str) -> Callable[[str], tuple[str, str]]:
    """Return what reads a name and a value with ``=`` between them, in a form such as ``NAME=VALUE``."""

    def read(text: str) -> tuple[str, str]:
        name, equals, value = text.partition("=")
        if not (name.strip() and equals and value.strip()):
            raise argparse.ArgumentTypeError(f"expected {form}, got {printable(text)!r}")
        return name.strip(), value.strip()

    return read


def once(pairs: Sequence[tuple[str, str]], what: str, advice: str = "give each once") -> dict[str, str]:
    """Return pairs by name, each given once."""
    from workforce_sim.errors import RequestError  # noqa: PLC0415 - a command line answers --help without it

    names = [name for name, _ in pairs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise RequestError(f"{what} {twice}: given twice; {advice}")
    return dict(pairs)


def json_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that asks for JSON."""
    parser.add_argument("--json", action="store_true", help="print JSON, amounts in cents, instead of tables")

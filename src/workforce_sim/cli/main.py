"""``workforce-sim``: reads the arguments, and carries out the command.

Arguments are read first and the engine is imported after, so that ``--help`` answers at once. Results go to standard
output, everything else to standard error. Exit codes: 0 success, 1 failure, 2 usage, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from workforce_sim.cli.commands import command_line
from workforce_sim.cli.console import INTERRUPTED, USAGE, guarded
from workforce_sim.wording.terminal import complain

if TYPE_CHECKING:
    from argparse import Namespace


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    try:
        parser = command_line(next((word for word in arguments if not word.startswith("-")), ""))
        options = parser.parse_args(arguments)
    except KeyboardInterrupt:  # while the command is imported
        complain("interrupted")
        return INTERRUPTED
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else USAGE
    if "action" not in options:
        parser.print_help(sys.stderr)
        return USAGE
    code = guarded(lambda: int(options.action(options)), verbose=options.verbose, interrupted=partial(_kept, options))
    if code == INTERRUPTED and argv is None:
        _leave(code)
    return code


def _kept(options: Namespace) -> str:
    from workforce_sim.cli.kept import interrupted  # noqa: PLC0415 - seldom needed

    return interrupted(options)


def _leave(code: int) -> NoReturn:
    """End the program at once: threads that are still computing are not waited for."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(code)

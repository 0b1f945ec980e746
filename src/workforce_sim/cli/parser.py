"""The parser of a command line.

A wrong option shows the usage of its own command, options that many commands have mean one thing in all of them, and
the help of each command says what goes in, what comes out and how it is used.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from functools import cache
from shutil import get_terminal_size
from textwrap import fill
from typing import TYPE_CHECKING, Any

from workforce_sim.wording import capital
from workforce_sim.wording.terminal import printable

if TYPE_CHECKING:
    from pathlib import Path

WIDTH = 78
"""Letters of a line of help."""

Action = Callable[[argparse.Namespace], int]


class Parser(argparse.ArgumentParser):
    """Refuses what it does not know itself, where the parser of Python leaves that to the parser of the whole program.

    Of a program with commands, an option that a command does not have is told with the usage of that command.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"allow_abbrev": False, **options})

    def add_argument(self, *names: Any, **options: Any) -> argparse.Action:
        """Add an argument; with ``--out`` comes ``--to`` as another spelling, with ``--json`` its longer form."""
        added = super().add_argument(*names, **options)
        for name, other in (("--out", "--to"), ("--to", "--out")):
            if name in names:
                self._option_string_actions.setdefault(other, added)  # the help shows one of them
        if "--json" in names:
            about = "how results are printed: text, or JSON as --json; default: text"
            super().add_argument("--format", dest=added.dest, action=_Form, choices=("text", "json"), help=about)
        return added

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Read arguments; one that a command without further commands does not know is an error."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown and self._subparsers is None:
            self.error(f"unrecognized arguments: {' '.join(map(printable, unknown))}{self._meant(unknown)}")
        return found, unknown

    def _meant(self, unknown: Sequence[str]) -> str:
        """Return the option that an unknown one is like, in brackets."""
        from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

        known = [option[2:] for action in self._actions for option in action.option_strings if option[:2] == "--"]
        wrong = next((text for text in unknown if text.startswith("--")), "").partition("=")[0]
        near = get_close_matches(wrong[2:], known, n=1, cutoff=0.7)
        return f" (did you mean --{near[0]}?)" if near else ""


class Help(argparse.RawDescriptionHelpFormatter):
    """Writes help as wide as the terminal, which is asked once: a formatter is made for every argument."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns())


@cache
def _columns() -> int:
    return get_terminal_size().columns - 2


class _Form(argparse.Action):
    """Says in words what ``--json`` says alone."""

    def __call__(self, _: object, namespace: argparse.Namespace, values: Any, *__: object) -> None:
        setattr(namespace, self.dest, values == "json")


def command(
    group: Any, name: str, about: str, action: Action, *, details: str = "", example: str = ""
) -> argparse.ArgumentParser:
    """Add a command to a group of commands and return its parser.

    Args:
        group: what ``add_subparsers`` gave.
        name: of the command.
        about: what it does, for the list of commands; a line without a full stop.
        action: carries it out.
        details: what goes in and what comes out, for the help of the command.
        example: a command line.
    """
    whole = f"{capital(about)}.{f' {details}' if details else ''}"
    parser: argparse.ArgumentParser = group.add_parser(
        name,
        help=about,
        description=fill(whole, WIDTH),
        epilog=f"example: {example}" if example else None,
        formatter_class=Help,
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="show progress, and where an error arose")
    parser.set_defaults(action=action)
    return parser


def new_file(parser: argparse.ArgumentParser, metavar: str, default: Path | None, about: str) -> None:
    """Add the file that a command writes, ``new``: by its place, or as ``out`` by --out like everywhere else."""
    from pathlib import Path  # noqa: PLC0415 - the list of commands answers without it

    parser.add_argument("new", metavar=metavar, type=Path, nargs="?", default=default, help=about)
    parser.add_argument("--out", metavar=metavar, type=Path, help="the same")

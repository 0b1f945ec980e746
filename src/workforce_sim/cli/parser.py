"""The parser of a command line: a wrong option shows the usage of its own command; every command ends in an example."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from workforce_sim.wording.terminal import printable

Action = Callable[[argparse.Namespace], int]


class Command(Protocol):
    """Adds a command to a group: its name, what it does in a line, what carries it out, and a line that shows it."""

    def __call__(  # noqa: D102
        self, group: Any, name: str, about: str, action: Action, *, example: str = ""
    ) -> argparse.ArgumentParser: ...


class Parser(argparse.ArgumentParser):
    """Refuses what it does not know itself, where the parser of Python leaves that to the parser of the whole program.

    Of a program with commands, an option that a command does not have is told with the usage of that command.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"allow_abbrev": False, **options})

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Read arguments; one that a command without further commands does not know is an error."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown and self._subparsers is None:
            self.error(f"unrecognized arguments: {' '.join(map(printable, unknown))}{self._meant(unknown)}")
        return found, unknown

    def _meant(self, unknown: Sequence[str]) -> str:
        """Return the option that an unknown one is like, in brackets."""
        known = [option for action in self._actions for option in action.option_strings]
        wrong = next((text for text in unknown if text.startswith("--")), "").partition("=")[0]
        near = difflib.get_close_matches(wrong, known, n=1)
        return f" (did you mean {near[0]}?)" if near else ""


def command(group: Any, name: str, about: str, action: Action, *, example: str = "") -> argparse.ArgumentParser:
    """Add a command to a group of commands and return its parser."""
    parser: argparse.ArgumentParser = group.add_parser(
        name,
        help=about,
        description=about,
        epilog=f"example: {example}" if example else None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="show progress, and where an error arose")
    parser.set_defaults(action=action)
    return parser

"""``workforce-sim completion``: a script that completes commands, options and file names in a shell."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workforce_sim.cli.console import FAILURE, SUCCESS
from workforce_sim.cli.parser import command
from workforce_sim.wording.terminal import complain, say

SHELLS = ("bash", "zsh", "tcsh")
DETAILS = (
    "Prints a script for bash, zsh or tcsh; needs shtab: pip install 'workforce-sim[cli]'. In bash add the line of the "
    "example to ~/.bashrc; in zsh write the script to a file _workforce-sim in a folder of $fpath."
)
FOLDERS = ("DIR", "FOLDER", "A", "B")
"""Names of arguments in the help that stand for folders; other paths are files."""


def add_completion(commands: Any, about: str) -> None:
    """Add the command that prints a script of completion of the whole command line."""
    example = 'eval "$(workforce-sim completion bash)"'
    parser = command(commands, "completion", about, _completion, details=DETAILS, example=example)
    parser.add_argument("shell", choices=SHELLS, help="which shell")


def _completion(options: argparse.Namespace) -> int:
    from workforce_sim.cli.commands import command_line  # noqa: PLC0415 - it names this module

    try:
        import shtab  # noqa: PLC0415 - an extra
    except ImportError:
        complain('completion needs shtab: pip install "workforce-sim[cli]"')
        return FAILURE
    whole = command_line()
    for action in _actions(whole):
        if action.type is Path:
            action.complete = shtab.DIRECTORY if action.metavar in FOLDERS else shtab.FILE  # type: ignore[attr-defined]
    say(shtab.complete(whole, shell=options.shell).rstrip())
    return SUCCESS


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Yield the arguments of a parser and of all its commands."""
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield from _actions(each)

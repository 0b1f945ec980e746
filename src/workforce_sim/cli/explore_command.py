"""``workforce-sim explore``: a page on this computer where the levers of a plan design move.

What a command needs is imported when it runs.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from workforce_sim.cli.console import SUCCESS, whole_number
from workforce_sim.cli.parser import command
from workforce_sim.wording.terminal import complain, say

DETAILS = (
    "Opens a page for a browser on this computer, where the default rate, the match and other levers of two designs "
    "move and the ranges of cost and participation follow. Prints its address. Nothing leaves the computer. Ctrl-C "
    "ends it."
)


def add_explore(commands: Any, about: str) -> None:
    """Add the command that serves the explorer."""
    explore = command(commands, "explore", about, _explore, details=DETAILS, example="workforce-sim explore plan.yaml")
    explore.add_argument("config", metavar="CONFIG", type=Path, help="YAML file that the designs change")
    about = "census, in place of the configuration's"
    explore.add_argument("census", metavar="CENSUS", type=Path, nargs="?", help=about)
    explore.add_argument("--port", metavar="N", type=_port, default=0, help="port of the page; default: a free one")
    explore.add_argument("--open", action="store_true", help="open the page in the browser")


def _port(text: str) -> int:
    number = whole_number(text)
    if not 0 <= number <= 65_535:
        raise argparse.ArgumentTypeError(f"expected a port from 0 to 65535, got {number}")
    return number


def _explore(options: argparse.Namespace) -> int:
    import webbrowser  # noqa: PLC0415

    from workforce_sim.studies.explore.server import Explorer, Server  # noqa: PLC0415

    with Server(Explorer(options.config, options.census), options.port) as server:
        say(server.address)
        complain("open this address in a browser on this computer; Ctrl-C ends the explorer")
        if options.open:
            webbrowser.open(server.address)
        server.serve_forever()
    return SUCCESS

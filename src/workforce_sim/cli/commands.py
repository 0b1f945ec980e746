"""The commands of ``workforce-sim``: what each does, and where it is.

The module of a command is imported, and its arguments are declared, when it is asked for.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib import import_module

from workforce_sim.cli.parser import Help, Parser
from workforce_sim.wording.terminal import say

FIRST_STEPS = """\
first steps:
  workforce-sim config init                                 write simulation_config.yaml, every key with its default
  workforce-sim census check staff.csv                      see how a census is read
  workforce-sim simulate simulation_config.yaml --out base  simulate, print the years, keep the run
  workforce-sim export base --xlsx base.xlsx                an Excel workbook of it

workforce-sim COMMAND --help tells what a command reads and writes. docs/command-line.md has all of it on one page.
"""


COMMANDS = {
    "simulate": ("simulate_command", "simulate a configuration and print its years"),
    "ensemble": ("ensemble_commands", "simulate many times and show means and ranges"),
    "compare": ("ensemble_commands", "simulate scenarios with the same random draws and show how they differ"),
    "sweep": ("ensemble_commands", "simulate every combination of some values with the same random draws"),
    "portfolio": ("portfolio_commands", "simulate a book of clients: many employers, and their totals"),
    "fit": ("fit_commands", "learn rates from several years of censuses and write a configuration"),
    "backtest": ("fit_commands", "forecast from past censuses and score the forecasts"),
    "optimize": ("search_commands", "search plan designs for the best one"),
    "solve": ("search_commands", "find the value of a key at which a measure meets a target"),
    "explore": (
        "explore_command",
        "move the levers of a plan design on a page and see the ranges of cost and participation",
    ),
    "census": ("census_commands", "check or begin a census"),
    "export": ("export_commands", "write an Excel workbook, or the tables as CSV in dollars, of what --out wrote"),
    "plot": (
        "plot_command",
        "draw a measure of what --out wrote: over the years with its range, or over the combinations of a sweep",
    ),
    "report": ("report_commands", "write one page (HTML) about a run, an ensemble, a comparison or a sweep"),
    "evidence": (
        "evidence_commands",
        "write what an auditor asks for of a run as one archive, or verify such an archive",
    ),
    "serve": ("serve_command", "serve simulations to other programs over HTTP"),
    "config": ("config_commands", "check, begin or translate a configuration"),
    "run": ("run_commands", "explain, compare, show or export a run on disk"),
    "completion": ("completion", "print a script that completes commands and options in a shell"),
}
"""Commands by name: the module whose ``add_NAME`` adds it, and what it does, a line without a full stop."""


def command_line(asked: str | None = None) -> argparse.ArgumentParser:
    """Return the parser: of the command asked for with its arguments, of the others with their line of help.

    Args:
        asked: name of a command; None for all.
    """
    about = "Simulate a workforce and its 401(k) plan year by year."
    parser = Parser(prog="workforce-sim", description=about, epilog=FIRST_STEPS, formatter_class=Help)
    parser.add_argument("--version", action=_Version)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for name, (module, about) in COMMANDS.items():
        if asked in (name, None):
            getattr(import_module(f"workforce_sim.cli.{module}"), f"add_{name}")(commands, about)
        else:
            commands.add_parser(name, help=about, add_help=False)
    return parser


class _Version(argparse.Action):
    """Looks the version up only when asked."""

    def __init__(self, option_strings: Sequence[str], dest: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help="show the version and exit")

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

        try:
            say(f"workforce-sim {version('workforce-sim')}")
        except PackageNotFoundError:
            say("workforce-sim, not installed")
        parser.exit()

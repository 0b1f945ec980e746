"""``workforce-sim run ...``: a run on disk explained, compared, shown and exported.

As in ``main``, what a command needs is imported when it runs.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from workforce_sim.cli.console import FAILURE, SUCCESS, whole_number
from workforce_sim.cli.export_commands import export, export_options
from workforce_sim.cli.parser import Command
from workforce_sim.wording.terminal import printable, say

MOST_PERSONS = 1_000_000
"""Of each kind, that a difference shows."""


def add_run_commands(run: Any, command: Command) -> None:
    """Add the commands of a run on disk to their group."""
    about = "tell what made a run: what was asked, by what, when, hashes, years"
    show = command(run, "show", about, _show, example="workforce-sim run show runs/base > base.md")
    _run_folder(show)
    about = "tell whether a run is what was written: hashes, chain, laws, replay"
    verify = command(run, "verify", about, _verify, example="workforce-sim run verify runs/base --deep")
    _run_folder(verify)
    verify.add_argument("--deep", action="store_true", help="simulate it again and compare every row")
    about = "tell one employee's story: every event with its date, amounts in dollars, and the assumption behind it"
    example = "workforce-sim run timeline runs/base E-000123"
    timeline = command(run, "timeline", about, _timeline, example=example)
    _run_folder(timeline)
    timeline.add_argument("id", metavar="ID", help="employee id, as in the census; of a hire such as NH-2027-000001")
    about = "number of the simulation, where the run holds several"
    timeline.add_argument("--replicate", metavar="NUMBER", type=whole_number, help=about)
    about = "tell what differs between two runs, and for how many employees"
    diff = command(run, "diff", about, _diff, example="workforce-sim run diff runs/base runs/richer")
    diff.add_argument("a", metavar="A", type=Path, help="folder of a run")
    diff.add_argument("b", metavar="B", type=Path, help="folder of another run; differences are B less A")
    diff.add_argument(
        "--persons", metavar="N", type=whole_number, default=0, help="show N employees of each kind, by id"
    )
    about = "the same as workforce-sim export"
    export_options(command(run, "export", about, export, example="workforce-sim run export runs/base --to csv"))


def _run_folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="DIR", type=Path, help="folder of the run")


def _say(text: str) -> None:
    """Print a result; what a name or an id holds that could drive a terminal is written out."""
    say("\n".join(map(printable, text.split("\n"))))


def _show(options: argparse.Namespace) -> int:
    from workforce_sim.explain.provenance import provenance  # noqa: PLC0415

    say(provenance(options.run).rstrip())
    return SUCCESS


def _verify(options: argparse.Namespace) -> int:
    from workforce_sim.verify.verification import verify_run  # noqa: PLC0415

    found = verify_run(options.run, deep=options.deep)
    say(str(found))
    return SUCCESS if found else FAILURE


def _timeline(options: argparse.Namespace) -> int:
    from workforce_sim.explain.timeline import timeline  # noqa: PLC0415

    _say(str(timeline(options.run, options.id, replicate=options.replicate)))
    return SUCCESS


def _diff(options: argparse.Namespace) -> int:
    from workforce_sim.explain.diff import diff_runs  # noqa: PLC0415
    from workforce_sim.explain.diff_text import some_persons  # noqa: PLC0415

    found = diff_runs(options.a, options.b)
    _say("\n".join([str(found), *some_persons(found, min(options.persons, MOST_PERSONS))]))
    return SUCCESS

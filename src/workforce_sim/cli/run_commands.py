"""``workforce-sim run ...``: a run on disk explained, compared, shown and exported.

What a command needs is imported when it runs.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from workforce_sim.cli.console import FAILURE, SUCCESS, whole_number
from workforce_sim.cli.export_commands import export, export_options
from workforce_sim.cli.parser import command
from workforce_sim.wording import counted
from workforce_sim.wording.terminal import say, tell

MOST_PERSONS = 1_000_000
"""Of each kind, that a difference shows."""


def add_run(commands: Any, about: str) -> None:
    """Add the commands of a run on disk."""
    run = commands.add_parser("run", help=about).add_subparsers(required=True, metavar="COMMAND")
    about = "show a folder of results: how a run was made, or an ensemble, a comparison or a sweep"
    show = command(run, "show", about, _show, example="workforce-sim run show runs/base")
    show.add_argument("run", metavar="DIR", type=Path, help="folder that --out of any command wrote")
    about = "verify that a run is unchanged and consistent: hashes, chain, laws, replay"
    verify = command(run, "verify", about, _verify, example="workforce-sim run verify runs/base --deep")
    _run_folder(verify)
    verify.add_argument("--deep", action="store_true", help="simulate it again and compare every row")
    about = "show one employee's timeline: every event with its date, amounts, and the assumption behind it"
    example = "workforce-sim run timeline runs/base E-000123"
    timeline = command(run, "timeline", about, _timeline, example=example)
    _run_folder(timeline)
    timeline.add_argument("id", metavar="ID", help="employee id, as in the census; of a hire such as NH-2027-000001")
    about = "number of the simulation, where the run holds several"
    timeline.add_argument("--replicate", metavar="NUMBER", type=whole_number, help=about)
    about = "show how two runs differ, and for how many employees"
    diff = command(run, "diff", about, _diff, example="workforce-sim run diff runs/base runs/richer")
    diff.add_argument("a", metavar="A", type=Path, help="folder of a run")
    diff.add_argument("b", metavar="B", type=Path, help="folder of another run; differences are B less A")
    about = "show N employees of each kind, by id"
    diff.add_argument("--persons", metavar="N", type=whole_number, default=0, help=about)
    about = "explain why a measure changed: from one year to another, or from one run to another"
    example = "workforce-sim run why runs/base net_employer_cost 2025 2026"
    why = command(run, "why", about, _why, example=example)
    _run_folder(why)
    about = (
        "net_employer_cost, match, nonelective, discretionary_match, profit_sharing, deferrals, payroll, headcount or "
        "participation"
    )
    why.add_argument("measure", metavar="MEASURE", help=about)
    about = "two plan years (default: first and last); with --beside, one (default: the last of both)"
    why.add_argument("years", metavar="YEAR", type=whole_number, nargs="*", help=about)
    about = "folder of another run: why the measure is different there, in the same year"
    why.add_argument("--beside", metavar="DIR", type=Path, help=about)
    _explain_command(run)
    about = "the same as workforce-sim export"
    export_options(command(run, "export", about, export, example="workforce-sim run export runs/base --to csv"))


def _explain_command(run: Any) -> None:
    about = "explain a figure: its parts by group, the formula behind it, and one employee's part step by step"
    example = "workforce-sim run explain runs/base match 2026 --employee E-000123"
    explain = command(run, "explain", about, _explain, example=example)
    _run_folder(explain)
    about = "a measure of the summary, such as match, deferral, net_employer_cost or participation_rate"
    explain.add_argument("measure", metavar="MEASURE", help=about)
    about = "plan year (default: the last)"
    explain.add_argument("year", metavar="YEAR", type=whole_number, nargs="?", help=about)
    about = "work out this employee's part: an id as in the census, or of a hire such as NH-2027-000001"
    explain.add_argument("--employee", metavar="ID", help=about)
    about = (
        "group by department, level, age_band, tenure_band, pay_band, hired or a column of the snapshots; repeatable"
    )
    explain.add_argument("--by", metavar="GROUP", action="append", help=about)
    about = "number of the simulation, where the run holds several"
    explain.add_argument("--replicate", metavar="NUMBER", type=whole_number, help=about)


def _run_folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="DIR", type=Path, help="folder of the run")


def _show(options: argparse.Namespace) -> int:
    from workforce_sim.ensembles.shown import shown  # noqa: PLC0415

    tell(shown(options.run))
    return SUCCESS


def _verify(options: argparse.Namespace) -> int:
    from workforce_sim.verify.verification import verify_run  # noqa: PLC0415

    found = verify_run(options.run, deep=options.deep)
    say(str(found))
    return SUCCESS if found else FAILURE


def _timeline(options: argparse.Namespace) -> int:
    from workforce_sim.explaining.timeline import timeline  # noqa: PLC0415

    tell(str(timeline(options.run, options.id, replicate=options.replicate)))
    return SUCCESS


def _diff(options: argparse.Namespace) -> int:
    from workforce_sim.explaining.diff import diff_runs  # noqa: PLC0415
    from workforce_sim.explaining.diff_text import some_persons  # noqa: PLC0415

    found = diff_runs(options.a, options.b)
    tell("\n".join([str(found), *some_persons(found, min(options.persons, MOST_PERSONS))]))
    return SUCCESS


def _why(options: argparse.Namespace) -> int:
    from workforce_sim.errors import RequestError  # noqa: PLC0415
    from workforce_sim.explaining.change import explain_change  # noqa: PLC0415

    most = 2 if options.beside is None else 1
    if len(options.years) > most:
        raise RequestError(f"YEAR: expected {counted(most, 'year')} at most (got {len(options.years)})")
    first, second = (*options.years, None, None)[:2]
    tell(str(explain_change(options.run, options.measure, first, second, beside=options.beside)))
    return SUCCESS


def _explain(options: argparse.Namespace) -> int:
    from workforce_sim.explaining.figure import explain  # noqa: PLC0415

    found = explain(
        options.run,
        options.measure,
        options.year,
        by=options.by,
        employee=options.employee,
        replicate=options.replicate,
    )
    tell(str(found))
    return SUCCESS

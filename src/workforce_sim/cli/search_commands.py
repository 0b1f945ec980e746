"""``workforce-sim optimize`` and ``solve``: the best of many designs, the value of a key that meets a target.

What a command needs is imported when it runs.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from workforce_sim.cli.console import FAILURE, SUCCESS, once, pair, whole_number
from workforce_sim.cli.parser import command
from workforce_sim.cli.printed import json_text
from workforce_sim.wording.terminal import complain, printable, tell

_OUT = "YAML file for the configuration found"


def add_optimize(commands: Any, about: str) -> None:
    """Add the command that searches designs."""
    example = (
        "workforce-sim optimize plan.yaml --lever enrollment.auto_enrollment.default_deferral_rate=3%:8%:1% "
        "--lever plan.match=simple,stretch --maximize participation --subject-to 'employer_cost_share_of_payroll<=4%'"
    )
    search = command(commands, "optimize", about, _optimize, example=example)
    search.add_argument("config", metavar="CONFIG", type=Path, help="YAML file that the levers change")
    about = "a key and its values: low:high:step, or values between commas; may be repeated"
    lever = pair("KEY=VALUES, such as plan.match=simple,stretch")
    search.add_argument("--lever", metavar="KEY=VALUES", action="append", type=lever, required=True, help=about)
    for way in ("maximize", "minimize"):
        about = f"measure to {way}, such as participation, net_employer_cost@2027, 'saving>=10%%' or 'p90 of payroll'"
        search.add_argument(f"--{way}", metavar="MEASURE", dest="goals", action="append", type=_goal(way), help=about)
    about = "bound, such as 'net_employer_cost<=2.5M in 9 of 10' or 'no failed test'; may be repeated"
    search.add_argument("--subject-to", metavar="BOUND", action="append", default=[], help=about)
    _replicates(search, 50)
    about = "also say how far the answer depends on uncertain assumptions, from so many simulations of each"
    search.add_argument("--assumptions", metavar="N", type=whole_number, help=about)
    search.add_argument("--json", action="store_true", help="print JSON, amounts in dollars, instead of tables")
    search.add_argument("--report", metavar="FILE", type=Path, help="HTML file for a page about the search")
    search.add_argument("--designs", metavar="FILE", type=Path, help="CSV file for every design tried")
    search.add_argument("--out", metavar="FILE", type=Path, help=_OUT)


def add_solve(commands: Any, about: str) -> None:
    """Add the command that searches a value."""
    example = "workforce-sim solve plan.yaml 'plan.match.tiers[0].rate' employer_cost_share_of_payroll=3.5%"
    seek = command(commands, "solve", about, _solve, example=example)
    seek.add_argument("config", metavar="CONFIG", type=Path, help="YAML file")
    seek.add_argument("key", metavar="KEY", help="key of a number")
    about = "measure and its value, in dollars, per cent or a count; with a year as participation@2027=85%%"
    seek.add_argument("target", metavar="MEASURE=TARGET", type=_target, help=about)
    seek.add_argument("--low", metavar="X", type=_number, help="least value of the key")
    seek.add_argument("--high", metavar="X", type=_number, help="largest value of the key")
    _replicates(seek, 20)
    seek.add_argument("--out", metavar="FILE", type=Path, help=_OUT)


def _replicates(parser: argparse.ArgumentParser, usual: int) -> None:
    about = f"simulations of what stays to the end; default: {usual}"
    parser.add_argument("--replicates", metavar="N", type=whole_number, default=usual, help=about)


def _goal(way: str) -> Any:
    return lambda measure: f"{way} {measure}"


def _target(text: str) -> tuple[str, float]:
    measure, equals, value = text.rpartition("=")
    if not (measure.strip() and equals):
        raise argparse.ArgumentTypeError(f"expected MEASURE=TARGET, such as participation=85%, got {printable(text)!r}")
    return measure.strip(), _number(value)


def _number(text: str) -> float:
    from workforce_sim.errors import RequestError  # noqa: PLC0415
    from workforce_sim.studies.searching.goals import amount  # noqa: PLC0415

    try:
        return amount(text)
    except RequestError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _optimize(options: argparse.Namespace) -> int:
    from workforce_sim.errors import RequestError  # noqa: PLC0415
    from workforce_sim.reporting.pages.written import refuse_place  # noqa: PLC0415
    from workforce_sim.studies.searching.optimizing import optimize  # noqa: PLC0415
    from workforce_sim.studies.searching.pages import of_optimum  # noqa: PLC0415

    if not options.goals:
        raise RequestError("say what to --maximize or --minimize")
    if options.report is not None:
        refuse_place(options.report)
    found = optimize(
        options.config,
        once(options.lever, "--lever", "give all its values at once"),
        options.goals,
        subject_to=options.subject_to,
        replicates=options.replicates,
        assumptions=options.assumptions,
    )
    tell(json_text(of_optimum(found)) if options.json else str(found))
    if options.designs is not None:
        found.designs.write_csv(options.designs)
        complain(f"written to {options.designs}")
    if options.report is not None:
        complain(f"written to {found.report(options.report)}")
    if options.out is not None:
        _write(options.out, found.written)
    return SUCCESS if found.best is not None else FAILURE


def _solve(options: argparse.Namespace) -> int:
    from workforce_sim.studies.searching.solving import solve  # noqa: PLC0415

    measure, target = options.target
    found = solve(
        options.config,
        options.key,
        measure,
        target,
        low=options.low,
        high=options.high,
        replicates=options.replicates,
    )
    tell(str(found))
    if options.out is not None:
        _write(options.out, found.written)
    return SUCCESS if found.met else FAILURE


def _write(path: Path, text: str) -> None:
    from workforce_sim.store.layout import replace_file  # noqa: PLC0415

    replace_file(path, text.encode())
    complain(f"written to {path}")

"""``workforce-sim plot``: a measure of what any command wrote, as a picture.

What a command needs is imported when it runs.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workforce_sim.cli.console import SUCCESS, year_number
from workforce_sim.cli.parser import command
from workforce_sim.wording.terminal import complain

if TYPE_CHECKING:
    from workforce_sim.display.picture import Picture

EXAMPLE = "workforce-sim plot futures net_employer_cost --out cost.svg"


def add_plot(commands: Any, about: str) -> None:
    """Add the command that draws a measure of a run, an ensemble, a comparison or a sweep."""
    plot = command(commands, "plot", about, _plot, example=EXAMPLE)
    about = "folder of a run, an ensemble, a comparison or a sweep, as --out wrote it"
    plot.add_argument("folder", metavar="DIR", type=Path, help=about)
    about = "a column of the summary, such as headcount_closing; _cents may be left out"
    plot.add_argument("measure", metavar="MEASURE", help=about)
    about = "SVG file to write, for browsers, Word and PowerPoint; one that is there is replaced"
    plot.add_argument("--out", metavar="FILE.svg", type=Path, required=True, help=about)
    about = "of a comparison: how far the other scenarios are from the baseline"
    plot.add_argument("--differences", action="store_true", help=about)
    plot.add_argument("--year", metavar="YEAR", type=year_number, help="of a sweep: which plan year; default: the last")


def _plot(options: argparse.Namespace) -> int:
    complain(f"written to {_picture(options).save(options.out)}")
    return SUCCESS


def _picture(options: argparse.Namespace) -> Picture:
    from workforce_sim.ensembles.comparing import Comparison  # noqa: PLC0415
    from workforce_sim.ensembles.saved import read_results  # noqa: PLC0415
    from workforce_sim.ensembles.sweeping import Sweep  # noqa: PLC0415
    from workforce_sim.errors import RequestError  # noqa: PLC0415

    found = read_results(options.folder)
    if options.differences and not isinstance(found, Comparison):
        raise RequestError(f"--differences: {options.folder} is not a comparison; leave out --differences")
    if options.year is not None and not isinstance(found, Sweep):
        raise RequestError(f"--year: {options.folder} is not a sweep: its picture shows every year; leave out --year")
    if isinstance(found, Comparison):
        return found.plot(options.measure, differences=options.differences)
    if isinstance(found, Sweep):
        return found.plot(options.measure, year=options.year)
    return found.plot(options.measure)

"""``workforce-sim report``: one page of a result on disk, for people to read.

What a command needs is imported when it runs.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from workforce_sim.cli.console import SUCCESS, positive
from workforce_sim.cli.parser import command
from workforce_sim.wording.terminal import complain


def add_report(commands: Any, about: str) -> None:
    """Add the report of a folder."""
    report = command(commands, "report", about, _report, example="workforce-sim report runs/base --out base.html")
    report.add_argument("folder", metavar="DIR", type=Path, help="folder that --out of a command wrote")
    report.add_argument("--out", metavar="FILE.html", type=Path, help="file to write; default: DIR.html, beside DIR")
    about = "discount rate a year of present values, as 0.04 or 4%%; default: 5%%"
    report.add_argument("--discount-rate", metavar="RATE", type=_rate, help=about)
    about = "also simulate N of each source of uncertainty, to tell chance, years and assumptions apart"
    report.add_argument("--apart", metavar="N", type=positive, help=about)


def _rate(text: str) -> float:
    """Read a rate, written as a share or in percent."""
    try:
        return float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        raise argparse.ArgumentTypeError("expected a rate such as 0.04 or 4%") from None


def _report(options: argparse.Namespace) -> int:
    from workforce_sim.reporting.pages.results import page_of_folder  # noqa: PLC0415
    from workforce_sim.reporting.pages.written import place_beside, write_page  # noqa: PLC0415

    place = place_beside(options.folder, options.out)
    write_page(place, page_of_folder(options.folder, options.discount_rate, options.apart))
    complain(f"written to {place}")
    return SUCCESS

"""``workforce-sim export``: a workbook for Excel, or the tables as CSV or Parquet, of what any command wrote.

What a command needs is imported when it runs.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workforce_sim.cli.console import SUCCESS, USAGE
from workforce_sim.cli.parser import command
from workforce_sim.wording.terminal import complain

if TYPE_CHECKING:
    from workforce_sim.ensembles.saved import Results

EXAMPLE = "workforce-sim export runs/base --xlsx base.xlsx"
FORMS = ("csv", "parquet")
IDS = "; ids are as in the run: --key-file gives pseudonyms"


def add_export(commands: Any, about: str) -> None:
    """Add the command that exports the folder of a run, an ensemble, a comparison or a sweep."""
    export_options(command(commands, "export", about, export, example=EXAMPLE))


def export_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of an export."""
    about = "folder of a run, an ensemble, a comparison or a sweep, as --out wrote it"
    parser.add_argument("folder", metavar="DIR", type=Path, help=about)
    about = "new workbook: summary, tests, ranges, assumptions, notes; in dollars and percent, with charts"
    parser.add_argument("--xlsx", metavar="FILE", type=Path, help=about)
    about = "new folder for the tables, a file each: CSV in dollars unless --format or --cents say otherwise"
    parser.add_argument("--to", metavar="FOLDER", type=Path, help=about)
    parser.add_argument("--format", choices=FORMS, help="of the files in --to; default: csv")
    about = "whole cents in the files in --to, under the names of docs/data-model.md"
    parser.add_argument("--cents", action="store_true", help=about)
    about = "of a run: also sheets with every employee of each year, up to 1,048,566 a year"
    parser.add_argument("--people", action="store_true", help=about)
    key = parser.add_mutually_exclusive_group()
    key.add_argument("--key-file", metavar="FILE", type=Path, help="give pseudonyms for ids, by the key in a file")
    key.add_argument("--key-env", metavar="NAME", help="the same, by the key in an environment variable")


def export(options: argparse.Namespace) -> int:
    """Carry out an export."""
    wrong = _wrong(options)
    if wrong:
        complain(wrong)
        return USAGE
    key = options.key_env if options.key_file is None else options.key_file
    if options.xlsx is not None:
        _workbook(options, key)
    if options.to is not None:
        from workforce_sim.reporting.exports.tables import export_tables  # noqa: PLC0415

        export_tables(options.folder, options.to, form=options.format or "csv", cents=options.cents, key=key)
        complain(f"written to {options.to}{_kept(options, key)}")
    return SUCCESS


def _wrong(options: argparse.Namespace) -> str:
    """Return what is wrong with a combination of options."""
    if options.xlsx is None and options.to is None:
        return f"export: expected --xlsx FILE, --to FOLDER or both; such as {EXAMPLE}"
    if options.to is None and (options.cents or options.format):
        return "--cents and --format are for the files in --to; give that too"
    if options.people and options.xlsx is None:
        return "--people is for a workbook; give --xlsx too"
    keyed = options.key_file is not None or options.key_env is not None
    if keyed and options.to is None and not options.people:
        return "--key-file and --key-env give pseudonyms for ids; without --to or --people there are none"
    if (keyed or options.people) and _of_many(options.folder):
        option = "--people" if options.people else "--key-file and --key-env"
        return f"{option}: only a run has tables of single employees; leave it out, or simulate one run"
    return ""


def _of_many(folder: Path) -> bool:
    """Return whether a folder holds many simulations: no tables of single employees."""
    from workforce_sim.store.files import is_file  # noqa: PLC0415
    from workforce_sim.store.layout import ASKED, ENSEMBLE  # noqa: PLC0415

    return is_file(folder / ENSEMBLE) or is_file(folder / ASKED)


def _workbook(options: argparse.Namespace, key: Path | str | None) -> None:
    from workforce_sim.ensembles.saved import read_results  # noqa: PLC0415
    from workforce_sim.reporting.exports.excel import to_excel  # noqa: PLC0415

    named = options.people and key is None
    if options.people and key is not None:
        to_excel(_pseudonymous(read_results(options.folder), key), options.xlsx, people=True)
    else:
        to_excel(options.folder, options.xlsx, people=options.people)
    complain(f"written to {options.xlsx}{IDS if named else ''}")


def _pseudonymous(found: Results, key: Path | str) -> Results:
    from workforce_sim.result.result import Result  # noqa: PLC0415
    from workforce_sim.share.pseudonyms import pseudonyms  # noqa: PLC0415

    return pseudonyms(found, key) if isinstance(found, Result) else found


def _kept(options: argparse.Namespace, key: Path | str | None) -> str:
    """Return the notes about ids in tables of single employees."""
    return "" if key is not None or _of_many(options.folder) else IDS

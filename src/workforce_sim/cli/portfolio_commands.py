"""``workforce-sim portfolio ...``: a book of clients checked, simulated and shown.

What a command needs is imported when it runs.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workforce_sim.cli.console import FAILURE, SUCCESS, json_option, positive, whole_number
from workforce_sim.cli.ensemble_commands import executor_of, scheduler_option
from workforce_sim.cli.parser import command
from workforce_sim.cli.printed import json_text
from workforce_sim.wording.progress import employers
from workforce_sim.wording.terminal import complain, printable, say, tell

if TYPE_CHECKING:
    from workforce_sim.studies.portfolio.portfolio import Portfolio

BOOK = "folder of censuses, or a table of employers: CSV, Parquet or YAML with name, census, configuration and groups"
RUN = (
    "Simulates every employer with its own census, configuration and random draws, and adds up counts and amounts "
    "exactly. Employers that fail are listed with the reason and the others are simulated; the exit code is then 1. "
    "After an interruption the same command continues from there."
)
VALIDATED = "Reads every configuration and census and simulates none; the exit code is 1 where an employer fails."
SHOWN = "Prints the years of all employers together, and of each group, in dollars."


def add_portfolio(commands: Any, about: str) -> None:
    """Add the commands of a book of clients."""
    group = commands.add_parser("portfolio", help=about).add_subparsers(required=True, metavar="COMMAND")
    about, example = "simulate every employer of a book", "workforce-sim portfolio run book.csv --out runs/book"
    run = command(group, "run", about, _run, details=RUN, example=example)
    _book(run)
    about = "folder for the results; run the command again to continue after an interruption"
    run.add_argument("--out", metavar="DIR", type=Path, required=True, help=about)
    about = "simulations of each employer; default: 1"
    run.add_argument("--replicates", metavar="N", type=positive, default=1, help=about)
    for name, what in (("start", "first"), ("end", "last")):
        about = f"{what} plan year, in place of the configurations'"
        run.add_argument(f"--{name}-year", metavar="YEAR", type=whole_number, help=about)
    about = "seed of the random draws, in place of the configurations'"
    run.add_argument("--seed", metavar="NUMBER", type=whole_number, help=about)
    about = "also write the run of each employer: every event and every employee"
    run.add_argument("--keep", action="store_true", help=about)
    _by(run)
    about = "check every employer of a book, and list all that fail"
    example = "workforce-sim portfolio validate book.csv"
    _book(command(group, "validate", about, _validate, details=VALIDATED, example=example))
    about, example = "show the totals of a portfolio", "workforce-sim portfolio show runs/book --by industry"
    show = command(group, "show", about, _show, details=SHOWN, example=example)
    show.add_argument("folder", metavar="DIR", type=Path, help="folder that portfolio run wrote")
    _by(show)
    json_option(show)


def _book(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("book", metavar="BOOK", type=Path, help=BOOK)
    about = "configuration of employers without one of their own (YAML)"
    parser.add_argument("--config", metavar="FILE", type=Path, help=about)
    about = "processes that share the employers; default: 1"
    parser.add_argument("--workers", metavar="N", type=positive, default=1, help=about)
    scheduler_option(parser)
    json_option(parser)


def _by(parser: argparse.ArgumentParser) -> None:
    about = "also show groups by a column of the book, or by name; may be repeated for combinations"
    parser.add_argument("--by", metavar="COLUMN", action="append", default=[], help=about)


def _run(options: argparse.Namespace) -> int:
    from workforce_sim.studies.portfolio.book import read_book  # noqa: PLC0415
    from workforce_sim.studies.portfolio.portfolio import refuse_unknown  # noqa: PLC0415
    from workforce_sim.studies.portfolio.running import AskedOfAll, book_simulated  # noqa: PLC0415
    from workforce_sim.studies.portfolio.workers import Workers  # noqa: PLC0415

    book = read_book(options.book)
    refuse_unknown(options.by, book.groups)
    years = options.start_year, options.end_year
    wanted = AskedOfAll(options.config, *years, options.seed, options.replicates, options.keep)
    with executor_of(options.scheduler) as executor, employers(True, verbose=options.verbose) as progress:
        found = book_simulated(book, options.out, wanted, Workers(options.workers, executor), progress)
    _tell(found, options)
    complain(f"written to {options.out}")
    return FAILURE if found.failures.height else SUCCESS


def _validate(options: argparse.Namespace) -> int:
    import polars as pl  # noqa: PLC0415

    from workforce_sim.studies.portfolio.book import read_book  # noqa: PLC0415
    from workforce_sim.studies.portfolio.portfolio_text import failures, synthetic  # noqa: PLC0415
    from workforce_sim.studies.portfolio.running import AskedOfAll, book_checked  # noqa: PLC0415
    from workforce_sim.studies.portfolio.workers import Workers  # noqa: PLC0415
    from workforce_sim.wording import counted  # noqa: PLC0415

    book, wanted = read_book(options.book), AskedOfAll(options.config)
    with executor_of(options.scheduler) as executor, employers(True, verbose=options.verbose) as progress:
        found = book_checked(book, wanted, Workers(options.workers, executor), progress)
    good = found.filter(found["result"] == "good")
    if options.json:
        say(json_text(found.cast({pl.Date: pl.String}).to_dicts()))
    else:
        people = counted(int(good["employees"].sum()), "employee")
        lines = [f"{counted(good.height, 'employer')} good, {people}", *synthetic(found), *failures(found, None)]
        say("\n".join(map(printable, lines)))
    return SUCCESS if good.height == found.height else FAILURE


def _show(options: argparse.Namespace) -> int:
    from workforce_sim.studies.portfolio.portfolio import read_portfolio  # noqa: PLC0415

    _tell(read_portfolio(options.folder), options)
    return SUCCESS


def _tell(found: Portfolio, options: argparse.Namespace) -> None:
    """Print totals, as tables or as JSON, and say which employers are synthetic or failed."""
    from workforce_sim.studies.portfolio.portfolio_text import failures, plain, readable, synthetic  # noqa: PLC0415

    tell(json_text(plain(found, options.by)) if options.json else readable(found, options.by))
    for line in (*synthetic(found.employers), *failures(found.employers)):
        complain(line)

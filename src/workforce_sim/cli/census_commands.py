"""``workforce-sim census``: what a census says, the fields it may have, an empty file to fill."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workforce_sim.cli.console import FAILURE, SUCCESS, year_number
from workforce_sim.cli.parser import command, new_file
from workforce_sim.wording.terminal import complain, say

TEMPLATE = "census.csv"
CHECKED = (
    "Prints how each column was read, how many employees are in and left out and why, and every broken rule with its "
    "lines; no names, pay or dates of single employees. The exit code is 1 where a census cannot be used."
)


def add_census(commands: Any, about: str) -> None:
    """Add what can be done with a census."""
    census = commands.add_parser("census", help=about).add_subparsers(required=True, metavar="COMMAND")
    about = "show how a census is read, who is included, and every problem with its line"
    example = "workforce-sim census check staff.csv --start-year 2026"
    check = command(census, "check", about, _check, details=CHECKED, example=example)
    check.add_argument(
        "file", metavar="FILE", nargs="+", help="Parquet, CSV or Excel file; several files form one census"
    )
    check.add_argument("--config", metavar="FILE", type=Path, help="configuration to check the census against")
    about = "show who is employed on January 1 of this year; default: the configuration's opening date"
    check.add_argument("--start-year", metavar="YEAR", type=year_number, help=about)
    check.add_argument("--json", action="store_true", help="print the result as JSON")
    _reading_options(check)
    about, example = "list the fields of a census and the recognized names", "workforce-sim census fields"
    fields = command(census, "fields", about, _fields, example=example)
    fields.add_argument("--json", action="store_true", help="print them as JSON")
    about, example = "write an empty file with the names of all fields", "workforce-sim census template staff.csv"
    template = command(census, "template", about, _template, example=example)
    new_file(template, "FILE", Path(TEMPLATE), f"file to write; default: {TEMPLATE}")


def _reading_options(check: argparse.ArgumentParser) -> None:
    check.add_argument(
        "--column", metavar="FIELD=COLUMN", action="append", default=[], help="the column of a field; may be repeated"
    )
    check.add_argument(
        "--date-format",
        metavar="[FIELD=]FORMAT",
        action="append",
        default=[],
        help="date format, such as hire_date=%%m/%%d/%%Y",
    )
    check.add_argument("--sheet", metavar="NAME", help="sheet of an Excel workbook")
    check.add_argument("--pay-basis", metavar="PERIOD", help="pay period of the amounts, such as hourly")
    check.add_argument(
        "--several-rows", metavar="HOW", help="which row to use when an employee has several, such as latest"
    )
    check.add_argument(
        "--leave-out", metavar="ROWS", action="append", default=[], help="rows to leave out, such as rows-without-pay"
    )
    check.add_argument(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="any other key of the census section of a configuration",
    )


def _check(options: argparse.Namespace) -> int:
    from workforce_sim.census.account import page, section_text  # noqa: PLC0415
    from workforce_sim.census.read import examined  # noqa: PLC0415
    from workforce_sim.config import overridden, read_config  # noqa: PLC0415

    config = options.config
    if options.start_year is not None:
        chosen = read_config(config)
        end = max(options.start_year, chosen.simulation.end_year)
        config = overridden(chosen, start_year=options.start_year, end_year=end)
    files = options.file[0] if len(options.file) == 1 else options.file
    found = examined(files, read_config(config), census=dict(_asked(options)))
    if options.json:
        say(json.dumps(found, indent=2, ensure_ascii=False))
        return FAILURE if found["errors"] else SUCCESS
    say(page(found))
    name = ", ".join(options.file)
    for error in found["errors"]:
        say(f"{name}: error: {_told(error)}")
    if found["errors"]:
        return FAILURE
    if found["census"]:
        say(section_text(found))
    say(f"{name}: no error")
    return SUCCESS


def _told(error: dict[str, Any]) -> str:
    if not error["rows"]:
        return "; ".join(filter(None, (error["rule"], error["remedy"])))
    count = f"{error['rows']:,} row{'s' if error['rows'] != 1 else ''}"
    return f"{error['rule']}: {count} (first: {error['first']}); {error['remedy']}"


def _asked(options: argparse.Namespace) -> Iterator[tuple[str, Any]]:
    """Yield the keys of the census section that the options give."""
    import yaml  # noqa: PLC0415

    for key, value in map(_pair, options.set):
        yield key, yaml.safe_load(value)
    columns = dict(map(_pair, options.column))
    yield from {f"columns.{field}": column for field, column in columns.items()}.items()
    formats = [_pair(text) if "=" in text else ("", text) for text in options.date_format]
    by_field = {field: form for field, form in formats if field}
    if formats:
        yield "date_format", by_field or formats[-1][1]
    given = {"sheet": options.sheet, "pay_basis": options.pay_basis, "several_rows": options.several_rows}
    yield from ((key, value) for key, value in given.items() if value is not None)
    if options.leave_out:
        yield "leave_out", options.leave_out


def _pair(text: str) -> tuple[str, str]:
    from workforce_sim.errors import ConfigError  # noqa: PLC0415

    name, mark, value = text.partition("=")
    if not mark:
        raise ConfigError(f"expected NAME=VALUE on the command line, got {text[:60]!r}")
    return name.strip(), value.strip()


def _fields(options: argparse.Namespace) -> int:
    from workforce_sim.census.fields import FIELDS  # noqa: PLC0415
    from workforce_sim.census.fields_page import fields_table  # noqa: PLC0415

    if options.json:
        rows = [{"field": f.name, "holds": f.about, "required": f.required, "names": f.written} for f in FIELDS]
        say(json.dumps(rows, indent=2))
    else:
        say(fields_table())
    return SUCCESS


def _template(options: argparse.Namespace) -> int:
    from workforce_sim.census.fields_page import template  # noqa: PLC0415

    new: Path = options.out or options.new
    try:
        with new.open("x", encoding="utf-8", newline="\n") as file:
            file.write(template())
    except FileExistsError:
        complain(f"{new}: exists already; choose another name, or remove it first")
        return FAILURE
    complain(f"written to {new}; fill it, then try: workforce-sim census check {new}")
    return SUCCESS

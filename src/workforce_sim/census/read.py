"""Read and check a census: one row per employee at the opening, every broken rule reported at once.

``sources`` opens it, ``columns`` tells which column is which, ``values`` parses them, and
``rules`` is what must hold.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from workforce_sim.census.bounds import refuse_wide
from workforce_sim.census.columns import BY_NAME, FIELDS, CensusColumns, Field, find_columns, shown
from workforce_sim.census.rules import KEY, ROW, Finding, Rule, departures, find, notes, rules, start_rules
from workforce_sim.census.sources import Opened, open_census
from workforce_sim.census.values import expected, parsed
from workforce_sim.config import Config, read_config
from workforce_sim.draws import census_keys
from workforce_sim.errors import CensusError
from workforce_sim.tables import CENSUS, NAME, completed

Chosen = Config | Mapping[str, Any] | str | os.PathLike[str] | None
"""A configuration: loaded, a dict, a path, or nothing for the documented defaults."""

SYNTHETIC = "synthetic census"
"""The source of an invented census: its levels give way to configured ones."""


@dataclass(frozen=True)
class Census:
    """A census that keeps every rule.

    Attributes:
        frame: one row per employee, columns of ``tables.CENSUS``; birth date, level, department, full-time share and
            the plan's columns may hold nulls.
        notes: what was dropped or ignored, a sentence each, with counts.
        source: file name, or ``frame``.

    A census that was read also keeps its rows, those who are not staff too: a run in another start year splits and
    checks them again. One made by hand, or by ``dataclasses.replace``, is its frame.
    """

    frame: pl.DataFrame
    notes: tuple[str, ...] = ()
    source: str = "frame"
    _read: _Read | None = field(default=None, init=False, repr=False, compare=False)

    def __len__(self) -> int:
        """Return how many employees there are."""
        return self.frame.height

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Give the frame to anything that takes Arrow streams: Polars, pandas, PyArrow, DuckDB."""
        return self.frame.__arrow_c_stream__(requested_schema)


def read_census(source: Any, config: Chosen = None) -> Census:
    """Read a census, keeping who is staff on 1 January of the start year.

    One row out per row in, less those who are not staff (``active`` false, or a termination date before that day).
    Without a configuration that day is 2025-01-01 and what depends on it is a note, never an error: a run splits and
    checks the rows again by its own start year.

    Args:
        source: path of a Parquet or CSV file; a Polars frame, pandas frame, Arrow table or anything with
            ``__arrow_c_stream__``; or a census already read, whose columns are not looked for again.
        config: path, dict or loaded configuration, for its start year, levels and ``census`` section; the documented
            defaults when left out.

    Raises:
        ConfigError: for a configuration that cannot be used.
        FileNotFoundError: when there is no such file.
        CensusError: when the source is no table, a required column is missing, or rows break rules: all of them at
            once, with counts and row numbers, never a value.
    """
    chosen = None if config is None else read_config(config)
    if isinstance(source, Census):
        return source if chosen is None else settled(source, chosen)
    return _census(_read(source, chosen))


def check_census(source: Any, config: Chosen = None) -> pl.DataFrame:
    """Return every rule that rows of a census break, and what would be ignored: no row when all is well.

    One row per rule, errors first: ``rule``, ``severity`` (``error`` or ``note``), ``rows``, ``first_rows`` (1-based),
    ``remedy``. Broken rows never raise.

    Raises:
        ConfigError: for a configuration that cannot be used.
        FileNotFoundError: when there is no such file.
        CensusError: when the source is no table, or a required column is missing.
    """
    chosen = None if config is None else read_config(config)
    if not isinstance(source, Census):
        read = _read(source, chosen)
    elif source._read is None:  # made by hand: no rows to check
        return _findings([], [])
    else:
        read = source._read if chosen is None else _judged(source._read, chosen)
    return _findings(read.errors, read.remarks)


def census_rows(source: Any, config: Chosen = None) -> pl.DataFrame:
    """Return every row of a census in our columns, staff or not, with nothing checked; unreadable values are null.

    Raises:
        ConfigError: for a configuration that cannot be used.
        FileNotFoundError: when there is no such file.
        CensusError: when the source is no table, or a required column is missing.
    """
    chosen = None if config is None else read_config(config)
    read = source._read if isinstance(source, Census) else _read(source, chosen)
    if read is None:  # made by hand
        return pl.DataFrame(source)
    return read.rows.select(field.column for field in FIELDS if field.column in read.rows.columns)


def settled(census: Census, config: Config) -> Census:
    """Return the census split and checked by another configuration's start year, levels and known exits.

    Names, ids and dates stay as they were read. A census made by hand is returned as it is.

    Raises:
        CensusError: when rows break rules.
    """
    read = census._read
    return census if read is None or read.config == config else _census(_judged(read, config))


@dataclass(frozen=True)
class _Read:
    """A census as read: every row, the staff among them, what is wrong with them, and what is worth a note."""

    name: str
    columns: CensusColumns
    date_format: str | None
    rows: pl.DataFrame
    config: Config | None
    staff: pl.DataFrame
    errors: list[Finding]
    remarks: list[Finding]

    @property
    def problems(self) -> tuple[str, ...]:
        return tuple(f"{self.name}: {finding.sentence(self.rows.height)}" for finding in self.errors)

    @property
    def notes(self) -> tuple[str, ...]:
        return (*(finding.sentence(self.rows.height) for finding in self.remarks), *self.columns.notes)


def _census(read: _Read) -> Census:
    if read.errors:
        raise CensusError("\n".join(read.problems))
    census = Census(frame=_finished(read.staff), notes=read.notes, source=read.name)
    object.__setattr__(census, "_read", read)
    return census


def _read(source: Any, chosen: Config | None) -> _Read:
    """Open, parse and check a census."""
    config = read_config(chosen)
    opened = open_census(source)
    types = opened.columns()
    refuse_wide(len(types), opened.name)
    columns = find_columns(list(types), config.census.columns, opened.secret(), opened.name)
    fields = {BY_NAME[name]: column for name, column in columns.used.items()}
    _check_types(opened.name, fields, types, config)
    rows = opened.collect(parsed(_numbered(opened), fields, config, ROW))
    empty = _Read(opened.name, columns, config.census.date_format, rows, chosen, rows, [], [])
    return _judged(empty, chosen)


def _judged(read: _Read, chosen: Config | None) -> _Read:
    """Split and check the rows; what the start year decides is an error only where one was chosen."""
    config = read_config(chosen)
    staff, gone = _split(read.rows, departures(config))
    nobody, remarks = _nobody(read.rows.height, staff, config), notes(config)
    broken, timed = rules(config, read.date_format), start_rules(config)
    if chosen is not None:
        broken = [*broken, *timed]
    elif read.rows.height:
        gone, nobody, remarks = [*gone, *nobody], [], [*timed, *remarks]
    errors = nobody or find(_keyed(staff), broken)
    found = [*gone, *find(staff, remarks)]
    return replace(read, config=chosen, staff=staff, errors=errors, remarks=found)


def _check_types(name: str, fields: dict[Field, str], types: dict[str, pl.DataType], config: Config) -> None:
    wrong = {column: expected(field, types[column], config) for field, column in fields.items()}
    problems = [
        f"{name}: column {shown(column)} holds {_kind(types[column])}; {wanted} expected"
        for column, wanted in wrong.items()
        if wanted
    ]
    if problems:
        raise CensusError("\n".join(problems))


def _kind(dtype: pl.DataType) -> str:
    """Return a type without the values or names that it may list."""
    return re.sub(r"[({].*", "", str(dtype), flags=re.DOTALL) if isinstance(dtype, pl.Enum | pl.Struct) else str(dtype)


def _numbered(opened: Opened) -> pl.LazyFrame:
    """Return the rows with their numbers from 1; blank lines of a text file are counted and left out."""
    numbered = opened.frame.with_row_index(ROW, offset=1)
    return numbered.filter(~pl.all_horizontal(pl.exclude(ROW).is_null())) if opened.is_text else numbered


def _split(rows: pl.DataFrame, reasons: list[Rule]) -> tuple[pl.DataFrame, list[Finding]]:
    """Return the staff among the rows, and why the others are not."""
    gone = find(rows, reasons)
    if not gone:
        return rows, gone
    named = {finding.rule for finding in gone}
    stays = [~reason.broken.fill_null(value=False) for reason in reasons if reason.name in named]
    return rows.filter(*stays), gone


def _keyed(staff: pl.DataFrame) -> pl.DataFrame:
    """Return the staff, with their keys if two are equal: the rules about equal ids need looking at only then."""
    given = staff["employee_id"].drop_nulls()
    if pl.Series(census_keys(given)).n_unique() == len(given):
        return staff
    keys = pl.Series(KEY, census_keys(staff["employee_id"].fill_null("")))
    return staff.with_columns(keys)


def _nobody(total: int, staff: pl.DataFrame, config: Config) -> list[Finding]:
    if total == 0:
        return [Finding("has no rows", 0, (), "give one row per employee")]
    if staff.is_empty():
        return [
            Finding(
                f"has nobody employed on {config.simulation.start_year}-01-01",
                0,
                (),
                "check termination dates and the start year",
            )
        ]
    return []


def _finished(staff: pl.DataFrame) -> pl.DataFrame:
    """Return the staff with the columns and types of ``tables.CENSUS``."""
    types = {
        column.name: column.dtype for column in CENSUS if column.dtype is not NAME and column.name in staff.columns
    }
    return completed(staff.cast(types), CENSUS)  # type: ignore[arg-type]


_FINDINGS = pl.Schema(
    [
        ("rule", pl.String()),
        ("severity", pl.String()),
        ("rows", pl.Int64()),
        ("first_rows", pl.List(pl.Int64())),
        ("remedy", pl.String()),
    ]
)


def _findings(errors: list[Finding], remarks: list[Finding]) -> pl.DataFrame:
    every = [("error", finding) for finding in errors] + [("note", finding) for finding in remarks]
    rows = [(found.rule, severity, found.rows, list(found.first_rows), found.remedy) for severity, found in every]
    return pl.DataFrame(rows, schema=_FINDINGS, orient="row")

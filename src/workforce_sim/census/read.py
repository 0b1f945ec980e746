"""Read and check a census: one row per employee at the opening, every broken rule reported at once.

``sources`` opens it, ``columns`` tells which column is which, ``values`` parses them, and
``rules`` is what must hold.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from workforce_sim.census.bounds import refuse_wide
from workforce_sim.census.columns import CensusColumns, find_columns
from workforce_sim.census.layout import Outside, outside
from workforce_sim.census.people import several
from workforce_sim.census.reading import Read, read_rows
from workforce_sim.census.rules import (
    KEY,
    Finding,
    Rule,
    contradictions,
    departures,
    find,
    notes,
    rules,
    start_rules,
)
from workforce_sim.census.sources import open_census
from workforce_sim.census.status import with_service
from workforce_sim.census.table import ROW, Table
from workforce_sim.config import Config, read_config
from workforce_sim.draws import census_keys
from workforce_sim.errors import CensusError
from workforce_sim.tables import CENSUS, NAME, completed

Chosen = Config | Mapping[str, Any] | str | os.PathLike[str] | None
"""A configuration: loaded, a dict, a path, or nothing for the documented defaults."""

_SAMPLE = 1_000
"""Rows whose values help to tell columns apart."""

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

    table: Table
    columns: CensusColumns
    done: Read
    outside: Outside
    total: int
    config: Config | None
    staff: pl.DataFrame
    service: tuple[str, ...]
    gone: tuple[tuple[str, int], ...]
    errors: list[Finding]
    remarks: list[Finding]

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def problems(self) -> tuple[str, ...]:
        return tuple(f"{self.name}: {self.sentence(finding)}" for finding in self.errors)

    @property
    def notes(self) -> tuple[str, ...]:
        read = (*self.table.notes, *self.outside.notes(), *self.done.notes, *self.service)
        return (*read, *map(self.sentence, self.remarks), *self.columns.notes)

    def sentence(self, finding: Finding) -> str:
        return finding.sentence(self.done.rows.height, self.table.places)


def _census(read: _Read) -> Census:
    if read.errors:
        raise CensusError("\n".join(read.problems))
    census = Census(frame=_finished(read.staff), notes=read.notes, source=read.name)
    object.__setattr__(census, "_read", read)
    return census


def _read(source: Any, chosen: Config | None) -> _Read:
    """Open, parse and check a census."""
    config = read_config(chosen)
    table = open_census(source, config.census)
    types = table.columns()
    refuse_wide(len(types), table.name)
    sample = table.collect(table.frame.head(_SAMPLE).drop(ROW))
    columns = find_columns(sample, config.census.columns, table.name)
    names = dict.fromkeys([*columns.used.values(), *columns.identity])
    raw = table.collect(table.frame.select(ROW, *names))
    beside = outside(raw, table.frame, columns.used)
    people = raw.filter(~pl.col(ROW).is_in(beside.rows.implode())) if len(beside.rows) else raw
    done = read_rows(people, columns, config, table.name)
    if people.height - done.merged != done.rows.height:
        raise CensusError(f"{table.name}: rows were lost while reading; please report it")
    return _judged(_Read(table, columns, done, beside, raw.height, chosen, done.rows, (), (), [], []), chosen)


def _judged(read: _Read, chosen: Config | None) -> _Read:
    """Split and check the rows; what the start year decides is an error only where one was chosen."""
    config = read_config(chosen)
    rows, service = with_service(read.done.rows, config.census, config.simulation.start_year)
    staff, gone, counts = _split(rows, departures(config))
    nobody, remarks = _nobody(rows.height, staff, config), notes(config)
    broken, timed = rules(config, read.done.forms, several(rows)), start_rules(config)
    if chosen is not None:
        broken = [*broken, *timed]
    elif rows.height:
        gone, nobody, remarks = [*gone, *nobody], [], [*timed, *remarks]
    asked = [Finding(question, 0, (), "") for question in read.done.questions]
    errors = nobody or [*asked, *find(_keyed(staff), broken)]
    found = [*gone, *find(rows, contradictions(config)), *find(staff, remarks)]
    if sum(count for _, count in counts) + staff.height != rows.height:
        raise CensusError(f"{read.name}: rows were lost while sorting out who is staff; please report it")
    return replace(read, config=chosen, staff=staff, service=tuple(service), gone=counts, errors=errors, remarks=found)


def _split(rows: pl.DataFrame, reasons: list[Rule]) -> tuple[pl.DataFrame, list[Finding], tuple[tuple[str, int], ...]]:
    """Return the staff among the rows, why the others are not, and how many are left out for each reason first."""
    gone, staff, counts = find(rows, reasons), rows, []
    named = {finding.rule for finding in gone}
    for reason in reasons:
        if reason.name in named:
            stays = staff.filter(~reason.broken.fill_null(value=False))
            counts.append((reason.name, staff.height - stays.height))
            staff = stays
    return staff, gone, tuple(counts)


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

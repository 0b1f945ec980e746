"""Read and check a census: one row per employee at the opening, every broken rule reported at once.

``sources`` opens it, ``columns`` tells which column is which, ``reading`` makes rows of ours of them, ``rules`` is what
must hold, and ``judged`` sorts out who is employed and accounts for every row.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from workforce_sim.census.account import account, account_card, account_of_frame, page
from workforce_sim.census.fields import FIELDS
from workforce_sim.census.judged import Judged, judged, read_judged
from workforce_sim.census.rules import Finding, exits
from workforce_sim.config import Config, read_config
from workforce_sim.config.changing import changed_data
from workforce_sim.display.html import card_html
from workforce_sim.errors import CensusError
from workforce_sim.tables import CENSUS, NAME, completed

Chosen = Config | Mapping[str, Any] | str | os.PathLike[str] | None
"""A configuration: loaded, a dict, a path, or nothing for the documented defaults."""

SYNTHETIC = "synthetic census"
"""The source of a synthetic census: its levels give way to configured ones."""


@dataclass(frozen=True, repr=False)
class Census:
    """A census that keeps every rule. Printed, it is a page: what was read, who is in, who is left out and why.

    Attributes:
        frame: one row per employee, columns of ``tables.CENSUS``; birth date, level, department, full-time share and
            the plan's columns may hold nulls.
        notes: what was decided, dropped or ignored, a sentence each, with counts.
        source: file name, or ``frame``.

    A census that was read also keeps its rows, those who are not employed too: a run of another opening date splits and
    checks them again. One made by hand, or by ``dataclasses.replace``, is its frame.
    """

    frame: pl.DataFrame
    notes: tuple[str, ...] = ()
    source: str = "frame"
    _read: Judged | None = field(default=None, init=False, compare=False)

    def __len__(self) -> int:
        """Return how many employees there are."""
        return self.frame.height

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Give the frame to anything that takes Arrow streams: Polars, pandas, PyArrow, DuckDB."""
        return self.frame.__arrow_c_stream__(requested_schema)

    @property
    def account(self) -> dict[str, Any]:
        """The page as data: rows, fields, ranges, levels, notes; counts and bounds, never a person's values."""
        if self._read is not None:
            return account(self._read)
        return account_of_frame(self.frame, self.source, self.notes)

    def __repr__(self) -> str:
        """Return the page."""
        return page(self.account)

    def _repr_html_(self) -> str:
        return card_html(account_card(self.account))


def read_census(source: Any, config: Chosen = None, *, census: Mapping[str, Any] | None = None) -> Census:
    """Read a census, keeping who is employed on the opening date of the run.

    One row out per row in, less those who are not employed and those that are no people; all are counted. Without a
    configuration that day is 2025-01-01 and what depends on it is a note, never an error: a run splits and checks the
    rows again by its own opening date.

    Args:
        source: path of a Parquet, CSV or Excel file, several paths, or one with ``*``; such a file, open for reading
            bytes; a Polars frame, pandas frame, Arrow table or anything with ``__arrow_c_stream__``; or a census
            already read, whose columns are not looked for again.
        config: path, dict or loaded configuration, for its opening date, levels and ``census`` section; the documented
            defaults when left out.
        census: keys of the ``census`` section, over those of the configuration: ``{"pay_basis": "hourly"}``.

    Raises:
        ConfigError: for a configuration that cannot be used.
        FileNotFoundError: when there is no such file.
        CensusError: when the source is no table, a required column is missing, or rows break rules: all of them at
            once, with counts and lines of the file, never a value.
    """
    if isinstance(source, Census):
        return source if config is None else settled(source, _chosen(config, census))
    return _census(read_judged(source, _chosen(config, census), timed=config is not None))


def check_census(source: Any, config: Chosen = None, *, census: Mapping[str, Any] | None = None) -> pl.DataFrame:
    """Return every rule that rows of a census break, and what would be ignored: no row when all is well.

    One row per rule, errors first: ``rule``, ``severity`` (``error`` or ``note``), ``rows``, ``first_rows`` (1-based),
    ``remedy``. Broken rows never raise.

    Args:
        source: as for ``read_census``, as are the other arguments.
        config: the configuration.
        census: keys of the ``census`` section.

    Raises:
        ConfigError: for a configuration that cannot be used.
        FileNotFoundError: when there is no such file.
        CensusError: when the source is no table, or a required column is missing.
    """
    if not isinstance(source, Census):
        read = read_judged(source, _chosen(config, census), timed=config is not None)
    elif source._read is None:  # made by hand: no rows to check
        return _findings([], [])
    else:
        read = source._read if config is None else judged(source._read, _chosen(config, census), timed=True)
    return _findings(read.errors, read.remarks)


def examined(source: Any, config: Chosen = None, *, census: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the account of a census, what is wrong with it included.

    Raises:
        ConfigError: for a configuration that cannot be used.
        FileNotFoundError: when there is no such file.
        CensusError: when the source is no table, or a required column is missing.
    """
    return account(read_judged(source, _chosen(config, census), timed=config is not None))


def census_rows(source: Any, config: Chosen = None) -> pl.DataFrame:
    """Return every person of a census in our columns, staff or not, with no rule checked; unreadable values are null.

    Raises:
        ConfigError: for a configuration that cannot be used.
        FileNotFoundError: when there is no such file.
        CensusError: when the source is no table, a required column is missing, or only the user can tell what is meant.
    """
    read = source._read if isinstance(source, Census) else read_judged(source, read_config(config), timed=False)
    if read is None:  # made by hand
        return pl.DataFrame(source)
    if read.done.questions:
        raise CensusError("\n".join(f"{read.name}: {question}" for question in read.done.questions))
    rows = read.done.rows
    return rows.select(name for name in dict.fromkeys(field.column for field in FIELDS) if name in rows.columns)


def _chosen(config: Chosen, census: Mapping[str, Any] | None) -> Config:
    """Return a configuration with other keys of its ``census`` section."""
    chosen = read_config(config)
    return read_config(changed_data(chosen, {f"census.{key}": v for key, v in census.items()})) if census else chosen


def settled(census: Census, config: Config) -> Census:
    """Return the census split and checked by another configuration's opening date, levels and known exits.

    Names, ids and dates stay as they were read. A census made by hand is returned as it is.

    Raises:
        CensusError: when rows break rules.
    """
    read = census._read
    if read is None or (read.timed and read.config == config):
        return census
    _refuse_other_year(read, config)
    return _census(judged(read, config, timed=True))


def _refuse_other_year(read: Judged, config: Config) -> None:
    """Refuse pay that was made a whole year's for the 12 months before another day, where one is not January 1."""
    days = read.config.simulation.opening, config.simulation.opening
    if read.config.census.annualize_part_year and days[0] != days[1] and any(day.month > 1 for day in days):
        raise CensusError(
            f"{read.name}: pay since hire was annualized for {days[0]}, not {days[1]} (census.annualize_part_year); "
            "read the file again with the configuration of the run"
        )


def _census(read: Judged) -> Census:
    if read.errors:
        raise CensusError("\n".join(read.problems))
    census = Census(frame=_finished(_with_known_exits(read)), notes=read.notes, source=read.name)
    object.__setattr__(census, "_read", read)
    return census


def _with_known_exits(read: Judged) -> pl.DataFrame:
    """Return the staff with the last days that are known, where they are honored."""
    if read.config.census.known_exits != "honor" or "termination_date" not in read.staff.columns:
        return read.staff
    return read.staff.with_columns(leaves_on=pl.when(exits(read.config)).then(pl.col("termination_date")))


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


def _findings(errors: Sequence[Finding], remarks: Sequence[Finding]) -> pl.DataFrame:
    every = [("error", finding) for finding in errors] + [("note", finding) for finding in remarks]
    rows = [(found.rule, severity, found.rows, list(found.first_rows), found.remedy) for severity, found in every]
    return pl.DataFrame(rows, schema=_FINDINGS, orient="row")

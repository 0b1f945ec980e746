"""Reading a run: its tables from the disk when needed, for all years or some."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import polars as pl

from workforce_sim.errors import LedgerError
from workforce_sim.store.files import RESTORE, refuse_changed
from workforce_sim.store.header import Header, read_header
from workforce_sim.store.layout import CARRIED, FORMER, OPENING, committed_years, table_file, year_folder
from workforce_sim.store.writer import Carried, chain, read_manifest
from workforce_sim.tables import TABLES, names
from workforce_sim.tables.output import Tables

_WRITTEN = ("events", "snapshots", "summary")
_UNREADABLE = (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException)


@dataclass(frozen=True)
class Stored:
    """The tables of a run on disk: the committed years, in order; each table is read when needed.

    Attributes:
        folder: of the run.
        header: the identity of the run.
        years: the committed plan years.
    """

    folder: Path
    header: Header
    years: tuple[int, ...]

    @cached_property
    def events(self) -> pl.DataFrame:
        """The ledger of all years."""
        return self._table("events")

    @cached_property
    def snapshots(self) -> pl.DataFrame:
        """The snapshots of all years."""
        return self._table("snapshots")

    @cached_property
    def summary(self) -> pl.DataFrame:
        """The summary of all years."""
        return self._table("summary")

    def scan(self, name: str) -> pl.LazyFrame:
        """Return a table for lazy reading: years and columns that a query leaves out are not read."""
        files = [year_folder(self.folder, year) / table_file(name) for year in self.years]
        if "=" in str(self.folder):  # it would be taken for a column; years are left out by their statistics then
            return _scan(files)
        return pl.scan_parquet(files, hive_partitioning=True, hive_schema={"year": pl.Int32}, glob=False)

    def _table(self, name: str) -> pl.DataFrame:
        """Return a table, each file of it as it was written."""
        for year in self.years:
            file = table_file(name)
            refuse_changed(year_folder(self.folder, year) / file, read_manifest(self.folder, year).files[file])
        return _collected(self.scan(name))

    def part(self, year: int) -> Tables:
        """Return the tables of one year."""
        one = replace(self, years=(year,))
        return Tables(one.events, one.snapshots, one.summary, in_order=True)

    def parts(self) -> Iterator[Tables]:
        """Yield the tables of one year after another, each read when needed."""
        return (self.part(year) for year in self.years)

    def pieces(self, year: int, name: str, rows: int) -> Iterator[pl.DataFrame]:
        """Yield a table of one year in pieces of ``rows`` rows, at least one; the caller has checked the file."""
        table = _scan([year_folder(self.folder, year) / table_file(name)])
        count = _collected(table.select(pl.len())).item()
        return (_collected(table.slice(start, rows)) for start in range(0, max(count, 1), rows))

    def carried(self, year: int) -> Carried | None:
        """Return what a year passes to the next besides its snapshots; None if the engine kept nothing.

        Raises:
            LedgerError: when a file of the year was changed.
        """
        folder, manifest = year_folder(self.folder, year), read_manifest(self.folder, year)
        if manifest.forfeitures_cents is None:
            return None
        for name, known in manifest.files.items():
            refuse_changed(folder / name, known)
        former = _collected(_scan([folder / FORMER])) if FORMER in manifest.files else None
        return Carried(_collected(_scan([folder / CARRIED])), manifest.forfeitures_cents, former)

    @property
    def opening(self) -> pl.DataFrame | None:
        """The completed census that the run started from."""
        if self.header.starts_from is None:
            return None
        refuse_changed(self.folder / OPENING, self.header.starts_from)
        return _collected(_scan([self.folder / OPENING]))


def _scan(files: list[Path]) -> pl.LazyFrame:
    """Return the files of one table, with special characters in their names taken literally."""
    return pl.scan_parquet(files, glob=False, hive_partitioning=False)


def _collected(table: pl.LazyFrame) -> pl.DataFrame:
    try:
        return table.collect()
    except _UNREADABLE as error:
        why = str(error).split("\n", 1)[0]
        raise LedgerError(
            f"a table of the run cannot be read ({why}); workforce-sim run verify tells what is wrong"
        ) from None


def opened(run: Path) -> Stored:
    """Return the committed years of a run.

    Raises:
        FileNotFoundError: when there is no such folder.
        LedgerError: when it has no run with at least one year, or a part is missing, of another run, or damaged.
    """
    run = run.absolute()  # tables are read later, perhaps from another working folder
    years = committed_years(run)  # before the header: a writer that extends the run writes the header first
    header = read_header(run)
    if not years:
        raise LedgerError(f"{run}: no year of this run is committed yet; simulate it again with the same folder")
    chain(run, header, years)
    for year in years:
        for name in _WRITTEN:
            _check_columns(year_folder(run, year) / table_file(name), name, header)
    return Stored(run, header, tuple(years))


def _check_columns(path: Path, name: str, header: Header) -> None:
    """Refuse a file without the columns of its table; columns of a user's own events come last."""
    try:
        found = _scan([path]).collect_schema().names()
    except _UNREADABLE as error:
        raise LedgerError(f"{path}: cannot be read ({str(error).splitlines()[0]}); {RESTORE}") from None
    expected = names(TABLES[name])
    if (found[: len(expected)] if header.own else found) != expected:
        raise header.fault(path, f"has other columns than a table of {name}")

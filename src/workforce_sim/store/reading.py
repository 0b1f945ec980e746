"""Reading a run: its tables from the disk when they are asked for, all years or some."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import polars as pl

from workforce_sim.errors import LedgerError
from workforce_sim.opening import Tables
from workforce_sim.store.header import Header, read_header
from workforce_sim.store.layout import (
    CARRIED,
    MANIFEST,
    OPENING,
    RESTORE,
    committed_years,
    file_sha256,
    read_sealed,
    table_file,
    year_folder,
)
from workforce_sim.store.writer import Carried, chain
from workforce_sim.tables import TABLES, names

_WRITTEN = ("events", "snapshots", "summary")


@dataclass(frozen=True)
class Stored:
    """The tables of a run on disk: the committed years, in order; each table is read when it is asked for.

    Attributes:
        folder: of the run.
        header: what the run is.
        years: plan years that stand.
    """

    folder: Path
    header: Header
    years: tuple[int, ...]

    @cached_property
    def events(self) -> pl.DataFrame:
        """The ledger of all years."""
        return _collected(self.scan("events"))

    @cached_property
    def snapshots(self) -> pl.DataFrame:
        """The snapshots of all years."""
        return _collected(self.scan("snapshots"))

    @cached_property
    def summary(self) -> pl.DataFrame:
        """The summary of all years."""
        return _collected(self.scan("summary"))

    def scan(self, name: str) -> pl.LazyFrame:
        """Return a table to be read lazily: years and columns that a query leaves out are not read."""
        files = [year_folder(self.folder, year) / table_file(name) for year in self.years]
        return pl.scan_parquet(files, hive_partitioning=True, hive_schema={"year": pl.Int32})

    def part(self, year: int) -> Tables:
        """Return the tables of one year."""
        one = replace(self, years=(year,))
        return Tables(*(_collected(one.scan(name)) for name in _WRITTEN), in_order=True)

    def parts(self) -> Iterator[Tables]:
        """Yield the tables of one year after another, each read when it is its turn."""
        return (self.part(year) for year in self.years)

    def carried(self) -> Carried | None:
        """Return what the last year hands to the next besides its snapshots; None where the engine kept nothing.

        Raises:
            LedgerError: when a file of the last year was changed: nothing is built on it.
        """
        folder = year_folder(self.folder, self.years[-1])
        manifest = read_sealed(folder / MANIFEST)
        if CARRIED not in manifest["files"]:
            return None
        for name, known in manifest["files"].items():
            if file_sha256(folder / name) != known["sha256"]:
                raise LedgerError(f"{folder / name}: was changed since it was written; {RESTORE}")
        return Carried(_collected(pl.scan_parquet(folder / CARRIED)), manifest["forfeitures_cents"])

    @property
    def opening(self) -> pl.DataFrame | None:
        """The completed census as the run started from it."""
        return None if self.header.opening is None else _collected(pl.scan_parquet(self.folder / OPENING))


def _collected(table: pl.LazyFrame) -> pl.DataFrame:
    try:
        return table.collect()
    except (OSError, pl.exceptions.PolarsError) as error:
        why = str(error).split("\n", 1)[0]
        raise LedgerError(
            f"a table of the run cannot be read ({why}); workforce-sim run verify tells what is wrong"
        ) from None


def opened(run: Path) -> Stored:
    """Return the committed years of a run.

    Raises:
        FileNotFoundError: when there is no such folder.
        LedgerError: when it holds no run with at least one year, or a part is missing, of another run, or damaged.
    """
    header, years = read_header(run), committed_years(run)
    if not years:
        raise LedgerError(f"{run}: no year of this run is committed yet; simulate it again with the same folder")
    chain(run, header, years)
    stored = Stored(run, header, tuple(years))
    for year in years:
        for name in _WRITTEN:
            _check_columns(year_folder(run, year) / table_file(name), name)
    return stored


def _check_columns(path: Path, name: str) -> None:
    try:
        found = list(pl.read_parquet_schema(path))
    except (OSError, pl.exceptions.PolarsError) as error:
        raise LedgerError(f"{path}: cannot be read ({str(error).splitlines()[0]}); restore it from a copy") from None
    if found != names(TABLES[name]):
        raise LedgerError(f"{path}: has other columns than a table of {name}; restore it from a copy")

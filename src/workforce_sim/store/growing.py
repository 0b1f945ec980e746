"""The files of a plan year that does not fit into memory: they grow while the year is computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from workforce_sim.store.layout import CARRIED, FORMER, table_file
from workforce_sim.store.parquet import TableFile, about, growing_file, write_tables

_FILES = {**{name: table_file(name) for name in ("events", "snapshots", "summary")}, "carried": CARRIED}


class GrowingYear:
    """A plan year during computation: rows are added to its tables in their written order.

    A year without tables accepts all rows and keeps none: it is on the disk already.

    Attributes:
        forfeitures_cents: unused forfeitures, by replicate; set before the year is committed.
        made: when and how it was made.
        former: former employees who will come back; None without rehires; set before the year is committed.
    """

    def __init__(self, tables: Mapping[str, TableFile]) -> None:
        self.forfeitures_cents: list[int] = []
        self.former: pl.DataFrame | None = None
        self.made: dict[str, Any] = {}
        self._tables = tables

    def add(self, name: str, rows: pl.DataFrame) -> None:
        """Add rows to a table, or to ``carried``."""
        if name in self._tables:
            self._tables[name].add(rows)

    def add_ledger(self, rows: Sequence[pa.RecordBatch]) -> None:
        """Add rows to the ledger, in the types that Parquet has for them."""
        self._tables["events"].add_table(pa.Table.from_batches(rows))


@contextmanager
def growing_files(part: Path, compression: str, level: int) -> Iterator[tuple[GrowingYear, dict[str, Any]]]:
    """Give a year to add rows to, and the records of its files by name, filled in at the end."""
    said: dict[str, Any] = {}
    with ExitStack() as files:
        opened = ((name, growing_file(part / file, compression, level)) for name, file in _FILES.items())
        tables = {name: files.enter_context(file) for name, file in opened}
        grown = GrowingYear(tables)
        yield grown, said
    said.update({_FILES[name]: about(part / _FILES[name], table.rows) for name, table in tables.items()})
    if grown.former is not None:
        said.update(write_tables({part / FORMER: grown.former}, compression, level))

"""Tables as Parquet files: numbers as differences, names as positions in a list; small and fast to write.

Measured in ``docs/decisions/run-store.md``. Any Parquet reader can read them; Polars restores its own types.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa

from workforce_sim.errors import LedgerError
from workforce_sim.store.files import RESTORE, file_sha256
from workforce_sim.store.layout import private, sync

if TYPE_CHECKING:
    import pyarrow.parquet as pq

FAST, STRONG = 1, 9
"""Levels of zstd: at higher levels numbers stored as differences are hardly smaller, and slower to write."""


ROW_GROUP = 2**18
"""Rows of a row group: added rows are kept in memory until there are this many."""


class TableFile:
    """The file of a table, written as its rows come; its bytes do not depend on the pieces.

    Args:
        sink: where the bytes go.
        compression: the kind.
        level: of compression, if the kind has levels.
    """

    def __init__(self, sink: Any, compression: str, level: int = FAST) -> None:
        self.rows = 0
        self._sink, self._compression, self._level = sink, compression, level
        self._columns: list[list[pa.ChunkedArray]] = []
        self._schema: pa.Schema | None = None
        self._waiting = 0
        self._writer: pq.ParquetWriter | None = None

    def add(self, frame: pl.DataFrame) -> None:
        """Append rows; an empty table needs an empty frame for its columns."""
        self.add_table(as_parquet_has_it(frame))

    def add_table(self, table: pa.Table) -> None:
        """Append rows in Parquet's types."""
        self.rows += table.num_rows
        room = ROW_GROUP - self._waiting
        while table.num_rows >= room:
            self._put(table.slice(0, room))
            self._write()
            table, room = table.slice(room), ROW_GROUP
        self._put(table)

    def close(self) -> None:
        """Write the remaining rows and the end of the file."""
        if self._waiting or self._writer is None:
            self._write()
        if self._writer is not None:
            self._writer.close()

    def abandon(self) -> None:
        """Leave the file as it is; otherwise PyArrow would want to end it when it is closed already, and say so."""
        if self._writer is not None:
            self._writer.is_open = False

    def _put(self, table: pa.Table) -> None:
        if not self._columns:
            self._columns, self._schema = [[] for _ in table.schema], table.schema
        for waiting, column in zip(self._columns, table.columns, strict=True):
            waiting.append(column)
        self._waiting += table.num_rows

    def _write(self) -> None:
        """Write a row group: columns are joined one at a time, so only one is in memory twice."""
        columns = [_in_one_piece(self._columns.pop(0)) for _ in list(self._columns)]
        rows = pa.Table.from_arrays(columns, schema=self._schema)
        self._waiting = 0
        if self._writer is None:
            self._writer = self._begun(rows)
        self._writer.write_table(rows, row_group_size=ROW_GROUP)

    def _begun(self, rows: pa.Table) -> pq.ParquetWriter:
        """Return the writer of a file with these rows first."""
        import pyarrow.parquet as pq  # noqa: PLC0415 - slow to import, and not needed in memory

        schema, kind = rows.schema, "none" if self._compression == "uncompressed" else self._compression
        packed = {name: kind if _repeats(rows[name]) else "none" for name in schema.names}
        return pq.ParquetWriter(
            self._sink,
            schema,
            compression=packed,
            compression_level={name: self._level for name, kind in packed.items() if kind == "zstd"} or None,
            column_encoding={column.name: "DELTA_BINARY_PACKED" for column in schema if column.type in _NUMBERS},
            use_dictionary=[column.name for column in schema if pa.types.is_dictionary(column.type)],
            write_statistics=[column.name for column in schema if column.name == "year"],  # staff are in order of keys
            **_long_pages(pq.ParquetWriter),
        )


@cache
def _long_pages(writer: type[pq.ParquetWriter]) -> dict[str, int]:
    """Return the options for pages that take a tenth less time than those of 20,000 rows, as newer releases have."""
    return dict.fromkeys({"write_batch_size", "max_rows_per_page"} & signature(writer).parameters.keys(), 2**17)


_NUMBERS = (pa.int64(), pa.int32(), pa.date32())
_SAMPLE, _OFTEN = 2**14, 1 / 4
"""Rows that are looked at, in the middle and at the end: hires come first. Their share that makes a column repeat."""


def _repeats(column: pa.ChunkedArray) -> bool:
    """Return whether compressing a column makes it smaller.

    It hardly does for numbers that are seldom those of the row before: differences of them are packed already.
    """
    if column.type not in _NUMBERS or column.null_count == len(column):
        return column.null_count < len(column)
    rest = max(0, len(column) - _SAMPLE)
    return any(_is_often_same(column.slice(start, _SAMPLE).drop_null()) for start in dict.fromkeys((rest // 2, rest)))


def _is_often_same(rows: pa.ChunkedArray) -> bool:
    """Return whether many values are those of the row before."""
    import pyarrow.compute as pc  # noqa: PLC0415 - slow to import, and not needed in memory

    if len(rows) < 2:
        return False
    same = pc.sum(pc.equal(rows.slice(1), rows.slice(0, len(rows) - 1))).as_py()
    return bool(same > _OFTEN * len(rows))


def _in_one_piece(columns: list[pa.ChunkedArray]) -> pa.ChunkedArray:
    chunks = [chunk for column in columns for chunk in column.chunks]
    if len(chunks) < 2:
        return columns[0]
    return pa.chunked_array([pa.concat_arrays(chunks)])


def as_parquet_has_it(frame: pl.DataFrame) -> pa.Table:
    """Return a frame in Parquet's types."""
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())


@contextmanager
def growing_file(path: Path, compression: str, level: int = FAST) -> Iterator[TableFile]:
    """Give a new file for its owner only, to add rows to; at the end wait until it is on the disk."""
    with pa.OSFile(str(private(path)), "wb") as file:  # a path would be taken for a URI, or ~ in it for a home
        table = TableFile(file, compression, level)
        try:
            yield table
            table.close()
        except BaseException:
            table.abandon()
            raise
    sync(path)


def about(path: Path, rows: int) -> dict[str, Any]:
    """Return the record of a file for a manifest."""
    return {"rows": rows, "bytes": path.stat().st_size, "sha256": file_sha256(path)}


def decoded(path: Path, content: bytes) -> pl.DataFrame:
    """Return the table whose file holds some bytes.

    Raises:
        LedgerError: when they are no table; it names the file.
    """
    try:
        return pl.read_parquet(content)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise LedgerError(f"{path}: cannot be read ({type(error).__name__}); {RESTORE}") from None


def write_tables(files: Mapping[Path, pl.DataFrame], compression: str, level: int = FAST) -> dict[str, Any]:
    """Write tables to new files for their owner only, two at a time, and wait until they are on the disk.

    Returns:
        Rows, bytes and SHA-256 of each file, by name.
    """
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda path: _written(path, files[path], compression, level), files))
    return {path.name: about for path, about in zip(files, found, strict=True)}


def _written(path: Path, frame: pl.DataFrame, compression: str, level: int) -> dict[str, Any]:
    with growing_file(path, compression, level) as file:
        file.add(frame)
    return about(path, frame.height)


def encoded(frames: Iterable[pl.DataFrame], compression: str, level: int = FAST) -> tuple[memoryview, int]:
    """Return the bytes and the rows of the file of a table given in pieces."""
    sink = pa.BufferOutputStream()
    table = TableFile(sink, compression, level)
    for frame in frames:
        table.add(frame)
    table.close()
    return memoryview(sink.getvalue()), table.rows

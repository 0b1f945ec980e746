"""What a census file may ask for, found out before it is read: a small file must not fill the memory or the hour.

A file that asks for more than one of its size can hold is damaged, or made to do harm. The limits stand in
``docs/model/census.md``.
"""

from __future__ import annotations

import gzip
import stat
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa

from workforce_sim.census.pages import unpacked_size
from workforce_sim.errors import CensusError

if TYPE_CHECKING:
    import pyarrow.parquet as pq

MAX_COLUMNS = 2_000
MAX_ROWS = 20_000_000
HEAD = 1 << 16
"""Bytes of a file's beginning that are looked at; the column names of a text file end within them."""

_ROOM, _GROWTH = 1 << 26, 50
"""Bytes that any file may unpack to, and how many more for each byte of the file."""
_ANY_ROWS, _ROWS = 100_000, 10
"""Rows that any Parquet file may have, and how many more for each byte of the file."""
_ANY_CELLS, _CELLS = 20_000_000, 2
"""Cells that any text file may have, and how many more for each of its bytes."""
_LONG = 4_000
"""Bytes of a text that a Parquet file may repeat at will."""
_CHUNK = 1 << 20
_GZIP = b"\x1f\x8b"
_PACKED = (_GZIP, b"\x28\xb5\x2f\xfd", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")


def refuse_no_file(path: Path, name: str) -> None:
    """Raise ``FileNotFoundError`` or ``CensusError`` unless there is a file."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):  # the last for a path with a NUL in it
        raise FileNotFoundError(f"census file not found: {path}") from None
    except OSError as error:
        raise CensusError(f"{name}: cannot be opened ({error.strerror})") from None
    if stat.S_ISDIR(mode):
        raise CensusError(f"{name}: is a folder; give one Parquet or CSV file")
    if not stat.S_ISREG(mode):
        raise CensusError(f"{name}: is a device or a pipe; save the census as a file")


def unpacked(content: bytes, name: str) -> bytes:
    """Return the content of what may be packed by gzip.

    Raises:
        CensusError: for what is packed otherwise, damaged, or unpacks to far more than it holds.
    """
    if not content.startswith(_PACKED):
        return content
    if not content.startswith(_GZIP):
        raise CensusError(f"{name}: is packed; unpack it, or pack it with gzip as .csv.gz")
    try:
        with gzip.open(BytesIO(content), "rb") as file:
            return limited(file, len(content), name)
    except (OSError, EOFError, zlib.error):
        raise CensusError(f"{name}: cannot be unpacked, it looks truncated or damaged; pack it again") from None


def limited(file: IO[bytes] | gzip.GzipFile, size: int, name: str, most: int | None = None) -> bytes:
    """Return what is unpacked from a file of a size, no more than such a file can hold."""
    content = BytesIO()
    for chunk in iter(lambda: file.read(_CHUNK), b""):
        if content.write(chunk) and content.tell() > (most := most or _ROOM + _GROWTH * size):
            raise _beyond(name, f"unpacks to more than {most:,} bytes", size)
    return content.getvalue()


def refuse_wide(columns: int, name: str) -> None:
    """Raise ``CensusError`` for a table of too many columns."""
    if columns > MAX_COLUMNS:
        raise CensusError(f"{name}: has {columns:,} columns, at most {MAX_COLUMNS:,} are read; remove some")


def refuse_many_cells(content: bytes, columns: int, name: str) -> None:
    """Refuse text with many more cells than bytes."""
    size = len(content)
    most = _ANY_CELLS + _CELLS * size
    if columns * size > most and columns * content.count(b"\n") > most:
        raise CensusError(f"{name}: has far more lines than values; remove empty lines, or columns that are not needed")


def refuse_large_parquet(source: Path | bytes, name: str) -> None:
    """Refuse a Parquet file, or its content, that promises more columns, rows or bytes than its size can hold."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - slow to import, and not needed for other files

    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    try:
        about = pq.read_metadata(_readable(source))
        refuse_wide(about.num_columns, name)
        _refuse_promises(about, size, name)
        _refuse_pages(source, about, size, name)
        _refuse_unknown_zone(about.schema.to_arrow_schema(), name)
        repeated = sum(_repeated(source, about))
    except CensusError:
        raise
    except (pa.ArrowException, OSError, ValueError, OverflowError):
        return  # Polars says what is wrong
    if repeated > 4 * _ROOM + _GROWTH * size:
        raise CensusError(f"{name}: repeats texts of more than {_LONG:,} bytes very often; shorten or remove them")


def _refuse_promises(about: Any, size: int, name: str) -> None:
    if about.num_rows > MAX_ROWS:
        raise CensusError(f"{name}: has {about.num_rows:,} rows; at most {MAX_ROWS:,} are read")
    if about.num_rows > _ANY_ROWS + _ROWS * size:
        raise _beyond(name, f"promises {about.num_rows:,} rows", size)


def _readable(source: Path | bytes) -> Path | pa.BufferReader:
    return pa.BufferReader(source) if isinstance(source, bytes) else source


def _refuse_pages(source: Path | bytes, about: Any, size: int, name: str) -> None:
    """Refuse pages that unpack to more than a file of this size can hold, whatever its footer says."""
    try:
        unpacks = unpacked_size(source, about)
    except ValueError:
        raise CensusError(f"{name}: cannot be read as Parquet, its pages look damaged; write it again") from None
    if unpacks > _ROOM + _GROWTH * size:
        raise _beyond(name, f"unpacks to {unpacks:,} bytes", size)


def _repeated(source: Path | bytes, about: Any) -> Iterator[int]:
    """Yield how many bytes the texts of a part may come to where long ones are written once and stand for many."""
    for number, group in enumerate(map(about.row_group, range(about.num_row_groups))):
        parts = [group.column(i) for i in range(about.num_columns)]
        names = [part.path_in_schema for part in parts if _may_repeat(part)]
        file = _opened(source, names) if names else None
        for batch in file.iter_batches(1, row_groups=[number], columns=names) if file else ():
            yield sum(group.num_rows * _longest(column) for column in batch.columns)
            break


def _opened(source: Path | bytes, names: list[str]) -> pq.ParquetFile:
    import pyarrow.parquet as pq  # noqa: PLC0415 - slow to import, and not needed for other files

    return pq.ParquetFile(_readable(source), read_dictionary=names)


def _may_repeat(part: Any) -> bool:
    """Tell whether a part of a column writes its texts once, and is large enough to have a long one."""
    text = part.physical_type == "BYTE_ARRAY" and part.has_dictionary_page and "." not in part.path_in_schema
    return text and part.total_uncompressed_size > _LONG


def _longest(column: Any) -> int:
    """Return the bytes of the longest text if it is a long one, else 0."""
    import pyarrow.compute as pc  # noqa: PLC0415 - slow to import, and not needed for other files

    texts = column.dictionary if isinstance(column, pa.DictionaryArray) else column
    longest = pc.max(pc.binary_length(texts)).as_py() or 0
    return longest if longest > _LONG else 0


def _refuse_unknown_zone(schema: Any, name: str) -> None:
    """Refuse times of a place that Polars does not know, on which it would panic."""
    for zone in {getattr(column.type, "tz", None) for column in schema} - {None}:
        try:
            pl.Series([0]).cast(pl.Datetime("us", zone))
        except pl.exceptions.PolarsError:
            raise CensusError(f"{name}: has times of a time zone that is not known; write dates") from None


def _beyond(name: str, what: str, size: int) -> CensusError:
    return CensusError(f"{name}: {what}, far too many for a file of {size:,}; it looks damaged, write it again")

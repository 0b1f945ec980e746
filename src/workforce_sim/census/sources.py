"""Where a census comes from: files, one or several, or anything that Polars can take as a frame.

What a file holds decides how it is read, not what it is called; a file called Parquet that is none is damaged.
"""

from __future__ import annotations

import glob
import os
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from io import BufferedIOBase, BytesIO, RawIOBase
from itertools import accumulate
from pathlib import Path
from typing import Any

import polars as pl

from workforce_sim.census.bounds import HEAD, limited, refuse_large_parquet, refuse_no_file, unpacked
from workforce_sim.census.layout import header_of, names_of, titles_note
from workforce_sim.census.table import ROW, CensusTable, FilePlace
from workforce_sim.census.text import read_text
from workforce_sim.census.workbook import read_workbook
from workforce_sim.config.census import CensusSection
from workforce_sim.errors import CensusError
from workforce_sim.wording import counted
from workforce_sim.wording.terminal import printable

_PARQUET = (".parquet", ".pq")
_ZIP, _OLD_WORKBOOK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MANY = 1_000


def open_census(source: Any, section: CensusSection) -> CensusTable:
    """Open a path, paths, an open file or a frame of any kind.

    Raises:
        FileNotFoundError: when there is no such file.
        CensusError: when it is no table.
    """
    if isinstance(source, str | os.PathLike):
        return _several(files_of(source), section)
    if isinstance(source, list | tuple) and source and all(isinstance(path, str | os.PathLike) for path in source):
        return _several([file for path in source for file in files_of(path)], section)
    if isinstance(source, RawIOBase | BufferedIOBase):
        return _opened(source, section)
    return _numbered(_frame(source), section)


# --- files ------------------------------------------------------------------------------------------------------------


def files_of(path: str | os.PathLike[str]) -> list[Path]:
    """Return the files of a path, which may have ``*``, ``?`` and ``[...]`` where no file is called so."""
    text = os.fspath(path)
    if glob.has_magic(text) and not os.path.lexists(text):
        found = sorted(filter(Path.is_file, map(Path, glob.iglob(text))))  # noqa: PTH207 - a path may be absolute
        return found or [Path(text)]
    return [Path(text)]


def _several(paths: Sequence[Path], section: CensusSection) -> CensusTable:
    """Return the rows of all files, one after another."""
    if len(paths) > _MANY:
        raise CensusError(f"{len(paths):,} files; at most {_MANY:,} are read as one census")
    tables = [_file(path, section) for path in paths]
    if len(tables) == 1:
        return tables[0]
    heights = [_height(table) for table in tables]
    starts = [0, *accumulate(heights)]
    places = [
        replace(place, after=start, file=table.name)
        for table, start in zip(tables, starts, strict=False)
        for place in table.places
    ]
    frames = [table.frame.with_columns(pl.col(ROW) + start) for table, start in zip(tables, starts, strict=False)]
    if any(pl.String in table.columns().values() for table in tables):
        frames = [frame.with_columns(pl.exclude(ROW).cast(pl.String)) for frame in frames]
    said = [f"{table.name}: {note}" for table in tables for note in table.notes]
    name = counted(len(tables), "file")
    notes = (f"{name} read as one census", *said)
    return CensusTable(pl.concat(frames, how="diagonal_relaxed"), name, tuple(places), notes)


def _height(table: CensusTable) -> int:
    last = table.collect(table.frame.select(pl.col(ROW).max())).item()
    return int(last or 0)


def _file(path: Path, section: CensusSection) -> CensusTable:
    name = printable(path.name)
    refuse_no_file(path, name)
    head = _read(path, name, HEAD)
    if head.startswith(b"PAR1") or path.suffix.lower() in _PARQUET:
        refuse_large_parquet(path, name)
        return CensusTable(_with_rows(pl.scan_parquet(path, glob=False)), name)
    return _content(_read(path, name), name, section)


def _opened(file: RawIOBase | BufferedIOBase, section: CensusSection) -> CensusTable:
    """Return the table of a file that is open for reading bytes; its content is kept in memory."""
    name = printable(Path(str(getattr(file, "name", "file"))).name)
    content = file.read() or b""
    if content.startswith(b"PAR1") or name.lower().endswith(_PARQUET):
        refuse_large_parquet(content, name)
        return CensusTable(_with_rows(pl.scan_parquet(BytesIO(content))), name)
    return _content(content, name, section)


def content_of(path: Path) -> bytes:
    """Return what a census file holds.

    Raises:
        FileNotFoundError: when there is no such file.
        CensusError: when it cannot be read.
    """
    name = printable(path.name)
    refuse_no_file(path, name)
    return _read(path, name)


def _read(path: Path, name: str, most: int = -1) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise CensusError(f"{name}: cannot be read ({error.strerror})") from None


def _content(content: bytes, name: str, section: CensusSection) -> CensusTable:
    """Return what bytes hold: a workbook, a packed file, or text."""
    if content.startswith(_OLD_WORKBOOK):
        return read_workbook(content, name, section)
    if content.startswith(_ZIP):
        return _zipped(content, name, section)
    return read_text(unpacked(content, name), name, section)


def _zipped(content: bytes, name: str, section: CensusSection) -> CensusTable:
    """Return a workbook, or the one file in a zip file."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            inside = [entry for entry in packed.infolist() if not entry.is_dir() and not _hidden(entry.filename)]
            if any(entry.filename == "[Content_Types].xml" for entry in inside):
                _refuse_large(packed, len(content), name)
                return read_workbook(content, name, section)
            if len(inside) != 1:
                raise CensusError(f"{name}: holds {counted(len(inside), 'file')}; pack the census alone, or unpack it")
            with packed.open(inside[0]) as file:
                unzipped = limited(file, len(content), name)
    except CensusError:
        raise
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError, ValueError):
        raise CensusError(
            f"{name}: is not text, and cannot be opened as a workbook or a zip file; save the census again"
        ) from None
    if unzipped.startswith((_ZIP, b"PAR1", b"\x1f\x8b")):
        raise CensusError(f"{name}: holds a packed file; unpack it first")
    table = _content(unzipped, name, section)
    return replace(table, notes=("the one file in a zip file read", *table.notes))


def _hidden(name: str) -> bool:
    """Tell whether an entry is none of the user's own: what macOS adds."""
    return name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith(".")


def _refuse_large(packed: zipfile.ZipFile, size: int, name: str) -> None:
    """Refuse a workbook that unpacks to more than a file of its size can hold, whatever it says itself."""
    for entry in packed.infolist():
        with packed.open(entry) as file:
            limited(file, size, name)


# --- frames -----------------------------------------------------------------------------------------------------------


def _with_rows(frame: pl.LazyFrame) -> pl.LazyFrame:
    return frame.with_row_index(ROW, offset=1)


def _numbered(frame: pl.LazyFrame, section: CensusSection) -> CensusTable:
    """Return a frame as a table; column names are looked for among its rows where it has none of ours."""
    table = CensusTable(_with_rows(frame), "frame")
    columns = table.columns()
    wanted = [*section.columns.values()]
    names = list(columns)
    if not names or header_of([names, ["employee_id", "hire_date"]], wanted) == 0:
        return table
    if any(dtype not in (pl.String, pl.Null) for dtype in columns.values()):
        return table
    rows = table.collect(frame.head(50).with_columns(pl.all().cast(pl.String).fill_null("")))
    records = [list(row) for row in rows.iter_rows()]
    at = header_of([*records, ["employee_id", "hire_date"]], wanted)
    if at >= len(records):
        return table
    named = dict(zip(names, names_of(records[at]), strict=True))
    below = _with_rows(frame).slice(at + 1).with_columns(pl.col(ROW) - (at + 1)).rename(named)
    return CensusTable(below, "frame", (FilePlace(above=at + 1),), (titles_note(at + 1, "row"),))


def _frame(source: Any) -> pl.LazyFrame:
    if isinstance(source, pl.LazyFrame):
        return source
    if isinstance(source, pl.DataFrame):
        return source.lazy()
    try:
        frame = pl.DataFrame(source)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError) as error:
        frame = _of_mixed(source, error)
    if not frame.columns:
        raise _no_table(f"{type(source).__name__} has no columns")
    return frame.lazy()


def _of_mixed(source: Any, error: Exception) -> pl.DataFrame:
    """Return a pandas frame whose columns mix numbers, dates and text, as a workbook's do: those as text."""
    mixed = getattr(source, "select_dtypes", None)
    if mixed is None:
        raise _no_table(f"{type(source).__name__} cannot be read as a table ({type(error).__name__})") from None
    texts = {str(name): [_text(value) for value in source[name]] for name in mixed(include="object").columns}
    others = source.drop(columns=[*mixed(include="object").columns])
    try:
        known = {str(name): pl.Series(str(name), others[name]) for name in others.columns}
    except (TypeError, ValueError, pl.exceptions.PolarsError):
        raise _no_table(f"{type(source).__name__} cannot be read as a table ({type(error).__name__})") from None
    every = {**known, **{name: pl.Series(name, values, dtype=pl.String) for name, values in texts.items()}}
    return pl.DataFrame([every[str(name)] for name in source.columns])


def _text(value: Any) -> str | None:
    """Return a value of a mixed column as text; what is missing, not equal to itself, is none."""
    if value is None or value != value:  # noqa: PLR0124
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _no_table(why: str) -> CensusError:
    return CensusError(
        f"frame: {why}; give a path, a Polars or pandas frame, an Arrow table, or an object with __arrow_c_stream__, "
        "each column of one type, names unique"
    )

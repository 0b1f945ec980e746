"""A text file as a table: its encoding, its separator, its records, every one with its line.

PyArrow reads the records, with every value as text. Lines are counted apart from that; where the two do not agree, or a
record has another number of fields than there are columns, Python's own reader goes through the file record by record.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from workforce_sim.census.bounds import HEAD, refuse_many_cells, refuse_wide
from workforce_sim.census.layout import MOST_TITLES, header_of, names_of, titles_note, trimmed
from workforce_sim.census.table import ROW, CensusTable, FilePlace
from workforce_sim.config.census import CensusSection
from workforce_sim.errors import CensusError
from workforce_sim.wording import counted

_SEPARATORS = ",;\t|^~"
_SEP_LINE = re.compile(r'"?sep=(.)"?[;,\t ]*\r?\n', re.IGNORECASE)
_BLOCK = 1 << 22
_BOM = b"\xef\xbb\xbf"
_LONGEST_FIELD = 1 << 27
_CALLED = {"utf-8": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows text (cp1252)", "latin-1": "Latin-1"}


def read_text(content: bytes, name: str, section: CensusSection) -> CensusTable:
    """Return a text file as a table.

    Raises:
        CensusError: when it is no text, or its rows cannot be told apart.
    """
    content, said = _decoded(content, section.encoding, name)
    notes = [said] if said else []
    if b"\r" in content[:HEAD] and b"\n" not in content[:HEAD]:
        raise CensusError(f"{name}: has lines that end in CR alone; save it with LF or CRLF")
    if not content[:HEAD].strip() and not content.strip():
        raise CensusError(f"{name}: is empty")
    dialect = _dialect(content, section)
    notes += ["a line sep= read"] if dialect.first else []
    records = _head(content, dialect, max(MOST_TITLES, section.header_row or 0) + 1)
    at = _header(records, section, dialect.first)
    titles = [record for record in records[:at] if any(record.cells)]
    names = _names(records, at, content, name)
    if titles and section.header_row is None:
        notes.append(titles_note(len(titles), "line"))
    refuse_many_cells(content, len(names), name)
    above = records[at].end
    body = content[_offset(content, above) :]
    frame, more = _body(body, names, dialect, above, name)
    return CensusTable(frame.lazy(), name, (FilePlace(above=above, word="line"),), (*notes, *more))


# --- letters ----------------------------------------------------------------------------------------------------------


def _decoded(content: bytes, encoding: str | None, name: str) -> tuple[bytes, str]:
    """Return content as UTF-8 without a mark, and what to say about it."""
    found = encoding or _encoding(content)
    if found is None:
        raise CensusError(f"{name}: is not text; save the census as CSV (UTF-8) or Parquet")
    said = "" if found == "utf-8" else f"read as {_CALLED.get(found, found.upper())}"
    if found != "utf-8":
        try:
            content = content.decode(found).encode()
        except UnicodeError:
            raise CensusError(f"{name}: is not {_CALLED.get(found, found)} text; save it as UTF-8") from None
    elif not content.isascii():
        try:
            content.decode()
        except UnicodeError:
            raise CensusError(f"{name}: is not UTF-8 text; save it as UTF-8") from None
    return content.removeprefix(_BOM), said


def _encoding(content: bytes) -> str | None:
    """Return how letters are written, as the bytes show it; None of what is no text."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    if b"\0" in content[:HEAD]:
        return None
    if content.isascii():
        return "utf-8"
    try:
        content.decode()
    except UnicodeDecodeError:
        return "cp1252" if not re.search(rb"[\x81\x8d\x8f\x90\x9d]", content) else "utf-8"
    return "utf-8"


# --- lines ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Dialect:
    """How a file separates its fields, and how many lines are above the first record."""

    separator: str
    first: int = 0


@dataclass(frozen=True)
class _Record:
    """One record, and the number of its last line."""

    cells: Sequence[str]
    end: int


def _dialect(content: bytes, section: CensusSection) -> _Dialect:
    head = content[:HEAD].decode(errors="replace")
    told = _SEP_LINE.match(head)
    if told:
        return _Dialect("\t" if told[1] == "t" else told[1], 1)
    first = next((line for line in head.split("\n") if line.strip()), "")
    tried = sorted(_SEPARATORS, key=lambda mark: -first.count(mark))
    scores = {mark: _names_found(content, mark, section) for mark in tried if mark in head}
    return _Dialect(max(scores, key=lambda mark: scores[mark]) if scores else ",")


def _names_found(content: bytes, mark: str, section: CensusSection) -> tuple[int, int]:
    """Return how many columns a separator gives the line of names: those of more than one field count."""
    records = _head(content, _Dialect(mark))
    if not records:
        return 0, 0
    cells = records[_header(records, section, 0)].cells
    known = header_of([cells, ["employee_id", "hire_date"]], [*section.columns.values()]) == 0
    return int(known and len(cells) > 1), len(next((r.cells for r in records if any(r.cells)), []))


def _head(content: bytes, dialect: _Dialect, most: int = MOST_TITLES + 1) -> list[_Record]:
    """Return the first records of a file, those that end within its first lines; blank lines are records of nothing."""
    text = content[:HEAD].decode(errors="replace")
    lines = io.StringIO(text, newline="")
    for _ in range(dialect.first):
        lines.readline()
    reader, found = csv.reader(lines, delimiter=dialect.separator), []
    try:
        for record in reader:
            found.append(_Record(record, reader.line_num + dialect.first))
            if len(found) > most:
                break
    except csv.Error:
        pass  # the rest of the reading says what is wrong
    return found


def _header(records: Sequence[_Record], section: CensusSection, first: int) -> int:
    """Return which record holds the column names."""
    if section.header_row is not None:
        ends = [record.end for record in records]
        return next((i for i, end in enumerate(ends) if end >= section.header_row), len(ends) - 1)
    return header_of([record.cells for record in records], [*section.columns.values()]) if records else 0


def _names(records: Sequence[_Record], at: int, content: bytes, name: str) -> list[str]:
    """Return the column names.

    Raises:
        CensusError: when they are too many, or do not end.
    """
    if not records:
        raise CensusError(f"{name}: has no end of the column names; look for a quotation mark that is never closed")
    cells = trimmed(records[at].cells)
    refuse_wide(len(records[at].cells), name)
    open_end = len(records) == at + 1 and (len(content) > HEAD or any("\n" in cell for cell in cells))
    if open_end:
        raise CensusError(f"{name}: has no end of the column names; look for a quotation mark that is never closed")
    return names_of(cells)


def _offset(content: bytes, lines: int) -> int:
    """Return where the text after so many lines begins."""
    at = 0
    for _ in range(lines):
        end = content.find(b"\n", at)
        if end < 0:
            return len(content)
        at = end + 1
    return at


# --- records ----------------------------------------------------------------------------------------------------------


def _body(
    body: bytes, names: Sequence[str], dialect: _Dialect, above: int, name: str
) -> tuple[pl.DataFrame, list[str]]:
    """Return the rows with their numbers from 1, blank lines counted, and what to say."""
    if not body.strip(b"\r\n"):
        return pl.DataFrame(schema={ROW: pl.Int64, **dict.fromkeys(names, pl.String)}), []
    count = body.count(b"\n") + (not body.endswith(b"\n"))
    for escape in (False, "\\") if b'\\"' in body else (False,):
        table = _quick(body, names, dialect.separator, escape)
        if table is None:
            continue
        numbers = np.arange(1, count + 1) if table.num_rows == count else _lines(body)
        if table.num_rows == len(numbers):
            frame = pl.DataFrame(pl.from_arrow(table))
            return frame.insert_column(0, pl.Series(ROW, numbers, dtype=pl.Int64)), []
    return _slow(body.decode(), names, dialect.separator, above, name)


def _lines(body: bytes) -> NDArray[np.int64]:
    """Return the numbers, from 1, of the lines that are not empty."""
    marks = np.frombuffer(body, dtype=np.uint8)
    ends = np.flatnonzero(marks == 10)
    if not body.endswith(b"\n"):
        ends = np.append(ends, len(body))
    starts = np.concatenate([[0], ends[:-1] + 1])
    carriage = (ends > starts) & (marks[np.maximum(ends - 1, 0)] == 13)
    return np.flatnonzero(ends - starts - carriage > 0) + 1


def _quick(body: bytes, names: Sequence[str], separator: str, escape: str | bool) -> pa.Table | None:
    """Return the records as PyArrow reads them; None where some have another number of fields."""
    from pyarrow import csv as pa_csv  # noqa: PLC0415 - slow to import, and not needed for other files

    places = [str(i) for i in range(len(names))]
    for block in {_BLOCK, max(_BLOCK, len(body) + 1)}:
        try:
            table = pa_csv.read_csv(
                pa.BufferReader(body),
                read_options=pa_csv.ReadOptions(column_names=places, block_size=min(block, 2**31 - 1)),
                parse_options=pa_csv.ParseOptions(delimiter=separator, escape_char=escape),
                convert_options=pa_csv.ConvertOptions(
                    column_types=dict.fromkeys(places, pa.string()), strings_can_be_null=False
                ),
            )
        except pa.ArrowInvalid as error:
            if "straddling" in str(error):
                continue
            return None
        return table.rename_columns(list(names))
    return None


@dataclass(frozen=True)
class _Rows:
    """What Python's reader finds: cells and line of each record, and the lines that are wrong."""

    cells: list[Sequence[str]]
    lines: list[int]
    short: int
    long: list[int]
    open: list[int]

    @property
    def wrong(self) -> int:
        return len(self.long) + len(self.open)


def _slow(text: str, names: Sequence[str], separator: str, above: int, name: str) -> tuple[pl.DataFrame, list[str]]:
    ways = (None, "\\") if '\\"' in text else (None,)
    found = [_through(text, len(names), separator, way, name) for way in ways]
    rows = min(found, key=lambda way: (way.wrong, way.short))
    if rows.open:
        where = _first(rows.open, above)
        raise CensusError(f"{name}: has a quotation mark that is never closed {where}; remove or close it")
    if rows.long:
        where = _first(rows.long, above)
        raise CensusError(
            f"{name}: some row has more fields than the header {where}; quote values that hold the separator"
        )
    columns = [list(column) for column in zip(*rows.cells, strict=True)] or [[] for _ in names]
    frame = pl.DataFrame(dict(zip(names, columns, strict=True)), schema=dict.fromkeys(names, pl.String))
    said = f"{counted(rows.short, 'row')} with fewer fields than the header: the rest counts as blank"
    return frame.insert_column(0, pl.Series(ROW, rows.lines, dtype=pl.Int64)), [said] if rows.short else []


def _first(lines: Sequence[int], above: int) -> str:
    numbers = ", ".join(str(above + line) for line in lines[:5])
    return f"({counted(len(lines), 'time')}, first: {'line' if len(lines) == 1 else 'lines'} {numbers})"


def _through(text: str, width: int, separator: str, escape: str | None, name: str) -> _Rows:
    rows = _Rows([], [], 0, [], [])
    short = 0
    for cells, line in _records(text, separator, escape, name):
        if len(cells) > width and any(cell.strip() for cell in cells[width:]):
            rows.long.append(line)
        elif any(_swallows(cell, separator, width) for cell in cells):
            rows.open.append(line)
        elif any(cells):
            missing = width - len(cells)
            short += missing > 0 and len(cells) > 1
            rows.cells.append([*cells, *[""] * missing] if missing > 0 else cells[:width])
            rows.lines.append(line)
    return _Rows(rows.cells, rows.lines, short, rows.long, rows.open)


def _swallows(cell: str, separator: str, width: int) -> bool:
    """Tell whether a value holds what looks like a row of its own: its quotation mark is never closed."""
    return "\n" in cell and width > 1 and any(line.count(separator) >= width - 1 for line in cell.split("\n"))


def _records(text: str, separator: str, escape: str | None, name: str) -> Iterator[tuple[list[str], int]]:
    """Yield the records of a text and the line on which each begins."""
    limit = csv.field_size_limit(_LONGEST_FIELD)
    try:
        reader, line = csv.reader(io.StringIO(text, newline=""), delimiter=separator, escapechar=escape), 1
        for record in reader:
            yield record, line
            line = reader.line_num + 1
    except csv.Error:
        raise CensusError(f"{name}: has a row that cannot be read as CSV; look for a quotation mark") from None
    finally:
        csv.field_size_limit(limit)

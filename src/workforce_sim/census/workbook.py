"""A workbook as a table: the sheet that looks most like a census, every cell as text."""

from __future__ import annotations

from typing import Any

import polars as pl

from workforce_sim.census.bounds import MAX_ROWS, refuse_wide
from workforce_sim.census.headers import listed, shown
from workforce_sim.census.layout import MOST_TITLES, header_of, names_of, titles_note
from workforce_sim.census.table import ROW, CensusTable, FilePlace
from workforce_sim.config.census import CensusSection
from workforce_sim.errors import CensusError

HOW = "pip install 'workforce-sim[excel]'"


def read_workbook(content: bytes, name: str, section: CensusSection) -> CensusTable:
    """Return a sheet of a workbook as a table.

    Raises:
        CensusError: without what reads workbooks, for a damaged one, or one without such a sheet.
    """
    try:
        import fastexcel  # noqa: PLC0415 - an extra
    except ImportError:
        raise CensusError(f"{name}: is an Excel workbook; to read it: {HOW}; or save the sheet as CSV") from None
    try:
        book = fastexcel.read_excel(content)
        sheets = {sheet: _cells(book, sheet) for sheet in _asked(list(book.sheet_names), section, name)}
    except fastexcel.FastExcelError as error:
        raise CensusError(f"{name}: cannot be read as a workbook ({type(error).__name__}); save it again") from None
    wanted = [*section.columns.values()]
    chosen, grid = max(sheets.items(), key=lambda sheet: _likeness(sheet[1], wanted))
    return _table(grid, name, chosen, len(book.sheet_names), section)


def _asked(names: list[str], section: CensusSection, name: str) -> list[str]:
    if section.sheet is None:
        return names[:50]
    if section.sheet not in names:
        raise CensusError(f"{name}: has no sheet {shown(section.sheet)}; its sheets are {listed(names)}")
    return [section.sheet]


def _cells(book: Any, sheet: str) -> pl.DataFrame:
    """Return the cells of a sheet as text, from its first row on."""
    read = book.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string")
    return pl.DataFrame(read.to_arrow()) if read.width else pl.DataFrame()


def _records(grid: pl.DataFrame) -> list[list[str]]:
    return [list(row) for row in grid.head(MOST_TITLES + 1).fill_null("").iter_rows()]


def _likeness(grid: pl.DataFrame, wanted: list[str]) -> tuple[bool, int]:
    """Return whether a sheet has a line of names, and how many rows."""
    records = _records(grid)
    return any(header_of([record, ["employee_id", "hire_date"]], wanted) == 0 for record in records), grid.height


def _table(grid: pl.DataFrame, name: str, sheet: str, sheets: int, section: CensusSection) -> CensusTable:
    if grid.is_empty():
        raise CensusError(f"{name}: sheet {shown(sheet)} is empty")
    records = _records(grid)
    at = section.header_row - 1 if section.header_row else header_of(records, [*section.columns.values()])
    refuse_wide(grid.width, name)
    if at >= min(grid.height, MAX_ROWS):
        raise CensusError(f"{name}: sheet {shown(sheet)} has {grid.height} rows; census.header_row is {at + 1}")
    header = [cell or "" for cell in grid.row(at)]
    below = grid.slice(at + 1)
    kept = [i for i, cell in enumerate(header) if cell.strip() or below.to_series(i).null_count() < below.height]
    names = names_of([header[i] for i in kept])
    rows = below.select(grid.columns[i] for i in kept)
    rows.columns = names
    above = [i for i in range(at) if any(cell for cell in grid.row(i))]
    notes = [f"sheet {shown(sheet)} of {sheets} read"] if sheets > 1 else []
    notes += [titles_note(len(above), "row")] if above and section.header_row is None else []
    place = FilePlace(above=at + 1, word="sheet row")
    return CensusTable(rows.with_row_index(ROW, offset=1).lazy(), name, (place,), tuple(notes))

"""Sheets written as an Excel workbook by XlsxWriter: the same sheets give the same bytes, and no text is a formula.

Every cell is written by its type: text with ``write_string``, so ``=1+1`` or a web address stay text. Series of charts
take their names from cells, as a name given as text could be a formula.
"""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from workforce_sim.errors import RequestError
from workforce_sim.reporting.exports.sheet import CellKind, Row, Series, Sheet, SheetChart
from workforce_sim.wording import shortened

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
"""Of a sheet of Excel."""
MOST_TEXT = 32_767
"""Characters of a cell of Excel."""

CREATED = dt.datetime(2000, 1, 1)
"""What the file says of its making: the day would make two files of one result differ."""

_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_HEIGHT, _WIDTH = 288, 560
_WIDEST, _NARROWEST = 75, 10
_COLORS = ("#1f5a92", "#c55a11", "#4a7c2c", "#7b4f9d", "#8a6d00", "#5a6570")
_FONT = {"font_name": "Calibri", "font_size": 11}
LETTER = 1


def workbook_bytes(sheets: Sequence[Sheet], title: str) -> bytes:
    """Return the bytes of a workbook.

    Raises:
        RequestError: when XlsxWriter is not installed, or a sheet has more rows than Excel holds.
    """
    try:
        from xlsxwriter import Workbook  # noqa: PLC0415 - an extra
    except ImportError:
        raise RequestError('a workbook needs XlsxWriter: pip install "workforce-sim[excel]"') from None
    content = io.BytesIO()
    book = Workbook(content, _OPTIONS)
    book.set_properties({"title": title, "created": CREATED, "author": "workforce_sim"})
    _Writer(book).write(sheets)
    book.close()
    return content.getvalue()


class _Writer:
    """Writes sheets to a workbook, with one format of each kind."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._formats = {kind: book.add_format(_format(kind)) for kind in CellKind}
        self._title = book.add_format({**_FONT, "bold": True, "font_size": 14})
        self._about = book.add_format({**_FONT, "font_color": "#44546a"})
        self._heads = {side: book.add_format({**_FONT, **_HEAD, "align": side}) for side in ("left", "right", "center")}

    def write(self, sheets: Sequence[Sheet]) -> None:
        self._tops = {sheet.name: _top(sheet) for sheet in sheets}
        for sheet in sheets:
            _refuse_too_large(sheet)
            self._sheet(self._book.add_worksheet(sheet.name), sheet)

    def _sheet(self, page: Worksheet, sheet: Sheet) -> None:
        top = _top(sheet)
        page.write_string(0, 0, shortened(sheet.title, MOST_TEXT), self._title)
        for number, line in enumerate(sheet.about, 1):
            page.write_string(number, 0, shortened(line, MOST_TEXT), self._about)
        for column, name in enumerate(sheet.head):
            self._cell(page, top - 1, column, name, self._heads[_side(sheet, column)])
        for number, row in enumerate(sheet.rows, top):
            for column, value in enumerate(row.cells):
                self._cell(page, number, column, value, self._formats[_kind(sheet, row, column)])
        self._look(page, sheet, top)
        self._charts(page, sheet)
        for name, (first, last) in sheet.names.items():
            where = _reference(sheet.name, _moved(first, top), _moved(last, top))
            self._book.define_name(name, f"={where}")

    def _cell(self, page: Worksheet, row: int, column: int, value: Any, form: Any) -> None:
        if isinstance(value, str):
            page.write_string(row, column, shortened(value, MOST_TEXT), form)
        elif isinstance(value, bool):
            page.write_boolean(row, column, value, form)
        elif isinstance(value, dt.date):
            page.write_datetime(row, column, dt.datetime(value.year, value.month, value.day), form)
        elif value is None or not math.isfinite(value):
            page.write_blank(row, column, None, form)
        else:
            page.write_number(row, column, value, form)

    def _look(self, page: Worksheet, sheet: Sheet, top: int) -> None:
        """Set widths, what stays when the sheet is scrolled, and how it prints."""
        widths = list(_widths(sheet))
        for column, width in enumerate(widths):
            page.set_column(column, column, width)
        for number, row in enumerate(sheet.rows, top):
            lines = _lines(sheet, row, widths)
            if lines > 1:
                page.set_row(number, _LINE * lines)
        if sheet.head:
            page.set_row(top - 1, _LINE * max(map(_lines_of, map(str, sheet.head), widths)) + 3)
            page.freeze_panes(top, sheet.frozen)
            page.repeat_rows(top - 1)
        page.hide_gridlines(2)
        page.set_landscape()
        page.set_paper(LETTER)
        page.fit_to_pages(1, int(sheet.one_page))
        page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        page.set_footer("&L&A&RPage &P of &N")

    def _charts(self, page: Worksheet, sheet: Sheet) -> None:
        row = _top(sheet) + len(sheet.rows) + 1
        for number, chart in enumerate(sheet.charts):
            place = row + number // 2 * (_HEIGHT // 20 + 2)
            shift = {"x_offset": 5 + number % 2 * (_WIDTH + 15), "y_offset": 0, "object_position": 3}
            page.insert_chart(place, 0, self._chart(chart, sheet), shift)

    def _chart(self, chart: SheetChart, sheet: Sheet) -> Any:
        of, top = chart.of or sheet.name, self._tops[chart.of or sheet.name]
        kind = {"type": "column", "subtype": "stacked"} if chart.kind == "stacked" else {"type": chart.kind}
        drawn = self._book.add_chart(kind)
        on_right = self._book.add_chart({"type": "line"})
        for number, series in enumerate(chart.series):
            to = on_right if series.on_right else drawn
            color = _COLORS[(number if series.color is None else series.color) % len(_COLORS)]
            to.add_series(_series(series, chart, of, top, color))
        if chart.right is not None:
            drawn.combine(on_right)
            on_right.set_y2_axis({"num_format": _plain(chart.right)})
        drawn.set_title({"name": chart.title, "overlay": False, "name_font": {"size": 12, "bold": True}})
        least = {} if chart.kind == "line" else {"min": 0}
        lines = {"major_gridlines": {"visible": True, "line": _GRID}}
        drawn.set_y_axis({"num_format": _plain(chart.values), **lines, **least})
        drawn.set_x_axis({"num_format": "0"})
        drawn.set_legend({"position": "bottom"})
        drawn.set_size({"width": _WIDTH, "height": _HEIGHT})
        return drawn


_HEAD = {
    "bold": True,
    "bg_color": "#1f3864",
    "font_color": "#ffffff",
    "text_wrap": True,
    "valign": "vcenter",
    "num_format": "0",
}
_GRID = {"color": "#d9d9d9", "width": 0.75}


def _format(kind: CellKind) -> dict[str, Any]:
    if kind is CellKind.WRAPPED:
        return {**_FONT, "text_wrap": True, "valign": "top"}
    if kind is CellKind.HEADING:
        return {**_FONT, "bold": True, "bg_color": "#dde6f0"}
    if kind is CellKind.TEXT:
        return {**_FONT, "valign": "top"}
    if kind in (CellKind.YEAR, CellKind.CHOSEN):
        return {**_FONT, "num_format": kind.value, "align": "center", "valign": "top"}
    return {**_FONT, "num_format": kind.value, "valign": "top"}


def _plain(kind: CellKind) -> str:
    """Return the format of an axis: large amounts in thousands, millions or billions."""
    return _AXIS if kind is CellKind.DOLLARS else kind.value.split(";", 1)[0]


_AXIS = '[>=1000000000]$#,##0.0,,,"B";[>=1000000]$#,##0.0,,"M";$#,##0'


def _side(sheet: Sheet, column: int) -> str:
    """Return the side on which a column's name stands: that of its cells."""
    kind = sheet.kinds[column] if column < len(sheet.kinds) else None
    return {CellKind.TEXT: "left", CellKind.WRAPPED: "left", CellKind.YEAR: "center", CellKind.CHOSEN: "center"}.get(
        kind or CellKind.NUMBER, "right"
    )


def _series(series: Series, chart: SheetChart, of: str, top: int, color: str) -> dict[str, Any]:
    line = {"color": color, "width": 2.25, **({"dash_type": "dash", "width": 1.5} if series.dashed else {})}
    first, last = (_moved(cell, top) for cell in chart.categories)
    shown = {"line": line} if chart.kind == "line" or series.on_right else {"fill": {"color": color}, "gap": 60}
    return {
        "name": [of, *_moved(series.name, top)],
        "categories": [of, *first, *last],
        "values": [of, *_moved(series.first, top), *_moved(series.last, top)],
        "y2_axis": series.on_right,
        **shown,
    }


def _top(sheet: Sheet) -> int:
    """Return the number of the first row below the head, from 0."""
    return 1 + len(sheet.about) + 1 + bool(sheet.head)


def _moved(cell: tuple[int, int], top: int) -> tuple[int, int]:
    return cell[0] + top, cell[1]


def _reference(sheet: str, first: tuple[int, int], last: tuple[int, int]) -> str:
    from xlsxwriter.utility import xl_range_abs  # noqa: PLC0415 - an extra

    return f"'{sheet}'!{xl_range_abs(*first, *last)}"


def _kind(sheet: Sheet, row: Row, column: int) -> CellKind:
    if row.last is not None and column >= len(row.cells) - row.last[0]:
        return row.last[1]
    of_column = sheet.kinds[column] if column < len(sheet.kinds) else None
    return row.kind if of_column is None or row.kind is CellKind.HEADING else of_column


def _widths(sheet: Sheet) -> Iterator[float]:
    """Yield the width of each column: that of its widest cell, within reason."""
    for column in range(max([len(sheet.head), *(len(row.cells) for row in sheet.rows[:1])], default=0)):
        head = sheet.head[column] if column < len(sheet.head) else None
        cells = (_width(row.cells[column], _kind_of_width(sheet, row, column)) for row in _having(sheet, column))
        yield min(max(max([_width_of_head(head), *cells]) + 1.5, _NARROWEST), _WIDEST)


def _having(sheet: Sheet, column: int) -> Iterator[Row]:
    return (row for row in sheet.rows[:_LOOKED_AT] if column < len(row.cells))


def _kind_of_width(sheet: Sheet, row: Row, column: int) -> CellKind | None:
    """Return the kind of a cell; None of a remark among numbers, which takes the width that they have."""
    kind = _kind(sheet, row, column)
    of_column = column < len(sheet.kinds) and sheet.kinds[column] is CellKind.WRAPPED
    return None if kind is CellKind.WRAPPED and not of_column else kind


_LOOKED_AT = 2_000
_LINE = 15.75
"""Height of a line of text, in points."""


def _lines(sheet: Sheet, row: Row, widths: Sequence[float]) -> int:
    """Return how many lines the text of a row takes."""
    wrapped = (
        _lines_of(cell, widths[column])
        for column, cell in enumerate(row.cells)
        if isinstance(cell, str) and _kind(sheet, row, column) is CellKind.WRAPPED
    )
    return max(wrapped, default=1)


def _lines_of(text: str, width: float) -> int:
    """Return how many lines a text takes, broken between words; a word that is too long breaks too."""
    lines, used = 1, 0.0
    for word in text.split():
        if used and used + 1 + len(word) > width - 1:
            lines, used = lines + 1, 0.0
        lines += int(len(word) // (width + 1))
        used += len(word) + bool(used)
    return lines


def _width_of_head(name: Any) -> int:
    """Return the width of a name of a column, whose words may stand below each other."""
    return max(map(len, str(name).split()), default=0) + 1


def _width(value: Any, kind: CellKind | None) -> int:
    """Return how wide a value is."""
    if value is None or kind is None:
        return 0
    if isinstance(value, str):
        return len(value)
    if kind in (CellKind.DOLLARS, CellKind.EXACT, CellKind.COUNT, CellKind.MEAN):
        return len(f"{value:,.0f}") + {CellKind.EXACT: 4, CellKind.MEAN: 2}.get(kind, 1)
    return 10


def _refuse_too_large(sheet: Sheet) -> None:
    rows, columns = _top(sheet) + len(sheet.rows), max(map(len, (sheet.head, *(row.cells for row in sheet.rows[:1]))))
    if rows > MOST_ROWS or columns > MOST_COLUMNS:
        what = f"the sheet {sheet.name} would have {rows:,} rows and {columns:,} columns"
        raise RequestError(f"{what}, Excel holds {MOST_ROWS:,} and {MOST_COLUMNS:,}; {INSTEAD}")


INSTEAD = "export the tables instead: workforce-sim export DIR --to FOLDER"

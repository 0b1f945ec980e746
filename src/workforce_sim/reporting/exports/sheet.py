"""A sheet of a workbook as plain data: cells with their kind, charts, named ranges. What writes it is ``workbook``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from workforce_sim.wording.measures import is_share

Cell: TypeAlias = str | float | int | bool | dt.date | None


class CellKind(Enum):
    """How a cell is shown; the value is Excel's number format."""

    TEXT = "@"
    WRAPPED = "text"
    HEADING = "heading"
    COUNT = "#,##0"
    MEAN = "#,##0.0"
    DOLLARS = "$#,##0;[Red]-$#,##0"
    EXACT = "$#,##0.00;[Red]-$#,##0.00"
    PERCENT = "0.0%"
    FINE_PERCENT = "0.00%"
    POINTS = '0.00" pts";[Red]-0.00" pts"'
    NUMBER = "General"
    YEAR = "0"
    CHOSEN = "0.######"
    DATE = "mm/dd/yyyy"


def kind_of(measure: str, values: Iterable[float | None] = ()) -> CellKind:
    """Return how values of a measure that stand together are shown; counts have a decimal unless all are whole."""
    if measure.endswith("_cents"):
        return CellKind.DOLLARS
    if is_share(measure):
        return (
            CellKind.FINE_PERCENT
            if "deferral" in measure or "share" in measure or "growth" in measure
            else CellKind.PERCENT
        )
    whole = all(value is None or float(value).is_integer() for value in values)
    return CellKind.COUNT if whole else CellKind.MEAN


def difference_kind(measure: str, values: Iterable[float | None]) -> CellKind:
    """Return how differences of a measure are shown: of shares, in percentage points."""
    return CellKind.POINTS if is_share(measure) else kind_of(measure, values)


def in_unit(measure: str, value: float | None, kind: CellKind) -> float | None:
    """Return a value in the unit that its cell shows: dollars for cents, points for a difference of shares."""
    if value is None:
        return None
    if measure.endswith("_cents"):
        return value / 100
    return 100 * value if kind is CellKind.POINTS else value


@dataclass(frozen=True)
class Row:
    """Cells side by side.

    Attributes:
        cells: their values.
        kind: of the cells whose column has none of its own.
        last: of so many cells at the end, where it is another.
    """

    cells: Sequence[Cell]
    kind: CellKind = CellKind.TEXT
    last: tuple[int, CellKind] | None = None


@dataclass(frozen=True)
class Series:
    """A line or a set of columns of a chart: values along a row or down a column, from the first to the last cell.

    Attributes:
        name: row and column of the cell with its name.
        first: row and column of its first value; rows are counted from 0, below the head.
        last: row and column of its last value.
        dashed: a line that is an end of a range.
        on_right: whether its axis is the one on the right, and the series a line.
        color: number of its color; left out, that of its place.
    """

    name: tuple[int, int]
    first: tuple[int, int]
    last: tuple[int, int]
    dashed: bool = False
    on_right: bool = False
    color: int | None = None


@dataclass(frozen=True)
class SheetChart:
    """A chart of Excel's own.

    Attributes:
        title: above it.
        kind: ``line``, ``column`` or ``stacked``.
        series: what it shows.
        categories: first and last cell of the years below it; row -1 is the head.
        values: how its axis is shown.
        right: how the axis on the right is shown.
        of: name of the sheet that holds the cells; left out, the one with the chart.
    """

    title: str
    kind: str
    series: Sequence[Series]
    categories: tuple[tuple[int, int], tuple[int, int]]
    values: CellKind
    right: CellKind | None = None
    of: str = ""


@dataclass(frozen=True)
class Sheet:
    """A sheet.

    Attributes:
        name: on its tab.
        title: in its first row.
        about: lines below the title.
        head: names of the columns.
        kinds: of each column; None where each row has its own.
        rows: what is below the head.
        frozen: how many columns stay when it is scrolled.
        charts: beside each other below the rows, or all there is.
        names: of ranges: first and last cell, rows counted from 0 below the head, -1 for the head.
        one_page: whether it is printed on one page; else it is as wide as a page, and as long as it is.
    """

    name: str
    title: str
    head: Sequence[Cell] = ()
    kinds: Sequence[CellKind | None] = ()
    rows: Sequence[Row] = ()
    about: Sequence[str] = ()
    frozen: int = 1
    charts: Sequence[SheetChart] = ()
    names: Mapping[str, tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=dict)
    one_page: bool = False

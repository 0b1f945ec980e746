"""The first sheet of a comparison: scenarios below each other by measure, and how each differs from the baseline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from workforce_sim.ensembles.comparing import Comparison
from workforce_sim.ensembles.totals import COST, OF_PAYROLL
from workforce_sim.reporting.exports.measure_rows import year_cells
from workforce_sim.reporting.exports.sheet import (
    Cell,
    CellKind,
    Row,
    Series,
    Sheet,
    SheetChart,
    difference_kind,
    in_unit,
    kind_of,
)
from workforce_sim.tables import EMPLOYER_MONEY
from workforce_sim.wording.measures import label

SHOWN = (
    COST,
    OF_PAYROLL,
    "match_cents",
    *EMPLOYER_MONEY[1:],
    "deferral_cents",
    "participation_rate",
    "average_deferral_rate",
    "headcount_closing",
    "payroll_cents",
)
CHARTED = {
    COST: "column",
    "participation_rate": "line",
    "average_deferral_rate": "line",
    "headcount_closing": "line",
}
RANGE = {"mean": "", "p5": ", P5", "p95": ", P95"}

Lines = dict[tuple[str, str], list[float | None]]
"""Values by year, and of all years together at the end, by scenario and measure."""


def comparison_summary(
    found: Comparison, totals: pl.DataFrame, total_gaps: pl.DataFrame, title: str, about: Sequence[str]
) -> Sheet:
    """Return the means of all scenarios, years beside each other and all years together at the end, and differences.

    Args:
        found: the comparison.
        totals: bands of all years together, by scenario.
        total_gaps: bands of the paired differences of all years together, by scenario but the baseline.
        title: in the first row.
        about: lines below the title.
    """
    means = _lines(found.bands, totals, "mean")
    gaps = {column: _lines(found.differences, total_gaps, column) for column in RANGE}
    years = found.bands["year"].unique().sort().to_list()
    rows: list[Row] = []
    place: dict[str, int] = {}
    for measure in SHOWN:
        if any(value for name in found.ensembles for value in means[name, measure]):
            rows.append(Row([label(measure), *[None] * (len(years) + 1)], CellKind.HEADING))
            place[measure] = len(rows)
            rows += [_row(name, measure, means[name, measure]) for name in found.ensembles]
            rows += _gap_rows(found, measure, gaps)
    count, last = len(found.ensembles), len(years)
    charts = [_chart(name, kind, place[name], count, last) for name, kind in CHARTED.items() if name in place]
    names = {name.replace("_cents", "_dollars"): ((row, 1), (row + count - 1, last)) for name, row in place.items()}
    base = found.ensembles[found.baseline].config
    head: list[Cell] = ["", *year_cells(base.simulation, years), "All years"]
    return Sheet("Summary", title, head, [CellKind.TEXT], rows, about, charts=charts, names=names, one_page=True)


def _row(name: str, measure: str, values: Sequence[float | None]) -> Row:
    kind = kind_of(measure, values)
    return Row([name, *(in_unit(measure, value, kind) for value in values)], kind)


def _gap_rows(found: Comparison, measure: str, gaps: dict[str, Lines]) -> Iterator[Row]:
    """Yield how each scenario differs from the baseline; of the cost, in which range too; nothing where none does."""
    for name in found.others:
        if not any(gaps["mean"][name, measure]):
            continue
        for column, words in RANGE.items():
            if column == "mean" or measure == COST:
                values = gaps[column][name, measure]
                kind = difference_kind(measure, values)
                cells = (in_unit(measure, value, kind) for value in values)
                yield Row([f"  {name} less {found.baseline}{words}", *cells], kind)


def _lines(by_year: pl.DataFrame, totals: pl.DataFrame, column: str) -> Lines:
    """Return a column of bands as lines: years in order, then all years together where there are totals."""
    found: Lines = {}
    for scenario, measure, value in by_year.sort("year").select("scenario", "measure", column).iter_rows():
        found.setdefault((scenario, measure), []).append(value)
    whole = {row[:2]: row[2] for row in totals.select("scenario", "measure", column).iter_rows()}
    return {key: [*values, whole.get(key)] for key, values in found.items()}


def _chart(measure: str, kind: str, row: int, count: int, last: int) -> SheetChart:
    series = [Series((row + i, 0), (row + i, 1), (row + i, last)) for i in range(count)]
    return SheetChart(f"{label(measure)} by year", kind, series, ((-1, 1), (-1, last)), kind_of(measure))

"""Measures of a summary as rows of a sheet, years side by side, under headings that an analyst knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from workforce_sim.config.workforce import Simulation
from workforce_sim.dates import PlanYear, plan_year, year_label
from workforce_sim.reporting.exports.sheet import Cell, CellKind, Row, Series, Sheet, SheetChart, in_unit, kind_of
from workforce_sim.tables import EMPLOYER_MONEY, SUMMARY, names
from workforce_sim.wording.measures import label

SECTIONS = {
    "headcount_opening": "Employees",
    "payroll_cents": "Pay",
    "eligible": "Participation and deferrals",
    "match_cents": "Employer contributions",
}
"""Headings, by the first measure below each."""

YEAR = "Year"
"""The heading of a column of plan years."""

Values = Mapping[str, Sequence[float | None]]
"""Of each measure, one a year, in the unit of the measure."""


def year_cells(simulation: Simulation, years: Sequence[int]) -> list[Cell]:
    """Return plan years as the head of a sheet: numbers, and words where a year is short."""
    return [year_label(simulation, year) if plan_year(simulation, year).short else year for year in years]


def with_labels(sheet: Sheet, simulation: Simulation) -> Sheet:
    """Return a sheet that says of a short first year on which day it begins, where a column has years."""
    first = plan_year(simulation, simulation.start_year)
    if not first.short or YEAR not in sheet.head:
        return sheet
    place = sheet.head.index(YEAR)
    rows = [replace(row, cells=[*_labelled(row.cells, place, first)]) for row in sheet.rows]
    return replace(sheet, rows=rows)


def _labelled(cells: Sequence[Cell], place: int, first: PlanYear) -> Iterator[Cell]:
    for column, cell in enumerate(cells):
        yield first.label if column == place and cell == first.year else cell


def summary_sheet(title: str, years: Sequence[Cell], values: Values, about: Sequence[str]) -> Sheet:
    """Return the summary: a row for each measure, a column for each year; and charts of it.

    Args:
        title: in the first row.
        years: plan years, as ``year_cells`` gives them.
        values: measures in their order.
        about: lines below the title.
    """
    rows, place = [], {}
    for measure, found in values.items():
        if measure in SECTIONS:
            rows.append(Row([SECTIONS[measure], *[None] * len(years)], CellKind.HEADING))
        place[measure] = len(rows)
        kind = kind_of(measure, found)
        rows.append(Row([label(measure), *(in_unit(measure, value, kind) for value in found)], kind))
    last = len(years)
    ranges = {name: ((row, 1), (row, last)) for name, row in _named(place)}
    return Sheet(
        "Summary",
        title,
        ["", *years],
        [CellKind.TEXT],
        rows,
        about,
        charts=list(_charts(place, last, values)),
        names={"plan_years": ((-1, 1), (-1, last)), **ranges},
        one_page=True,
    )


def _named(place: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Yield names of ranges and rows: those of our own measures, in the unit of the sheet."""
    for measure, row in place.items():
        if measure in _KNOWN:
            yield measure.replace("_cents", "_dollars"), row


_KNOWN = frozenset(names(SUMMARY))


def _charts(place: Mapping[str, int], last: int, values: Values) -> Iterator[SheetChart]:
    def series(measure: str, *, on_right: bool = False) -> Series:
        row = place[measure]
        return Series((row, 0), (row, 1), (row, last), on_right=on_right)

    def there(measures: Iterable[str]) -> list[str]:
        return [name for name in measures if any(values.get(name, ()))]

    years = ((-1, 1), (-1, last))
    money = there(EMPLOYER_MONEY)
    share = there(("employer_cost_share_of_payroll",))
    if money:
        shown = [*map(series, money), *(series(name, on_right=True) for name in share)]
        title = "Employer contributions by year, and net cost as a share of payroll"
        yield SheetChart(title, "stacked", shown, years, CellKind.DOLLARS, CellKind.PERCENT if share else None)
    yield SheetChart("Employees at year end", "column", [series("headcount_closing")], years, CellKind.COUNT)
    rates = there(("participation_rate", "average_deferral_rate"))
    if rates:
        title = "Participation and average deferral rate"
        yield SheetChart(title, "line", [*map(series, rates)], years, CellKind.PERCENT)
    yield SheetChart("Payroll", "column", [series("payroll_cents")], years, CellKind.DOLLARS)

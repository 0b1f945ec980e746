"""The sheets of a run: summary, plan tests, levels, assumptions, notes, how it was made; people on request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from workforce_sim.dates import date_of, period_label, plan_year, year_label
from workforce_sim.errors import RequestError
from workforce_sim.explaining.queries import collected
from workforce_sim.plan.findings import FigureInWords, Nondiscrimination, PlanTest
from workforce_sim.plan.people import years_of
from workforce_sim.plan.testing import nondiscrimination
from workforce_sim.reporting.exports.background import assumptions, made, notes
from workforce_sim.reporting.exports.measure_rows import summary_sheet, year_cells
from workforce_sim.reporting.exports.sheet import Cell, CellKind, Row, Sheet
from workforce_sim.reporting.exports.table_sheet import table_sheet
from workforce_sim.reporting.exports.workbook import INSTEAD, MOST_ROWS
from workforce_sim.result.result import Result
from workforce_sim.result.summary import level_mix

KEYS = ("replicate", "year")
MOST_PEOPLE = MOST_ROWS - 10
"""Employees of a sheet: a few rows are the title and the head."""


def run_sheets(run: Result, *, people: bool) -> Iterator[Sheet]:
    """Yield the sheets of a run.

    Args:
        run: in memory or on disk.
        people: whether there is a sheet for each year with everybody employed in it.

    Raises:
        RequestError: when a year has more employees than a sheet has rows.
    """
    summary = run.summary
    years = summary["year"].to_list()
    values = {name: summary[name].to_list() for name in summary.columns if name not in KEYS}
    simulation, heads = run.config.simulation, year_cells(run.config.simulation, years)
    title = f"Simulation of {period_label(simulation, years)}"
    about = ["One simulation. Amounts in dollars, rates in percent."]
    known = {name: found for name, found in values.items() if any(value is not None for value in found)}
    yield summary_sheet(title, heads, known, about)
    tested = years_of(run, 0) if run.config.plan.enabled else []
    if tested:
        yield tests_sheet([nondiscrimination(run, year) for year in tested], year_cells(simulation, tested))
    yield levels_sheet(run)
    if people:
        for year in years:
            yield people_sheet(run, year)
    yield assumptions(run.header)
    yield notes({"": run.notes})
    facts = [("Engine", run.header.engine), ("Number of the simulation", str(run.header.replicate))]
    facts.append(("Fingerprint of all tables", run.fingerprint))
    yield made({"": run.header}, facts, {"": run.summary})


def levels_sheet(run: Result) -> Sheet:
    """Return the mix of levels; of a run with a short first year, with the day of its census."""
    first = plan_year(run.config.simulation, run.config.simulation.start_year)
    census = f"Rows of {first.year - 1} are the census of {date_of(first.first):%B} 1, {first.year}."
    about = [census] if first.short else []
    return table_sheet("Levels", "Employees by job level", level_mix(run).drop("replicate"), about)


def tests_sheet(found: list[Nondiscrimination], years: Sequence[Cell]) -> Sheet:
    """Return the tests of the plan: outcome and figures, years side by side, as ``year_cells`` gives them."""
    by_name = [{test.test: test for test in year.tests} for year in found]
    names = dict.fromkeys(name for tests in by_name for name in tests)
    rows = [row for name in names for row in _test_rows([tests.get(name) for tests in by_name])]
    head: list[Cell] = ["Test", "Section", *years]
    return Sheet("Tests", "Plan tests by year", head, [CellKind.TEXT, CellKind.TEXT], rows, frozen=2)


def _test_rows(tests: Sequence[PlanTest | None]) -> Iterator[Row]:
    """Yield the outcome of a test in each year that has it, then its figures."""
    first = next(test for test in tests if test is not None)
    outcomes = [None if test is None else test.outcome for test in tests]
    yield Row([first.test, f"IRC {first.section}", *outcomes], CellKind.HEADING)
    figures = [{figure.words: figure for figure in test.in_words} if test else {} for test in tests]
    for words in dict.fromkeys(words for each in figures for words in each):
        of_years = [each.get(words) for each in figures]
        unit = next((figure.unit for figure in of_years if figure and figure.unit), "")
        yield Row([f"  {words}", None, *(_figure(figure) for figure in of_years)], _KINDS[unit])
    notes = [test.note if test else "" for test in tests]
    if any(notes):
        yield Row(["  note", None, *notes], CellKind.WRAPPED)


_KINDS = {"%": CellKind.FINE_PERCENT, "dollars": CellKind.EXACT, "": CellKind.COUNT}


def _figure(figure: FigureInWords | None) -> float | None:
    if figure is None or figure.value is None:
        return None
    return figure.value / 100 if figure.unit == "%" else figure.value


def people_sheet(run: Result, year: int) -> Sheet:
    """Return everybody employed in a year.

    Raises:
        RequestError: when they are more than a sheet has rows.
    """
    found = collected(run.scan("snapshots").filter(pl.col("year") == year))
    if found.height > MOST_PEOPLE:
        what = f"people of {year}: {found.height:,} rows, a sheet of Excel holds {MOST_ROWS:,}"
        raise RequestError(f"{what}; leave out --people, or {INSTEAD}")
    known = [name for name in found.columns if name not in KEYS and found[name].null_count() < found.height]
    when = year_label(run.config.simulation, year)
    about = ("Personal data: there are no names, but ids, dates and pay can identify employees.",)
    return table_sheet(f"People {year}", f"All employees of {when}", found.select(known).sort("employee_id"), about)

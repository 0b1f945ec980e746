"""What a page shows of two designs: figures side by side, cost and participation by year, warnings; as HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from workforce_sim.dates import period_label, year_label
from workforce_sim.display.markup.charts.lines import line_chart
from workforce_sim.display.markup.elements import Child, Element, element, fragment, table
from workforce_sim.ensembles.totals import COST, OF_PAYROLL
from workforce_sim.plan.legality import COMPLIANCE
from workforce_sim.reporting.pages.horizon import RangedFigure, spread
from workforce_sim.reporting.pages.parts import figure
from workforce_sim.reporting.pages.ranges import ranged_line
from workforce_sim.reporting.pages.values import NONE, Form, alike, span
from workforce_sim.studies.explore.controls import CONTROLS
from workforce_sim.studies.explore.futures import DesignFutures
from workforce_sim.studies.searching.figures import Figure, Floats
from workforce_sim.wording.measures import moved

PARTICIPATION, DEFERRAL, EMPLOYEES = "participation_rate", "average_deferral_rate", "headcount_closing"
_OPENING = "simulation.opening_date: "
_SHADED = "Means; the shaded areas hold 90% of the simulations."


def parts(outcomes: Sequence[DesignFutures]) -> dict[str, str]:
    """Return the parts of the page that change, by the id of the element that holds them, as HTML."""
    shown: dict[str, Element | None] = {
        "figures": _figures(outcomes),
        "charts": element("div", _by_year(outcomes, COST), _by_year(outcomes, PARTICIPATION)),
        "warnings": _warnings(outcomes),
    }
    return {name: "" if found is None else fragment(found) for name, found in shown.items()}


def _figures(outcomes: Sequence[DesignFutures]) -> Element:
    """Return the main figures of the designs and their difference, in the same simulations."""
    years = outcomes[0].years
    whole, last = period_label(outcomes[0].design.config.simulation, years), _label(outcomes, years[-1])
    rows = [
        ("Net employer cost", whole, Figure(COST)),
        ("Participation", last, Figure(PARTICIPATION, years[-1])),
        ("Share of payroll", whole, Figure(OF_PAYROLL)),
        ("Average deferral rate", last, Figure(DEFERRAL, years[-1])),
        ("Employees", last, Figure(EMPLOYEES, years[-1])),
    ]
    heading = ["", *(each.design.name for each in outcomes), "Difference"]
    cells = [[[about, element("small", when)], *_cells(outcomes, each)] for about, when, each in rows]
    return table(heading, cells, class_="beside")


def _cells(outcomes: Sequence[DesignFutures], measured: Figure) -> Iterator[list[Child]]:
    told = [spread(each) for each in _alike(outcomes, measured)]
    write = alike(measured.measure, [each.mean for each in told])
    yield from (_cell(each, write) for each in told)
    values, both = [each.of(measured) for each in outcomes], min(each.count for each in outcomes)
    difference = outcomes[0].with_range_of_all(values[-1][:both] - values[0][:both])
    yield _cell(spread(difference), partial(_moved, measured.measure))


def _moved(measure: str, difference: float) -> str:
    return moved(measure, difference).replace("points", "pt")


def _alike(outcomes: Sequence[DesignFutures], measured: Figure) -> list[Floats]:
    """Return a figure of each design in its simulations.

    A design with few simulations is moved by how far the others are from their mean in the same ones: the random draws
    and the employees of a sample are the same for all, and so is most of its error.
    """
    values = [each.of(measured) for each in outcomes]
    most = max(values, key=len)
    shifts = [_mean(most) - _mean(most[: len(each)]) for each in values]
    alone = [each.with_range_of_all(found) for each, found in zip(outcomes, values, strict=True)]
    return [each + shift for each, shift in zip(alone, shifts, strict=True)]


def _mean(values: Floats) -> float:
    return spread(values).mean or 0.0


def _cell(found: RangedFigure, write: Form) -> list[Child]:
    """Return a mean, and its range in small print below."""
    if found.mean is None:
        return [NONE]
    ranged = "" if found.low == found.high else span(found.low, found.high, write)
    return [element("b", write(found.mean)), element("small", ranged)]


def _by_year(outcomes: Sequence[DesignFutures], measure: str) -> Element:
    years = outcomes[0].years
    by_year = [[spread(each) for each in _alike(outcomes, Figure(measure, year))] for year in years]
    found = list(zip(*by_year, strict=True))
    write = alike(measure, [each.mean for row in found for each in row])
    lines = [ranged_line(each.design.name, row) for each, row in zip(outcomes, found, strict=True)]
    title = Figure(measure).name
    return figure(title, line_chart(title, [_label(outcomes, year) for year in years], lines, write), note=_SHADED)


def _label(outcomes: Sequence[DesignFutures], year: int) -> str:
    return year_label(outcomes[0].design.config.simulation, year)


def _warnings(outcomes: Sequence[DesignFutures]) -> Element | None:
    """Return what is said of a short first year, the compliance warnings of each design, and levers without effect."""
    told = [element("p", note) for note in outcomes[0].batches[0].notes if note.startswith(_OPENING)]
    told += [
        element("p", element("b", f"{each.design.name}: "), text, class_="warning")
        for each in outcomes
        for text in _said(each)
    ]
    return element("div", told) if told else None


def _said(outcome: DesignFutures) -> Iterator[str]:
    moved_keys = tuple(CONTROLS[name].keys[0] for name in outcome.design.moved)
    for note in outcome.batches[0].notes:
        if note.startswith(COMPLIANCE):
            yield f"Compliance warning: {note.removeprefix(COMPLIANCE)}"
        elif note.startswith(moved_keys):
            yield note

"""How the main figures of the last year came about: parts by group, formulas, and one constructed employee worked out.

A page shows no employee: groups that hold too few are hidden, and the example is nobody of the run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from workforce_sim.dates import year_label
from workforce_sim.display.markup.elements import Child, Element, element
from workforce_sim.ensembles.groups_text import AWAY
from workforce_sim.explaining.figure import Explanation, explain
from workforce_sim.explaining.figure_text import TITLES, value_words
from workforce_sim.explaining.measured import EMPLOYEES, NET_COST, words
from workforce_sim.explaining.worked.steps import Passage
from workforce_sim.reporting.pages.parts import PageSection, listing, note
from workforce_sim.result.result import Result
from workforce_sim.share.suppression import HIDDEN, LEAST, suppress_small
from workforce_sim.tables import EMPLOYER_MONEY
from workforce_sim.wording import capital, whole_dollars
from workforce_sim.wording.measures import label

GROUPS = ("level", "hired")
BESIDE_TABLES = ("hired",)
"""Groups of a page that has tables by level beside it: these may hide other levels, and both together tell more."""


def explained_section(result: Result, years: Sequence[int], least: int | None = None) -> PageSection:
    """Return how the main figures of the plan in the last year came about; nothing without a plan.

    Args:
        result: the run.
        years: its plan years.
        least: fewest employees of a group that is shown on a page beside tables; None of a page that stands alone.
    """
    heading = f"How the figures of {year_label(result.config.simulation, years[-1])} came about"
    if not result.config.plan.enabled:
        return PageSection("explained", heading, [])
    by, few = (GROUPS, LEAST) if least is None else (BESIDE_TABLES, least)
    found = [explain(result, name, years[-1], by=by) for name in ("deferral_cents", *EMPLOYER_MONEY, NET_COST)]
    content: list[Child] = []
    for each in found:
        if each.value:
            content += _figure(each, few)
    hidden = f"Groups of fewer than {few} employees, and groups that would reveal them, are hidden."
    return PageSection("explained", heading, [*content, *_example(found[-1]), note(hidden)])


def _figure(found: Explanation, least: int) -> Iterator[Child]:
    """Yield what a figure is, its parts by group, and its formula."""
    yield element("h3", f"{label(found.measure)}: {value_words(found.measure, found.value)}")
    yield note(f"{found.rule}.")
    for by, rows in found.parts.items():
        yield _parts(found, by, rows, least)
    own = found.formula[-1:] if found.measure == NET_COST else found.formula  # those of its sources stand above
    yield from (_passage(part) for part in own)


def _parts(found: Explanation, by: str, rows: pl.DataFrame, least: int) -> Element:
    """Return the parts by a way of grouping, without groups that hold too few."""
    names = [name for name, total in found.totals.items() if total]
    heading = ["Group", "Employees", *(capital(words(name)) for name in names)]
    kept = suppress_small(rows, count=EMPLOYEES, least=least, by=by).iter_rows(named=True)
    cells = [[row[by], *([AWAY] * (len(names) + 1) if row[HIDDEN] else _cells(row, names))] for row in kept]
    title = f"{label(found.measure)} by {TITLES.get(by, by)}"
    return listing(title, heading, cells)


def _cells(row: dict[str, int], names: Sequence[str]) -> list[str]:
    return [f"{row[EMPLOYEES]:,}", *(whole_dollars(row[name]) for name in names)]


def _example(found: Explanation) -> Iterator[Child]:
    """Yield the calculation of the constructed employee."""
    if found.example is not None:
        yield element("h3", "One employee, worked out")
        yield note(f"{capital(found.example.name)}.")
        yield from (_passage(part) for part in found.example.passages)


def _passage(part: Passage) -> Element:
    """Return a part of a calculation as a table."""
    return listing(part.title, ["Step", "How", "Amount"], [list(step) for step in part.steps], left=2)

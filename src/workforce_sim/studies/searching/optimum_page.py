"""The page of a search: the best design, all designs, what levers do, and what the answer depends on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from workforce_sim.config.keys import about
from workforce_sim.dates import period_label
from workforce_sim.display.card import CardTable
from workforce_sim.display.markup.elements import Child, Element, element
from workforce_sim.reporting.pages.parts import (
    FOOTER,
    KeyFigure,
    PageSection,
    document,
    key,
    listing,
    note,
    prose,
    sentences,
)
from workforce_sim.wording import counted, value_text

if TYPE_CHECKING:
    from workforce_sim.studies.searching.optimum import Optimum

HOW = (
    "All designs have the same random draws. A design that is surely worse, or surely breaks a bound, gets no more "
    "simulations, so designs differ in how many they have."
)
INDICES = (
    "By itself: the share of the variance that disappears, on average, once the value is known. In all: the share that "
    "is left when everything else is known. Both are estimates, with their standard errors."
)


def optimum_page(found: Optimum) -> bytes:
    """Return the page of a search, without a script."""
    designs, *others = found.tables
    levers, assumptions = (others[:1], others[1:]) if found.has_levers else ([], others)
    sections = [
        PageSection("best", "What the best design changes", _changes(found)),
        PageSection("designs", "All designs", [_listed(designs), note(HOW)]),
        PageSection("levers", "What the levers do", [*map(_listed, levers)]),
        PageSection("assumptions", "What the answer depends on", _assumptions(assumptions)),
        PageSection("notes", "Notes", [sentences(found.notes)] if found.notes else []),
        PageSection("made", "How this was made", [listing("", ["What", "Value"], [*_made(found)], text=True)]),
    ]
    kicker = f"Search of {counted(len(found.contenders), 'design')}, {_span(found)}"
    question = f"Which design has the {found.wanted}?"
    return document(kicker, question, found.answer, _cards(found), sections, FOOTER)


def _listed(found: CardTable) -> Element:
    return listing(found.caption, found.heading, [[*map(str, row)] for row in found.rows], left=found.left)


def _assumptions(tables: list[CardTable]) -> list[Child]:
    return [*map(_listed, tables), note(INDICES)] if tables else []


def _changes(found: Optimum) -> list[Child]:
    if found.best is None:
        return []
    rows = [[key(name), prose(about(name)), value_text(value)] for name, value in found.best.changes.items()]
    return [listing("", ["Key", "What it is", "Value"], rows, text=True)] if rows else [element("p", "Nothing.")]


def _cards(found: Optimum) -> Iterator[KeyFigure]:
    if found.best is not None:
        yield from (KeyFigure(what, value, "of the best design") for what, value in found.best_figures)


def _span(found: Optimum) -> str:
    simulation = found.base.simulation
    return period_label(simulation, simulation.years)


def _made(found: Optimum) -> Iterator[tuple[str, str]]:
    yield "Years", _span(found)
    yield "Random seed", str(found.base.random_seed)
    yield "Goals", "; ".join(goal.name for goal in found.goals)
    yield "Bounds", "; ".join(bound.text for bound in found.bounds) or "none"
    yield "Simulations", f"{sum(each.count for each in found.contenders):,} of all designs together"

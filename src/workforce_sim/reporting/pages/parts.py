"""The parts that all pages share: the head with question and answer, sections, figures with their tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from workforce_sim.display.markup.elements import Child, Element, element, table
from workforce_sim.display.markup.page import page

FOOTER = "Simulated figures. They depend on the assumptions above. Made with workforce_sim."


class PageSection(NamedTuple):
    """A section of a page: the name of its link, its heading, what it holds."""

    anchor: str
    heading: str
    content: Sequence[Child]


class KeyFigure(NamedTuple):
    """A key figure: what it is, the figure, what to know of it."""

    about: str
    figure: str
    more: str = ""


def document(
    kicker: str, question: str, answer: Child, cards: Iterable[KeyFigure], sections: Iterable[PageSection], footer: str
) -> bytes:
    """Return a whole page.

    Args:
        kicker: what kind of result it is, of which years and how many simulations.
        question: in one sentence; also the title of the file.
        answer: in one paragraph.
        cards: key figures.
        sections: in their order; each has a link at the top.
        footer: the last line.
    """
    found = [each for each in sections if each.content]
    head = element(
        "header",
        element("p", kicker, class_="kicker"),
        element("h1", question),
        element("p", answer, class_="answer"),
        element("ul", map(_card, cards), class_="cards"),
        element("nav", (element("a", each.heading, href=f"#{each.anchor}") for each in found), aria_label="Sections"),
    )
    return page(question, head, element("main", map(_section, found)), element("footer", footer))


def _card(card: KeyFigure) -> Element:
    more = element("span", card.more) if card.more else None
    return element("li", element("span", card.about), element("b", card.figure), more)


def _section(found: PageSection) -> Element:
    return element("section", element("h2", found.heading), found.content, id=found.anchor)


def figure(
    caption: str,
    chart: Element,
    heading: Sequence[str] = (),
    rows: Iterable[Sequence[Child]] = (),
    *,
    note: str = "",
) -> Element:
    """Return a picture with its caption, and its figures as a table unless one beside it has them."""
    below = element("small", note) if note else None
    values = element("details", element("summary", "Show the figures"), wide(table(heading, rows))) if heading else None
    return element("figure", element("figcaption", caption, below), chart, values)


def figures(*found: Element | None) -> Element:
    """Return pictures side by side where there is room."""
    return element("div", found, class_="figures")


def listing(
    caption: str,
    heading: Sequence[str],
    rows: Iterable[Sequence[Child]],
    *,
    note: str = "",
    text: bool = False,
    left: int = 1,
) -> Element:
    """Return a table that can be sorted where scripts run; with ``text`` its cells are words, not figures."""
    below = element("small", note) if note else None
    kind = "sort text" if text else "sort"
    title = (caption, below) if caption or below is not None else None
    return wide(table(heading, list(rows), caption=title, left=len(heading) if text else left, class_=kind))


SHORT = 14
"""Rows of a table that is kept on one page of paper."""


def wide(found: Element) -> Element:
    """Return a table that can be pushed sideways on a narrow screen, by keyboard too."""
    short = len(found.findall("tbody/tr")) <= SHORT
    return element("div", found, class_="wide short" if short else "wide", tabindex=0, role="group")


def key(name: str) -> list[Child]:
    """Return a dotted key that may be broken after its dots and underscores."""
    parts = re.split(r"(?<=[._])(?=[a-z])", name)
    return [each for i, part in enumerate(parts) for each in ((element("wbr"), part) if i else (part,))]


def prose(text: str) -> list[Child]:
    """Return text in which what stands in backticks is set as code."""
    return [element("code", part) if i % 2 else part for i, part in enumerate(text.split("`"))]


def sentences(lines: Iterable[Child]) -> Element | None:
    """Return a list of sentences; nothing without any."""
    found = [element("li", each) for each in lines]
    return element("ul", found, class_="plain") if found else None


def note(*text: Child) -> Element:
    """Return a paragraph in small print."""
    return element("p", *text, class_="note")


def bold(text: str) -> Element:
    """Return text that stands out."""
    return element("b", text)


def joined(parts: Iterable[Child]) -> list[Child]:
    """Return parts of a paragraph with a space between them."""
    return [each for part in parts for each in (" ", part)][1:]

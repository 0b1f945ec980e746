"""A card as HTML for a notebook: it looks right on a light and a dark page, and needs no style sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workforce_sim.display.card import Card, CardTable, Cell, Trend, is_below
from workforce_sim.display.markup.charts.lines import sparkline
from workforce_sim.display.markup.elements import Element, element, fragment

_PADDED = "padding: 2px 8px"
_WORDS = f"{_PADDED}; text-align: left; vertical-align: top"
_NUMBER = f"{_PADDED}; text-align: right; vertical-align: top; white-space: nowrap"
_NUMBERED = f"{_PADDED}; text-align: right; vertical-align: bottom"
_BELOW = f"{_PADDED}; padding-left: 20px; text-align: left; font-weight: normal; white-space: nowrap"

_SHORT = 40
"""Most characters of a name on one line."""


def card_html(card: Card) -> str:
    """Return a card as HTML; names and notes in it are always text."""
    title = element("p", element("strong", card.title))
    tables = (table_html(table) for table in card.tables if table.rows)
    return fragment(element("div", title, tables, _notes(card)))


def _notes(card: Card) -> Element | None:
    if not card.notes:
        return None
    listed = element("ul", (element("li", note) for note in card.notes))
    return element("details", element("summary", f"Notes ({len(card.notes)})"), listed, open="open")


def table_html(table: CardTable) -> Element:
    """Return a table that a narrow page can move sideways."""
    caption = element("p", table.caption) if table.caption else None
    head = element("tr", (element("th", cell, style=_head(table, i)) for i, cell in enumerate(table.heading)))
    rows = (element("tr", _cells(table, row)) for row in table.rows)
    whole = element("table", element("thead", head), element("tbody", rows))
    return element("div", caption, whole, style="overflow-x: auto")


def _cells(table: CardTable, row: Sequence[Cell]) -> Iterator[Element]:
    for place, cell in enumerate(row):
        inner = sparkline(cell.values, f"Trend of {row[0]}") if isinstance(cell, Trend) else cell
        if place == 0 and table.left:
            yield element("th", inner, scope="row", style=_BELOW if is_below(row) else _side(table, place))
        else:
            yield element("td", inner, style=_side(table, place))


def _head(table: CardTable, place: int) -> str:
    return _NUMBERED if table.is_number(place) else _WORDS


def _side(table: CardTable, place: int) -> str:
    """Return the style of a column: numbers at the right, and names that are short on one line."""
    if table.is_number(place):
        return _NUMBER
    short = all(len(str(row[place])) <= _SHORT for row in table.rows)
    return f"{_WORDS}; white-space: nowrap" if short else _WORDS

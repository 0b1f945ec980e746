"""A page as a program reads it: headings, tables, paragraphs, and values as they are shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

EMPTY = frozenset({"meta", "wbr", "br", "input"})
UNITS = {"": 1.0, "K": 1e3, "M": 1e6, "B": 1e9}


@dataclass
class Table:
    """A table: the heading of its section, its caption, and its cells as text, the heading row first."""

    section: str
    caption: str = ""
    rows: list[list[str]] = field(default_factory=list)

    def column(self, name: str) -> dict[str, str]:
        """Return the cells below a heading, by the first cell of their row."""
        place = self.rows[0].index(name)
        return {row[0]: row[place] for row in self.rows[1:]}


class Page(HTMLParser):
    """What a page holds.

    Attributes:
        tags: every element that it has, with its attributes.
        tables: in their order.
        text: of each element, by tag.
    """

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.tables: list[Table] = []
        self.text: dict[str, list[str]] = {}
        self._open: list[tuple[str, int]] = []
        self.feed(content.decode())

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "table":
            self.tables.append(Table(self.text.get("h2", [""])[-1]))
        if tag == "tr":
            self.tables[-1].rows.append([])
        if tag not in EMPTY:
            self.text.setdefault(tag, []).append("")
            self._open.append((tag, len(self.text[tag]) - 1))

    def handle_endtag(self, tag):
        opened, place = self._open.pop()
        assert opened == tag
        if tag in ("td", "th"):
            self.tables[-1].rows[-1].append(self.text[tag][place])
        if tag == "caption":
            self.tables[-1].caption = self.text[tag][place]

    def handle_data(self, data):
        for tag, place in self._open:
            self.text[tag][place] += data

    def table(self, caption: str) -> Table:
        """Return the one table whose caption begins like this."""
        found = [table for table in self.tables if table.caption.startswith(caption)]
        assert len(found) == 1, [table.caption for table in self.tables]
        return found[0]

    def within(self, section: str) -> list[Table]:
        """Return the tables of a section."""
        return [table for table in self.tables if table.section == section]


def shown(text: str) -> tuple[float, float]:
    """Return the value of a text such as ``$7.44M`` or ``80.3%``, and how far from it the exact one may be."""
    found = re.fullmatch(r"([+-]?)\$?([\d,]+)(?:\.(\d+))?([KMB]?)(%?)( points)?", text)
    assert found is not None, text
    sign, whole, decimals, unit, percent, points = found.groups()
    scale = UNITS[unit] / (100 if percent or points else 1)
    value = float(f"{whole.replace(',', '')}.{decimals or 0}") * scale
    return (-value if sign == "-" else value), 0.5000001 * 10 ** -len(decimals or "") * scale


def agrees(text: str, exact: float) -> bool:
    """Return whether a text shows a value, to its last digit."""
    value, within = shown(text)
    return abs(value - exact) <= within

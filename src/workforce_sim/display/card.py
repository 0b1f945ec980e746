"""A card: title, tables and notes of a result, as plain data for text and HTML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from workforce_sim.display.sparkline import sparkline
from workforce_sim.wording import columns
from workforce_sim.wording.terminal import printable

WIDTH = 120
"""Most characters of a line of text; a wider table leaves columns out."""
MORE = "..."


@dataclass(frozen=True)
class Trend:
    """A cell that shows a row of numbers as a small line."""

    values: tuple[float | None, ...]

    def __str__(self) -> str:
        return sparkline(self.values)


Cell = str | Trend


@dataclass(frozen=True)
class CardTable:
    """A table of a card.

    Attributes:
        heading: of each column.
        rows: of cells.
        caption: what the table is about; none if the title says it.
        left: how many of the first columns are words; the others are numbers and end at one place.
    """

    heading: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    caption: str = ""
    left: int = 1

    def lines(self) -> Iterator[str]:
        """Yield the table as text, with a rule under its heading."""
        every = [[printable(str(cell)) for cell in row] for row in (self.heading, *self.rows)]
        places = self._places([max(map(len, column)) for column in zip(*every, strict=True)])
        rows = [[MORE if place is None else row[place] for place in places] for row in every]
        first, *others = columns(rows, right=[i for i, place in enumerate(places) if self.is_number(place)])
        if self.caption:
            yield printable(self.caption)
        yield from (first, "  ".join("-" * max(map(len, column)) for column in zip(*rows, strict=True)), *others)

    def is_number(self, place: int | None) -> bool:
        """Return whether a column holds numbers."""
        return place is None or (place >= self.left and not any(isinstance(row[place], Trend) for row in self.rows))

    def _places(self, widths: Sequence[int]) -> list[int | None]:
        """Return the columns that fit on a line; a gap replaces those in the middle if there are too many."""
        kept = list(range(len(widths)))
        while len(kept) > self.left + 3 and sum(widths[place] + 2 for place in kept) > WIDTH:
            del kept[(self.left + len(kept)) // 2]
        gap = next((i for i, place in enumerate(kept) if place != i), len(kept))
        return [*kept] if gap == len(kept) else [*kept[:gap], None, *kept[gap:]]


@dataclass(frozen=True)
class Card:
    """A result as it displays itself.

    Attributes:
        title: what it is, in a line.
        tables: its figures.
        notes: its notes.
    """

    title: str
    tables: tuple[CardTable, ...] = ()
    notes: tuple[str, ...] = ()

    def text(self) -> str:
        """Return the card as text, without control characters."""
        parts = ["\n".join(table.lines()) for table in self.tables if table.rows]
        notes = ["\n".join(["Notes", *(f"  {printable(note)}" for note in self.notes)])] if self.notes else []
        return "\n\n".join([printable(self.title), *parts, *notes])


def is_below(row: Sequence[Cell]) -> bool:
    """Return whether a row gives details of the one above it: its name is indented."""
    return isinstance(row[0], str) and row[0].startswith(" ")


def cells(rows: Iterable[Iterable[object]]) -> list[list[Cell]]:
    """Return rows of anything as rows of cells."""
    return [["" if value is None else str(value) for value in row] for row in rows]

"""Small cells of a table hidden one by one, with as few others as keep them from being found by subtraction.

Who reads the table may know its sums: what all groups of a column come to, what the parts of a row come to. A small
cell is kept when its value does not follow from the sums and from what is shown, and when the cells on each of its
lines whose values do not follow either hold the least number of people together. A cell of nobody hides no other. A
sum that is one small cell cannot be kept by hiding cells; it must not be told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

import numpy as np

Cell: TypeAlias = tuple[object, str]
"""A group, and a column."""


class TableLine(NamedTuple):
    """Cells that add up to another cell, or to a sum that may be known."""

    parts: Sequence[Cell]
    whole: Cell | None = None

    @property
    def cells(self) -> set[Cell]:
        """All that are on it."""
        return {*self.parts, *([] if self.whole is None else [self.whole])}


@dataclass(frozen=True)
class CellTable:
    """What is to be hidden in a table.

    Attributes:
        people: how many people stand behind each cell.
        lines: what adds up.
        secret: cells that must not be shown.
        least: the smallest number of people that may be told.
        spare: columns whose cells hide others before the rest do: they say least.
    """

    people: Mapping[Cell, int]
    lines: Sequence[TableLine]
    secret: Set[Cell]
    least: int
    spare: Set[str] = frozenset()

    @cached_property
    def hidden(self) -> set[Cell]:
        """The cells to hide: the secret ones, and others, spare and small ones first, that are needed to keep them."""
        hidden = set(self.secret)
        while True:
            helping = self._helping(hidden)
            more = next((cell for cell in self._others if cell in helping and cell not in hidden), None)
            if more is None:
                return self._without_needless(hidden)
            hidden.add(more)

    def _helping(self, hidden: set[Cell]) -> set[Cell]:
        """Return the cells of exposed lines, and those beside a hidden cell there whose value follows."""
        exposed = {cell for line in self._exposed(hidden) for cell in line.cells}
        told = self._told(hidden) & exposed
        return exposed | {cell for line in self._known if told & line.cells for cell in line.cells}

    def _without_needless(self, hidden: set[Cell]) -> set[Cell]:
        exposed = self._exposed(hidden)
        for cell in reversed(self._others):
            if cell in hidden and self._exposed(hidden - {cell}) == exposed:
                hidden = hidden - {cell}
        return hidden

    @cached_property
    def _others(self) -> list[Cell]:
        """Cells that may hide another: those of spare columns first, then those of the fewest people."""
        cells = (cell for cell, count in self.people.items() if count and cell not in self.secret)
        return sorted(cells, key=lambda cell: (cell[1] not in self.spare, self.people[cell]))

    @cached_property
    def _lost(self) -> set[Cell]:
        """Cells that follow from the sums alone, whatever is hidden."""
        return self._told({*self.secret, *self._others})

    def _exposed(self, hidden: set[Cell]) -> list[TableLine]:
        """Return the lines that hide too few people beside a secret, or from which one follows."""
        told = self._told(hidden) - self._lost
        telling = told if told & self.secret else set()
        return [line for line in self._known if telling & line.cells or self._too_few(line, hidden - told)]

    def _too_few(self, line: TableLine, hidden: set[Cell]) -> bool:
        """Return whether too few people are hidden on a line, by cells whose values do not follow."""
        found = self._people_on(line, hidden)
        if line.whole in hidden or not self.secret & found:
            return False
        return len(found) < 2 or sum(map(self.people.__getitem__, found)) < self.least

    def _people_on(self, line: TableLine, cells: set[Cell]) -> set[Cell]:
        return {cell for cell in line.parts if cell in cells and self.people[cell]}

    @cached_property
    def _known(self) -> list[TableLine]:
        """The lines but those whose sum is one secret cell."""
        return [line for line in self.lines if line.whole or not self._alone(self._people_on(line, {*line.parts}))]

    def _alone(self, cells: set[Cell]) -> bool:
        return len(cells) == 1 and cells <= self.secret

    def _told(self, hidden: set[Cell]) -> set[Cell]:
        """Return the hidden cells whose value follows."""
        return told([cell for cell in hidden if self.people[cell]], self._known)


def told(unknown: Sequence[Cell], lines: Sequence[TableLine]) -> set[Cell]:
    """Return the unknown cells whose value follows: the lines have no solution in which it is another."""
    if not unknown:
        return set()
    weights = [[(cell in line.parts) - (cell == line.whole) for cell in unknown] for line in lines]
    _, sizes, turned = np.linalg.svd(np.array(weights, dtype=float))
    free = np.abs(turned[np.count_nonzero(sizes > _NOTHING) :])
    return {cell for cell, ways in zip(unknown, free.T, strict=True) if not (ways > _NOTHING).any()}


_NOTHING = 1e-9

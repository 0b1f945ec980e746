"""What every result has: a line for logs, text for ``print``, a table for notebooks."""

from __future__ import annotations

from abc import abstractmethod

from workforce_sim.display.card import Card
from workforce_sim.display.html import card_html


class Displayed:
    """A result that shows itself.

    Its ``repr`` is a line fit for logs: no id, name or pay of an employee. ``print`` gives the text.
    """

    __slots__ = ()

    @abstractmethod
    def _card(self) -> Card:
        """Return what a notebook shows: a title, tables and notes."""

    def __str__(self) -> str:
        return self._card().text()

    def _repr_html_(self) -> str:
        return card_html(self._card())

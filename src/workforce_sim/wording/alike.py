"""Values that stand together: in one unit, with decimals enough to tell them apart. Imports nothing heavy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple


class Scale(NamedTuple):
    """How values that stand together are written: unit, usual and most decimals, signs around them."""

    unit: float
    places: int
    most: int
    after: str
    before: str = ""

    def text(self, value: float) -> str:
        """Return a value in the unit; an amount of nothing as ``$0``."""
        if not value and self.before:
            return f"{self.before}0"
        sign = "-" if value < 0 else ""
        return f"{sign}{self.before}{abs(value) / self.unit:,.{self.places}f}{self.after}"

    def telling_apart(self, values: Sequence[float]) -> Scale:
        """Return the scale with enough decimals to show two digits of the differences of some values."""
        apart = (max(values) - min(values)) / self.unit if values else 0.0
        needed = 1 - math.floor(math.log10(apart)) if apart > _NOTHING else 0
        return self._replace(places=max(self.places, min(needed, self.most)))

    def showing(self, values: Sequence[float]) -> Scale:
        """Return the scale with up to three decimals, so that the smallest of some values but 0 shows two digits."""
        least = min((abs(value) for value in values if value), default=self.unit) / self.unit
        needed = 1 - math.floor(math.log10(least))
        return self._replace(places=max(self.places, min(needed, self.most, _FINEST)))


_FINEST = 3
_NOTHING = 1e-12
WHOLE_DOLLARS = Scale(100, 0, 2, "", "$")
_DOLLARS = (
    (99_999_500_000, Scale(1e11, 2, 11, "B", "$")),
    (99_999_500, Scale(1e8, 2, 8, "M", "$")),
    (1e6, Scale(1e5, 2, 5, "K", "$")),
    (0, WHOLE_DOLLARS),
)
"""The amount in cents from which this unit is used: below it the next smaller one does not write 1,000.00 yet."""
_APART = 5
"""From so many times the smallest on, the largest amount gives the unit."""


def scale_of_dollars(cents: Sequence[float]) -> Scale:
    """Return the unit that leaves amounts a few digits: that of the smallest, unless the largest is far from it."""
    sizes = [abs(value) for value in cents] or [0.0]
    size = min(sizes) if min(sizes) * _APART > max(sizes) else max(sizes)
    return next(scale for least, scale in _DOLLARS if size >= least)

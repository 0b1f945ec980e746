"""A change divided among its drivers: the Shapley average over every order, in exact fractions.

Chapter: ``docs/model/explaining-change.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import factorial, floor

Worth = Callable[[Mapping[str, int]], Fraction]
"""The amount when each driver has its first (0) or second (1) value."""


def shapley(drivers: Sequence[str], worth: Worth) -> dict[str, Fraction]:
    """Return what each driver contributes to ``worth(all second) - worth(all first)``; the parts add up to it.

    A driver's part is the average effect of its own change over every order in which the drivers can change one after
    another. A driver without an effect, whatever the others are, has 0.
    """
    size = len(drivers)
    worths = [worth({name: mask >> place & 1 for place, name in enumerate(drivers)}) for mask in range(1 << size)]
    weights = [Fraction(factorial(n) * factorial(size - n - 1), factorial(size)) for n in range(size)]
    return {
        name: sum(
            (
                weights[mask.bit_count()] * (worths[mask | 1 << place] - worths[mask])
                for mask in range(1 << size)
                if not mask >> place & 1
            ),
            Fraction(0),
        )
        for place, name in enumerate(drivers)
    }


def rounded(parts: Mapping[str, Fraction], total: int) -> dict[str, int]:
    """Return parts in whole units that add up to the total: the largest remainders are rounded up, the first of equals.

    The parts must add up to the total themselves.
    """
    whole = {name: floor(part) for name, part in parts.items()}
    short = total - sum(whole.values())
    by_remainder = sorted(parts, key=lambda name: whole[name] - parts[name])
    return {name: amount + (name in by_remainder[:short]) for name, amount in whole.items()}

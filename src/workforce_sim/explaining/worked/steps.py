"""Steps of a calculation in words and amounts: what, how, and what it comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from workforce_sim.dates import date_of
from workforce_sim.money import PPM
from workforce_sim.wording import counted, dollars, percent

_DECIMALS = 6


class Step(NamedTuple):
    """A line of a calculation.

    Attributes:
        what: in words.
        how: the arithmetic, or the reason.
        amount: what it comes to.
    """

    what: str
    how: str = ""
    amount: str = ""


Reckoned = tuple[list[Step], int]
"""Steps of a calculation, and the cents that they come to."""


@dataclass(frozen=True, repr=False)
class Passage:
    """A part of a calculation.

    Attributes:
        title: what it works out.
        steps: its lines.
    """

    title: str
    steps: tuple[Step, ...]

    def __repr__(self) -> str:
        return f"<Passage: {self.title}, {counted(len(self.steps), 'step')}>"


def passage(title: str, steps: Sequence[Step]) -> Passage:
    """Return a part of a calculation from its lines."""
    return Passage(title, tuple(steps))


def exact(cents: int | Fraction, per: int = 1) -> str:
    """Return dollars with as many decimals as they have, at least 2 and at most 6: ``$2,699.3532``.

    Args:
        cents: the amount in units of ``1 / per`` cents.
        per: how many of them make a cent.
    """
    value = Fraction(cents) / (100 * per)
    rounded = Decimal(round(value * 10**_DECIMALS)).scaleb(-_DECIMALS)
    whole, _, decimals = f"{abs(rounded):,.{_DECIMALS}f}".partition(".")
    return f"{'-' if rounded < 0 else ''}${whole}.{decimals.rstrip('0').ljust(2, '0')}"


def ppm(rate: int) -> str:
    """Return a rate in millionths as percent."""
    return percent(Decimal(int(rate)) / PPM)


def span(first: int, last: int) -> str:
    """Return days of one year in words: ``January 1 to February 19``."""
    return f"{day(first)} to {day(last)}" if last != first else day(first)


def day(number: int) -> str:
    """Return a day of the year in words: ``February 19``."""
    date = date_of(number)
    return f"{date:%B} {date.day}"


def smaller_of(what: str, amounts: Sequence[int]) -> Step:
    """Return the step that takes the smallest of some amounts."""
    listed = ", ".join(dollars(int(amount)) for amount in amounts)
    return Step(what, f"the smaller of {listed}", dollars(int(min(amounts))))

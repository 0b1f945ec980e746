"""Measures of ensembles for people: the name of a measure, its values, and their differences."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from workforce_sim.wording import columns, number, signed
from workforce_sim.wording.measures import is_share

SHOWN = {
    "headcount_closing": "closing headcount",
    "payroll_cents": "payroll",
    "participation_rate": "participation, eligible",
    "participation_rate_all": "participation, all",
    "average_deferral_rate": "average deferral rate",
    "deferral_cents": "deferrals",
    "match_cents": "match",
    "nonelective_cents": "nonelective",
    "profit_sharing_cents": "profit sharing",
    "discretionary_match_cents": "discretionary match",
    "net_employer_cost_cents": "net employer cost",
    "employer_cost_share_of_payroll": "cost, share of payroll",
}
"""Measures that tables for people show, and their names there."""

IN_SHORT = (
    "headcount_closing",
    "payroll_cents",
    "participation_rate",
    "participation_rate_all",
    "match_cents",
    "net_employer_cost_cents",
)

NONE = "-"


class Scale(NamedTuple):
    """How the values of a row are shown: unit, default and most decimals, signs around them."""

    unit: float
    places: int
    most: int
    after: str
    before: str = ""


_DOLLARS = (
    (1e11, Scale(1e11, 2, 11, "B", "$")),
    (1e8, Scale(1e8, 2, 8, "M", "$")),
    (1e6, Scale(1e5, 2, 5, "K", "$")),
    (0, Scale(100, 0, 2, "", "$")),
)
"""The amount in cents from which this unit is used."""
_SHARE, _POINTS, _COUNT = Scale(0.01, 2, 6, "%"), Scale(0.01, 2, 6, " pt"), Scale(1, 1, 6, "")
_HEADS = _COUNT._replace(places=0)
_APART = 5
"""From so many times the smallest on, the largest value of a row gives the unit."""


def values(measure: str, found: Sequence[float | None]) -> list[str]:
    """Return values of a measure to stand side by side: amounts in dollars, shares in percent, or counts.

    They have one unit, and enough digits to show two digits of their differences.
    """
    scale = _scale(measure, found, _SHARE)
    return [NONE if value is None else _text(value, scale) for value in found]


def gaps(measure: str, found: Sequence[float | None]) -> list[str]:
    """Return differences of a measure that stand side by side, with their signs; of shares in percentage points."""
    scale = _scale(measure, found, _POINTS)
    return [NONE if gap is None else signed(gap, _text(abs(gap), scale)) for gap in found]


def value(measure: str, found: float | None) -> str:
    """Return one value of a measure."""
    return values(measure, [found])[0]


def gap(measure: str, found: float | None) -> str:
    """Return one difference of a measure."""
    return gaps(measure, [found])[0]


def _scale(measure: str, found: Sequence[float | None], of_shares: Scale) -> Scale:
    there = [value for value in found if value is not None]
    of_counts = _HEADS if all(value == round(value) for value in there) else _COUNT
    of_numbers = of_shares if is_share(measure) else of_counts
    scale = _dollars(there) if measure.endswith("_cents") else of_numbers
    apart = (max(there) - min(there)) / scale.unit if there else 0.0
    needed = 1 - math.floor(math.log10(apart)) if apart > _NOTHING else 0
    return scale if scale is _HEADS else scale._replace(places=max(scale.places, min(needed, scale.most)))


_NOTHING = 1e-12


def _dollars(cents: Sequence[float]) -> Scale:
    """Return the unit that leaves amounts a few digits: that of the smallest, unless the largest is far from it."""
    sizes = [abs(value) for value in cents] or [0.0]
    size = min(sizes) if min(sizes) * _APART > max(sizes) else max(sizes)
    return next(scale for least, scale in _DOLLARS if size >= least)


def _text(value: float, scale: Scale) -> str:
    if not value and scale.before:
        return f"{scale.before}0"
    sign = "-" if value < 0 else ""
    return f"{sign}{scale.before}{abs(value) / scale.unit:,.{scale.places}f}{scale.after}"


def error(measure: str, found: float | None) -> str:
    """Return a standard error of a measure, to two digits."""
    if found is None:
        return NONE
    if measure.endswith("_cents"):
        return amount(found)
    return two_digits(100 * found) if is_share(measure) else two_digits(found)


def swept(cell: str | float) -> str:
    """Return a value of a swept key."""
    return cell if isinstance(cell, str) else number(cell)


def amount(cents: float) -> str:
    """Return an amount in dollars, in the unit that leaves it a few digits."""
    return value("_cents", cents)


def two_digits(found: float) -> str:
    """Return a number with two significant digits."""
    if not found:
        return "0"
    return f"{found:,.{max(0, 1 - math.floor(math.log10(abs(found))))}f}"


def table(heading: Sequence[str], rows: Iterable[Sequence[str]], *, left: int = 1) -> list[str]:
    """Return lines of a table with a rule under its heading; the first ``left`` columns begin at one place."""
    found = [heading, *rows]
    lines = columns(found, right=range(left, len(heading)))
    widths = [max(map(len, column)) for column in zip(*found, strict=True)]
    return [lines[0], "  ".join("-" * width for width in widths), *lines[1:]]

"""Measures of ensembles for people: the name of a measure, its values, and their differences."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from workforce_sim.wording import columns, number, signed
from workforce_sim.wording.alike import Scale, scale_of_dollars
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


_SHARE, _POINTS, _COUNT = Scale(0.01, 2, 6, "%"), Scale(0.01, 2, 6, " pt"), Scale(1, 1, 6, "")
_HEADS = _COUNT._replace(places=0)


def values(measure: str, found: Sequence[float | None]) -> list[str]:
    """Return values of a measure to stand side by side: amounts in dollars, shares in percent, or counts.

    They have one unit, and enough digits to show two digits of their differences.
    """
    scale = _scale(measure, found, _SHARE)
    return [NONE if value is None else scale.text(value) for value in found]


def gaps(measure: str, found: Sequence[float | None]) -> list[str]:
    """Return differences of a measure that stand side by side, with their signs; of shares in percentage points."""
    scale = _scale(measure, found, _POINTS)
    return [NONE if gap is None else signed(gap, scale.text(abs(gap))) for gap in found]


def value(measure: str, found: float | None) -> str:
    """Return one value of a measure."""
    return values(measure, [found])[0]


def gap(measure: str, found: float | None) -> str:
    """Return one difference of a measure."""
    return gaps(measure, [found])[0]


def _scale(measure: str, found: Sequence[float | None], of_shares: Scale) -> Scale:
    there = [value for value in found if value is not None]
    if measure.endswith("_cents"):
        return scale_of_dollars(there).telling_apart(there)
    if not is_share(measure) and all(value == round(value) for value in there):
        return _HEADS
    return (of_shares if is_share(measure) else _COUNT).telling_apart(there)


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

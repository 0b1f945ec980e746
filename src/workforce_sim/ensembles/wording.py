"""Measures of ensembles as people read them: what a measure is called, its values, and differences of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from workforce_sim.wording import columns

SHOWN = {
    "headcount_closing": "closing staff",
    "payroll_cents": "payroll $",
    "participation_rate": "participation",
    "average_deferral_rate": "average deferral",
    "deferral_cents": "deferrals $",
    "match_cents": "match $",
    "nonelective_cents": "nonelective $",
    "net_employer_cost_cents": "net cost $",
    "employer_cost_share_of_payroll": "net cost of pay",
}
"""Measures that tables for people show, and their names there."""

IN_SHORT = ("headcount_closing", "payroll_cents", "participation_rate", "match_cents", "net_employer_cost_cents")

_UNITS = ((1e11, 1e9, " bn"), (1e8, 1e6, " m"), (1e6, 1e3, " k"))
"""From so many cents on an amount is shown in this unit: so many dollars, and its sign."""

NONE = "-"


def value(measure: str, found: float | None) -> str:
    """Return a value of a measure: an amount in dollars, a share in percent, or a count."""
    if found is None:
        return NONE
    if measure.endswith("_cents"):
        return amount(found)
    return f"{100 * found:.2f} %" if is_share(measure) else f"{found:,.1f}"


def gap(measure: str, found: float | None) -> str:
    """Return a difference of a measure with its sign; of shares in percentage points."""
    if found is None:
        return NONE
    text = f"{100 * abs(found):.2f} pt" if is_share(measure) else value(measure, abs(found))
    nothing = not any(digit in text for digit in "123456789")
    return text if nothing else f"{'-' if found < 0 else '+'}{text}"


def error(measure: str, found: float | None) -> str:
    """Return a standard error of a measure, to two digits."""
    if found is None:
        return NONE
    if measure.endswith("_cents"):
        return amount(found)
    return two_digits(100 * found) if is_share(measure) else two_digits(found)


def is_share(measure: str) -> bool:
    """Return whether a measure is a share of one."""
    return "rate" in measure or "share" in measure or "growth" in measure


def amount(cents: float) -> str:
    """Return an amount in dollars, in the unit that leaves it a few digits."""
    for least, unit, sign in _UNITS:
        if abs(cents) >= least:
            return f"{cents / 100 / unit:,.2f}{sign}"
    return f"{cents / 100:,.0f}"


def two_digits(found: float) -> str:
    """Return a number with two digits that count."""
    if not found:
        return "0"
    return f"{found:,.{max(0, 1 - math.floor(math.log10(abs(found))))}f}"


def table(heading: Sequence[str], rows: Iterable[Sequence[str]], *, left: int = 1) -> list[str]:
    """Return lines of a table with a rule under its heading; the first ``left`` columns begin at one place."""
    found = [heading, *rows]
    lines = columns(found, right=range(left, len(heading)))
    widths = [max(map(len, column)) for column in zip(*found, strict=True)]
    return [lines[0], "  ".join("-" * width for width in widths), *lines[1:]]

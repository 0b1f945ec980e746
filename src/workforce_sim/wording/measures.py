"""Measures of the summary as people read them: what each is called, and its values with their unit."""

from __future__ import annotations

from workforce_sim.tables import SUMMARY
from workforce_sim.tables.declared import Measure
from workforce_sim.wording import percent, short_dollars

_MEASURES = {column.name: column for column in SUMMARY if isinstance(column, Measure)}


def label(measure: str) -> str:
    """Return what people read for a measure; of an event of one's own, its name in words."""
    known = _MEASURES.get(measure)
    return known.label if known and known.label else measure.removesuffix("_cents").replace("_", " ").capitalize()


def shown(measure: str, value: float | None) -> str:
    """Return a value with its unit: ``$62.7M``, ``80.3%``, ``10,000``; ``-`` where there is none.

    Args:
        measure: name of the measure; one of an event of one's own is money when it ends in ``_cents``.
        value: in the unit of the measure: cents, a fraction of one, or a count. A mean may have a fraction of a cent.
    """
    if value is None:
        return "-"
    if measure.endswith("_cents"):
        return short_dollars(value)
    if is_share(measure):
        return percent(value, 1)
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def moved(measure: str, difference: float | None) -> str:
    """Return a difference with its sign and unit: ``+$181K``, ``-2.50 points`` of a percentage, ``+12``."""
    if difference is None:
        return "-"
    sign = "-" if difference < 0 else "+" if difference else ""
    if is_share(measure):
        return f"{sign}{abs(100 * difference):.2f} points"
    return f"{sign}{shown(measure, abs(difference))}"


def is_share(measure: str) -> bool:
    """Return whether a measure is a share of one."""
    known = _MEASURES.get(measure)
    return known is not None and known.unit == "fraction"

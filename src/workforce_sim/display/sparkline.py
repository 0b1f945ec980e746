"""A row of numbers as a small line: of five heights in text."""

from __future__ import annotations

from collections.abc import Sequence

BARS = "▁▂▃▅▇"
GAP = " "

Values = Sequence[float | None]


def sparkline(values: Values) -> str:
    """Return a bar for each value, the lowest and the highest at the ends of the scale; a gap where there is none."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    low, span = min(known), max(known) - min(known)
    return "".join(GAP if value is None else _bar(value, low, span) for value in values)


def _bar(value: float, low: float, span: float) -> str:
    if not span:
        return BARS[len(BARS) // 2]
    return BARS[min(int((value - low) / span * len(BARS)), len(BARS) - 1)]

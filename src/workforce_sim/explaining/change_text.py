"""A change for people: a waterfall on a terminal, a table in a notebook, a chart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from workforce_sim.display.card import Card, CardTable, Cell
from workforce_sim.display.markup.charts.rows import WaterfallStep, waterfall
from workforce_sim.display.picture import Picture
from workforce_sim.wording import columns, whole_dollars
from workforce_sim.wording.measures import label

if TYPE_CHECKING:
    from workforce_sim.explaining.change import MeasureChange

WIDTH = 40
"""Characters of the longest bar."""


def readable(found: MeasureChange) -> str:
    """Return the change as a heading and a waterfall: from the first value, driver by driver, to the second."""
    return "\n".join([heading(found), "", *_waterfall(found)])


def change_card(found: MeasureChange) -> Card:
    """Return the change as a notebook shows it."""
    return Card(heading(found), (_table(found),))


def change_plot(found: MeasureChange) -> Picture:
    """Return the change as a waterfall."""
    ends = [
        WaterfallStep(name, value, total=True)
        for name, value in zip(found.names, (found.first, found.second), strict=True)
    ]
    steps = [ends[0], *(WaterfallStep(name, amount) for name, amount in found.steps), ends[1]]
    drawn = waterfall(heading(found), steps, lambda value: _value(found, value), lambda value: _moved(found, value))
    return Picture(heading(found), "", drawn, _table(found))


def _table(found: MeasureChange) -> CardTable:
    rows: list[list[Cell]] = [[found.names[0], _value(found, found.first)]]
    rows += [[f"  {name}", _moved(found, amount)] for name, amount in found.steps]
    return CardTable(("", label(found.measure)), [*rows, [found.names[1], _value(found, found.second)]])


def heading(found: MeasureChange) -> str:
    """Return the change in a sentence."""
    before, after = (_value(found, value) for value in (found.first, found.second))
    if not found.change:
        return f"{label(found.measure)}, {found.names[0]} to {found.names[1]}: {before}, no change"
    moved = f"{_moved(found, found.change)}{_relative(found)}"
    return f"{label(found.measure)}, {found.names[0]} to {found.names[1]}: {before} to {after}, {moved}"


def _relative(found: MeasureChange) -> str:
    """Return the change in percent of the first value, except for a percentage, and amounts of unequal months."""
    apart = found.measure.endswith("_cents") and not found.comparable
    if not found.first or found.measure.endswith("rate") or apart:
        return ""
    return f" ({100 * found.change / found.first:+.1f}%)"


def _waterfall(found: MeasureChange) -> Iterator[str]:
    steps = found.steps
    levels = list(accumulate([found.first, *(amount for _, amount in steps)]))
    low, high = _span(levels)
    ends = (found.first, found.second)
    rows = [
        (found.names[0], _value(found, ends[0]), _bar(low, ends[0], low, high, "=")),
        *(
            (f"  {name}", _moved(found, amount), _step(before, after, low, high))
            for (name, amount), before, after in zip(steps, levels, levels[1:], strict=False)
        ),
        (found.names[1], _value(found, ends[1]), _bar(low, ends[1], low, high, "=")),
    ]
    yield from columns(rows, right=[1])
    if low > 0:
        yield f"(bars start at {_value(found, low)})"


def _span(levels: Sequence[float]) -> tuple[float, float]:
    """Return the lowest and highest value of the picture; it starts at 0 where the changes are large enough to see."""
    low, high = min(0, *levels), max(0, *levels)
    apart = max(levels) - min(levels)
    return (min(levels) - apart / 4, high) if low == 0 and 0 < apart < high / 4 else (low, high)


def _step(before: float, after: float, low: float, high: float) -> str:
    return _bar(min(before, after), max(before, after), low, high, "+" if after > before else "-")


def _bar(start: float, end: float, low: float, high: float, mark: str) -> str:
    """Return a bar from one value to another, at least one character long."""
    scale = WIDTH / (high - low) if high > low else 0
    begin, stop = round((start - low) * scale), round((end - low) * scale)
    return " " * min(begin, WIDTH - 1) + mark * max(stop - begin, 1)


def _value(found: MeasureChange, value: float) -> str:
    if found.measure.endswith("_cents"):
        return whole_dollars(value)
    return f"{100 * value:.1f}%" if found.measure.endswith("rate") else f"{value:,.0f}"


def _moved(found: MeasureChange, amount: float) -> str:
    if found.measure.endswith("rate"):
        return f"{100 * amount:+.2f} pt"
    text = _value(found, abs(amount))
    return f"{'-' if amount < 0 else '+'}{text}"

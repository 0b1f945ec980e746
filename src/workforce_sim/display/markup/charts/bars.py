"""Upright bars: groups of bars side by side with ranges, and a distribution."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workforce_sim.display.markup.charts.canvas import (
    COLOURS,
    INK,
    LOOKS,
    PAPER,
    Form,
    Plot,
    bar,
    depth,
    line,
    look,
    picture,
    swatches,
    text_width,
    upright,
    words,
)
from workforce_sim.display.markup.elements import Element


@dataclass(frozen=True)
class Bars:
    """A series: a value for each group, or None, and the low and high end of its range if known."""

    name: str
    values: Sequence[float | None]
    ranges: Sequence[tuple[float, float] | None] = ()

    def every(self) -> Iterator[float]:
        """Yield every value that must be in the chart."""
        yield from (value for value in self.values if value is not None)
        yield from (end for ends in self.ranges if ends is not None for end in ends)


def bar_chart(title: str, groups: Sequence[str], series: Sequence[Bars], form: Form) -> Element:
    """Return bars from zero, side by side in groups, with whiskers if ranges are given.

    Args:
        title: what is shown.
        groups: names below the axis.
        series: the bars of each group.
        form: writes a value.
    """
    every = [0.0, *(value for each in series for value in each.every())]
    head, top = swatches([each.name for each in series], COLOURS)
    bottom = top + 176
    plot, axes = upright(min(every), max(every), groups, form, top + 8, bottom)
    drawn = [list(_series(plot, each, i, len(series), groups, form)) for i, each in enumerate(series)]
    above = list(_above(plot, series, form)) if _fits(plot, series, form) else None
    return picture(title, _about(groups, series, form), bottom + depth(groups), head, axes, drawn, above)


def _fits(plot: Plot, series: Sequence[Bars], form: Form) -> bool:
    """Return whether every value has room above its bar, and no whisker is there."""
    room = plot.step if len(series) == 1 else _width(plot, len(series))
    texts = (form(value) for each in series for value in each.values if value is not None)
    return not any(end for each in series for end in each.ranges) and all(text_width(text) <= room for text in texts)


def _above(plot: Plot, series: Sequence[Bars], form: Form) -> Iterator[Element]:
    for place, each in enumerate(series):
        for i, value in enumerate(each.values):
            if value is not None:
                x = _left(plot, i, place, len(series)) + _width(plot, len(series)) / 2
                yield words(x, min(plot.up(value), plot.up(0)) - 4, form(value), "middle")


def _about(groups: Sequence[str], series: Sequence[Bars], form: Form) -> str:
    told = []
    for each in series:
        cells = zip(groups, each.values, strict=True)
        told.append(f"{each.name}: " + ", ".join(f"{g} {form(v)}" for g, v in cells if v is not None))
    return "; ".join(told) + "."


def _series(plot: Plot, each: Bars, place: int, of: int, groups: Sequence[str], form: Form) -> Iterator[Element]:
    width = _width(plot, of)
    for i, value in enumerate(each.values):
        if value is None:
            continue
        x = _left(plot, i, place, of)
        high, low = sorted((plot.up(value), plot.up(0)))
        tip = f"{each.name}, {groups[i]}: {form(value)}"
        yield bar(x + 0.5, high, width - 1, low - high, look(place).colour, tip)
        ends = each.ranges[i] if each.ranges else None
        if ends is not None:
            yield from _whisker(plot, x + width / 2, ends)


def _width(plot: Plot, of: int) -> float:
    return min(plot.step * 0.82 / of, 46.0)


def _left(plot: Plot, group: int, place: int, of: int) -> float:
    return plot.x(group) + (place - of / 2) * _width(plot, of)


def _whisker(plot: Plot, x: float, ends: tuple[float, float]) -> Iterator[Element]:
    low, high = (plot.up(end) for end in ends)
    for colour, thick in ((PAPER, 3.4), (INK, 1.4)):  # light below dark, so that it stands out on a dark bar
        yield line(x, low, x, high, colour, stroke_width=thick)
        yield from (line(x - 3, y, x + 3, y, colour, stroke_width=thick) for y in (low, high))


def distribution(title: str, names: Sequence[str], counts: Sequence[float], form: Form) -> Element:
    """Return a distribution: a bar for each class, side by side.

    Args:
        title: what is shown.
        names: of the classes, in order.
        counts: how many, or what share, each has.
        form: writes a count.
    """
    plot, axes = upright(0.0, max([*counts, 1e-9]), names, form, 14, 184)
    bars = [
        bar(plot.x(i) - plot.step / 2 + 0.5, plot.up(v), plot.step - 1, plot.up(0) - plot.up(v), LOOKS[0].colour, tip)
        for i, v in enumerate(counts)
        for tip in [f"{names[i]}: {form(v)}"]
    ]
    about = ", ".join(f"{name}: {form(v)}" for name, v in zip(names, counts, strict=True))
    return picture(title, f"{about}.", 208, axes, bars)

"""Lines over years with bands around them: a fan chart is one line with several bands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workforce_sim.display.markup.charts.canvas import (
    PAPER,
    Form,
    Plot,
    depth,
    legend,
    look,
    marker,
    picture,
    points,
    upright,
)
from workforce_sim.display.markup.elements import Element, element

Values = Sequence[float | None]


@dataclass(frozen=True)
class ChartLine:
    """A series: a value or None for each name below the axis, and bands of low and high values."""

    name: str
    values: Values
    bands: Sequence[tuple[Values, Values]] = ()

    def every(self) -> Iterator[float]:
        """Yield every value that must be in the chart."""
        rows = [self.values, *(side for band in self.bands for side in band)]
        yield from (value for row in rows for value in row if value is not None)


def line_chart(title: str, names: Sequence[str], lines: Sequence[ChartLine], form: Form) -> Element:
    """Return lines with their bands, over the names below the axis.

    Args:
        title: what is shown.
        names: years, or other names below the axis.
        lines: the series; bands first wide, then narrow.
        form: writes a value.
    """
    every = [value for each in lines for value in each.every()] or [0.0]
    head, top = legend([each.name for each in lines])
    bottom = top + 170
    plot, axes = upright(min(every), max(every), names, form, top, bottom)
    drawn = [_bands(plot, each, i) for i, each in enumerate(lines)]
    drawn += [list(_line(plot, each, i, names, form)) for i, each in enumerate(lines)]
    return picture(title, _about(names, lines, form), bottom + depth(names), head, axes, drawn)


def _about(names: Sequence[str], lines: Sequence[ChartLine], form: Form) -> str:
    """Return first and last value of each line in words."""
    told = []
    for each in lines:
        known = [(name, value) for name, value in zip(names, each.values, strict=True) if value is not None]
        if known:
            told.append(f"{each.name}: {form(known[0][1])} in {known[0][0]}, {form(known[-1][1])} in {known[-1][0]}")
    return "; ".join(told) + "." if told else "No values."


def _bands(plot: Plot, each: ChartLine, place: int) -> list[Element]:
    shade = look(place).colour
    areas = (_area(plot, low, high) for low, high in each.bands)
    return [element("polygon", points=area, fill=shade, fill_opacity=0.17) for area in areas if area]


def _area(plot: Plot, low: Values, high: Values) -> str:
    known = [(i, a, b) for i, (a, b) in enumerate(zip(low, high, strict=True)) if a is not None and b is not None]
    there = [(plot.x(i), plot.up(a)) for i, a, _ in known]
    back = [(plot.x(i), plot.up(b)) for i, _, b in reversed(known)]
    return points([*there, *back]) if len(known) > 1 else ""


def _line(plot: Plot, each: ChartLine, place: int, names: Sequence[str], form: Form) -> Iterator[Element]:
    style = look(place)
    for run in _unbroken(each.values):
        at = points((plot.x(i), plot.up(value)) for i, value in run)
        shape = {"fill": "none", "stroke": style.colour, "stroke_width": 2.2, "stroke_dasharray": style.dash}
        yield element("polyline", points=at, **shape)
        for i, value in run:
            yield marker(plot.x(i), plot.up(value), style, f"{each.name}, {names[i]}: {form(value)}")


def _unbroken(values: Values) -> list[list[tuple[int, float]]]:
    """Return the values in pieces between missing ones."""
    pieces: list[list[tuple[int, float]]] = [[]]
    for i, value in enumerate(values):
        if value is None:
            pieces.append([])
        else:
            pieces[-1].append((i, value))
    return [piece for piece in pieces if piece]


def sparkline(values: Values, title: str) -> Element:
    """Return a small line without axes, to stand within text."""
    known = [value for value in values if value is not None] or [0.0]
    low, span = min(known), (max(known) - min(known)) or 1.0
    step = 78 / max(len(values) - 1, 1)
    at = [(1 + i * step, 17 - 14 * (v - low) / span) for i, v in enumerate(values) if v is not None]
    return element(
        "svg",
        element("title", title),
        element("polyline", points=points(at), fill="none", stroke=look(0).colour, stroke_width=1.6),
        element("circle", cx=at[-1][0], cy=at[-1][1], r=2, fill=look(0).colour, stroke=PAPER) if at else None,
        viewBox="0 0 80 20",
        width=80,
        height=20,
        role="img",
    )

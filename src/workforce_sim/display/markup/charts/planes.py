"""Charts of two dimensions: a heat map over a grid, and points with a line through the best."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from workforce_sim.display.markup.charts.canvas import (
    LOSS,
    QUIET,
    RULE,
    WIDTH,
    AxisScale,
    Form,
    axis,
    bar,
    below_scale,
    fitted,
    line,
    look,
    marker,
    picture,
    points,
    readable_on,
    text_width,
    words,
    written,
)
from workforce_sim.display.markup.elements import Element, element

_PALE, _DEEP = (234, 242, 249), (13, 59, 102)


def heat_map(
    title: str,
    across: tuple[str, Sequence[str]],
    down: tuple[str, Sequence[str]],
    values: Sequence[Sequence[float | None]],
    form: Form,
) -> Element:
    """Return a grid of cells, darker for larger values.

    Args:
        title: what is shown.
        across: what changes from column to column, and its values.
        down: the same from row to row.
        values: a row of cells for each value of ``down``; None is left white.
        form: writes a value.
    """
    known = [value for row in values for value in row if value is not None] or [0.0]
    left = min(max(map(text_width, down[1])) + 8, 120.0)
    wide, tall = (WIDTH - left) / len(across[1]), 30
    heads = [
        words(left + wide * (i + 0.5), 35, fitted(name, wide - 2), "middle", fill=QUIET)
        for i, name in enumerate(across[1])
    ]
    names = [
        words(left - 6, 45 + tall * (i + 0.5) + 4, fitted(name, left - 6), "end", fill=QUIET)
        for i, name in enumerate(down[1])
    ]
    cells: list[Element] = []
    for i, row in enumerate(values):
        for j, value in enumerate(row):
            if value is not None:
                where = f"{across[0]} {across[1][j]}, {down[0]} {down[1][i]}"
                cells += _cell(left + wide * j, 43 + tall * i, wide, tall, _part(value, known), form(value), where)
    axes = [
        words(0, 12, fitted(f"Across: {across[0]}", WIDTH)),
        words(0, 43 + tall * len(values) + 16, fitted(f"Down: {down[0]}", WIDTH)),
    ]
    about = f"From {form(min(known))} to {form(max(known))}; across {across[0]}, down {down[0]}."
    return picture(title, about, 43 + tall * len(values) + 24, axes, heads, names, cells)


def _part(value: float, known: Sequence[float]) -> float:
    return (value - min(known)) / ((max(known) - min(known)) or 1.0)


def _cell(x: float, y: float, wide: float, tall: float, part: float, text: str, where: str) -> Iterator[Element]:
    shade = "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in zip(_PALE, _DEEP, strict=True))
    yield bar(x, y, wide - 1, tall - 1, shade, f"{where}: {text}")
    if text_width(text) <= wide - 2:
        yield words(x + wide / 2, y + tall / 2 + 4, text, "middle", fill=readable_on(shade))


class Point(NamedTuple):
    """A choice by two measures; it is among the best if no other is better in both."""

    name: str
    x: float
    y: float
    best: bool


def scatter(title: str, axes: tuple[str, str], found: Sequence[Point], forms: tuple[Form, Form]) -> Element:
    """Return choices by two measures, with a line through the best, which are named.

    Args:
        title: what is shown.
        axes: the measure to the right, and the measure upwards.
        found: the choices.
        forms: writes a value of each axis.
    """
    x_ticks = axis(min(p.x for p in found), max(p.x for p in found), forms[0], 4)
    y_ticks = axis(min(p.y for p in found), max(p.y for p in found), forms[1])
    texts = written(y_ticks, forms[1])
    left = max(map(text_width, texts)) + 8
    across, up = AxisScale(x_ticks[0], x_ticks[-1], left + 6, WIDTH - 24), AxisScale(y_ticks[0], y_ticks[-1], 200, 34)
    grid = [line(left, up(v), WIDTH, up(v), RULE) for v in y_ticks]
    marks = [words(left - 6, up(v) + 4, text, "end", fill=QUIET) for v, text in zip(y_ticks, texts, strict=True)]
    marks += below_scale(x_ticks, across, 217, forms[0])
    named = [
        words(0, 12, fitted(f"Up: {axes[1]}", WIDTH)),
        words(WIDTH, 233, fitted(f"Right: {axes[0]}", WIDTH), "end"),
    ]
    best = sorted((p for p in found if p.best), key=lambda p: p.x)
    front = element(
        "polyline", points=points((across(p.x), up(p.y)) for p in best), fill="none", stroke=LOSS, stroke_width=2
    )
    drawn = [
        marker(across(p.x), up(p.y), look(int(p.best)), f"{p.name}: {forms[0](p.x)}, {forms[1](p.y)}") for p in found
    ]
    about = "Best choices: " + "; ".join(f"{p.name}, {forms[0](p.x)}, {forms[1](p.y)}" for p in best) + "."
    return picture(title, about, 238, grid, marks, named, front, drawn, list(_names(best, across, up)))


def _names(best: Sequence[Point], across: AxisScale, up: AxisScale) -> Iterator[Element]:
    """Yield the names of the best, except those too near to an earlier one."""
    taken: list[tuple[float, float, float]] = []
    for p in best:
        text = fitted(p.name, 150)
        x, y, wide = across(p.x), up(p.y) - 8, text_width(text)
        begin = min(max(x - wide / 2, across.start - 4), WIDTH - wide)
        if all(abs(y - other) > 14 or begin > end or begin + wide < start for start, end, other in taken):
            taken.append((begin, begin + wide, y))
            yield words(begin + wide / 2, y, text, "middle")

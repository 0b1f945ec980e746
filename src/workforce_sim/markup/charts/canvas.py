"""What all pictures share: the frame, text that fits, scales with round ticks, and the look of a series."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from workforce_sim.markup.elements import Child, Element, element

WIDTH = 360
FONT = 12
INK, QUIET, RULE, PAPER = "#1f2937", "#4b5563", "#d1d5db", "#ffffff"
FONTS = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

Form = Callable[[float], str]
"""Writes a value as people read it."""


@dataclass(frozen=True)
class Look:
    """How one series looks: colour, dash of its line, and marker."""

    colour: str
    dash: str | None
    marker: str


LOOKS = (
    Look("#1d4f7c", None, "disc"),
    Look("#c2500a", "7 3", "square"),
    Look("#0f766e", "2 2.5", "diamond"),
    Look("#7e3794", "9 3 2 3", "ring"),
    Look("#6b7280", "4 2", "triangle"),
    Look("#a3283d", "1 3", "disc"),
)
GAIN, LOSS, TOTAL = "#0f766e", "#c2500a", "#1d4f7c"


def look(place: int) -> Look:
    """Return the look of a series by its place."""
    return LOOKS[place % len(LOOKS)]


def picture(title: str, about: str, height: float, *children: Child) -> Element:
    """Return a picture with its title and description."""
    return element(
        "svg",
        element("title", title),
        element("desc", about),
        *children,
        viewBox=f"0 0 {WIDTH} {math.ceil(height)}",
        role="img",
        font_family=FONTS,
        font_size=FONT,
        fill=INK,
    )


def words(x: float, y: float, text: str, anchor: str = "start", **attributes: Any) -> Element:
    """Return text at a place."""
    return element("text", text, x=x, y=y, text_anchor=None if anchor == "start" else anchor, **attributes)


def line(x1: float, y1: float, x2: float, y2: float, colour: str = RULE, **attributes: Any) -> Element:
    """Return a straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=colour, **attributes)


def bar(x: float, y: float, width: float, height: float, colour: str, tip: str | None = None) -> Element:
    """Return a bar, with what a pointer over it tells."""
    return element("rect", x=x, y=y, width=max(width, 0.0), height=max(height, 0.0), fill=colour, data_tip=tip)


def marker(x: float, y: float, style: Look, tip: str | None = None) -> Element:
    """Return the marker of a series."""
    r = 3.5
    if style.marker in ("disc", "ring"):
        fill, stroke = (PAPER, style.colour) if style.marker == "ring" else (style.colour, None)
        return element("circle", cx=x, cy=y, r=r, fill=fill, stroke=stroke, stroke_width=stroke and 1.8, data_tip=tip)
    corners = {
        "square": ((-3, -3), (3, -3), (3, 3), (-3, 3)),
        "diamond": ((0, -4.4), (4.4, 0), (0, 4.4), (-4.4, 0)),
        "triangle": ((0, -4.2), (4, 3), (-4, 3)),
    }[style.marker]
    at = points((x + dx, y + dy) for dx, dy in corners)
    return element("polygon", points=at, fill=style.colour, data_tip=tip)


def points(places: Any) -> str:
    """Return places as the points of a line or an area."""
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


# --- text that fits ---


def text_width(text: str, size: float = FONT) -> float:
    """Return at most how wide a text is, in units: by the widest of the common fonts."""
    return size * sum(map(_advance, text))


def _advance(letter: str) -> float:
    if letter in "ijl.,:;'|! ":
        return 0.34
    if letter in "ftr()[]-/":
        return 0.44
    if letter in "mwMW%@":
        return 0.97
    if ord(letter) > 0x2E7F:
        return 1.1
    return 0.72 if letter.isupper() else 0.64


def fitted(text: str, width: float, size: float = FONT) -> str:
    """Return a text cut to a width, with three dots where it was cut."""
    if text_width(text, size) <= width:
        return text
    kept = text
    while kept and text_width(f"{kept}...", size) > width:
        kept = kept[:-1]
    return f"{kept.rstrip()}..."


def wrapped(text: str, width: float, most: int = 2, size: float = FONT) -> list[str]:
    """Return a text in lines of a width, broken between words, at most so many; the last one is cut."""
    lines: list[str] = []
    for word in text.split():
        if lines and (len(lines) == most or text_width(f"{lines[-1]} {word}", size) <= width):
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    return [fitted(each, width, size) for each in lines] or [""]


def label(x: float, y: float, text: str, width: float, anchor: str = "end") -> list[Element]:
    """Return text of one or two lines whose middle is at a height."""
    lines = wrapped(text, width)
    first = y + 4 - 6.5 * (len(lines) - 1)
    return [words(x, first + 13 * i, each, anchor) for i, each in enumerate(lines)]


# --- scales ---


@dataclass(frozen=True)
class Scale:
    """From values to places."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the place of a value."""
        return self.start + (value - self.low) / ((self.high - self.low) or 1.0) * (self.end - self.start)


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Return round values that hold a range: steps of 1, 2, 2.5 or 5 times a power of ten."""
    if not high > low:
        low, high = (low - 0.5, high + 0.5) if not low else (low - abs(low) / 10, high + abs(high) / 10)
    step = _step((high - low) / (most - 1))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 12) for i in range(first, last + 1)]


def _step(least: float) -> float:
    power = 10.0 ** math.floor(math.log10(least))
    return next((f * power for f in (1, 2, 2.5, 5, 10) if f * power >= least * (1 - 1e-9)), 10 * power)


def thinned(names: Sequence[str], step: float) -> list[tuple[int, str]]:
    """Return the names that fit side by side, each in so much room, with their places."""
    widest = max((text_width(name) for name in names), default=0.0) + 6
    every = max(1, math.ceil(widest / max(step, 1e-9)))
    return [(i, name) for i, name in enumerate(names) if i % every == 0]


# --- axes and legend ---


@dataclass(frozen=True)
class Plot:
    """The area between the axes of an upright picture: values upwards, columns to the right."""

    left: float
    right: float
    up: Scale
    step: float

    def x(self, place: float) -> float:
        """Return the middle of a column."""
        return self.left + (place + 0.5) * self.step


def upright(
    low: float, high: float, names: Sequence[str], form: Form, top: float, bottom: float
) -> tuple[Plot, list[Element]]:
    """Return the area of an upright picture with its axes."""
    steps = ticks(low, high)
    left = max(text_width(form(value)) for value in steps) + 8
    plot = Plot(left, WIDTH - 6, Scale(steps[0], steps[-1], bottom, top), (WIDTH - 6 - left) / max(len(names), 1))
    grid = [line(left, plot.up(v), plot.right, plot.up(v), QUIET if v == 0 else RULE) for v in steps]
    marks = [words(left - 6, plot.up(v) + 4, form(v), "end", fill=QUIET) for v in steps]
    return plot, [*grid, *marks, *_below(names, plot, bottom)]


def _below(names: Sequence[str], plot: Plot, bottom: float) -> Iterator[Element]:
    """Yield the names below the columns: in two lines where there are few, some left out where there are many."""
    room = max(plot.step - 4, 44.0)
    lines = [wrapped(name, room) for name in names]
    for i, _ in thinned([max(each, key=text_width) for each in lines], plot.step):
        for j, text in enumerate(lines[i]):
            yield words(_held(plot.x(i), text), bottom + 17 + 13 * j, text, "middle", fill=QUIET)


def _held(x: float, text: str) -> float:
    """Return the middle of a text, moved so that it stays within the picture."""
    half = text_width(text) / 2
    return min(max(x, half), WIDTH - half)


def legend(names: Sequence[str], top: float = 0) -> tuple[list[Element], float]:
    """Return the names of series beside their looks, and the height below them; nothing for one."""
    if len(names) < 2:
        return [], top + 8
    return list(_legend(names, top)), top + _rows(names) * 18 + 10


def _cells(names: Sequence[str]) -> Iterator[tuple[float, int, str]]:
    """Yield left, row and text of each name, as many in a row as fit."""
    x, row = 0.0, 0
    for name in names:
        text = fitted(name, WIDTH - 40)
        width = 30 + text_width(text) + 10
        if x and x + width > WIDTH:
            x, row = 0.0, row + 1
        yield x, row, text
        x += width


def _rows(names: Sequence[str]) -> int:
    return 1 + max(row for _, row, _ in _cells(names))


def _legend(names: Sequence[str], top: float) -> Iterator[Element]:
    for i, (x, row, text) in enumerate(_cells(names)):
        y, style = top + 9 + 18 * row, look(i)
        yield line(x + 1, y, x + 25, y, style.colour, stroke_width=2.2, stroke_dasharray=style.dash)
        yield marker(x + 13, y, style)
        yield words(x + 30, y + 4, text)

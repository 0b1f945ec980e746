"""What all charts share: the frame, text that fits, scales with round ticks, and the style of a series."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from workforce_sim.display.markup.elements import Child, Element, element

WIDTH = 360
FONT = 12
INK, QUIET, RULE, PAPER = "#1f2937", "#4b5563", "#d1d5db", "#ffffff"
FONTS = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

Form = Callable[[float], str]
"""Writes a value for people."""


@dataclass(frozen=True)
class Look:
    """The style of a series: color, dash of its line, and marker."""

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
COLOURS = tuple(each.colour for each in LOOKS)
GAIN, LOSS, TOTAL, SAME = "#0f766e", "#c2500a", "#1d4f7c", "#6b7280"


def look(place: int) -> Look:
    """Return the style of a series by its place."""
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
    """Return a bar, with the text that a pointer over it shows."""
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


def readable_on(colour: str) -> str:
    """Return the text color, black or white, with more contrast to a color: at least 4.5."""
    return max(("#000000", PAPER), key=lambda ink: contrast(ink, colour))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colors, from 1 to 21 (WCAG 2.2, relative luminance)."""
    dark, light = sorted(map(_luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


# --- text that fits ---


def text_width(text: str, size: float = FONT) -> float:
    """Return the greatest width of a text, in units: that of the widest common font."""
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


def wrapped(text: str, width: float) -> list[str]:
    """Return a text in one line where it fits, else in two about equally long ones, each cut to the width."""
    words_of = text.split()
    if text_width(text) <= width or len(words_of) < 2:
        return [fitted(text, width)]
    halves = [(" ".join(words_of[:i]), " ".join(words_of[i:])) for i in range(1, len(words_of))]
    best = min(halves, key=lambda pair: max(map(text_width, pair)))
    return [fitted(half, width) for half in best]


def filled(text: str, width: float, most: int, size: float = FONT) -> list[str]:
    """Return a text in a limited number of lines of a width, broken between words; the rest is cut."""
    lines: list[str] = []
    for word in text.split():
        if lines and (len(lines) == most or text_width(f"{lines[-1]} {word}", size) <= width):
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    return [fitted(each, width, size) for each in lines] or [""]


def label(x: float, y: float, text: str, width: float) -> list[Element]:
    """Return text of one or two lines that end at a place and whose middle is at a height."""
    lines = wrapped(text, width)
    first = y + 4 - 6.5 * (len(lines) - 1)
    return [words(x, first + 13 * i, each, "end") for i, each in enumerate(lines)]


# --- scales ---


@dataclass(frozen=True)
class AxisScale:
    """A scale from values to places."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the place of a value."""
        return self.start + (value - self.low) / ((self.high - self.low) or 1.0) * (self.end - self.start)


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Return round values that cover a range: steps of 1, 2, 2.5 or 5 times a power of ten."""
    if not high > low:
        low, high = (low - 0.5, high + 0.5) if not low else (low - abs(low) / 10, high + abs(high) / 10)
    step = _step((high - low) / (most - 1))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 12) for i in range(first, last + 1)]


def _step(least: float) -> float:
    power = 10.0 ** math.floor(math.log10(least))
    return next((f * power for f in (1, 2, 2.5, 5, 10) if f * power >= least * (1 - 1e-9)), 10 * power)


def thinned(names: Sequence[str], step: float) -> list[tuple[int, str]]:
    """Return the names that fit side by side at a width, with their places."""
    widest = max((text_width(name) for name in names), default=0.0) + 6
    every = max(1, math.ceil(widest / max(step, 1e-9)))
    return [(i, name) for i, name in enumerate(names) if i % every == 0]


# --- axes and legend ---


@dataclass(frozen=True)
class Plot:
    """The area between the axes of an upright picture: values upwards, columns to the right."""

    left: float
    right: float
    up: AxisScale
    step: float

    def x(self, place: float) -> float:
        """Return the middle of a column."""
        return self.left + (place + 0.5) * self.step


def upright(
    low: float, high: float, names: Sequence[str], form: Form, top: float, bottom: float
) -> tuple[Plot, list[Element]]:
    """Return the area of an upright picture with its axes."""
    steps = axis(low, high, form)
    texts = written(steps, form)
    left = max(map(text_width, texts)) + 8
    plot = Plot(left, WIDTH - 6, AxisScale(steps[0], steps[-1], bottom, top), (WIDTH - 6 - left) / max(len(names), 1))
    grid = [line(left, plot.up(v), plot.right, plot.up(v), QUIET if v == 0 else RULE) for v in steps]
    marks = [words(left - 6, plot.up(v) + 4, text, "end", fill=QUIET) for v, text in zip(steps, texts, strict=True)]
    return plot, [*grid, *marks, *_below(names, plot, bottom)]


def axis(low: float, high: float, form: Form, most: int = 5) -> list[float]:
    """Return round values that cover a range, far enough apart that their texts differ."""
    for count in range(most, 1, -1):
        steps = ticks(low, high, count)
        if len({form(value) for value in steps}) == len(steps):
            return steps
    pad = max(high - low, abs(high) * 1e-9, 1e-12) / 2
    return axis(low - pad, high + pad, form, most)


def written(steps: Sequence[float], form: Form) -> list[str]:
    """Return the texts of ticks, without decimals that are zero in all of them."""
    texts = [form(value) for value in steps]
    decimal = [text for value, text in zip(steps, texts, strict=True) if value]
    while all(re.search(r"\d\.\d", text) and _LAST_ZERO.search(text) for text in decimal) and decimal:
        decimal = [_LAST_ZERO.sub("", text) for text in decimal]
        texts = [_LAST_ZERO.sub("", text) for text in texts]
    return texts


def below_scale(steps: Sequence[float], scale: AxisScale, y: float, form: Form) -> list[Element]:
    """Return the texts of ticks below a scale that lies, within the picture."""
    return [
        words(min(scale(v), WIDTH - text_width(text) / 2), y, text, "middle", fill=QUIET)
        for v, text in zip(steps, written(steps, form), strict=True)
    ]


_LAST_ZERO = re.compile(r"\.0(?=\D*$)|(?<=\d)0(?=\D*$)")


def depth(names: Sequence[str]) -> float:
    """Return the most room that the names below the columns of a chart take."""
    lines = (len(_lines(name, WIDTH * 0.75 / len(names))) for name in names)
    return 11 + 13 * max(lines, default=1)


def _below(names: Sequence[str], plot: Plot, bottom: float) -> Iterator[Element]:
    """Yield the names below the columns: in two lines if there are few, some left out if there are many."""
    lines = [_lines(name, plot.step) for name in names]
    for i, _ in thinned([max(each, key=text_width) for each in lines], plot.step):
        for j, text in enumerate(lines[i]):
            yield words(_held(plot.x(i), text), bottom + 17 + 13 * j, text, "middle", fill=QUIET)


def _lines(name: str, step: float) -> list[str]:
    """Return a name in two lines if there is room for words, otherwise in one."""
    return wrapped(name, step - 4) if step > 44 else [fitted(name, 90)]


def _held(x: float, text: str) -> float:
    """Return the middle of a text, moved so that it stays within the picture."""
    half = text_width(text) / 2
    return min(max(x, half), WIDTH - half)


def legend(names: Sequence[str]) -> tuple[list[Element], float]:
    """Return the names of series beside their lines, and the height below them; nothing for one."""

    def sign(place: int, x: float, y: float) -> Iterator[Element]:
        style = look(place)
        yield line(x + 1, y, x + 25, y, style.colour, stroke_width=2.2, stroke_dasharray=style.dash)
        yield marker(x + 13, y, style)

    return _legend(names, sign)


def swatches(names: Sequence[str], colours: Sequence[str]) -> tuple[list[Element], float]:
    """Return the names of series beside the colours of their bars, and the height below them; nothing for one."""
    return _legend(names, lambda place, x, y: [bar(x + 1, y - 5, 24, 10, colours[place % len(colours)])])


def _legend(
    names: Sequence[str], sign: Callable[[int, float, float], Iterable[Element]]
) -> tuple[list[Element], float]:
    """Return names, each behind its sign, as many in a row as fit, and the height below them."""
    if len(names) < 2:
        return [], 8
    found: list[Element] = []
    x, y = 0.0, 9.0
    for place, name in enumerate(names):
        text = fitted(name, WIDTH - 40)
        width = 30 + text_width(text) + 10
        if x and x + width > WIDTH:
            x, y = 0.0, y + 18
        found += [*sign(place, x, y), words(x + 30, y + 4, text)]
        x += width
    return found, y + 19

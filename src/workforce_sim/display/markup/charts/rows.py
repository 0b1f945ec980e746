"""Horizontal bars, a row for each name: waterfall, shares of a whole, pyramid, dots with whiskers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from workforce_sim.display.markup.charts.canvas import (
    GAIN,
    INK,
    LOSS,
    PAPER,
    QUIET,
    RULE,
    SAME,
    TOTAL,
    WIDTH,
    AxisScale,
    Form,
    axis,
    bar,
    below_scale,
    fitted,
    label,
    line,
    look,
    marker,
    picture,
    swatches,
    text_width,
    ticks,
    words,
)
from workforce_sim.display.markup.elements import Element, element

OUTCOMES = (GAIN, SAME, LOSS)
NAMES = 138
"""Room for the names at the left."""
ROW = 30


class WaterfallStep(NamedTuple):
    """A step of a waterfall: the amount that it adds, or a total."""

    name: str
    amount: float
    total: bool = False


def waterfall(
    title: str, steps: Sequence[WaterfallStep], form: Form, signed: Form, colours: tuple[str, str] = (GAIN, LOSS)
) -> Element:
    """Return how one figure becomes another, a row for each step.

    Args:
        title: what is shown.
        steps: totals begin at zero, others are added to the steps before.
        form: writes a total.
        signed: writes a change, with its sign.
        colours: of increases and of decreases.
    """
    spans = list(_spans(steps))
    low, high = min(min(a, b) for a, b in spans), max(max(a, b) for a, b in spans)
    texts = [(form if step.total else signed)(step.amount) for step in steps]
    room = max(map(text_width, texts)) + 6
    base = _base(spans, low, high)
    scale = AxisScale(base, high, NAMES + 8 + (room if low < 0 else 0), WIDTH - room)
    rows = [
        _step(scale, (step, texts[i], colours), span, i)
        for i, (step, span) in enumerate(zip(steps, spans, strict=True))
    ]
    joins = [
        line(scale(end), ROW * i + 26, scale(end), ROW * (i + 1) + 6, QUIET, stroke_dasharray="2 2")
        for i, (_, end) in enumerate(spans[:-1])
    ]
    cut = (
        []
        if base in (0, low) and low <= 0
        else [words(scale.start, ROW * len(steps) + 12, f"Bars start at {form(base)}", fill=QUIET)]
    )
    about = ", ".join(f"{step.name}: {text}" for step, text in zip(steps, texts, strict=True))
    return picture(title, f"{about}.", ROW * len(steps) + (20 if cut else 4), joins, rows, cut)


def _spans(steps: Sequence[WaterfallStep]) -> Iterator[tuple[float, float]]:
    """Yield where each bar begins and ends."""
    at = 0.0
    for step in steps:
        begin, at = (0.0, step.amount) if step.total else (at, at + step.amount)
        yield begin, at


def _base(spans: Sequence[tuple[float, float]], low: float, high: float) -> float:
    """Return where bars start: at zero, unless the changes would be too small to see beside the totals."""
    ends = [end for _, end in spans]
    if low < 0 or min(ends) < 0.6 * high:
        return min(low, 0.0)
    steps = ticks(min(ends) - 0.6 * (high - min(ends)), high, 8)
    return max(steps[0], 0.0)


def _step(
    scale: AxisScale, told: tuple[WaterfallStep, str, tuple[str, str]], span: tuple[float, float], place: int
) -> list[Element]:
    step, text, (more, less) = told
    left, right = sorted((scale(max(span[0], scale.low)), scale(max(span[1], scale.low))))
    colour = TOTAL if step.total else more if step.amount >= 0 else less
    y = ROW * place + 15
    end = words(right + 4, y + 4, text)
    if scale.low < 0 and step.amount < 0:
        end = words(left - 4, y + 4, text, "end")
    return [
        *label(NAMES, y, step.name, NAMES),
        bar(left, y - 9, max(right - left, 1), 18, colour, f"{step.name}: {text}"),
        end,
    ]


def pyramid(
    title: str, names: Sequence[str], left: tuple[str, Sequence[float]], right: tuple[str, Sequence[float]], form: Form
) -> Element:
    """Return two distributions back to back, the first name at the bottom.

    Args:
        title: what is shown.
        names: of the classes, in rising order.
        left: name and values of the side at the left.
        right: the same at the right.
        form: writes a value.
    """
    middle = min(max(map(text_width, names)), MIDDLE) + 10
    room = max(text_width(form(v)) for v in (*left[1], *right[1])) + 6
    longest = (WIDTH - middle) / 2 - room
    unit = longest / max([*left[1], *right[1], 1e-9])
    drawn = [
        list(_side(place, (WIDTH - middle) / 2, each, names, (unit, form))) for place, each in enumerate((left, right))
    ]
    between = [
        words(WIDTH / 2, _level(names, i) + 13, fitted(n, MIDDLE), "middle", fill=QUIET) for i, n in enumerate(names)
    ]
    about = "; ".join(f"{called}: {_told(names, values, form)}" for called, values in (left, right))
    return picture(title, f"{about}.", 32 + 24 * len(names), drawn, between)


MIDDLE = 110
"""Most room for the names between the sides of a pyramid."""


def _level(names: Sequence[str], place: int) -> float:
    return 30.0 + 24 * (len(names) - 1 - place)


def _side(
    place: int, edge: float, side: tuple[str, Sequence[float]], names: Sequence[str], scaled: tuple[float, Form]
) -> Iterator[Element]:
    """Yield one side: its name above, then bars that begin at the middle and their values."""
    (called, values), (unit, form) = side, scaled
    style, anchor = look(place), "start" if place else "end"
    begin = WIDTH - edge if place else edge
    yield words(begin, 15, fitted(called, edge * 0.9), anchor, fill=style.colour, font_weight="bold")
    for i, value in enumerate(values):
        y, long = _level(names, i), value * unit
        x = begin if place else begin - long
        yield bar(x, y, long, 18, style.colour, f"{called}, {names[i]}: {form(value)}")
        yield words(x + long + 4 if place else x - 4, y + 13, form(value), anchor)


def _told(names: Sequence[str], values: Sequence[float], form: Form) -> str:
    return ", ".join(f"{name} {form(value)}" for name, value in zip(names, values, strict=True))


def share_bars(
    title: str,
    names: Sequence[str],
    parts: Sequence[str],
    shares: Sequence[Sequence[float]],
    form: Form,
) -> Element:
    """Return for each name how a whole is divided among those who gain, stay the same and lose.

    Args:
        title: what is shown.
        names: a row each.
        parts: names of the parts, in order.
        shares: for each name a share of each part; they add up to one.
        form: writes a share.
    """
    head, top = swatches(parts, OUTCOMES)
    rows = [
        list(_shares(name, parts, row, top + 26 * i, form))
        for i, (name, row) in enumerate(zip(names, shares, strict=True))
    ]
    about = "; ".join(f"{name}: {_told(parts, row, form)}" for name, row in zip(names, shares, strict=True))
    return picture(title, f"{about}.", top + 26 * len(names) + 4, head, rows)


def _shares(name: str, parts: Sequence[str], row: Sequence[float], y: float, form: Form) -> Iterator[Element]:
    yield from label(NAMES, y + 10, name, NAMES)
    at, whole = NAMES + 8.0, WIDTH - NAMES - 8
    for i, share in enumerate(row):
        text, width = form(share), share * whole
        yield bar(at, y, max(width - 1, 0), 20, OUTCOMES[i], f"{name}, {parts[i]}: {text}")
        if width > text_width(text) + 4:
            yield words(at + width / 2, y + 14, text, "middle", fill=PAPER)
        at += width


class Dot(NamedTuple):
    """A value with the ends of its range, and a value to compare it with, if known."""

    name: str
    value: float
    low: float
    high: float
    beside: float | None = None


def dots(title: str, rows: Sequence[Dot], form: Form, *, beside: str = "") -> Element:
    """Return values with whiskers, a row each.

    Args:
        title: what is shown.
        rows: the values.
        form: writes a value.
        beside: what the hollow points are, such as ``prior``.
    """
    every = [x for row in rows for x in (row.value, row.low, row.high, *([] if row.beside is None else [row.beside]))]
    steps = axis(min(every), max(every), form, 4)
    scale = AxisScale(steps[0], steps[-1], NAMES + 18, WIDTH - 18)
    bottom = 8 + 26 * len(rows)
    grid = [line(scale(v), 4, scale(v), bottom, QUIET if v == 0 else RULE) for v in steps]
    below = below_scale(steps, scale, bottom + 16, form)
    drawn = [list(_dot(scale, row, 18 + 26 * i, form, beside)) for i, row in enumerate(rows)]
    about = "; ".join(f"{row.name}: {form(row.value)}, {form(row.low)} to {form(row.high)}" for row in rows)
    return picture(title, f"{about}.", bottom + 24, grid, below, drawn)


def _dot(scale: AxisScale, row: Dot, y: float, form: Form, beside: str) -> Iterator[Element]:
    tip = f"{row.name}: {form(row.value)}, {form(row.low)} to {form(row.high)}"
    yield from label(NAMES, y, row.name, NAMES)
    yield line(scale(row.low), y, scale(row.high), y, look(0).colour, stroke_width=2.2)
    yield from (line(scale(x), y - 4, scale(x), y + 4, look(0).colour, stroke_width=1.6) for x in (row.low, row.high))
    yield marker(scale(row.value), y, look(0), tip)
    if row.beside is not None:
        told = f"{row.name}, {beside}: {form(row.beside)}"
        yield element(
            "circle", cx=scale(row.beside), cy=y, r=4, fill="none", stroke=INK, stroke_width=1.4, data_tip=told
        )

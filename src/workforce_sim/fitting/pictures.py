"""Pictures as SVG: values with intervals, bars, and a fan of percentiles beside what happened."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 640, 260, 60, 40, 30
_INK, _SOFT, _BAND = "#1f3b57", "#9db4c8", "#d6e2ec"


def _frame(
    title: str, body: Sequence[str], ticks: Sequence[tuple[float, str]], names: Sequence[tuple[float, str]]
) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="sans-serif" '
        f'font-size="11" aria-label="{escape(title)}">'
    )
    lines = [
        head,
        _text(LEFT, 18, title, "start", 13),
        *(_text(LEFT - 6, y + 4, tick, "end") for y, tick in ticks),
        *(f'<line x1="{LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="{_BAND}"/>' for y, _ in ticks),
        *(_text(x, HEIGHT - BOTTOM + 16, name, "middle") for x, name in names),
        *body,
        "</svg>",
    ]
    return "\n".join(lines)


def _text(x: float, y: float, text: str, anchor: str, size: int = 11) -> str:
    at = f'x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}"'
    return f'<text {at} fill="{_INK}">{escape(text)}</text>'


class _Scale:
    """From values to places on the page."""

    def __init__(self, low: float, high: float, count: int) -> None:
        self.low, self.span = low, (high - low) or 1.0
        self._step = (WIDTH - LEFT) / max(count, 1)

    def x(self, place: float) -> float:
        """Return where the middle of a column is."""
        return LEFT + (place + 0.5) * self._step

    def y(self, value: float) -> float:
        """Return where a value is."""
        return HEIGHT - BOTTOM - (value - self.low) / self.span * (HEIGHT - BOTTOM - TOP)

    def ticks(self, form: str) -> list[tuple[float, str]]:
        """Return five values with their places."""
        values = [self.low + self.span * i / 4 for i in range(5)]
        return [(self.y(value), format(value, form)) for value in values]


def intervals_svg(
    title: str,
    names: Sequence[str],
    values: Sequence[tuple[float, float, float]],
    priors: Sequence[float | None],
    form: str = ".1%",
) -> str:
    """Draw values with the ends of their intervals, and priors as hollow points."""
    known = [x for row in values for x in row] + [prior for prior in priors if prior is not None]
    scale = _Scale(min(0.0, *known), max(known) * 1.05, len(names))
    body = []
    for i, (value, low, high) in enumerate(values):
        x = scale.x(i)
        ends = f'y1="{scale.y(low):.1f}" y2="{scale.y(high):.1f}"'
        body.append(f'<line x1="{x:.1f}" x2="{x:.1f}" {ends} stroke="{_SOFT}" stroke-width="4"/>')
        body.append(f'<circle cx="{x:.1f}" cy="{scale.y(value):.1f}" r="4" fill="{_INK}"/>')
    body += [
        f'<circle cx="{scale.x(i):.1f}" cy="{scale.y(prior):.1f}" r="4" fill="none" stroke="{_INK}"/>'
        for i, prior in enumerate(priors)
        if prior is not None
    ]
    return _frame(title, body, scale.ticks(form), [(scale.x(i), name) for i, name in enumerate(names)])


def bars_svg(title: str, names: Sequence[str], values: Sequence[float], form: str = ",.0f") -> str:
    """Draw a bar for each value."""
    scale = _Scale(min(0.0, *values), max(0.0, *values) * 1.05, len(names))
    width = (WIDTH - LEFT) / max(len(names), 1) * 0.6
    body = [
        f'<rect x="{scale.x(i) - width / 2:.1f}" y="{min(scale.y(v), scale.y(0)):.1f}" width="{width:.1f}" '
        f'height="{abs(scale.y(v) - scale.y(0)):.1f}" fill="{_SOFT}"/>'
        for i, v in enumerate(values)
    ]
    return _frame(title, body, scale.ticks(form), [(scale.x(i), name) for i, name in enumerate(names)])


Fan = tuple[float, float, float, float, float]
"""The 10th, 25th, 50th, 75th and 90th percentile."""


def fan_svg(title: str, names: Sequence[str], fans: Sequence[Fan], actual: Sequence[float], form: str = ",.0f") -> str:
    """Draw bands of percentiles with their median, and what happened as a line of points."""
    every = [x for fan in fans for x in fan] + list(actual)
    margin = (max(every) - min(every)) * 0.05
    scale = _Scale(min(every) - margin, max(every) + margin, len(names))
    body = [
        _area(scale, [fan[low] for fan in fans], [fan[high] for fan in fans], ink)
        for low, high, ink in ((0, 4, _BAND), (1, 3, _SOFT))
    ]
    middle, seen = ([(scale.x(i), scale.y(v)) for i, v in enumerate(row)] for row in ([fan[2] for fan in fans], actual))
    body.append(f'<polyline points="{_points(middle)}" fill="none" stroke="{_INK}"/>')
    body += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#c0392b"/>' for x, y in seen]
    return _frame(title, body, scale.ticks(form), [(scale.x(i), name) for i, name in enumerate(names)])


def _area(scale: _Scale, low: Sequence[float], high: Sequence[float], ink: str) -> str:
    around = [(scale.x(i), scale.y(v)) for i, v in enumerate(low)]
    around += [(scale.x(i), scale.y(v)) for i, v in reversed(list(enumerate(high)))]
    return f'<polygon points="{_points(around)}" fill="{ink}"/>'


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)

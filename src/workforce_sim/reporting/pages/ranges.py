"""Spreads of several years as pictures and cells: means with the ranges around them."""

from __future__ import annotations

from collections.abc import Sequence

from workforce_sim.display.markup.charts.bars import Bars
from workforce_sim.display.markup.charts.lines import ChartLine
from workforce_sim.reporting.pages.horizon import RangedFigure
from workforce_sim.reporting.pages.values import Form, span, written

RANGE = "90% of simulations"
"""The heading of a column of ranges."""


def ranged_bars(name: str, found: Sequence[RangedFigure]) -> Bars:
    """Return the means as bars, with whiskers where there are ranges."""
    return Bars(name, [s.mean for s in found], [s.ends for s in found])


def ranged_line(name: str, found: Sequence[RangedFigure]) -> ChartLine:
    """Return the means as a line, with the ranges as a band."""
    return ChartLine(name, [s.mean for s in found], [([s.low for s in found], [s.high for s in found])])


def cells(found: RangedFigure, write: Form) -> list[str]:
    """Return the mean and the range."""
    return [written(found.mean, write), span(found.low, found.high, write)]

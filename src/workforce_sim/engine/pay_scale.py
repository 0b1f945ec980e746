"""Pay of hires, knots of a pay curve by level, and pay ranges, indexed from year to year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from workforce_sim.config import Level
from workforce_sim.dates import Ints
from workforce_sim.engine.columns import Small
from workforce_sim.money import half_up, percentile, raised

PERCENTS = (10, 25, 50, 75, 90)
MINIMUM_STAFF = 30  # with fewer at a level, use the percentiles of all staff


@dataclass(frozen=True)
class PayScale:
    """Pay curves and pay ranges of all levels in one year.

    Attributes:
        positions: knots by level in millionths of the curve, from 0 to 10^6.
        amounts: pay at the knots, cents; one row per level, of several employers one employer after another.
        minimum, midpoint, maximum: of each level's range, cents; 0 where it has none.
    """

    positions: Ints
    amounts: Ints
    minimum: Ints
    midpoint: Ints
    maximum: Ints

    def grown(self, rate_ppm: int) -> PayScale:
        """Return the scale of the next year: every value raised by the rate."""
        values = self.amounts, self.minimum, self.midpoint, self.maximum
        return PayScale(self.positions, *(raised(value, rate_ppm) for value in values))

    def pay(self, level: Ints, x: Ints) -> Ints:
        """Return pay at ``x`` millionths of each employee's curve, half up."""
        positions, amounts = self.positions.ravel(), self.amounts.ravel()
        right = level * self.positions.shape[1]  # the first knot of each curve, then the one after x
        for knot in self.positions.T:
            right += x >= knot[level]
        a, b = positions[right - 1], positions[right]
        low, high = amounts[right - 1], amounts[right]
        width = b - a
        return np.asarray((2 * ((b - x) * low + (x - a) * high) + width) // (2 * width))


def pay_scale(levels: tuple[Level, ...], kind: str, level: Small, salary: Ints) -> PayScale:
    """Return the scale of the start year; percentiles not configured come from the opening staff."""
    curves = []
    for i, entry in enumerate(levels):
        percentiles = entry.percentiles.cents if entry.percentiles else _observed(salary[level == i], salary)
        curves.append(_uniform(entry, percentiles) if kind == "uniform" else _curve(entry, percentiles))
    positions, amounts = zip(*curves, strict=True)
    ranges = np.array([_range(entry) for entry in levels], dtype=np.int64)
    return PayScale(np.array(positions), np.array(amounts), *ranges.T)


def stacked(scales: Sequence[PayScale]) -> PayScale:
    """Return the curves of several employers one below another; their ranges are the same."""
    positions, amounts = (np.concatenate([getattr(s, name) for s in scales]) for name in ("positions", "amounts"))
    return replace(scales[0], positions=positions, amounts=amounts)


def _range(level: Level) -> tuple[int, int, int]:
    """Return minimum, midpoint and maximum of a level in the start year, cents; zeros without a range."""
    low, high = level.range_cents or (0, 0)
    middle = level.midpoint_cents
    return low, half_up(low + high, 2) if middle is None else middle, high


def _observed(own: Ints, everybody: Ints) -> tuple[int, ...]:
    ordered = np.sort(own if len(own) >= MINIMUM_STAFF else everybody)
    if len(ordered) == 0:  # without staff nobody is hired
        return (0,) * len(PERCENTS)
    return tuple(percentile(ordered, p) for p in PERCENTS)


def _curve(level: Level, percentiles: tuple[int, ...]) -> tuple[list[int], list[int]]:
    low, high = level.range_cents or (percentiles[0], percentiles[-1])
    inside = [min(max(p, low), high) for p in percentiles]
    return [0, *(p * 10_000 for p in PERCENTS), 10**6], [low, *inside, high]


def _uniform(level: Level, percentiles: tuple[int, ...]) -> tuple[list[int], list[int]]:
    """Lines from minimum over midpoint to maximum; unused knots after the end make seven for every level."""
    low, high = level.range_cents or (percentiles[0], percentiles[-1])
    middle = [] if level.midpoint_cents is None else [(500_000, level.midpoint_cents)]
    knots = [(0, low), *middle, *((10**6 + i, high) for i in range(6 - len(middle)))]
    return [at for at, _ in knots], [amount for _, amount in knots]

"""Credibility of experience: levels over years, factors of cells, spreads, shares."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workforce_sim.studies.fitting.priors import CELL_SPREAD, CELL_YEARS, LEVEL_SPREAD, PRIOR_YEARS

Floats = NDArray[np.float64]
Z80, Z90 = (NormalDist().inv_cdf(share) for share in (0.9, 0.95))
"""Half widths of the 80% and the 90% band of a normal distribution."""


@dataclass(frozen=True)
class RateLevel:
    """The A/E of a mean year against a prior.

    Attributes:
        factor: the estimated A/E.
        error: its standard error, on the logarithm.
        spread: of a year about it, on the logarithm.
        prior_spread: the prior of the spread.
        credibility: weight of the experience.
        years: the A/E of each interval, without that year's chance.
    """

    factor: float
    error: float
    spread: float
    prior_spread: float
    credibility: float
    years: Floats

    @property
    def interval(self) -> tuple[float, float]:
        """Ends of the 90% interval of the factor."""
        reach = student(freedom(len(self.years))) * self.error
        return self.factor * math.exp(-reach), self.factor * math.exp(reach)


def level(actual: Floats, expected: Floats, lengths: Floats, prior_spread: float) -> RateLevel:
    """Return the level of yearly A/E, allowing for variation of years and for chance."""
    x = np.log((actual + 0.5) / expected)
    chance = 1 / (expected * (actual.sum() + 0.5) / expected.sum())  # from expected, not actual
    weights = 1 / (prior_spread**2 / lengths + chance)
    deviations = (x - np.average(x, weights=weights)) * np.sqrt(lengths)
    s = spread(deviations, prior_spread, chance * lengths)
    weights = 1 / (s**2 / lengths + chance)
    total = float(weights.sum())
    believed = total + LEVEL_SPREAD**-2
    mean = float(weights @ x) / believed
    own = s**2 / (s**2 + chance)
    years = np.exp(mean + own * (x - mean))
    return RateLevel(
        math.exp(mean + s**2 / 2 - 0.5 / believed), math.sqrt(1 / believed), s, prior_spread, total / believed, years
    )


def spread(deviations: Floats, prior: float, chance: Floats) -> float:
    """Return the spread of years about their mean, without chance, shrunk to the prior."""
    n = len(deviations)
    noise = (1 - 1 / n) * float(chance.sum())
    seen = max(float((deviations**2).sum()) - noise, 0.0)
    return math.sqrt((PRIOR_YEARS * prior**2 + seen) / (PRIOR_YEARS + n - 1))


@dataclass(frozen=True)
class Cells:
    """Factors of cells relative to each other.

    Attributes:
        factors: by cell, 1 on average.
        errors: standard error of the logarithm.
        credibility: weight of each cell's own experience.
    """

    factors: Floats
    errors: Floats
    credibility: Floats


def cells(actual: Floats, expected: Floats, years: int, year_spread: float) -> Cells:
    """Return factors by cell: their spread from the cells themselves and a prior.

    Args:
        actual: exits by cell.
        expected: exits expected without the cell's own factor.
        years: how many intervals they cover.
        year_spread: of a cell from one year to another.
    """
    seen = expected > 0
    e, d = expected[seen], actual[seen]
    ratio = d.sum() / e.sum() if e.sum() else 1.0
    between = float((e * ((d / (e * ratio) - 1) ** 2 - 1 / (e * ratio))).sum() / e.mean()) if len(e) > 1 else 0.0
    tau2 = (CELL_YEARS * CELL_SPREAD**2 + max(between, 0.0)) / (CELL_YEARS + max(len(e), 1) - 1)
    noise = year_spread**2 / years + 1 / np.maximum(expected, 1e-9)
    weight = np.where(seen, tau2 / (tau2 + noise), 0.0)
    own = np.divide(actual, expected, out=np.ones(len(actual)), where=seen)
    return Cells(1 + weight * (own - 1), np.sqrt(1 / (1 / tau2 + 1 / noise)), weight)


def mean(column: pl.Series, otherwise: float = 0.0) -> float:
    """Return the mean of a column of numbers; ``otherwise`` if the column is empty or the mean is 0."""
    return float(column.mean() or otherwise)  # type: ignore[arg-type]


def share(count: float, exposure: float, prior: float, people: float) -> tuple[float, float, float]:
    """Return an estimated share and the ends of its 90% interval."""
    total = exposure + people
    p = (count + people * prior) / total
    inside = min(max(p, 0.5 / total), 1 - 0.5 / total)
    reach = Z90 / math.sqrt(total * inside * (1 - inside))
    logit = math.log(inside / (1 - inside))
    low, high = (1 / (1 + math.exp(-(logit + side * reach))) for side in (-1, 1))
    return p, min(low, p), max(high, p)


def freedom(years: int) -> float:
    """Return the degrees of freedom of a spread estimated from some years and the prior."""
    return PRIOR_YEARS + max(years, 1) - 1


def widened(spread: float, years: int) -> float:
    """Return the spread of a normal distribution whose 80% band allows for an estimate from few years."""
    return spread * student(freedom(years), Z80) / Z80


def student(freedom: float, z: float = Z90) -> float:
    """Return a quantile of Student's distribution, the 95% one, from the normal one, by Cornish and Fisher."""
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)

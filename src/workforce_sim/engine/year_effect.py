"""Effects of a whole year, per replicate: a factor on all termination rates, and amounts added to other rates.

Chapter: ``docs/model/uncertainty.md``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from statistics import NormalDist

import numpy as np

from workforce_sim.dates import Ints
from workforce_sim.draws import Stream, shared_draw
from workforce_sim.money import PPM, half_up

_NORMAL = NormalDist()
_LEAST = 2.0**-53


def year_factors(spread: float, seed: int, replicates: Iterable[int], year: int) -> list[int]:
    """Return the factor of a year in each replicate, ppm; exactly 1 without year effects."""
    if not spread:
        return [PPM for _ in replicates]
    return [factor(spread, shared_draw(seed, r, year, Stream.YEAR_EFFECT)) for r in replicates]


def factor(spread: float, u: float) -> int:
    """Return the log-normal factor of mean 1 at a draw, ppm; ``spread`` is the standard deviation of its logarithm."""
    z = _NORMAL.inv_cdf(max(u, _LEAST))
    return math.floor(PPM * math.exp(spread * z - spread * spread / 2) + 0.5)


def year_shifts(spread: float, seed: int, replicates: Iterable[int], year: int, stream: Stream) -> list[int]:
    """Return what a year adds to a rate in each replicate, ppm; 0 without year effects."""
    if not spread:
        return [0 for _ in replicates]
    return [shift(spread, shared_draw(seed, r, year, stream)) for r in replicates]


def shift(spread: float, u: float) -> int:
    """Return what a year adds to a rate at a draw, ppm; ``spread`` is its standard deviation."""
    return math.floor(PPM * (spread * _NORMAL.inv_cdf(max(u, _LEAST))) + 0.5)


def in_year(rate: int, factor_ppm: int) -> int:
    """Return a rate times the factor of a year; ppm, at most 1."""
    return min(half_up(rate * factor_ppm, PPM), PPM)


def all_in_year(rates: Ints, factor_ppm: int) -> Ints:
    """Return each employee's rate times the factor of a year; ppm, at most 1."""
    return np.minimum(half_up(rates * factor_ppm, PPM), PPM)

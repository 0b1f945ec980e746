"""How sure simulations are of a figure: standard errors, and Student's t.

Chapter: ``docs/model/searching.md``.
"""

from __future__ import annotations

import math
from functools import cache
from statistics import NormalDist

import numpy as np

from workforce_sim.studies.searching.figures import Floats

_MANY = 200
"""Degrees of freedom above which Student's t is taken to be normal."""


def standard_error(values: Floats) -> float:
    """Return the standard error of the mean of two values or more."""
    return float(values.std(ddof=1)) / math.sqrt(len(values))


def errors_above_0(values: Floats) -> float:
    """Return how many standard errors the mean lies above 0; infinitely many where values are one and the same."""
    mean, error = float(values.mean()), standard_error(values)
    if error == 0:
        return math.copysign(math.inf, mean) if mean else 0.0
    return mean / error


def chance(t: float, freedom: int) -> float:
    """Return the probability below t of Student's t: by Simpson's rule in the angle atan(t / sqrt(freedom))."""
    if freedom > _MANY:
        return NormalDist().cdf(t)
    angle = np.linspace(0.0, math.atan(t / math.sqrt(freedom)), 201)
    weights = np.ones(201)
    weights[1:-1:2], weights[2:-1:2] = 4, 2
    area = float((weights * np.cos(angle) ** (freedom - 1)).sum()) * float(angle[1]) / 3
    scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(math.pi)
    return 0.5 + scale * area


@cache
def student(confidence: float, freedom: int) -> float:
    """Return the quantile of Student's t, above 0: by bisection on ``chance``."""
    low, high = 0.0, 1e4
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if chance(middle, freedom) < confidence else (low, middle)
    return (low + high) / 2


def at_most(count: int, of: int, share: float) -> float:
    """Return the probability of so many or fewer of some, when each has the same share of a chance."""
    if share == 1:
        return float(count == of)
    total, yes, no = math.lgamma(of + 1), math.log(share), math.log1p(-share)
    logs = (total - math.lgamma(k + 1) - math.lgamma(of - k + 1) + k * yes + (of - k) * no for k in range(count + 1))
    return math.fsum(map(math.exp, logs))


def surely_above_0(values: Floats, confidence: float) -> bool:
    """Return whether the mean is above 0, by Student's t."""
    return errors_above_0(values) > student(confidence, len(values) - 1)

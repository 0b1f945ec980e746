"""How likely the year's hires are to terminate within it, by the days left after hire.

Chapter: ``docs/model/terminations.md``. Whole numbers only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from workforce_sim.config import Config
from workforce_sim.dates import Ints, PlanYear
from workforce_sim.money import PPM, half_up, ppm

ALL = 10**12
"""All hires, in the unit of survival from day to day."""


@dataclass(frozen=True)
class HireExits:
    """Terminations of the year's hires.

    Attributes:
        rate: share of the hires who terminate in the year, ppm.
        gone: share of them gone by so many days since hire, ppm, from 0 on; None where the risk is the days left.
    """

    rate: int
    gone: Ints | None


def hire_exits(config: Config, year: PlanYear) -> HireExits:
    """Return how many of a year's hires terminate within it, and how soon."""
    hazard = config.terminations.new_hire_hazard
    rate = config.workforce.new_hire_termination_rate.ppm(year.year)
    if hazard == "days_left":
        return HireExits(year.share(rate), None)
    weights = hire_weights(config, year)
    if hazard == "level":
        gone = _level(rate, hire_weights(config, PlanYear(year.year)))
        rate = half_up(_weighted(gone, weights), sum(weights)) if year.short else rate
    else:
        gone = _curve(hazard, year.days - 1)
        rate = half_up(_weighted(gone, weights), sum(weights))
    return HireExits(rate, np.array(gone, dtype=np.int64))


def hire_weights(config: Config, year: PlanYear) -> tuple[int, ...]:
    """Return how likely each hire date is, from December 30, the last, to the first: by days left, from 1."""
    dates, profile = year.length - 1, year.profile(config.hiring.month_weights)
    if profile is None:
        return (1,) * dates
    weights = tuple(int(weight) for weight in np.diff(profile[:-1], prepend=0.0)[::-1][:dates])
    return weights if any(weights) else (1,) * dates


@lru_cache(maxsize=64)
def _level(rate: int, weights: tuple[int, ...]) -> tuple[int, ...]:
    """Return the share gone by days since hire, at the daily hazard under which ``rate`` of the hires terminate."""
    low, high, wanted = 0, ALL, rate * sum(weights)
    while low < high:  # the largest daily survival at which enough terminate
        survival = (low + high + 1) // 2
        enough = _weighted(_gone(survival, len(weights)), weights) >= wanted
        low, high = (survival, high) if enough else (low, survival - 1)
    return _gone(low, len(weights))


def _gone(survival: int, days: int) -> tuple[int, ...]:
    """Return the share gone after 0, 1, 2 ... days, ppm."""
    left, gone = ALL, [0]
    for _ in range(days):
        left = left * survival // ALL
        gone.append((ALL - left) * PPM // ALL)
    return tuple(gone)


def _curve(shares: Mapping[int, float], days: int) -> tuple[int, ...]:
    """Return the share gone after 0, 1, 2 ... days, ppm: linear between the known shares, the last line extended."""
    knots = [(0, 0), *((day, ppm(share)) for day, share in shares.items())]
    gone = [0]
    for (a, before), (b, after) in pairwise(knots):
        end = days if b == knots[-1][0] else min(b, days)
        line = (half_up((b - k) * before + (k - a) * after, b - a) for k in range(a + 1, end + 1))
        gone += [min(share, PPM) for share in line]
    return tuple(gone)


def _weighted(gone: Sequence[int], weights: Sequence[int]) -> int:
    return sum(share * weight for share, weight in zip(gone[1:], weights, strict=False))


def certain_days(config: Config, year: PlanYear) -> int | None:
    """Return the days left from which a hire is certain to terminate in the year; None if nobody is."""
    exits, weights = hire_exits(config, year), hire_weights(config, year)
    first = _certain_by_scaling(exits.rate, weights) if exits.gone is None else int(np.searchsorted(exits.gone, PPM))
    return first if any(weights[first - 1 :]) else None


def _certain_by_scaling(rate: int, weights: tuple[int, ...]) -> int:
    """Return from how many days left on a risk in proportion to them is cut at 1; more than there are for nowhere."""
    first, reached = len(weights) + 2, len(weights) + 1
    while reached < first:
        first = reached
        left = rate * sum(weights) - PPM * sum(weights[first - 1 :])
        total = sum(days * weight for days, weight in enumerate(weights[: first - 1], start=1))
        reached = -(-PPM * total // left) if left > 0 else first
    return max(first, 1)

"""The reference model, uncertainty: one factor a year on everybody's termination rate; a year's growth and raises.

Assumptions that are drawn are put into the configuration before a run begins, so nothing is done for them here.
"""

from __future__ import annotations

from math import exp, floor
from statistics import NormalDist

from workforce_sim import draws
from workforce_sim.config import Config
from workforce_sim.draws import Stream
from workforce_sim.money import PPM, half_up
from workforce_sim.reference.opening_date import in_months, months_of

SMALLEST = 2.0**-53


def exit_factor(config: Config, year: int, replicate: int) -> int:
    """Return F, ppm, by which a year multiplies termination rates: 10^6 where the year has no effect of its own."""
    s = config.uncertainty.year_effects.terminations
    if s == 0 or config.workforce.headcount == "exact":
        return PPM
    return factor_at(draws.shared_draw(config.random_seed, replicate, year, Stream.YEAR_EFFECT), s)


def growth_of(config: Config, year: int, replicate: int) -> int:
    """Return g', the growth of headcount of a year in a replicate, ppm; of a short year, that of its months."""
    spread = config.uncertainty.year_effects.growth
    rate = config.simulation.target_growth_rate.ppm(year)
    yearly = max(1 - PPM, min(PPM, rate + _added(config, year, replicate, spread, Stream.YEAR_GROWTH)))
    return in_months(yearly, months_of(config, year))


def cost_of_living(config: Config, year: int, replicate: int) -> int:
    """Return c', the cost-of-living increase of a year in a replicate, ppm."""
    spread = config.uncertainty.year_effects.raises
    rate = config.compensation.cola_rate.ppm(year)
    return max(-500_000, min(PPM, rate + _added(config, year, replicate, spread, Stream.YEAR_RAISES)))


def _added(config: Config, year: int, replicate: int, spread: float, stream: Stream) -> int:
    """Return d, what a year adds to a rate, ppm."""
    if spread == 0:
        return 0
    u = draws.shared_draw(config.random_seed, replicate, year, stream)
    return floor(PPM * (spread * NormalDist().inv_cdf(max(u, SMALLEST))) + 0.5)


def factor_at(u: float, s: float) -> int:
    """Return the factor in ppm that a draw picks: log-normal with mean 1, spread by s."""
    z = NormalDist().inv_cdf(max(u, SMALLEST))
    return floor(PPM * exp(s * z - s * s / 2) + 0.5)


def multiplied(rate_ppm: int, factor_ppm: int) -> int:
    """Return a termination rate, or a weight that is one, times a year's factor: half up, at most 1."""
    return min(PPM, half_up(rate_ppm * factor_ppm, PPM))

"""The reference model, uncertainty: one factor a year on everybody's rate of leaving.

Assumptions that are drawn are put into the configuration before a run begins, so nothing is done for them here.
"""

from __future__ import annotations

from math import exp, floor
from statistics import NormalDist

from workforce_sim import draws
from workforce_sim.config import Config
from workforce_sim.draws import Stream
from workforce_sim.money import PPM, half_up

NOBODY = 0
"""The key of a draw that belongs to no person, employee or hire."""
SMALLEST = 2.0**-53


def exit_factor(config: Config, year: int, replicate: int) -> int:
    """Return F, ppm, by which a year multiplies rates of leaving: 10^6 where the year has no effect of its own."""
    s = config.uncertainty.year_effects.terminations
    if s == 0 or config.workforce.headcount == "exact":
        return PPM
    return factor_at(draw_of_nobody(config.random_seed, replicate, year), s)


def draw_of_nobody(seed: int, replicate: int, year: int) -> float:
    """Return the draw in [0, 1) that everybody shares in a replicate's year."""
    nobody = draws.person_number(seed, replicate, NOBODY)
    return draws.uniform(nobody, draws.decision(seed, year, Stream.YEAR_EFFECT))


def factor_at(u: float, s: float) -> int:
    """Return the factor in ppm that a draw picks: log-normal with mean 1, spread by s."""
    z = NormalDist().inv_cdf(max(u, SMALLEST))
    return floor(PPM * exp(s * z - s * s / 2) + 0.5)


def multiplied(rate_ppm: int, factor_ppm: int) -> int:
    """Return a rate of leaving, or a weight that is one, times a year's factor: half up, at most 1."""
    return min(PPM, half_up(rate_ppm * factor_ppm, PPM))

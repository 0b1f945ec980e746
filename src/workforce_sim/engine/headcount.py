"""How many terminate and how many are hired this year, in every replicate.

Chapter: ``docs/model/growth.md``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workforce_sim.dates import Flags, Ints
from workforce_sim.draws import Stream, shared_draw
from workforce_sim.engine.context import Year
from workforce_sim.engine.growth import check_ratio, exact_plan, planned_hires, target_path
from workforce_sim.money import PPM, half_up


@dataclass(frozen=True)
class Headcount:
    """The plan of a year, one entry per replicate; None if terminations are drawn independently.

    Attributes:
        exits: terminations of opening staff.
        reductions: how many of them are reductions, the last in the ranking.
        hires: hires of the year.
        hire_exits: terminations of those hires.
    """

    exits: list[int] | None
    reductions: list[int] | None
    hires: list[int]
    hire_exits: list[int] | None


def decide(weights: list[Ints], year: Year) -> Headcount:
    """Plan terminations and hires exactly, or only hires if terminations are drawn independently.

    Args:
        weights: the termination weights of the opening staff, ppm, by replicate.
        year: the plan year.

    Raises:
        SimulationError: when more hires would be needed than ``workforce.max_hires_ratio`` allows, or any at all while
            every hire terminates.
    """
    exact = year.config.workforce.headcount == "exact"
    planned = _exact(weights, year) if exact else _stochastic(weights, year)
    g, t, n = (rate / PPM for rate in _rates(year))
    rates = f"growth {g:g}, terminations {t:g}, terminations of hires {n:g} in {year.number}"
    for hires, weight in zip(planned.hires, weights, strict=True):
        check_ratio(hires, len(weight), year.config.workforce.max_hires_ratio, rates)
    return planned


def _rates(year: Year) -> tuple[int, int, int]:
    """Return growth, terminations and terminations of hires in ppm."""
    growth = year.calendar.share(year.config.simulation.target_growth_rate.ppm(year.number))
    return growth, year.leaving(year.config.workforce.total_termination_rate), year.hire_exits.rate


def targets(year: Year) -> list[int]:
    """Return the headcount target of a year in each replicate: the census, grown year by year and rounded once."""
    path = [year.growths(number) for number in range(year.config.simulation.start_year, year.number + 1)]
    each = zip(year.world.employers, zip(*path, strict=True), strict=True)
    return [target_path(employer.headcount, growths) for employer, growths in each]


def _exact(weights: list[Ints], year: Year) -> Headcount:
    _, t, n = _rates(year)
    leavers = [max(half_up(len(weight) * t, PPM), int(np.count_nonzero(certain(weight, year)))) for weight in weights]
    each = zip(weights, targets(year), leavers, strict=True)
    plans = [exact_plan(len(weight), aim, x, n, year.number) for weight, aim, x in each]
    return Headcount(
        [plan.terminations for plan in plans],
        [plan.reductions for plan in plans],
        [plan.hires for plan in plans],
        [plan.hire_terminations for plan in plans],
    )


def certain(weight: Ints, year: Year) -> Flags:
    """Return who is certain to terminate: by a configured rate of 1, in either mode."""
    given = year.config.terminations.rates is not None
    return weight >= PPM if given else np.zeros(len(weight), dtype=bool)


def _stochastic(weights: list[Ints], year: Year) -> Headcount:
    n, seed = _rates(year)[2], year.config.random_seed
    draws = [shared_draw(seed, replicate, year.number, Stream.HIRES) for replicate in year.world.drawn_as]
    hires = [
        planned_hires(len(weight), aim, _expected_exits(weight, year), n, u, year.number) if len(weight) else 0
        for weight, aim, u in zip(weights, targets(year), draws, strict=True)
    ]
    return Headcount(None, None, hires, None)


def _expected_exits(weight: Ints, year: Year) -> int:
    """Return the expected terminations of one replicate, ppm, before the year's effect is known."""
    if year.assumptions.rates_as_given:
        return int(np.minimum(weight, PPM).sum())
    return len(weight) * _rates(year)[1]

"""How many leave and how many are hired this year, in every replicate.

Chapter: ``docs/model/growth.md``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workforce_sim.dates import Ints
from workforce_sim.engine.context import Year
from workforce_sim.engine.growth import check_ratio, exact_plan, planned_hires, target_path
from workforce_sim.money import PPM, half_up


@dataclass(frozen=True)
class Headcount:
    """What a year plans, one entry per replicate; None where everybody leaves freely.

    Attributes:
        exits: leavers among opening staff.
        reductions: how many of them leave by reduction, the last in the ranking.
        hires: hires.
        hire_exits: leavers among the hires.
    """

    exits: list[int] | None
    reductions: list[int] | None
    hires: list[int]
    hire_exits: list[int] | None


def decide(weights: list[Ints], year: Year) -> Headcount:
    """Plan exits and hires exactly, or hires only where everybody leaves freely.

    Args:
        weights: the weight of leaving of everybody at the opening, ppm, by replicate.
        year: the plan year.

    Raises:
        SimulationError: when more hires would be needed than ``workforce.max_hires_ratio`` allows, or any at all while
            every hire leaves.
    """
    sizes = [len(weight) for weight in weights]
    exact = year.config.workforce.headcount == "exact"
    planned = _exact(sizes, year) if exact else _stochastic(weights, year)
    g, t, n = (rate / PPM for rate in _rates(year))
    rates = f"growth {g:g}, terminations {t:g}, terminations of hires {n:g} in {year.number}"
    for hires, size in zip(planned.hires, sizes, strict=True):
        check_ratio(hires, size, year.config.workforce.max_hires_ratio, rates)
    return planned


def _rates(year: Year) -> tuple[int, int, int]:
    """Return growth, terminations and terminations of hires in ppm."""
    section, growth = year.config.workforce, year.config.simulation.target_growth_rate
    rates = growth, section.total_termination_rate, section.new_hire_termination_rate
    return rates[0].ppm(year.number), rates[1].ppm(year.number), rates[2].ppm(year.number)


def target(year: Year) -> int:
    """Return the headcount that a year aims at: the census, grown year by year and rounded once."""
    section = year.config.simulation
    path = [section.target_growth_rate.ppm(number) for number in range(section.start_year, year.number + 1)]
    return target_path(year.world.headcount, path)


def _exact(sizes: list[int], year: Year) -> Headcount:
    (_, t, n), aim = _rates(year), target(year)
    plans = [exact_plan(size, aim, half_up(size * t, PPM), n, year.number) for size in sizes]
    return Headcount(
        [plan.terminations for plan in plans],
        [plan.reductions for plan in plans],
        [plan.hires for plan in plans],
        [plan.hire_terminations for plan in plans],
    )


def _stochastic(weights: list[Ints], year: Year) -> Headcount:
    n, aim = _rates(year)[2], target(year)
    hires = [_planned_hires(weight, aim, n, year) if len(weight) else 0 for weight in weights]
    return Headcount(None, None, hires, None)


def _planned_hires(weight: Ints, aim: int, hire_exits_ppm: int, year: Year) -> int:
    return planned_hires(len(weight), aim, _expected_exits(weight, year), hire_exits_ppm, year.number)


def _expected_exits(weight: Ints, year: Year) -> int:
    """Return the exits of one replicate that are to be expected, half up: nobody knows yet how the year turns out."""
    if year.assumptions.rates_as_given:
        return half_up(int(np.minimum(weight, PPM).sum()), PPM)
    return half_up(len(weight) * _rates(year)[1], PPM)

"""How many leave and how many are hired this year, in every replicate.

Chapter: ``docs/model/growth.md``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workforce_sim.context import Context
from workforce_sim.dates import Ints
from workforce_sim.growth import check_ratio, exact_plan, planned_hires, target_path
from workforce_sim.money import PPM, half_up
from workforce_sim.staff import Staff


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


def decide(staff: Staff, weight: Ints, context: Context) -> Headcount:
    """Plan exits and hires exactly, or hires only where everybody leaves freely.

    Raises:
        SimulationError: when more hires would be needed than ``workforce.max_hires_ratio`` allows, or any at all while
            every hire leaves.
    """
    parts = staff.bounds(context.replicates)
    sizes = [part.stop - part.start for part in parts]
    if context.config.workforce.headcount == "exact":
        planned = _exact(sizes, context)
    else:
        planned = _stochastic(sizes, [weight[part] for part in parts], context)
    g, t, n = (rate / PPM for rate in _rates(context))
    rates = f"growth {g:g}, terminations {t:g}, terminations of hires {n:g} in {context.year.year}"
    for hires, size in zip(planned.hires, sizes, strict=True):
        check_ratio(hires, size, context.config.workforce.max_hires_ratio, rates)
    return planned


def _rates(context: Context) -> tuple[int, int, int]:
    """Return growth, terminations and terminations of hires in ppm."""
    config, year = context.config, context.year.year
    section = config.workforce
    growth = config.simulation.target_growth_rate.ppm(year)
    return growth, section.total_termination_rate.ppm(year), section.new_hire_termination_rate.ppm(year)


def _exact(sizes: list[int], context: Context) -> Headcount:
    plans = [exact_plan(size, *_rates(context), context.year.year) for size in sizes]
    return Headcount(
        [plan.terminations for plan in plans],
        [plan.reductions for plan in plans],
        [plan.hires for plan in plans],
        [plan.hire_terminations for plan in plans],
    )


def _stochastic(sizes: list[int], weights: list[Ints], context: Context) -> Headcount:
    config, (_, _, n) = context.config, _rates(context)
    years = range(config.simulation.start_year, context.year.year + 1)
    path = [config.simulation.target_growth_rate.ppm(year) for year in years]
    target = target_path(context.world.headcount, path)
    expected = [_expected_exits(weight, context) for weight in weights]
    now = context.year.year
    hires = [planned_hires(size, target, e, n, now) if size else 0 for size, e in zip(sizes, expected, strict=True)]
    return Headcount(None, None, hires, None)


def _expected_exits(weight: Ints, context: Context) -> int:
    """Return the exits of one replicate that are to be expected, half up: nobody knows yet how the year turns out."""
    if context.assumptions.rates_as_given:
        return half_up(int(np.minimum(weight, PPM).sum()), PPM)
    return half_up(len(weight) * _rates(context)[1], PPM)

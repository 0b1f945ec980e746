"""How many leave and how many are hired: the growth identity.

Chapter: ``docs/model/growth.md``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from workforce_sim.errors import SimulationError
from workforce_sim.money import PPM, half_up, ppm


@dataclass(frozen=True)
class HeadcountPlan:
    """One year of headcount.

    Attributes:
        target: closing headcount aimed at.
        terminations: leavers among opening staff, reductions included.
        reductions: those of them who leave because headcount shrinks faster than people leave.
        hires: hires of the year.
        hire_terminations: leavers among them.
    """

    target: int
    terminations: int
    reductions: int
    hires: int
    hire_terminations: int


def hires_needed(opening: int, growth: float, termination: float, new_hire_termination: float) -> HeadcountPlan:
    """Return the plan that closes a year exactly on its target.

    Args:
        opening: headcount at the opening.
        growth: growth of headcount, a fraction above -1 and at most 1.
        termination: share of opening staff who leave.
        new_hire_termination: share of the year's hires who leave, below 1.

    Raises:
        ValueError: for rates outside their range or with more than 6 decimals.
    """
    if (
        int(opening) != opening
        or opening < 0
        or not -1 < growth <= 1
        or not 0 <= termination <= 1
        or not 0 <= new_hire_termination < 1
    ):
        raise ValueError(
            "need opening >= 0 and whole, -1 < growth <= 1, 0 <= termination <= 1, 0 <= new_hire_termination < 1"
        )
    return exact_plan(int(opening), ppm(growth), ppm(termination), ppm(new_hire_termination))


def exact_plan(opening: int, growth: int, termination: int, new_hire_termination: int) -> HeadcountPlan:
    """Return the exact plan from rates in millionths."""
    target = half_up(opening * (PPM + growth), PPM)
    leavers = half_up(opening * termination, PPM)
    net = target - (opening - leavers)
    if net <= 0:
        return HeadcountPlan(target, leavers - net, -net, 0, 0)
    hires = _ceil(net * PPM, PPM - new_hire_termination)
    return HeadcountPlan(target, leavers, 0, hires, hires - net)


def target_path(census: int, growths: Sequence[int]) -> int:
    """Return half up(census x (1 + g1) ... (1 + gk)), growths in millionths, rounded once."""
    product = math.prod((Fraction(PPM + g, PPM) for g in growths), start=Fraction(census))
    return half_up(product.numerator, product.denominator)


def planned_hires(opening: int, target: int, expected_exits: int, new_hire_termination: int) -> int:
    """Return the hires of stochastic mode: planned on expected exits, never below 0."""
    return max(0, _ceil((target - opening + expected_exits) * PPM, PPM - new_hire_termination))


def check_ratio(hires: int, opening: int, ratio: float, rates: str) -> None:
    """Raise ``SimulationError`` when hires are more than ``ratio`` times the opening headcount."""
    if hires > Fraction(str(ratio)) * opening:
        raise SimulationError(
            f"{hires} hires for an opening headcount of {opening} are more than workforce.max_hires_ratio {ratio:g} "
            f"allows ({rates}); lower a rate or raise workforce.max_hires_ratio"
        )


def _ceil(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)

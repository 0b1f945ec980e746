"""How many terminate and how many are hired: the growth identity.

Chapter: ``docs/model/growth.md``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from fractions import Fraction
from numbers import Real
from typing import Any, overload

import polars as pl

from workforce_sim.errors import SimulationError
from workforce_sim.money import PPM, half_up, ppm


@dataclass(frozen=True)
class HeadcountPlan:
    """One year of headcount.

    Attributes:
        target: closing headcount aimed at.
        terminations: terminations of opening staff, including reductions.
        reductions: those of them needed because headcount shrinks faster than employees leave.
        hires: hires of the year.
        hire_terminations: terminations of those hires.
    """

    target: int
    terminations: int
    reductions: int
    hires: int
    hire_terminations: int


Rate = float | pl.Series


@overload
def hires_needed(opening: int, growth: float, termination: float, new_hire_termination: float) -> HeadcountPlan: ...


@overload
def hires_needed(opening: int | pl.Series, growth: Rate, termination: Rate, new_hire_termination: Rate) -> Any: ...


def hires_needed(opening: int | pl.Series, growth: Rate, termination: Rate, new_hire_termination: Rate) -> Any:
    """Return the plan that closes a year exactly on its target.

    Arguments are numbers for one year, or columns of a Polars frame; a number beside columns holds for every row::

        hires_needed(1000, 0.03, 0.12, 0.25).hires                                               # 200
        frame.hstack(hires_needed(frame["opening"], frame["growth"], 0.12, 0.25))

    With r the growth, t the terminations and n those of hires, ``H (1 - n) = N (1 + r) - N (1 - t)``; each number is
    rounded as ``docs/model/growth.md`` says. Source: the identity of headcount, closing = opening - terminations +
    hires - terminations of hires.

    Args:
        opening: headcount at the opening.
        growth: growth of headcount, a fraction above -1 and at most 1.
        termination: share of opening staff who terminate.
        new_hire_termination: share of the year's hires who terminate, below 1.

    Returns:
        A ``HeadcountPlan``, or a frame with its attributes as Int64 columns where an argument is a column.

    Raises:
        ValueError: for a headcount that is not whole, for rates that are missing, outside their range or with more than
            6 decimals, and for columns of different lengths.
    """
    arguments = opening, growth, termination, new_hire_termination
    lengths = {len(argument) for argument in arguments if isinstance(argument, pl.Series)}
    if not lengths:
        return _one_plan(*arguments)
    if len(lengths) > 1:
        raise ValueError(f"columns must be equally long (they have {', '.join(map(str, sorted(lengths)))} rows)")
    (size,) = lengths
    columns = (argument if isinstance(argument, pl.Series) else [argument] * size for argument in arguments)
    rows = [asdict(_one_plan(*row)) for row in zip(*columns, strict=True)]
    return pl.DataFrame(rows, schema=dict.fromkeys(HeadcountPlan.__annotations__, pl.Int64))


def _one_plan(opening: Any, growth: Any, termination: Any, new_hire_termination: Any) -> HeadcountPlan:
    rates = growth, termination, new_hire_termination
    if not (
        _is_whole(opening)
        and all(isinstance(rate, (Real, Decimal)) for rate in rates)
        and -1 < growth <= 1
        and 0 <= termination <= 1
        and 0 <= new_hire_termination < 1
    ):
        raise ValueError(
            "need opening >= 0 and whole, -1 < growth <= 1, 0 <= termination <= 1, 0 <= new_hire_termination < 1"
        )
    g, t, n = map(ppm, rates)
    return exact_plan(int(opening), target_path(int(opening), [g]), half_up(int(opening) * t, PPM), n)


def _is_whole(headcount: Any) -> bool:
    number = isinstance(headcount, (Real, Decimal))
    return number and bool(0 <= headcount < 2**63 and headcount % 1 == 0)


def exact_plan(
    opening: int, target: int, leavers: int, new_hire_termination: int, year: int | None = None
) -> HeadcountPlan:
    """Return the plan that closes on the target at a termination rate; without employees nothing happens.

    The rate is in millionths; the year is for the error message of an impossible plan.
    """
    net = target - (opening - leavers) if opening else 0
    if net <= 0:
        return HeadcountPlan(target, leavers - net, -net, 0, 0)
    hires = _hires_for(net, new_hire_termination, year)
    return HeadcountPlan(target, leavers, 0, hires, hires - net)


def target_path(census: int, growths: Sequence[int]) -> int:
    """Return half up(census x (1 + g1) ... (1 + gk)), growths in millionths, rounded once."""
    return half_up(math.prod((PPM + g for g in growths), start=census), PPM ** len(growths))


def planned_hires(
    opening: int, target: int, exits_ppm: int, new_hire_termination: int, u: float, year: int | None = None
) -> int:
    """Return the hires of stochastic mode, never below 0: they replace expected terminations; a draw rounds them.

    Args:
        opening: headcount at the opening.
        target: closing headcount aimed at.
        exits_ppm: expected terminations of opening staff, in millionths of an employee.
        new_hire_termination: share of the hires who terminate, millionths.
        u: the draw.
        year: for the error message of an impossible plan.
    """
    missing, stay = PPM * (target - opening) + exits_ppm, PPM - new_hire_termination
    if missing <= 0:
        return 0
    _refuse_when_none_stays(_ceil(missing, PPM), stay, year)
    whole, part = divmod(missing, stay)
    return whole + (math.floor(u * stay) < part)


def _hires_for(missing: int, new_hire_termination: int, year: int | None) -> int:
    """Return how many to hire so that the missing number stays; ``SimulationError`` if every hire terminates."""
    stay = PPM - new_hire_termination
    _refuse_when_none_stays(missing, stay, year)
    return _ceil(missing * PPM, stay)


def _refuse_when_none_stays(missing: int, stay: int, year: int | None) -> None:
    if stay <= 0:
        raise SimulationError(
            f"{missing} more employees are needed{'' if year is None else f' in {year}'}, but no new hire stays: "
            "workforce.new_hire_termination_rate, or terminations.new_hire_hazard, is 1; lower it, or lower "
            "simulation.target_growth_rate or workforce.total_termination_rate so that nobody is hired"
        )


def check_ratio(hires: int, opening: int, ratio: float, rates: str) -> None:
    """Raise ``SimulationError`` when hires are more than ``ratio`` times the opening headcount."""
    if hires > Fraction(str(ratio)) * opening:
        raise SimulationError(
            f"{hires} hires for an opening headcount of {opening} are more than workforce.max_hires_ratio {ratio:g} "
            f"allows ({rates}); lower a rate or raise workforce.max_hires_ratio"
        )


def _ceil(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)

"""Profit sharing, in exact whole numbers: a formula for each employee, or units by which a pool is shared.

Arrays are int64, one entry for each employee. Chapter: ``docs/model/sources.md``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workforce_sim.config.nonelective import max_excess_ppm
from workforce_sim.config.profit_sharing import AllocationGroup, ExcessShare, Pool, ProfitSharing
from workforce_sim.dates import Flags, Ints
from workforce_sim.money import PPM, cents, half_up, ppm
from workforce_sim.plan.amounts import by_band
from workforce_sim.plan.nonelective import formula_nonelective, integrated_amount


def formula_profit_sharing(
    formula: ProfitSharing, pay: Ints, place: Ints, wage_base_cents: int, groups: Sequence[Flags] = ()
) -> Ints:
    """Return what a formula gives to each employee, cents; a pool is shared by its units instead.

    Args:
        formula: as configured.
        pay: plan compensation, cents, capped by section 401(a)(17); nobody without any gets anything.
        place: tenure, age or points, by ``formula.graded_by``.
        wage_base_cents: the year's Social Security wage base.
        groups: who fits each allocation group.
    """
    if formula.dollars is not None:
        return np.where(pay > 0, cents(formula.dollars), 0)
    if formula.groups is not None:
        return _by_group(formula.groups, groups, pay)
    if formula.excess is not None:
        return _with_excess(formula, formula.excess, pay, place, wage_base_cents)
    return np.asarray(formula_nonelective(formula, pay, place, wage_base_cents))


def _with_excess(formula: ProfitSharing, excess: ExcessShare, pay: Ints, place: Ints, wage_base_cents: int) -> Ints:
    level = excess.level_cents(wage_base_cents)
    return np.asarray(by_band(formula.bands, place, lambda rate: integrated_amount(pay, rate, excess.rate_ppm, level)))


def _by_group(formula: Sequence[AllocationGroup], fits: Sequence[Flags], pay: Ints) -> Ints:
    """Return what each employee gets in the first group that fits."""
    amount = np.zeros_like(pay)
    for group, those in reversed([*zip(formula, fits, strict=True)]):
        theirs = half_up(group.rate_ppm * pay, PPM) + group.amount_cents * (pay > 0)
        amount = np.where(those, theirs, amount)
    return amount


# --- pools ---


def units_of(pool: Pool, pay: Ints, place: Ints, retirement_age: int, wage_base_cents: int) -> tuple[Ints, Ints]:
    """Return each employee's units of the first part of a pool and of the rest; the rest is 0 but for ``integrated``.

    Args:
        pool: as configured.
        pay: plan compensation, cents; 0 of those who have no share.
        place: tenure, age or points, by ``pool.graded_by``.
        retirement_age: normal retirement age.
        wage_base_cents: the year's Social Security wage base.
    """
    if pool.integrated is not None:
        return pay + np.maximum(pay - pool.integrated.level_cents(wage_base_cents), 0), pay
    if pool.allocation == "equal":
        return (pay > 0).astype(np.int64), np.zeros_like(pay)
    if pool.allocation == "age_weighted":
        factors = np.array(age_factors(pool.interest, retirement_age), dtype=np.int64)
        weight = factors[np.minimum(place, retirement_age)]
    else:
        weight = by_band(pool.weights, place, lambda weight: np.full_like(pay, weight))
    return half_up(weight * pay, PPM), np.zeros_like(pay)


def age_factors(interest: float, retirement_age: int) -> list[int]:
    """Return what a dollar at the retirement age is worth at each age up to it, millionths, half up."""
    growth = PPM + ppm(interest)
    years = range(retirement_age, -1, -1)
    return [half_up(PPM * PPM**n, growth**n) for n in years]


def pots_of(pool: Pool, pot: int, units: int, wage_base_cents: int) -> tuple[int, int]:
    """Return the first part of a pool and the rest: all, but for ``integrated`` as far as permitted disparity goes.

    Args:
        pool: as configured.
        pot: the whole pool, cents.
        units: the sum of everybody's units of the first part.
        wage_base_cents: the year's Social Security wage base.
    """
    if pool.integrated is None:
        return pot, 0
    most = max_excess_ppm(pool.integrated.level_cents(wage_base_cents), wage_base_cents)
    first = min(pot, most * units // PPM)
    return first, pot - first


def pot_of(pool: Pool, year: int, payroll_cents: int) -> int:
    """Return the pool of a year, cents: its dollars, or its share of payroll, half up."""
    if pool.payroll_share is not None:
        return half_up(pool.payroll_share.ppm(year) * payroll_cents, PPM)
    return 0 if pool.dollars is None else pool.dollars.cents(year)

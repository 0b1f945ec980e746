"""The reference model, nonelective contribution: the formula. Its legal bounds are checked before a run starts."""

from __future__ import annotations

from workforce_sim.config.nonelective import IntegrationLevel, Nonelective
from workforce_sim.money import PPM, cents, half_up, ppm
from workforce_sim.reference.opening_date import in_months


def nonelective_amount(
    formula: Nonelective, age: int, tenure: int, compensation: int, wage_base: int, months: int
) -> int:
    """Return the contribution in cents; one rounding.

    Args:
        formula: none, one share for all, a share by band, or integrated with Social Security.
        age: completed years on the first day of the plan year, of hires on the hire date; so the tenure.
        tenure: see ``age``.
        compensation: plan compensation of this source, at most the limit of section 401(a)(17), in cents.
        wage_base: of the plan year, in cents.
        months: of the plan year.
    """
    if formula.integrated is not None:
        rule = formula.integrated
        above = max(0, compensation - level(rule, wage_base, months))
        return half_up(ppm(rule.base_rate) * compensation + ppm(rule.excess_rate) * above, PPM)
    return half_up(ppm(_rate(formula, age, tenure)) * compensation, PPM)


def level(rule: IntegrationLevel, wage_base: int, months: int) -> int:
    """Return the integration level of so many months in cents.

    It is dollars a year, or a share of the wage base of these months, all of that when neither is given.
    """
    if rule.level is not None:
        return in_months(cents(rule.level), months)
    return half_up(ppm(1.0 if rule.level_share is None else rule.level_share) * wage_base, PPM)


def _rate(formula: Nonelective, age: int, tenure: int) -> float:
    """Return the share of pay of somebody's band of tenure, age or points, or that of all."""
    if formula.by_service is not None:
        return next(band.rate for band in reversed(formula.by_service) if band.start <= tenure)
    if formula.by_age is not None:
        return next(band.rate for band in reversed(formula.by_age) if band.start <= age)
    if formula.by_points is not None:
        return next(band.rate for band in reversed(formula.by_points) if band.start <= age + tenure)
    return formula.rate or 0.0

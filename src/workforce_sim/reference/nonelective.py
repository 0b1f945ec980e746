"""The reference model, nonelective contribution: the formula. Its legal bounds are checked before a run starts."""

from __future__ import annotations

from workforce_sim.config.nonelective import Nonelective
from workforce_sim.money import PPM, half_up


def nonelective_amount(formula: Nonelective, age: int, tenure: int, compensation: int, wage_base: int) -> int:
    """Return the contribution in cents; one rounding.

    Args:
        formula: none, one share for all, a share by band, or integrated with Social Security.
        age: completed years on 1 January, of hires on the hire date; so the tenure.
        tenure: see ``age``.
        compensation: plan compensation of this source, at most the limit of section 401(a)(17), in cents.
        wage_base: of the year, in cents.
    """
    if formula.integrated is not None:
        rule = formula.integrated
        above = max(0, compensation - rule.level_cents(wage_base))
        return half_up(rule.base_ppm * compensation + rule.excess_ppm * above, PPM)
    place = {"tenure": tenure, "points": age + tenure, "age": age, None: 0}[formula.graded_by]
    rate_ppm = next(rate for start, rate in reversed(formula.bands) if start <= place)
    return half_up(rate_ppm * compensation, PPM)

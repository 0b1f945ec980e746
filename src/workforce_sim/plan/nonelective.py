"""The nonelective contribution, in exact whole numbers: flat, by service, points or age, or integrated.

Functions take plain integers or int64 arrays alike and round once. Chapter: ``docs/model/nonelective.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from numbers import Real
from typing import Any

from workforce_sim.config.nonelective import Integrated, IntegrationLevel, Nonelective, ShareOfPay, max_excess_ppm
from workforce_sim.errors import ConfigError
from workforce_sim.money import PPM, Whole, half_up
from workforce_sim.plan.amounts import by_band, in_cents, in_dollars, larger, model_of, place_of, same_length

AT = ("plan", "nonelective")


def share_of_pay(compensation_cents: Whole, rate_ppm: int) -> Whole:
    """Return a share of compensation in cents, half up."""
    return half_up(compensation_cents * rate_ppm, PPM)


def integrated_amount(compensation_cents: Whole, base_ppm: int, excess_ppm: int, level_cents: int) -> Whole:
    """Return ``base x C + excess x max(0, C - level)`` in cents, half up, rounded once."""
    above = larger(compensation_cents - level_cents, 0)
    return half_up(base_ppm * compensation_cents + excess_ppm * above, PPM)


def formula_nonelective(
    formula: ShareOfPay, compensation_cents: Whole, place: Any = 0, wage_base_cents: int = 0
) -> Whole:
    """Return the contribution of a configured formula in cents.

    Args:
        formula: as configured.
        compensation_cents: plan compensation, capped by 401(a)(17).
        place: tenure, age or points, by ``formula.graded_by``; ignored where it is None.
        wage_base_cents: the year's Social Security wage base; needed where the formula is integrated.
    """
    rule = formula.integrated
    if rule is None:
        return by_band(formula.bands, place, lambda rate: share_of_pay(compensation_cents, rate))
    level = rule.level_cents(wage_base_cents)
    return integrated_amount(compensation_cents, rule.base_ppm, rule.excess_ppm, level)


def check_level(rule: IntegrationLevel, wage_base_cents: int) -> None:
    """Check an integration level against the wage base of one year, IRC 401(l).

    Raises:
        ConfigError: when the level is above the wage base.
    """
    if rule.level is not None and rule.level_cents(wage_base_cents) > wage_base_cents:
        raise ConfigError("the integration level is above the year's Social Security wage base (IRC 401(l)(5)(A)(ii))")


def check_disparity(rule: Integrated, wage_base_cents: int) -> None:
    """Check an integrated formula against the wage base of one year, IRC 401(l).

    Raises:
        ConfigError: when the integration level is above the wage base, or the excess rate above what the level allows.
    """
    if rule.level is None:  # a share of the wage base is checked on reading, whatever the base
        return
    check_level(rule, wage_base_cents)
    level = rule.level_cents(wage_base_cents)
    most = max_excess_ppm(level, wage_base_cents)
    if rule.excess_ppm > most:
        raise ConfigError(
            f"excess_rate must be at most {most / PPM:g} with an integration level of {level / wage_base_cents:.4f} of "
            "the year's Social Security wage base (IRC 401(l)(2), 26 CFR 1.401(l)-2(d)(4))"
        )


def nonelective_amount(
    compensation: Any, formula: Any, *, tenure_years: Any = None, age: Any = None, wage_base: float | None = None
) -> Any:
    """Return the nonelective contribution for a year's compensation, in dollars.

    Arguments are numbers for one person, or columns: of a Polars frame, lists or NumPy arrays.

    Args:
        compensation: plan compensation in dollars, after the limit of section 401(a)(17); taken to the nearest cent.
        formula: a share of pay such as 0.03, the keys of ``plan.nonelective``, or a ``Nonelective``. Its conditions
            (service, last day, hours) are not looked at.
        tenure_years: completed years on January 1; needed for the kinds ``service`` and ``points``.
        age: completed years on January 1; needed for the kinds ``age`` and ``points``.
        wage_base: the year's Social Security wage base in dollars; needed for the kind ``integrated``.

    Returns:
        Dollars, half up to the cent: a float, or a column ``nonelective`` where an argument is a column.

    Raises:
        ConfigError: for a formula that cannot be read, or beyond permitted disparity at this wage base.
        TypeError: for arguments of another kind.
        ValueError: for missing, negative or infinite amounts, columns of different lengths, or an argument that is
            needed and not given.

    Sources: permitted disparity, IRC 401(l) and 26 CFR 1.401(l)-2; the limit on compensation, IRC 401(a)(17). Shares by
    service, age and points are the plan's own choice, tested by IRC 401(a)(4).
    """
    rule = _formula_of(formula)
    place = place_of(rule.graded_by, tenure_years, age)
    base, paid = _wage_base(rule, wage_base), in_cents(compensation, "compensation")
    same_length(compensation=paid, tenure_years_and_age=place)
    return in_dollars(formula_nonelective(rule, paid, place, base), "nonelective")


def _formula_of(formula: Any) -> Nonelective:
    flag = isinstance(formula, bool)
    if isinstance(formula, (Real, Decimal)) and not flag:
        return model_of(Nonelective, {"kind": "flat", "rate": float(formula)}, AT)
    if not isinstance(formula, (Mapping, Nonelective)):
        raise TypeError(
            "formula: expected a share of pay such as 0.03, the keys of plan.nonelective or a Nonelective, not "
            f"{type(formula).__name__}"
        )
    return model_of(Nonelective, formula, AT)


def _wage_base(rule: Nonelective, wage_base: float | None) -> int:
    if rule.integrated is None:
        return 0
    if wage_base is None:
        raise ValueError("the formula is integrated with Social Security; give wage_base")
    base = in_cents(wage_base, "wage_base")
    if not isinstance(base, int):
        raise TypeError("wage_base: expected one number, dollars")
    check_disparity(rule.integrated, base)
    return base

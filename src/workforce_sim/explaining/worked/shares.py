"""Contributions of one employee that need no deferrals, before section 415: nonelective and profit sharing.

Chapters: ``docs/model/nonelective.md``, ``docs/model/sources.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from workforce_sim.config.nonelective import IntegrationLevel, Nonelective, ShareOfPay
from workforce_sim.config.plan_values import EmployerMoney
from workforce_sim.config.profit_sharing import Pool, ProfitSharing
from workforce_sim.dates import Flags
from workforce_sim.engine.events.contribution import REALLOCATION
from workforce_sim.engine.events.profit_sharing import POOL, fits_group
from workforce_sim.explaining.worked.conditions import UNITS, conditions, entry, given, within
from workforce_sim.explaining.worked.formula import group_words
from workforce_sim.explaining.worked.one import One, row_of
from workforce_sim.explaining.worked.pay import compensation
from workforce_sim.explaining.worked.steps import Reckoned, Step, exact, ppm
from workforce_sim.money import PPM, exact_sum
from workforce_sim.plan.amounts import by_band, larger
from workforce_sim.plan.nonelective import formula_nonelective
from workforce_sim.plan.profit_sharing import formula_profit_sharing, pot_of
from workforce_sim.plan.sources import limited
from workforce_sim.wording import dollars

NONELECTIVE, PROFIT_SHARING = "nonelective contribution", "profit sharing"
"""What people call the sources."""


def nonelective(one: One) -> Reckoned:
    """Return the steps of the nonelective contribution before section 415, and cents."""
    formula = one.year.plan.nonelective
    if formula.kind == "none":
        return [Step(NONELECTIVE, "the plan has none (plan.nonelective.kind: none)", dollars(0))], 0
    return _in_source(one, formula, NONELECTIVE, partial(_nonelective, one, formula))


def _nonelective(one: One, formula: Nonelective, pay: int) -> Reckoned:
    base = one.year.limits.wage_base_cents
    amount = int(formula_nonelective(formula, pay, one.place(formula.graded_by), base))
    more, cents = given(one, formula, amount, NONELECTIVE)
    return [*_share(one, formula, pay, amount), *more], cents


def _in_source(one: One, money: EmployerMoney, name: str, of_pay: Callable[[int], Reckoned]) -> Reckoned:
    """Return the steps of a source from entry into it and the pay that it counts, and cents."""
    found = [*entry(one, money)]
    if not within(one, money):
        return [*found, Step(name, "not in the plan this year", dollars(0))], 0
    paid, pay = compensation(one, money)
    steps, cents = of_pay(pay)
    return [*found, *paid, *steps], cents


def reallocated(one: One) -> Reckoned:
    """Return the step of a share of reallocated forfeitures, and cents."""
    shares = one.year.given.get(REALLOCATION.name)
    if shares is None:
        return [], 0
    cents = int(shares[one.staff.rows][0])
    how = f"of {dollars(one.year.forfeitures[0])} in the account, by plan compensation of those employed on December 31"
    return [Step("share of reallocated forfeitures", how, dollars(cents))], cents


def profit_sharing(one: One) -> Reckoned:
    """Return the steps of profit sharing before section 415, and cents."""
    formula = one.year.plan.profit_sharing
    if formula.kind == "none":
        return [Step(PROFIT_SHARING, "the plan has none in the year", dollars(0))], 0
    return _in_source(one, formula, PROFIT_SHARING, partial(_profit_sharing, one, formula))


def _profit_sharing(one: One, formula: ProfitSharing, pay: int) -> Reckoned:
    if formula.pool is not None:
        return _of_pool(one, formula, formula.pool)
    fits = [fits_group(group, one.staff, one.year) for group in formula.groups or ()]
    place, base = row_of(one.place(formula.graded_by)), one.year.limits.wage_base_cents
    amount = int(formula_profit_sharing(formula, row_of(pay), place, base, fits)[0])
    more, cents = given(one, formula, amount, PROFIT_SHARING)
    return [*_own_formula(one, formula, pay, amount, fits), *more], cents


def _share(one: One, formula: ShareOfPay, pay: int, amount: int) -> Iterator[Step]:
    """Yield the steps of a share of pay, graded or integrated."""
    if formula.integrated is not None:
        rule = formula.integrated
        yield Step("of all pay", f"{ppm(rule.base_ppm)} x {dollars(pay)}", exact(rule.base_ppm * pay, PPM))
        yield _above(one, rule, rule.excess_ppm, pay)
    else:
        yield _of_all_pay(one, formula, "share of pay", pay)
    yield Step("by the formula", "half up to the cent", dollars(amount))


def _above(one: One, rule: IntegrationLevel, excess_ppm: int, pay: int) -> Step:
    """Return the step of more of the pay above an integration level."""
    level = rule.level_cents(one.year.limits.wage_base_cents)
    above = int(larger(pay - level, 0))
    how = f"{ppm(excess_ppm)} x {dollars(above)}, pay above the integration level of {dollars(level)}"
    return Step("of pay above the level", how, exact(excess_ppm * above, PPM))


def _of_all_pay(one: One, formula: ShareOfPay, what: str, pay: int) -> Step:
    """Return the step of a share of all pay, by tenure, points or age where the formula goes by them."""
    place = one.place(formula.graded_by)
    rate = int(by_band(formula.bands, place, lambda share: share))
    at = "" if formula.graded_by is None else f" at {place} {UNITS[formula.graded_by]}"
    return Step(f"{what}{at}", f"{ppm(rate)} x {dollars(pay)}", exact(rate * pay, PPM))


def _own_formula(one: One, formula: ProfitSharing, pay: int, amount: int, fits: list[Flags]) -> Iterator[Step]:
    if formula.dollars is not None:
        yield Step("dollars for each", "with plan compensation above 0", dollars(amount))
        return
    if formula.groups is not None:
        yield _of_group(formula, pay, amount, fits)
        return
    if formula.excess is not None:
        yield _of_all_pay(one, formula, "of all pay", pay)
        yield _above(one, formula.excess, formula.excess.rate_ppm, pay)
        yield Step("by the formula", "the sum, half up to the cent", dollars(amount))
        return
    yield from _share(one, formula, pay, amount)


def _of_group(formula: ProfitSharing, pay: int, amount: int, fits: list[Flags]) -> Step:
    groups = formula.groups or ()
    number = next((place for place, those in enumerate(fits) if those[0]), None)
    if number is None:
        return Step("allocation group", "none fits", dollars(0))
    how = (
        "dollars for each"
        if groups[number].rate is None
        else f"{ppm(groups[number].rate_ppm)} x {dollars(pay)}, half up"
    )
    return Step(
        f"allocation group {number + 1}, the first that fits", f"{group_words(groups[number])}; {how}", dollars(amount)
    )


def _of_pool(one: One, formula: ProfitSharing, pool: Pool) -> Reckoned:
    """Return the steps of a share of a pool, which its own rule, quotas to the cent, gives among all."""
    shares = one.year.given.get(POOL.name)
    if shares is None:
        return [
            Step(PROFIT_SHARING, f"a share of a pool, {pool.shared}: not shown, as it depends on everybody", dollars(0))
        ], 0
    asked = one.whole.pool
    pot = pot_of(pool, one.year.number, exact_sum(asked["earnings_cents"]))
    cents = int(limited(shares[one.staff.rows], formula)[0])
    units, everybody = int(asked["first"][one.staff.rows][0]), exact_sum(asked["first"])
    found = [
        *conditions(one, formula),
        Step("pool of the year", f"shared {pool.shared} among all who meet the conditions", dollars(pot)),
        Step("units", f"{units:,} of {everybody:,} of all; a cent of pay is one, before weights"),
    ]
    how = "by quotas of largest remainder, to the cent"
    if pool.integrated is not None:
        how = "in two parts, by pay and pay above the level, then by pay; by quotas of largest remainder, to the cent"
    return [*found, Step(PROFIT_SHARING, f"{how}; before section 415", dollars(cents))], cents

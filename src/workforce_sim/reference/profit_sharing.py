"""The reference model, profit sharing: a formula for each employee, or a pool that employees share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workforce_sim.config.nonelective import IntegrationLevel
from workforce_sim.config.profit_sharing import AllocationGroup, Pool, ProfitSharing
from workforce_sim.money import PPM, cents, half_up, ppm, quota
from workforce_sim.reference.compensated import OWNER_PPM
from workforce_sim.reference.contributions import InPlan, PlanYear, meets_conditions
from workforce_sim.reference.nonelective import level
from workforce_sim.reference.opening_date import MONTHS, in_months
from workforce_sim.reference.records import PersonYear
from workforce_sim.reference.sources import InSource, at_most, in_source
from workforce_sim.reference.year import Year


def share_profits(in_plan: Sequence[InPlan], people: Sequence[PersonYear], plan: PlanYear) -> None:
    """Give profit sharing to those in it who meet its conditions and have pay that counts."""
    formula = plan.plan.profit_sharing
    if formula.kind == "none":
        return
    sharing = [found for one in in_plan if (found := in_source(formula, one)) is not None]
    sharing = [one for one in sharing if one.compensation > 0 and meets_conditions(formula, one.in_plan.person, plan)]
    sharing.sort(key=lambda one: one.in_plan.person.employee.key)
    if formula.pool is not None:
        amounts = _shares(formula.pool, sharing, people, plan)
    else:
        amounts = [_amount(formula, one, plan) for one in sharing]
    for one, amount in zip(sharing, amounts, strict=True):
        one.in_plan.person.money.profit_sharing = at_most(amount, formula, plan.year.months)


# --- A formula for each ---


def _amount(formula: ProfitSharing, one: InSource, plan: PlanYear) -> int:
    """Return what one employee gets, half up, before the annual limit."""
    if formula.dollars is not None:
        return in_months(cents(formula.dollars), plan.year.months)
    if formula.groups is not None:
        return _of_group(formula.groups, one, plan)
    if formula.integrated is not None:
        base, extra = ppm(formula.integrated.base_rate), ppm(formula.integrated.excess_rate)
        return half_up(base * one.compensation + extra * _above(formula.integrated, one, plan), PPM)
    more = 0
    if formula.excess is not None:
        more = ppm(formula.excess.rate) * _above(formula.excess, one, plan)
    return half_up(_banded(formula, "rate", one.in_plan.person, formula.rate or 0.0) * one.compensation + more, PPM)


def _above(rule: IntegrationLevel, one: InSource, plan: PlanYear) -> int:
    """Return compensation above an integration level."""
    return max(0, one.compensation - level(rule, plan.limits.wage_base_cents, plan.year.months))


def _banded(table: Any, name: str, person: PersonYear, otherwise: float) -> int:
    """Return a rate or weight of somebody's band of tenure, age or points in ppm, or the one of all without bands."""
    points = person.age + person.tenure
    for bands, place in ((table.by_service, person.tenure), (table.by_age, person.age), (table.by_points, points)):
        if bands is not None:
            return ppm(getattr(next(band for band in reversed(bands) if band.start <= place), name))
    return ppm(otherwise)


def _of_group(groups: Sequence[AllocationGroup], one: InSource, plan: PlanYear) -> int:
    """Return what the first group that fits gives; 0 where none fits."""
    found = next((group for group in groups if _fits(group, one.in_plan.person, plan)), None)
    if found is None:
        return 0
    if found.rate is not None:
        return half_up(ppm(found.rate) * one.compensation, PPM)
    return in_months(cents(found.dollars or 0.0), plan.year.months)


def _fits(group: AllocationGroup, person: PersonYear, plan: PlanYear) -> bool:
    employee = person.employee
    return (
        (group.levels is None or plan.year.run.levels[employee.level].name in group.levels)
        and (group.departments is None or employee.department in group.departments)
        and (group.owners is None or group.owners == (employee.owner_share_ppm > OWNER_PPM))
    )


# --- A pool ---


def _shares(pool: Pool, sharing: Sequence[InSource], people: Sequence[PersonYear], plan: PlanYear) -> list[int]:
    """Return each one's share of the pool of the year."""
    pot = _pot(pool, sum(person.earnings_cents for person in people), plan.year)
    pay = [one.compensation for one in sharing]
    if pool.integrated is not None:
        above = [_above(pool.integrated, one, plan) for one in sharing]
        return _integrated(pot, pay, above, _most_excess(pool.integrated, plan.year))
    if pool.allocation == "pay":
        return _by_quota(pot, pay)
    if pool.allocation == "equal":
        return _by_quota(pot, [1] * len(pay))
    weights = [_weight(pool, one.in_plan.person, plan) for one in sharing]
    return _by_quota(pot, [half_up(weight * each, PPM) for weight, each in zip(weights, pay, strict=True)])


def _pot(pool: Pool, payroll: int, year: Year) -> int:
    if pool.payroll_share is not None:
        return half_up(pool.payroll_share.ppm(year.year) * payroll, PPM)
    return in_months(cents(pool.dollars.at(year.year)), year.months) if pool.dollars is not None else 0


def _by_quota(pot: int, units: Sequence[int]) -> list[int]:
    """Share a pot out in proportion to units; nothing where there are none."""
    return quota(pot, units) if sum(units) > 0 else [0] * len(units)


def _weight(pool: Pool, person: PersonYear, plan: PlanYear) -> int:
    """Return what a dollar of pay counts, ppm."""
    if pool.allocation != "age_weighted":
        return _banded(pool, "weight", person, 1.0)
    years = max(0, plan.plan.vesting.normal_retirement_age - person.age)
    return half_up(PPM * PPM**years, (PPM + ppm(pool.interest)) ** years)


def _integrated(pot: int, pay: Sequence[int], above: Sequence[int], excess_ppm: int) -> list[int]:
    """Share a pot out with permitted disparity: first by pay and pay above the level together, the rest by pay."""
    both = [whole + more for whole, more in zip(pay, above, strict=True)]
    first = min(pot, excess_ppm * sum(both) // PPM)
    shares = zip(_by_quota(first, both), _by_quota(pot - first, pay), strict=True)
    return [one + other for one, other in shares]


def _most_excess(rule: IntegrationLevel, year: Year) -> int:
    """Return the largest excess rate at the annual level, ppm."""
    wage_base = year.annual_limits.wage_base_cents
    return most_excess(level(rule, wage_base, MONTHS), wage_base)


def most_excess(level_cents: int, wage_base: int) -> int:
    """Return the largest excess rate that an integration level allows, ppm."""
    if level_cents == wage_base:
        return 57_000
    if 100 * level_cents > 80 * wage_base:
        return 54_000
    return 43_000 if level_cents > max(half_up(wage_base, 5), 1_000_000) else 57_000

"""The reference model, what match, discretionary match and nonelective contributions give one employee in a year.

It does not depend on other employees; profit sharing may (``profit_sharing``).
"""

from __future__ import annotations

from workforce_sim.config.match import Match
from workforce_sim.money import half_up
from workforce_sim.reference.chance import DAY
from workforce_sim.reference.contributions import InPlan, meets_conditions
from workforce_sim.reference.match import WHOLE_BP, annual_match, payroll_match, tiers_at, tiers_in_months
from workforce_sim.reference.nonelective import nonelective_amount
from workforce_sim.reference.payrolls import payrolls
from workforce_sim.reference.sources import InSource, at_most, in_source


def contribute(in_plan: InPlan) -> None:
    """Find the matches and the nonelective contribution of somebody in the plan."""
    plan, money = in_plan.plan, in_plan.person.money
    money.plan_compensation, money.match = _match(plan.match, in_plan)
    if plan.discretionary_match is not None:
        _, money.discretionary_match = _match(plan.discretionary_match, in_plan)
    nonelective = in_source(plan.nonelective, in_plan)
    if nonelective is not None:
        money.nonelective_compensation = nonelective.compensation
        if meets_conditions(plan.nonelective, in_plan.person, plan):
            money.nonelective = _nonelective(nonelective.compensation, in_plan)


def _nonelective(compensation: int, in_plan: InPlan) -> int:
    plan, person = in_plan.plan, in_plan.person
    of_year = plan.limits.wage_base_cents, plan.year.months
    amount = nonelective_amount(plan.nonelective, person.age, person.tenure, compensation, *of_year)
    return at_most(amount, plan.nonelective, plan.year.months)


def _match(match: Match, in_plan: InPlan) -> tuple[int, int]:
    """Return plan compensation of a match and what it gives somebody in the plan."""
    found = in_source(match, in_plan)
    if found is None:
        return 0, 0
    if not meets_conditions(match, in_plan.person, in_plan.plan):
        return found.compensation, 0
    return found.compensation, at_most(_by_formula(match, found), match, in_plan.plan.year.months)


def _by_formula(match: Match, found: InSource) -> int:
    in_plan, plan = found.in_plan, found.in_plan.plan
    annual_tiers = tiers_at(match, in_plan.person.age, in_plan.person.tenure)
    tiers = tiers_in_months(match, annual_tiers, plan.year.months)
    before = in_plan.deferred(found.start - DAY)
    if match.basis == "annual":
        return annual_match(match, tiers, in_plan.deferral - before, found.compensation)
    segments, limit = payrolls(found), in_plan.limit - before
    if match.dollar_tiers is not None:
        deferred = half_up(sum(one.rate_bp * one.deferred_pay for one in segments), WHOLE_BP)
        return annual_match(match, tiers, min(deferred, limit), found.compensation)
    return payroll_match(tiers, segments, plan.limits.compensation_cents, limit)

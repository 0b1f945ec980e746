"""A plan in a short plan year: fixed dollars a year are those of its months.

Chapter: ``docs/model/opening.md``. Shares, rates and tiers by share of pay are as ever, and so is the rest of the plan.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from workforce_sim.config.match import Match
from workforce_sim.config.nonelective import IntegrationLevel
from workforce_sim.config.plan import MatchByYear, Plan
from workforce_sim.config.plan_values import EmployerMoney
from workforce_sim.config.profit_sharing import DollarsByYear, Pool, ProfitSharing
from workforce_sim.config.values import Section
from workforce_sim.dates import PlanYear
from workforce_sim.money import cents

S = TypeVar("S", bound=Section)
M = TypeVar("M", bound=EmployerMoney)
Share = Callable[[float], float]


def plan_of_months(plan: Plan, year: PlanYear) -> Plan:
    """Return a plan whose fixed dollars are those of the months of a plan year; the plan itself in a whole year.

    Fixed dollars are the yearly limits of sources, tiers by dollars, dollars of profit sharing, and integration
    levels in dollars.

    Args:
        plan: as in force in the year.
        year: the plan year.
    """
    if not year.short:
        return plan

    def share(dollars: float) -> float:
        return year.share(cents(dollars)) / 100

    second = plan.discretionary_match
    return _with(
        plan,
        match=_matches(plan.match, year, share),
        discretionary_match=None if second is None else _matches(second, year, share),
        nonelective=_with(_limited(plan.nonelective, share), integrated=_level(plan.nonelective.integrated, share)),
        profit_sharing=_profit_sharing(_limited(plan.profit_sharing, share), year, share),
    )


def _with(section: S, **changes: object) -> S:
    """Return a section with other values, which are not checked again, and nothing computed from those before."""
    fields = type(section).model_fields
    known = {name: changes.get(name, getattr(section, name)) for name in fields}
    found = section.model_copy()
    for name in [*found.__dict__]:
        if name not in fields:
            del found.__dict__[name]
    found.__dict__.update(known)
    return found


def _matches(table: MatchByYear, year: PlanYear, share: Share) -> MatchByYear:
    """Return the formula of the year, as the only one."""
    return MatchByYear.model_construct(_match(table.at(year.year), share))


def _match(match: Match, share: Share) -> Match:
    tiers = match.dollar_tiers
    if tiers is None:
        return _limited(match, share)
    reduced = tuple(_with(tier, up_to=share(tier.up_to)) for tier in tiers)
    return _with(_limited(match, share), dollar_tiers=reduced)


def _limited(money: M, share: Share) -> M:
    """Return a source with its yearly limit reduced."""
    return money if money.annual_limit is None else _with(money, annual_limit=share(money.annual_limit))


def _level(level: S | None, share: Share) -> S | None:
    """Return an integration level in dollars reduced; a share of the wage base follows the wage base."""
    if not isinstance(level, IntegrationLevel) or level.level is None:
        return level
    return _with(level, level=share(level.level))


def _profit_sharing(money: ProfitSharing, year: PlanYear, share: Share) -> ProfitSharing:
    groups = money.groups
    return _with(
        money,
        dollars=None if money.dollars is None else share(money.dollars),
        groups=None if groups is None else tuple(_with(one, dollars=_some(one.dollars, share)) for one in groups),
        integrated=_level(money.integrated, share),
        excess=_level(money.excess, share),
        pool=None if money.pool is None else _pool(money.pool, year, share),
    )


def _pool(pool: Pool, year: PlanYear, share: Share) -> Pool:
    dollars = None if pool.dollars is None else DollarsByYear.model_construct(share(pool.dollars.at(year.year)))
    return _with(pool, dollars=dollars, integrated=_level(pool.integrated, share))


def _some(dollars: float | None, share: Share) -> float | None:
    return None if dollars is None else share(dollars)

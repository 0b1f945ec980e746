"""How the plan of a year gives each employee an amount, in words: formulas, pay, conditions, limits."""

from __future__ import annotations

from collections.abc import Iterator

from workforce_sim.config.match import Match, MatchTier
from workforce_sim.config.nonelective import Nonelective, ShareOfPay
from workforce_sim.config.plan import Plan
from workforce_sim.config.plan_values import EmployerMoney
from workforce_sim.config.profit_sharing import AllocationGroup, ProfitSharing
from workforce_sim.dates import PlanYear
from workforce_sim.explaining.measured import NET_COST
from workforce_sim.explaining.worked.conditions import UNITS, hours_words, per_year
from workforce_sim.explaining.worked.steps import Passage, Step, passage, ppm
from workforce_sim.money import cents
from workforce_sim.plan.limits import Limits
from workforce_sim.wording import bp_percent, counted, dollars, whole_dollars
from workforce_sim.wording.measures import label

_COUNTS = {
    "plan_year": "all pay of the plan year",
    "eligible": "pay since entry into the plan",
    "participating": "pay of the days with a deferral rate above 0",
}


def formula(measure: str, plan: Plan, year: PlanYear, when: str, limits: Limits) -> list[Passage]:
    """Return how each employee's amount comes about in a year; nothing for measures that are no amounts of the plan.

    Args:
        measure: its name.
        plan: in force in the year, with dollars and limits of its months.
        year: the plan year.
        when: what people read for it.
        limits: of the plan year.
    """
    if not plan.enabled:
        return []
    if measure == "deferral_cents":
        steps = [*_deferrals(plan, year.year, when, limits)]
        return [passage("Employee deferrals: the formula for each employee", steps)]
    source, sources = measure.removesuffix("_cents"), paying(plan, year.year)
    wanted = sources if measure == NET_COST else {source} & sources.keys()
    return [
        passage(f"{label(f'{name}_cents')}: the formula for each employee", [*_source(money, year, when, limits)])
        for name, money in sources.items()
        if name in wanted
    ]


def paying(plan: Plan, year: int) -> dict[str, EmployerMoney]:
    """Return the sources of employer contributions of a year that pay something."""
    sources = plan.sources(year)
    return {name: money for name, money in sources.items() if getattr(money, "kind", "") != "none"}


def _deferrals(plan: Plan, year: int, when: str, limits: Limits) -> Iterator[Step]:
    yield Step("deferrals", "deferral rate x pay, summed over the days of each rate since entry")
    yield Step(f"limit, section 402(g), {when}", "", whole_dollars(limits.elective_deferral_cents))
    if plan.catch_up:
        yield Step("catch-up from age 50, section 414(v)", "", whole_dollars(limits.catch_up_cents))
    if plan.catch_up and plan.super_catch_up and limits.super_catch_up_cents is not None:
        yield Step("catch-up at 60 to 63", "", whole_dollars(limits.super_catch_up_cents))
    if plan.hce_deferral_limit is not None:
        yield Step(
            "limit of the plan, highly compensated",
            f"{bp_percent(plan.hce_deferral_limit.bp(year))} of pay since entry",
        )


def _source(money: EmployerMoney, year: PlanYear, when: str, limits: Limits) -> Iterator[Step]:
    if isinstance(money, Match):
        yield from _match(money)
    elif isinstance(money, ShareOfPay):
        yield from _share(money)
    how = (
        f"{_COUNTS[money.compensation]}; at most {whole_dollars(limits.compensation_cents)}, section 401(a)(17), {when}"
    )
    yield Step("pay that counts", how)
    if money.eligibility is not None:
        yield Step("eligibility of its own", "later than that of the plan for some employees")
    yield from _conditions(money, year)
    yield Step(
        "section 415(c)",
        f"annual additions at most {whole_dollars(limits.annual_additions_cents)}, and all pay of the year",
    )


def _match(money: Match) -> Iterator[Step]:
    for start, tiers in money.bands:
        where = f"from {start} {UNITS[money.graded_by]}" if money.graded_by else "formula"
        yield Step(where, ", ".join(tier_words(tier, in_dollars=money.in_dollars) for tier in tiers) or "no match")
    yield Step("basis", "the year's totals" if money.basis == "annual" else "each payroll by itself, without a true-up")


def tier_words(tier: MatchTier, *, in_dollars: bool) -> str:
    """Return a tier in words: ``50% of deferrals between 3% and 5% of pay``."""
    edge, of = (dollars, "") if in_dollars else (bp_percent, " of pay")
    slices = f"between {edge(tier.lower)} and {edge(tier.upper)}{of}" if tier.lower else f"up to {edge(tier.upper)}{of}"
    return f"{bp_percent(tier.rate_bp)} of deferrals {slices}"


def _share(money: ShareOfPay) -> Iterator[Step]:
    if money.integrated is not None:
        rule = money.integrated
        yield Step(
            "formula", f"{ppm(rule.base_ppm)} of pay, and {ppm(rule.excess_ppm)} of pay above the integration level"
        )
    elif isinstance(money, ProfitSharing) and money.groups is not None:
        yield from (Step(f"group {place}", group_words(group)) for place, group in enumerate(money.groups, 1))
    elif isinstance(money, ProfitSharing) and money.kind in ("dollars", "pool"):
        yield Step("formula", _other_kind(money))
    elif isinstance(money, Nonelective) and money.kind == "none":
        yield Step("formula", "none")
    else:
        for start, rate in money.bands:
            where = f"from {start} {UNITS[money.graded_by]}" if money.graded_by else "formula"
            yield Step(where, f"{ppm(rate)} of pay")


def _other_kind(money: ProfitSharing) -> str:
    if money.pool is not None:
        return f"a pool, shared {money.pool.shared}"
    return f"{dollars(cents(money.dollars or 0.0))} for each employee"


def group_words(group: AllocationGroup) -> str:
    """Return an allocation group in words: who is in it, and what each gets."""
    who = [*(group.levels or ()), *(group.departments or ())]
    owners = {True: ["owners of more than 5%"], False: ["others than owners"], None: []}[group.owners]
    gets = f"{ppm(group.rate_ppm)} of pay" if group.rate is not None else f"{dollars(group.amount_cents)} each"
    return f"{', '.join([*who, *owners]) or 'everybody else'}: {gets}"


def _conditions(money: EmployerMoney, year: PlanYear) -> Iterator[Step]:
    if money.minimum_service_years:
        yield Step("condition", f"{counted(money.minimum_service_years, 'completed year')} of service")
    if money.last_day:
        yield Step("condition", "employed on December 31")
    if money.minimum_hours:
        yield Step("condition", f"{hours_words(money.minimum_hours, year)} in the year")
    if money.annual_limit is not None:
        yield Step("limit for one employee", f"{dollars(cents(money.annual_limit))} {per_year(year)}")

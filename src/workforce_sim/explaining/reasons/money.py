"""Assumptions behind a year's employer contributions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from workforce_sim.config import Config
from workforce_sim.config.match import Match, MatchTier
from workforce_sim.config.nonelective import Nonelective, ShareOfPay
from workforce_sim.config.plan import Plan
from workforce_sim.config.plan_values import BpByYear, EmployerMoney
from workforce_sim.config.profit_sharing import ProfitSharing
from workforce_sim.dates import PlanYear, plan_year
from workforce_sim.explaining.reasons.moment import Reason, Row
from workforce_sim.explaining.worked.conditions import hours_words, per_year
from workforce_sim.money import cents, half_up
from workforce_sim.plan.conditions import band_place
from workforce_sim.plan.limits import Limits
from workforce_sim.plan.match import BP
from workforce_sim.plan.people import limits_of
from workforce_sim.plan.short_year import plan_of_months
from workforce_sim.wording import bp_percent, dollars, percent, value_text


def contributions(config: Config, person: Row) -> list[Reason]:
    """Return the assumptions behind a year's employer contributions, and the limits that were reached."""
    plan = plan_of_months(config.plan, plan_year(config.simulation, person["year"]))
    if not plan.enabled:
        return [Reason("plan.enabled", "no")]
    return [
        *_employer_money(config, plan, person),
        *_return(plan.annual_return.at(person["year"])),
        *_limits(limits_of(config, person["year"]), person),
        *_own_limit(plan.hce_deferral_limit, person),
    ]


def _employer_money(config: Config, plan: Plan, person: Row) -> list[Reason]:
    """Return the formulas that apply to the person, with their conditions."""
    if person["long_term_part_time"] and not config.eligibility.long_term_part_time.employer_money:
        why = "long-term part-time employees get no employer contributions"
        return [Reason("eligibility.long_term_part_time.employer_money", "no", why)]
    found, year = [], plan_year(config.simulation, person["year"])
    defers = person["pre_tax_cents"] + person["roth_cents"] > 0
    if defers:
        formula = plan.match.at(person["year"])
        found += _matching("plan.match", formula, person, year)
    if plan.nonelective.kind != "none":
        conditions = _conditions("plan.nonelective", plan.nonelective, person, year)
        found += [nonelective(plan.nonelective, person, year), *conditions]
    return [*found, *_further(plan, person, year, defers=defers)]


def _further(plan: Plan, person: Row, year: PlanYear, *, defers: bool) -> list[Reason]:
    """Return what is behind a discretionary match and profit sharing, where the plan has them."""
    found = []
    if plan.discretionary_match is not None and defers:
        formula = plan.discretionary_match.at(person["year"])
        found += _matching("plan.discretionary_match", formula, person, year)
    if plan.profit_sharing.kind != "none":
        conditions = _conditions("plan.profit_sharing", plan.profit_sharing, person, year)
        found += [profit_sharing(plan.profit_sharing, person, year), *conditions]
    return found


def _matching(key: str, formula: Match, person: Row, year: PlanYear) -> list[Reason]:
    """Return a match formula, whose tiers may end at dollars of the year, and its conditions."""
    found = _match(key, formula, person)
    return [_of_months(found, year) if formula.in_dollars else found, *_conditions(key, formula, person, year)]


def _of_months(found: Reason, year: PlanYear) -> Reason:
    """Return what has dollars a year: in a short plan year with a note that they are those of its months."""
    return found._replace(note=", ".join(filter(None, (found.note, per_year(year))))) if year.short else found


def profit_sharing(section: ProfitSharing, person: Row, year: PlanYear) -> Reason:
    """Return the formula of profit sharing, or the pool that is shared."""
    key = "plan.profit_sharing"
    if section.pool is not None:
        pool = section.pool
        pot = pool.dollars.at(person["year"]) if pool.dollars else None
        share = pool.payroll_share.at(person["year"]) if pool.payroll_share else 0.0
        whole = f"{percent(share)} of payroll" if pot is None else dollars(cents(pot))
        found = Reason(key, whole, f"a pool, shared {pool.shared}")
        return found if pot is None else _of_months(found, year)
    if section.dollars is not None:
        return _of_months(Reason(key, dollars(cents(section.dollars)), "for each employee"), year)
    if section.groups is not None:
        return Reason(key, section.kind, "the first allocation group that fits")
    return _share_of_pay(key, section, section.kind, person, year)


def _conditions(key: str, money: EmployerMoney, person: Row, year: PlanYear) -> list[Reason]:
    """Return the conditions that a contribution has."""
    found = _own(key, money, year)
    found += [Reason(f"{key}.last_day", "yes", "only those employed on December 31")] * money.last_day
    if money.minimum_service_years:
        found.append(Reason(f"{key}.minimum_service_years", str(money.minimum_service_years)))
    if money.minimum_hours:
        asked = hours_words(money.minimum_hours, year) if year.short else ""
        found.append(Reason(f"{key}.minimum_hours", f"{money.minimum_hours:,}", asked))
    if money.waives and person["termination_cause"] in money.waived_for:
        found.append(Reason(f"{key}.waived_for", person["termination_cause"], "waives the last day and the hours"))
    return found


def _own(key: str, money: EmployerMoney, year: PlanYear) -> list[Reason]:
    """Return the eligibility and the limit that a source has of its own."""
    told = {} if money.eligibility is None else money.eligibility.model_dump(exclude_none=True)
    found = [Reason(f"{key}.eligibility.{name}", str(value)) for name, value in told.items()]
    if money.annual_limit is not None:
        limit = Reason(f"{key}.annual_limit", dollars(cents(money.annual_limit)), "for one employee")
        found.append(_of_months(limit, year))
    return found


def _return(rate: float) -> list[Reason]:
    return [Reason("plan.annual_return", percent(rate))] if rate else []


def _own_limit(limit: BpByYear | None, person: Row) -> list[Reason]:
    """Return the plan's limit on deferrals where the person, highly compensated, has reached it this year."""
    if limit is None or not person["hce"]:
        return []
    share, deferred = (
        limit.bp(person["year"]),
        person["pre_tax_cents"] + person["roth_cents"] - person["catch_up_cents"],
    )
    if deferred < half_up(share * person["testing_compensation_cents"], BP):
        return []
    return [Reason("plan.hce_deferral_limit", bp_percent(share), "deferrals of the highly compensated: reached")]


def _limits(limits: Limits, person: Row) -> list[Reason]:
    """Return the statutory limits that cut something off this year, or were reached."""
    found, deferred = [], person["pre_tax_cents"] + person["roth_cents"] - person["catch_up_cents"]
    if deferred == limits.elective_deferral_cents:
        found.append(Reason("plan.limits", dollars(deferred), "elective deferrals, section 402(g): reached"))
    if person["plan_compensation_cents"] == limits.compensation_cents:
        found.append(Reason("plan.limits", dollars(limits.compensation_cents), "pay, section 401(a)(17): reached"))
    if person["excess_415_cents"]:
        took = f"annual additions, section 415(c): took off {dollars(person['excess_415_cents'])}"
        found.append(Reason("plan.limits", dollars(limits.annual_additions_cents), took))
    return found


def match(config: Config, person: Row) -> Reason:
    """Return the match formula in force for the person: tiers such as ``100% to 3%, 50% to 5%``."""
    return _match("plan.match", config.plan.match.at(person["year"]), person)


def _match(key: str, formula: Match, person: Row) -> Reason:
    start, tiers = _own_band(formula.bands, formula.graded_by, person)
    text = ", ".join(_tier(tier, formula.in_dollars) for tier in tiers) or "none"
    own = [f"from {start} {_UNITS[formula.graded_by]}"] if formula.graded_by else []
    note = "; ".join([f"preset {formula.preset_name}"] * (formula.preset_name is not None) + own)
    return Reason(key, text, "; ".join(filter(None, (note, f"on {formula.basis} pay"))))


_UNITS = {"tenure": "years of tenure", "points": "points", "age": "years of age"}


def _tier(tier: MatchTier, in_dollars: bool) -> str:
    return f"{bp_percent(tier.rate_bp)} to {dollars(tier.upper) if in_dollars else bp_percent(tier.upper)}"


def _own_band(bands: Any, graded_by: Any, person: Row) -> Any:
    """Return the start and the value of the person's band."""
    place = band_place(graded_by, person["tenure_years"], person["age"])
    return next(band for band in reversed(bands) if graded_by is None or band[0] <= place)


def nonelective(section: Nonelective, person: Row, year: PlanYear) -> Reason:
    """Return the share of pay contributed for the person."""
    return _share_of_pay("plan.nonelective", section, section.kind, person, year)


def _share_of_pay(key: str, section: ShareOfPay, kind: str, person: Row, year: PlanYear) -> Reason:
    if section.integrated is not None:
        found = Reason(key, kind, value_text(section.integrated.model_dump()))
        return found if section.integrated.level is None else _of_months(found, year)
    start, share = _own_band(section.bands, section.graded_by, person)
    own = f", from {start} {_UNITS[section.graded_by]}" if section.graded_by else ""
    return Reason(key, percent(Decimal(share).scaleb(-6)), f"{kind}{own}")

"""What has no effect on the plan: eligibility, enrollment, deferrals, vesting and limits."""

from __future__ import annotations

from collections.abc import Iterator

from workforce_sim.config import Config
from workforce_sim.config.effect.employer import NO_MATCH, forfeits, matches, pays, pays_anything
from workforce_sim.config.effect.off import Off, Said, but, each
from workforce_sim.config.eligibility import PART_TIME_HOURS
from workforce_sim.config.enrollment import Escalation, MatchResponse
from workforce_sim.config.plan import Plan
from workforce_sim.plan.limits import ROTH_CATCH_UP_FROM, published_years


def _no_plan(config: Config) -> Iterator[Off]:
    if not config.plan.enabled:
        why = "plan.enabled is false"
        yield from (("eligibility", why), ("enrollment", why))
        yield from each("plan", but(Plan, "enabled"), why)


def _entry(config: Config) -> Iterator[Off]:
    section = config.eligibility
    if (section.waiting_period_years, section.waiting_period_months) != (None, None):
        why = "eligibility.waiting_period_years or waiting_period_months sets the wait"
        yield "eligibility.waiting_period_days", why


def _at_start(config: Config) -> Iterator[Off]:
    """Yield what only the census is read by: values of the start year count."""
    if config.eligibility.excluded_share == 0:
        yield "eligibility.excluded_scope", "eligibility.excluded_share is 0"
    if config.tables and not config.enrollment.auto_enrollment.enabled:
        why = "enrollment.auto_enrollment.enabled is false in the start year"
        yield from (("enrollment.auto_enrollment.unknown_opt_outs", why), ("enrollment.escalation.census_source", why))


def _hours(config: Config) -> Iterator[Off]:
    section, part_time = config.eligibility, "eligibility.long_term_part_time"
    *of_classes, _ = section.rules
    if not section.by_hours:
        yield from each("eligibility.service", ("hours", "periods"), "eligibility.service.method is elapsed")
    if not any(rule.by_hours for rule in of_classes):
        why = "eligibility.classes[].service.method is elapsed"
        yield from each("eligibility.classes[].service", ("hours", "periods"), why)
    if not any(rule.by_hours and rule.service.hours > PART_TIME_HOURS for rule in section.rules):
        yield part_time, f"nobody needs more than {PART_TIME_HOURS} hours a year to be eligible"
    elif not section.long_term_part_time.enabled:
        yield from each(part_time, ("employer_money", "tested"), f"{part_time}.enabled is false")
    elif not pays_anything(config):
        yield f"{part_time}.employer_money", "there are no employer contributions"
    if not config.plan.vesting.by_hours:
        yield from each("plan.vesting.service", ("hours", "periods"), "plan.vesting.service.method is elapsed")


def _automatic(config: Config) -> Iterator[Off]:
    section, name = config.enrollment.auto_enrollment, "enrollment.auto_enrollment"
    if section.enabled and not _enrolls_anybody(config):
        why = f"{name}.scope is new_hires_only, and nobody is hired on or after {name}.hire_date_cutoff in this run"
        yield from each(name, ("window_days", "default_deferral_rate", "opt_out"), why)


def _enrolls_anybody(config: Config) -> bool:
    section = config.enrollment.auto_enrollment
    return section.enabled and (section.everybody or section.hire_date_cutoff.year <= config.simulation.end_year)


def _choices(config: Config) -> Iterator[Off]:
    section = config.enrollment
    if section.election == 0 and section.conversion == 0:
        why = "nobody elects to enroll: enrollment.election and enrollment.conversion are 0"
        yield from each("enrollment", ("deferral_rates", "match_seeking"), why)
    if not matches(config):
        yield "enrollment.match_seeking", NO_MATCH


def _escalation(config: Config) -> Iterator[Off]:
    name, sections = "enrollment.escalation", [each.enrollment for each in config.versions]
    on = [section.escalation for section in sections if section.escalation.enabled]
    followers = all(section.scope == "automatic" for section in on)
    if not on:
        return
    if followers and not any(section.auto_enrollment.enabled for section in sections):
        why = (
            f"{name}.scope is automatic, and nobody is enrolled automatically: enrollment.auto_enrollment.enabled "
            f"is false; set {name}.scope to all, or {name}.enabled to false"
        )
        yield from each(name, but(Escalation, "scope"), why)
    if all(section.increment == 0 for section in on):
        yield from each(name, but(Escalation, "enabled", "increment"), f"{name}.increment is 0")
    if all(section.declining_share == 1 for section in on):
        yield from each(name, but(Escalation, "enabled", "declining_share"), f"{name}.declining_share is 1")
    if all(section.delay_years > len(config.simulation.years) for section in on):
        why = f"{name}.delay_years is more than the years of this run"
        yield from each(name, but(Escalation, "enabled", "delay_years"), why)
    if all(section.scope == "all" for section in on):
        yield f"{name}.census_source", f"{name}.scope is all"


def _response(config: Config) -> Iterator[Off]:
    name, found = "enrollment.match_response", [config.at(year).plan.match.at(year) for year in config.simulation.years]
    former = config.enrollment.match_response.formula_before
    formulas = [found[0].formula if former is None else former, *(match.formula for match in found)]
    new = [match for match, before in zip(found, formulas, strict=False) if match.formula != before]
    sections = [each.enrollment.match_response for each in config.versions]
    nobody = all(section.below == section.above == 0 for section in sections)
    others = but(MatchResponse, "before")
    if not new:
        yield from each(name, others, "plan.match is the same in all years of this run")
    elif not any(map(pays, new)):
        why = "plan.match changes to a formula that matches nothing, so there is no new rate to move to"
        yield from each(name, others, why)
    if not pays(found[0]):
        yield f"{name}.before", "plan.match of the start year matches nothing, so there is no new rate to move to"
    if nobody:
        yield from each(name, ("move", "before"), f"{name}.below and above are 0")


def _vesting(config: Config) -> Iterator[Off]:
    if not forfeits(config):
        why = "plan.vesting is immediate, so nothing is forfeited"
        yield "plan.forfeitures", why
        pools = [version.plan.profit_sharing.pool for version in config.versions]
        if not any(pool is not None and pool.allocation == "age_weighted" for pool in pools):
            yield "plan.vesting.normal_retirement_age", why


def _limits(config: Config) -> Iterator[Off]:
    _, published = published_years()
    if config.simulation.end_year <= published:
        why = f"all limits of this run are published, up to {published}"
        yield from each("plan.limits", ("inflation", "wage_growth"), why)
    if not any(map(_by_wage_base, (version.plan for version in config.versions))):
        why = "no contribution depends on the Social Security wage base"
        yield from each("plan.limits", ("wage_growth", "overrides.wage_base"), why)


def _by_wage_base(plan: Plan) -> bool:
    """Return whether a contribution depends on the Social Security wage base."""
    levels = (plan.nonelective.integrated, plan.profit_sharing.level)
    pool = plan.profit_sharing.pool
    of_a_pool = pool is not None and pool.integrated is not None  # as far as disparity goes, by the wage base
    return of_a_pool or any(level is not None and level.level is None for level in levels)


def _deferrals(config: Config) -> Iterator[Off]:
    section, last = config.plan, config.simulation.end_year
    if last < ROTH_CATCH_UP_FROM:
        yield "plan.limits.overrides.roth_catch_up_wages", f"catch-up must be Roth from {ROTH_CATCH_UP_FROM} on"
    if not section.catch_up:
        why = "plan.catch_up is false"
        yield from each("plan", ("super_catch_up", "limits.overrides.catch_up", "limits.overrides.super_catch_up"), why)
    elif not section.super_catch_up:
        yield "plan.limits.overrides.super_catch_up", "plan.super_catch_up is false"


OF_RUN: tuple[Said, ...] = (_no_plan, _at_start, _escalation, _response, _vesting, _limits)

OF_YEAR: tuple[Said, ...] = (_entry, _hours, _automatic, _choices, _deferrals)

"""Which keys have an effect in a run, and which another key switches off: said in one place, section by section.

Each function below yields keys, or sections with all that they hold, and the reason why their values have no effect; of
a key that two of them yield, the first reason counts. What is yielded has no effect whatever its value is, as long as
the key that the reason names stays as it is. ``ALWAYS`` are the keys that nothing switches off.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from workforce_sim.config import Config
from workforce_sim.config.eligibility import PART_TIME_HOURS
from workforce_sim.config.enrollment import Escalation, MatchResponse
from workforce_sim.config.other_pay import OtherPay
from workforce_sim.config.plan import Plan
from workforce_sim.config.returning import Leave
from workforce_sim.config.values import ByYear, Section
from workforce_sim.effect.employer import (
    NO_MATCH,
    SOURCES,
    employer_money,
    forfeits,
    keys_of_sources,
    matches,
    pays,
    pays_anything,
)
from workforce_sim.effect.off import Off, each
from workforce_sim.plan.breaks import FIVE
from workforce_sim.plan.limits import ROTH_CATCH_UP_FROM, published_years

ALWAYS = (
    "simulation",
    "workforce.headcount",
    "workforce.levels",
    "workforce.levels[].name",
    "workforce.levels[].minimum",
    "terminations.retirement.eligible",
    "hiring.rehires.share",
    "promotion.mode",
    "leave.share",
    "compensation.cola_rate",
    "compensation.merit_pool",
    "hiring.known",
    "hiring.seasonal",
    "hiring.time_to_fill",
    "actions",
    "departments",
    "compensation.other_pay",
    "compensation.merit_matrix.pool",
    "compensation.range_minimum",
    "compensation.range_maximum",
    "plan.enabled",
    "uncertainty.assumptions",
    "uncertainty.year_effects.growth",
    "uncertainty.year_effects.raises",
    "output",
    "random_seed",
)
"""Keys that nothing switches off; sections with all that they hold."""


@dataclass(frozen=True)
class Live:
    """What has an effect under a configuration.

    Attributes:
        off: keys and sections that have none in the whole run, with the reason.
        by_year: those that have none while each of the run's rules is in force.
    """

    off: tuple[Off, ...]
    by_year: tuple[tuple[Off, ...], ...] = ()

    def why_not(self, key: str) -> str | None:
        """Return why a key has no effect; None where it has one. Places in lists and years do not matter."""
        plain = re.sub(r"\.\d{4}(?=\.|$)", "", re.sub(r"\[\d+\]", "[]", key))
        in_run, *each = (_reason(plain, off) for off in (self.off, *self.by_year))
        in_any = each[0] if each and None not in each else None
        return in_any if in_run is None else in_run


def _reason(key: str, off: Iterable[Off]) -> str | None:
    return next((why for name, why in off if key == name or key.startswith((f"{name}.", f"{name}["))), None)


def live(config: Config, *, given: bool = False) -> Live:
    """Return what has an effect under a configuration.

    Args:
        config: one of a replicate, with nothing left to be drawn.
        given: whether the census is given to the run, in place of that of the configuration.
    """
    in_run = (*_census(config, given), *(off for section in _OF_RUN for off in section(config)))
    return Live(in_run, tuple(tuple(off for part in _OF_YEAR for off in part(each)) for each in config.versions))


def _but(section: type[Section], *names: str) -> list[str]:
    """Return the keys of a section but for some."""
    return [name for name in section.model_fields if name not in names]


def always(config: Config, value: ByYear, rate: float) -> bool:
    """Return whether a rate is in force in every year of a run."""
    return all(value.at(year) == rate for year in config.simulation.years)


# --- people ---


def _census(config: Config, given: bool) -> Iterator[Off]:
    if given:
        yield "census.path", "a census is given to the run"
    if given or config.census.path is not None:
        yield "census.size", "it applies to a synthetic census, and a census is given"
    else:
        names = ("columns", "date_format", "known_exits", "id_prefix")
        yield from each("census", names, "census.path is left out, and a synthetic census is not read from a file")


def hires_nobody(config: Config) -> bool:
    """Return whether no year hires: where headcount is exact and falls by clearly more than leave."""
    if config.hiring.known or config.hiring.seasonal or config.departments:
        return False
    section, growth = config.workforce, config.simulation.target_growth_rate
    gap = max(growth.at(year) + section.total_termination_rate.at(year) for year in config.simulation.years)
    known = config.uncertainty.year_effects.growth == 0 and not _anybody_is_certain(config)
    return section.headcount == "exact" and gap <= -_CLEARLY and known


_CLEARLY = 0.05
"""Share of staff by which headcount has to fall beyond those who leave: of fewer than 30, rounding could hire one."""


def _anybody_is_certain(config: Config) -> bool:
    """Return whether a configured termination rate is 1, whatever share of all terminates."""
    highest = max((level.termination_factor for level in config.workforce.levels or ()), default=1.0)
    section = config.terminations
    highest *= max(section.rate_factor.at(year) for year in config.simulation.years)
    highest *= max((1.0, *section.department_factors.values()))
    retiring, factor = _retirement_rate(config), 1.0
    if section.retirement is not None and section.retirement.factors is not None:
        factor = max((1.0, *(band.factor for band in section.retirement.factors)))
    return any(cell.value * highest * factor + retiring >= 1 for cell in section.rates or ())


def _retirement_rate(config: Config) -> float:
    """Return the highest rate of those who may retire; 0 without any."""
    section = config.terminations.retirement
    rates = None if section is None else section.rates
    return max((line.rate for line in rates or ()), default=0.0)


def _nobody_leaves(config: Config) -> bool:
    if config.departments or config.census.known_exits == "honor":
        return False
    if config.rates_as_given:
        return all(cell.value == 0 for cell in config.terminations.rate_table) and _retirement_rate(config) == 0
    growth = (config.simulation.target_growth_rate.at(year) for year in config.simulation.years)
    shrinks = min(growth) < 0 or config.uncertainty.year_effects.growth > 0
    reduces = config.workforce.headcount == "exact" and shrinks
    nobody = always(config, config.workforce.total_termination_rate, 0) and not reduces
    return nobody and not _anybody_is_certain(config)


_RISKS = (
    *("age_factors", "tenure_factors", "rates", "rate_factor", "department_factors", "month_weights"),
    *("retirement.rates", "retirement.combine", "retirement.factors"),
)


def _leaving(config: Config) -> Iterator[Off]:
    if config.rates_as_given:
        why = "terminations.rates sets the number of terminations where workforce.headcount is stochastic"
        yield "workforce.total_termination_rate", why
    if config.workforce.headcount == "exact":
        why = "workforce.headcount is exact, which fixes the number of terminations; set it to stochastic"
        yield "uncertainty.year_effects.terminations", why
    if config.terminations.rates is None:
        yield "terminations.rate_factor", "it multiplies terminations.rates, which are left out"
    if not _nobody_leaves(config):
        return
    why = "no existing employee terminates: the termination rates are 0"
    yield from each("terminations", _RISKS, why)
    yield "workforce.levels[].termination_factor", why
    if hires_nobody(config) or always(config, config.workforce.new_hire_termination_rate, 0):
        why = "nobody terminates: the termination rates are 0"
        yield from (("terminations.causes", why), ("uncertainty.year_effects.terminations", why))


def _hiring(config: Config) -> Iterator[Off]:
    levels, section = config.workforce.levels or (), config.hiring
    if hires_nobody(config):
        why = "nobody is hired: simulation.target_growth_rate reduces headcount by more than terminations do"
        names = ("level_mix", "ages", "month_weights", "pay", "part_time_share", "part_time_hours")
        yield from each("hiring", names, why)
        yield from each("workforce", ("new_hire_termination_rate", "max_hires_ratio"), why)
        yield "terminations.new_hire_hazard", why
        ends = () if config.compensation.in_ranges else ("midpoint", "maximum")
        yield from each("workforce.levels[]", (*ends, "percentiles"), why)
        if not any(level.range_cents for level in levels):
            yield "hiring.range_growth", why
    if isinstance(config.terminations.new_hire_hazard, dict):
        why = "terminations.new_hire_hazard sets the number of terminations of new hires"
        yield "workforce.new_hire_termination_rate", why
    elif always(config, config.workforce.new_hire_termination_rate, 0):
        yield "terminations.new_hire_hazard", "workforce.new_hire_termination_rate is 0"
    if always(config, section.part_time_share, 0):
        yield "hiring.part_time_hours", "hiring.part_time_share is 0"
    if len(levels) == 1:
        yield "hiring.level_mix", "there is one level"
    if section.pay == "percentiles" and not config.compensation.in_ranges:
        yield "workforce.levels[].midpoint", "hiring.pay is percentiles, and only uniform uses it"
    if section.pay == "uniform" and all(level.range_cents for level in levels):
        yield "workforce.levels[].percentiles", "hiring.pay is uniform, and each level has a range"


def _no_returns(config: Config) -> str:
    """Return why nobody comes back; nothing if somebody may."""
    if always(config, config.hiring.rehires.share, 0):
        return "hiring.rehires.share is 0"
    if hires_nobody(config):
        return "nobody is hired, so nobody comes back"
    return (
        "the run has one year, and employees come back from the year after on"
        if len(config.simulation.years) == 1
        else ""
    )


def _returns(config: Config) -> Iterator[Off]:
    why = _no_returns(config)
    if why:
        yield from (("hiring.rehires.within_years", why), ("hiring.rehires.causes", why), ("plan.breaks", why))
    if not forfeits(config):
        yield "plan.breaks.buy_back", "plan.vesting is immediate, so nothing is forfeited"
    if min(len(config.simulation.years) - 1, config.hiring.rehires.within_years) < FIVE:
        yield "plan.breaks.rule_of_parity", "nobody of this run comes back after five years"


def _leave(config: Config) -> Iterator[Off]:
    if always(config, config.leave.share, 0):
        yield from each("leave", _but(Leave, "share"), "leave.share is 0")


def _promotion(config: Config) -> Iterator[Off]:
    levels, section = config.workforce.levels, config.promotion
    one = levels is not None and len(levels) == 1
    if one:
        yield "promotion", "there is one level"
        yield "workforce.levels[].promotion_factor", "there is one level"
    if config.fills_vacancies:
        why = "promotion is by vacancies; set promotion.mode to rates"
        yield from (("promotion.base_rate", why), ("hiring.level_mix", why))
        return
    yield "promotion.from_within", "promotion is by rates; set promotion.mode to vacancies"
    if section.base_rate is not None and always(config, section.base_rate, 0) and not _own(config, "promotion_rate"):
        why = "promotion.base_rate is 0"
        yield from each("promotion", _but(type(section), "base_rate", "mode"), why)
        yield "workforce.levels[].promotion_factor", why


def _planned(config: Config) -> Iterator[Off]:
    if config.fills_vacancies:
        why = "promotion is by vacancies; set promotion.mode to rates"
        yield from ((f"departments.{name}.promotion_rate", why) for name in config.departments)


def planned_years(config: Config) -> dict[str, list[int]]:
    """Return the years of planned changes, by key, in the order of the list."""
    actions = config.actions
    return {
        "hiring.known": [one.date.year for one in config.hiring.known],
        "actions.freezes": [one.year for one in actions.freezes],
        "actions.layoffs": [one.date.year for one in actions.layoffs],
        "actions.acquisitions": [one.date.year for one in actions.acquisitions],
    }


def _own(config: Config, name: str) -> bool:
    """Return whether any department has its own value of a key."""
    return any(getattr(section, name) is not None for section in config.departments.values())


def _retiring(config: Config) -> Iterator[Off]:
    section, name = config.terminations.retirement, "terminations.retirement"
    if section is not None and section.rates is None:
        yield f"{name}.combine", f"{name}.rates are left out"


def _raises(config: Config) -> Iterator[Off]:
    section = config.compensation
    varies = config.uncertainty.year_effects.raises > 0 or _own(config, "cola_rate")
    if always(config, section.cola_rate, 0) and not varies:
        yield "compensation.cola_date", "compensation.cola_rate is 0"
    if section.range_minimum == "ignore":
        yield "compensation.range_lift_date", "compensation.range_minimum is ignore"
    yield from _merit(config)


_MERIT = (
    *("merit_date", "merit_month_weights", "merit_minimum_tenure", "merit_hired_by", "merit_proration"),
    *("merit_factors", "ratings", "merit_matrix.position", "merit_matrix.edges", "merit_matrix.increases"),
)


def _merit(config: Config) -> Iterator[Off]:
    section, matrix = config.compensation, config.compensation.merit_matrix
    as_given = matrix is not None and not matrix.pool
    if as_given:
        yield "compensation.merit_pool", "compensation.merit_matrix has the increases; set its pool to true"
        why = "compensation.merit_matrix has the increases; set its pool to true"
        yield from ((f"departments.{name}.merit_pool", why) for name in config.departments)
    elif always(config, section.merit_pool, 0) and not _own(config, "merit_pool"):
        yield from each("compensation", _MERIT, "compensation.merit_pool is 0")
    if matrix is not None:
        why = "compensation.merit_matrix has a row for each rating"
        yield from ((f"compensation.ratings.{name}.factor", why) for name in ("*", *section.ratings))
    if section.merit_hired_by is not None:
        yield "compensation.merit_minimum_tenure", "compensation.merit_hired_by decides who gets merit"
    elif section.merit_minimum_tenure > 0:
        why = "compensation.merit_minimum_tenure is a year or more; set it to 0, or set merit_hired_by"
        yield "compensation.merit_proration", why


def _other_pay(config: Config) -> Iterator[Off]:
    entries, name = config.compensation.other_pay, "compensation.other_pay[]"
    if not entries:
        why = "all pay is salary: compensation.other_pay is empty"
        yield from each("plan", ("deferral_pay", *(f"{source}.pay" for source in SOURCES), "testing.pay"), why)
        return
    if all(always(config, entry.receivers, 0) for entry in entries):
        yield from each(name, _but(OtherPay, "receivers"), "nobody receives other pay: receivers is 0")
    if not any(entry.by_level or not always(config, entry.share, 0) for entry in entries):
        why = "nothing is paid beside salary: share is 0"
        yield from each(name, _but(OtherPay, "share", "by_level"), why)
    if not any(entry.date for entry in entries):
        yield f"{name}.prorated", "no other pay has a date"
    if not any(entry.spread or not always(config, entry.receivers, 1) for entry in entries):
        yield f"{name}.name", "nothing of other pay is drawn: all employees receive it, without a spread"


# --- the plan ---


def _no_plan(config: Config) -> Iterator[Off]:
    if not config.plan.enabled:
        why = "plan.enabled is false"
        yield from (("eligibility", why), ("enrollment", why))
        yield from each("plan", _but(Plan, "enabled"), why)


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
    elif not (pays_anything(config)):
        yield f"{part_time}.employer_money", "there are no employer contributions"
    if not config.plan.vesting.by_hours:
        yield from each("plan.vesting.service", ("hours", "periods"), "plan.vesting.service.method is elapsed")


def _waivers(config: Config) -> Iterator[Off]:
    match = [config.plan.match.at(year) for year in config.simulation.years]
    for name, formulas in (("match", match), ("nonelective", [config.plan.nonelective])):
        if not any(money.last_day or money.minimum_hours for money in formulas):
            yield f"plan.{name}.waived_for", f"plan.{name} asks for no last day and no hours"


def _automatic(config: Config) -> Iterator[Off]:
    section, name = config.enrollment.auto_enrollment, "enrollment.auto_enrollment"
    if not section.enabled:
        yield from each(name, _but(type(section), "enabled"), f"{name}.enabled is false")
    elif not _enrolls_anybody(config):
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
    if section.change.probability == 0:
        yield "enrollment.change.step", "enrollment.change.probability is 0"


def _escalation(config: Config) -> Iterator[Off]:
    name, sections = "enrollment.escalation", [each.enrollment for each in config.versions]
    on = [section.escalation for section in sections if section.escalation.enabled]
    followers = all(section.scope == "automatic" for section in on)
    if not on:
        yield from each(name, _but(Escalation, "enabled"), f"{name}.enabled is false")
        return
    if followers and not any(section.auto_enrollment.enabled for section in sections):
        why = (
            f"{name}.scope is automatic, and nobody is enrolled automatically: enrollment.auto_enrollment.enabled "
            f"is false; set {name}.scope to all, or {name}.enabled to false"
        )
        yield from each(name, _but(Escalation, "scope"), why)
    if all(section.increment == 0 for section in on):
        yield from each(name, _but(Escalation, "enabled", "increment"), f"{name}.increment is 0")
    if all(section.declining_share == 1 for section in on):
        yield from each(name, _but(Escalation, "enabled", "declining_share"), f"{name}.declining_share is 1")
    if all(section.delay_years > len(config.simulation.years) for section in on):
        why = f"{name}.delay_years is more than the years of this run"
        yield from each(name, _but(Escalation, "enabled", "delay_years"), why)
    if all(section.scope == "all" for section in on):
        yield f"{name}.census_source", f"{name}.scope is all"


def _response(config: Config) -> Iterator[Off]:
    name, found = "enrollment.match_response", [config.at(year).plan.match.at(year) for year in config.simulation.years]
    former = config.enrollment.match_response.formula_before
    formulas = [found[0].formula if former is None else former, *(match.formula for match in found)]
    new = [match for match, before in zip(found, formulas, strict=False) if match.formula != before]
    sections = [each.enrollment.match_response for each in config.versions]
    nobody = all(section.below == section.above == 0 for section in sections)
    others = _but(MatchResponse, "before")
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
        pool = config.plan.profit_sharing.pool
        if pool is None or pool.allocation != "age_weighted":
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
    if not section.roth.available:
        yield "plan.roth.share", "plan.roth.available is false"
    if last < ROTH_CATCH_UP_FROM:
        yield "plan.limits.overrides.roth_catch_up_wages", f"catch-up must be Roth from {ROTH_CATCH_UP_FROM} on"
    if not section.catch_up:
        why = "plan.catch_up is false"
        yield from each("plan", ("super_catch_up", "limits.overrides.catch_up", "limits.overrides.super_catch_up"), why)
    elif not section.super_catch_up:
        yield "plan.limits.overrides.super_catch_up", "plan.super_catch_up is false"


_OF_RUN: tuple[Callable[[Config], Iterator[Off]], ...] = (
    *(_leaving, _retiring, _hiring, _returns, _leave, _promotion, _planned, _raises, _other_pay),
    *(_no_plan, _at_start, _escalation, _response, employer_money, keys_of_sources, _vesting, _limits),
)
"""What reads the configuration of the run."""

_OF_YEAR: tuple[Callable[[Config], Iterator[Off]], ...] = (
    *(_entry, _hours, _waivers),
    *(_automatic, _choices, _deferrals),
)
"""What reads the configuration in force in a year: its keys have no effect where they have none in any year."""

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
from workforce_sim.config.enrollment import Escalation, MatchResponse
from workforce_sim.config.match import Match
from workforce_sim.config.other_pay import OtherPay
from workforce_sim.config.plan import Plan
from workforce_sim.config.returning import Leave
from workforce_sim.config.values import ByYear, Section
from workforce_sim.plan.breaks import FIVE
from workforce_sim.plan.limits import ROTH_CATCH_UP_FROM, published_years

Off = tuple[str, str]
"""A key or a section, and why it has no effect."""

ALWAYS = (
    "simulation",
    "workforce.headcount",
    "workforce.levels",
    "workforce.levels[].name",
    "workforce.levels[].minimum",
    "hiring.rehires.share",
    "promotion.mode",
    "leave.share",
    "compensation.cola_rate",
    "compensation.merit_pool",
    "compensation.other_pay",
    "plan.enabled",
    "uncertainty.assumptions",
    "uncertainty.year_effects.growth",
    "uncertainty.year_effects.raises",
    "output",
    "random_seed",
)
"""Keys that nothing switches off; sections with all that they hold."""

CONDITIONS = ("minimum_service_years", "last_day", "minimum_hours")
"""What decides who gets employer contributions."""


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


def _each(section: str, names: Iterable[str], why: str) -> Iterator[Off]:
    yield from ((f"{section}.{name}", why) for name in names)


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
        yield from _each("census", names, "census.path is left out, and a synthetic census is not read from a file")


def hires_nobody(config: Config) -> bool:
    """Return whether no year hires: where headcount is exact and falls by clearly more than leave."""
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
    return any(cell.value * highest >= 1 for cell in section.rates or ())


def _nobody_leaves(config: Config) -> bool:
    if config.rates_as_given:
        return all(cell.value == 0 for cell in config.terminations.rate_table)
    growth = (config.simulation.target_growth_rate.at(year) for year in config.simulation.years)
    shrinks = min(growth) < 0 or config.uncertainty.year_effects.growth > 0
    reduces = config.workforce.headcount == "exact" and shrinks
    nobody = always(config, config.workforce.total_termination_rate, 0) and not reduces
    return nobody and not _anybody_is_certain(config)


_RISKS = ("age_factors", "tenure_factors", "rates", "rate_factor", "department_factors", "month_weights")


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
    yield from _each("terminations", _RISKS, why)
    yield "workforce.levels[].termination_factor", why
    if hires_nobody(config) or always(config, config.workforce.new_hire_termination_rate, 0):
        why = "nobody terminates: the termination rates are 0"
        yield from (("terminations.causes", why), ("uncertainty.year_effects.terminations", why))


def _hiring(config: Config) -> Iterator[Off]:
    levels, section = config.workforce.levels or (), config.hiring
    if hires_nobody(config):
        why = "nobody is hired: simulation.target_growth_rate reduces headcount by more than terminations do"
        names = ("level_mix", "ages", "month_weights", "pay", "part_time_share", "part_time_hours")
        yield from _each("hiring", names, why)
        yield from _each("workforce", ("new_hire_termination_rate", "max_hires_ratio"), why)
        yield "terminations.new_hire_hazard", why
        yield from _each("workforce.levels[]", ("midpoint", "maximum", "percentiles"), why)
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
    if section.pay == "percentiles":
        yield "workforce.levels[].midpoint", "hiring.pay is percentiles, and only uniform uses it"
    elif all(level.range_cents for level in levels):
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
        yield from _each("leave", _but(Leave, "share"), "leave.share is 0")


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
    if section.base_rate is not None and always(config, section.base_rate, 0):
        why = "promotion.base_rate is 0"
        yield from _each("promotion", _but(type(section), "base_rate", "mode"), why)
        yield "workforce.levels[].promotion_factor", why


def _raises(config: Config) -> Iterator[Off]:
    section = config.compensation
    if always(config, section.cola_rate, 0) and config.uncertainty.year_effects.raises == 0:
        yield "compensation.cola_date", "compensation.cola_rate is 0"
    if always(config, section.merit_pool, 0):
        names = ("merit_date", "merit_month_weights", "merit_minimum_tenure", "merit_factors", "ratings")
        yield from _each("compensation", names, "compensation.merit_pool is 0")


def _other_pay(config: Config) -> Iterator[Off]:
    entries, name = config.compensation.other_pay, "compensation.other_pay[]"
    if not entries:
        why = "all pay is salary: compensation.other_pay is empty"
        yield from _each("plan", ("deferral_pay", "match.pay", "nonelective.pay", "testing.pay"), why)
        return
    if all(always(config, entry.receivers, 0) for entry in entries):
        yield from _each(name, _but(OtherPay, "receivers"), "nobody receives other pay: receivers is 0")
    if not any(entry.by_level or not always(config, entry.share, 0) for entry in entries):
        why = "nothing is paid beside salary: share is 0"
        yield from _each(name, _but(OtherPay, "share", "by_level"), why)
    if not any(entry.date for entry in entries):
        yield f"{name}.prorated", "no other pay has a date"
    if not any(entry.spread or not always(config, entry.receivers, 1) for entry in entries):
        yield f"{name}.name", "nothing of other pay is drawn: all employees receive it, without a spread"


# --- the plan ---


def _no_plan(config: Config) -> Iterator[Off]:
    if not config.plan.enabled:
        why = "plan.enabled is false"
        yield from (("eligibility", why), ("enrollment", why))
        yield from _each("plan", _but(Plan, "enabled"), why)


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


def _automatic(config: Config) -> Iterator[Off]:
    section, name = config.enrollment.auto_enrollment, "enrollment.auto_enrollment"
    if not section.enabled:
        yield from _each(name, _but(type(section), "enabled"), f"{name}.enabled is false")
    elif not _enrolls_anybody(config):
        why = f"{name}.scope is new_hires_only, and nobody is hired on or after {name}.hire_date_cutoff in this run"
        yield from _each(name, ("window_days", "default_deferral_rate", "opt_out"), why)


def _enrolls_anybody(config: Config) -> bool:
    section = config.enrollment.auto_enrollment
    return section.enabled and (section.everybody or section.hire_date_cutoff.year <= config.simulation.end_year)


def _choices(config: Config) -> Iterator[Off]:
    section = config.enrollment
    if section.election == 0 and section.conversion == 0:
        why = "nobody elects to enroll: enrollment.election and enrollment.conversion are 0"
        yield from _each("enrollment", ("deferral_rates", "match_seeking"), why)
    if not matches(config):
        yield "enrollment.match_seeking", _NO_MATCH
    if section.change.probability == 0:
        yield "enrollment.change.step", "enrollment.change.probability is 0"


def _escalation(config: Config) -> Iterator[Off]:
    name, sections = "enrollment.escalation", [each.enrollment for each in config.versions]
    on = [section.escalation for section in sections if section.escalation.enabled]
    followers = all(section.scope == "automatic" for section in on)
    if not on:
        yield from _each(name, _but(Escalation, "enabled"), f"{name}.enabled is false")
        return
    if followers and not any(section.auto_enrollment.enabled for section in sections):
        why = (
            f"{name}.scope is automatic, and nobody is enrolled automatically: enrollment.auto_enrollment.enabled "
            f"is false; set {name}.scope to all, or {name}.enabled to false"
        )
        yield from _each(name, _but(Escalation, "scope"), why)
    if all(section.increment == 0 for section in on):
        yield from _each(name, _but(Escalation, "enabled", "increment"), f"{name}.increment is 0")
    if all(section.declining_share == 1 for section in on):
        yield from _each(name, _but(Escalation, "enabled", "declining_share"), f"{name}.declining_share is 1")
    if all(section.delay_years > len(config.simulation.years) for section in on):
        why = f"{name}.delay_years is more than the years of this run"
        yield from _each(name, _but(Escalation, "enabled", "delay_years"), why)
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
        yield from _each(name, others, "plan.match is the same in all years of this run")
    elif not any(map(_pays, new)):
        why = "plan.match changes to a formula that matches nothing, so there is no new rate to move to"
        yield from _each(name, others, why)
    if not _pays(found[0]):
        yield f"{name}.before", "plan.match of the start year matches nothing, so there is no new rate to move to"
    if nobody:
        yield from _each(name, ("move", "before"), f"{name}.below and above are 0")


_NO_MATCH = "plan.match matches nothing"


def _pays(match: Match) -> bool:
    return any(tier.rate_bp for _, tiers in match.bands for tier in tiers)


def matches(config: Config) -> bool:
    """Return whether any year of a run has a match."""
    return any(_pays(each.plan.match.at(year)) for each in config.versions for year in config.simulation.years)


def contributes(config: Config) -> bool:
    """Return whether there is a nonelective contribution."""
    sections = [each.plan.nonelective for each in config.versions]
    return any(section.integrated is not None or any(share for _, share in section.bands) for section in sections)


def forfeits(config: Config) -> bool:
    """Return whether any schedule leaves something to forfeit."""
    vesting = [each.plan.vesting for each in config.versions]
    return any(min(*each.match_bp, *each.nonelective_bp) < 10_000 for each in vesting)


def reallocates(config: Config) -> bool:
    """Return whether forfeitures may become nonelective contributions."""
    return any(each.plan.forfeitures == "reallocate" for each in config.versions) and forfeits(config)


def _employer_money(config: Config) -> Iterator[Off]:
    if not matches(config):
        yield from _each("plan.match", ("basis", *CONDITIONS), _NO_MATCH)
    if not contributes(config):
        why = "plan.nonelective pays nothing"
        yield from _each("plan.nonelective", CONDITIONS, why)
        if not reallocates(config):
            yield from _each("plan.nonelective", ("compensation", "pay"), why)


def _vesting(config: Config) -> Iterator[Off]:
    if not forfeits(config):
        why = "plan.vesting is immediate, so nothing is forfeited"
        yield from (("plan.forfeitures", why), ("plan.vesting.normal_retirement_age", why))


def _limits(config: Config) -> Iterator[Off]:
    _, published = published_years()
    if config.simulation.end_year <= published:
        why = f"all limits of this run are published, up to {published}"
        yield from _each("plan.limits", ("inflation", "wage_growth"), why)
    rules = [each.plan.nonelective.integrated for each in config.versions]
    if all(rule is None or rule.level is not None for rule in rules):
        why = "no contribution depends on the Social Security wage base"
        yield from _each("plan.limits", ("wage_growth", "overrides.wage_base"), why)


def _deferrals(config: Config) -> Iterator[Off]:
    section, last = config.plan, config.simulation.end_year
    if not section.roth.available:
        yield "plan.roth.share", "plan.roth.available is false"
    if last < ROTH_CATCH_UP_FROM:
        yield "plan.limits.overrides.roth_catch_up_wages", f"catch-up must be Roth from {ROTH_CATCH_UP_FROM} on"
    if not section.catch_up:
        why = "plan.catch_up is false"
        yield from _each(
            "plan", ("super_catch_up", "limits.overrides.catch_up", "limits.overrides.super_catch_up"), why
        )
    elif not section.super_catch_up:
        yield "plan.limits.overrides.super_catch_up", "plan.super_catch_up is false"


_OF_RUN: tuple[Callable[[Config], Iterator[Off]], ...] = (
    *(_leaving, _hiring, _returns, _leave, _promotion, _raises, _other_pay),
    *(_no_plan, _at_start, _escalation, _response, _employer_money, _vesting, _limits),
)
"""What reads the configuration of the run."""

_OF_YEAR: tuple[Callable[[Config], Iterator[Off]], ...] = (_entry, _automatic, _choices, _deferrals)
"""What reads the configuration in force in a year: its keys have no effect where they have none in any year."""

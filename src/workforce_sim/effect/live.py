"""Which keys have an effect in a run, and which another key switches off: said in one place, section by section.

Each function below yields keys, or sections with all that they hold, and the reason why their values have no effect; of
a key that two of them yield, the first reason counts. What is yielded has no effect whatever its value is, as long as
the key that the reason names stays as it is. ``ALWAYS`` are the keys that nothing switches off.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from workforce_sim.config import Config
from workforce_sim.config.match import Match
from workforce_sim.config.plan import Plan
from workforce_sim.config.values import ByYear, Section
from workforce_sim.plan.limits import ROTH_CATCH_UP_FROM, published_years

Off = tuple[str, str]
"""A key or a section, and why it has no effect."""

ALWAYS = (
    "simulation",
    "workforce.headcount",
    "workforce.levels",
    "workforce.levels[].name",
    "workforce.levels[].minimum",
    "promotion.mode",
    "compensation.cola_rate",
    "compensation.merit_pool",
    "hiring.known",
    "hiring.seasonal",
    "hiring.time_to_fill",
    "actions",
    "departments",
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
    """What has an effect under a configuration; ``off`` are the keys and sections that do not, with the reason."""

    off: tuple[Off, ...]

    def why_not(self, key: str) -> str | None:
        """Return why a key has no effect; None where it has one. Places in lists and years do not matter."""
        plain = re.sub(r"\.\d{4}(?=\.|$)", "", re.sub(r"\[\d+\]", "[]", key))
        return next(
            (why for name, why in self.off if plain == name or plain.startswith((f"{name}.", f"{name}["))), None
        )


def live(config: Config, *, given: bool = False) -> Live:
    """Return what has an effect under a configuration.

    Args:
        config: one of a replicate, with nothing left to be drawn.
        given: whether the census is given to the run, in place of that of the configuration.
    """
    return Live((*_census(config, given), *(off for section in _SECTIONS for off in section(config))))


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
    return any(cell.value * highest >= 1 for cell in section.rates or ())


def _nobody_leaves(config: Config) -> bool:
    if config.departments or config.census.known_exits == "honor":
        return False
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
        yield from _each("promotion", _but(type(section), "base_rate", "mode"), why)
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


def _raises(config: Config) -> Iterator[Off]:
    section = config.compensation
    varies = config.uncertainty.year_effects.raises > 0 or _own(config, "cola_rate")
    if always(config, section.cola_rate, 0) and not varies:
        yield "compensation.cola_date", "compensation.cola_rate is 0"
    if always(config, section.merit_pool, 0) and not _own(config, "merit_pool"):
        names = ("merit_date", "merit_month_weights", "merit_minimum_tenure", "merit_factors", "ratings")
        yield from _each("compensation", names, "compensation.merit_pool is 0")


# --- the plan ---


def _no_plan(config: Config) -> Iterator[Off]:
    if not config.plan.enabled:
        why = "plan.enabled is false"
        yield from (("eligibility", why), ("enrollment", why))
        yield from _each("plan", _but(Plan, "enabled"), why)
    section = config.eligibility
    if (section.waiting_period_years, section.waiting_period_months) != (None, None):
        why = "eligibility.waiting_period_years or waiting_period_months sets the wait"
        yield "eligibility.waiting_period_days", why
    if section.excluded_share == 0:
        yield "eligibility.excluded_scope", "eligibility.excluded_share is 0"


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
    section, name = config.enrollment.escalation, "enrollment.escalation"
    followers = section.scope == "automatic"
    if not section.enabled:
        yield from _each(name, _but(type(section), "enabled"), f"{name}.enabled is false")
    if followers and not config.enrollment.auto_enrollment.enabled:
        why = (
            f"{name}.scope is automatic, and nobody is enrolled automatically: enrollment.auto_enrollment.enabled "
            f"is false; set {name}.scope to all, or {name}.enabled to false"
        )
        yield from _each(name, _but(type(section), "scope"), why)
    if section.increment == 0:
        yield from _each(name, _but(type(section), "enabled", "increment"), f"{name}.increment is 0")
    if section.declining_share == 1:
        yield from _each(name, _but(type(section), "enabled", "declining_share"), f"{name}.declining_share is 1")
    if section.delay_years > len(config.simulation.years):
        why = f"{name}.delay_years is more than the years of this run"
        yield from _each(name, _but(type(section), "enabled", "delay_years"), why)
    if not followers:
        yield f"{name}.census_source", f"{name}.scope is all"


def _response(config: Config) -> Iterator[Off]:
    match = config.plan.match
    changes = [(match.at(a), match.at(b)) for a, b in pairwise(config.simulation.years)]
    if not any(before.formula != after.formula for before, after in changes):
        yield "enrollment.match_response", "plan.match is the same in all years of this run"
    elif not any(before.formula != after.formula and _pays(after) for before, after in changes):
        yield (
            "enrollment.match_response",
            "plan.match changes to a formula that matches nothing, so there is no new rate to move to",
        )


_NO_MATCH = "plan.match matches nothing"


def _pays(match: Match) -> bool:
    return any(tier.rate_bp for _, tiers in match.bands for tier in tiers)


def matches(config: Config) -> bool:
    """Return whether any year of a run has a match."""
    return any(_pays(config.plan.match.at(year)) for year in config.simulation.years)


def contributes(config: Config) -> bool:
    """Return whether there is a nonelective contribution."""
    section = config.plan.nonelective
    return section.integrated is not None or any(share for _, share in section.bands)


def forfeits(config: Config) -> bool:
    """Return whether any schedule leaves something to forfeit."""
    vesting = config.plan.vesting
    return min(*vesting.match_bp, *vesting.nonelective_bp) < 10_000


def reallocates(config: Config) -> bool:
    """Return whether forfeitures may become nonelective contributions."""
    return config.plan.forfeitures == "reallocate" and forfeits(config)


def _employer_money(config: Config) -> Iterator[Off]:
    if not matches(config):
        yield from _each("plan.match", ("basis", *CONDITIONS), _NO_MATCH)
    if not contributes(config):
        why = "plan.nonelective pays nothing"
        yield from _each("plan.nonelective", CONDITIONS, why)
        if not reallocates(config):
            yield "plan.nonelective.compensation", why


def _vesting(config: Config) -> Iterator[Off]:
    if not forfeits(config):
        why = "plan.vesting is immediate, so nothing is forfeited"
        yield from (("plan.forfeitures", why), ("plan.vesting.normal_retirement_age", why))


def _limits(config: Config) -> Iterator[Off]:
    section, (_, published) = config.plan, published_years()
    if config.simulation.end_year <= published:
        why = f"all limits of this run are published, up to {published}"
        yield from _each("plan.limits", ("inflation", "wage_growth"), why)
    rule = section.nonelective.integrated
    if rule is None or rule.level is not None:
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


_SECTIONS: tuple[Callable[[Config], Iterator[Off]], ...] = (
    *(_leaving, _hiring, _promotion, _planned, _raises),
    *(_no_plan, _automatic, _choices, _escalation, _response),
    *(_employer_money, _vesting, _limits, _deferrals),
)

"""What has no effect on people and pay: the census, terminations, hires, returns, leave, promotions and raises."""

from __future__ import annotations

from collections.abc import Iterator

from workforce_sim.config import Config
from workforce_sim.config.effect.employer import forfeits
from workforce_sim.config.effect.off import Off, Said, always, but, each
from workforce_sim.config.other_pay import OtherPay
from workforce_sim.plan.breaks import FIVE
from workforce_sim.tables import SOURCES


def census(config: Config, given: bool) -> Iterator[Off]:
    """Yield what a given census, or the synthetic one, leaves without effect."""
    if given:
        yield "census.path", "a census is given to the run"
    if given or config.census.path is not None:
        yield "census.size", "it applies to a synthetic census, and a census is given"
    else:
        names = ("columns", "date_format", "known_exits", "id_prefix")
        yield from each("census", names, "census.path is left out, and a synthetic census is not read from a file")


def _hires_nobody(config: Config) -> bool:
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
    if _hires_nobody(config) or always(config, config.workforce.new_hire_termination_rate, 0):
        why = "nobody terminates: the termination rates are 0"
        yield from (("terminations.causes", why), ("uncertainty.year_effects.terminations", why))


def _hiring(config: Config) -> Iterator[Off]:
    levels, section = config.workforce.levels or (), config.hiring
    if _hires_nobody(config):
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
    if _hires_nobody(config):
        return "nobody is hired, so nobody comes back"
    one = len(config.simulation.years) == 1
    return "the run has one year, and employees come back from the year after on" if one else ""


def _returns(config: Config) -> Iterator[Off]:
    why = _no_returns(config)
    if why:
        yield from (("hiring.rehires.within_years", why), ("hiring.rehires.causes", why), ("plan.breaks", why))
    if not forfeits(config):
        yield "plan.breaks.buy_back", "plan.vesting is immediate, so nothing is forfeited"
    if min(len(config.simulation.years) - 1, config.hiring.rehires.within_years) < FIVE:
        yield "plan.breaks.rule_of_parity", "nobody of this run comes back after five years"


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
        yield from each("promotion", but(type(section), "base_rate", "mode"), why)
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
        yield from each(name, but(OtherPay, "receivers"), "nobody receives other pay: receivers is 0")
    if not any(entry.by_level or not always(config, entry.share, 0) for entry in entries):
        why = "nothing is paid beside salary: share is 0"
        yield from each(name, but(OtherPay, "share", "by_level"), why)
    if not any(entry.date for entry in entries):
        yield f"{name}.prorated", "no other pay has a date"
    if not any(entry.spread or not always(config, entry.receivers, 1) for entry in entries):
        yield f"{name}.name", "nothing of other pay is drawn: all employees receive it, without a spread"


OF_RUN: tuple[Said, ...] = (_leaving, _retiring, _hiring, _returns, _promotion, _planned, _raises, _other_pay)

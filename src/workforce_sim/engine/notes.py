"""Unexpected effects of a configuration, which a run and ``workforce-sim config check`` report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from workforce_sim.config import Config
from workforce_sim.dates import plan_year
from workforce_sim.engine.hazard import certain_days, hire_exits
from workforce_sim.money import PPM
from workforce_sim.wording import counted


def assumption_notes(config: Config) -> tuple[str, ...]:
    """Return the notes on a configuration, one sentence each."""
    return (
        *_short_year(config),
        *_relative_rates(config),
        *_retirement_rates(config),
        *_certain_hires(config),
        *_freezes(config),
    )


def _short_year(config: Config) -> Iterator[str]:
    """Report a short first year: its length, what is not carried out for it, and a limit that is estimated."""
    simulation = config.simulation
    opening, months = simulation.opening, plan_year(simulation, simulation.start_year).months
    if months == 12:
        return
    yield (
        f"simulation.opening_date: the first plan year is {opening:%B} 1 to December 31, {opening.year}, {months} "
        "of 12 months; its amounts and counts are not made annual"
    )
    gone = _before_opening(config)
    if gone:
        yield f"simulation.opening_date: not carried out, as dated in {opening.year} before it: {', '.join(gone)}"
    if config.plan.enabled:
        yield (
            f"simulation.opening_date: section 402(g) of {opening.year} is estimated: {months} of 12 months of the "
            "limit are left for deferrals, as of somebody who defers evenly; plan.limits.overrides takes another one"
        )


def _before_opening(config: Config) -> list[str]:
    """Return how many known hires, layoffs, acquisitions and seasons of the start year are dated before the opening."""
    hiring, actions, early = config.hiring, config.actions, config.simulation.too_early
    year = plan_year(config.simulation, config.simulation.start_year)
    numbers = {
        "known hire": sum(one.count for one in hiring.known if early(one.date)),
        "layoff": sum(early(one.date) for one in actions.layoffs),
        "acquisition": sum(early(one.date) for one in actions.acquisitions),
        "season": sum(year.day(one.hired) < year.first for one in hiring.seasonal),
    }
    return [counted(number, what) for what, number in numbers.items() if number]


def _freezes(config: Config) -> Iterator[str]:
    """Report the years in which nobody is hired."""
    frozen = {f"{one.year} ({one.department or 'all'})": one.year for one in config.actions.freezes}
    named = [name for name, year in frozen.items() if year in config.simulation.years]
    if named:
        yield (
            f"actions.freezes: {', '.join(named)}: nobody is hired but known hires and seasonal employees; headcount "
            "closes under its target, and the next year without a freeze hires up to it"
        )


def _relative_rates(config: Config) -> Iterator[str]:
    if config.terminations.rates is not None and config.workforce.headcount == "exact":
        yield (
            "terminations.rates: with workforce.headcount exact, only their proportions count (rates of 1 are kept): "
            "workforce.total_termination_rate sets the number of terminations; stochastic uses the rates as given"
        )


def _retirement_rates(config: Config) -> Iterator[str]:
    section, name = config.terminations.retirement, "terminations.retirement"
    if section is None or section.rates is None:
        return
    if not config.rates_as_given:
        yield (
            f"{name}.rates: only their proportions to the other termination rates count, as "
            "workforce.total_termination_rate sets the number of terminations; as given they apply beside "
            "terminations.rates with workforce.headcount stochastic"
        )
    if section.adds and config.terminations.rates is None:
        yield (
            f"{name}.combine: the default termination rates already have retirement from age 55, to which these rates "
            "add; set it to replace, or give terminations.rates without retirement"
        )


def _certain_hires(config: Config) -> Iterator[str]:
    """Report the first year in which the earliest hires are certain to terminate."""
    found = ((year, certain_days(config, plan_year(config.simulation, year))) for year in config.simulation.years)
    year, days = next(((year, days) for year, days in found if days is not None), (0, 0))
    if days:
        date = dt.date(year, 12, 31) - dt.timedelta(days=days - 1)
        yield (
            f"terminations.new_hire_hazard: hires before {date:%B} {date.day} are certain to terminate in {year}, "
            f"{_why(config, year)}"
        )


def _why(config: Config, year: int) -> str:
    hazard, rate = (
        config.terminations.new_hire_hazard,
        hire_exits(config, plan_year(config.simulation, year)).rate / PPM,
    )
    if hazard == "days_left":
        return f"by days_left at a rate of {rate:g}; level, or a curve by days since hire, keeps some of them"
    return f"by level at a rate of {rate:g}" if hazard == "level" else "by the curve"

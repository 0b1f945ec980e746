"""Settings that do less than they ask for.

Rates above a cap, vesting of money that is not paid, a headcount that is to shrink faster than people leave.
"""

from __future__ import annotations

from collections.abc import Iterator

from workforce_sim.config import Config
from workforce_sim.config.effect.employer import (
    contributes,
    forfeits,
    matches,
    matches_twice,
    reallocates,
    shares_profit,
)
from workforce_sim.config.effect.live import Live
from workforce_sim.config.effect.off import always
from workforce_sim.config.enrollment import DeferralCell
from workforce_sim.wording import percent


def lessened(config: Config, found: Live) -> Iterator[str]:
    """Yield a note for each setting that does less than it says; none of what has no effect anyway."""
    of_years = [less for each in config.versions for part in (_above_max_deferral, _above_cap) for less in part(each)]
    of_run = [less for part in (_promotion, _top_level, _no_money) for less in part(config)]
    for key, note in dict.fromkeys([*of_years, *of_run]):
        if found.why_not(key) is None:
            yield f"{key}: {note}"


def _above_max_deferral(config: Config) -> Iterator[tuple[str, str]]:
    section, most = config.enrollment, config.enrollment.max_deferral
    acts = f"is limited to {percent(most)} by enrollment.max_deferral"
    if section.auto_enrollment.default_deferral_rate > most:
        rate = section.auto_enrollment.default_deferral_rate
        yield "enrollment.auto_enrollment.default_deferral_rate", f"{percent(rate)} {acts}"
    if section.escalation.cap > most:
        yield "enrollment.escalation.cap", f"{percent(section.escalation.cap)} {acts}"
    highest = _highest(section.deferral_rates)
    if highest > most:
        yield "enrollment.deferral_rates", f"up to {percent(highest)} {acts}"


def _highest(table: float | tuple[DeferralCell, ...]) -> float:
    return table if isinstance(table, float) else max(cell.value for cell in table)


def _above_cap(config: Config) -> Iterator[tuple[str, str]]:
    section = config.enrollment
    default = min(section.auto_enrollment.default_deferral_rate, section.max_deferral)
    cap = min(section.escalation.cap, section.max_deferral)
    if section.auto_enrollment.enabled and cap <= default:
        what = f"{percent(cap)} is not above the rate of automatic enrollment, {percent(default)}"
        yield "enrollment.escalation.cap", f"{what}: employees enrolled at that rate are never escalated"


def _promotion(config: Config) -> Iterator[tuple[str, str]]:
    section = config.promotion
    if section.increase.highest > section.max_increase:
        what = f"up to {percent(section.increase.highest)} is limited to {percent(section.max_increase)}"
        yield "promotion.increase", f"{what} by promotion.max_increase"


def _top_level(config: Config) -> Iterator[tuple[str, str]]:
    levels = config.workforce.levels
    if levels and levels[-1].promotion_factor != 1:
        key = "workforce.levels[].promotion_factor"
        yield key, "no effect for the highest level: nobody is promoted out of it"


def _no_money(config: Config) -> Iterator[tuple[str, str]]:
    """Yield what acts on employer contributions alone, where none are paid: a census may have balances."""
    plans, but = [each.plan for each in config.versions], "applies only to balances in the census, because"
    paid = {
        "match": matches(config),
        "nonelective": contributes(config) or reallocates(config),
        "profit_sharing": shares_profit(config),
        "discretionary_match": matches_twice(config),
    }
    for name, pays in paid.items():
        if not pays and any(getattr(plan.vesting, name) != "immediate" for plan in plans):
            yield f"plan.vesting.{name}", f"{but} plan.{name} pays nothing"
    if any(paid.values()):
        return
    if any(plan.forfeitures != "offset" for plan in plans) and forfeits(config):
        yield "plan.forfeitures", f"{but} the employer pays nothing"
    if not all(always(config, plan.annual_return, 0) for plan in plans):
        yield "plan.annual_return", f"{but} the employer pays nothing"


# --- headcount that shrinks ---


def laid_off_by_nobody(config: Config) -> Iterator[str]:
    """Yield a note where headcount is to shrink faster than terminations, and there are no reductions in force."""
    years = [year for year in config.simulation.years if _shrinks(config, year)]
    if config.workforce.headcount != "stochastic" or not years:
        return
    when = f"{percent(config.simulation.target_growth_rate.at(years[0]))} in {years[0]}"
    expected = _leaving_unknown() if config.rates_as_given else _expected(config, years[0])
    yield (
        f"simulation.target_growth_rate: {when} causes no reductions in force, because workforce.headcount is "
        f"stochastic; {expected}; set workforce.headcount to exact to have them"
    )


def _shrinks(config: Config, year: int) -> bool:
    """Return whether a year is to lose as many as are expected to leave, or more."""
    growth = config.simulation.target_growth_rate.at(year)
    leaving = 0.0 if config.rates_as_given else config.workforce.total_termination_rate.at(year)
    return growth < 0 and growth + leaving <= 0


def _leaving_unknown() -> str:
    return "headcount falls only by terminations at terminations.rates, and nobody is hired while it is above target"


def _expected(config: Config, year: int) -> str:
    leaving = percent(config.workforce.total_termination_rate.at(year))
    last = config.simulation.end_year
    headcount, target = _path(config)
    return (
        f"nobody is hired, and {leaving} are expected to terminate; at the end of {last} expect about "
        f"{percent(headcount, 1)} of the opening headcount (target: {percent(target, 1)})"
    )


def _path(config: Config) -> tuple[float, float]:
    """Return the expected headcount at the end of a run, and its target, as shares of the opening."""
    headcount = target = 1.0
    for year in config.simulation.years:
        target *= 1 + config.simulation.target_growth_rate.at(year)
        headcount = max(target, headcount * (1 - config.workforce.total_termination_rate.at(year)))
    return headcount, target

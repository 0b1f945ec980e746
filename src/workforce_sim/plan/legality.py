"""What the law has against the design of a plan: warnings, each with its section of the Code, and what is refused.

A design is simulated as it stands; what is said here is for those who sign it. Chapter: ``docs/model/legality.md``.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from workforce_sim.config import Config
from workforce_sim.config.match import Match, MatchTier
from workforce_sim.config.nonelective import Integrated
from workforce_sim.errors import ConfigError
from workforce_sim.plan.limits import limits
from workforce_sim.plan.match import match_rate
from workforce_sim.plan.nonelective import check_disparity
from workforce_sim.plan.vesting import vesting_warnings

_LONGEST_WAIT, _HALF_A_YEAR = 366, 184
_BASIC = Match(preset="safe_harbor_basic").bands[0][1]


def check_years(config: Config) -> None:
    """Check what depends on the limits of each year of a run: their projection, and permitted disparity.

    Raises:
        ConfigError: naming the year.
    """
    if not config.plan.enabled:
        return
    rule, section = config.plan.nonelective.integrated, config.plan.limits
    rates = {"inflation": section.inflation, "wage_growth": section.wage_growth}
    last = years(config)[-1] + 1  # what the pay of the last year means for the next
    for year in [last] if rule is None else [*years(config), last]:
        try:
            found = limits(year, **rates, overrides=section.overrides)
        except ValueError as error:
            raise ConfigError(f"plan.limits: {error}") from None
        if rule is not None and year < last:
            _check_disparity(rule, found.wage_base_cents, year)


def _check_disparity(rule: Integrated, wage_base_cents: int, year: int) -> None:
    try:
        check_disparity(rule, wage_base_cents)
    except ConfigError as error:
        raise ConfigError(f"plan.nonelective.integrated: in {year}, {error}") from None


def plan_warnings(config: Config) -> tuple[str, ...]:
    """Return what the law has against the plan of a configuration, one sentence each with its section of the Code.

    Years of a run are looked at for the match in force; a warning is given once. Nothing without a plan.
    """
    if not config.plan.enabled:
        return ()
    found = [*_eligibility(config)]
    for year in years(config):
        found += vesting_warnings(config.plan, year)
        found += _safe_harbor(config, year)
    return tuple(dict.fromkeys(found))


def years(config: Config) -> range:
    """Return the plan years of a run."""
    return range(config.simulation.start_year, config.simulation.end_year + 1)


def _eligibility(config: Config) -> Iterator[str]:
    section = config.eligibility
    if section.waiting_period_days > _LONGEST_WAIT:
        yield "eligibility.waiting_period_days: more than one year of service (IRC 410(a)(1)(A)(ii))"
    if section.minimum_age > 21:
        yield "eligibility.minimum_age: above 21 (IRC 410(a)(1)(A)(i))"
    if section.entry == "annual" and (section.waiting_period_days > _HALF_A_YEAR or section.minimum_age > 20):
        yield (
            "eligibility.entry: annual entry may come more than 6 months after one year of service and age 21 "
            "(IRC 410(a)(4)); shorten the wait to half a year and the age to 20, or enter twice a year"
        )


def _safe_harbor(config: Config, year: int) -> Iterator[str]:
    """Yield what keeps a match that is said to be safe-harbor money from being it."""
    plan, match = config.plan, config.plan.match.at(year)
    if not plan.safe_harbor(year):
        return
    code = "IRC 401(k)(13)" if match.safe_harbor == "automatic" else "IRC 401(k)(12)"
    if match.last_day or match.minimum_hours or match.minimum_service_years > 1:
        yield f"plan.match: safe-harbor money knows no last-day, hours or service condition ({code})"
    if match.matches_above_six_percent and not match.in_dollars:
        yield "plan.match: matches deferrals above 6 % of pay, so ACP is tested all the same (IRC 401(m)(11)(B)(i))"
    if match.safe_harbor == "automatic":
        yield from _automatic(config)
    elif match.safe_harbor is None and (match.in_dollars or not all(_rich_enough(tiers) for _, tiers in match.bands)):
        yield "plan.match: less than the basic safe-harbor match at some rate, or rising with it (IRC 401(k)(12)(B))"


def _rich_enough(tiers: tuple[MatchTier, ...]) -> bool:
    """Return whether tiers give the basic match at every rate, and rates that never rise."""
    edges = {0, 300, 500, *(tier.upper for tier in tiers)}
    falling = all(a.rate_bp >= b.rate_bp for a, b in pairwise(tiers))
    return falling and all(match_rate(rate, tiers) >= match_rate(rate, _BASIC) for rate in edges)


def _automatic(config: Config) -> Iterator[str]:
    """Yield what a qualified automatic contribution arrangement lacks."""
    section, rise = config.enrollment.auto_enrollment, config.enrollment.escalation
    if not section.enabled:
        yield "enrollment.auto_enrollment.enabled: a QACA enrolls automatically (IRC 401(k)(13)(C)(i))"
    elif not section.everybody:
        yield "enrollment.auto_enrollment.scope: a QACA covers all without an election (IRC 401(k)(13)(C)(iv))"
    if not 300 <= section.default_bp <= 1000:
        yield "enrollment.auto_enrollment.default_deferral_rate: from 3 to 10 % in a QACA (IRC 401(k)(13)(C)(iii))"
    if rise.cap_bp > 1500:
        yield "enrollment.escalation.cap: at most 15 % in a QACA (IRC 401(k)(13)(C)(iii))"
    rises = rise.enabled and rise.increment_bp >= 100 and rise.cap_bp >= 600 and rise.delay_years <= 2
    if section.default_bp < 600 and not rises:
        yield (
            "enrollment.escalation: the default of a QACA is at least 4, 5 and 6 % after the initial period "
            "(IRC 401(k)(13)(C)(iii))"
        )

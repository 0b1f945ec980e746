"""What the law has against the design of a plan: warnings, each with its section of the Code, and what is refused.

A design is simulated as it stands; what is said here is for those who sign it. Chapter: ``docs/model/legality.md``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, Literal

from workforce_sim.config import Config, read_config
from workforce_sim.config.enrollment import Escalation
from workforce_sim.config.match import Match, MatchTier
from workforce_sim.config.nonelective import Integrated
from workforce_sim.errors import ConfigError
from workforce_sim.plan.limits import limits
from workforce_sim.plan.match import match_rate
from workforce_sim.plan.nonelective import check_disparity
from workforce_sim.plan.vesting import slower, vesting_warnings

_LONGEST_WAIT, _HALF_A_YEAR, _LONGEST_HOURS = 366, 184, 1000
_SLOW_HARBOR = "safe-harbor money must be vested at once (IRC 401(k)(12)(E)(i))"
_SLOW_QACA = "plan.vesting.match: a QACA match must be vested after 2 years (IRC 401(k)(13)(D)(iii)(I))"
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
    last = config.simulation.years[-1] + 1  # what the pay of the last year means for the next
    for year in [last] if rule is None else [*config.simulation.years, last]:
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


def plan_warnings(source: str | os.PathLike[str] | Mapping[str, Any] | Config | None = None) -> tuple[str, ...]:
    """Return what the law has against the plan of a configuration, one sentence each with its section of the Code.

    Years of a run are looked at for the match in force; a warning is given once. Nothing without a plan. Sections
    401(k), 401(m), 410 and 411 of the Code; ``docs/model/legality.md`` lists them.

    Args:
        source: as for ``load_config``: a path, a dict, a configuration, or nothing for the documented defaults.

    Raises:
        ConfigError, FileNotFoundError, TypeError: as ``load_config``.
    """
    config = read_config(source)
    if not isinstance(source, Config):
        check_years(config)
    if not config.plan.enabled:
        return ()
    found = [*_eligibility(config)]
    for year in config.simulation.years:
        found += vesting_warnings(config.plan)
        found += _employer_money(config, year)
        found += safe_harbor_problems(config, year)
        found += _above_six_percent(config, year)
    return tuple(dict.fromkeys(found))


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


def _above_six_percent(config: Config, year: int) -> Iterator[str]:
    match = config.plan.match.at(year)
    if config.plan.safe_harbor_money(year) == "match" and match.matches_above_six_percent and not match.in_dollars:
        yield "plan.match: matches deferrals above 6 % of pay, so ACP is tested all the same (IRC 401(m)(11)(B)(i))"


def safe_harbor_problems(config: Config, year: int) -> list[str]:
    """Return what keeps employer money that is said to be safe-harbor money from being it; empty where none is said."""
    money = config.plan.safe_harbor_money(year)
    if money is None:
        return []
    found = [*_conditions_of_harbor(config, year, money)]
    schedule = config.plan.vesting.match_bp if money == "match" else config.plan.vesting.nonelective_bp
    automatic = config.plan.harbor(year) == "automatic"
    if slower(schedule, "qaca_2" if automatic else "immediate"):
        found.append(_SLOW_QACA if automatic else f"plan.vesting.{money}: {_SLOW_HARBOR}")
    return found


def _conditions_of_harbor(config: Config, year: int, money: Literal["match", "nonelective"]) -> Iterator[str]:
    plan, match = config.plan, config.plan.match.at(year)
    source = match if money == "match" else plan.nonelective
    code = "IRC 401(k)(13)" if plan.harbor(year) == "automatic" else "IRC 401(k)(12)"
    if source.last_day or source.minimum_hours or source.minimum_service_years > 1:
        yield f"plan.{money}: safe-harbor money knows no last-day, hours or service condition ({code})"
    if money == "nonelective" and source.compensation == "participating":
        yield "plan.nonelective.compensation: safe-harbor money goes to who does not defer, too (IRC 401(k)(12)(C))"
    if money == "match" and match.safe_harbor == "automatic":
        yield from _automatic(config)
    elif money == "match" and match.safe_harbor is None:
        yield from _formula(match)


def _formula(match: Match) -> Iterator[str]:
    """Yield what keeps a formula of one's own from being an enhanced safe-harbor match."""
    if match.in_dollars or not all(_rich_enough(tiers) for _, tiers in match.bands):
        yield "plan.match: less than the basic safe-harbor match at some rate, or rising with it (IRC 401(k)(12)(B))"
    if len(match.bands) > 1:
        yield (
            "plan.match: graded, so that a highly compensated employee may get more at the same deferral "
            "(IRC 401(k)(12)(B)(ii))"
        )


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
    if any(_default_rate(section.default_bp, rise, later) < least for later, least in _QACA_LEAST):
        yield (
            "enrollment.escalation: the default of a QACA is at least 4, 5 and 6 % after the initial period "
            "(IRC 401(k)(13)(C)(iii))"
        )


_QACA_LEAST = ((2, 400), (3, 500), (4, 600))
"""Calendar years after that of the first default contribution, and the least rate on 1 January, bp."""


def _default_rate(default_bp: int, rise: Escalation, later: int) -> int:
    """Return the rate on a 1 January so many years after automatic enrollment."""
    if not rise.enabled:
        return default_bp
    steps = later - rise.delay_years + (rise.date == "01-01")
    return max(default_bp, min(default_bp + max(0, steps) * rise.increment_bp, rise.cap_bp))


def _employer_money(config: Config, year: int) -> Iterator[str]:
    """Yield conditions of employer money that the law does not allow."""
    plan = config.plan
    vesting = {"match": plan.vesting.match_bp, "nonelective": plan.vesting.nonelective_bp}
    for name, money in (("match", plan.match.at(year)), ("nonelective", plan.nonelective)):
        slow = money.minimum_service_years == 2 and slower(vesting[name], "immediate")
        if money.minimum_service_years > 2 or slow:
            yield (
                f"plan.{name}.minimum_service_years: at most 1, or 2 where all is vested at once "
                "(IRC 410(a)(1)(A)(ii), (B)(i))"
            )
        if money.minimum_hours > _LONGEST_HOURS:
            yield f"plan.{name}.minimum_hours: above 1,000 (IRC 410(a)(3)(A)(i))"

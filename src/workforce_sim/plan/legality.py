"""Compliance warnings about a plan design, each with its section of the Code, and what is refused.

A design is simulated unchanged; warnings are for those responsible for the plan. Chapter: ``docs/model/legality.md``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from workforce_sim.config import Config, read_config
from workforce_sim.config.nonelective import Integrated, IntegrationLevel
from workforce_sim.config.profit_sharing import Excess
from workforce_sim.errors import ConfigError
from workforce_sim.plan.harbor import safe_harbor_problems
from workforce_sim.plan.limits import limits
from workforce_sim.plan.nonelective import check_disparity, check_level
from workforce_sim.plan.sources import eligibility_of
from workforce_sim.plan.vesting import most_service_years, vesting_warnings
from workforce_sim.plan.waits import service_warnings, wait_warnings

COMPLIANCE = "compliance warning: "
"""How a note begins that is a compliance warning."""

_LONGEST_HOURS = 1000


def check_years(config: Config) -> None:
    """Check what depends on the limits of each year of a run: their projection, and permitted disparity.

    Raises:
        ConfigError: naming the year.
    """
    if not config.plan.enabled:
        return
    levels, section = _levels(config), config.plan.limits
    rates = {"inflation": section.inflation, "wage_growth": section.wage_growth}
    last = config.simulation.years[-1] + 1  # what the pay of the last year means for the next
    for year in [*config.simulation.years, last] if levels else [last]:
        try:
            found = limits(year, **rates, overrides=section.overrides)
        except ValueError as error:
            raise ConfigError(f"plan.limits: {error}") from None
        if year < last:
            for key, rule in levels.items():
                _check_disparity(key, rule, found.wage_base_cents, year)


def _levels(config: Config) -> dict[str, IntegrationLevel]:
    """Return the integration levels of the plan by key."""
    sharing = config.plan.profit_sharing
    found = {
        "plan.nonelective.integrated": config.plan.nonelective.integrated,
        "plan.profit_sharing.integrated": sharing.integrated,
        "plan.profit_sharing.excess": sharing.excess,
        "plan.profit_sharing.pool.integrated": None if sharing.pool is None else sharing.pool.integrated,
    }
    return {key: level for key, level in found.items() if level is not None}


def _check_disparity(key: str, rule: IntegrationLevel, wage_base_cents: int, year: int) -> None:
    try:
        if isinstance(rule, Integrated):
            check_disparity(rule, wage_base_cents)
        else:
            check_level(rule, wage_base_cents)
    except ConfigError as error:
        raise ConfigError(f"{key}: in {year}, {error}") from None


def plan_warnings(source: str | os.PathLike[str] | Mapping[str, Any] | Config | None = None) -> tuple[str, ...]:
    """Return the compliance warnings about a plan, one sentence each with its section of the Code.

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
    found = [*wait_warnings(config.eligibility, config.simulation.start_year)]
    found += vesting_warnings(config.plan)
    for year in _years_with_a_new_match(config):
        found += _employer_money(config, year)
        found += safe_harbor_problems(config, year)
        found += _above_six_percent(config, year)
    found += _disparity_twice(config)
    return tuple(dict.fromkeys(found))


def _years_with_a_new_match(config: Config) -> Iterator[int]:
    """Yield the first year of a run, and those in which another match comes into force."""
    plan, years = config.plan, config.simulation.years
    matches = [match for match in (plan.match, plan.discretionary_match) if match is not None]
    yield from (
        year for year in years if year == years[0] or any(match.at(year) is not match.at(year - 1) for match in matches)
    )


def _above_six_percent(config: Config, year: int) -> Iterator[str]:
    match = config.plan.match.at(year)
    if config.plan.safe_harbor_money(year) == "match" and match.matches_above_six_percent and not match.in_dollars:
        yield "plan.match: matches deferrals above 6% of pay, so the ACP test still applies (IRC 401(m)(11)(B)(i))"


def _employer_money(config: Config, year: int) -> Iterator[str]:
    """Yield conditions of employer contributions that the law does not allow."""
    plan, start = config.plan, config.simulation.start_year
    for name, money in plan.sources(year).items():
        most = most_service_years(plan.vesting.of(name))
        yield from service_warnings(name, money.minimum_service_years, most, start)
        if money.eligibility is not None:
            known = wait_warnings(config.eligibility, start)
            own = wait_warnings(eligibility_of(money, config.eligibility), start, most)
            yield from (f"plan.{name}.{text}" for text in own if text not in known)
        if money.minimum_hours > _LONGEST_HOURS:
            yield f"plan.{name}.minimum_hours: above 1,000 (IRC 410(a)(3)(A)(i))"


def _disparity_twice(config: Config) -> Iterator[str]:
    """Yield a warning where two sources together use more than all of permitted disparity."""
    shares = [_disparity(rule) for key, rule in _levels(config).items() if not isinstance(rule, Excess)]
    if len(shares) > 1 and sum(shares) > 1:
        yield (
            "plan.profit_sharing: integrated beside plan.nonelective, beyond the overall limit on permitted disparity "
            "of 26 CFR 1.401(l)-5 (IRC 401(l))"
        )


def _disparity(rule: IntegrationLevel) -> Fraction:
    """Return the share of permitted disparity that a formula uses; of a pool all, as it goes as far as that."""
    if not isinstance(rule, Integrated):
        return Fraction(1)
    most = min(rule.most_ppm, rule.base_ppm)
    return Fraction(rule.excess_ppm, most) if most else Fraction(0)

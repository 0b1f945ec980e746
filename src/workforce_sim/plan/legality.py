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
from workforce_sim.config.other_pay import left_out
from workforce_sim.config.profit_sharing import ExcessShare
from workforce_sim.errors import ConfigError
from workforce_sim.plan.automatic import automatic_warnings
from workforce_sim.plan.harbor import safe_harbor_problems
from workforce_sim.plan.limits import limits
from workforce_sim.plan.nonelective import check_disparity, check_level
from workforce_sim.plan.pay_ratio import definitions
from workforce_sim.plan.service import YEAR_OF_SERVICE_HOURS
from workforce_sim.plan.sources import eligibility_of
from workforce_sim.plan.vesting import most_service_years, vesting_warnings
from workforce_sim.plan.waits import service_by_hours_warnings, service_warnings, wait_warnings

COMPLIANCE = "compliance warning: "
"""How a note begins that is a compliance warning."""


def check_years(config: Config) -> None:
    """Check what depends on the limits of each year of a run: their projection, and permitted disparity.

    Raises:
        ConfigError: naming the year.
    """
    if not config.plan.enabled:
        return
    section = config.plan.limits
    rates = {"inflation": section.inflation, "wage_growth": section.wage_growth}
    last = config.simulation.years[-1] + 1  # what the pay of the last year means for the next
    levels = {year: _levels(config.at(year)) for year in config.simulation.years}
    for year in [*(year for year in levels if levels[year]), last]:
        try:
            found = limits(year, **rates, overrides=section.overrides)
        except ValueError as error:
            raise ConfigError(f"plan.limits: {error}") from None
        for key, rule in levels.get(year, {}).items():
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

    Every year of a run is looked at in which something changes; a warning is given once. Nothing without a plan.
    Sections 401(k), 401(m), 410, 411 and 414(s) of the Code; ``docs/model/legality.md`` lists them.

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
    found = list(_acquired_service(config))
    for since in config.turns:
        found += _of_rules(config.at(since), since) if since <= config.simulation.end_year else ()
    found += automatic_warnings(config)
    return tuple(dict.fromkeys(found))


def _of_rules(config: Config, since: int) -> Iterator[str]:
    """Yield the warnings about the rules of a year, and those about each match of the years after it."""
    yield from wait_warnings(config.eligibility, config.simulation.start_year)
    yield from service_by_hours_warnings(config)
    yield from vesting_warnings(config.plan)
    for year in _years_with_a_new_match(config, since):
        yield from _employer_money(config, year)
        yield from safe_harbor_problems(config, year)
        yield from _above_six_percent(config, year)
        yield from _left_out(config, year)
    yield from _disparity_twice(config)


def _years_with_a_new_match(config: Config, since: int) -> Iterator[int]:
    """Yield a year, and those after it in which another match comes into force."""
    matches = [match for match in (config.plan.match, config.plan.discretionary_match) if match is not None]
    later = range(since + 1, config.simulation.end_year + 1)
    new = (year for year in later if any(match.at(year) is not match.at(year - 1) for match in matches))
    yield from (since, *new)


def _acquired_service(config: Config) -> Iterator[str]:
    """Yield acquisitions whose employees lose their service."""
    if any(one.service == "new" for one in config.actions.acquisitions):
        yield (
            "actions.acquisitions: service is new, but service with an acquired employer counts where its plan is "
            "maintained, as after a merger of the plans (IRC 414(a)(1))"
        )


def _above_six_percent(config: Config, year: int) -> Iterator[str]:
    match = config.plan.match.at(year)
    if config.plan.safe_harbor_money(year) == "match" and match.matches_above_six_percent and not match.in_dollars:
        yield "plan.match: matches deferrals above 6% of pay, so the ACP test still applies (IRC 401(m)(11)(B)(i))"


def _left_out(config: Config, year: int) -> Iterator[str]:
    """Yield definitions of pay that leave out pay which the run has."""
    safe_harbor = config.plan.safe_harbor_money(year)
    for name, counted in definitions(config, year).items():
        kinds = ", ".join(left_out(counted, config.compensation.other_pay))
        key = "plan.testing.pay" if name == "tests" else f"plan.{name}.pay"
        if kinds and name == safe_harbor:
            yield (
                f"{key}: leaves out {kinds}; safe-harbor contributions must be based on pay that passes the "
                "compensation ratio test (26 CFR 1.401(k)-3(b)(2), 1.414(s)-1(d)(3); IRC 414(s))"
            )
        elif kinds:
            section = "26 CFR 1.414(s)-1(d)(3); IRC 414(s)"
            yield f"{key}: leaves out {kinds}; the compensation ratio test applies ({section})"


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
        if money.minimum_hours > YEAR_OF_SERVICE_HOURS:
            yield f"plan.{name}.minimum_hours: above 1,000 (IRC 410(a)(3)(A)(i))"


def _disparity_twice(config: Config) -> Iterator[str]:
    """Yield a warning where two sources together use more than all of permitted disparity."""
    shares = [_disparity(rule) for key, rule in _levels(config).items() if not isinstance(rule, ExcessShare)]
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

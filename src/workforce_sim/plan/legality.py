"""Compliance warnings about a plan design, each with its section of the Code, and what is refused.

A design is simulated unchanged; warnings are for those responsible for the plan. Chapter: ``docs/model/legality.md``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from workforce_sim.config import Config, read_config
from workforce_sim.config.nonelective import Integrated
from workforce_sim.errors import ConfigError
from workforce_sim.plan.harbor import safe_harbor_problems
from workforce_sim.plan.limits import limits
from workforce_sim.plan.nonelective import check_disparity
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
    found += _acquired_service(config)
    for year in _years_with_a_new_match(config):
        found += _employer_money(config, year)
        found += safe_harbor_problems(config, year)
        found += _above_six_percent(config, year)
    return tuple(dict.fromkeys(found))


def _years_with_a_new_match(config: Config) -> Iterator[int]:
    """Yield the first year of a run, and those in which another match comes into force."""
    match, years = config.plan.match, config.simulation.years
    yield from (year for year in years if year == years[0] or match.at(year) is not match.at(year - 1))


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


def _employer_money(config: Config, year: int) -> Iterator[str]:
    """Yield conditions of employer contributions that the law does not allow."""
    plan = config.plan
    vesting = {"match": plan.vesting.match_bp, "nonelective": plan.vesting.nonelective_bp}
    for name, money in (("match", plan.match.at(year)), ("nonelective", plan.nonelective)):
        most = most_service_years(vesting[name])
        yield from service_warnings(name, money.minimum_service_years, most, config.simulation.start_year)
        if money.minimum_hours > _LONGEST_HOURS:
            yield f"plan.{name}.minimum_hours: above 1,000 (IRC 410(a)(3)(A)(i))"

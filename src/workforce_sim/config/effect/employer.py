"""Employer contributions: which are paid, and which of their keys have no effect."""

from __future__ import annotations

from collections.abc import Iterator

from workforce_sim.config import Config
from workforce_sim.config.effect.off import Off, each
from workforce_sim.config.match import Match
from workforce_sim.config.nonelective import ShareOfPay
from workforce_sim.config.plan_values import EmployerMoney, sources_of
from workforce_sim.config.profit_sharing import ProfitSharing
from workforce_sim.tables import OPTIONAL_SOURCES

NO_MATCH = "plan.match matches nothing"

CONDITIONS = ("minimum_service_years", "last_day", "minimum_hours")
"""What decides who gets employer contributions."""


def pays(match: Match) -> bool:
    """Return whether a match formula gives anything."""
    return any(tier.rate_bp for _, tiers in match.bands for tier in tiers)


def matches(config: Config) -> bool:
    """Return whether any year of a run has a match."""
    return any(pays(one.plan.match.at(year)) for one in config.versions for year in config.simulation.years)


def contributes(config: Config) -> bool:
    """Return whether there is a nonelective contribution."""
    return any(_pays_without_deferrals(one.plan.nonelective) for one in config.versions)


def _pays_without_deferrals(section: ShareOfPay) -> bool:
    return section.integrated is not None or any(share for _, share in section.bands)


def shares_profit(config: Config) -> bool:
    """Return whether there is profit sharing."""
    return any(_shares(one.plan.profit_sharing) for one in config.versions)


def _shares(section: ProfitSharing) -> bool:
    if section.groups is not None:
        return any(group.rate_ppm or group.amount_cents for group in section.groups)
    other = section.excess is not None or section.dollars is not None or section.pool is not None
    return other or _pays_without_deferrals(section)


def matches_twice(config: Config) -> bool:
    """Return whether any year of a run has a discretionary match."""
    found = [one.plan.discretionary_match for one in config.versions]
    return any(pays(match.at(year)) for match in found if match is not None for year in config.simulation.years)


def forfeits(config: Config) -> bool:
    """Return whether any schedule leaves something to forfeit."""
    sources = sources_of(config.provisions)
    return min(min(one.plan.vesting.of(source)) for one in config.versions for source in sources) < 10_000


def reallocates(config: Config) -> bool:
    """Return whether forfeitures may become nonelective contributions."""
    return any(one.plan.forfeitures == "reallocate" for one in config.versions) and forfeits(config)


def pays_anything(config: Config) -> bool:
    """Return whether any source of any year pays."""
    return any(source(config) for source in (matches, contributes, matches_twice, shares_profit, reallocates))


def employer_contributions(config: Config) -> Iterator[Off]:
    """Yield what acts on contributions that are not paid."""
    if not matches(config):
        yield from each("plan.match", ("basis", "annual_limit", *CONDITIONS), NO_MATCH)
    if not contributes(config):
        why = "plan.nonelective pays nothing"
        yield from each("plan.nonelective", ("annual_limit", *CONDITIONS), why)
        if not reallocates(config):
            yield from each("plan.nonelective", ("compensation", "pay", "eligibility"), why)
    if not shares_profit(config):
        yield from each("plan.profit_sharing", EmployerMoney.model_fields, "plan.profit_sharing pays nothing")
    if not matches_twice(config):
        names = ("basis", *EmployerMoney.model_fields)
        yield from each("plan.discretionary_match", names, "plan.discretionary_match matches nothing")


def missing_sources(config: Config) -> Iterator[Off]:
    """Yield the vesting of sources of employer contributions that no year has."""
    for source in set(OPTIONAL_SOURCES) - config.provisions:
        yield f"plan.vesting.{source}", f"the plan has no plan.{source}"


def keys_of_sources(config: Config) -> Iterator[Off]:
    """Yield what other keys of a source of employer contributions switch off, whatever formula of it holds."""
    of_years = [config.plan.sources(year) for year in config.simulation.years]
    for source in of_years[0]:
        formulas = [sources[source] for sources in of_years]
        waits = [own for own in (money.eligibility for money in formulas) if own is not None]
        if waits and all((own.waiting_period_years, own.waiting_period_months) != (None, None) for own in waits):
            key = f"plan.{source}.eligibility.waiting_period"
            yield f"{key}_days", f"{key}_years or waiting_period_months sets the wait"
        if not any(money.last_day or money.minimum_hours for money in formulas):
            yield f"plan.{source}.waived_for", f"plan.{source} asks for no last day and no hours"
    pool = config.plan.profit_sharing.pool
    if pool is not None and pool.allocation != "age_weighted":
        yield "plan.profit_sharing.pool.interest", "plan.profit_sharing.pool.allocation is not age_weighted"

"""Assumptions behind retirement by age and service."""

from __future__ import annotations

from workforce_sim.config.retirement import Retirement
from workforce_sim.config.values import band_at
from workforce_sim.explaining.reasons.moment import Moment, Reason
from workforce_sim.wording import number, percent


def once_eligible(moment: Moment) -> list[Reason]:
    """Return the rate or factor of an existing employee who may retire; nothing for others."""
    section = moment.config.terminations.retirement
    if section is None or not _may(moment, section):
        return []
    age, name = moment.person["age"], "terminations.retirement"
    if section.factors is not None:
        band = band_at(section.factors, age)
        return [Reason(f"{name}.factors[{section.factors.index(band)}]", f"x {number(band.factor)}", moment.risk_age)]
    held = [line for line in section.rates or () if line.start <= age]
    if not held:
        return []
    how = "added to the other rates" if section.adds else "in place of the other rates"
    place = len(held) - 1
    return [Reason(f"{name}.rates[{place}]", percent(held[-1].rate), f"{moment.risk_age}; {how}")]


def _may(moment: Moment, section: Retirement) -> bool:
    """Return whether an existing employee may retire on the first day of the plan year."""
    age, service = moment.person["age"], moment.person["tenure_years"]
    hired = moment.person["opening_salary_cents"] is None
    return not hired and any(age >= line.age and service >= line.service for line in section.eligible)


def replaces(moment: Moment) -> bool:
    """Return whether a rate of retirement takes the place of the other rates of the person."""
    section = moment.config.terminations.retirement
    rated = section is not None and section.rates is not None and not section.adds
    return rated and bool(once_eligible(moment))


def of_cause(moment: Moment) -> list[Reason]:
    """Return what lets the person retire, or why not."""
    section = moment.config.terminations.retirement
    if section is None or moment.event["cause"] not in ("retirement", "voluntary"):
        return []
    lines = ", ".join(f"age {line.age} with {line.service}" for line in section.eligible)
    may = "may retire" if moment.person["retirement_eligible"] else "may not retire"
    return [Reason("terminations.retirement.eligible", lines, f"years of service; {may}")]

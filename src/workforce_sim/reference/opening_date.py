"""The reference model, the opening date: which part of its start year a run has, and what a part of a year has."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from workforce_sim.config import Config
from workforce_sim.money import half_up
from workforce_sim.plan.limits import Limits

MONTHS = 12
"""Of a whole year."""


def opening_of(config: Config) -> dt.date:
    """Return O, the first day of a run."""
    return config.simulation.opening_date or dt.date(config.simulation.start_year, 1, 1)


def first_day(config: Config, year: int) -> dt.date:
    """Return F, the first day of a plan year of a run."""
    return max(opening_of(config), dt.date(year, 1, 1))


def months_of(config: Config, year: int) -> int:
    """Return how many months a plan year has."""
    return MONTHS + 1 - first_day(config, year).month


def in_months(amount: int, months: int) -> int:
    """Return what so many months have of a rate or an amount of a whole year, half up."""
    return half_up(amount * months, MONTHS)


def limits_in_months(annual: Limits, months: int) -> Limits:
    """Return limits with those that a short plan year reduces in proportion to its months."""
    higher = annual.super_catch_up_cents
    return replace(
        annual,
        elective_deferral_cents=in_months(annual.elective_deferral_cents, months),
        catch_up_cents=in_months(annual.catch_up_cents, months),
        super_catch_up_cents=None if higher is None else in_months(higher, months),
        compensation_cents=in_months(annual.compensation_cents, months),
        annual_additions_cents=in_months(annual.annual_additions_cents, months),
        wage_base_cents=in_months(annual.wage_base_cents, months),
    )

"""What employees get from the whole plan, for the average benefit test. Chapter: ``docs/model/testing.md``."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from workforce_sim.dates import Flags, Ints, completed_years
from workforce_sim.plan.adp import ratios_bp
from workforce_sim.plan.coverage import average_benefit_bp
from workforce_sim.plan.cross_testing import accrual_rates_bp
from workforce_sim.plan.people import People

LEAST_AVERAGE_BP = 7_000
"""The average benefit percentage test, IRC 410(b)(2)(A)(ii)."""


def allocation_rates_bp(amounts: Ints, people: People) -> Ints:
    """Return contribution / compensation in basis points, half up; 0 of those without compensation."""
    paid = people.compensation
    return np.where(paid > 0, ratios_bp(amounts, np.maximum(paid, 1)), 0)


def benefit_rates_bp(amounts: Ints, people: People, interest: Fraction) -> Ints:
    """Return contributions as equivalent benefit accrual rates in basis points."""
    ages = completed_years(people.birth, np.full_like(people.birth, people.year.last), people.year)
    return accrual_rates_bp(amounts, people.compensation, ages, interest)


def average_benefit(people: People, counted: Flags, interest: Fraction) -> int | None:
    """Return the average benefit percentage of a year, basis points: of contributions or of benefits, the larger.

    Deferrals without catch-up, match and nonelective contributions count; who has none counts as 0, 26 CFR 1.410(b)-5
    and 1.414(v)-1(d). None where the highly compensated get nothing or there are no others.

    Args:
        people: of the year.
        counted: who could not be excluded from the plan.
        interest: of cross-testing.
    """
    amounts = people.deferral + people.match + people.nonelective
    rates = allocation_rates_bp(amounts, people), benefit_rates_bp(amounts, people, interest)
    found = [average_benefit_bp(one[counted], people.hce[counted]) for one in rates]
    return max((bp for bp in found if bp is not None), default=None)

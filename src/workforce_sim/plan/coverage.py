"""Coverage of a plan, and rates of nonelective contributions: do enough NHCEs benefit compared with HCEs.

Chapter: ``docs/model/testing.md``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from workforce_sim.dates import NEVER, Days, Flags, Ints, PlanYear
from workforce_sim.money import exact_sum, half_up
from workforce_sim.plan.entry import anniversaries

BP = 10_000
LEAST_RATIO_BP = 7_000
"""The ratio percentage test, IRC 410(b)(1)(B)."""
SAME_RATE_BP = 1
"""Rates so close count as one: amounts are whole cents. The law allows 25, 26 CFR 1.401(a)(4)-2(c)(2)(v)."""


def non_excludable(hire: Days, birth: Days, last_day: Days | int, year: PlanYear, service_years: int = 1) -> Flags:
    """Return who could lawfully not be kept out: who has the service and is 21 in time to enter in the year.

    Entry is the first January 1 or July 1 on or after both, IRC 410(a)(1) and (4), 410(b)(4)(B); who has left by then
    could be kept out.

    Args:
        hire: first days of employment, days since 1970-01-01.
        birth: dates of birth.
        last_day: last days of employment; December 31 of those who stay.
        year: the plan year.
        service_years: of service that may be asked for.
    """
    met = np.maximum(anniversaries(hire, service_years), anniversaries(birth, 21))
    january, july = year.january_1, year.day("07-01")
    entry = np.where(met <= january, january, np.where(met <= july, july, NEVER))
    return np.asarray(entry <= last_day, dtype=np.bool_)


def ratio_percentage_bp(benefiting: Flags, hce: Flags) -> int | None:
    """Return the share of others who benefit over that of the highly compensated, basis points, half up.

    None where no highly compensated benefits or there are no others; it passes then, 26 CFR 1.410(b)-2(b)(5), (6).
    """
    high, others = int(hce.sum()), int((~hce).sum())
    high_in, others_in = int((hce & benefiting).sum()), int((~hce & benefiting).sum())
    return half_up(BP * others_in * high, others * high_in) if others and high_in else None


class Harbors(NamedTuple):
    """Ratio percentages of the nondiscriminatory classification test, basis points, 26 CFR 1.410(b)-4(c)(4)."""

    safe: int
    unsafe: int

    @property
    def midpoint(self) -> int:
        """Halfway between them, half up, 26 CFR 1.401(a)(4)-2(c)(3)(ii)."""
        return half_up(self.safe + self.unsafe, 2)


def classification_harbors(hces: int, others: int) -> Harbors:
    """Return the safe and the unsafe harbor percentage, by the share of employees who are not highly compensated.

    50% and 40% up to a share of 60%; for each whole point above it 0.75 less, but the unsafe one at least 20%.

    Args:
        hces: highly compensated employees who are counted.
        others: all others.
    """
    above = max(0, 100 * others // max(hces + others, 1) - 60)
    return Harbors(5_000 - 75 * above, max(2_000, 4_000 - 75 * above))


def average_benefit_bp(rates_bp: Ints, hce: Flags) -> int | None:
    """Return the mean rate of others over that of the highly compensated, basis points, half up.

    None where there are no others, or the highly compensated get nothing. Source: 26 CFR 1.410(b)-5(b).
    """
    high, others = exact_sum(rates_bp[hce]), exact_sum(rates_bp[~hce])
    hces, nhces = int(hce.sum()), int((~hce).sum())
    return half_up(BP * others * hces, high * nhces) if high and nhces else None


def lowest_rate_group_bp(rates: Ints, hce: Flags) -> int | None:
    """Return the lowest ratio percentage of all rate groups, basis points; None where each passes by itself.

    A rate group is everybody whose rate is at least that of some highly compensated, 26 CFR 1.401(a)(4)-2(c).

    Args:
        rates: contribution / compensation, basis points; 0 of those who get nothing.
        hce: who is highly compensated.
    """
    lowest = [max(int(rate) - SAME_RATE_BP, 1) for rate in np.unique(rates[hce & (rates > 0)])]
    found = [ratio_percentage_bp(rates >= rate, hce) for rate in lowest]
    return min((ratio for ratio in found if ratio is not None), default=None)

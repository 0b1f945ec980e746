"""Cross-testing of contributions as benefits at 65, and the gateway to it. Chapter: ``docs/model/testing.md``."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from workforce_sim.dates import Ints
from workforce_sim.money import PPM
from workforce_sim.plan.amounts import in_cents
from workforce_sim.plan.annuity import MILLION, annuity_per_million
from workforce_sim.plan.coverage import BP

INTEREST = 0.08
"""Interest of cross-testing, a standard rate; from 7.5 to 8.5%, 26 CFR 1.401(a)(4)-12."""
LEAST_INTEREST, MOST_INTEREST = 0.075, 0.085
OLDEST = 110
_SMALL_CENTS = 10**7
"""Contributions up to here are safe from products beyond 64 bits."""


def accrual_rates_bp(contribution_cents: Ints, compensation_cents: Ints, ages: Ints, interest: Fraction) -> Ints:
    """Return equivalent benefit accrual rates: the yearly annuity at 65 as a share of compensation, basis points.

    Half up; 0 of those without compensation. Source: 26 CFR 1.401(a)(4)-8(b)(2).

    Args:
        contribution_cents: of the year.
        compensation_cents: of the year, within section 401(a)(17).
        ages: completed years on December 31.
        interest: a year.
    """
    bought = np.array([annuity_per_million(age, interest) for age in range(OLDEST + 1)], dtype=np.int64)
    wide = contribution_cents.max(initial=0) > _SMALL_CENTS
    amounts: Any = contribution_cents.astype(object) if wide else contribution_cents
    over, under = BP * amounts * bought[np.clip(ages, 0, OLDEST)], MILLION * np.maximum(compensation_cents, 1)
    rates = (2 * over + under) // (2 * under)
    return np.where(compensation_cents > 0, rates, 0).astype(np.int64)


def accrual_rate(contribution: Any, compensation: Any, age: int, *, interest: float = INTEREST) -> float:
    """Return the equivalent benefit accrual rate of one employee, percent, to 2 decimals, half up.

    The contribution grows with interest to 65, buys there an annuity for life, paid monthly, by the 1983 Group Annuity
    Mortality table (male), and the annuity of a year is divided by compensation. Above 65 it buys one at once. Source:
    26 CFR 1.401(a)(4)-8(b)(2), 1.401(a)(4)-12.

    Args:
        contribution: dollars for the year.
        compensation: dollars of plan compensation, after the limit of section 401(a)(17).
        age: completed years at the end of the year.
        interest: a year, from 0.075 to 0.085.

    Raises:
        TypeError: for amounts that are no numbers.
        ValueError: for negative amounts, compensation of 0, a negative age, or another rate of interest.
    """
    amount, paid = in_cents(contribution, "contribution"), in_cents(compensation, "compensation")
    if paid == 0 or age < 0:
        raise ValueError("compensation must be above 0, and age at least 0")
    amounts, pays, ages = (np.array([one], dtype=np.int64) for one in (amount, paid, age))
    return int(accrual_rates_bp(amounts, pays, ages, standard_interest(interest))[0]) / 100


def standard_interest(interest: float) -> Fraction:
    """Return a standard rate of interest exactly as written.

    Raises:
        ValueError: outside 7.5 to 8.5%.
    """
    if not LEAST_INTEREST <= interest <= MOST_INTEREST:
        raise ValueError(f"interest must be from {LEAST_INTEREST} to {MOST_INTEREST} (26 CFR 1.401(a)(4)-12)")
    return Fraction(Decimal(str(interest)))


def gateway_rate(highest_hce_rate: float) -> float:
    """Return the minimum allocation gateway, percent: the least that an NHCE must get for a plan to be cross-tested.

    A third of the highest rate of a highly compensated employee, at most 5% of pay. Source: 26 CFR
    1.401(a)(4)-8(b)(1)(vi).

    Args:
        highest_hce_rate: contribution / compensation, percent.

    Raises:
        ValueError: for a negative rate.
    """
    return min(_not_negative(highest_hce_rate) / 3, 5.0)


def combined_gateway_rate(highest_hce_rate: float) -> float:
    """Return the minimum aggregate allocation gateway of a pension and a contribution plan tested together, percent.

    A third of the highest rate below 15%, 5% up to 25%, and a point more for each 5 points or part of them above that,
    at most 7.5%. Source: 26 CFR 1.401(a)(4)-9(b)(2)(v)(D).

    Args:
        highest_hce_rate: highest aggregate normal allocation rate of a highly compensated employee, percent.

    Raises:
        ValueError: for a negative rate.
    """
    rate = _not_negative(highest_hce_rate)
    if rate <= 25:
        return gateway_rate(rate)
    return float(min(5 - (25 - rate) // 5, 7.5))


def _not_negative(rate: float) -> float:
    if not rate >= 0:
        raise ValueError("highest_hce_rate must be a percentage from 0 up")
    return rate


GradedBy = Literal["tenure", "age", "points"]
_FIRST_END: dict[GradedBy, int] = {"tenure": 1, "age": 25, "points": 25}
"""Where the first band may be taken to begin at the latest, 26 CFR 1.401(a)(4)-8(b)(1)(iv)(D)."""


def is_gradual(bands: Sequence[tuple[int, int]], graded_by: GradedBy) -> bool:
    """Return whether a schedule by age or service needs no gateway, 26 CFR 1.401(a)(4)-8(b)(1)(iv).

    Rates rise from band to band by at most 5 points and at most to twice, by no larger factor than before, and bands
    are of one length, but for the last and what the first is allowed.

    Args:
        bands: where each begins, and its rate in ppm.
        graded_by: what the bands go by.
    """
    rates = [Fraction(rate, PPM) for _, rate in bands]
    if len(rates) < 2 or 0 in rates:
        return False
    steps, factors = [b - a for a, b in pairwise(rates)], [b / a for a, b in pairwise(rates)]
    smooth = all(0 < step <= Fraction(1, 20) for step in steps) and max(factors) <= 2
    return smooth and all(a >= b for a, b in pairwise(factors)) and _regular([start for start, _ in bands], graded_by)


def _regular(starts: Sequence[int], graded_by: GradedBy) -> bool:
    """Return whether bands are of one length; the first may be taken to begin later."""
    lengths = {b - a for a, b in pairwise(starts[1:])}
    if len(lengths) != 1:
        return not lengths
    first_end, latest = starts[1], _FIRST_END[graded_by]
    return (graded_by != "tenure" and first_end <= latest) or 0 <= first_end - lengths.pop() <= latest

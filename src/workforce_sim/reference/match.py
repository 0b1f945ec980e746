"""The reference model, match: formulas in whole numbers, for one person's year.

A tier is (lower, upper, rate in bp), its edges in bp of pay, of tiers in dollars in cents.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from workforce_sim.config.match import Match, MatchTier
from workforce_sim.money import half_up

WHOLE_BP = 10**4


class Period(NamedTuple):
    """Pay that counts of days with one deferral rate."""

    rate_bp: int
    pay_cents: int


def tiers_at(match: Match, age: int, tenure: int) -> Sequence[MatchTier]:
    """Return the tiers of somebody's band: by tenure, by points (age + tenure), or the same for all."""
    place = {"tenure": tenure, "points": age + tenure, None: 0}[match.graded_by]
    return next(tiers for start, tiers in reversed(match.bands) if start <= place)


def full_match_bp(match: Match, tiers: Sequence[MatchTier], compensation: int) -> int:
    """Return the lowest whole bp of pay that earns the full match; 0 where nothing is matched.

    Args:
        match: the formula.
        tiers: those of the person.
        compensation: for tiers in dollars, the annual salary in cents, at most the limit of section 401(a)(17).
    """
    upper = max((tier.upper for tier in tiers if tier.rate_bp > 0), default=0)
    if not match.in_dollars or upper == 0:
        return upper
    return min(-(-WHOLE_BP * upper // compensation), WHOLE_BP) if compensation else WHOLE_BP


def annual_match(match: Match, tiers: Sequence[MatchTier], deferral: int, compensation: int) -> int:
    """Return the match in cents on a year's totals; one rounding."""
    if match.in_dollars:
        return half_up(_tiered(tiers, deferral, 1), WHOLE_BP)
    return half_up(_tiered(tiers, WHOLE_BP * deferral, compensation), 10**8)


def _tiered(tiers: Sequence[MatchTier], deferred: int, unit: int) -> int:
    """Return the sum of rate x clip(deferred - lower unit, 0, (upper - lower) unit)."""
    return sum(
        rate_bp * min(max(deferred - lower * unit, 0), (upper - lower) * unit) for lower, upper, rate_bp in tiers
    )


def payroll_match(
    tiers: Sequence[MatchTier], periods: Sequence[Period], compensation_limit: int, deferral_limit: int
) -> int:
    """Return the match in cents of ever shorter pay periods; tiers by share of pay; one rounding for the year.

    Args:
        tiers: those of the person.
        periods: in date order, those at rate 0 included.
        compensation_limit: cumulative pay that counts, in cents.
        deferral_limit: deferrals that count, in cents.
    """
    pay_left, deferral_left, matched = compensation_limit, WHOLE_BP * deferral_limit, Fraction(0)
    for rate, pay in periods:
        counted = min(pay, pay_left)
        used = min(rate * counted, deferral_left)
        pay_left -= counted
        deferral_left -= used
        if rate > 0:
            matched += Fraction(_tiered(tiers, rate, 1) * used, rate)
    return half_up(matched.numerator, matched.denominator * 10**8)

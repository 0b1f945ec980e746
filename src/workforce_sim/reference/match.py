"""The reference model, match: formulas in whole numbers, for one person's year.

A tier is (lower, upper, rate in bp), its edges in bp of pay, of tiers in dollars in cents.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from workforce_sim.config.match import Match
from workforce_sim.money import cents, half_up, scaled
from workforce_sim.reference.opening_date import in_months

WHOLE_BP = 10**4


class Tier(NamedTuple):
    """A slice of what is deferred, and what is paid on it."""

    lower: int
    upper: int
    rate_bp: int


PRESETS = {
    "simple": [(600, 5_000)],
    "tiered": [(300, 10_000), (500, 5_000)],
    "stretch": [(1_200, 2_500)],
    "safe_harbor_basic": [(300, 10_000), (500, 5_000)],
    "safe_harbor_enhanced": [(400, 10_000)],
    "qaca": [(100, 10_000), (600, 5_000)],
    "none": [],
}
"""Upper edge and rate of each tier, bp."""
SAFE_HARBORS = ("safe_harbor_basic", "safe_harbor_enhanced", "qaca")
"""Presets that are safe-harbor contributions."""


class Payroll(NamedTuple):
    """Pay of days with one deferral rate, or of one payment, in cents."""

    rate_bp: int
    deferral_pay: int
    deferred_pay: int
    """Of it, what is within the pay at which deferrals stop."""
    match_pay: int


class Formula(NamedTuple):
    """A match formula: what its bands go by (None: the same for all), whether edges are cents, and tiers by band."""

    by: str | None
    dollars: bool
    table: list[tuple[int, list[Tier]]]


def preset_of(match: Match) -> str | None:
    """Return the preset in force: the basic safe-harbor match where no formula is given; None for one of one's own."""
    own = (match.tiers, match.dollar_tiers, match.by_tenure, match.by_service, match.by_points)
    return None if any(formula is not None for formula in own) else match.preset or "safe_harbor_basic"


def formula_of(match: Match) -> Formula:
    """Return the formula that is configured, in whole numbers."""
    if match.dollar_tiers is not None:
        tiers = _tiers((cents(tier.up_to), bp(tier.rate)) for tier in match.dollar_tiers)
        return Formula(None, True, [(0, tiers)])
    if match.by_tenure is not None:
        by_tenure = [(band.start, _tiers((bp(t.up_to), bp(t.rate)) for t in band.tiers)) for band in match.by_tenure]
        return _by("tenure", by_tenure)
    if match.by_service is not None:
        return _by("tenure", [(band.start, _tiers([(bp(band.max), bp(band.rate))])) for band in match.by_service])
    if match.by_points is not None:
        return _by("points", [(band.start, _tiers([(bp(band.max), bp(band.rate))])) for band in match.by_points])
    preset = preset_of(match)
    same = PRESETS[preset] if preset else [(bp(tier.up_to), bp(tier.rate)) for tier in match.tiers or ()]
    return Formula(None, False, [(0, _tiers(same))])


def _by(place: str, bands: list[tuple[int, list[Tier]]]) -> Formula:
    """Return a formula by tenure or points; with one band it is the same for all."""
    return Formula(place if len(bands) > 1 else None, False, bands)


def bp(share: float) -> int:
    """Return a share or a rate in whole basis points."""
    return scaled(share, 4)


def _tiers(edges: Iterable[tuple[int, int]]) -> list[Tier]:
    """Return tiers from their upper edges and rates; each begins where the one before ends."""
    return [Tier(lower, upper, rate) for (lower, _), (upper, rate) in pairwise([(0, 0), *edges])]


def tiers_at(match: Match, age: int, tenure: int) -> Sequence[Tier]:
    """Return the tiers of somebody's band: by tenure, by points (age + tenure), or the same for all."""
    formula = formula_of(match)
    place = {"tenure": tenure, "points": age + tenure, None: 0}[formula.by]
    return next(tiers for start, tiers in reversed(formula.table) if start <= place)


def tiers_in_months(match: Match, tiers: Sequence[Tier], months: int) -> Sequence[Tier]:
    """Return tiers as so many months have them: edges in dollars are reduced."""
    if match.dollar_tiers is None:
        return tiers
    return [Tier(in_months(lower, months), in_months(upper, months), rate) for lower, upper, rate in tiers]


def full_match_bp(match: Match, tiers: Sequence[Tier], compensation: int) -> int:
    """Return the lowest whole bp of pay that earns the full match; 0 where nothing is matched.

    Args:
        match: the formula.
        tiers: those of the person.
        compensation: for tiers in dollars, the annual salary in cents, at most the limit of section 401(a)(17).
    """
    upper = max((tier.upper for tier in tiers if tier.rate_bp > 0), default=0)
    if match.dollar_tiers is None or upper == 0:
        return upper
    return min(-(-WHOLE_BP * upper // compensation), WHOLE_BP) if compensation else WHOLE_BP


def annual_match(match: Match, tiers: Sequence[Tier], deferral: int, compensation: int) -> int:
    """Return the match in cents on a year's totals; one rounding."""
    if match.dollar_tiers is not None:
        return half_up(_tiered(tiers, deferral, 1), WHOLE_BP)
    return half_up(_tiered(tiers, WHOLE_BP * deferral, compensation), 10**8)


def _tiered(tiers: Sequence[Tier], deferred: int, unit: int) -> int:
    """Return the sum of rate x clip(deferred - lower unit, 0, (upper - lower) unit)."""
    return sum(
        rate_bp * min(max(deferred - lower * unit, 0), (upper - lower) * unit) for lower, upper, rate_bp in tiers
    )


def payroll_match(
    tiers: Sequence[Tier], payrolls: Sequence[Payroll], compensation_limit: int, deferral_limit: int
) -> int:
    """Return the match in cents of ever shorter payrolls; tiers by share of pay; one rounding for the year.

    Args:
        tiers: those of the person.
        payrolls: in date order, those at rate 0 included.
        compensation_limit: cumulative pay that counts, in cents.
        deferral_limit: deferrals that count, in cents.
    """
    room, left, matched = compensation_limit, WHOLE_BP * deferral_limit, Fraction(0)
    for rate, deferral_pay, deferred_pay, match_pay in payrolls:
        deferred = rate * deferral_pay
        if deferred > 0 and match_pay > 0:
            parts = (Fraction(room, match_pay), Fraction(left, deferred), Fraction(deferred_pay, deferral_pay))
            matched += min(Fraction(1), *parts) * _tiered(tiers, deferred, match_pay)
        room -= min(match_pay, room)
        left -= min(rate * deferred_pay, left)
    return half_up(matched.numerator, matched.denominator * 10**8)

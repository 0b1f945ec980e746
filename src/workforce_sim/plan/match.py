"""The employer match, in exact whole numbers: on the year's totals, or pay period by pay period.

A formula is tiers: slices of deferrals, each matched at its own rate. Everything below takes plain integers or int64
arrays alike, amounts up to 10^12 cents, and rounds once. Chapter: ``docs/model/match.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from workforce_sim.config.match import Match, MatchTier
from workforce_sim.dates import Ints
from workforce_sim.money import MAX_SALARY_CENTS, Whole, half_up
from workforce_sim.plan.amounts import (
    by_band,
    in_cents,
    in_dollars,
    larger,
    model_of,
    place_of,
    same_length,
    smaller,
)

BP = 10_000
AT = ("plan", "match")
Tiers = Sequence[MatchTier]


def annual_match(deferral_cents: Whole, compensation_cents: Whole, tiers: Tiers) -> Whole:
    """Return the match on a year's totals, in cents.

    ``sum rate_bp x clip(10^4 D - lower_bp C, 0, (upper - lower)_bp C) / 10^8``, half up, rounded once.

    Args:
        deferral_cents: deferrals of the year, D; catch-up counts.
        compensation_cents: plan compensation, capped by 401(a)(17), C. D may be above it; C is capped, D is not.
        tiers: slices in bp of compensation.
    """
    deferred, pay = _roomy(deferral_cents), _roomy(compensation_cents)
    parts = zip(tiers, slices(deferred, pay, tiers), strict=True)
    return _narrow(half_up(sum((tier.rate_bp * part for tier, part in parts), start=0 * deferred), BP * BP))


def slices(deferral_cents: Any, compensation_cents: Any, tiers: Tiers) -> list[Any]:
    """Return the part of a year's deferrals in each tier by share of pay, in 10^-4 cents; arguments as above."""
    deferred, pay = BP * deferral_cents, compensation_cents
    return [_slice(deferred, tier.lower * pay, tier.upper * pay) for tier in tiers]


def dollar_match(deferral_cents: Whole, tiers: Tiers) -> Whole:
    """Return the match by tiers in cents of the year's deferrals; whatever the pay."""
    parts = zip(tiers, dollar_slices(deferral_cents, tiers), strict=True)
    return half_up(sum((tier.rate_bp * part for tier, part in parts), start=0 * deferral_cents), BP)


def dollar_slices(deferral_cents: Any, tiers: Tiers) -> list[Any]:
    """Return the part of a year's deferrals in each tier in dollars, in cents."""
    return [_slice(deferral_cents, tier.lower, tier.upper) for tier in tiers]


def match_rate(rate_bp: Whole, tiers: Tiers) -> Whole:
    """Return m(r): the match on pay deferred at ``rate_bp``, as a share of pay in units of 10^-8."""
    return sum((tier.rate_bp * _slice(rate_bp, tier.lower, tier.upper) for tier in tiers), start=0 * rate_bp)


def payroll_match(
    segments: Iterable[tuple[Whole, Whole]], tiers: Tiers, deferral_limit_cents: Whole, compensation_limit_cents: Whole
) -> Whole:
    """Return the match of a year matched pay period by pay period, in cents: the limit of ever shorter periods.

    Each segment is matched at m(r). Pay counts until cumulative pay reaches the compensation limit or cumulative
    deferrals the deferral limit, whichever comes first; pay matched in the segment where deferrals stop is what is
    left of the limit / r. Half up, rounded once.

    Args:
        segments: (rate in bp, pay in cents) in date order: spans of one rate and the pay that counts in them, with
            those at rate 0. For arrays: one pair of arrays for each position, pay 0 where somebody has no such span.
        tiers: slices in bp of compensation.
        deferral_limit_cents: the most that may be deferred in the year.
        compensation_limit_cents: the year's limit on compensation, 401(a)(17).
    """
    steps = payroll_steps(segments, tiers, deferral_limit_cents, compensation_limit_cents)
    return _narrow(half_up(sum((step.matched for step in steps), start=0 * compensation_limit_cents), BP * BP))


class PayrollStep(NamedTuple):
    """What a segment of a year is matched on.

    Attributes:
        counted: the pay that counts, cents.
        deferred: deferred from it within the limit, 10^-4 cents.
        matched: the match on it, 10^-8 cents.
    """

    counted: Any
    deferred: Any
    matched: Any


def payroll_steps(
    segments: Iterable[tuple[Whole, Whole]], tiers: Tiers, deferral_limit_cents: Whole, compensation_limit_cents: Whole
) -> Iterator[PayrollStep]:
    """Yield the steps of ``payroll_match``, one for each segment."""
    year = list(segments)
    paid = sum((pay for _, pay in year), start=0 * compensation_limit_cents)
    room, left = _roomy(smaller(paid, compensation_limit_cents)), BP * deferral_limit_cents
    for rate, pay in year:
        counted = smaller(pay, room)
        deferred = smaller(rate * counted, left)
        yield PayrollStep(counted, deferred, _times(match_rate(rate, tiers), deferred, larger(rate, 1)))
        left, room = left - deferred, room - counted


class Payroll(NamedTuple):
    """One payroll of a year, of an array of people.

    Attributes:
        rate: deferral rate, bp.
        deferral_pay: the pay that is deferred from, cents.
        match_pay: the pay that the match counts, cents.
        counts: the part of ``deferral_pay`` that is deferred from in fact; all of it when left out.
    """

    rate: Ints
    deferral_pay: Ints
    match_pay: Ints
    counts: Ints | None = None


def uneven_payroll_match(
    payrolls: Sequence[Payroll], tiers: Tiers, deferral_limit_cents: Ints, compensation_limit_cents: Ints
) -> Ints:
    """Return the match of a year, payroll by payroll, where match and deferrals count different pay; in cents.

    As ``payroll_match``, whose segments have one pay for both: each payroll is matched on its deferral and its match
    pay, and the one in which a limit is reached in part, as far as the first limit allows. Half up, rounded once.

    Args:
        payrolls: of the year in date order, pay 0 where somebody has no such payroll.
        tiers: slices in bp of match pay.
        deferral_limit_cents: the most that each may defer in the year.
        compensation_limit_cents: the year's limit on compensation, 401(a)(17), for each.
    """
    steps = uneven_steps(payrolls, tiers, deferral_limit_cents, compensation_limit_cents)
    return np.asarray(_narrow(half_up(sum(steps, start=0 * compensation_limit_cents), BP * BP)))


def uneven_steps(
    payrolls: Sequence[Payroll], tiers: Tiers, deferral_limit_cents: Ints, compensation_limit_cents: Ints
) -> Iterator[Any]:
    """Yield the match of each payroll of ``uneven_payroll_match``, 10^-8 cents."""
    pays = [payroll.deferral_pay for payroll in payrolls], [payroll.match_pay for payroll in payrolls]
    large = any(_is_large(np.sum(pay, axis=0)) for pay in pays)
    room, left = compensation_limit_cents, BP * deferral_limit_cents
    for payroll in payrolls:
        counts = payroll.deferral_pay if payroll.counts is None else payroll.counts
        limits = (payroll.match_pay, room), (payroll.rate * payroll.deferral_pay, left), (payroll.deferral_pay, counts)
        yield _as_far_as(limits, _matched(payroll, tiers, large=large))
        room = room - smaller(payroll.match_pay, room)
        left = left - smaller(payroll.rate * counts, left)


def _matched(payroll: Payroll, tiers: Tiers, *, large: bool) -> Any:
    """Return the match on a whole payroll in 10^-8 cents."""
    deferred, pay = payroll.rate * payroll.deferral_pay, payroll.match_pay
    if large:
        deferred, pay = deferred.astype(object), pay.astype(object)
    matched = (tier.rate_bp * _slice(deferred, tier.lower * pay, tier.upper * pay) for tier in tiers)
    return sum(matched, start=0 * deferred)


def _as_far_as(limits: Sequence[tuple[Ints, Ints]], matched: Any) -> Any:
    """Return a match as far as the first of some limits allows, each an amount and what is left for it.

    One payroll of a year at most is cut within, so cutting to whole units cannot change the one rounding.
    """
    reached = np.logical_or.reduce([there < amount for amount, there in limits])
    for row in np.flatnonzero(reached & (matched > 0)):
        shares = [Fraction(int(there[row]), int(amount[row])) for amount, there in limits if amount[row]]
        matched[row] = int(int(matched[row]) * min(shares))
    return matched


def formula_match(formula: Match, deferral_cents: Whole, compensation_cents: Whole, place: Any = 0) -> Whole:
    """Return the match of a configured formula on the year's totals, in cents.

    Args:
        formula: as configured.
        deferral_cents: deferrals of the year.
        compensation_cents: plan compensation, capped.
        place: tenure in years or points, by ``formula.graded_by``; ignored where it is None.
    """
    if formula.in_dollars:
        return dollar_match(deferral_cents, formula.bands[0][1])
    return by_band(formula.bands, place, lambda tiers: annual_match(deferral_cents, compensation_cents, tiers))


def formula_payroll_match(
    formula: Match,
    segments: Sequence[tuple[Whole, Whole]],
    deferral_limit_cents: Whole,
    compensation_limit_cents: Whole,
    place: Any = 0,
) -> Whole:
    """Return the match of a configured formula pay period by pay period, in cents; as ``payroll_match``.

    Tiers in dollars run on the year's deferrals to date, so there the periods add up to the match on the total.
    """
    if formula.in_dollars:
        deferred = half_up(sum((rate * pay for rate, pay in segments), start=0 * deferral_limit_cents), BP)
        return dollar_match(smaller(deferred, deferral_limit_cents), formula.bands[0][1])
    limits = deferral_limit_cents, compensation_limit_cents
    return by_band(formula.bands, place, lambda tiers: payroll_match(segments, tiers, *limits))


def formula_uneven_match(
    formula: Match, payrolls: Sequence[Payroll], deferral_limit_cents: Ints, compensation_limit_cents: Ints, place: Ints
) -> Ints:
    """Return the match of a configured formula by payroll, where match and deferrals count different pay, in cents."""
    limits = deferral_limit_cents, compensation_limit_cents
    found: Ints = by_band(formula.bands, place, lambda tiers: uneven_payroll_match(payrolls, tiers, *limits))
    return found


def full_match_rate_bp(tiers: Tiers) -> int:
    """Return the lowest whole bp of pay that earns the full match; 0 when nothing is matched."""
    return max((tier.upper for tier in tiers if tier.rate_bp), default=0)


def full_rate_bp(formula: Match, compensation_cents: Whole, place: Any = 0) -> Whole:
    """Return the lowest whole bp that earns somebody the full match of a configured formula.

    For tiers in dollars it depends on pay; all of it, 10,000 bp, where even that is too little.
    """
    if not formula.in_dollars:
        return by_band(formula.bands, place, lambda tiers: full_match_rate_bp(tiers) + 0 * compensation_cents)
    needed = BP * full_match_rate_bp(formula.bands[0][1])
    return smaller(-(-needed // larger(compensation_cents, 1)), BP)


def match_amount(deferral: Any, compensation: Any, formula: Any, *, tenure_years: Any = None, age: Any = None) -> Any:
    """Return the match on a year's deferrals and compensation, in dollars.

    Arguments are numbers for one person, or columns: of a Polars frame, lists or NumPy arrays. A number beside columns
    holds for every row::

        match_amount(3_000, 50_000, "simple")                                          # 1500.0
        frame.with_columns(match=match_amount(frame["deferral"], frame["pay"], "simple"))

    Args:
        deferral: dollars deferred in the year, catch-up included; taken to the nearest cent.
        compensation: plan compensation in dollars, after the limit of section 401(a)(17).
        formula: a preset by name, a list of tiers ``{"up_to": 0.06, "rate": 0.5}``, the keys of ``plan.match``, or a
            ``Match``. Its conditions (service, last day, hours) are not looked at, nor is its basis.
        tenure_years: completed years on January 1; needed where the formula goes by tenure or points.
        age: completed years on January 1; needed where the formula goes by points.

    Returns:
        Dollars, half up to the cent: a float, or a column ``match`` where an argument is a column.

    Raises:
        ConfigError: for a formula that cannot be read.
        TypeError: for arguments that are no numbers.
        ValueError: for missing, negative or infinite amounts, columns of different lengths, or a tenure or age that is
            needed and not given.

    Sources: presets are those of IRC 401(k)(12)(B) and 401(k)(13)(D)(i)(I); others are formulas in common use, listed
    in ``docs/model/match.md`` with the published examples that are met.
    """
    rule = formula_of(formula)
    place = place_of(rule.graded_by, tenure_years, age)
    deferred, paid = in_cents(deferral, "deferral"), in_cents(compensation, "compensation")
    same_length(deferral=deferred, compensation=paid, tenure_years_and_age=place)
    return in_dollars(formula_match(rule, deferred, paid, place), "match")


def formula_of(formula: Any) -> Match:
    """Return a formula as a ``Match``, from a preset's name, a list of tiers or the keys of ``plan.match``."""
    if isinstance(formula, str):
        return model_of(Match, {"preset": formula}, AT)
    if not isinstance(formula, (list, tuple, Mapping, Match)):
        raise TypeError(
            "formula: expected a preset by name, a list of tiers, the keys of plan.match or a Match, not "
            f"{type(formula).__name__}"
        )
    return model_of(Match, {"tiers": formula} if isinstance(formula, (list, tuple)) else formula, AT)


def _slice(amount: Any, lower: Any, upper: Any) -> Any:
    """Return the part of an amount between two edges."""
    return smaller(larger(amount - lower, 0), upper - lower)


def _times(rate: Any, deferred: Any, per: Any) -> Any:
    """Return rate x deferred // per without a product beyond 64 bits; cutting here cannot change the one rounding."""
    whole = deferred // per
    return rate * whole + rate * (deferred - whole * per) // per


def _roomy(cents: Any) -> Any:
    """Return an array as one of plain integers where a match in units of 10^-8 cents could leave 64 bits."""
    return cents.astype(object) if _is_large(cents) else cents


def _is_large(cents: Any) -> bool:
    return isinstance(cents, np.ndarray) and bool(cents.max(initial=0) > MAX_SALARY_CENTS)


def _narrow(cents: Any) -> Any:
    return cents.astype(np.int64, copy=False) if isinstance(cents, np.ndarray) else cents

"""A match of one employee before section 415: on the year's totals, or payroll by payroll.

Chapter: ``docs/model/match.md``.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from workforce_sim.config.match import Match, MatchTier
from workforce_sim.engine.payrolls import Payrolls
from workforce_sim.engine.plan_pay import Since
from workforce_sim.engine.sources import since_of
from workforce_sim.explaining.worked.conditions import UNITS, entry, given, within
from workforce_sim.explaining.worked.deferrals import Deferred
from workforce_sim.explaining.worked.one import One, row_of
from workforce_sim.explaining.worked.pay import compensation
from workforce_sim.explaining.worked.steps import Reckoned, Step, day, exact, span
from workforce_sim.money import half_up
from workforce_sim.plan.amounts import by_band
from workforce_sim.plan.match import BP, PayrollStep, dollar_slices, match_rate, payroll_steps, slices, uneven_steps
from workforce_sim.wording import bp_percent, dollars, percent

UNIT = BP * BP
"""Units of a match in a cent."""

Tiers = tuple[MatchTier, ...]


def matched(one: One, formula: Match, deferrals: Deferred, name: str) -> Reckoned:
    """Return the steps of a match before section 415, and cents.

    Args:
        one: the employee.
        formula: the match in force.
        deferrals: of the year, before section 415.
        name: what people call it.
    """
    found = [*entry(one, formula)]
    if not within(one, formula) or not one.defers:
        return [*found, Step(name, "nothing deferred" if one.in_plan else "not in the plan this year", dollars(0))], 0
    since = since_of(one.counted, formula)
    deferred, most, steps = _since_entry(one, deferrals, since)
    paid, pay = compensation(one, formula)
    tiers = _band(one, formula)
    found += [*paid, *steps, *_of_band(one, formula)]
    if formula.in_dollars:
        formed, amount = _by_dollars(one, formula, deferred, most, since, tiers)
    elif formula.basis == "annual":
        formed, amount = _annual(deferred, pay, tiers)
    else:
        formed, amount = _by_payroll(one, formula, most, since, tiers)
    found += formed
    more, cents = given(one, formula, amount, name)
    return [*found, *more], cents


def _since_entry(one: One, deferrals: Deferred, since: Since | None) -> tuple[int, int, list[Step]]:
    """Return deferrals since entry into the source, what is left of their limit then, and the steps."""
    if since is None:
        return deferrals.total, deferrals.most, [Step("deferrals that count", "of the year", dollars(deferrals.total))]
    before = min(half_up(int(one.counted.rate_times_pay_before(since)[0]), BP), deferrals.most)
    left = deferrals.total - before
    how = f"{dollars(deferrals.total)} - {dollars(before)} before entry into this source"
    return left, deferrals.most - before, [Step("deferrals that count", how, dollars(left))]


def _band(one: One, formula: Match) -> Tiers:
    found: Tiers = by_band(formula.bands, one.place(formula.graded_by), lambda tiers: tiers)
    return found


def _of_band(one: One, formula: Match) -> Iterator[Step]:
    if formula.graded_by is not None:
        yield Step(
            "band of the formula",
            f"{one.place(formula.graded_by)} {UNITS[formula.graded_by]} on {day(one.year.first)} or the hire date",
        )


def _annual(deferred: int, pay: int, tiers: Tiers) -> Reckoned:
    """Return the steps of the match on the year's totals, and cents."""
    steps, total = [], 0
    for tier, part in zip(tiers, slices(deferred, pay, tiers), strict=True):
        total += tier.rate_bp * part
        slice_of = (
            f"from {bp_percent(tier.lower)} to {bp_percent(tier.upper)} of pay"
            if tier.lower
            else f"up to {bp_percent(tier.upper)} of pay"
        )
        edges = f"{exact(tier.lower * pay, BP)} to {exact(tier.upper * pay, BP)}"
        how = f"{edges}: {bp_percent(tier.rate_bp)} x {exact(part, BP)}"
        steps.append(Step(f"{bp_percent(tier.rate_bp)} of deferrals {slice_of}", how, exact(tier.rate_bp * part, UNIT)))
    return [*steps, *_rounded(total, UNIT)], half_up(total, UNIT)


def _rounded(total: int, unit: int) -> list[Step]:
    return [Step("by the formula", "the sum, half up to the cent", dollars(half_up(total, unit)))]


def _by_dollars(one: One, formula: Match, deferred: int, most: int, since: Since | None, tiers: Tiers) -> Reckoned:
    """Return the steps of a match by tiers in dollars, and cents."""
    steps = []
    if formula.basis == "payroll":
        spans = one.segments(formula.compensation, since)
        deferred = min(half_up(sum(int(rate[0]) * int(pay[0]) for rate, pay in spans), BP), most)
        steps.append(Step("deferred in the payrolls that count", "half up to the cent", dollars(deferred)))
    total = 0
    for tier, part in zip(tiers, dollar_slices(deferred, tiers), strict=True):
        total += tier.rate_bp * part
        what = f"{bp_percent(tier.rate_bp)} of deferrals from {dollars(tier.lower)} to {dollars(tier.upper)}"
        steps.append(Step(what, f"{bp_percent(tier.rate_bp)} x {dollars(part)}", exact(tier.rate_bp * part, BP)))
    return [*steps, *_rounded(total, BP)], half_up(total, BP)


def _by_payroll(one: One, formula: Match, most: int, since: Since | None, tiers: Tiers) -> Reckoned:
    """Return the steps of a match payroll by payroll, and cents."""
    limit = one.year.limits.compensation_cents
    if one.counted.pay_of(formula.pay) is not one.counted.pay:
        return _uneven(one, formula, most, since, tiers)
    pairs = [(int(rate[0]), int(pay[0])) for rate, pay in one.segments(formula.compensation, since)]
    steps, total = [*_limits_to_date(limit, most)], 0
    for (rate, pay), step, when in zip(pairs, payroll_steps(pairs, tiers, most, limit), _days(one, since), strict=True):
        total += step.matched
        if pay:
            steps.append(_payrolls_at(rate, pay, step, when, tiers))
    return [*steps, *_rounded(total, UNIT)], half_up(total, UNIT)


def _limits_to_date(pay: int, deferrals: int) -> Iterator[Step]:
    yield Step("each payroll by itself", "no true-up; the payrolls of one deferral rate together")
    yield Step("limits to date", f"pay up to {dollars(pay)}, section 401(a)(17); deferrals up to {dollars(deferrals)}")


def _payrolls_at(rate: int, pay: int, step: PayrollStep, when: str, tiers: Tiers) -> Step:
    """Return the step of the payrolls of one rate."""
    what = f"payrolls {when}, deferring {bp_percent(rate)}"
    if not rate:
        return Step(what, f"{dollars(pay)} of pay", dollars(0))
    matched = percent(Decimal(match_rate(rate, tiers)) / UNIT)
    used = Fraction(step.deferred, rate)
    cut = f", of {dollars(pay)}: a limit is reached" if used < pay else ""
    return Step(what, f"match {matched} x {exact(used)} of pay{cut}", exact(step.matched, UNIT))


def _days(one: One, since: Since | None) -> Iterator[str]:
    """Yield in words the days of each segment of ``PlanPay.segments``."""
    counted, entry = one.counted, 0 if since is None else int(since.entry[0])
    dates = [int(counted.begin[0]), *(int(move.date[0]) for move in counted.moves)]
    yield f"before {day(max(dates[0], entry))}"
    for first, end in zip(dates, [*(date - 1 for date in dates[1:]), one["last_day"]], strict=True):
        yield span(max(first, entry), max(end, first, entry))


def _uneven(one: One, formula: Match, most: int, since: Since | None, tiers: Tiers) -> Reckoned:
    """Return the steps of a match by payroll whose pay is another than that of deferrals, and cents."""
    limit = one.year.limits.compensation_cents
    payrolls = Payrolls(one.counted, formula.pay, since).of(formula.compensation)
    found = uneven_steps(payrolls, tiers, row_of(most), row_of(limit))
    steps, total = [*_limits_to_date(limit, most)], 0
    for payroll, matched_here in zip(payrolls, found, strict=True):
        amount = int(matched_here[0])
        total += amount
        rate, paid, counts = (int(each[0]) for each in (payroll.rate, payroll.deferral_pay, payroll.match_pay))
        if paid or counts:
            how = f"{bp_percent(rate)} x {dollars(paid)} deferred; {dollars(counts)} of pay counts for the match"
            steps.append(Step("payrolls in date order", how, exact(amount, UNIT)))
    return [*steps, *_rounded(total, UNIT)], half_up(total, UNIT)

"""Deferrals of one employee before section 415: rates and the pay of their days, and the limits.

Chapter: ``docs/model/contributions.md``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from workforce_sim.dates import date_of
from workforce_sim.engine.deferral_limit import base_of, catch_up_of, highest_rates, limited_bp
from workforce_sim.explaining.worked.one import One
from workforce_sim.explaining.worked.pay import counted_words
from workforce_sim.explaining.worked.steps import Step, exact, smaller_of, span
from workforce_sim.money import half_up
from workforce_sim.plan.match import BP
from workforce_sim.wording import bp_percent, dollars

FROM_50 = 50


class Deferred(NamedTuple):
    """Deferrals within their limits, before section 415; cents.

    Attributes:
        total: all of them.
        most: the most that may be deferred.
        catch_up: the part that is catch-up.
    """

    total: int
    most: int
    catch_up: int


class RateSpan(NamedTuple):
    """Days of one deferral rate.

    Attributes:
        first: their first day.
        last: their last day.
        rate: in bp, as payroll takes it.
        pay: cents of it that count.
    """

    first: int
    last: int
    rate: int
    pay: int


NOTHING = Deferred(0, 0, 0)


def deferred(one: One) -> tuple[list[Step], Deferred]:
    """Return the steps of the deferrals of the year before section 415, and what they come to."""
    if not one.in_plan:
        return [one.eligible, Step("deferrals", "not in the plan this year", dollars(0))], NOTHING
    if not one.defers:
        return [one.eligible, Step("deferrals", "the deferral rate is 0% all year", dollars(0))], NOTHING
    steps = [one.eligible, *_rules(one)]
    exactly = 0
    for days in rate_spans(one):
        exactly += days.rate * days.pay
        how = f"{bp_percent(days.rate)} x {dollars(days.pay)}, pay of these days"
        steps.append(Step(span(days.first, days.last), how, exact(days.rate * days.pay, BP)))
    wished = half_up(exactly, BP)
    steps.append(Step("at these rates", "the sum, half up to the cent", dollars(wished)))
    limit, base, most = _limit(one, wished)
    steps += [*limit, smaller_of("deferrals", (wished, most))]
    total = min(wished, most)
    catch_up = max(total - base, 0)
    if catch_up:
        steps.append(Step("of it catch-up", f"{dollars(total)} - {dollars(base)}", dollars(catch_up)))
    return steps, Deferred(total, most, catch_up)


def rate_spans(one: One) -> Iterator[RateSpan]:
    """Yield the days of each deferral rate since the first above 0."""
    counted = one.counted
    dates = [int(counted.begin[0]), *(int(move.date[0]) for move in counted.moves)]
    ends = [date - 1 for date in [*dates[1:], one["last_day"] + 1]]
    for first, end, (rate, pay) in zip(dates, ends, one.segments("participating")[1:], strict=True):
        if first <= end:
            yield RateSpan(first, end, int(rate[0]), int(pay[0]))


def _rules(one: One) -> Iterator[Step]:
    """Yield what changes rates or the pay that counts."""
    plan, rows = one.config.plan, one.counted.rows
    words = counted_words(plan.deferral_pay, one)
    if words:
        yield Step("pay deferred from", words)
    highest = highest_rates(rows, one.staff, one.year)
    if highest is not None and highest[0] < BP:
        what = f"rates count up to {bp_percent(int(highest[0]))}"
        yield Step(what, "highly compensated, without catch-up (plan.hce_deferral_limit)")
    if plan.deferrals_stop_at_pay_limit:
        most = dollars(one.year.limits.compensation_cents)
        yield Step("pay counts up to the limit", f"{most} since entry, section 401(a)(17)")


def _limit(one: One, wished: int) -> tuple[list[Step], int, int]:
    """Return the steps of the limit on deferrals, what may be deferred without catch-up, and in all."""
    rows, year = one.counted.rows, one.year
    pay = one.counted.compensation("eligible", year.config.plan.testing.pay)
    base, law = int(base_of(rows, pay, one.staff, year)[0]), year.limits.elective_deferral_cents
    steps = [Step(f"limit on deferrals, section 402(g), {one.label}", _projected(one), dollars(law))]
    if base < law:
        share = limited_bp(year) or 0
        how = f"{bp_percent(share)} x {dollars(int(pay[rows[0]]))} of pay since entry (plan.hce_deferral_limit)"
        steps.append(Step("limit of the plan, highly compensated", how, dollars(base)))
    if wished < base:
        return steps, base, base
    extra = int(catch_up_of(rows, one.staff, year)[0])
    steps.append(Step("catch-up, section 414(v)", catch_up_words(one), dollars(extra)))
    steps.append(Step("most that may be deferred", f"{dollars(base)} + {dollars(extra)}", dollars(base + extra)))
    return steps, base, base + extra


def _projected(one: One) -> str:
    return "projected" if one.year.limits.projected else ""


def catch_up_words(one: One) -> str:
    """Return why somebody has this catch-up in the year, or none."""
    plan, age = one.config.plan, one.year.number - date_of(one["birth_date"]).year
    if age < FROM_50:
        return f"none: {age} on December 31; it begins at 50"
    if not plan.catch_up:
        return "none: the plan does not offer it (plan.catch_up)"
    if one["roth_catch_up"] and not plan.roth.available:
        return "none: pay of the year before makes it Roth, and the plan has no Roth (plan.roth.available)"
    return f"{age} on December 31" + ("; must be Roth, by pay of the year before" if one["roth_catch_up"] else "")

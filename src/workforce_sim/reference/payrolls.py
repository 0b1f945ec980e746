"""The reference model, a match by payroll: the days and payments of a year, cut into payrolls of one rate.

Where deferrals and the match count different pay, a payment that only one of them counts is a payroll of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from workforce_sim.reference.chance import DAY
from workforce_sim.reference.contributions import Span
from workforce_sim.reference.match import Payroll
from workforce_sim.reference.records import Payment
from workforce_sim.reference.sources import InSource


def payrolls(found: InSource) -> list[Payroll]:
    """Return the payrolls that count for somebody in a match, in date order."""
    in_plan, plan = found.in_plan, found.in_plan.plan
    left = in_plan.pay_left(found.start)
    counted: list[Payroll] = []
    if found.source.compensation == "plan_year":
        before = plan.pay(in_plan.person, found.start - DAY, found.kinds)
        counted.append(Payroll(0, 0, 0, before))
    for span in found.spans:
        for deferral_pay, match_pay in _payrolls(span, found):
            deferred_pay = deferral_pay if left is None else min(deferral_pay, left)
            left = None if left is None else left - deferred_pay
            if found.counts(span.elected_bp):
                counted.append(Payroll(span.rate_bp, deferral_pay, deferred_pay, match_pay))
    return counted


def _payrolls(span: Span, found: InSource) -> Iterator[tuple[int, int]]:
    """Yield deferral pay and match pay of the payrolls of days of one rate: of a payment, then of the days from it."""
    plan, person = found.in_plan.plan, found.in_plan.person
    kinds = (plan.deferral_kinds, found.kinds)
    apart = [one for one in person.payments if one.kind in kinds[0] ^ kinds[1] and span.first <= one.day <= span.last]
    cuts = sorted({span.first, *(one.day for one in apart)})
    for first, after in zip(cuts, [*cuts[1:], span.last + DAY], strict=True):
        paid = [one for one in apart if one.day == first]
        for one in paid:
            yield _counted(one, kinds[0]), _counted(one, kinds[1])
        yield _of_days(first, after - DAY, paid, found, kinds[0]), _of_days(first, after - DAY, paid, found, kinds[1])


def _of_days(first: dt.date, last: dt.date, apart: list[Payment], found: InSource, kinds: frozenset[str]) -> int:
    """Return pay of days without the payments that are payrolls of their own."""
    pay = found.in_plan.plan.pay_between(found.in_plan.person, first, last, kinds)
    return pay - sum(_counted(one, kinds) for one in apart)


def _counted(payment: Payment, kinds: frozenset[str]) -> int:
    return payment.amount if payment.kind in kinds else 0

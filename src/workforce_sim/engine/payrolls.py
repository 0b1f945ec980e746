"""Payrolls of a plan whose deferrals and match count different pay, of those who defer.

Chapter: ``docs/model/other-pay.md``. A payment that only one of them counts is a payroll of its own, so the spans of
one rate are cut at its day. Where both count the same pay, ``plan_pay.segments`` is enough.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workforce_sim.config.other_pay import CountedPay
from workforce_sim.dates import Days, Ints
from workforce_sim.engine.columns import spread
from workforce_sim.engine.counted_pay import PayOf, kinds_of, payments_on_days
from workforce_sim.engine.earnings import Pay
from workforce_sim.engine.plan_pay import Kind, PlanPay, Since
from workforce_sim.plan.match import Payroll

Days_of_rate = tuple[Ints, Days, Days]
"""Rates in bp of those who defer, and the first and last day of each; empty where the last is before the first."""


class Payrolls:
    """The payrolls of those who defer, in date order.

    Args:
        counted: pay that the plan counts.
        match_pay: the pay that the match counts.
        since: the part of the year that counts, where it is not that since entry into the plan.
    """

    def __init__(self, counted: PlanPay, match_pay: CountedPay, since: Since | None = None) -> None:
        self.counted, self._since = counted, since or counted.since_entry
        self._entry = self._since.entry[counted.rows]
        self._begin = counted.begin if since is None else np.maximum(counted.begin, self._entry)
        year, staff = counted.year, counted.staff
        deferred, matched = counted.pay.kinds, kinds_of(match_pay, year.config)
        both = deferred & matched
        self._deferred, self._matched = PayOf(staff, year, deferred, both), PayOf(staff, year, matched, both)
        self._all_matched = counted.pay_of(match_pay)
        self._alone = sorted(
            (day, amount, kind in deferred)
            for amount, kind, day in payments_on_days(year)
            if kind in deferred ^ matched
        )

    def of(self, kind: Kind) -> list[Payroll]:
        """Return each one's payrolls that count, by the ``compensation`` of the match."""
        made = [self._idle(kind)]
        for days in self._spans():
            made += self._cut(days)
        return list(self._within_limit(made))

    def _idle(self, kind: Kind) -> Payroll:
        """Return pay before the first day at a rate above 0 that counts: since entry for the limit on deferrals."""
        counted = self.counted
        deferral_pay = self._before_begin(counted.pay) - counted.before_entry(counted.pay)[counted.rows]
        match_pay = self._before_begin(self._all_matched)
        if kind == "eligible":
            match_pay = match_pay - self._since.before(self._all_matched)[counted.rows]
        if kind == "participating":
            match_pay = np.zeros_like(match_pay)
        return Payroll(np.zeros_like(match_pay), deferral_pay, match_pay)

    def _before_begin(self, pay: Pay) -> Ints:
        return pay.through(self.counted.rows, self._begin - np.int32(1))

    def _spans(self) -> Iterator[Days_of_rate]:
        """Yield the days of each rate since the first above 0."""
        counted = self.counted
        rate, first = counted.start.astype(np.int64), self._begin.astype(np.int32)
        for move in counted.moves:
            last = first - np.int32(1)
            last[move.which] = move.date - np.int32(1)
            yield rate, first, last
            rate, first = rate.copy(), first.copy()
            rate[move.which], first[move.which] = move.after, np.maximum(move.date, first[move.which])
        yield rate, first, counted.staff["last_day"][counted.rows]

    def _cut(self, days: Days_of_rate) -> Iterator[Payroll]:
        """Yield the payrolls of days at one rate: up to each payment that is a payroll of its own, and that payment."""
        rate, first, last = days
        for day, amount, deferred in self._alone:
            gets = self.counted.staff[amount][self.counted.rows]
            here, nothing = (gets > 0) & (first <= day) & (day <= last), np.zeros_like(rate)
            yield self._worked(rate, first, np.where(here, np.int32(day - 1), first - np.int32(1)))
            paid = np.where(here, gets, 0)
            yield Payroll(rate, paid if deferred else nothing, nothing if deferred else paid)
            first = np.where(here, np.int32(day), first)
        yield self._worked(rate, first, last)

    def _worked(self, rate: Ints, first: Days, last: Days) -> Payroll:
        """Return the pay of days, without payments that are payrolls of their own."""
        which = np.flatnonzero(first <= last)
        rows = self.counted.rows[which]

        def pay(of: Pay) -> Ints:
            amounts = of.through(rows, last[which]) - of.through(rows, first[which] - np.int32(1))
            return spread(which, amounts, len(rate), np.int64)

        return Payroll(rate, pay(self._deferred), pay(self._matched))

    def _within_limit(self, made: list[Payroll]) -> Iterator[Payroll]:
        """Yield payrolls with the part of their pay that is deferred from, where deferrals stop at the pay limit."""
        year = self.counted.year
        if not year.config.plan.deferrals_stop_at_pay_limit:
            yield from made
            return
        left = np.full(len(self.counted.rows), year.limits.compensation_cents, dtype=np.int64)
        for payroll in made:
            counts = np.minimum(payroll.deferral_pay, left)
            left = left - counts
            yield payroll._replace(counts=counts)

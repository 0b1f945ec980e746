"""Pay as the plan counts it: since entry, while deferring, from the day of each change of rate on.

Chapter: ``docs/model/contributions.md``. Pay of a span is a difference of pay to date, so spans add up to the year.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from workforce_sim.context import Context
from workforce_sim.dates import Days, Ints
from workforce_sim.events.deferral import Deferrers
from workforce_sim.events.earnings import Pay
from workforce_sim.staff import Flags, Rows

Kind = Literal["plan_year", "eligible", "participating"]
Span = tuple[Ints, Ints]
"""Rates in bp and pay in cents of one span of the year, of some of those who defer."""


@dataclass(frozen=True)
class PlanPay:
    """What the plan counts of the year's pay, of everybody employed in it and of those who defer."""

    pay: Pay
    found: Deferrers
    context: Context

    def scattered(self, rows: Rows, amounts: Ints) -> Ints:
        """Return amounts of some rows of the year's staff, 0 of the others."""
        full = np.zeros(len(self.pay.earned), dtype=np.int64)
        full[rows] = amounts
        return full

    @cached_property
    def in_plan(self) -> Flags:
        """Who of the year's staff is in the plan on any of its days."""
        return self.pay.employed.staff.eligible <= self.pay.employed.last_day

    @cached_property
    def before_entry(self) -> Ints:
        """Pay to date before the day of entry, of the year's staff; 0 of those who enter later or never."""
        entry = self.pay.employed.staff.eligible
        rows = np.flatnonzero((entry > self.context.year.first) & self.in_plan)
        return self.scattered(rows, self.pay.through(rows, entry[rows] - np.int32(1)))

    def compensation(self, kind: Kind) -> Ints:
        """Return plan compensation of the year's staff, within section 401(a)(17)."""
        if kind == "participating":
            pay = self.scattered(self.found.rows, self._participating())
        elif kind == "plan_year":
            pay = np.where(self.in_plan, self.pay.earned, 0)
        else:
            pay = np.where(self.in_plan, self.pay.earned - self.before_entry, 0)
        return np.minimum(pay, self.context.limits.compensation_cents)

    def _participating(self) -> Ints:
        """Return pay of the days at a rate above 0, of those who defer."""
        found, earned = self.found, self.pay.earned[self.found.rows]
        pay = earned - self._earned_before(np.arange(len(earned)), found.begin)
        for move in found.moves:
            if move.event_type == "stop":
                pay[move.which] -= earned[move.which] - self._earned_before(move.which, move.date)
        return pay

    def _earned_before(self, which: Rows, date: Days) -> Ints:
        return self.pay.through(self.found.rows[which], date - np.int32(1))

    # --- pay that is deferred from: arrays of those who defer ---

    @cached_property
    def deferred(self) -> Ints:
        """Pay to date at the end of employment or of the year."""
        rows = self.found.rows
        return self._within_limit(rows, self.pay.earned[rows])

    def _within_limit(self, rows: Rows, earned: Ints) -> Ints:
        """Return pay to date, that since entry within section 401(a)(17) where deferrals stop there."""
        if not self.context.config.plan.deferrals_stop_at_pay_limit:
            return earned
        before = self.before_entry[rows]
        return before + np.minimum(earned - before, self.context.limits.compensation_cents)

    def _before(self, which: Rows, date: Days) -> Ints:
        """Return pay to date before a day each."""
        if (date == self.context.year.first).all():
            return np.zeros(len(which), dtype=np.int64)
        return self._within_limit(self.found.rows[which], self._earned_before(which, date))

    @cached_property
    def before_begin(self) -> Ints:
        """Pay to date before the first day at a rate above 0."""
        later = np.flatnonzero(self.found.begin > self.context.year.first)
        pay = np.zeros(len(self.found.rows), dtype=np.int64)
        pay[later] = self._before(later, self.found.begin[later])
        return pay

    @cached_property
    def before_moves(self) -> list[Ints]:
        """Pay to date before each move, of those who move."""
        return [self._before(move.which, move.date) for move in self.found.moves]

    def rate_times_pay(self) -> Ints:
        """Return the sum of rate x pay over periods of constant rate, in 10^-4 cents."""
        found = self.found
        total = found.start * (self.deferred - self.before_begin)
        for move, before in zip(found.moves, self.before_moves, strict=True):
            total[move.which] += (move.after - move.before) * (self.deferred[move.which] - before)
        return total

    def segments(self, kind: Kind) -> list[tuple[Rows, list[Span]]]:
        """Return (rate, pay) of the year in date order: of those whose rate never moves, and of the others."""
        moved = np.zeros(len(self.before_begin), dtype=bool)
        for move in self.found.moves:
            moved[move.which] = True
        still, start = np.flatnonzero(~moved), self.found.start.astype(np.int64)
        idle = np.zeros_like(start), self._idle(kind)
        spans = _picked([idle, (start, self.deferred - self.before_begin)], still)
        moving = np.flatnonzero(moved)
        return [(still, spans), (moving, _picked([idle, *self._moving()], moving))]

    def _moving(self) -> list[Span]:
        """Return the spans since the first day at a rate above 0, pay 0 where somebody has no such span."""
        found, since, rate, spans = self.found, self.before_begin, self.found.start.astype(np.int64), []
        for move, before in zip(found.moves, self.before_moves, strict=True):
            pay = np.zeros_like(rate)
            pay[move.which] = before - since[move.which]
            spans.append((rate, pay))
            rate, since = rate.copy(), since.copy()
            rate[move.which], since[move.which] = move.after, before
        return [*spans, (rate, self.deferred - since)]

    def _idle(self, kind: Kind) -> Ints:
        """Return pay that counts before the first day at a rate above 0."""
        if kind == "participating":
            return np.zeros_like(self.before_begin)
        return self.before_begin if kind == "plan_year" else self.before_begin - self.before_entry[self.found.rows]


def _picked(spans: list[Span], rows: Rows) -> list[Span]:
    return [(rate[rows], pay[rows]) for rate, pay in spans]

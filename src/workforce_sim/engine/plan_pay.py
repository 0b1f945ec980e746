"""Pay as the plan counts it: since entry, while deferring, and from each change of rate.

Chapter: ``docs/model/contributions.md``. Pay of a span is a difference of pay to date, so the spans add up to the year.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from workforce_sim.dates import NEVER, Days, Flags, Ints
from workforce_sim.engine.columns import Columns, Rows, spread
from workforce_sim.engine.context import Year
from workforce_sim.engine.deferral_limit import highest_rates
from workforce_sim.engine.earnings import Pay

Kind = Literal["plan_year", "eligible", "participating"]
STEPS = ("start_bp", "january_bp", "response_bp", "before_bp", "escalated_bp", "new_deferral_bp")
"""Columns of the rate after each step of the year, in order: see ``events.deferral``."""

Span = tuple[Ints, Ints]
"""Rates in bp and pay in cents of one span of the year, for some of those who defer."""


@dataclass(frozen=True)
class Move:
    """One step of rates: which of those who defer, the dates, the rates before and after."""

    which: Rows
    date: Days
    before: Ints
    after: Ints


class PlanPay:
    """The pay of the year that the plan counts, for all employees and for those who defer.

    Attributes:
        rows: rows of those who defer on any day of the year; arrays of theirs are "of those who defer".
        begin: their first day with an elected rate above 0, January 1 for participants of the opening.
    """

    def __init__(self, staff: Columns, year: Year) -> None:
        self.staff, self.year, self.pay = staff, year, Pay(staff, year)
        self.rows = np.flatnonzero((staff["deferral_bp"] > 0) | (staff["joining_date"] != NEVER))
        joining = staff["joining_date"][self.rows]
        self.begin = np.where(joining == NEVER, np.int32(year.first), joining)
        self._compensation: dict[Kind, Ints] = {}

    def scattered(self, rows: Rows, amounts: Ints) -> Ints:
        """Return amounts for some rows of the year's staff, 0 for the others."""
        return spread(rows, amounts, len(self.staff), np.int64)

    @cached_property
    def in_plan(self) -> Flags:
        """Who of the year's staff is in the plan on any day of the year."""
        return np.asarray(self.staff["eligibility_date"] <= self.staff["last_day"])

    @cached_property
    def before_entry(self) -> Ints:
        """Pay to date before the day of entry, for the year's staff; 0 for those who enter later or never."""
        entry = self.staff["eligibility_date"]
        rows = np.flatnonzero((entry > self.year.first) & self.in_plan)
        return self.scattered(rows, self.pay.through(rows, entry[rows] - np.int32(1)))

    def compensation(self, kind: Kind) -> Ints:
        """Return plan compensation of the year's staff, within section 401(a)(17); computed once for each kind."""
        if kind not in self._compensation:
            self._compensation[kind] = np.minimum(self._uncapped(kind), self.year.limits.compensation_cents)
        return self._compensation[kind]

    def _uncapped(self, kind: Kind) -> Ints:
        if kind == "participating":
            return self.scattered(self.rows, self._participating())
        earned = self.pay.earned if kind == "plan_year" else self.pay.earned - self.before_entry
        return np.where(self.in_plan, earned, 0)

    def _participating(self) -> Ints:
        """Return pay of the days at a rate above 0, of those who defer."""
        earned = self.pay.earned[self.rows]
        pay = earned - self._earned_before(np.arange(len(earned)), self.begin)
        which = np.flatnonzero(self.staff["stops"][self.rows])
        pay[which] -= earned[which] - self._earned_before(which, self.staff["own_date"][self.rows[which]])
        return pay

    def _earned_before(self, which: Rows, date: Days) -> Ints:
        return self.pay.through(self.rows[which], date - np.int32(1))

    # --- pay subject to deferral: arrays of those who defer ---

    @cached_property
    def rates(self) -> list[Ints]:
        """Rates after each step of the year, as payroll takes them."""
        elected, highest = (
            [self.staff[step][self.rows] for step in STEPS],
            highest_rates(self.rows, self.staff, self.year),
        )
        return elected if highest is None else [np.minimum(rate, highest) for rate in elected]

    @property
    def start(self) -> Ints:
        """Rate on the day of ``begin``, before any change."""
        return self.rates[0]

    @cached_property
    def moves(self) -> list[Move]:
        """Changes of rates, in date order for each employee."""
        return list(self._moves())

    def _moves(self) -> Iterator[Move]:
        year, rows, rates = self.year, self.rows, self.rates
        fixed = {"response_bp": year.first, "escalated_bp": year.day(year.config.enrollment.escalation.date)}
        for name, before, after in zip(STEPS[1:], rates, rates[1:], strict=False):
            which = np.flatnonzero(before != after)
            if len(which):
                date = fixed.get(name)
                own = self.staff["own_date"][rows[which]]
                dates = own if date is None else np.full(len(which), date, dtype=np.int32)
                yield Move(which, dates, before[which], after[which])

    @cached_property
    def deferred(self) -> Ints:
        """Pay to date at the end of employment or of the year."""
        return self._within_limit(self.rows, self.pay.earned[self.rows])

    def _within_limit(self, rows: Rows, earned: Ints) -> Ints:
        """Return pay to date, that since entry within section 401(a)(17) where deferrals stop there."""
        if not self.year.config.plan.deferrals_stop_at_pay_limit:
            return earned
        before = self.before_entry[rows]
        return before + np.minimum(earned - before, self.year.limits.compensation_cents)

    def _before(self, which: Rows, date: Days) -> Ints:
        """Return pay to date before a day each."""
        if (date == self.year.first).all():
            return np.zeros(len(which), dtype=np.int64)
        return self._within_limit(self.rows[which], self._earned_before(which, date))

    @cached_property
    def before_begin(self) -> Ints:
        """Pay to date before the first day at a rate above 0."""
        later = np.flatnonzero(self.begin > self.year.first)
        return spread(later, self._before(later, self.begin[later]), len(self.rows), np.int64)

    @cached_property
    def before_moves(self) -> list[Ints]:
        """Pay to date before each move, of those who move."""
        return [self._before(move.which, move.date) for move in self.moves]

    def rate_times_pay(self) -> Ints:
        """Return the sum of rate x pay over periods of constant rate, in 10^-4 cents."""
        total = self.start * (self.deferred - self.before_begin)
        for move, before in zip(self.moves, self.before_moves, strict=True):
            total[move.which] += (move.after - move.before) * (self.deferred[move.which] - before)
        return total

    def segments(self, kind: Kind) -> list[tuple[Rows, list[Span]]]:
        """Return (rate, pay) of the year in date order: for those with one rate, and for the others."""
        moved = np.zeros(len(self.before_begin), dtype=bool)
        for move in self.moves:
            moved[move.which] = True
        still, start = np.flatnonzero(~moved), self.start.astype(np.int64)
        idle = np.zeros_like(start), self._idle(kind)
        spans = _picked([idle, (start, self.deferred - self.before_begin)], still)
        moving = np.flatnonzero(moved)
        return [(still, spans), (moving, _picked([idle, *self._moving()], moving))]

    def _moving(self) -> list[Span]:
        """Return the spans since the first day at a rate above 0, with pay 0 for employees without the span."""
        since, rate, spans = self.before_begin, self.start.astype(np.int64), []
        for move, before in zip(self.moves, self.before_moves, strict=True):
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
        return self.before_begin if kind == "plan_year" else self.before_begin - self.before_entry[self.rows]


def _picked(spans: list[Span], rows: Rows) -> list[Span]:
    return [(rate[rows], pay[rows]) for rate, pay in spans]

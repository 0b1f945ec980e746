"""Pay as the plan counts it: since entry, while deferring, and from each change of rate.

Chapter: ``docs/model/contributions.md``. Pay of a span is a difference of pay to date, so the spans add up to the year.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from workforce_sim.config.other_pay import CountedPay
from workforce_sim.dates import NEVER, Days, Flags, Ints
from workforce_sim.engine.columns import Columns, Rows, spread
from workforce_sim.engine.context import Year
from workforce_sim.engine.counted_pay import pay_of
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


class Since:
    """The part of the year that a source of employer contributions counts, where it has an entry of its own.

    Attributes:
        entry: the day of entry of the year's staff.
        within: who of them is in the source on any day of the year.
    """

    def __init__(self, entry: Days, staff: Columns, year: Year) -> None:
        self.entry, self._year = entry, year
        self.within: Flags = np.asarray(entry <= staff["last_day"])
        self._before: dict[frozenset[str], Ints] = {}

    def before(self, pay: Pay) -> Ints:
        """Return pay to date before the day of entry, for the year's staff; 0 for those who enter later or never."""
        if pay.kinds not in self._before:
            rows = np.flatnonzero((self.entry > self._year.first) & self.within)
            paid = pay.through(rows, self.entry[rows] - np.int32(1))
            self._before[pay.kinds] = spread(rows, paid, len(self.entry), np.int64)
        return self._before[pay.kinds]


class PlanPay:
    """The pay of the year that the plan counts, for all employees and for those who defer.

    Attributes:
        rows: rows of those who defer on any day of the year; arrays of theirs are "of those who defer".
        begin: their first day with an elected rate above 0, January 1 for participants of the opening.
        pay: the pay that is deferred from.
    """

    def __init__(self, staff: Columns, year: Year) -> None:
        self.staff, self.year = staff, year
        self._pays: dict[frozenset[str], Pay] = {}
        self.pay = self.pay_of(year.config.plan.deferral_pay)
        self.rows = np.flatnonzero((staff["deferral_bp"] > 0) | (staff["joining_date"] != NEVER))
        joining = staff["joining_date"][self.rows]
        self.begin = np.where(joining == NEVER, np.int32(year.first), joining)
        self._compensation: dict[tuple[Kind, frozenset[str]], Ints] = {}

    def pay_of(self, counted: CountedPay) -> Pay:
        """Return the pay that a definition counts; one for all definitions that count the same."""
        pay = pay_of(counted, self.staff, self.year)
        return self._pays.setdefault(pay.kinds, pay)

    def scattered(self, rows: Rows, amounts: Ints) -> Ints:
        """Return amounts for some rows of the year's staff, 0 for the others."""
        return spread(rows, amounts, len(self.staff), np.int64)

    @cached_property
    def in_plan(self) -> Flags:
        """Who of the year's staff is in the plan on any day of the year."""
        return np.asarray(self.staff["eligibility_date"] <= self.staff["last_day"])

    @cached_property
    def since_entry(self) -> Since:
        """The part of the year since entry into the plan."""
        return self.since(self.staff["eligibility_date"])

    def since(self, entry: Days) -> Since:
        """Return the part of the year from a day of entry each, none of them before entry into the plan."""
        return Since(entry, self.staff, self.year)

    def before_entry(self, pay: Pay) -> Ints:
        """Return pay to date before the day of entry, for the year's staff; 0 for those who enter later or never."""
        return self.since_entry.before(pay)

    def compensation(self, kind: Kind, counted: CountedPay) -> Ints:
        """Return plan compensation of the year's staff, within section 401(a)(17).

        Computed once for each kind and pay that counts.
        """
        pay = self.pay_of(counted)
        key = kind, pay.kinds
        if key not in self._compensation:
            self._compensation[key] = np.minimum(self._uncapped(kind, pay), self.year.limits.compensation_cents)
        return self._compensation[key]

    def compensation_since(self, kind: Kind, counted: CountedPay, since: Since) -> Ints:
        """Return plan compensation of a source with an entry of its own, within section 401(a)(17)."""
        pay = self.pay_of(counted)
        before = since.before(pay)
        if kind == "participating":
            found = self.scattered(self.rows, self._participating(pay, before[self.rows]))
        else:
            found = pay.earned if kind == "plan_year" else pay.earned - before
        return np.minimum(np.where(since.within, found, 0), self.year.limits.compensation_cents)

    def _uncapped(self, kind: Kind, pay: Pay) -> Ints:
        if kind == "participating":
            return self.scattered(self.rows, self._participating(pay))
        earned = pay.earned if kind == "plan_year" else pay.earned - self.before_entry(pay)
        return earned * self.in_plan

    def _participating(self, pay: Pay, before: Ints | int = 0) -> Ints:
        """Return pay of the days at a rate above 0, of those who defer, beyond some pay to date."""
        end = pay.earned[self.rows]
        start = self._earned_before(pay, np.arange(len(end)), self.begin)
        which = np.flatnonzero(self.staff.flags("stops")[self.rows])
        end[which] = self._earned_before(pay, which, self.staff["own_date"][self.rows[which]])
        return np.maximum(end, before) - np.maximum(start, before)

    def _earned_before(self, pay: Pay, which: Rows, date: Days) -> Ints:
        return pay.through(self.rows[which], date - np.int32(1))

    # --- pay subject to deferral: arrays of those who defer ---

    @cached_property
    def rates(self) -> list[Ints]:
        """Rates of the year's staff after each step of the year, as payroll takes them; 0 of those who do not defer."""
        elected, highest = [self.staff[step] for step in STEPS], highest_rates(self.rows, self.staff, self.year)
        if highest is None:
            return elected
        most = spread(self.rows, highest, len(self.staff), highest.dtype)
        return [np.minimum(rate, most) for rate in elected]

    @cached_property
    def start(self) -> Ints:
        """Rate on the day of ``begin``, before any change."""
        return self.rates[0][self.rows]

    @cached_property
    def moves(self) -> list[Move]:
        """Changes of rates, in date order for each employee."""
        return list(self._moves())

    def _moves(self) -> Iterator[Move]:
        year, rates = self.year, self.rates
        fixed = {"response_bp": year.first, "escalated_bp": year.day(year.config.enrollment.escalation.date)}
        for name, before, after in zip(STEPS[1:], rates, rates[1:], strict=False):
            rows = np.flatnonzero(before != after)
            if len(rows):
                date = fixed.get(name)
                dates = self.staff["own_date"][rows] if date is None else np.full(len(rows), date, dtype=np.int32)
                yield Move(self._places[rows], dates, before[rows], after[rows])

    @cached_property
    def _places(self) -> Rows:
        """The place of each of the year's staff among those who defer."""
        return spread(self.rows, np.arange(len(self.rows)), len(self.staff), np.intp)

    @cached_property
    def deferred(self) -> Ints:
        """Pay to date at the end of employment or of the year."""
        return self._within_limit(self.rows, self.pay.earned[self.rows])

    def _within_limit(self, rows: Rows, earned: Ints) -> Ints:
        """Return pay to date, that since entry within section 401(a)(17) where deferrals stop there."""
        if not self.year.config.plan.deferrals_stop_at_pay_limit:
            return earned
        before = self.before_entry(self.pay)[rows]
        return before + np.minimum(earned - before, self.year.limits.compensation_cents)

    def _before(self, which: Rows, date: Days) -> Ints:
        """Return pay to date before a day each."""
        if (date == self.year.first).all():
            return np.zeros(len(which), dtype=np.int64)
        return self._within_limit(self.rows[which], self._earned_before(self.pay, which, date))

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

    def rate_times_pay_before(self, since: Since) -> Ints:
        """Return the same of the days before entry into a source."""
        end = self._counted_before(since)
        total = self.start * (end - np.minimum(self.before_begin, end))
        for move, before in zip(self.moves, self.before_moves, strict=True):
            until = end[move.which]
            total[move.which] += (move.after - move.before) * (until - np.minimum(before, until))
        return total

    def _counted_before(self, since: Since) -> Ints:
        """Return pay to date before entry into a source, of those who defer, as deferrals count it."""
        return self._within_limit(self.rows, since.before(self.pay)[self.rows])

    def segments(self, kind: Kind, since: Since | None = None) -> list[tuple[Rows, list[Span]]]:
        """Return (rate, pay) of the year in date order: for those with one rate, and for the others.

        Args:
            kind: which pay counts.
            since: the part of the year that counts, where it is not that since entry into the plan.
        """
        moved = np.zeros(len(self.before_begin), dtype=bool)
        for move in self.moves:
            moved[move.which] = True
        still, start = np.flatnonzero(~moved), self.start.astype(np.int64)
        entry = None if since is None else self._counted_before(since)
        begin = self.before_begin if entry is None else np.maximum(self.before_begin, entry)
        idle = np.zeros_like(start), self._idle(kind, begin, entry)
        spans = _picked([idle, (start, self.deferred - begin)], still)
        moving = np.flatnonzero(moved)
        return [(still, spans), (moving, _picked([idle, *self._moving(begin, entry)], moving))]

    def _moving(self, begin: Ints, entry: Ints | None) -> list[Span]:
        """Return the spans since ``begin``, with pay 0 for employees without the span.

        Args:
            begin: pay to date before the first day at a rate above 0, or before entry into a source if later.
            entry: pay to date before entry into a source; None where it is that into the plan.
        """
        since, rate, spans = begin, self.start.astype(np.int64), []
        for move, before in zip(self.moves, self.before_moves, strict=True):
            until = before if entry is None else np.maximum(before, entry[move.which])
            pay = np.zeros_like(rate)
            pay[move.which] = until - since[move.which]
            spans.append((rate, pay))
            rate, since = rate.copy(), since.copy()
            rate[move.which], since[move.which] = move.after, until
        return [*spans, (rate, self.deferred - since)]

    def _idle(self, kind: Kind, begin: Ints, entry: Ints | None) -> Ints:
        """Return pay that counts before ``begin``; arguments as for ``_moving``."""
        if kind == "participating":
            return np.zeros_like(begin)
        if kind == "plan_year":
            return begin
        return begin - (self.before_entry(self.pay)[self.rows] if entry is None else entry)


def _picked(spans: list[Span], rows: Rows) -> list[Span]:
    return [(rate[rows], pay[rows]) for rate, pay in spans]

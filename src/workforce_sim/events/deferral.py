"""Deferral rates through the year: changes, stops, the response to a new match, automatic escalation.

Chapter: ``docs/model/enrollment.md``. Rates are walked in date order for those who defer on any day of the year: the
participants of the opening, then the year's enrollments. A rate moves at most twice after 1 January: on a date of one's
own, before or after the day of escalation, and on that day.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from workforce_sim.context import Context
from workforce_sim.dates import Days
from workforce_sim.draws import Draws, Stream
from workforce_sim.events.earnings import Pay
from workforce_sim.events.enrollment import AUTOMATIC, Enrollments, full_match_rate
from workforce_sim.frames import Events
from workforce_sim.money import PPM, ppm
from workforce_sim.staff import Flags, Rows, Small
from workforce_sim.tables import EVENT_CAUSES

Rates = NDArray[np.int32]

_FLOOR_BP = 100
_UP = 0.75
_OWN, _RESPONSE = (EVENT_CAUSES.index(name) for name in ("own", "match_response"))


@dataclass(frozen=True)
class Move:
    """A change of rates: which of those who defer, on which dates, from and to what."""

    event_type: str
    which: Rows
    date: Days
    before: Rates
    after: Rates
    cause: int | None = None


_NONE = np.zeros(0, dtype=np.int32)
_NO_MOVE = Move("", np.zeros(0, dtype=np.intp), _NONE, _NONE, _NONE)


@dataclass
class Deferrers:
    """Those who defer on any day of the year, and how their rates move; arrays of equal length.

    Attributes:
        rows: rows of the year's staff.
        begin: first day at a rate above 0, 1 January for participants of the opening.
        start: rate on that day, before any move.
        rate: rate as last in force.
        enrolled_year: calendar year of the latest enrollment.
        follows: enrolled automatically, and not changed or stopped since.
        moves: changes of rates, in date order for everybody.
    """

    rows: Rows
    begin: Days
    start: Rates
    rate: Rates
    enrolled_year: Small
    follows: Flags
    moves: list[Move] = field(default_factory=list)


def decide(pay: Pay, enrollments: Enrollments, context: Context) -> Deferrers:
    """Walk the rates of all who defer through the year."""
    found = _opening(pay, enrollments, context)
    steps = _Steps(pay, context, found, int(np.count_nonzero(pay.employed.staff.deferral)))
    stops, changes = steps.intentions()
    day = context.year.day(context.config.enrollment.escalation.date)
    first = context.year.first
    steps.change(changes.on_or_before(first))
    steps.respond()
    steps.change(changes.between(first + 1, day))
    steps.stop(stops.on_or_before(day - 1))
    steps.escalate(day)
    steps.change(changes.between(max(first, day) + 1, context.year.last))
    steps.stop(stops.between(day, context.year.last))
    return found


def _opening(pay: Pay, enrollments: Enrollments, context: Context) -> Deferrers:
    """Return participants of the opening, then the year's enrollments, before any move."""
    staff, year = pay.employed.staff, context.year
    before = np.flatnonzero(staff.deferral > 0)
    ways = enrollments.joiners
    rows = np.concatenate([before, *(way.rows for way in ways)])
    begin = np.concatenate([np.full(len(before), year.first, dtype=np.int32), *(way.date for way in ways)])
    start = np.concatenate([staff.deferral[before], *(way.rate for way in ways)])
    joined = [np.full(len(way.rows), year.year, dtype=np.int16) for way in ways]
    automatic = [np.full(len(way.rows), way.cause == AUTOMATIC) for way in ways]
    enrolled_year = np.concatenate([staff.enrolled_year[before], *joined])
    follows = np.concatenate([staff.follows[before], *automatic])
    return Deferrers(rows, begin, start, start.copy(), enrolled_year, follows)


@dataclass(frozen=True)
class _Dated:
    """Some of those who defer, each with a date."""

    which: Rows
    date: Days

    def between(self, first: int, last: int) -> _Dated:
        """Return those dated from ``first`` to ``last``."""
        chosen = (self.date >= first) & (self.date <= last)
        return _Dated(self.which[chosen], self.date[chosen])

    def on_or_before(self, last: int) -> _Dated:
        """Return those dated up to ``last``."""
        return self.between(0, last)


@dataclass(frozen=True)
class _Steps:
    """The steps of the walk; each enters its moves. The first ``participants`` were so at the opening."""

    pay: Pay
    context: Context
    found: Deferrers
    participants: int

    def intentions(self) -> tuple[_Dated, _Dated]:
        """Return which participants of the opening stop, and which change their rate; dated within employment."""
        section, staff = self.context.config.enrollment, self.pay.employed.staff
        person = staff.person[self.found.rows[: self.participants]]
        stops = self.context.draw(person, Stream.STOP) < ppm(section.stop) / PPM
        changes = self.context.draw(person, Stream.CHANGE) < ppm(section.change.probability) / PPM
        which = np.flatnonzero(stops | changes)
        u = self.context.draw(person[which], Stream.CHANGE_OR_STOP_DATE)
        date = (self.context.year.first + np.floor(u * self.context.year.days)).astype(np.int32)
        there = date <= self.pay.employed.last_day[self.found.rows[which]]
        stopping = stops[which]
        stop, change = there & stopping, there & ~stopping
        return _Dated(which[stop], date[stop]), _Dated(which[change], date[change])

    def change(self, dated: _Dated) -> None:
        """Move rates a step up or down, by their owners' will."""
        section, which = self.context.config.enrollment, dated.which
        person = self.pay.employed.staff.person[self.found.rows[which]]
        up = self.context.draw(person, Stream.CHANGE_DIRECTION) < _UP
        old = self.found.rate[which]
        moved = old + np.where(up, section.change.step_bp, -section.change.step_bp)
        new = np.minimum(np.maximum(moved, np.minimum(old, _FLOOR_BP)), section.max_deferral_bp)
        differs = self.move("rate_change", dated, new, _OWN)
        self.found.follows[which[differs]] = False

    def stop(self, dated: _Dated) -> None:
        """Set rates to 0."""
        self.move("stop", dated, np.zeros(len(dated.which), dtype=np.int32))

    def respond(self) -> None:
        """Move participants of the opening to the full-match rate of a new formula."""
        match, section, year = self.context.config.plan.match, self.context.config.enrollment, self.context.year
        formula = match.at(year.year)
        if year.year == self.context.config.simulation.start_year or formula.bands == match.at(year.year - 1).bands:
            return
        which = np.arange(self.participants)
        rows = self.found.rows[: self.participants]
        date = np.full(len(rows), year.first, dtype=np.int32)
        full = full_match_rate(self.pay, rows, date, self.context)
        u = self.context.draw(self.pay.employed.staff.person[rows], Stream.MATCH_RESPONSE)
        old = self.found.rate[: self.participants]
        share = np.where(old < full, ppm(section.match_response.below), ppm(section.match_response.above)) / PPM
        moves = (full > 0) & (old != full) & (u < share)
        new = np.minimum(full[moves], section.max_deferral_bp)
        self.move("rate_change", _Dated(which[moves], date[moves]), new, _RESPONSE)

    def escalate(self, day: int) -> None:
        """Raise the rates of those who are due on the day."""
        section, found, year = self.context.config.enrollment.escalation, self.found, self.context.year
        if not section.enabled:
            return
        due = (found.rate > 0) & (found.enrolled_year <= year.year - section.delay_years)
        due &= self.pay.employed.last_day[found.rows] >= day
        due[self.participants :] &= found.begin[self.participants :] < day
        if section.scope == "automatic":
            due &= found.follows
        which = np.flatnonzero(due)
        person = self.pay.employed.staff.person[found.rows[which]]
        u = Draws(self.context.config.random_seed, 0).of(person, Stream.DECLINES_ESCALATION)
        which = which[u >= ppm(section.declining_share) / PPM]
        old = found.rate[which]
        highest = min(section.cap_bp, self.context.config.enrollment.max_deferral_bp)
        new = np.maximum(old, np.minimum(old + section.increment_bp, highest))
        self.move("escalation", _Dated(which, np.full(len(which), day, dtype=np.int32)), new)

    def move(self, event_type: str, dated: _Dated, new: NDArray[np.integer], cause: int | None = None) -> Flags:
        """Enter the moves that change something, and return which did."""
        old = self.found.rate[dated.which]
        differs = np.asarray(new != old)
        which, after = dated.which[differs], new[differs].astype(np.int32)
        self.found.rate[which] = after
        self.found.moves.append(Move(event_type, which, dated.date[differs], old[differs], after, cause))
        return differs


def record(found: Deferrers) -> list[Events]:
    """Return one row per move, with the rate before and after."""
    return [_events(found, event_type) for event_type in ("rate_change", "escalation", "stop")]


def _events(found: Deferrers, event_type: str) -> Events:
    moves = [move for move in found.moves if move.event_type == event_type] or [_NO_MOVE]
    causes = [np.full(len(move.which), move.cause or 0) for move in moves]
    return Events(
        event_type,
        found.rows[np.concatenate([move.which for move in moves])],
        np.concatenate([move.date for move in moves]),
        cause=np.concatenate(causes) if event_type == "rate_change" else None,
        deferral_before=np.concatenate([move.before for move in moves]),
        deferral_after=np.concatenate([move.after for move in moves]),
    )

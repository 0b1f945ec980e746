"""Deferral rates through the year: changes, stops, the response to a new match, automatic escalation.

Chapter: ``docs/model/enrollment.md``. Rates change in date order for those who defer on any day of the year. A rate
changes at most twice after January 1: on the employee's own date, before or after the day of escalation, and on that
day. So each employee's year is six rates in order. Each column has the rate after one step: ``start_bp``,
``january_bp`` (own change on January 1), ``response_bp`` (to a new match, on January 1), ``before_bp`` (own change or
stop before escalation), ``escalated_bp``, and ``new_deferral_bp`` (own change or stop from then on).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workforce_sim.dates import NEVER, Days, Flags, dates_in_calendar
from workforce_sim.draws import Stream
from workforce_sim.engine.columns import FLAG, Array, Columns, Described
from workforce_sim.engine.columns import Rows as Selected
from workforce_sim.engine.context import Year
from workforce_sim.engine.earnings import Pay
from workforce_sim.engine.event import Rows, always, node
from workforce_sim.engine.events.enrollment import AUTOMATIC, full_match_rate
from workforce_sim.engine.plan_pay import STEPS
from workforce_sim.money import PPM, half_up, ppm

Rates = NDArray[np.int32]

_FLOOR_BP = 100
_UP = 0.75

ADDS: Described = {
    "start_bp": (pl.Int32, "deferral rate on January 1, or on enrolling"),
    "january_bp": (pl.Int32, "after a change of their own on January 1"),
    "response_bp": (pl.Int32, "after the response to a new match"),
    "before_bp": (pl.Int32, "after a change of their own or a stop before escalation"),
    "escalated_bp": (pl.Int32, "after automatic escalation"),
    "new_deferral_bp": (pl.Int32, "deferral rate at the end of the year or at termination"),
    "own_date": (pl.Int32, "change of their own, or stop; never without one"),
    "stops": (FLAG, "stops deferring this year"),
    "new_enrolled_year": (pl.Int16, "calendar year of the latest enrollment"),
    "new_follows": (FLAG, "enrolled automatically, and not changed or stopped since"),
}


def _responds(year: Year) -> bool:
    """Return whether the match formula differs from the one before the year."""
    before = _formula_before(year)
    return before is not None and year.config.plan.match.at(year.number).formula != before


def _formula_before(year: Year) -> tuple[Any, ...] | None:
    """Return the match formula of the year before; of the first year the one that is given, or None."""
    if year.number == year.config.simulation.start_year:
        return year.config.enrollment.match_response.formula_before
    return year.config_in(year.number - 1).plan.match.at(year.number - 1).formula


def _escalation_is_later(year: Year) -> bool:
    return year.day(year.config.enrollment.escalation.date) > year.first


_POSSIBLE = {2: _responds, 3: _escalation_is_later, 4: lambda year: year.config.enrollment.escalation.enabled}
"""Steps that some years do not have."""


def _moves(event_type: str, step: int, date: str, when: pl.Expr | None = None, cause: str | None = None) -> Rows:
    """Return the ledger rows of those whose rate one step changes."""
    before, after = pl.col(STEPS[step - 1]), pl.col(STEPS[step])
    moves = before != after if when is None else (before != after) & when
    sets: dict[str, pl.Expr | str] = {"deferral_before_bp": before, "deferral_after_bp": after}
    if cause is not None:
        sets["cause"] = cause
    return Rows(event_type, moves, date, sets, _POSSIBLE.get(step, always))


_STOPS = pl.col("stops") != 0
LEDGER = (
    _moves("rate_change", 1, "own_date", cause="own"),
    _moves("rate_change", 2, "first_day", cause="match_response"),
    _moves("rate_change", 3, "own_date", ~_STOPS, "own"),
    _moves("rate_change", 5, "own_date", ~_STOPS, "own"),
    _moves("escalation", 4, "escalation_date"),
    _moves("stop", 3, "own_date", _STOPS),
    _moves("stop", 5, "own_date", _STOPS),
)


@node(
    adds=ADDS,
    ledger=LEDGER,
    snapshot={"enrolled": pl.col("new_deferral_bp") > 0, "deferral_bp": pl.col("new_deferral_bp")},
)
def deferral(staff: Columns, year: Year) -> Mapping[str, Array]:
    """Add the rate after each step of the year, own dates, and the latest enrollment."""
    walk = _Walk(staff, year)
    day, first, last = year.day(year.config.enrollment.escalation.date), year.first, year.last
    changes, stops = walk.changes, walk.stops
    steps = [walk.rate]
    steps.append(walk.change(walk.between(changes, 0, first)))
    steps.append(walk.respond())
    walk.change(walk.between(changes, first + 1, day))
    steps.append(walk.stop(walk.between(stops, 0, day - 1)))
    steps.append(walk.escalate(day))
    walk.change(walk.between(changes, max(first, day) + 1, last))
    steps.append(walk.stop(walk.between(stops, day, last)))
    return {**dict(zip(STEPS, steps, strict=True)), **walk.known()}


class _Walk:
    """Rates within the year and the dates of own changes; each step returns the rates after it."""

    def __init__(self, staff: Columns, year: Year) -> None:
        self.staff, self.year = staff, year
        self.takes_part = np.flatnonzero(staff["deferral_bp"] > 0)
        self.joins = np.flatnonzero(staff["joining_date"] != NEVER)
        self.rate: Rates = staff["deferral_bp"] + staff["joining_bp"]
        self.follows: Array = staff["follows"].copy()
        self.follows[self.joins] = staff["joining_cause"][self.joins] == AUTOMATIC
        self.own_date = np.full(len(staff), NEVER, dtype=np.int32)
        self.stops, self.changes = self._intentions()

    def _intentions(self) -> tuple[Selected, Selected]:
        """Return which participants of the opening stop or change their rate, with dates within employment."""
        section, staff, year = self.year.config.enrollment, self.staff, self.year
        person = staff["person"][self.takes_part]
        stops = year.draw(person, Stream.STOP) < ppm(section.stop) / PPM
        changes = year.draw(person, Stream.CHANGE) < ppm(section.change.probability) / PPM
        which = np.flatnonzero(stops | changes)
        rows = self.takes_part[which]
        date = dates_in_calendar(year.draw(person[which], Stream.CHANGE_OR_STOP_DATE), year.calendar)
        there = date <= staff["last_day"][rows]
        rows, stopping = rows[there], stops[which][there]
        self.own_date[rows] = date[there]
        return rows[stopping], rows[~stopping]

    def between(self, rows: Selected, first: int, last: int) -> Selected:
        """Return those of some rows whose own date is from ``first`` to ``last``."""
        date = self.own_date[rows]
        return rows[(date >= first) & (date <= last)]

    def change(self, rows: Selected) -> Rates:
        """Move rates a step up or down, as employees elect."""
        if len(rows) == 0:
            return self.rate
        section = self.year.config.enrollment
        up = self.year.draw(self.staff["person"][rows], Stream.CHANGE_DIRECTION) < _UP
        old = self.rate[rows]
        moved = old + np.where(up, section.change.step_bp, -section.change.step_bp)
        new = np.minimum(np.maximum(moved, np.minimum(old, _FLOOR_BP)), section.max_deferral_bp)
        self.follows[rows[new != old]] = False
        return self._moved(rows, new)

    def stop(self, rows: Selected) -> Rates:
        """Set rates to 0."""
        return self._moved(rows, 0)

    def respond(self) -> Rates:
        """Move participants of the opening towards the full-match rate of a new formula."""
        rows, year = self.takes_part, self.year
        section, response = year.config.enrollment, year.config.enrollment.match_response
        if not _responds(year):
            return self.rate
        date: Days = np.full(len(rows), year.first, dtype=np.int32)
        full = full_match_rate(Pay(self.staff, year), rows, date)
        u = year.draw(self.staff["person"][rows], Stream.MATCH_RESPONSE)
        old = self.rate[rows]
        share = np.where(old < full, ppm(response.below), ppm(response.above)) / PPM
        moves = (full > 0) & (old != full) & (u < share)
        way = np.minimum(full[moves], section.max_deferral_bp) - old[moves].astype(np.int64)
        step = half_up(ppm(response.move) * np.abs(way), PPM)
        return self._moved(rows[moves], old[moves] + np.sign(way) * step)

    def escalate(self, day: int) -> Rates:
        """Raise the rates of those due on the day; of nobody where it is before the plan year."""
        section, year = self.year.config.enrollment.escalation, self.year
        if not section.enabled or day < year.first:
            return self.rate
        rows = np.flatnonzero(self._due(day))
        u = year.draw(self.staff["person"][rows], Stream.DECLINES_ESCALATION)
        rows = rows[u >= ppm(section.declining_share) / PPM]
        old = self.rate[rows]
        highest = min(section.cap_bp, year.config.enrollment.max_deferral_bp)
        return self._moved(rows, np.maximum(old, np.minimum(old + section.increment_bp, highest)))

    def _due(self, day: int) -> Flags:
        """Return whose rate escalates on the day."""
        section, year, joins = self.year.config.enrollment.escalation, self.year, self.joins
        due = (self.rate > 0) & (self.staff["last_day"] >= day)
        due &= self._enrolled_year() <= year.number - section.delay_years
        due[joins] &= self.staff["joining_date"][joins] < day
        if section.scope == "automatic":
            due &= self.follows.view(np.bool_)
        return np.asarray(due)

    def _enrolled_year(self) -> Array:
        enrolled = self.staff["enrolled_year"].copy()
        enrolled[self.joins] = self.year.number
        return enrolled

    def _moved(self, rows: Selected, new: Array | int) -> Rates:
        if len(rows):
            self.rate = self.rate.copy()
            self.rate[rows] = new
        return self.rate

    def known(self) -> dict[str, Array]:
        """Return the columns added besides rates."""
        stops = np.zeros(len(self.staff), dtype=np.uint8)
        stops[self.stops] = True
        return {
            "own_date": self.own_date,
            "stops": stops,
            "new_enrolled_year": self._enrolled_year(),
            "new_follows": self.follows,
        }

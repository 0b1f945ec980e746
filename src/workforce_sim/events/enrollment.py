"""Enrollment: who comes into the plan, by which way, when and at which rate; and who opts out.

Chapter: ``docs/model/enrollment.md``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workforce_sim.assumptions import AgePay
from workforce_sim.context import Context
from workforce_sim.dates import NEVER, Days, Ints, completed_years
from workforce_sim.draws import Stream
from workforce_sim.events.earnings import Pay
from workforce_sim.frames import Events
from workforce_sim.money import PPM, ppm
from workforce_sim.plan.conditions import band_place
from workforce_sim.plan.match import full_rate_bp
from workforce_sim.staff import Rows, Staff
from workforce_sim.tables import EVENT_CAUSES

ELECTION, AUTOMATIC, CONVERSION = (EVENT_CAUSES.index(name) for name in ("election", "automatic", "conversion"))


@dataclass(frozen=True)
class Joiners:
    """Who comes in by one way: rows of the year's staff, dates, deferral rates in bp."""

    rows: Rows
    date: Days
    rate: NDArray[np.int32]
    cause: int


@dataclass(frozen=True)
class Enrollments:
    """The year's enrollments by way, nobody twice, and who opts out."""

    joiners: tuple[Joiners, ...]
    opt_outs: Rows
    opt_out_date: Days


def decide(pay: Pay, context: Context) -> Enrollments:
    """Return who enrolls and who opts out; dates after the last day are void."""
    steps = _Steps(pay, context)
    elections = steps.elections()
    automatic, opt_outs = steps.automatic(elections.rows)
    conversions = steps.conversions()
    date = pay.employed.staff.automatic[opt_outs]
    return Enrollments((elections, automatic, conversions), opt_outs, date)


@dataclass(frozen=True)
class _Steps:
    """The ways in, each for those whom it concerns."""

    pay: Pay
    context: Context

    @property
    def staff(self) -> Staff:
        return self.pay.employed.staff

    def elections(self) -> Joiners:
        """Return who enrolls by choice in the year of entry."""
        staff, year, last_day = self.staff, self.context.year, self.pay.employed.last_day
        entered = (staff.eligible >= year.first) & (staff.eligible <= last_day) & (staff.deferral == 0)
        rows = np.flatnonzero(entered)
        entry = staff.eligible[rows]
        chosen = self.chance(rows, entry, self.context.assumptions.election, Stream.ELECTION)
        rows, entry = rows[chosen], entry[chosen]
        end = np.maximum(np.minimum(staff.automatic[rows] - np.int32(1), np.int32(year.last)), entry)
        u = self.context.draw(staff.person[rows], Stream.ELECTION_DATE)
        date = (entry + np.floor(u * (end - entry + 1))).astype(np.int32)
        return self.joined(rows, date, ELECTION)

    def automatic(self, elected: Rows) -> tuple[Joiners, Rows]:
        """Return who is enrolled on the automatic date, and who opts out on it."""
        staff, year, section = self.staff, self.context.year, self.context.config.enrollment
        due = (staff.automatic >= year.first) & (staff.automatic <= self.pay.employed.last_day)
        due[elected] = False
        rows = np.flatnonzero(due)
        out = self.chance(rows, staff.automatic[rows], self.context.assumptions.opt_out, Stream.OPT_OUT)
        joins = rows[~out]
        rate = min(section.auto_enrollment.default_bp, section.max_deferral_bp)
        rates = np.full(len(joins), rate, dtype=np.int32)
        return Joiners(joins, staff.automatic[joins], rates, AUTOMATIC), rows[out]

    def conversions(self) -> Joiners:
        """Return who of opening staff, out and past the year of entry, enrolls after all."""
        staff, year = self.staff, self.context.year
        pending = (staff.automatic >= year.first) & (staff.automatic != NEVER)
        out = (staff.eligible < year.first) & (staff.deferral == 0) & ~pending & ~self.pay.employed.is_hire
        rows = np.flatnonzero(out)
        u = self.context.draw(staff.person[rows], Stream.CONVERSION)
        rows = rows[u < ppm(self.context.config.enrollment.conversion) / PPM]
        u = self.context.draw(staff.person[rows], Stream.CONVERSION_DATE)
        date = (year.first + np.floor(u * year.days)).astype(np.int32)
        return self.joined(rows, date, CONVERSION)

    def chance(self, rows: Rows, date: Days, table: AgePay, stream: Stream) -> NDArray[np.bool_]:
        """Return who of some rows is drawn, by age and pay on a date each."""
        return self.context.draw(self.staff.person[rows], stream) < self.at(table, rows, date) / PPM

    def at(self, table: AgePay, rows: Rows, date: Days) -> Ints:
        """Return a table's value for some rows on a date each."""
        if table.cells.size == 1:
            return np.full(len(rows), table.cells[0, 0])
        age = completed_years(self.staff.birth[rows], date, self.context.year)
        return table.at(age, self.pay.salary_on(rows, date))

    def joined(self, rows: Rows, date: Days, cause: int) -> Joiners:
        """Return those who chose to enroll and are still there on the date, with their rates."""
        there = date <= self.pay.employed.last_day[rows]
        rows, date = rows[there], date[there]
        rate = self.at(self.context.assumptions.deferral_rates, rows, date)
        section = self.context.config.enrollment
        seeks = self.context.draw(self.staff.person[rows], Stream.MATCH_SEEKING) < ppm(section.match_seeking) / PPM
        rate = np.where(seeks, np.maximum(rate, full_match_rate(self.pay, rows, date, self.context)), rate)
        return Joiners(rows, date, np.minimum(rate, section.max_deferral_bp).astype(np.int32), cause)


def full_match_rate(pay: Pay, rows: Rows, date: Days, context: Context) -> Ints:
    """Return the lowest whole bp that earns some rows the full match of the year's formula, on a date each."""
    formula = context.config.plan.match.at(context.year.year)
    limit = context.limits.compensation_cents
    salary = pay.salary_on(rows, date) if formula.in_dollars else np.zeros(len(rows), dtype=np.int64)
    place = band_place(formula.graded_by, pay.employed.tenure[rows], pay.employed.age[rows])
    return full_rate_bp(formula, np.minimum(salary, limit), place)


def record(enrollments: Enrollments) -> list[Events]:
    """Return one row per enrollment, with its cause and rate, and one per opt-out."""
    ways = enrollments.joiners
    joined = Events(
        "enrollment",
        np.concatenate([way.rows for way in ways]),
        np.concatenate([way.date for way in ways]),
        cause=np.repeat([way.cause for way in ways], [len(way.rows) for way in ways]),
        deferral_before=np.zeros(sum(len(way.rows) for way in ways), dtype=np.int32),
        deferral_after=np.concatenate([way.rate for way in ways]),
    )
    nothing = np.zeros(len(enrollments.opt_outs), dtype=np.int32)
    return [joined, Events("opt_out", enrollments.opt_outs, enrollments.opt_out_date, deferral_after=nothing)]

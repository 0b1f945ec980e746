"""Enrollment: who joins the plan, how, when and at which rate; and who opts out.

Chapter: ``docs/model/enrollment.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workforce_sim.dates import NEVER, Days, Flags, Ints, completed_years, dates_between, dates_in_calendar
from workforce_sim.draws import Stream
from workforce_sim.engine.assumptions import AgePay
from workforce_sim.engine.columns import FLAG, Array, Columns, Described, spread
from workforce_sim.engine.columns import Rows as Selected
from workforce_sim.engine.context import Year
from workforce_sim.engine.earnings import Pay
from workforce_sim.engine.event import Rows, node
from workforce_sim.money import PPM, ppm
from workforce_sim.plan.conditions import band_place
from workforce_sim.plan.match import full_rate_bp
from workforce_sim.tables import EVENT_CAUSES

ELECTION, AUTOMATIC, CONVERSION = (EVENT_CAUSES.index(name) for name in ("election", "automatic", "conversion"))

ADDS: Described = {
    "joining_date": (pl.Int32, "enrollment this year; never without one"),
    "joining_bp": (pl.Int32, "deferral rate on enrolling"),
    "joining_cause": (pl.UInt8, "of those who enroll: position in the list of causes"),
    "opts_out": (FLAG, "opts out of automatic enrollment this year"),
    "new_automatic_date": (pl.Int32, "automatic enrollment to come; never without one"),
    "new_enrollment_date": (pl.Int32, "latest enrollment; never before the first, and of participants of the census"),
}
_NOTHING = pl.lit(0, dtype=pl.Int32)
JOINS = Rows(
    "enrollment",
    pl.col("joining_date") != int(NEVER),
    "joining_date",
    {"cause": pl.col("joining_cause"), "deferral_before_bp": _NOTHING, "deferral_after_bp": pl.col("joining_bp")},
)
OPTS_OUT = Rows("opt_out", pl.col("opts_out") != 0, "automatic_date", {"deferral_after_bp": _NOTHING})
ENROLLED = pl.col("new_enrollment_date")


@dataclass(frozen=True)
class _Joiners:
    """Enrollments of one kind: rows of the year's staff, dates, deferral rates in bp."""

    rows: Selected
    date: Days
    rate: NDArray[np.int32]
    cause: int


@node(
    adds=ADDS,
    ledger=(JOINS, OPTS_OUT),
    snapshot={"enrollment_date": pl.when(int(NEVER) != ENROLLED).then(ENROLLED)},
)
def enrollment(staff: Columns, year: Year) -> Mapping[str, Array]:
    """Add who enrolls, when, how and at which rate, and who opts out; dates after the last day are void."""
    ways = _Ways(staff, year, Pay(staff, year))
    elections = ways.elections()
    automatic, opt_outs = ways.automatic(elections.rows)
    size = len(staff)
    found: dict[str, Array] = {
        "joining_date": np.full(size, NEVER, dtype=np.int32),
        "joining_bp": np.zeros(size, dtype=np.int32),
        "joining_cause": np.zeros(size, dtype=np.uint8),
        "opts_out": spread(opt_outs, 1, size, np.uint8),
        "new_automatic_date": staff["automatic_date"].copy(),
        "new_enrollment_date": staff["enrollment_date"].copy(),
    }
    found["new_automatic_date"][opt_outs] = NEVER
    for way in (elections, automatic, ways.conversions()):
        found["joining_date"][way.rows] = found["new_enrollment_date"][way.rows] = way.date
        found["joining_bp"][way.rows], found["joining_cause"][way.rows] = way.rate, way.cause
        found["new_automatic_date"][way.rows] = NEVER
    return found


@dataclass(frozen=True)
class _Ways:
    """The kinds of enrollment, each for the employees concerned."""

    staff: Columns
    year: Year
    pay: Pay

    def elections(self) -> _Joiners:
        """Return who elects to enroll in the year of entry."""
        staff, year = self.staff, self.year
        rows = np.flatnonzero(staff.flags("becomes_eligible"))
        entry = staff["eligibility_date"][rows]
        chosen = self.chance(rows, entry, year.assumptions.election, Stream.ELECTION)
        rows, entry = rows[chosen], entry[chosen]
        end = np.maximum(np.minimum(staff["automatic_date"][rows] - np.int32(1), np.int32(year.last)), entry)
        u = year.draw(staff["person"][rows], Stream.ELECTION_DATE)
        date = dates_between(u, entry, end)
        return self.joined(rows, date, ELECTION)

    def automatic(self, elected: Selected) -> tuple[_Joiners, Selected]:
        """Return who is enrolled on the automatic date, and who opts out on it."""
        staff, year, section = self.staff, self.year, self.year.config.enrollment
        date = staff["automatic_date"]
        due = (date >= year.first) & (date <= staff["last_day"])
        due[elected] = False
        rows = np.flatnonzero(due)
        out = self.chance(rows, date[rows], year.assumptions.opt_out, Stream.OPT_OUT)
        joins = rows[~out]
        rate = min(section.auto_enrollment.default_bp, section.max_deferral_bp)
        return _Joiners(joins, date[joins], np.full(len(joins), rate, dtype=np.int32), AUTOMATIC), rows[out]

    def conversions(self) -> _Joiners:
        """Return which non-participants of the opening staff enroll after the year of entry."""
        staff, year = self.staff, self.year
        pending = (staff["automatic_date"] >= year.first) & (staff["automatic_date"] != NEVER)
        out = (staff["eligibility_date"] < year.first) & (staff["deferral_bp"] == 0)
        rows = np.flatnonzero(out & ~pending & ~staff.flags("is_hire"))
        u = year.draw(staff["person"][rows], Stream.CONVERSION)
        rows = rows[u < ppm(year.config.enrollment.conversion) / PPM]
        u = year.draw(staff["person"][rows], Stream.CONVERSION_DATE)
        date = dates_in_calendar(u, year.calendar)
        return self.joined(rows, date, CONVERSION)

    def chance(self, rows: Selected, date: Days, table: AgePay, stream: Stream) -> Flags:
        """Return which rows are drawn, by age and pay on a date each."""
        return self.year.draw(self.staff["person"][rows], stream) < self.at(table, rows, date) / PPM

    def at(self, table: AgePay, rows: Selected, date: Days) -> Ints:
        """Return a table's value for some rows on a date each."""
        if table.cells.size == 1:
            return np.full(len(rows), table.cells[0, 0])
        age = completed_years(self.staff["birth_date"][rows], date, self.year.calendar)
        return table.at(age, self.pay.salary_on(rows, date))

    def joined(self, rows: Selected, date: Days, cause: int) -> _Joiners:
        """Return those who elected to enroll and are employed on the date, with their rates."""
        there = date <= self.staff["last_day"][rows]
        rows, date = rows[there], date[there]
        rate = self.at(self.year.assumptions.deferral_rates, rows, date)
        section = self.year.config.enrollment
        seeks = self.year.draw(self.staff["person"][rows], Stream.MATCH_SEEKING) < ppm(section.match_seeking) / PPM
        rate = np.where(seeks, np.maximum(rate, full_match_rate(self.pay, rows, date)), rate)
        return _Joiners(rows, date, np.minimum(rate, section.max_deferral_bp).astype(np.int32), cause)


def full_match_rate(pay: Pay, rows: Selected, date: Days) -> Ints:
    """Return the lowest whole bp that earns some rows the full match of the year's formula, on a date each."""
    staff, year = pay.staff, pay.year
    formula = year.config.plan.match.at(year.number)
    salary = pay.salary_on(rows, date) if formula.in_dollars else np.zeros(len(rows), dtype=np.int64)
    place = band_place(formula.graded_by, staff["tenure"][rows], staff["age"][rows])
    return full_rate_bp(formula, np.minimum(salary, year.yearly_limits.compensation_cents), place)

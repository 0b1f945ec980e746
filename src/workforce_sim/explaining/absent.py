"""What did not happen to somebody in the plan, and why: never eligible, a past opt-out, no catch-up.

The ledger has no rows of these; a timeline has a line for each. Chapters: ``docs/model/eligibility.md``,
``docs/model/enrollment.md``, ``docs/model/limits.md``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from workforce_sim.config import Config
from workforce_sim.config.eligibility import EntryRule
from workforce_sim.dates import NEVER, Days, date_of, day_number
from workforce_sim.draws import person_numbers
from workforce_sim.engine.deferral_limit import catch_up_of
from workforce_sim.engine.events.eligibility import excluded, past_due
from workforce_sim.explaining.reasons import Reason
from workforce_sim.explaining.reasons.moment import years_on
from workforce_sim.explaining.rebuilt import Records, rebuilt
from workforce_sim.explaining.worked.deferrals import catch_up_words, deferred
from workforce_sim.explaining.worked.one import One
from workforce_sim.plan.classes import rule_of
from workforce_sim.plan.entry import entry_dates, waited
from workforce_sim.plan.people import limits_of
from workforce_sim.plan.service import scheduled_hours
from workforce_sim.result.result import Result
from workforce_sim.store.ledger import employee_keys
from workforce_sim.wording import counted, dollars

Row = Mapping[str, Any]


NOT_ELIGIBLE, PAST_OPT_OUT, NO_CATCH_UP = ABSENT = ("not eligible", "past opt-out", "no catch-up")
"""What lines call what did not happen; no event of the ledger has such a name."""


class Absence(NamedTuple):
    """Something that did not happen.

    Attributes:
        date: the day of its line.
        event: what the line calls it.
        change: what it meant.
        because: why.
        first: whether its line comes behind that of the opening or the hire; else before that of the year.
    """

    date: dt.date
    event: str
    change: str
    because: tuple[Reason, ...]
    first: bool = False


def absences(result: Result, people: pl.DataFrame, events: pl.DataFrame) -> list[Absence]:
    """Return what did not happen to one employee in the plan, in order.

    Args:
        result: the run.
        people: the employee's snapshots, by year.
        events: the employee's ledger rows.
    """
    if not result.config.plan.enabled:
        return []
    found = _Person(result, people, events)
    return [*found.never_eligible(), *found.past_opt_out(), *found.without_catch_up()]


@dataclass(frozen=True)
class _Person:
    """One employee of a run."""

    result: Result
    people: pl.DataFrame
    events: pl.DataFrame

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The snapshots, by year."""
        return self.people.to_dicts()

    @cached_property
    def census(self) -> Row | None:
        """The row of the opening; None of hires, and where the run does not have it."""
        if self.result.opening is None:
            return None
        rows = self.result.opening.filter(pl.col("employee_id") == self.rows[0]["employee_id"]).to_dicts()
        return rows[0] if rows else None

    @property
    def last(self) -> dt.date:
        """The last day that the run knows."""
        row = self.rows[-1]
        return row["termination_date"] or dt.date(row["year"], 12, 31)

    @property
    def start(self) -> dt.date:
        """The day of the line of the opening or the hire."""
        first = self.result.config.simulation.opening - dt.timedelta(days=1)
        return first if self.census is not None else self.rows[0]["hire_date"]

    # --- never eligible ---

    def never_eligible(self) -> Iterator[Absence]:
        """Yield why somebody is never eligible."""
        if any(row["eligibility_date"] is not None for row in self.rows):
            return
        because = self._left_out()
        if because is not None:
            yield Absence(self.start, NOT_ELIGIBLE, "excluded from the plan", (because,), first=True)
            return
        entry = self._entry()
        if entry == NEVER:
            yield Absence(self.start, NOT_ELIGIBLE, "too few hours of service", self._hours(), first=True)
        elif entry > day_number(self.last):
            change = f"not yet; would enter on {date_of(entry)}"
            yield Absence(self.last, NOT_ELIGIBLE, change, tuple(self._wait()))
        else:
            yield Absence(self.last, NOT_ELIGIBLE, "by rules of an earlier year; not shown", ())

    def _left_out(self) -> Reason | None:
        """Return what excludes somebody from the plan for good; None where nothing does."""
        row, config = self.rows[0], self._config
        kind = row.get("excluded_class")
        if kind not in (None, "none"):
            return Reason("eligibility.excluded_classes", str(kind).replace("_", " "), "class of the employee")
        if self.census is not None and self.census.get("excluded"):
            return Reason("excluded", "yes", "in the census")
        by_chance = self.census is None or config.eligibility.excluded_scope != "hires"
        key = employee_keys(pl.Series([row["employee_id"]]))
        person = person_numbers(config.random_seed, row["replicate"], key)
        if by_chance and excluded(person, config.eligibility, config.random_seed)[0]:
            share = f"{100 * config.eligibility.excluded_share:g}%"
            return Reason("eligibility.excluded_share", share, "of employees, drawn once: among them")
        return None

    @property
    def _config(self) -> Config:
        """The configuration in force when the employee came."""
        return self.result.config.at(self.rows[0]["year"])

    @cached_property
    def _rule(self) -> tuple[str, EntryRule]:
        """The rule of entry of the last year, and its key."""
        row, section = self.rows[-1], self.result.config.at(self.rows[-1]["year"]).eligibility
        number = rule_of(section, row["department"], row["level"], union=bool(row.get("union")))
        where = f"eligibility.classes[{number}]" if number < len(section.classes) else "eligibility"
        return where, section.rules[number]

    @property
    def _served(self) -> Days:
        row = self.rows[-1]
        return _days(row.get("plan_service_date") or row["hire_date"])

    def _entry(self) -> int:
        """Return the day of entry by the rule; never without the hours."""
        row, (_, rule) = self.rows[-1], self._rule
        time = np.array([row["full_time_ppm"]], dtype=np.int64)
        return int(entry_dates(self._served, _days(row["birth_date"]), rule, time)[0])

    def _hours(self) -> tuple[Reason, ...]:
        where, rule = self._rule
        hours = scheduled_hours(np.array([self.rows[-1]["full_time_ppm"]], dtype=np.int64))
        return (Reason(f"{where}.service.hours", f"{rule.service.hours:,}", f"{hours[0]:,} hours a year"),)

    def _wait(self) -> Iterator[Reason]:
        """Yield the wait and the age, with the day on which each is met."""
        where, rule = self._rule
        unit, number = rule.waiting_period
        over = date_of(waited(self._served, rule)[0])
        yield Reason(f"{where}.waiting_period_{unit}", counted(number, unit.removesuffix("s")), f"ends on {over}")
        age = years_on(self.rows[-1]["birth_date"], self.last)
        yield Reason(f"{where}.minimum_age", str(rule.minimum_age), f"age {age}")
        if rule.entry != "immediate":
            yield Reason(f"{where}.entry", rule.entry)

    # --- a past opt-out ---

    def past_opt_out(self) -> Iterator[Absence]:
        """Yield that somebody of the census counts as opted out of automatic enrollment before the start."""
        row, section = self.census, self.result.config.enrollment.auto_enrollment
        eligible = self.rows[0]["eligibility_date"]
        if row is None or not section.enabled or eligible is None or row.get("deferral_bp") or row.get("joins_on"):
            return
        start = day_number(self.result.config.simulation.opening)
        told = row.get("opted_out")
        if told:
            yield Absence(self.start, PAST_OPT_OUT, "no automatic enrollment", (_TOLD,), first=True)
        elif told is None and section.unknown_opt_outs == "opted_out" and self._past_due(start):
            window = f"due {counted(section.window_days, 'day')} after {eligible}, and does not participate"
            because = Reason("enrollment.auto_enrollment.unknown_opt_outs", "opted_out", window)
            yield Absence(self.start, PAST_OPT_OUT, "no automatic enrollment", (because,), first=True)

    def _past_due(self, start: int) -> bool:
        """Return whether the day of automatic enrollment was before the run."""
        row, section = self.rows[0], self.result.config.enrollment.auto_enrollment
        return bool(past_due(_days(row["eligibility_date"]), _days(row["hire_date"]), section, start)[0])

    # --- no catch-up ---

    def without_catch_up(self) -> Iterator[Absence]:
        """Yield the years in which deferrals stopped at a limit for want of catch-up."""
        for row in self.rows:
            if not row["catch_up_cents"] and self._may_be_at_limit(row):
                yield from self._stopped(row)

    def _may_be_at_limit(self, row: Row) -> bool:
        """Return whether deferrals reached a limit, as far as the snapshot tells; few rows need a closer look."""
        year = row["year"]
        config = self.result.config.at(year)
        law = limits_of(config, year).elective_deferral_cents
        return row["pre_tax_cents"] + row["roth_cents"] >= law or bool(row["hce"] and config.plan.hce_deferral_limit)

    def _stopped(self, row: Row) -> Iterator[Absence]:
        one = One(rebuilt(self.result, row["replicate"], row["year"], self._records(row["year"])), 0)
        if not one.defers:
            return
        deferrals, extra = deferred(one)[1], int(catch_up_of(one.counted.rows, one.staff, one.year)[0])
        if deferrals.total == deferrals.most and not extra:
            limit = Reason("plan.limits", dollars(deferrals.most), "most that may be deferred: reached")
            end = row["termination_date"] or dt.date(row["year"], 12, 31)
            yield Absence(end, NO_CATCH_UP, catch_up_words(one).removeprefix("none: "), (limit,))

    def _records(self, year: int) -> Records:
        """Return what the run has kept of the employee in a year."""
        of_year, census = pl.col("year") == year, self.result.opening
        own = None if census is None else census.filter(pl.col("employee_id") == self.rows[0]["employee_id"])
        events = self.events.filter(of_year).sort("effective_date", "event_type", "cause")
        return Records(self.people.filter(of_year), events, self.people.filter(pl.col("year") == year - 1), own)


_TOLD = Reason("opted_out", "yes", "in the census")


def _days(date: dt.date) -> Days:
    return np.array([day_number(date)], dtype=np.int32)


def merged(lines: Sequence[Any], found: Sequence[tuple[Absence, Any]]) -> list[Any]:
    """Return the lines of a timeline with those of what did not happen at their places.

    Args:
        lines: of the timeline, the first that of the opening or the hire.
        found: each absence with its line.
    """
    early = [line for absence, line in found if absence.first]
    late = [line for absence, line in found if not absence.first]
    kept = [*lines[:1], *early]
    for line in lines[1:]:
        if line.event == "year":
            kept += [other for other in late if other.year == line.year]
        kept.append(line)
    return kept

"""A ledger read one row at a time in plain Python: what a manager would do with a pencil, to check the tables by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from tests.support import Scenario, first_day, table
from workforce_sim.tables.output import Tables

DAY = dt.timedelta(days=1)


@dataclass
class PersonYear:
    """What the ledger says of one employee in one year, as far as it has been read."""

    level: str
    salary: int
    since: dt.date
    hired: bool = False
    away: bool = False
    left: dt.date | None = None
    kinds: list[str] = field(default_factory=list)
    dates: list[dt.date] = field(default_factory=list)
    day_cents: int = 0
    lumps: int = 0
    leave_days: int = 0

    def read(self, row: Mapping[str, Any]) -> None:
        """Take in the next row; its before-values must be what is in force."""
        if row["event_type"] == "forfeiture":  # on the last day, once everything is over
            assert row["effective_date"] == self.left
            self._enter(row)
            return
        assert self.left is None, "an event after the last day"
        assert row["salary_before_cents"] in (None, self.salary)
        assert row["level_before"] in (None, self.level)
        date = row["effective_date"]
        if row["event_type"] == "termination":
            self.left, date = date, date + DAY  # the last day is paid
        self._until(date)
        self.away = {"leave_start": True, "leave_return": False}.get(str(row["event_type"]), self.away)
        self.salary = row["salary_after_cents"] or self.salary
        self.level = row["level_after"] or self.level
        self.lumps += row["amount_cents"] if row["event_type"] == "lump_sum" else 0
        self._enter(row)

    def _until(self, date: dt.date) -> None:
        """Pay the days before a date; those on leave are not paid."""
        days = (date - self.since).days
        self.leave_days += days if self.away else 0
        self.day_cents += 0 if self.away else self.salary * days
        self.since = date

    def _enter(self, row: Mapping[str, Any]) -> None:
        self.kinds.append(row["event_type"])
        self.dates.append(row["effective_date"])

    def end(self, year: int) -> None:
        """Pay the days to the end of the year; after the last day there are none."""
        if self.left is None:
            self._until(dt.date(year + 1, 1, 1))

    def earnings(self, year: int) -> int:
        """Return the pay earned in the year, half up, and what was paid once."""
        days = (dt.date(year + 1, 1, 1) - dt.date(year, 1, 1)).days
        return (2 * self.day_cents + days) // (2 * days) + self.lumps


People = dict[str, PersonYear]


def walked(
    opening: Mapping[str, tuple[str, int]], events: pl.DataFrame, first: dt.date, away: Collection[str]
) -> People:
    """Read a year's ledger, in written order, over an opening of level and salary by id, and who is on leave."""
    people = {who: PersonYear(level, salary, first, away=who in away) for who, (level, salary) in opening.items()}
    for row in events.iter_rows(named=True):
        who = row["employee_id"]
        if row["event_type"] in ("hire", "rehire"):
            assert who not in people, "hired twice"
            first = row["effective_date"]
            people[who] = PersonYear(row["level_after"], row["salary_after_cents"], first, hired=True)
        people[who].read(row)
    for person in people.values():
        person.end(first.year)
    return people


def years_walked(scenario: Scenario, tables: Tables) -> Iterator[tuple[int, dict[str, tuple[str, int]], People]]:
    """Yield year, opening (level and salary by id) and people, each year's opening being the closing before."""
    start = scenario.opening.staff
    state = {who: (level, salary) for who, level, salary in start["employee_id", "level", "salary_cents"].iter_rows()}
    events, away = table(tables, "events"), set[str]()
    for year in table(tables, "summary")["year"]:
        people = walked(state, events.filter(pl.col("year") == year), first_day(scenario.config, year), away)
        yield year, state, people
        state = {who: (person.level, person.salary) for who, person in people.items() if person.left is None}
        away = {who for who in state if people[who].away}


def completed_years(since: dt.date, on: dt.date) -> int:
    """Return whole years; 29 February counts as 1 March in other years."""
    return on.year - since.year - ((on.month, on.day) < (since.month, since.day))

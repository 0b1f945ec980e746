"""The reference model's records, and chapter 11: the three tables made of them.

Polars is used here alone, at the two edges: the opening comes in as rows, the tables go out as frames.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import polars as pl

from workforce_sim import draws, tables
from workforce_sim.money import half_up
from workforce_sim.opening import Opening, Tables
from workforce_sim.reference.chance import completed_years


@dataclass(slots=True)
class Employee:
    """One employee; ``level`` (position in the list) and ``salary_cents`` are those in force at the last year end."""

    employee_id: str
    key: int
    person: int
    """The number that stands for the employee in this replicate."""
    birth_date: dt.date
    hire_date: dt.date
    department: str | None
    full_time_ppm: int
    level: int
    salary_cents: int
    participates: bool = False
    """In the census with a deferral rate above 0."""
    flagged_excluded: bool = False
    """In the census with the flag."""
    eligibility_date: dt.date | None = None
    """When the employee may join the plan, reached or not; None for the excluded."""


class Raise(NamedTuple):
    """A raise decided for one employee; whether it changes the salary shows when salaries are walked."""

    kind: str
    """promotion, cola or merit."""
    day: dt.date
    value: int
    """Increase in ppm; for merit the position of the rating, whose increase follows from the pool."""


class Event(NamedTuple):
    """One row of the ledger."""

    kind: str
    day: dt.date
    cause: str | None = None
    salary_before: int | None = None
    salary_after: int | None = None
    level_before: int | None = None
    level_after: int | None = None


@dataclass(slots=True)
class PersonYear:
    """One employee in one plan year: ages, the days employed, and what is decided for the year."""

    employee: Employee
    first_day: dt.date
    last_day: dt.date
    age: int
    tenure: int
    opening_salary_cents: int | None
    """Salary at the opening; None for a hire of the year."""
    cause: str | None = None
    """Cause of leaving on ``last_day``; None for those who stay."""
    raises: list[Raise] = field(default_factory=list)
    """In date order; on one day promotion, cost of living, merit."""
    events: list[Event] = field(default_factory=list)
    earnings_cents: int = 0

    @property
    def is_hire(self) -> bool:
        """Whether hired in this year."""
        return self.opening_salary_cents is None

    @property
    def status(self) -> str:
        """Status in the snapshot."""
        if self.cause is not None:
            return "new_hire_terminated" if self.is_hire else "terminated"
        return "new_hire" if self.is_hire else "continuing"

    @property
    def eligibility_date(self) -> dt.date | None:
        """The eligibility date if reached on the last day; None for the excluded and for those not there yet."""
        date = self.employee.eligibility_date
        return date if date is not None and date <= self.last_day else None


def person_year(employee: Employee, first: dt.date, last: dt.date) -> PersonYear:
    """Return an employee's year; age and tenure are those on ``first``, 1 January, or on the hire date of a hire."""
    is_hire = employee.hire_date >= first
    start = employee.hire_date if is_hire else first
    return PersonYear(
        employee=employee,
        first_day=start,
        last_day=last,
        age=completed_years(employee.birth_date, start),
        tenure=completed_years(employee.hire_date, start),
        opening_salary_cents=None if is_hire else employee.salary_cents,
    )


def census_of(opening: Opening, seed: int, replicate: int) -> list[Employee]:
    """Return one employee per row of the opening; a column that it does not have counts as null."""
    places = {level.name: place for place, level in enumerate(opening.levels)}
    rows = tables.completed(opening.staff, tables.CENSUS).select(_CENSUS_COLUMNS).iter_rows()
    staff = []
    for name, birth, hired, department, full_time, level, salary, deferral_bp, excluded in rows:
        key = draws.census_key(name)
        person = draws.person_number(seed, replicate, key)
        plan = ((deferral_bp or 0) > 0, bool(excluded))
        staff.append(Employee(name, key, person, birth, hired, department, full_time, places[level], salary, *plan))
    return staff


_CENSUS_COLUMNS = (
    "employee_id",
    "birth_date",
    "hire_date",
    "department",
    "full_time_ppm",
    "level",
    "salary_cents",
    "deferral_bp",
    "excluded",
)


class Book:
    """Rows of the three tables, year after year."""

    def __init__(self, opening: Opening, replicate: int) -> None:
        self._levels = [level.name for level in opening.levels]
        self._department = opening.staff.schema["department"]
        self._replicate = replicate
        self._events: list[tuple[Any, ...]] = []
        self._snapshots: list[tuple[Any, ...]] = []
        self._summary: list[tuple[Any, ...]] = []

    def add(self, year: int, people: Sequence[PersonYear]) -> None:
        """Enter one plan year: every event, one snapshot per person, one line of summary."""
        for person in people:
            who = (self._replicate, year, person.employee.employee_id)
            self._events += [who + self._event(event) for event in person.events]
            self._snapshots.append(who + self._snapshot(person))
        self._summary.append((self._replicate, year, *_summary(people)))

    def frames(self) -> Tables:
        """Return the three frames, what is not simulated yet null."""
        return Tables(
            events=self._frame(self._events, tables.EVENTS, _EVENT_COLUMNS),
            snapshots=self._frame(self._snapshots, tables.SNAPSHOTS, _SNAPSHOT_COLUMNS),
            summary=self._frame(self._summary, tables.SUMMARY, _SUMMARY_COLUMNS),
        )

    def _event(self, event: Event) -> tuple[Any, ...]:
        before = None if event.level_before is None else self._levels[event.level_before]
        after = None if event.level_after is None else self._levels[event.level_after]
        return (event.kind, event.cause, event.day, event.salary_before, event.salary_after, before, after)

    def _snapshot(self, person: PersonYear) -> tuple[Any, ...]:
        employee = person.employee
        return (
            person.status,
            employee.birth_date,
            employee.hire_date,
            None if person.cause is None else person.last_day,
            person.age,
            person.tenure,
            self._levels[employee.level],
            employee.department,
            person.opening_salary_cents,
            employee.salary_cents,
            person.earnings_cents,
            person.eligibility_date,
        )

    def _frame(self, rows: list[tuple[Any, ...]], table: Sequence[tables.Column], names: Sequence[str]) -> pl.DataFrame:
        columns = zip(*rows, strict=True) if rows else [()] * len(names)
        series = [
            pl.Series(name, values, dtype=self._dtype(table, name)) for name, values in zip(names, columns, strict=True)
        ]
        return tables.completed(pl.DataFrame(series), table)

    def _dtype(self, table: Sequence[tables.Column], name: str) -> Any:
        dtype = next(column.dtype for column in table if column.name == name)
        if dtype is not tables.NAME:
            return dtype
        if name != "department":
            return pl.Enum(self._levels)
        return self._department if isinstance(self._department, pl.Enum) else pl.String


_EVENT_COLUMNS = (
    "replicate",
    "year",
    "employee_id",
    "event_type",
    "cause",
    "effective_date",
    "salary_before_cents",
    "salary_after_cents",
    "level_before",
    "level_after",
)
_SNAPSHOT_COLUMNS = (
    "replicate",
    "year",
    "employee_id",
    "status",
    "birth_date",
    "hire_date",
    "termination_date",
    "age",
    "tenure_years",
    "level",
    "department",
    "opening_salary_cents",
    "salary_cents",
    "earnings_cents",
    "eligibility_date",
)
_SUMMARY_COLUMNS = (
    "replicate",
    "year",
    "headcount_opening",
    "hires",
    "terminations_opening_staff",
    "terminations_new_hires",
    "reductions",
    "headcount_closing",
    "promotions",
    "cola_raises",
    "merit_raises",
    "payroll_cents",
    "average_salary_cents",
    "average_salary_growth_continuing",
    "eligible",
)


def _summary(people: Sequence[PersonYear]) -> tuple[int | float | None, ...]:
    status = [person.status for person in people]
    kinds = [event.kind for person in people for event in person.events]
    closing = [person.employee.salary_cents for person in people if person.cause is None]
    return (
        status.count("continuing") + status.count("terminated"),
        status.count("new_hire") + status.count("new_hire_terminated"),
        status.count("terminated"),
        status.count("new_hire_terminated"),
        sum(person.cause == "reduction" for person in people),
        len(closing),
        kinds.count("promotion"),
        kinds.count("cola"),
        kinds.count("merit"),
        sum(person.earnings_cents for person in people),
        half_up(sum(closing), len(closing)) if closing else None,
        _growth_of_continuing(people),
        sum(person.cause is None and person.eligibility_date is not None for person in people),
    )


def _growth_of_continuing(people: Sequence[PersonYear]) -> float | None:
    staying = [person for person in people if person.cause is None and person.opening_salary_cents is not None]
    before = sum(person.opening_salary_cents or 0 for person in staying)
    after = sum(person.employee.salary_cents for person in staying)
    return float(after) / float(before) - 1.0 if before else None

"""The reference model, chapter 11: the ledger and the snapshots, and the three tables as frames.

Polars comes in here and where the opening is read, at the two edges alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import polars as pl

from workforce_sim import tables
from workforce_sim.census.opening import Opening
from workforce_sim.config import Config
from workforce_sim.reference.records import Event, PersonYear
from workforce_sim.reference.service import hours_in_year
from workforce_sim.reference.summary import (
    counts_of_events,
    is_in_tables,
    money_measures,
    on_leave,
    part_time_measures,
    participation_measures,
    provision_measures,
    totals,
    workforce_measures,
)
from workforce_sim.tables import SOURCES
from workforce_sim.tables.output import Tables

Row = dict[str, Any]


class Book:
    """Rows of the three tables, year after year, each with the columns of its table in order.

    Args:
        opening: names the levels and departments.
        replicate: stands in every row.
        config: in force in the year; columns of provisions that it does not have are null.
    """

    def __init__(self, opening: Opening, replicate: int, config: Config) -> None:
        self._levels = [level.name for level in opening.levels]
        self._department = opening.staff.schema["department"]
        self._replicate = replicate
        self._plan, self._provisions = config.plan, config.provisions
        self._events: list[Row] = []
        self._snapshots: list[Row] = []
        self._summary: list[Row] = []

    def add(self, year: int, people: Sequence[PersonYear], forfeitures_used: int) -> None:
        """Enter one plan year: every event, one snapshot per person, one line of summary."""
        for person in people:
            who = {"replicate": self._replicate, "year": year, "employee_id": person.employee.employee_id}
            self._events += [who | self._event(event) for event in person.events]
            self._snapshots.append(who | self._snapshot(person))
        rows = self._snapshots[-len(people) :] if people else []
        summary = {"replicate": self._replicate, "year": year, **workforce_measures(people)}
        summary |= provision_measures(people, self._provisions)
        summary |= counts_of_events(people, self._provisions)
        summary |= totals(rows, self._provisions)
        summary |= on_leave(people) if "leave" in self._provisions else {}
        if self._plan.enabled:
            lowers_cost = self._plan.forfeitures != "expenses"
            summary |= participation_measures(people)
            summary |= part_time_measures(people) if "hours" in self._provisions else {}
            summary |= money_measures(people, forfeitures_used, lowers_cost=lowers_cost)
        self._summary.append(summary)

    def frames(self) -> Tables:
        """Return the three frames, the plan's columns null where there is none."""
        return Tables(
            events=self._frame(self._events, tables.EVENTS),
            snapshots=self._frame(self._snapshots, tables.SNAPSHOTS),
            summary=self._frame(self._summary, tables.SUMMARY),
        )

    def _event(self, event: Event) -> Row:
        return {
            "event_type": event.kind,
            "cause": event.cause,
            "effective_date": event.day,
            "salary_before_cents": event.salary_before,
            "salary_after_cents": event.salary_after,
            "level_before": None if event.level_before is None else self._levels[event.level_before],
            "level_after": None if event.level_after is None else self._levels[event.level_after],
            "deferral_before_bp": event.deferral_before,
            "deferral_after_bp": event.deferral_after,
            "amount_cents": event.amount,
        }

    def _snapshot(self, person: PersonYear) -> Row:
        employee = person.employee
        workforce = (
            _named_alike(person, self._provisions)
            | person.columns
            | {
                "birth_date": employee.birth_date,
                "hire_date": employee.hire_date,
                "termination_date": None if person.cause is None else person.last_day,
                "tenure_years": person.tenure,
                "level": self._levels[employee.level],
                "department": employee.department,
                "full_time_ppm": employee.full_time_ppm,
                "salary_cents": employee.salary_cents,
            }
        )
        workforce |= _entry_columns(person, self._provisions)
        if not self._plan.enabled:
            return workforce
        workforce |= _of_returns(person) if "rehires" in self._provisions else {}
        return workforce | _plan_columns(person) | _source_columns(person, self._provisions)

    def _frame(self, rows: list[Row], table: Sequence[tables.Column]) -> pl.DataFrame:
        """Return rows as a frame, each with every column of the table; without a plan, those of the plan are null."""
        filled = [column for column in table if column.applies(self._provisions)]
        expected = set(tables.names(filled))
        for row in rows:
            if row.keys() != expected:
                raise ValueError(f"columns of a row and of its table differ: {sorted(row.keys() ^ expected)}")
        series = [
            pl.Series(column.name, [row[column.name] for row in rows], dtype=self._dtype(column)) for column in filled
        ]
        return tables.completed(pl.DataFrame(series), table)

    def _dtype(self, column: tables.Column) -> Any:
        if column.dtype is not tables.NAME:
            return column.dtype
        if column.name != "department":
            return pl.Enum(self._levels)
        return self._department if isinstance(self._department, pl.Enum) else pl.String


def _named_alike(person: PersonYear, provisions: frozenset[str]) -> Row:
    """Return the columns of the workforce that a person's year has under the same name, such as ``earnings_cents``."""
    columns = (column.name for column in tables.SNAPSHOTS if not column.in_plan and column.applies(provisions))
    return {name: getattr(person, name) for name in columns if hasattr(person, name)}


def _source_columns(person: PersonYear, provisions: frozenset[str]) -> Row:
    """Return the columns of the sources of employer contributions that the run has."""
    money, columns = person.money, dict[str, Any]()
    for source in SOURCES:
        if is_in_tables(source, provisions):
            columns[f"{source}_cents"] = getattr(money, source)
            columns[f"{source}_balance_cents"] = getattr(money, f"{source}_balance")
            columns[f"vested_share_{source}_bp"] = getattr(money, f"{source}_vested_bp")
    return columns


def _entry_columns(person: PersonYear, provisions: frozenset[str]) -> Row:
    """Return the columns of service by hours, of classes and of waived conditions, whichever the run has."""
    employee, columns = person.employee, Row()
    if "hours" in provisions:
        columns["hours_of_service"] = hours_in_year(
            employee.full_time_ppm, person.first_day, person.last_day - dt.timedelta(person.leave_days)
        )
        columns["vesting_years"] = person.money.vesting_years
        columns["long_term_part_time"] = person.is_long_term_part_time
    if "classes" in provisions:
        columns |= {"union": employee.union, "excluded_class": employee.excluded_class}
    if "waivers" in provisions:
        columns["termination_cause"] = person.cause
    return columns


def _of_returns(person: PersonYear) -> Row:
    """Return the columns of the plan that runs with rehires have."""
    return {
        "plan_service_date": person.employee.plan_service_date,
        "restored_cents": person.money.restored,
        "repaid_cents": person.money.repaid,
    }


def _plan_columns(person: PersonYear) -> Row:
    """Return the columns of the plan."""
    employee, money = person.employee, person.money
    return {
        "eligibility_date": person.eligibility_date,
        "enrollment_date": employee.enrollment_date,
        "enrolled": employee.deferral_bp > 0,
        "deferral_bp": employee.deferral_bp,
        "plan_compensation_cents": money.plan_compensation,
        "testing_compensation_cents": money.testing_compensation,
        "pre_tax_cents": money.pre_tax,
        "roth_cents": money.roth,
        "catch_up_cents": money.catch_up,
        "forfeited_cents": money.forfeited,
        "hce": money.hce,
        "excess_415_cents": money.excess_415,
    }

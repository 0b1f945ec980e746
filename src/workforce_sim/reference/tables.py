"""The reference model, chapter 11: the ledger and the snapshots, and the three tables as frames.

Polars comes in here and where the opening is read, at the two edges alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from workforce_sim import tables
from workforce_sim.config.plan import Plan
from workforce_sim.opening import Opening, Tables
from workforce_sim.reference.records import Event, PersonYear
from workforce_sim.reference.summary import money_measures, participation_measures, workforce_measures

Row = tuple[Any, ...]


class Book:
    """Rows of the three tables, year after year, each with the columns of its table in order.

    Args:
        opening: names the levels and departments.
        replicate: stands in every row.
        plan: the plan; where it is not enabled, its columns are null.
    """

    def __init__(self, opening: Opening, replicate: int, plan: Plan) -> None:
        self._levels = [level.name for level in opening.levels]
        self._department = opening.staff.schema["department"]
        self._replicate = replicate
        self._plan = plan
        self._events: list[Row] = []
        self._snapshots: list[Row] = []
        self._summary: list[Row] = []

    def add(self, year: int, people: Sequence[PersonYear], forfeitures_used: int) -> None:
        """Enter one plan year: every event, one snapshot per person, one line of summary."""
        for person in people:
            who = (self._replicate, year, person.employee.employee_id)
            self._events += [who + self._event(event) for event in person.events]
            self._snapshots.append(who + self._snapshot(person))
        summary = (self._replicate, year, *workforce_measures(people))
        if self._plan.enabled:
            lowers_cost = self._plan.forfeitures != "expenses"
            summary += participation_measures(people)
            summary += money_measures(people, forfeitures_used, lowers_cost=lowers_cost)
        self._summary.append(summary)

    def frames(self) -> Tables:
        """Return the three frames, the plan's columns null where there is none."""
        return Tables(
            events=self._frame(self._events, tables.EVENTS),
            snapshots=self._frame(self._snapshots, tables.SNAPSHOTS),
            summary=self._frame(self._summary, tables.SUMMARY),
        )

    def _event(self, event: Event) -> Row:
        return (
            event.kind,
            event.cause,
            event.day,
            event.salary_before,
            event.salary_after,
            None if event.level_before is None else self._levels[event.level_before],
            None if event.level_after is None else self._levels[event.level_after],
            event.deferral_before,
            event.deferral_after,
            event.amount,
        )

    def _snapshot(self, person: PersonYear) -> Row:
        employee = person.employee
        workforce = (
            person.status,
            employee.birth_date,
            employee.hire_date,
            None if person.cause is None else person.last_day,
            person.age,
            person.tenure,
            self._levels[employee.level],
            employee.department,
            employee.full_time_ppm,
            person.opening_salary_cents,
            employee.salary_cents,
            person.earnings_cents,
            person.eligibility_date,
        )
        return workforce + _plan_columns(person) if self._plan.enabled else workforce

    def _frame(self, rows: list[Row], table: Sequence[tables.Column]) -> pl.DataFrame:
        """Return rows as a frame; the last columns of the table, which rows without a plan lack, are null."""
        columns = zip(*rows, strict=True) if rows else [()] * len(table)
        series = [
            pl.Series(column.name, values, dtype=self._dtype(column))
            for column, values in zip(table, columns, strict=False)
        ]
        return tables.completed(pl.DataFrame(series), table)

    def _dtype(self, column: tables.Column) -> Any:
        if column.dtype is not tables.NAME:
            return column.dtype
        if column.name != "department":
            return pl.Enum(self._levels)
        return self._department if isinstance(self._department, pl.Enum) else pl.String


def _plan_columns(person: PersonYear) -> Row:
    """Return the columns from ``enrollment_date`` on."""
    employee, money = person.employee, person.money
    return (
        employee.enrollment_date,
        employee.deferral_bp > 0,
        employee.deferral_bp,
        money.plan_compensation,
        money.testing_compensation,
        money.pre_tax,
        money.roth,
        money.catch_up,
        money.match,
        money.nonelective,
        money.match_balance,
        money.nonelective_balance,
        money.match_vested_bp,
        money.nonelective_vested_bp,
        money.forfeited,
        money.hce,
        money.excess_415,
    )

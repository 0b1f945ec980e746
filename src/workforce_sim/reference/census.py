"""The reference model, census: the employees of the opening, and those who join by an acquisition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from workforce_sim import draws, tables
from workforce_sim.census.opening import Opening
from workforce_sim.reference.records import Employee


def census_of(opening: Opening, seed: int, replicate: int) -> list[Employee]:
    """Return one employee per row of the opening; a column that it does not have counts as null."""
    return _employees(opening.present, opening, seed, replicate)


def joiners_of(opening: Opening, seed: int, replicate: int) -> list[Employee]:
    """Return those who join by an acquisition; they enter the plan like hires."""
    joiners = _employees(opening.joiners, opening, seed, replicate)
    for employee in joiners:
        employee.hired_as = "acquisition"
        employee.deferral_bp, employee.participates = 0, False
        employee.opted_out = employee.prior_pay_cents = employee.leaves_on = None
    return joiners


def _employees(rows: pl.DataFrame, opening: Opening, seed: int, replicate: int) -> list[Employee]:
    places = {level.name: place for place, level in enumerate(opening.levels)}
    staff = []
    for row in tables.completed(rows, tables.CENSUS).iter_rows(named=True):
        employee = Employee(
            employee_id=row["employee_id"],
            key=draws.census_key(row["employee_id"]),
            person=0,
            birth_date=row["birth_date"],
            hire_date=row["hire_date"],
            department=row["department"],
            full_time_ppm=row["full_time_ppm"],
            level=places[row["level"]],
            salary_cents=row["salary_cents"],
            leaves_on=row["leaves_on"],
            joins_on=row["joins_on"],
        )
        employee.person = draws.person_number(seed, replicate, employee.key)
        _take_plan_columns(employee, row)
        staff.append(employee)
    return staff


def has_rates(opening: Opening) -> bool:
    """Return whether any row of the census has a deferral rate, be it 0."""
    return opening.present["deferral_bp"].count() > 0


def _take_plan_columns(employee: Employee, row: Mapping[str, Any]) -> None:
    employee.deferral_bp = row["deferral_bp"] or 0
    employee.participates = employee.deferral_bp > 0
    employee.flagged_excluded = bool(row["excluded"])
    employee.opted_out = row["opted_out"]
    employee.said_union, employee.said_nonresident = row["union"], row["nonresident"]
    employee.owner_share_ppm = row["owner_share_ppm"] or 0
    employee.prior_pay_cents = row["prior_year_pay_cents"]
    employee.match_balance_cents = row["match_balance_cents"] or 0
    employee.nonelective_balance_cents = row["nonelective_balance_cents"] or 0
    employee.profit_sharing_balance_cents = row["profit_sharing_balance_cents"] or 0
    employee.discretionary_match_balance_cents = row["discretionary_match_balance_cents"] or 0

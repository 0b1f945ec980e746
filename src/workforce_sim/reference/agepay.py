"""The reference model, chapter 8: tables by age and pay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import groupby
from typing import Any

from workforce_sim.money import cents
from workforce_sim.reference.chance import completed_years
from workforce_sim.reference.records import PersonYear


class AgePay:
    """A table by age and pay, or one number for all.

    Args:
        table: one number, or cells in rising order of ``age_from``, then ``pay_from``.
        whole: makes a value of the table a whole number.
    """

    def __init__(self, table: Any, whole: Callable[[float], int]) -> None:
        self._same: int | None = None
        self._rows: list[tuple[int, list[tuple[int, int]]]] = []
        if isinstance(table, tuple):
            for age, cells in groupby(table, key=lambda cell: cell.age_from):
                self._rows.append((age, [(cents(cell.pay_from), whole(cell.value)) for cell in cells]))
        else:
            self._same = whole(table)

    def at(self, age: int, salary_cents: int) -> int:
        """Return the value of the largest ``age_from`` not above the age, in it the largest ``pay_from``."""
        if self._same is not None:
            return self._same
        cells = next(cells for age_from, cells in reversed(self._rows) if age_from <= age)
        return next(value for pay_from, value in reversed(cells) if pay_from <= salary_cents)

    def on(self, person: PersonYear, day: dt.date) -> int:
        """Return the value at the age completed on a day and the salary after that day's raises."""
        return self.at(completed_years(person.employee.birth_date, day), person.salary_on(day))

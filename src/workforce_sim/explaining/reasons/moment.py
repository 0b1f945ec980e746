"""An event of one person, and what the run says of the person then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np

from workforce_sim.config import Config
from workforce_sim.config.values import ByYear
from workforce_sim.dates import PlanYear, completed_years, day_number
from workforce_sim.engine.assumptions import AgePay, Assumptions
from workforce_sim.wording import dollars, percent

Row = Mapping[str, Any]


class Reason(NamedTuple):
    """A configuration key, its value in force, and what that meant for this person."""

    key: str
    value: str
    note: str = ""

    def __str__(self) -> str:
        return f"{self.key} = {self.value}" + (f" ({self.note})" if self.note else "")


@dataclass(frozen=True)
class Moment:
    """An event of a person, and what the run says of the person then.

    Attributes:
        assumptions: the configuration in force in its year, compiled.
        event: its row of the ledger.
        person: the person's snapshot of that year.
        totals: the summary of that year.
        ledger: all ledger rows of the person, in written order.
    """

    assumptions: Assumptions
    event: Row
    person: Row
    totals: Row
    ledger: Sequence[Row]

    @property
    def config(self) -> Config:
        """The configuration in force in the year."""
        return self.assumptions.config

    @property
    def year(self) -> int:
        """The plan year."""
        return int(self.event["year"])

    @property
    def date(self) -> dt.date:
        """The day of the event."""
        date: dt.date = self.event["effective_date"]
        return date

    @property
    def risk_age(self) -> str:
        """Age and tenure as risks count them, in words."""
        return f"age {self.person['age']}, tenure {self.person['tenure_years']}"

    def level_on(self, date: dt.date | None = None) -> str:
        """Return the level at the opening or on hire, or after the promotions up to a date."""
        moves = [e for e in self.ledger if e["year"] == self.year and e["event_type"] == "promotion"]
        if not moves:
            return str(self.person["level"])
        moved = date is not None and moves[0]["effective_date"] <= date
        return str(moves[0]["level_after" if moved else "level_before"])

    def salary_on(self, date: dt.date) -> int:
        """Return the salary after a day's raises."""
        paid = [e["salary_after_cents"] for e in self.ledger if e["effective_date"] <= date]
        known = [amount for amount in paid if amount is not None]
        return int(known[-1] if known else self.person["opening_salary_cents"])

    def by_age_and_pay(self, key: str, table: AgePay, date: dt.date, places: int) -> Reason:
        """Return the value of a table for the person on a date."""
        age, salary = years_on(self.person["birth_date"], date), self.salary_on(date)
        value = table.at(np.array([age]), np.array([salary]))[0]
        return Reason(key, percent(Decimal(int(value)).scaleb(-places)), f"at age {age} and pay of {dollars(salary)}")

    def by_year(self, key: str, value: ByYear, note: str = "") -> Reason:
        """Return a rate in force in the year, and since when."""
        table = value.root if isinstance(value.root, dict) else {}
        since = f"since {max(y for y in table if y <= self.year)}" if table else ""
        return Reason(key, percent(value.at(self.year)), "; ".join(filter(None, (since, note))))


def years_on(since: dt.date, date: dt.date) -> int:
    """Return completed years from one day to another, as the model counts them."""
    start, end = (np.array([day_number(day)], dtype=np.int32) for day in (since, date))
    return int(completed_years(start, end, PlanYear(date.year))[0])

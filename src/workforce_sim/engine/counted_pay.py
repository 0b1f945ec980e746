"""Pay through the year by a definition of pay: salary, and the kinds of other pay that it counts.

Chapter: ``docs/model/other-pay.md``. The event ``other_pay`` leaves the columns that are read here: what is paid on a
day, the rates of what is paid with salary, and the year's sum of each kind.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workforce_sim.config import Config
from workforce_sim.config.other_pay import CountedPay, OtherPay, kinds_in
from workforce_sim.dates import Days, Ints
from workforce_sim.engine.columns import Columns, Rows
from workforce_sim.engine.context import Year
from workforce_sim.engine.earnings import Pay
from workforce_sim.money import PPM, half_up

Payment = tuple[str, str]
"""The kind of a payment, and its day of the year as configured."""


def payments_of(config: Config) -> tuple[Payment, ...]:
    """Return the kinds and days of what a configuration pays on a day, each once."""
    entries = config.compensation.other_pay
    return tuple(dict.fromkeys((entry.kind, entry.date) for entry in entries if entry.date is not None))


def with_salary(config: Config) -> list[OtherPay]:
    """Return the entries that are paid evenly with salary."""
    return [entry for entry in config.compensation.other_pay if entry.date is None]


def amount_column(place: int) -> str:
    """Return the column of what is paid on the day of a payment, by its place."""
    return f"payment_{place}_cents"


def rate_column(place: int) -> str:
    """Return the column of the rates of an entry that is paid with salary, by its place."""
    return f"other_pay_{place}_ppm"


def payments_on_days(year: Year) -> list[tuple[str, str, int]]:
    """Return the column of each payment of a year, its kind and its day."""
    return [(amount_column(place), kind, year.day(day)) for place, (kind, day) in enumerate(payments_of(year.config))]


def kinds_of(counted: CountedPay, config: Config) -> frozenset[str]:
    """Return the kinds of other pay of a configuration that a definition counts."""
    return kinds_in(counted) & {entry.kind for entry in config.compensation.other_pay}


class PayOf(Pay):
    """Salary and some kinds of other pay, of all employees of the year on each of its days.

    Args:
        staff: of the year, after the event ``other_pay``.
        year: the plan year.
        kinds: the kinds that count.
        paid: of them those whose payments on a day count; all when left out.
    """

    def __init__(self, staff: Columns, year: Year, kinds: frozenset[str], paid: frozenset[str] | None = None) -> None:
        super().__init__(staff, year)
        self.kinds, self.paid = kinds, kinds if paid is None else paid

    @property
    def earned(self) -> Ints:
        """Each employee's pay of the year, cents."""
        salary = self.staff["earnings_cents"] - self.staff["other_pay_cents"]
        left_out = self.kinds - self.paid
        paid = sum((self.staff[f"{kind}_pay_cents"] for kind in sorted(self.kinds)), start=salary)
        return np.asarray(paid - sum(self.staff[amount] for amount, _ in self._payments(left_out)))

    def through(self, rows: Rows, date: Days) -> Ints:
        """Return what some rows are paid from January 1 through a day each, within their employment."""
        salary = super().through(rows, date)
        paid = salary.copy()
        for place, entry in enumerate(with_salary(self.year.config)):
            if entry.kind in self.kinds:
                paid += half_up(salary * self.staff[rate_column(place)][rows], PPM)
        for amount, day in self._payments(self.paid):
            paid += self.staff[amount][rows] * (day <= date)
        return paid

    def _payments(self, kinds: frozenset[str]) -> Iterator[tuple[str, int]]:
        """Yield the columns of the payments of some kinds, and the day of each."""
        yield from ((amount, day) for amount, kind, day in payments_on_days(self.year) if kind in kinds)


def pay_of(counted: CountedPay, staff: Columns, year: Year) -> Pay:
    """Return the pay that a definition counts."""
    if not year.config.compensation.other_pay:
        return Pay(staff, year)
    return PayOf(staff, year, kinds_of(counted, year.config))

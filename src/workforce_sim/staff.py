"""The staff at a moment: one entry per employee in equally long arrays.

Everything about a person that the year needs is carried along in columns and never looked up again. Rows of one
replicate stand together, so a group is a slice.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workforce_sim.dates import NEVER, Days, Ints, years_and_days
from workforce_sim.draws import Keys

Flags = NDArray[np.bool_]
Rows = NDArray[np.intp]
Selection = NDArray[np.intp] | slice
"""Rows in rising order; a slice where they stand together, so that columns are shared, not copied."""
Small = NDArray[np.int16]
"""Years, days of a year, positions in short lists."""


@dataclass(frozen=True)
class Staff:
    """Employees of one or more replicates; arrays of equal length.

    Attributes:
        identity: row of the employee in the table of ids.
        key: permanent key, unsigned.
        person: number of the person in this replicate, behind every draw.
        replicate: index of the replicate in this batch.
        birth, hire: days since 1970-01-01.
        birth_year: the first year on whose 1 January the age is 0.
        hire_year, hire_day: year of hire, day of hire counted from 0 in a leap year.
        level: position in the list of levels.
        department: position in the list of departments; the number of departments stands for none.
        salary: annual salary, cents.
        full_time: hours as a share of full-time, millionths.
        eligible: eligibility date; ``dates.NEVER`` for the excluded.
        deferral: deferral rate, basis points; 0 of those who are out.
        automatic: date of automatic enrollment; never without one, or when it is over.
        enrolled: date of the latest enrollment; never before the first, and of participants of the census.
        enrolled_year: its calendar year; of participants of the census the year before the start.
        follows: enrolled automatically, and not changed or stopped since.
        match_balance, nonelective_balance: balances of employer money, cents.
        highly_paid: highly compensated by pay of the year before.
        roth_catch_up: whether catch-up must be Roth, by pay of the year before.
    """

    identity: NDArray[np.int32]
    key: Keys
    person: Keys
    replicate: NDArray[np.int32]
    birth: Days
    birth_year: Small
    hire: Days
    hire_year: Small
    hire_day: Small
    level: Small
    department: NDArray[np.int32]
    salary: Ints
    full_time: NDArray[np.int32]
    eligible: Days
    deferral: NDArray[np.int32]
    automatic: Days
    enrolled: Days
    enrolled_year: Small
    follows: Flags
    match_balance: Ints
    nonelective_balance: Ints
    highly_paid: Flags
    roth_catch_up: Flags

    def __len__(self) -> int:
        return len(self.key)

    def take(self, rows: Rows) -> Staff:
        """Return these rows."""
        return Staff(*(getattr(self, f.name).take(rows) for f in fields(self)))

    def with_columns(self, **changed: NDArray[Any]) -> Staff:
        """Return the same employees with some columns replaced."""
        return replace(self, **changed)

    def age(self, year: int) -> Ints:
        """Return completed years of age on 1 January of ``year``."""
        return (np.int16(year) - self.birth_year).astype(np.int64)

    def tenure(self, year: int) -> Ints:
        """Return completed years since hire on 1 January of ``year``."""
        return (np.int16(year) - self.hire_year - (self.hire_day > 0)).astype(np.int64)

    def by_key(self) -> Rows:
        """Return the rows in written order: by replicate, then by key."""
        if self.replicate.max(initial=0) == 0:
            return np.argsort(self.key, kind="stable")  # sorted already but for hires: one sweep
        return np.lexsort((self.key, self.replicate))

    def bounds(self, replicates: int) -> list[slice]:
        """Return the slice of each replicate."""
        if replicates == 1:
            return [slice(0, len(self))]
        ends = np.searchsorted(self.replicate, np.arange(replicates + 1))
        return [slice(int(a), int(b)) for a, b in itertools.pairwise(ends)]


def joined(first: Staff, second: Staff) -> Staff:
    """Return the rows of both, one after the other."""
    return Staff(*(np.concatenate([getattr(first, f.name), getattr(second, f.name)]) for f in fields(Staff)))


def without_plan(size: int, year: int) -> dict[str, NDArray[Any]]:
    """Return the columns of the plan for employees who have nothing behind them in it; ``year`` is that of entry."""
    nobody, never = np.zeros(size, dtype=bool), np.full(size, NEVER, dtype=np.int32)
    no_money = np.zeros(size, dtype=np.int64)
    return {
        "deferral": np.zeros(size, dtype=np.int32),
        "automatic": never,
        "enrolled": never,
        "enrolled_year": np.full(size, year, dtype=np.int16),
        "follows": nobody,
        "match_balance": no_money,
        "nonelective_balance": no_money,
        "highly_paid": nobody,
        "roth_catch_up": nobody,
    }


def by_replicate(staff: Staff, replicates: int) -> Staff:
    """Return the staff with the rows of each replicate together."""
    if replicates == 1:
        return staff
    return staff.take(np.argsort(staff.replicate, kind="stable"))


def birth_years(birth: Days) -> Small:
    """Return the first year on whose 1 January the age is 0."""
    year, day = years_and_days(birth)
    return (year + (day > 0)).astype(np.int16)


def selection(flags: Flags) -> Selection:
    """Return the flagged rows."""
    rows = np.flatnonzero(flags)
    if len(rows) and rows[-1] - rows[0] == len(rows) - 1:
        return slice(int(rows[0]), int(rows[-1]) + 1)
    return rows


def group_sums(groups: NDArray[np.integer[Any]], values: Ints, size: int) -> list[int]:
    """Return the exact sum of whole non-negative values below 2^53 by group number, 0 to size - 1."""
    low = np.bincount(groups, weights=values & 0x3FFFFFF, minlength=size)
    high = np.bincount(groups, weights=values >> 26, minlength=size)
    return [int(h) * 2**26 + int(w) for h, w in zip(high, low, strict=True)]

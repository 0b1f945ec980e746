"""The staff at an opening: one row per employee with everything that passes from year to year.

Dates are days since 1970-01-01, ``dates.NEVER`` for a date that never comes; flags are zeros and ones; names are
positions in the lists of the world. Rows of one replicate are adjacent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from workforce_sim.dates import NEVER, Days, Ints, PlanYear, completed_years, years_and_days
from workforce_sim.engine.columns import FLAG, Array, Columns, Described, Small
from workforce_sim.engine.pay_scale import PayScale

STATE: Described = {
    "key": (pl.UInt64, "permanent key, unsigned"),
    "person": (pl.UInt64, "number of the person in this replicate, behind every draw"),
    "replicate": (pl.Int32, "position of the replicate in the batch"),
    "birth_date": (pl.Int32, "date of birth"),
    "birth_year": (pl.Int16, "the first year on whose January 1 the age is 0"),
    "hire_date": (
        pl.Int32,
        "hire date; it may lie before an acquisition; of who came back the return date",
    ),
    "hire_year": (pl.Int16, "year of the day that tenure counts from"),
    "hire_day": (pl.Int16, "that day, counted from 0 in a leap year"),
    "level": (pl.Int16, "position in the list of levels"),
    "department": (pl.Int32, "position in the list of departments; the number of departments stands for none"),
    "salary_cents": (pl.Int64, "annual salary"),
    "full_time_ppm": (pl.Int32, "hours as a share of full-time, millionths"),
    "eligibility_date": (pl.Int32, "when eligible; never for the excluded"),
    "deferral_bp": (pl.Int32, "deferral rate, basis points; 0 of those who are out"),
    "automatic_date": (pl.Int32, "date of automatic enrollment; never without one, or when it is over"),
    "enrollment_date": (pl.Int32, "latest enrollment; never before the first, and of participants of the census"),
    "enrolled_year": (
        pl.Int16,
        "its calendar year; of participants of the census that before the start, or of hire; 0 before the first",
    ),
    "follows": (FLAG, "enrolled automatically, and not changed or stopped since"),
    "match_balance_cents": (pl.Int64, "match balance"),
    "nonelective_balance_cents": (pl.Int64, "nonelective balance"),
    "highly_paid": (FLAG, "highly compensated by pay of the year before"),
    "roth_catch_up": (FLAG, "whether catch-up must be Roth, by pay of the year before"),
    "owner": (FLAG, "owns more than 5% of the employer"),
}
"""Columns of the staff, after ``employee_id`` if ledger and snapshots are wanted."""


@dataclass(frozen=True)
class State:
    """What one year passes to the next.

    Attributes:
        parts: the staff, in one or more partitions; columns of ``STATE``.
        scale: pay of the coming year's hires.
        forfeitures: the account of forfeitures, cents, by replicate.
        former: those who left and will come back; None without rehires.
    """

    parts: list[pl.DataFrame]
    scale: PayScale
    forfeitures: list[int]
    former: pl.DataFrame | None = None

    @property
    def staff(self) -> pl.DataFrame:
        """The staff in one frame."""
        return self.parts[0] if len(self.parts) == 1 else pl.concat(self.parts, rechunk=True)


@dataclass(frozen=True)
class Shelf:
    """A partition that is not in memory: a function that fetches it, and its number of rows."""

    fetch: Callable[[], pl.DataFrame]
    rows: int


@dataclass(frozen=True)
class StateOnDisk:
    """What one year passes to the next, like ``State``, for one replicate whose staff do not fit into memory.

    Attributes:
        hired: partitions of those hired since the start, in the order of their keys.
        census: partitions of the census, in the order of their keys, which are above those of all hires.
        nobody: the columns of the staff, without a row.
        scale: pay of the coming year's hires.
        forfeitures: the account of forfeitures, cents, by replicate.
        former: those who left and will come back; None without rehires.
    """

    hired: list[Shelf]
    census: list[Shelf]
    nobody: pl.DataFrame
    scale: PayScale
    forfeitures: list[int]
    former: pl.DataFrame | None = None


def frame_of(ids: pl.Series | None, **columns: Array) -> pl.DataFrame:
    """Return the columns of the staff as a frame, in the order of ``STATE``; ``ids`` first where there are any."""
    named = [] if ids is None else [ids.alias("employee_id")]
    return pl.DataFrame([*named, *(pl.Series(name, columns[name]) for name in STATE)])


def without_plan(size: int) -> dict[str, Array]:
    """Return the columns of the plan for employees without a history in it."""
    nobody, never = np.zeros(size, dtype=np.uint8), np.full(size, NEVER, dtype=np.int32)
    no_money = np.zeros(size, dtype=np.int64)
    return {
        "deferral_bp": np.zeros(size, dtype=np.int32),
        "automatic_date": never,
        "enrollment_date": never,
        "enrolled_year": np.zeros(size, dtype=np.int16),
        "follows": nobody,
        "match_balance_cents": no_money,
        "nonelective_balance_cents": no_money,
        "highly_paid": nobody,
        "roth_catch_up": nobody,
    }


def birth_years(birth: Days) -> Small:
    """Return the first year on whose 1 January the age is 0."""
    year, day = years_and_days(birth)
    return (year + (day > 0)).astype(np.int16)


def ages_on_first_day(staff: Columns, year: PlanYear) -> Ints | Small:
    """Return completed years of age on the first day of a plan year."""
    if not year.short:
        return np.int16(year.year) - staff["birth_year"]
    return completed_years(staff["birth_date"], np.full(len(staff), year.first, dtype=np.int32), year)


def in_key_order(staff: pl.DataFrame) -> pl.DataFrame:
    """Return the staff of one replicate in the order of keys, in which most stand already."""
    return staff if staff["key"].is_sorted() else staff[by_key(staff)]


def by_key(staff: pl.DataFrame, name: str = "key") -> Array:
    """Return the rows in written order: by replicate, then by key, the column ``name``."""
    key, replicate = staff[name].to_numpy(), staff["replicate"].to_numpy()
    if len(replicate) == 0 or replicate.max() == replicate.min():
        return np.argsort(key, kind="stable")  # already sorted except for hires: one pass
    return np.lexsort((key, replicate))

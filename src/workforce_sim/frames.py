"""From arrays to tables: ledger rows and the snapshot of a year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workforce_sim.context import Employed
from workforce_sim.dates import NEVER, Days, Ints
from workforce_sim.staff import Flags, Selection, Small, Staff
from workforce_sim.tables import EVENT_CAUSE, EVENT_CAUSES, EVENT_TYPE, STATUS, STATUSES

_CAUSES = pl.Series(EVENT_CAUSES, dtype=EVENT_CAUSE)
_STATUSES = pl.Series(STATUSES, dtype=STATUS)
_NO_MONEY = pl.Series([None], dtype=pl.Int64)
_NO_RATE = pl.Series([None], dtype=pl.Int32)
_NO_YEAR = pl.Series([None], dtype=pl.Null)


@dataclass(frozen=True)
class Events:
    """Rows of one event type: rows of the year's staff, dates, and what the event sets."""

    event_type: str
    rows: Selection
    date: Days | int
    cause: NDArray[np.int64] | None = None
    salary_before: Ints | None = None
    salary_after: Ints | None = None
    level_before: Small | None = None
    level_after: Small | None = None
    deferral_before: NDArray[np.int32] | None = None
    deferral_after: NDArray[np.int32] | None = None
    amount: Ints | None = None


@dataclass(frozen=True)
class Labels:
    """Names behind the codes of a year: ids by identity, levels and departments by position, replicate numbers."""

    year: int
    ids: pl.Series
    levels: pl.Series
    departments: pl.Series
    replicates: pl.Series

    def dated(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Put the plan year in, and replicate numbers in place of positions in the batch."""
        one = len(self.replicates) == 1
        numbers = pl.lit(self.replicates[0], dtype=pl.Int32) if one else _named(self.replicates, rows["replicate"])
        return rows.with_columns(replicate=numbers, year=pl.lit(self.year, dtype=pl.Int32))


def _constant(value: pl.Series, size: int) -> pl.Series:
    return value.new_from_index(0, size)


def _named(labels: pl.Series, codes: NDArray[Any] | pl.Series | None, size: int = 0) -> pl.Series:
    """Return one label per code; ``size`` nulls without codes."""
    if codes is None:
        return _constant(pl.Series([None], dtype=labels.dtype), size)
    return labels.gather(pl.Series(codes).cast(pl.UInt32))


def _rate(rates: NDArray[np.int32] | None, size: int) -> pl.Series:
    return _constant(_NO_RATE, size) if rates is None else pl.Series(rates, dtype=pl.Int32)


def _money(amounts: Ints | None, size: int) -> pl.Series:
    return _constant(_NO_MONEY, size) if amounts is None else pl.Series(amounts)


@dataclass(frozen=True)
class PlanColumns:
    """Columns of the snapshot that the plan gives, by row of the year's staff; cents, shares in bp."""

    plan_compensation: Ints
    pre_tax: Ints
    roth: Ints
    catch_up: Ints
    match: Ints
    nonelective: Ints
    match_balance: Ints
    nonelective_balance: Ints
    vested_share_match: Ints
    vested_share_nonelective: Ints
    forfeited: Ints
    hce: Flags
    excess_415: Ints


@dataclass(frozen=True)
class Account:
    """What a year made of everybody employed in it.

    Attributes:
        employed: everybody as at the opening or on hire.
        changed: the same staff with level and salary as last in force.
        stays: still employed at the closing.
        earnings: pay earned in the year, cents.
        plan: what the plan made of them; None without one.
    """

    employed: Employed
    changed: Staff
    stays: Flags
    earnings: Ints
    plan: PlanColumns | None = None


def tables(happened: Sequence[Events], account: Account, labels: Labels) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the ledger rows of a year, one per row of each event, and its snapshot; all columns but the plan's."""
    people = _snapshot(account, labels)
    replicate, ids = people["replicate"], people["employee_id"]
    rows = pl.concat([_rows(events, replicate, ids, labels) for events in happened])
    return labels.dated(rows), labels.dated(people)


def _picked(column: pl.Series, rows: Selection) -> pl.Series:
    if isinstance(rows, slice):
        return column.slice(rows.start, rows.stop - rows.start)
    return column.gather(pl.Series(rows).cast(pl.UInt32))


def _rows(events: Events, replicate: pl.Series, ids: pl.Series, labels: Labels) -> pl.DataFrame:
    who = _picked(ids, events.rows)
    size = len(who)
    date = np.full(size, events.date, dtype=np.int32) if isinstance(events.date, int) else events.date
    return pl.DataFrame(
        {
            "replicate": _picked(replicate, events.rows),
            "year": _constant(_NO_YEAR, size),
            "employee_id": who,
            "event_type": _constant(pl.Series([events.event_type], dtype=EVENT_TYPE), size),
            "cause": _named(_CAUSES, events.cause, size),
            "effective_date": pl.Series(date).cast(pl.Date),
            "salary_before_cents": _money(events.salary_before, size),
            "salary_after_cents": _money(events.salary_after, size),
            "level_before": _named(labels.levels, events.level_before, size),
            "level_after": _named(labels.levels, events.level_after, size),
            "deferral_before_bp": _rate(events.deferral_before, size),
            "deferral_after_bp": _rate(events.deferral_after, size),
            "amount_cents": _money(events.amount, size),
        }
    )


def _snapshot(account: Account, labels: Labels) -> pl.DataFrame:
    employed, staff, leaves = account.employed, account.changed, ~account.stays
    return pl.DataFrame(
        {
            "replicate": staff.replicate,
            "year": _constant(_NO_YEAR, len(staff)),
            "employee_id": _named(labels.ids, staff.identity),
            "status": _named(_STATUSES, employed.is_hire + 2 * leaves),
            "birth_date": pl.Series(staff.birth).cast(pl.Date),
            "hire_date": pl.Series(staff.hire).cast(pl.Date),
            "termination_date": _where(leaves, pl.Series(employed.last_day).cast(pl.Date)),
            "age": employed.age.astype(np.int32),
            "tenure_years": employed.tenure.astype(np.int32),
            "level": _named(labels.levels, staff.level),
            "department": _named(labels.departments, staff.department),
            "opening_salary_cents": _where(~employed.is_hire, pl.Series(employed.staff.salary)),
            "salary_cents": staff.salary,
            "earnings_cents": account.earnings,
            "eligibility_date": _where(staff.eligible <= employed.last_day, pl.Series(staff.eligible).cast(pl.Date)),
            **({} if account.plan is None else _plan_columns(staff, account.plan)),
        }
    )


def _plan_columns(staff: Staff, plan: PlanColumns) -> dict[str, pl.Series | NDArray[Any]]:
    return {
        "enrollment_date": _where(staff.enrolled != NEVER, pl.Series(staff.enrolled).cast(pl.Date)),
        "enrolled": staff.deferral > 0,
        "deferral_bp": staff.deferral,
        "plan_compensation_cents": plan.plan_compensation,
        "pre_tax_cents": plan.pre_tax,
        "roth_cents": plan.roth,
        "catch_up_cents": plan.catch_up,
        "match_cents": plan.match,
        "nonelective_cents": plan.nonelective,
        "match_balance_cents": plan.match_balance,
        "nonelective_balance_cents": plan.nonelective_balance,
        "vested_share_match_bp": plan.vested_share_match.astype(np.int32),
        "vested_share_nonelective_bp": plan.vested_share_nonelective.astype(np.int32),
        "forfeited_cents": plan.forfeited,
        "hce": plan.hce,
        "excess_415_cents": plan.excess_415,
    }


def _where(flags: Flags, values: pl.Series) -> pl.Series:
    """Return the values where flagged, null elsewhere."""
    return values.zip_with(pl.Series(flags), pl.Series([None], dtype=values.dtype))

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
from workforce_sim.staff import Flags, Rows, Selection, Small, Staff
from workforce_sim.tables import EVENT_CAUSE, EVENT_CAUSES, EVENT_TYPE, EVENT_TYPES, STATUS, STATUSES

_CAUSES = pl.Series(EVENT_CAUSES, dtype=EVENT_CAUSE)
_TYPES = pl.Series(EVENT_TYPES, dtype=EVENT_TYPE)
_STATUSES = pl.Series(STATUSES, dtype=STATUS)


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

    def __len__(self) -> int:
        rows = self.rows
        return rows.stop - rows.start if isinstance(rows, slice) else len(rows)


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


def _named(labels: pl.Series, codes: NDArray[Any] | pl.Series) -> pl.Series:
    """Return one label per code."""
    return labels.gather(pl.Series(codes).cast(pl.UInt32))


@dataclass(frozen=True)
class PlanColumns:
    """Columns of the snapshot that the plan gives, by row of the year's staff; cents, shares in bp."""

    plan_compensation: Ints
    testing_compensation: Ints
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


def tables(
    happened: Sequence[Events], account: Account, labels: Labels, *, in_order: bool = False
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the ledger rows of a year, one per row of each event, and its snapshot; in written order when asked."""
    people = _snapshot(account, labels)
    order = account.changed.by_key() if in_order else None
    events = labels.dated(_ledger(happened, people, labels, order))
    return events, labels.dated(people if order is None else people[order])


def people(account: Account, labels: Labels) -> pl.DataFrame:
    """Return the snapshot of a year."""
    return labels.dated(_snapshot(account, labels))


def counts(happened: Sequence[Events], account: Account, labels: Labels) -> pl.DataFrame:
    """Return how many events of each type a year has: one row per replicate, a column for each type that occurs."""
    found = {name: np.zeros(len(labels.replicates), dtype=np.int64) for name in (*EVENT_TYPES, "reduction")}
    of = account.changed.replicate
    for events in happened:
        found[events.event_type] += np.bincount(of[events.rows], minlength=len(labels.replicates))
        if events.event_type == "termination" and events.cause is not None:
            reduced = of[events.rows][events.cause == EVENT_CAUSES.index("reduction")]
            found["reduction"] += np.bincount(reduced, minlength=len(labels.replicates))
    return pl.DataFrame({"replicate": labels.replicates, **found})


def _ledger(
    happened: Sequence[Events], people: pl.DataFrame, labels: Labels, order: Rows | None = None
) -> pl.DataFrame:
    """Return the rows of all events, labelled in one go; what an event does not set is null."""
    happened = sorted(happened, key=lambda events: EVENT_TYPES.index(events.event_type))
    numbers = np.concatenate([_numbers(events.rows) for events in happened])
    kinds = np.repeat([EVENT_TYPES.index(e.event_type) for e in happened], [len(e) for e in happened])
    found = pl.concat([_columns(events) for events in happened], how="diagonal")
    if order is not None:
        place = _written(numbers, found["effective_date"].to_numpy(), people["replicate"].to_numpy(), order)
        numbers, kinds, found = numbers[place], kinds[place], found[place]
    rows = pl.Series(numbers).cast(pl.UInt32)
    named = {"cause": _CAUSES, "level_before": labels.levels, "level_after": labels.levels}
    return found.with_columns(
        people["replicate"].gather(rows),
        people["employee_id"].gather(rows),
        _named(_TYPES, kinds).alias("event_type"),
        found["effective_date"].cast(pl.Date),
        *(_named(names, found[column]).alias(column) for column, names in named.items()),
    )


def _written(rows: NDArray[np.intp], date: Days, replicate: NDArray[np.int32], order: Rows) -> Rows:
    """Return the written order of ledger rows that are in the order of types: replicate, date, employee key, type.

    Two changes of one rate on one day are in the order of their causes: own ones come first in the ledger's parts.
    """
    rank = np.empty(len(order), dtype=np.uint32)
    rank[order] = np.arange(len(order), dtype=np.uint32)
    keys = [*_halves(rank[rows]), *_halves(date - date.min(initial=NEVER))]
    if replicate.max(initial=0):
        keys += _halves(replicate[rows])
    place = np.argsort(keys[0], kind="stable")
    for key in keys[1:]:  # from the last to the first: 16 bits at a time are sorted in one sweep
        place = place[np.argsort(key[place], kind="stable")]
    return place


def _halves(numbers: NDArray[Any]) -> list[NDArray[np.uint16]]:
    """Return whole numbers below 2^32 as their low and their high 16 bits, these where there are any."""
    low = numbers.astype(np.uint16)
    return [low] if numbers.max(initial=0) < 2**16 else [low, (numbers >> 16).astype(np.uint16)]


def _numbers(rows: Selection) -> NDArray[np.intp]:
    return np.arange(rows.start, rows.stop) if isinstance(rows, slice) else rows


def _columns(events: Events) -> pl.DataFrame:
    """Return what one event sets, names as codes; with the columns that every ledger has."""
    date = np.full(len(events), events.date, dtype=np.int32) if isinstance(events.date, int) else events.date
    known = {
        "effective_date": date,
        "cause": events.cause,
        "salary_before_cents": events.salary_before,
        "salary_after_cents": events.salary_after,
        "level_before": events.level_before,
        "level_after": events.level_after,
        "deferral_before_bp": events.deferral_before,
        "deferral_after_bp": events.deferral_after,
        "amount_cents": events.amount,
    }
    return pl.DataFrame({name: column for name, column in known.items() if column is not None})


def _snapshot(account: Account, labels: Labels) -> pl.DataFrame:
    employed, staff, leaves = account.employed, account.changed, ~account.stays
    return pl.DataFrame(
        {
            "replicate": staff.replicate,
            "employee_id": _named(labels.ids, staff.identity),
            "status": _named(_STATUSES, employed.is_hire + 2 * leaves),
            "birth_date": pl.Series(staff.birth).cast(pl.Date),
            "hire_date": pl.Series(staff.hire).cast(pl.Date),
            "termination_date": _where(leaves, pl.Series(employed.last_day).cast(pl.Date)),
            "age": employed.age.astype(np.int32),
            "tenure_years": employed.tenure.astype(np.int32),
            "level": _named(labels.levels, staff.level),
            "department": _named(labels.departments, staff.department),
            "full_time_ppm": staff.full_time,
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
        "testing_compensation_cents": plan.testing_compensation,
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

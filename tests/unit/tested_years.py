"""Plan years of people made by hand, as the tests of a plan year see them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import polars as pl

import workforce_sim as ws
from tests.support import configured
from workforce_sim import PlanTest
from workforce_sim.config import Config
from workforce_sim.tables import CENSUS, EVENTS, SNAPSHOTS, SUMMARY, completed

SIMPLE: dict[str, Any] = {"match": {"preset": "simple"}}
PRIOR: dict[str, Any] = {"testing": {"method": "prior"}}
PERSON: dict[str, Any] = {
    "replicate": 0,
    "year": 2025,
    "hire_date": dt.date(2010, 1, 1),
    "birth_date": dt.date(1980, 6, 1),
    "termination_date": None,
    "eligibility_date": dt.date(2011, 1, 1),
    "hce": False,
    "earnings_cents": 10_000_000,
    "full_time_ppm": 1_000_000,
    "opening_salary_cents": 10_000_000,
    "plan_compensation_cents": 0,  # the match may count none; no test looks at it
    "testing_compensation_cents": 10_000_000,
    "pre_tax_cents": 0,
    "roth_cents": 0,
    "catch_up_cents": 0,
    "match_cents": 0,
    "nonelective_cents": 0,
    "match_balance_cents": 0,
    "nonelective_balance_cents": 0,
    "forfeited_cents": 0,
    "excess_415_cents": 0,
}
Person = dict[str, Any]


@dataclass(frozen=True)
class Run:
    """What a test looks at of a result."""

    snapshots: pl.DataFrame
    config: Config
    opening: pl.DataFrame | None = None
    events: pl.DataFrame = field(default_factory=lambda: completed(pl.DataFrame(), EVENTS))
    summary: pl.DataFrame = field(default_factory=lambda: completed(pl.DataFrame(), SUMMARY))


def run(
    *people: Person,
    opening: list[Person] | None = None,
    enrollment: dict[str, Any] | None = None,
    eligibility: dict[str, Any] | None = None,
    events: list[Person] | None = None,
    summary: list[Person] | None = None,
    **plan: Any,
) -> Run:
    """Return a run of these people, named A, B, C, ...; the plan's match is the simple one."""
    named = [{"employee_id": chr(ord("A") + n)} | PERSON | person for n, person in enumerate(people)]
    dtypes = {column.name: column.dtype for column in SNAPSHOTS if column.name in named[0]}
    census = None
    if opening is not None:
        known = {column.name: column.dtype for column in CENSUS if any(column.name in row for row in opening)}
        census = completed(pl.DataFrame(opening, schema=known, orient="row"), CENSUS)
    return Run(
        pl.DataFrame(named, schema=dtypes, orient="row"),
        configured(plan=SIMPLE | plan, enrollment=enrollment or {}, eligibility=eligibility or {}),
        census,
        _table(events or [], EVENTS),
        _table(summary or [], SUMMARY),
    )


def _table(rows: list[Person], columns: Any) -> pl.DataFrame:
    """Return rows as a table of the run; columns that they do not name are null."""
    known = {column.name: column.dtype for column in columns if any(column.name in row for row in rows)}
    return completed(
        pl.DataFrame([{"replicate": 0} | row for row in rows], schema={"replicate": pl.Int32} | known), columns
    )


def high(percent: float, **more: Any) -> Person:
    """Somebody highly compensated who defers a share of 200,000."""
    cents = 20_000_000
    return {
        "hce": True,
        "earnings_cents": cents,
        "testing_compensation_cents": cents,
        "pre_tax_cents": int(percent * cents / 100),
    } | more


def other(percent: float = 0, **more: Any) -> Person:
    """Somebody else who defers a share of 100,000."""
    return {"pre_tax_cents": int(percent * 100_000)} | more


def found(tests: Run, test: str, year: int = 2025) -> PlanTest:
    return next(one for one in ws.nondiscrimination(tests, year).tests if one.test == test)

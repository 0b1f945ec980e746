"""What is kept of finished years: never another fingerprint."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

import workforce_sim as ws
from tests.support import assert_same, configured, few, synthetic
from workforce_sim.operate.retention import LEAST_BATCH, Packed, Retention, retaining
from workforce_sim.simulation.run import Run, begin
from workforce_sim.store.ledger import chained
from workforce_sim.tables.output import Tables

OPENS = dt.date(2025, 1, 1)


@pytest.fixture(scope="module")
def run() -> Run:
    scenario = synthetic(80, configured(2025, 2027))
    return begin(scenario.config, census=scenario.census, in_order=True)


@pytest.fixture(scope="module")
def years(run: Run) -> list[Tables]:
    return list(run.years(in_order=True))


WAYS = [
    ws.Keeping(tables=tables, checked=checked, beside=beside)  # type: ignore[arg-type]
    for tables in ("none", "whole", "packed")
    for checked in (False, True)
    for beside in (False, True)
]


@pytest.mark.parametrize("keeping", few(WAYS, 3), ids=str)
def test_every_way_gives_the_same_digests_and_summaries(keeping: ws.Keeping, run: Run, years: list[Tables]) -> None:
    with retaining(keeping, run.staff, OPENS) as retention:
        for year in years:
            retention.take(year)
        finished, error = retention.settle()

    assert error is None
    assert chained(year.digest for year in finished) == run.result(_joined(years)).fingerprint
    assert [year.summary["year"].item() for year in finished] == [2025, 2026, 2027]
    assert [year.records for year in finished] == [year.events.height + year.snapshots.height for year in years]
    for kept, year in zip(finished, years, strict=True):
        tables = kept.tables()
        if keeping.tables == "none":
            assert tables is None
        else:
            assert tables is not None
            assert_same(tables, year)


def _joined(years: list[Tables]) -> Tables:
    return Tables(*(pl.concat([getattr(year, name) for year in years]) for name in ("events", "snapshots", "summary")))


def test_packed_tables_are_bytes(years: list[Tables]) -> None:
    packed = Packed.of(years[0], LEAST_BATCH)

    assert all(isinstance(part, bytes) for part in (packed.events, packed.snapshots, packed.summary))
    assert len(packed.snapshots) < years[0].snapshots.estimated_size()
    assert_same(packed.unpacked(), years[0])


def test_a_year_that_breaks_a_law_is_not_taken(run: Run, years: list[Tables]) -> None:
    cent_more = years[1].snapshots.with_columns(salary_cents=pl.col("salary_cents") + 1)
    with retaining(ws.Keeping(checked=True), run.staff, OPENS) as retention:
        retention.take(years[0])
        with pytest.raises(ws.LedgerError, match="2026"):
            retention.take(replace(years[1], snapshots=cent_more))
        finished, error = retention.settle()

    assert (len(finished), error) == (1, None)


def test_a_year_dated_before_the_opening_is_not_taken(run: Run, years: list[Tables]) -> None:
    december = dt.date(2025, 12, 1)
    broken = pytest.raises(ws.LedgerError, match="events are dated outside the year")
    with retaining(ws.Keeping(checked=True), run.staff, december) as retention, broken:
        retention.take(years[0])


def test_the_years_before_one_that_fails_beside_the_run_stand(run: Run, years: list[Tables]) -> None:
    undated: Any = replace(years[1], events=years[1].events.drop("effective_date"), in_order=False)
    with retaining(ws.Keeping(beside=True), run.staff, OPENS) as retention:
        for year in (years[0], undated, years[2]):
            retention.take(year)
        finished, error = retention.settle()

    assert [year.summary["year"].item() for year in finished] == [2025]
    assert "effective_date" in str(error)


def test_one_year_waits_in_line_and_not_all_of_them(run: Run, years: list[Tables]) -> None:
    """A year is handed over once the one before is digested."""

    class Executor:
        def __init__(self) -> None:
            self.done: list[Future[Any]] = []

        def submit(self, job: Any, *arguments: Any) -> Future[Any]:
            assert all(one.done() for one in self.done)
            future: Future[Any] = Future()
            future.set_result(job(*arguments))
            self.done.append(future)
            return future

    executor: Any = Executor()
    retention = Retention(ws.Keeping(), executor, run.staff, OPENS)
    for year in years:
        retention.take(year)
    assert len(executor.done) == 3

"""The laws of a year, each broken by hand in one row: bounds, how often, what a row sets, dates, headcount."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from tests.unit.test_timeline import RICH
from workforce_sim import LedgerError, Result, simulate
from workforce_sim.store.ledger import by_year
from workforce_sim.tables.output import Tables
from workforce_sim.verify.checks import broken_laws, check_year

MONEY = (
    *("opening_salary_cents", "salary_cents", "earnings_cents", "plan_compensation_cents"),
    *("testing_compensation_cents", "pre_tax_cents", "roth_cents", "catch_up_cents", "match_cents"),
    *("nonelective_cents", "match_balance_cents", "nonelective_balance_cents", "forfeited_cents", "excess_415_cents"),
)
SHARES = ("deferral_bp", "vested_share_match_bp", "vested_share_nonelective_bp")

SALARY, LEVEL = ("salary_before_cents", "salary_after_cents"), ("level_before", "level_after")
RATE = ("deferral_before_bp", "deferral_after_bp")
SETS: dict[str, tuple[str, ...]] = {
    "hire": ("salary_after_cents", "level_after", "cause"),
    "eligibility": (),
    "promotion": (*SALARY, *LEVEL),
    "cola": SALARY,
    "merit": SALARY,
    "enrollment": (*RATE, "cause"),
    "opt_out": ("deferral_after_bp",),
    "rate_change": (*RATE, "cause"),
    "escalation": RATE,
    "stop": RATE,
    "termination": ("cause",),
    "forfeiture": ("amount_cents",),
}
"""What the rows of each event type fill beside who and when."""

FILLED = (*SALARY, *LEVEL, *RATE, "cause", "amount_cents")
OFTEN = {"rate_change"}
"""What may happen to somebody more than once a year."""
OPENS = dt.date(2028, 1, 1)


@pytest.fixture(scope="module")
def run() -> Result:
    return simulate(RICH)


@pytest.fixture(scope="module")
def year(run: Result) -> Tables:
    """2028, with the events of a match that changed the year before."""
    assert isinstance(run.tables, Tables)
    return list(by_year(run.tables))[3]


@pytest.fixture(scope="module")
def opening(run: Result) -> pl.DataFrame:
    return run.snapshots.filter(year=2027)


def is_of(kind: str) -> pl.Expr:
    return pl.col("event_type").cast(pl.String) == kind


def first_of(year: Tables, kind: str) -> dict[str, Any]:
    return year.events.filter(is_of(kind)).row(0, named=True)


def told(opening: pl.DataFrame, tables: Tables) -> list[str]:
    return [problem.removeprefix("2028: ") for problem in broken_laws(opening, tables)]


def with_value(people: pl.DataFrame, name: str, value: int) -> pl.DataFrame:
    """Return snapshots with another value of the first person who has one."""
    who = people.filter(pl.col(name).is_not_null())["employee_id"][0]
    return people.with_columns(pl.when(employee_id=who).then(pl.lit(value)).otherwise(name).alias(name))


def in_row(year: Tables, kind: str, **values: Any) -> Tables:
    """Return the tables with other values in the first row of an event type."""
    row = first_of(year, kind)
    is_it = is_of(kind) & (pl.col("employee_id") == row["employee_id"])
    taken = [pl.when(is_it).then(pl.lit(value)).otherwise(name).alias(name) for name, value in values.items()]
    return replace(year, events=year.events.with_columns(taken).cast(dict(year.events.schema)))


def test_a_year_of_every_event_keeps_the_laws(opening: pl.DataFrame, year: Tables) -> None:
    assert told(opening, year) == []
    check_year(opening, year, OPENS)


# --- bounds -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*MONEY, *SHARES])
def test_no_amount_and_no_share_is_below_0(name: str, opening: pl.DataFrame, year: Tables) -> None:
    low = f"1 values of {name} are below 0"

    assert low in told(opening, replace(year, snapshots=with_value(year.snapshots, name, -1)))
    assert low not in told(opening, replace(year, snapshots=with_value(year.snapshots, name, 0)))


@pytest.mark.parametrize("name", SHARES)
def test_no_share_is_above_100_percent(name: str, opening: pl.DataFrame, year: Tables) -> None:
    high = f"1 values of {name} are above 10,000"

    assert high in told(opening, replace(year, snapshots=with_value(year.snapshots, name, 10_001)))
    assert high not in told(opening, replace(year, snapshots=with_value(year.snapshots, name, 10_000)))


# --- events -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", SETS)
def test_an_event_happens_to_somebody_once_a_year(kind: str, run: Result, opening: pl.DataFrame, year: Tables) -> None:
    row = run.events.filter(is_of(kind)).sort("year", descending=True).head(1)
    row = row.with_columns(year=pl.lit(2028, dtype=pl.Int32))
    twice = replace(year, events=pl.concat([year.events.filter(~is_of(kind)), row, row]))

    assert ("2 events happen twice to somebody" in told(opening, twice)) == (kind not in OFTEN)


@pytest.mark.parametrize("kind", SETS)
@pytest.mark.parametrize("name", FILLED)
def test_a_row_fills_what_its_type_sets_and_nothing_else(
    kind: str, name: str, run: Result, opening: pl.DataFrame, year: Tables
) -> None:
    row = run.events.filter(is_of(kind)).head(1).with_columns(year=pl.lit(2028, dtype=pl.Int32))
    value = run.events[name].drop_nulls()[0]
    filled = row.with_columns(pl.lit(value, dtype=row.schema[name]).alias(name))
    with_it = replace(year, events=pl.concat([year.events.filter(~is_of(kind)), filled]))

    assert (f"1 events have a {name}, which they do not set" in told(opening, with_it)) == (name not in SETS[kind])


@pytest.mark.parametrize(
    ("kind", "cause", "fits"),
    [
        ("enrollment", "conversion", True),
        ("enrollment", "own", False),
        ("rate_change", "match_response", True),
        ("rate_change", "election", False),
        ("termination", "reduction", True),
        ("termination", "automatic", False),
    ],
)
def test_a_cause_is_one_of_its_event(kind: str, cause: str, fits: bool, opening: pl.DataFrame, year: Tables) -> None:
    of_another = "1 events have a cause of another event"

    assert (of_another not in told(opening, in_row(year, kind, cause=cause))) == fits


@pytest.mark.parametrize(
    ("day", "outside"),
    [
        (dt.date(2027, 12, 31), True),
        (dt.date(2028, 1, 1), False),
        (dt.date(2028, 12, 31), False),
        (dt.date(2029, 1, 1), True),
    ],
)
def test_events_are_dated_in_the_year(day: dt.date, outside: bool, opening: pl.DataFrame, year: Tables) -> None:
    stays = year.snapshots.filter(pl.col("termination_date").is_null(), pl.col("hire_date").dt.year() < 2027)
    who = year.events.filter(is_of("cola")).join(stays, on="employee_id", how="semi")["employee_id"][0]
    is_it = is_of("cola") & (pl.col("employee_id") == who)
    date = pl.when(is_it).then(pl.lit(day)).otherwise("effective_date").alias("effective_date")
    found = told(opening, replace(year, events=year.events.with_columns(date)))

    assert ("1 events are dated outside the year" in found) == outside


@pytest.mark.parametrize(("days", "outside"), [(-1, 1), (0, 0)])
def test_nothing_happens_before_the_hire(days: int, outside: int, opening: pl.DataFrame, year: Tables) -> None:
    row = first_of(year, "hire")
    moved = in_row(year, "hire", effective_date=row["effective_date"] + dt.timedelta(days))

    assert told(opening, moved) == ["1 events happen outside employment"] * outside


@pytest.mark.parametrize(("days", "outside"), [(1, 1), (0, 0)])
def test_nothing_happens_after_the_last_day(days: int, outside: int, opening: pl.DataFrame, year: Tables) -> None:
    row = first_of(year, "forfeiture")
    moved = in_row(year, "forfeiture", effective_date=row["effective_date"] + dt.timedelta(days))

    assert told(opening, moved) == ["1 events happen outside employment"] * outside


def test_nothing_happens_to_somebody_who_is_not_there(opening: pl.DataFrame, year: Tables) -> None:
    assert "1 events happen outside employment" in told(opening, in_row(year, "eligibility", employee_id="nobody"))


# --- the whole year ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "measure", ["headcount_opening", "hires", "terminations_opening_staff", "terminations_new_hires"]
)
def test_the_headcount_bridge_closes(measure: str, opening: pl.DataFrame, year: Tables) -> None:
    more = replace(year, summary=year.summary.with_columns(pl.col(measure) + 1))

    assert told(opening, more) == ["1 headcount bridges do not close"]


def test_the_ledger_gives_the_closing(opening: pl.DataFrame, year: Tables) -> None:
    last = year.snapshots.filter(pl.col("termination_date").is_null()).select("employee_id", "salary_cents")
    raised = year.events.filter(is_of("merit")).join(
        last, left_on=["employee_id", "salary_after_cents"], right_on=["employee_id", "salary_cents"], how="semi"
    )
    is_it = is_of("merit") & (pl.col("employee_id") == raised["employee_id"][0])
    more = pl.when(is_it).then(pl.col("salary_after_cents") + 1).otherwise("salary_after_cents")
    found = told(opening, replace(year, events=year.events.with_columns(more.alias("salary_after_cents"))))

    assert found == ["the ledger replayed over the opening does not give the closing"]


@pytest.mark.parametrize("name", ["events", "snapshots", "summary"])
def test_columns_are_those_of_the_model(name: str, opening: pl.DataFrame, year: Tables) -> None:
    frame = getattr(year, name)
    first, *others = frame.columns
    for other in (frame.select(others), frame.rename({first: "a"}), frame.rename({first: "z"})):
        found: Any = {name: other}
        assert told(opening, replace(year, **found)) == [f"the columns of {name} are not those of the model"]


def test_all_that_is_broken_is_one_error(opening: pl.DataFrame, year: Tables) -> None:
    broken = replace(year, summary=year.summary.with_columns(pl.col("hires") + 1))
    broken = replace(broken, snapshots=with_value(year.snapshots, "match_cents", -1))

    with pytest.raises(LedgerError) as caught:
        check_year(opening, broken, OPENS)
    assert str(caught.value) == ("2028: 1 values of match_cents are below 0; 2028: 1 headcount bridges do not close")

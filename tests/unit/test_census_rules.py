"""Every rule of the census and its edges."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from tests.censuses import config, found, people
from workforce_sim.draws import census_key


@pytest.mark.parametrize("column", ["employee_id", "hire_date", "annual_salary"])
@pytest.mark.parametrize("nothing", ["", "  ", None])
def test_a_required_value_that_is_missing_is_an_error_in_text_too(column: str, nothing: str | None) -> None:
    texts = people(3).with_columns(pl.all().cast(pl.String)).with_row_index()
    frame = texts.with_columns(pl.when(pl.col("index") == 1).then(pl.lit(nothing)).otherwise(column).alias(column))

    assert found(frame) == {f"no {column}": [2]}


RULES = [
    ("employee_id", None, "no employee_id"),
    ("employee_id", " ", "no employee_id"),
    ("employee_id", 1.5, "employee_id that is not a whole number"),
    ("employee_id", "NH-2025-000001", "an employee_id of the form NH-YYYY-NNNNNN, which hires get"),
    ("employee_id", "NH-2025-1000000", "an employee_id of the form NH-YYYY-NNNNNN, which hires get"),
    ("hire_date", "", "no hire_date"),
    ("hire_date", date(1899, 12, 1), "hire_date before 1900-01-01"),
    ("hire_date", date(2025, 1, 1), "hire_date on or after 2025-01-01"),
    ("annual_salary", None, "no annual_salary"),
    ("annual_salary", "", "no annual_salary"),
    ("annual_salary", float("nan"), "annual_salary that is not a number"),
    ("annual_salary", 0, "annual_salary of zero or less"),
    ("annual_salary", "-$5.00", "annual_salary of zero or less"),
    ("annual_salary", 0.004, "annual_salary of zero or less"),
    ("annual_salary", 100_000_000.01, "annual_salary above $100,000,000"),
    ("birth_date", "1980-13-01", "birth_date that is not a date written YYYY-MM-DD"),
    ("birth_date", date(2020, 1, 3), "birth_date after hire_date"),
    ("birth_date", date(2006, 1, 3), "birth_date less than 14 years before hire_date"),
    ("birth_date", date(1920, 1, 1), "birth_date more than 100 years before hire_date"),
    ("level", 1.5, "level that is not a whole number"),
    ("level", "x" * 101, "a level of more than 100 characters"),
    ("full_time_share", "half", "full_time_share that is not a number"),
    ("full_time_share", 0.0, "full_time_share outside (0, 1]"),
    ("full_time_share", 1.01, "full_time_share outside (0, 1]"),
    ("deferral_rate", "six", "deferral_rate that is not a number"),
    ("deferral_rate", -0.01, "deferral_rate below 0"),
    ("deferral_rate", 600.0, "deferral_rate above 1"),
    ("owner_share", 150, "owner_share outside [0, 1]"),
    ("owner_share", -0.1, "owner_share outside [0, 1]"),
    ("prior_year_pay", -1, "prior_year_pay below 0"),
    ("match_balance", -0.01, "match_balance below 0"),
    ("nonelective_balance", -1, "nonelective_balance below 0"),
    ("deferral_balance", "-1", "deferral_balance below 0"),
    ("opted_out", "maybe", "opted_out that is neither true nor false"),
    ("officer", 2, "officer that is neither true nor false"),
    ("active", "maybe", "active that is neither true nor false"),
    ("termination_date", "soon", "termination_date that is not a date written YYYY-MM-DD"),
]


@pytest.mark.parametrize(("column", "value", "rule"), RULES)
def test_each_rule_finds_what_breaks_it_and_no_other_rule_does(column: str, value: Any, rule: str) -> None:
    assert found(people(**{column: [value]}), config()) == {rule: [1]}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("employee_id", "NH-2025-00001"),
        ("employee_id", "nh-2025-000001"),
        ("hire_date", date(1900, 1, 2)),
        ("hire_date", date(2024, 12, 31)),
        ("annual_salary", 0.01),
        ("annual_salary", 1e8),
        ("birth_date", date(2006, 1, 2)),
        ("birth_date", date(1920, 1, 2)),
        ("full_time_share", 1.0),
        ("full_time_share", 0.01),
        ("deferral_rate", 1.0),
        ("deferral_rate", 0.0),
        ("owner_share", 1.0),
        ("level", "x" * 100),
    ],
)
def test_the_edge_within_each_rule_is_allowed(column: str, value: Any) -> None:
    assert found(people(**{column: [value]}), config(pay_basis="annual", rates="share")) == {}


def test_nobody_excluded_from_the_plan_defers() -> None:
    frame = people(5, excluded=[True, True, True, False, None], deferral_rate=[0.06, 0.0, None, 0.06, 0.06])

    assert found(frame) == {"excluded but deferring": [1]}


@pytest.mark.parametrize(
    ("hired", "broken"), [(date(2014, 2, 28), True), (date(2014, 3, 1), False), (date(2016, 2, 29), False)]
)
def test_a_birthday_on_29_february_counts_as_1_march(hired: date, broken: bool) -> None:
    rules = found(people(hire_date=hired, birth_date=date(2000, 2, 29)))

    assert bool(rules) is broken


def test_every_row_of_an_id_given_twice_is_named() -> None:
    frame = people(5, employee_id=["a", "b", " a", "c", "A"])

    assert found(frame) == {"an employee_id that another row has too": [1, 3]}


def test_missing_ids_are_not_duplicates() -> None:
    assert found(people(3, employee_id=["", None, "a"])) == {"no employee_id": [1, 2]}


def test_ids_whose_keys_collide_are_an_error_that_a_prefix_settles() -> None:
    collide = ["8yn0iYCKYHlIj4-BwPqk", "GReLUrM4wMqfg9yzV3KQ"]  # two texts with one FNV-1a-64 hash
    assert census_key(collide[0]) == census_key(collide[1])

    frame = people(3, employee_id=["a", *collide])

    assert found(frame) == {"an employee_id whose hash equals another's": [2, 3]}
    assert found(frame, config(id_prefix="A-")) == {}


def test_levels_must_be_configured_ones_when_there_are_any() -> None:
    frame = people(4, level=["A", "C", None, "B"])
    settings = config(levels=[{"name": "A"}, {"name": "B"}])

    assert found(frame, settings) == {"level that workforce.levels does not name": [2]}


def test_the_start_year_moves_the_opening() -> None:
    frame = people(hire_date=date(2016, 5, 1))

    assert found(frame, config(start_year=2016)) == {"hire_date on or after 2016-01-01": [1]}
    assert found(frame, config(start_year=2017)) == {}


def test_the_date_format_is_named_where_dates_do_not_keep_it() -> None:
    assert found(people(hire_date="2020-01-02"), config(date_format="%m/%d/%Y")) == {
        "hire_date that is not a date written %m/%d/%Y": [1]
    }

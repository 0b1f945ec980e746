"""Ids, names, dates, numbers and flags as they are read."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.censuses import HIRED, config, found, one, people
from workforce_sim.census import read_census
from workforce_sim.census.amounts import read_numbers


@pytest.mark.parametrize(
    ("value", "text"),
    [(" 007 ", "007"), (7, "7"), (7.0, "7"), (9_007_199_254_740_992, "9007199254740992"), ("Zoë 7", "Zoë 7")],
)
def test_ids_are_stripped_text(value: Any, text: str) -> None:
    assert one("employee_id", value, "employee_id") == text
    assert one("employee_id", value, "employee_id", id_prefix="A-") == f"A-{text}"


@pytest.mark.parametrize(
    ("value", "text"), [(" A ", "A"), ("", None), ("North", "North"), (3, "3"), (3.0, "3"), (float("nan"), None)]
)
def test_levels_and_departments_are_stripped_text(value: Any, text: str | None) -> None:
    assert one("level", value, "level") == text
    assert one("department", value, "department") == text


def test_an_enum_of_levels_stays_one() -> None:
    levels = pl.Series("level", ["b"], dtype=pl.Enum(["b", "a"]))

    assert read_census(people().with_columns(levels)).frame["level"].dtype == pl.Enum(["b", "a"])


@pytest.mark.parametrize(
    ("value", "date_format"),
    [
        (HIRED, None),
        (dt.datetime(2020, 1, 2, 23, 59), None),
        ("2020-01-02", None),
        (" 2020-01-02 ", None),
        ("2020-01-02 00:00:00", None),
        ("2020-01-02T08:30:00.000Z", None),
        ("01/02/2020", "%m/%d/%Y"),
        ("2.1.2020", "%d.%m.%Y"),
        (20200102, "%Y%m%d"),
    ],
)
def test_dates_are_read(value: Any, date_format: str | None) -> None:
    assert one("hire_date", value, "hire_date", date_format=date_format) == HIRED


@pytest.mark.parametrize("text", ["2020-02-30", "2020-01-02 noon", "yesterday", "0020-01-02x"])
def test_other_text_is_no_date(text: str) -> None:
    assert found(people(hire_date=text)) == {"hire_date that is not a date written YYYY-MM-DD": [1]}


def test_missing_dates_are_spelled_in_many_ways() -> None:
    frame = people(5, birth_date=["", " ", "NaT", "N/A", None])

    assert read_census(frame).frame["birth_date"].null_count() == 5


@pytest.mark.parametrize(
    ("value", "cents"),
    [
        ("$52,250.00", 5_225_000),
        ("52250", 5_225_000),
        ("52250.", 5_225_000),
        (".5", 50),
        ("1,234,567.891", 123_456_789),
        ("1.005", 101),
        ("1.0049999", 100),
        ("0.285", 29),
        ("$ 50,000", 5_000_000),
        ("5.2e4", 5_200_000),
        ("1e5", 10_000_000),
        ("1E+5", 10_000_000),
        ("$5.2e4", 5_200_000),
        ("5225012.5e-2", 5_225_013),
        ("+52250", 5_225_000),
        (1.005, 101),
        (0.285, 29),
        (52_250.125, 5_225_013),
        (0.28499999, 28),
        (np.float32(0.285), 29),
        (np.float32(1000.285), 100_029),
        (52_250, 5_225_000),
        (100_000_000, 10**10),
        (Decimal("52250.125"), 5_225_013),
    ],
)
def test_salaries_become_whole_cents_half_up(value: Any, cents: int) -> None:
    assert one("annual_salary", value, "salary_cents", pay_basis="annual") == cents


@given(st.integers(1, 10**12))
def test_doubles_and_text_agree_on_every_amount_of_four_decimals(units: int) -> None:
    text = str(Decimal(units).scaleb(-4))
    expected = (units + 50) // 100  # half up

    frame = pl.DataFrame({"as_text": [text], "as_double": [float(text)]})
    columns = {"match_balance": "as_text", "deferral_balance": "as_double"}
    row = read_census(people().hstack(frame), config(columns=columns)).frame.row(0, named=True)

    assert (row["match_balance_cents"], row["deferral_balance_cents"]) == (expected, expected)


@pytest.mark.parametrize(
    "value",
    ["1,23", "12,3456", "$", "abc", "1 0000", "$  1", "1$", "1e", "e5", "inf", float("nan"), float("inf")],
)
def test_other_values_are_no_number(value: Any) -> None:
    rules = found(people(annual_salary=[value]))

    assert list(rules) in (["annual_salary that is not a number"], ["no annual_salary"])
    assert (value == "abc") <= ("annual_salary that is not a number" in rules)


HUGE = [1e12, 1e300, 10**12, 10**17, 2**64 - 1, "1000000000000", "$9,999,999,999,999", "9" * 30, "1e12", "1e300"]


@pytest.mark.parametrize("value", [*HUGE, Decimal(10**20), "100000000.01", 100_000_001])
@pytest.mark.parametrize("column", ["annual_salary", "prior_year_pay", "match_balance"])
def test_huge_amounts_are_absurd_rather_than_no_number(column: str, value: Any) -> None:
    assert found(people(**{column: [value]})) == {f"{column} above $100,000,000": [1]}


@pytest.mark.parametrize("value", HUGE)
def test_huge_numbers_of_other_things_break_the_rules_of_those(value: Any) -> None:
    columns = {"deferral_rate": "above 1", "owner_share": "outside [0, 1]", "full_time_share": "outside (0, 1]"}

    for column, rule in columns.items():
        assert found(people(**{column: [value]})) == {f"{column} {rule}": [1]}


@pytest.mark.parametrize("value", [-1e12, -(10**17), "-1e300", "-$9,999,999,999,999", float(-(10**13))])
def test_huge_debts_are_below_zero(value: Any) -> None:
    assert found(people(match_balance=[value])) == {"match_balance below 0": [1]}


@pytest.mark.parametrize("dtype", [pl.Int8, pl.UInt8, pl.Int16, pl.Int32, pl.UInt64, pl.Float32])
def test_numbers_of_any_width_are_read(dtype: Any) -> None:
    salary = pl.Series("annual_salary", [100], dtype=dtype)

    census = read_census(people().with_columns(salary), config(pay_basis="annual"))

    assert census.frame["salary_cents"].to_list() == [10_000]


@pytest.mark.parametrize(
    ("rate", "bp"), [(0.06, 600), (0.00005, 1), (0.00004, 0), (0, 0), (1, 10_000), ("0.12345", 1_235)]
)
def test_deferral_rates_become_whole_basis_points(rate: Any, bp: int) -> None:
    assert one("deferral_rate", rate, "deferral_bp", rates="share") == bp


@pytest.mark.parametrize(
    ("value", "flag"),
    [(True, True), (0, False), (1.0, True), ("Yes", True), (" n ", False), ("FALSE", False), ("", None)],
)
def test_flags_are_read(value: Any, flag: bool | None) -> None:
    assert one("opted_out", value, "opted_out") is flag


def test_half_cents_of_many_doubles_are_rounded_up_as_those_of_one() -> None:
    pay = [50_000 + n + 0.005 for n in range(2_000)]
    assert read_numbers(pl.Series(pay), 2).values.to_list() == [5_000_001 + 100 * n for n in range(2_000)]

"""Which column of a census is which."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.censuses import config, people
from workforce_sim.census import read_census
from workforce_sim.census.fields import FIELDS
from workforce_sim.census.headers import plain
from workforce_sim.errors import CensusError


@pytest.mark.parametrize(
    ("column", "ours"),
    [
        ("EmployeeID", "employee_id"),
        ("employee id", "employee_id"),
        ("Emp-No", "employee_id"),
        ("person_id", "employee_id"),
        ("Worker ID", "employee_id"),
        ("HireDate", "hire_date"),
        ("date_of_hire", "hire_date"),
        ("EMPLOYEE_HIRE_DATE", "hire_date"),
        ("salary", "annual_salary"),
        ("AnnualSalary", "annual_salary"),
        ("Annual Salary ($)", "annual_salary"),
        ("employee_gross_compensation", "annual_salary"),
        ("gross compensation", "annual_salary"),
        ("base_pay", "annual_salary"),
        ("Pay", "annual_salary"),
        ("Gross Pay", "annual_salary"),
        ("Base Compensation", "annual_salary"),
        ("Total Salary", "annual_salary"),
        ("Salary (USD)", "annual_salary"),
    ],
)
def test_common_names_are_recognised(column: str, ours: str) -> None:
    frame = people().rename({ours: column})

    assert read_census(frame).frame["employee_id"].to_list() == ["E0"]


@pytest.mark.parametrize(
    ("column", "value", "ours"),
    [
        ("DOB", dt.date(1980, 1, 1), "birth_date"),
        ("employee_birth_date", dt.date(1980, 1, 1), "birth_date"),
        ("job_level", "L1", "level"),
        ("Grade", "L1", "level"),
        ("agency", "Fire", "department"),
        ("FTE", 1.0, "full_time_ppm"),
        ("employee_deferral_rate", 0.1, "deferral_bp"),
    ],
)
def test_common_optional_names_are_recognised(column: str, value: Any, ours: str) -> None:
    assert read_census(people(**{column: [value]})).frame[ours].null_count() == 0


def test_a_vague_name_counts_only_where_there_is_no_better_one() -> None:
    census = read_census(people(**{"Gross Pay": 1.0}))

    assert census.frame["salary_cents"].to_list() == [5_000_000]
    assert census.notes == ("columns not used: Gross Pay",)
    with pytest.raises(CensusError, match="columns Pay and Gross Pay look like annual_salary"):
        read_census(people(annual_salary=None, Pay=1.0, **{"Gross Pay": 1.0}))


def test_no_name_is_recognised_for_two_things() -> None:
    every = [name for field in FIELDS for name in field.ranks]

    assert len(every) == len(set(every))
    assert all(name == plain(name) for name in every)


def test_a_mapping_overrides_what_is_recognised() -> None:
    frame = people(gross_pay=60_000.0)

    census = read_census(frame, config(columns={"annual_salary": "gross_pay"}))

    assert census.frame["salary_cents"].item() == 6_000_000
    assert census.notes == ("columns not used: annual_salary",)


def test_a_mapped_column_is_not_recognised_for_anything_else() -> None:
    census = read_census(people(grade=["x"]), config(columns={"department": "grade"}))

    assert census.frame["department"].item() == "x"
    assert census.frame["level"].null_count() == 1


@pytest.mark.parametrize(
    ("mapping", "error", "words"),
    [
        ({"salery": "annual_salary"}, ValueError, "not a census column; did you mean annual_salary"),
        ({"annual_salary": "gehalt"}, CensusError, "maps annual_salary to gehalt, which is not there; columns found"),
    ],
)
def test_a_wrong_mapping_is_an_error(mapping: dict[str, str], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        read_census(people(), config(columns=mapping))


def test_two_columns_for_one_thing_are_an_error_that_a_mapping_settles() -> None:
    frame = people(annual_salary=None, base_pay=6e4, annual_rate=5e4)

    with pytest.raises(CensusError, match=r"columns base_pay and annual_rate look like annual_salary; .* census\.col"):
        read_census(frame)
    assert read_census(frame, config(columns={"annual_salary": "base_pay"})).frame["salary_cents"].item() == 6_000_000


def test_our_own_name_beats_another_that_is_recognised() -> None:
    census = read_census(people(base_pay=6e4))

    assert census.frame["salary_cents"].item() == 5_000_000
    assert census.notes == ("columns not used: base_pay",)


def test_a_missing_column_is_an_error_with_what_was_found_and_what_is_nearest() -> None:
    frame = people(annual_salary=None, hire_date=None, gross_income_pay=1.0, shoe_size=44)

    with pytest.raises(CensusError) as caught:
        read_census(frame)

    hire, salary = str(caught.value).splitlines()
    assert hire.startswith("frame: no column for hire_date; columns found: employee_id, gross_income_pay, shoe_size;")
    assert "nearest: gross_income_pay;" in salary
    assert "{annual_salary: gross_income_pay}" in salary


@pytest.mark.parametrize(
    "column",
    ["ssn", "Employee SSN", "Social-Security Number", "first_name", "LastName", "name", "E-mail", "home address"],
)
def test_personal_columns_are_dropped_by_name(column: str) -> None:
    census = read_census(people(**{column: ["x"]}))

    assert census.notes == (f"columns dropped as personal: {column}",)


def test_columns_of_social_security_numbers_are_dropped_by_value() -> None:
    frame = people(2, department=["123-45-6789", None], code=["123 45 6789", "123 45 6780"], ref=["1", "2"])

    census = read_census(frame)

    assert census.notes == ("columns dropped as personal: department, code", "columns not used: ref")
    assert census.frame["department"].null_count() == 2


@pytest.mark.parametrize("mapping", [{}, {"employee_id": "employee_id"}])
def test_an_id_of_social_security_numbers_is_replaced(mapping: dict[str, str]) -> None:
    census = read_census(people(employee_id="123-45-6789"), config(columns=mapping))

    assert re.fullmatch("P-[0-9a-f]{32}", census.frame["employee_id"].item())
    assert "6789" not in str(census.notes)


VALUES = ["61237.41", "$61,237.41", "1980-04-03", "4/3/1980", "03-Apr-1980", "123-45-6789", "E0001", "zyx@example.org"]
VALUES += ["6%", "(555) 123-4567", "NH-2025-000001", "true", "3 Apr 1980", "61,237.41 USD", "1980-04-03T00:00"]


@pytest.mark.parametrize("value", VALUES)
def test_a_header_that_is_partly_a_row_of_data_is_counted_and_not_repeated(value: str) -> None:
    census = read_census(people(**{"Quillfeather": "x", value: "x"}))

    assert census.notes == ("columns not used: 2 (not named here, as some names look like data)",)


@pytest.mark.parametrize("value", VALUES)
def test_a_message_repeats_nothing_of_a_header_that_is_partly_a_row_of_data(value: str) -> None:
    more = {"Quillfeather": "x", value: "x", "ssn": "x", "anual salaries Zyx": 1.0}
    for changes in ({"annual_salary": None}, {"annual_salary": None, "hire_date": None}):
        with pytest.raises(CensusError) as caught:
            read_census(people(**more, **changes), config(columns={"department": "dept"}))
        message = str(caught.value)
        assert "no column for annual_salary; " in message
        assert "columns found, some with names that look like data" in message
        assert not [name for name in more if name in message]


@pytest.mark.parametrize(
    "first",
    [
        "Dear Mr Quillfeather",
        "Quillfeather,Zyx",
        "Quillfeather;Zyx;Miller",
        "salaries of Zyx,hiring dates of Quill",
        "{",
    ],
)
@pytest.mark.parametrize("columns", [{}, {"annual_salary": "pay"}])
def test_the_first_line_of_a_file_that_is_no_census_is_not_repeated(
    first: str, columns: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{first}\nSecret,Secret\n" if "," in first else f"{first}\nSecret\n")

    with pytest.raises(CensusError, match="columns found, none with the name of a census column") as caught:
        read_census(path, config(columns=columns))

    assert not [word for word in ("Quill", "Zyx", "Miller", "Dear", "Secret") if word in str(caught.value)]


def test_the_fields_of_a_column_of_another_type_are_not_repeated() -> None:
    with pytest.raises(CensusError, match="holds Struct; ") as caught:
        read_census(people().with_columns(hire_date=pl.struct(Zyx=1)))
    assert "Zyx" not in str(caught.value)


def test_a_note_that_names_a_column_is_of_a_name() -> None:
    names = {"401(k) plan": 1, "address line 1": "x", "FY24 bonus": 1, "Q1": 1, "pay 2024": 1, "2023_pay": 1}

    assert read_census(people(**names)).notes[-1] == f"columns not used: {', '.join(names)}"


def test_a_column_without_a_name_does_not_hide_the_others() -> None:
    with pytest.raises(CensusError, match="columns found: employee_id, hire_date, , stipend;"):
        read_census(people(annual_salary=None, **{"": 0, "stipend": 1.0}))

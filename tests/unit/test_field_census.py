"""Census files as users have them: each reads right at the first try, or is refused for a true reason."""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

from tests.censuses import config
from workforce_sim.census import Census, check_census, read_census
from workforce_sim.errors import CensusError

Read = Callable[..., Census]
BASE = "employee_id,hire_date,annual_salary"
CASES = Path(__file__).parents[3] / "shared" / "field_cases" / "census.json"


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read a text, or bytes, as a file."""

    def read(content: str | bytes, name: str = "staff.csv", **census: Any) -> Census:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_census(path, config(**census))

    return read


def ids(census: Census) -> list[str]:
    return census.frame["employee_id"].to_list()


def said(census: Census) -> str:
    return "\n".join(census.notes)


# --- no row is lost ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rows",
    [
        '1,2019-03-01,52000,"Fit \\" ter"\n2,2018-05-01,61000,W\n3,2018-05-01,61000,"Cl \\" erk"\n',
        '1,2019-03-01,52000,"Fit \\", ter"\n2,2018-05-01,61000,W\n3,2018-05-01,61000,W\n',
        '1,2019-03-01,52000,Pipe 6" x 3"\n2,2018-05-01,61000,"6" pipe"\n3,2018-05-01,61000,x\n',
        '1,2019-03-01,52000,"6"" pipe"\n2,2018-05-01,61000,"a\nb"\n3,2018-05-01,61000,x\n',
        '1,2019-03-01,52000,"C:\\dir\\"\n2,2018-05-01,61000,x\n3,2018-05-01,61000,y\n',
        "1,2019-03-01,52000\n2,2018-05-01,61000,\n3,2018-05-01,61000,x,,\n",
        "1,2019-03-01,52000,x\r\n\r\n2,2018-05-01,61000,y\r\n,,,\r\n3,2018-05-01,61000,z",
    ],
)
def test_quotation_marks_and_blank_fields_lose_no_row(read: Read, rows: str) -> None:
    census = read(f"{BASE},title\n{rows}")

    assert ids(census) == ["1", "2", "3"]
    assert census.frame["salary_cents"].to_list() == [5_200_000, 6_100_000, 6_100_000]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ('1,2019-03-01,52000,"Fit\n2,2018-05-01,61000,W\n3,2018-05-01,61000,"x"\n', r"never closed .*line 2\)"),
        ("1,2019-03-01,52000,x\n2,2018-05-01,61,000,y\n", r"more fields than the header .*line 3\)"),
        ("1,2019-03-01,52000,x\n\n\n2,2018-05-01,minus,y\n", r"annual_salary that is not a number \(first: line 5\)"),
        ('1,2019-03-01,52000,"a\nb\nc"\n2,2018-05-01,x,y\n', r"not a number \(first: line 5\)"),
    ],
)
def test_what_cannot_be_read_is_told_by_the_line_of_the_file(read: Read, rows: str, words: str) -> None:
    with pytest.raises(CensusError, match=words):
        read(f"{BASE},title\n{rows}")


def test_every_row_of_a_file_is_accounted_for(read: Read) -> None:
    rows = (
        "1,2019-03-01,52000,A\n,,,\n2,2018-05-01,61000,T\n3,2018-05-01,61000,A\n3,2018-05-01,62000,A\nTotal,,236000,\n"
    )

    account = read(f"{BASE},Status\n{rows}", several_rows="last").account

    assert account["rows"] == {
        "file": 6,
        "staff": 2,
        "refused": 0,
        "left_out": [
            {"why": "rows without any value", "rows": 1},
            {"why": "totals or remarks", "rows": 1},
            {"why": "other rows of the same employee", "rows": 1},
            {"why": "a terminated status", "rows": 1},
        ],
    }


def test_rows_are_left_out_only_when_asked_and_counted(read: Read) -> None:
    text = f"{BASE}\n1,2019-03-01,\n2,2018-05-01,61000\n3,2018-05-01,0\n"

    with pytest.raises(CensusError, match=r"has no annual_salary \(first: line 2\)"):
        read(text)
    census = read(text, leave_out=["rows-without-pay", "rows-without-positive-pay"])
    assert ids(census) == ["2"]
    assert "no annual_salary (first: line 2); left out: census.leave_out has rows-without-pay" in said(census)


# --- layouts and encodings --------------------------------------------------------------------------------------------

TWO = "Employee ID,Hire Date,Annual Salary\n1,2019-03-01,52000\n2,2018-05-01,61000\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (f"Census as of 12/31/2024,,\n,,\n{TWO}Total,,113000\n", "2 titles?|1 line above"),
        (f"ACME Corp\nCensus; private\n\n{TWO}\nGrand Total,,113000\nPrinted 1/1/2025 by payroll\n", "2 lines above"),
        (f"{TWO},,113000\n", "1 row with totals"),
        (f"{TWO}2 records,,\n", "1 row with totals"),
        (f"{TWO}Average,,56500\nCount,2,\n", "2 rows with totals"),
        (TWO.replace("1,2019", "(number),(yyyy-mm-dd),($)\n1,2019"), "repeated column names"),
        (TWO.replace("2,2018", "Employee ID,Hire Date,Annual Salary\n2,2018"), "repeated column names"),
        (f"sep=;\n{TWO.replace(',', ';')}", "sep="),
        (f'"sep=|"\r\n{TWO.replace(",", "|")}', "sep="),
        (TWO.encode("utf-16"), "UTF-16"),
        (TWO.replace("Salary", "Salary,Büro").encode("cp1252"), "cp1252"),
        (f"\ufeff{TWO}", ""),
        (gzip.compress(TWO.encode(), mtime=0), ""),
    ],
)
def test_a_table_is_found_wherever_it_stands(read: Read, content: str | bytes, words: str) -> None:
    census = read(content)

    assert ids(census) == ["1", "2"]
    assert census.frame["salary_cents"].to_list() == [5_200_000, 6_100_000]
    assert re.search(words, said(census))


@pytest.mark.parametrize("name", ["staff.dat", "staff", "staff.xls", "staff.TXT", "staff.csv.bak"])
def test_content_decides_not_the_suffix(read: Read, name: str) -> None:
    assert ids(read(TWO, name)) == ["1", "2"]


def _zip(**files: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        for name, text in files.items():
            packed.writestr(name, text)
    return content.getvalue()


def test_a_zip_file_with_one_file_is_read(read: Read) -> None:
    assert ids(read(_zip(**{"a/staff.csv": TWO, "__MACOSX/a/._staff.csv": "x"}), "staff.zip")) == ["1", "2"]
    with pytest.raises(CensusError, match=r"^staff\.zip: holds 2 files; pack the census alone"):
        read(_zip(a=TWO, b=TWO), "staff.zip")


def test_several_files_are_one_census(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"{BASE}\n1,2019-03-01,52000\n")
    (tmp_path / "b.csv").write_text(f"{BASE},dept\n2,2018-05-01,61000,Ops\n3,2018-05-01,,Ops\n")

    with pytest.raises(CensusError, match=r"^2 files: 1 of 3 rows has no annual_salary \(first: b\.csv line 3\)"):
        read_census(str(tmp_path / "*.csv"), config())
    census = read_census([tmp_path / "a.csv", tmp_path / "b.csv"], config(leave_out=["rows-without-pay"]))
    assert census.frame.select("employee_id", "department").rows() == [("1", None), ("2", "Ops")]


def test_titles_and_blank_rows_of_a_frame_are_recognised() -> None:
    cells = {
        "Census": ["Emp ID", "1", None, "2", "Total"],
        "Unnamed: 1": ["Hired", "2019-03-01", None, "2018-05-01", None],
    }
    frame = pd.DataFrame(cells | {"Unnamed: 2": ["Salary", "52000", None, "61000", "113000"]})

    census = read_census(frame, config())

    assert ids(census) == ["1", "2"]
    assert census.account["rows"]["left_out"] == [
        {"why": "rows without any value", "rows": 1},
        {"why": "totals or remarks", "rows": 1},
    ]


def test_a_frame_whose_columns_mix_types_is_read() -> None:
    frame = pd.DataFrame(
        {"Emp ID": [1, "A2"], "Hire Date": [pd.Timestamp("2019-03-01"), "2018-05-01"], "Salary": [52000, "61,000"]}
    )

    assert read_census(frame).frame["salary_cents"].to_list() == [5_200_000, 6_100_000]


def test_an_employee_who_works_at_total_rewards_is_no_total(read: Read) -> None:
    with pytest.raises(CensusError, match="no hire_date"):
        read("Department,Employee ID,Hire Date,Annual Salary\nTotal Rewards,1,,52000\nOps,2,2018-05-01,61000\n")


# --- columns ----------------------------------------------------------------------------------------------------------


def test_recordkeepers_names_are_recognised(read: Read) -> None:
    census = read(
        "EE ID,DOH,DOB,DOT,DOR,Comp\n1,2010-03-01,1980-05-12,2012-06-30,2019-01-02,52000\n2,2018-05-01,,,,61000\n"
    )

    assert ids(census) == ["1", "2"]


def test_units_in_a_header_are_understood(read: Read) -> None:
    header = "Employee ID,Hire Date (dd/mm/yyyy),DOB [yyyy-mm-dd],Annual Salary ($),Deferral (%)"
    row = read(f'{header}\n1,03/04/2019,1980-05-12,"$52,000.00",1\n').frame.row(0, named=True)

    assert (row["hire_date"], row["salary_cents"], row["deferral_bp"]) == (date(2019, 4, 3), 5_200_000, 100)


def test_advice_names_only_columns_whose_values_fit(read: Read) -> None:
    with pytest.raises(CensusError, match=r"nearest: annual_salry2;") as caught:
        read("employee_id,hire_date,annual_salry,annual_salry2\n1,2019-03-01,Anna,52000\n")
    assert "nearest: annual_salry," not in str(caught.value)


def test_unused_columns_that_may_tell_who_has_left_are_warned_of(read: Read) -> None:
    census = read(f"{BASE},Contract End,Reg Hours,Shoe\n1,2019-03-01,52000,2020-01-01,40,44\n")

    assert (
        "columns NOT used, which may hold terminations, hours, deferrals or pay periods: Contract End, Reg Hours;"
        in said(census)
    )


@pytest.mark.parametrize("words", [["Active", "Terminated"], ["Hourly", "Salary"]])
def test_unused_columns_whose_values_tell_of_work_are_warned_of(read: Read, words: list[str]) -> None:
    census = read(f"{BASE},Notes 7\n1,2019-03-01,52000,{words[0]}\n2,2019-03-01,52000,{words[1]}\n")

    assert "pay periods: Notes 7;" in said(census)


def test_several_ids_are_not_told_apart_by_being_different(read: Read) -> None:
    with pytest.raises(CensusError, match="an employee_id that another row has too"):
        read("Emp ID,Badge No,Hire Date,Salary\n1,77,2019-03-01,52000\n1,78,2019-03-01,52000\n")


@pytest.mark.parametrize("word", ["Welder", "Active"])
def test_a_header_that_may_be_a_row_of_data_is_not_repeated(read: Read, word: str) -> None:
    with pytest.raises(CensusError) as caught:
        read(f"Quill,{word},Ops\nZyx,{word},Ops\n")
    assert not re.search("Quill|Zyx|Ops", str(caught.value))


# --- dates ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("3/25/2019", "12/1/2018"),
        ("25/03/2019", "01/12/2018"),
        ("25.3.2019", "01.12.2018"),
        ("25-Mar-19", "01-DEC-18"),
        ("25 March 2019", "1 December 2018"),
        ("March 25, 2019", "Dec 1, 2018"),
        ("25MAR2019", "01DEC2018"),
        ("3/25/19 0:00", "12/1/18 0:00"),
        ("3/25/2019 12:00:00 AM", "12/1/2018 11:59:59 PM"),
        ("2019-03-25T00:00:00+01:00", "2018-12-01 08:30:00.000 UTC"),
        ("2019/03/25", "2018/12/01"),
        ("20190325", "20181201"),
        ("03252019", "12012018"),
        ("43549", "43435.0"),
    ],
)
def test_the_form_of_dates_is_found_from_the_column(read: Read, first: str, second: str) -> None:
    census = read(f'{BASE}\n1,"{first}",52000\n2,"{second}",61000\n')

    assert census.frame["hire_date"].to_list() == [date(2019, 3, 25), date(2018, 12, 1)]


def test_an_order_that_could_be_another_is_said_and_can_be_given(read: Read) -> None:
    text = f"{BASE},dob\n1,03/04/2010,52000,1980-01-01\n2,05/06/2011,61000,1981-01-01\n"

    assert "month first; every date fits the other order too" in said(read(text))
    told = read(text, date_format={"hire_date": "%d/%m/%Y"}).frame
    assert told["hire_date"].to_list() == [date(2010, 4, 3), date(2011, 6, 5)]
    assert told["birth_date"].to_list() == [date(1980, 1, 1), date(1981, 1, 1)]


def test_other_columns_of_a_file_show_the_order(read: Read) -> None:
    census = read(f"{BASE},dob\n1,03/04/2010,52000,25/12/1980\n2,05/06/2011,61000,13/11/1979\n")

    assert census.frame["hire_date"].to_list() == [date(2010, 4, 3), date(2011, 6, 5)]


def test_years_of_two_digits_are_never_in_the_future_nor_before_1900(read: Read) -> None:
    rows = "1,03/01/98,52000,05/12/55\n2,05/21/07,52000,11/30/71\n3,05/21/24,52000,11/30/00\n"
    frame = read(f"{BASE},dob\n{rows}").frame

    assert frame["hire_date"].to_list() == [date(1998, 3, 1), date(2007, 5, 21), date(2024, 5, 21)]
    assert frame["birth_date"].to_list() == [date(1955, 5, 12), date(1971, 11, 30), date(2000, 11, 30)]


@pytest.mark.parametrize("told", [None, "%m/%d/%Y", "%m/%d/%y"])
def test_a_termination_in_two_digits_is_in_the_years_to_come(read: Read, told: str | None) -> None:
    text = f"{BASE},termination_date\n1,03/01/2019,52000,06/30/26\n2,05/21/2018,61000,06/30/19\n"

    assert ids(read(text, date_format={"termination_date": told} if told else None)) == ["1"]


@pytest.mark.parametrize(
    "nothing", ["1900-01-01", "9999-12-31", "0000-00-00", "0001-01-01", "12/31/9999", "00/00/0000"]
)
def test_placeholders_are_no_dates_and_said(read: Read, nothing: str) -> None:
    other = "06/30/2019" if "/" in nothing else "2019-06-30"
    census = read(f"{BASE},termination_date\n1,2018-03-01,52000,{nothing}\n2,2018-05-01,61000,{other}\n")

    assert ids(census) == ["1"]
    assert "termination_date: 1 placeholder" in said(census)


def test_a_placeholder_for_a_hire_date_is_an_error_of_its_own(read: Read) -> None:
    with pytest.raises(CensusError, match=r"1 of 2 rows has hire_date 1900-01-01 or similar.*\(first: line 2\)"):
        read(f"{BASE}\n1,1900-01-01,52000\n2,2018-05-01,61000\n")


def test_a_column_of_two_forms_is_refused_by_line(read: Read) -> None:
    with pytest.raises(
        CensusError, match=r"1 of 3 rows has hire_date that is not a date written mm/dd/yyyy \(first: line 3"
    ):
        read(f"{BASE}\n1,03/25/2019,52000\n2,2018-05-01,61000\n3,05/21/2018,61000\n")


# --- who is staff -----------------------------------------------------------------------------------------------------

STAFF_WORDS = [
    "Active",
    "A",
    "Leave of Absence",
    "L",
    "On leave",
    "Active - Full Time",
    "ACTIVE",
    "Seasonal",
    "Paid leave",
    "",
]
LEFT_WORDS = [
    "Terminated",
    "T",
    "Retired",
    "R",
    "Deceased",
    "D",
    "Inactive",
    "CEASED",
    "Resigned (voluntary)",
    "Laid off",
]


@pytest.mark.parametrize(("words", "staff"), [(STAFF_WORDS, True), (LEFT_WORDS, False)])
def test_words_and_letters_of_a_status_tell_who_is_staff(read: Read, words: list[str], staff: bool) -> None:
    rows = "".join(f"{n},2019-03-01,52000,{word}\n" for n, word in enumerate(words))

    census = read(f"{BASE},Employment Status\nx,2019-03-01,52000,Active\n{rows}")

    assert len(census) == 1 + staff * len(words)


def test_an_unknown_word_of_a_status_is_asked_about(read: Read) -> None:
    text = f"{BASE},Status\n1,2019-03-01,52000,Zork\n2,2019-03-01,52000,Active\n"

    with pytest.raises(
        CensusError, match=r"status that is no known word .*line 2\); explain it in census\.status_words"
    ):
        read(text)
    assert ids(read(text, status_words={"zork": "left"})) == ["2"]


def test_a_status_that_is_none_of_employment_is_not_used_and_said(read: Read) -> None:
    census = read(f"{BASE},Status\n1,2019-03-01,52000,F\n2,2019-03-01,52000,P\n3,2019-03-01,52000,T\n")

    assert len(census) == 3
    assert "no employment status" in said(census)


@pytest.mark.parametrize("header", ["Active", "Status as of 12/31/2024", "Employee Status (12/31)", "HR Status 2024"])
def test_a_status_by_any_name_tells_who_has_left(read: Read, header: str) -> None:
    assert ids(read(f"{BASE},{header}\n1,2019-03-01,52000,Terminated\n2,2019-03-01,52000,Active\n")) == ["2"]


def test_a_termination_in_the_simulated_years_goes_over_a_status(read: Read) -> None:
    census = read(f"{BASE},Status,Term Date\n1,2019-03-01,52000,Terminated,2025-03-01\n2,2019-03-01,52000,A,\n")

    assert ids(census) == ["1", "2"]


def test_what_cannot_both_be_true_is_a_finding(read: Read) -> None:
    census = read(f"{BASE},Status,Term Date\n1,2019-03-01,52000,Active,2020-03-01\n2,2019-03-01,52000,A,\n")

    assert ids(census) == ["2"]
    assert "an active status and an earlier termination_date (first: line 2)" in said(census)


@pytest.mark.parametrize("rows", ["1,2019-03-01,52000,2016-01-31,,Y\n", "1,2012-03-01,52000,2016-01-31,2019-02-01,Y\n"])
def test_an_earlier_employment_that_ended_leaves_somebody_staff(read: Read, rows: str) -> None:
    census = read(f"{BASE},termination_date,rehire_date,active\n{rows}2,2018-05-01,61000,,,Y\n")

    assert ids(census) == ["1", "2"]
    assert "termination_date before the last hire date (first: line 2); an earlier employment" in said(census)


def test_who_is_hired_again_only_later_has_left(read: Read) -> None:
    text = f"{BASE},termination_date,rehire_date\n1,2012-03-01,52000,2016-01-31,2025-02-01\n2,2018-05-01,61000,,\n"
    census = read(text)

    assert ids(census) == ["2"]
    assert ids(read_census(census, config(2026))) == ["1", "2"]


@pytest.mark.parametrize(("service", "hired"), [("first", date(2010, 1, 1)), ("last", date(2019, 3, 1))])
def test_service_counts_from_the_first_of_several_hire_dates_or_the_last(read: Read, service: str, hired: date) -> None:
    text = f"{BASE},Original Hire Date,Adjusted Service Date\n1,2019-03-01,52000,2010-01-01,2012-06-01\n"
    census = read(text, service_from=service)

    assert census.frame["hire_date"].item() == hired
    assert f"service counts from the {service} of them" in said(census) or service == "last"


PANEL = f"{BASE},Fiscal Year\n1,2019-03-01,52000,2023\n1,2019-03-01,53000,2024\n2,2019-03-01,52000,2024\n"


@pytest.mark.parametrize(
    ("how", "cents"), [("latest", 53_000_00), ("first", 52_000_00), ("last", 53_000_00), ("sum_pay", 105_000_00)]
)
def test_several_rows_of_a_person_are_picked_or_merged_as_asked(read: Read, how: str, cents: int) -> None:
    with pytest.raises(CensusError, match=r"the rows are of 2 years or dates.* set census\.several_rows to latest"):
        read(PANEL)
    assert read(PANEL, several_rows=how).frame["salary_cents"].to_list() == [cents, 52_000_00]


# --- pay --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "cells", "cents"),
    [
        ("Pay Rate,Pay Basis", ["25.50,Hourly", "61000,Annual"], [5_304_000, 6_100_000]),
        ("Pay Rate,Pay Type,FTE", ["20,H,0.5", "5200,Monthly,1"], [2_080_000, 6_240_000]),
        ("Hourly Rate,Standard Hours", ["25.50,40", "31,20"], [5_304_000, 3_224_000]),
        ("Hourly Rate,Hours per Week", ["25.505,37.5", "31,"], [4_973_475, 6_448_000]),
        ("Monthly Salary", ["4250", "5100.50"], [5_100_000, 6_120_600]),
        ("Salary per Month", ["4250", "5100"], [5_100_000, 6_120_000]),
        ("Pay/Month ($)", ["4250", "5100"], [5_100_000, 6_120_000]),
        ("Rate per Hour", ["25.50", "31"], [5_304_000, 6_448_000]),
        ("Salary (monthly)", ["4250", "5100"], [5_100_000, 6_120_000]),
        ("Semi-Monthly Pay", ["2000", "2100"], [4_800_000, 5_040_000]),
        ("Bi-Weekly Pay", ["2000", "2100"], [5_200_000, 5_460_000]),
        ("Weekly Wage", ["1000", "1100"], [5_200_000, 5_720_000]),
        ("Salary,Pay Frequency", ["2000,Biweekly", "2100,Biweekly"], [5_200_000, 5_460_000]),
        ("Salary,Pay Frequency", ["52000,Biweekly", "61000,Biweekly"], [5_200_000, 6_100_000]),
        ("Annual Salary,Pay Basis", ["53040,Hourly", "61000,Salaried"], [5_304_000, 6_100_000]),
        ("Annual Salary,Hourly Rate,Typical Hours", ["95000,,", ",25.10,20"], [9_500_000, 2_610_400]),
        ("Base Salary,Pay Basis", ["95000,per Annum", "25.10,per Hour"], [9_500_000, 5_220_800]),
        ("Base Salary,Pay Basis", ["95000,per Annum", "300.10,per Day"], [9_500_000, 7_802_600]),
        ("Salary", ["85k", "61.5K"], [8_500_000, 6_150_000]),
        ("Salary", ['"€ 1.052.000,00"', '"61.000,50 €"'], [105_200_000, 6_100_050]),
        ("Salary", ["52.000", "61.000"], [5_200_000, 6_100_000]),
        ("Salary", ["CHF 52'000.00", "61'000"], [5_200_000, 6_100_000]),
        ("Salary", ['"$52,000.00 "', '" $ 61,000"'], [5_200_000, 6_100_000]),
    ],
)
def test_pay_of_any_period_becomes_a_years(read: Read, header: str, cells: list[str], cents: list[int]) -> None:
    rows = "".join(f"{n},2019-03-01,{cell}\n" for n, cell in enumerate(cells))

    assert read(f"id,Hire Date,{header}\n{rows}").frame["salary_cents"].to_list() == cents


@pytest.mark.parametrize(
    ("pay", "words"),
    [
        (["25.50", "31.00", "19.75"], "annual_salary is too low for annual pay.*set census.pay_basis"),
        (["5200000", "6100000"], "annual_salary is too high for annual pay.*census.pay_basis"),
        (["52000", "61000", "25.50"], r"annual_salary below \$1,000 \(first: line 4\); too low for annual pay, hourly"),
        (["52000", "61000", "5200000"], r"annual_salary above \$5,000,000 \(first: line 4\); far above the others"),
        (["52000", "(1,234)".replace(",", "")], "annual_salary of zero or less"),
    ],
)
def test_pay_beyond_reason_is_a_question_not_a_note(read: Read, pay: list[str], words: str) -> None:
    text = f"{BASE}\n" + "".join(f"{n},2019-03-01,{amount}\n" for n, amount in enumerate(pay))

    with pytest.raises(CensusError, match=words):
        read(text)


def test_the_answer_to_a_question_about_pay_is_taken(read: Read) -> None:
    text = f"{BASE}\n1,2019-03-01,25.50\n2,2019-03-01,31\n"

    assert read(text, pay_basis="hourly").frame["salary_cents"].to_list() == [5_304_000, 6_448_000]
    assert read(text, pay_basis="hourly", hours_per_year=1950.0).frame["salary_cents"].to_list() == [
        4_972_500,
        6_045_000,
    ]
    assert read(text, pay_basis="annual").frame["salary_cents"].to_list() == [2_550, 3_100]


def test_pay_since_hire_becomes_a_years_when_asked(read: Read) -> None:
    text = f"{BASE}\n1,2024-07-01,26000\n2,2019-03-01,52000\n"

    assert read(text, annualize_part_year=True).frame["salary_cents"].to_list() == [5_171_739, 5_200_000]  # 184 of 366
    assert read(text).frame["salary_cents"].to_list() == [2_600_000, 5_200_000]


def test_part_time_in_words_is_half_of_full_time(read: Read) -> None:
    census = read(f"{BASE},Full or Part-Time\n1,2019-03-01,52000,F\n2,2019-03-01,26000,Part time\n")

    assert census.frame["full_time_ppm"].to_list() == [1_000_000, 500_000]
    assert "1 part-time in words counted as half" in said(census)


def test_hours_scheduled_tell_who_is_part_time(read: Read) -> None:
    census = read(f"{BASE},Standard Hours\n1,2019-03-01,52000,37.5\n2,2019-03-01,52000,37.5\n3,2019-03-01,26000,20\n")

    assert census.frame["full_time_ppm"].to_list() == [1_000_000, 1_000_000, 533_333]


# --- percents and dollars of the plan ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "values", "bp"),
    [
        ("Deferral %", [1, 6, 0.5], [100, 600, 50]),
        ("Deferral Pct", [1, 1, 0], [100, 100, 0]),
        ("deferral_rate", [1, 6, 0.5], [100, 600, 50]),
        ("deferral_rate", ["1%", "6 %", ""], [100, 600, None]),
        ("deferral_rate", [0.01, 0.06, 0], [100, 600, 0]),
        ("Deferral %", [0.01, 0.06, 0.1], [100, 600, 1_000]),
        ("Deferral %", [0.75, 0.06, 0.1], [7_500, 600, 1_000]),
        ("401k deferral", ["6,5%", "1%", "0%"], [650, 100, 0]),
        ("Deferral Amount ($)", ['"$5,200.00"', 2600, 0], [1_000, 500, 0]),
        ("401k Contributions", [5200, 2600, ""], [1_000, 500, None]),
        ("Deferral", [5200, 2600, 0], [1_000, 500, 0]),
        ("Pre-Tax %,Roth %", ["4,2", "0,3", "1,"], [600, 300, 100]),
        ("Pretax Rate,Roth Rate", ["4,2", "0,3", "1,"], [600, 300, 100]),
    ],
)
def test_rates_are_read_by_the_whole_column(read: Read, header: str, values: list[Any], bp: list[int | None]) -> None:
    rows = "".join(f"{n},2019-03-01,52000,{_quoted(cell, header)}\n" for n, cell in enumerate(values))

    assert read(f"{BASE},{header}\n{rows}").frame["deferral_bp"].to_list() == bp


def _quoted(cell: Any, header: str) -> str:
    return f'"{cell}"' if "," in str(cell) and '"' not in str(cell) and "," not in header else str(cell)


def test_an_owner_in_words_owns_just_above_5_percent(read: Read) -> None:
    census = read(f"{BASE},5% Owner\n1,2019-03-01,52000,Y\n2,2019-03-01,52000,N\n")

    assert census.frame["owner_share_ppm"].to_list() == [50_100, 0]


@pytest.mark.parametrize("values", [[1, 0, 1], ["6%", "0.05", "0"], [0.5, 1, 0.75], [0.06, 6, 3]])
def test_rates_that_could_be_either_are_asked_about(read: Read, values: list[Any]) -> None:
    text = f"{BASE},Deferral Rate\n" + "".join(f"{n},2019-03-01,52000,{value}\n" for n, value in enumerate(values))

    with pytest.raises(CensusError, match=r"may hold percent or shares of one; set census\.rates"):
        read(text)


# --- identifiers ------------------------------------------------------------------------------------------------------

PSEUDONYM = re.compile("P-[0-9a-f]{32}")
NAMED = [
    'Employee,Hire Date,Annual Salary\n"Doe, A",2019-03-01,52000\n"Roe, B",2018-05-01,61000\n',
    "Employee Name,Hire Date,Annual Salary\nAnn Doe,2019-03-01,52000\nBo Roe,2018-05-01,61000\n",
    "First Name,Last Name,Hire Date,Annual Salary\nAnn,Doe,2019-03-01,52000\nBo,Roe,2018-05-01,61000\n",
    "Employee,Hire Date,Annual Salary\nDoe,2019-03-01,52000\nRoe,2018-05-01,61000\n",
    "SSN,Hire Date,Annual Salary\n900-11-2222,2019-03-01,52000\n900-11-3333,2018-05-01,61000\n",
    "EE ID,Hire Date,Annual Salary\n900-11-2222,2019-03-01,52000\n900-11-3333,2018-05-01,61000\n",
    "Social Security Number,Hire Date,Annual Salary\n900112222,2019-03-01,52000\n900113333,2018-05-01,61000\n",
    "employee_id,Hire Date,Annual Salary\nAnn Doe,2019-03-01,52000\nBo Roe,2018-05-01,61000\n",
]


@pytest.mark.parametrize("header", ["SS#", "Soc Sec No", "Participant SSN", "Taxpayer ID", "EE SSN"])
def test_a_number_of_a_person_is_known_by_any_name(read: Read, header: str) -> None:
    census = read(f"{header},Hire Date,Annual Salary\n900112222,2019-03-01,52000\n900113333,2018-05-01,61000\n")

    assert all(PSEUDONYM.fullmatch(one) for one in ids(census))


@pytest.mark.parametrize("text", NAMED)
def test_names_and_numbers_of_people_are_never_written(read: Read, text: str) -> None:
    census = read(text)

    assert all(PSEUDONYM.fullmatch(one) for one in ids(census))
    assert len({*ids(census)}) == 2
    assert not re.search("Doe|Roe|90011|900-11", f"{census!r}{census.frame}{said(census)}")


def test_pseudonyms_stay_the_same_in_any_order_and_with_a_key_in_any_file(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    head, first, second = NAMED[4].splitlines()
    turned = f"{head}\n{second}\n{first}\n"
    assert ids(read(NAMED[4])) == ids(read(turned))[::-1]

    monkeypatch.setenv("CENSUS_KEY", "k" * 32)
    alone = ids(read(f"{head}\n{first.replace('-', '')[:9]},2019-03-01,52000\n", pseudonym_key="CENSUS_KEY"))
    assert alone == ids(read(NAMED[4], pseudonym_key="CENSUS_KEY"))[:1]
    monkeypatch.setenv("CENSUS_KEY", "short")
    with pytest.raises(CensusError, match="has 5 bytes, it needs at least 16"):
        read(NAMED[4], pseudonym_key="CENSUS_KEY")


def test_a_number_beside_names_is_the_id_and_keeps_its_zeros(read: Read) -> None:
    census = read('Employee,Emp No,Hire Date,Salary\n"Doe, A",007,2019-03-01,52000\n"Roe, B",070,2018-05-01,61000\n')

    assert ids(census) == ["007", "070"]
    assert "columns dropped as personal: Employee" in said(census)


@pytest.mark.parametrize("shielded", ['="007"', "'007", '"=""007"""'])
def test_zeros_that_a_spreadsheet_is_made_to_keep_are_kept(read: Read, shielded: str) -> None:
    assert ids(read(f"{BASE}\n{shielded},2019-03-01,52000\n"))[0] == "007"


@pytest.mark.parametrize("nothing", ["nan", "NULL", "None", "N/A", "#N/A", "-", " "])
def test_words_for_nothing_are_no_ids(read: Read, nothing: str) -> None:
    with pytest.raises(CensusError, match=r"1 of 2 rows has no employee_id \(first: line 2\)"):
        read(f"{BASE}\n{nothing},2019-03-01,52000\n2,2018-05-01,61000\n")


def test_spellings_of_a_level_are_one_and_words_for_nothing_none(read: Read) -> None:
    words = ["Senior", "senior", "SENIOR ", "Senior", "N/A", "-", "NA", "null", "Junior"]
    rows = "".join(f"{n},2019-03-01,52000,{word}\n" for n, word in enumerate(words))

    census = read(f"{BASE},level\n{rows}")

    assert census.frame["level"].to_list() == ["Senior"] * 4 + [None] * 4 + ["Junior"]
    assert "level: 2 rows in another spelling" in said(census)


# --- the account ------------------------------------------------------------------------------------------------------


def test_a_census_prints_as_its_account(read: Read) -> None:
    census = read(f"{BASE},Status,Title\n1,3/25/2019,52000,A,x\n2,5/21/2018,61000,T,y\n")

    page = repr(census).splitlines()
    assert page[:3] == [
        "staff.csv: 1 employee on 2025-01-01",
        "2 rows = 1 employee + 1 left out + 0 refused",
        "  left out: 1 with a terminated status",
    ]
    assert "not used: Title" in page
    assert "<strong>staff.csv: 1 employee on 2025-01-01</strong>" in census._repr_html_()
    assert json.loads(json.dumps(census.account))["census"] == {
        "date_format": {"hire_date": "%m/%d/%Y"},
        "columns": {"status": "Status"},
    }


def test_a_census_section_that_is_printed_reads_the_file_in_the_same_way(read: Read) -> None:
    text = "EE;Start;Base Pay;St\n007;03.04.2019;52.000,00;A\n008;05.06.2018;61.000,50;T\n"
    census = read(text, columns={"status": "St"})

    again = read(text, **census.account["census"])

    assert again.frame.equals(census.frame)
    assert len(census) == 1


def test_levels_that_few_have_are_not_named(read: Read) -> None:
    rows = "".join(f"{n},2019-03-01,52000,{'Staff' if n else '1974-09-12'}\n" for n in range(5))

    assert read(f"{BASE},level\n{rows}").account["levels"] == {"Staff": 4, "others": 1}


def test_a_census_made_by_hand_has_an_account_too() -> None:
    frame = read_census(
        pl.DataFrame({"employee_id": ["1"], "hire_date": [date(2019, 1, 1)], "annual_salary": [5e4]})
    ).frame

    assert repr(Census(frame)).splitlines()[:2] == ["frame: 1 employee", "1 row = 1 employee + 0 left out + 0 refused"]


def test_keys_of_the_census_section_can_be_given_beside_a_configuration(tmp_path: Path) -> None:
    (tmp_path / "staff.csv").write_text(f"{BASE}\n1,2019-03-01,25.50\n")
    path = tmp_path / "staff.csv"

    assert read_census(path, census={"pay_basis": "hourly"}).frame["salary_cents"].item() == 5_304_000
    assert check_census(path, census={"pay_basis": "hourly"}).is_empty()
    assert check_census(path)["severity"].to_list()[0] == "error"


# --- the shared cases -------------------------------------------------------------------------------------------------


def test_the_cases_collected_from_the_field_come_out_right(read: Read) -> None:
    if not CASES.exists():
        pytest.skip("no field cases beside the project")
    cases = json.loads(CASES.read_text(encoding="utf-8"))

    assert {case["id"]: wrong for case in cases if (wrong := _wrong(case, read))} == {}


def _wrong(case: dict[str, Any], read: Read) -> str:
    """Return what is wrong with how a case comes out, or nothing."""
    expect, encoding = case["expect"], "cp1252" if case["id"].endswith("cp1252") else "utf-8"
    try:
        census = read(case["text"].encode(encoding), case["name"], **case["config"].get("census", {}))
    except CensusError as error:
        lacks = [words for words in expect.get("error", []) if not re.search(words, str(error), re.IGNORECASE)]
        return "" if "people_or_error" in expect or ("error" in expect and not lacks) else str(error)
    people = expect.get("people", expect.get("people_or_error"))
    if len(census) != people:
        return f"{len(census)} people, {people} expected"
    silent = [words for words in expect.get("says", []) if not re.search(words, said(census), re.IGNORECASE)]
    return "; ".join([*_differing(census, expect), *silent])


def _differing(census: Census, expect: dict[str, Any]) -> list[str]:
    rows = {str(row["employee_id"]): row for row in census.frame.iter_rows(named=True)}
    named = {"salary_cents": "salary_cents", "hired": "hire_date", "birth": "birth_date", "deferral_bp": "deferral_bp"}
    return [
        f"{column} of {who}"
        for key, column in named.items()
        for who, value in expect.get(key, {}).items()
        if str(rows[who][column]) != str(value)
    ]

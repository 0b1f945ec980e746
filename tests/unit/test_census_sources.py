"""Where a census comes from: files of many dialects, frames of any kind, and broken ones."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import date, time
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from polars.testing import assert_frame_equal

from tests.censuses import HIRED, found, people
from workforce_sim.census import read_census
from workforce_sim.errors import CensusError


class Stream:
    """An object that is nothing but an Arrow stream."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return people(2).__arrow_c_stream__(requested_schema)


@pytest.mark.parametrize(
    "make",
    [
        lambda: people(2).lazy(),
        lambda: people(2).to_arrow(),
        lambda: people(2).to_pandas(),
        lambda: pd.DataFrame(people(2).to_dict(as_series=False)),
        lambda: pa.table(people(2).to_dict(as_series=False)),
        lambda: people(2).to_dict(as_series=False),
        Stream,
    ],
)
def test_any_frame_is_read_alike(make: Callable[[], Any]) -> None:
    assert_frame_equal(read_census(make()).frame, read_census(people(2)).frame)


def test_pandas_whole_numbers_made_doubles_stay_ids() -> None:
    grade = pd.Categorical(["a", None])
    frame = pd.DataFrame({"id": [1.0, 2.0], "hire_date": [HIRED] * 2, "salary": [5e4] * 2, "grade": grade})

    census = read_census(frame)

    assert census.frame["employee_id"].to_list() == ["1", "2"]
    assert census.frame["level"].to_list() == ["a", None]


@pytest.mark.parametrize("source", [None, 3, object(), pl.DataFrame(), []])
def test_what_is_no_table_is_an_error(source: Any) -> None:
    with pytest.raises(CensusError, match=r"^frame: "):
        read_census(source)


def test_columns_of_a_wrong_type_are_named_together() -> None:
    frame = people(employee_id=[True], hire_date=[time(1)], annual_salary=[[1.0]])

    with pytest.raises(CensusError) as caught:
        read_census(frame)

    assert [line.split(";")[0] for line in str(caught.value).splitlines()] == [
        "frame: column employee_id holds Boolean",
        "frame: column hire_date holds Time",
        "frame: column annual_salary holds List(Float64)",
    ]


def test_parquet_and_csv_read_alike(tmp_path: Path) -> None:
    frame = people(3, birth_date=date(1980, 1, 1), deferral_rate=[0.06, None, 0.0], opted_out=[True, False, None])
    frame.write_parquet(tmp_path / "a.parquet")
    frame.write_csv(tmp_path / "a.csv")

    parquet, csv = read_census(tmp_path / "a.parquet"), read_census(str(tmp_path / "a.csv"))

    assert_frame_equal(parquet.frame, csv.frame)
    assert (parquet.source, csv.source) == ("a.parquet", "a.csv")


HEADER = "employee_id,hire_date,annual_salary"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", f"{HEADER}\nE0,2020-01-02,50000\n\nE1,2020-01-02,50000.00\n\n".encode()),
        ("bom.csv", f"\ufeff{HEADER}\r\nE0,2020-01-02,50000\r\nE1,2020-01-02,50000\r\n".encode()),
        ("semicolon.csv", f"{HEADER}\nE0,2020-01-02,50000\nE1,2020-01-02,50000\n".replace(",", ";").encode()),
        ("tab.tsv", f"{HEADER}\nE0,2020-01-02,50000\nE1,2020-01-02,50000\n".replace(",", "\t").encode()),
        ("quoted.txt", f'{HEADER}\n"E0",2020-01-02,"$50,000.00"\nE1,2020-01-02,50000\n'.encode()),
        ("zipped.csv.gz", gzip.compress(f"{HEADER}\nE0,2020-01-02,50000\nE1,2020-01-02,50000\n".encode(), mtime=0)),
        ("glob[1].csv", f"{HEADER}\nE0,2020-01-02,50000\nE1,2020-01-02,50000\n".encode()),
    ],
)
def test_csv_of_many_dialects_is_read(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)

    assert_frame_equal(read_census(tmp_path / name).frame, read_census(people(2)).frame)


@pytest.mark.parametrize("name", ["staff.parquet", "staff.csv", "staff"])
def test_an_open_file_is_read_as_its_path_is(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    people(2).write_parquet(path) if path.suffix != ".csv" else people(2).write_csv(path)

    with path.open("rb") as file:
        census = read_census(file)
    assert (census.source, census.notes) == (name, read_census(path).notes)
    assert_frame_equal(census.frame, read_census(path).frame)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"no table at all", b"PK\x03\x04", b"\x1f\x8b"])
def test_an_open_file_is_refused_as_its_path_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "staff.csv"
    path.write_bytes(content)

    with pytest.raises(CensusError) as by_path:
        read_census(path)
    with path.open("rb") as file, pytest.raises(CensusError) as opened:
        read_census(file)
    assert str(opened.value) == str(by_path.value)


def test_blank_lines_of_a_csv_count_as_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{HEADER}\nE0,2020-01-02,50000\n\nE1,,50000\n")

    assert found(path) == {"no hire_date": [3]}


def test_equal_headers_of_a_csv_are_two_columns_for_one_thing(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{HEADER},annual_salary\nE0,2020-01-02,1,2\n")

    with pytest.raises(CensusError, match="look like annual_salary"):
        read_census(path)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", f"{HEADER}\n".encode(), "has no rows"),
        ("a.csv", f"{HEADER},dept\nE0,2020-01-02,1000,Zo\x81\n".encode("latin-1"), "is not UTF-8 text; save it"),
        ("a.csv", f"{HEADER}\nE0,2020-01-02,1000\n".encode("utf-16")[:-1], "is not UTF-16 text; save it as UTF-8"),
        ("a.csv", f"{HEADER}\rE0,2020-01-02,1000\r".encode(), "lines that end in CR alone"),
        ("a.csv", f"{HEADER}\nE0,2020-01-02,1000,extra\n".encode(), "more fields than the header"),
        ("a.csv", f'{HEADER}\n"E0,2020-01-02,1000\n'.encode(), "a quotation mark that is never closed"),
        ("a.csv", b"E0,2020-01-02,50000,Ann\nE1,2020-01-02,50000,Bo\n", "column names look like data"),
        ("a.csv", bytes(range(256)), "is not text"),
        ("a.parquet", b"", "cannot be read as Parquet, it looks truncated or damaged"),
        ("a.parquet", b"PAR1" + b"\0" * 100, "cannot be read as Parquet, it looks truncated or damaged"),
        ("a.parquet", f"{HEADER}\nE0,2020-01-02,1000\n".encode(), "cannot be read as Parquet"),
        ("a.xlsx", b"PK\3\4", "cannot be opened as a workbook or a zip file"),
    ],
)
def test_broken_files_give_one_clear_line(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(CensusError, match=words) as caught:
        read_census(tmp_path / name)

    message = str(caught.value)
    assert message.startswith(f"{name}: ")
    assert "\n" not in message
    assert "E0" not in message
    assert caught.value.__cause__ is None


def test_a_truncated_parquet_file_is_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "census.parquet"
    people(1000).write_parquet(path)
    path.write_bytes(path.read_bytes()[:-50])

    with pytest.raises(CensusError, match=r"^census\.parquet: cannot be read as Parquet, it looks truncated"):
        read_census(path)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"census file not found: .*nowhere\.csv"):
        read_census(tmp_path / "nowhere.csv")
    with pytest.raises(CensusError, match="is a folder"):
        read_census(tmp_path)


def test_a_lazy_frame_that_fails_gives_no_value() -> None:
    frame = people(annual_salary="Secret").lazy().with_columns(pl.col("annual_salary").cast(pl.Int64))

    with pytest.raises(CensusError, match="cannot be read") as caught:
        read_census(frame)
    assert "Secret" not in str(caught.value)

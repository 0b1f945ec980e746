"""Hostile censuses: refused in a line each, without a value of anybody, or read as what they say."""

from __future__ import annotations

import datetime as dt
import gzip
import os
import zlib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.censuses import HIRED, config, found, people
from tests.faults.hostile import apart, called, good, refused, told
from tests.support import few
from workforce_sim.census import check_census, read_census
from workforce_sim.census.bounds import MAX_COLUMNS, MAX_ROWS
from workforce_sim.config.workforce import MAX_LEVELS
from workforce_sim.errors import CensusError

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs POSIX limits, pipes and devices")

SMALLEST = """\
simulation: {start_year: 2025, end_year: 2025, target_growth_rate: 0.03}
workforce: {total_termination_rate: 0.12}
random_seed: 42
"""
HEADER = "employee_id,hire_date,annual_salary"
ROWS = "".join(f"E{n},2020-01-02,{50_000 + n}\n" for n in range(20))
NONE = np.zeros(20, dtype=np.int64)


# --- text censuses ----------------------------------------------------------------------------------------------------

GOOD = f"{HEADER}\n{ROWS}"
PRIVATE = "Zyx-1,2020-01-02,61237.41\nZyx-2,2020-01-02,62237.41\n"
TEXTS: dict[str, tuple[str | bytes, str]] = {
    "half of UTF-16": (GOOD.encode("utf-16")[:-1], "is not UTF-16 text; save it as UTF-8"),
    "UTF-16 without a mark": (GOOD.encode("utf-16-le"), "is not text; save the census as CSV (UTF-8) or Parquet"),
    "no letters": (f"{GOOD}Zo\x81,2020-01-02,1\n".encode("latin-1"), "is not UTF-8 text; save it as UTF-8"),
    "NUL": (GOOD.replace("E3", "E\0"), "is not text; save the census as CSV (UTF-8) or Parquet"),
    "a quotation mark": (f'{GOOD}"Zyx-1,2020-01-02,61237.41\n', "a quotation mark that is never closed"),
    "a quotation mark at first": (f'"{HEADER}\n{PRIVATE}', "has no end of the column names; look for a quotation mark"),
    "quotation marks": ('"' * 1_000_001, "has no end of the column names; look for a quotation mark"),
    "a long line": ("x" * 1_000_000 + "\nE1\n", "has no end of the column names"),
    "many columns": (f"{HEADER},{','.join(f'c{n}' for n in range(2_500))}\n{ROWS}", "has 2,503 columns, at most 2,000"),
    "100,000 columns": (f"{','.join(f'salar{n}' for n in range(100_000))}\n1\n", f"at most {MAX_COLUMNS:,} are read"),
    "columns twice": (f"{HEADER},hire_date\nE1,2020-01-02,1,2020-01-02\n", "look like hire_date; say which"),
    "columns 1,900 times": (",".join(["hire_date"] * 1_900) + "\n1\n", "look like hire_date; say which"),
    "names like ours": (
        ",".join(f"salari{n}{'x' * 20}" for n in range(1_500)) + "\n1\n",
        "no column for annual_salary",
    ),
    "no names": (PRIVATE, "the column names look like data; put one line of names before the data"),
    "no names and two separators": (f"a,b,{PRIVATE.replace(',', ';')}", "column names look like data"),
    "escapes": (f'{HEADER.replace("hire", "hir")},"\x1b[31m\na"\n{PRIVATE}', "no column for hire_date"),
    "gzip in gzip": (gzip.compress(gzip.compress(GOOD.encode())), "is not text; save the census as CSV (UTF-8)"),
    "zlib": (zlib.compress(GOOD.encode()), "is packed; unpack it"),
    "zstd": (b"\x28\xb5\x2f\xfd" + b"x" * 100, "is packed; unpack it"),
    "zip": (b"PK\3\4" + b"\0" * 100, "is not text"),
    "nothing": (b"", "is empty"),
    "more fields": (f"{GOOD}Zyx-1,2020-01-02,61237.41,1\n", "some row has more fields than the header"),
}


@pytest.mark.parametrize("name", few(TEXTS, 2))
def test_a_hostile_text_census_is_refused_in_a_line_without_a_value(tmp_path: Path, name: str) -> None:
    content, words = TEXTS[name]
    path = tmp_path / "c.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())

    message = refused(path, read_census)

    assert words in message
    assert message.startswith("c.csv: ")
    assert not [*told(message)]
    assert called("census", "check", str(path))[0] == 1


def test_a_name_of_a_column_shows_only_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text(f'salary,"Hired\nZyx\nQuill",{"x" * 500}\n1,2,3\n', encoding="utf-8")

    message = refused(path, read_census)

    assert "columns found: salary, Hired..., xxx" in message
    assert not [*told(message)]


@pytest.mark.parametrize(
    "content", [gzip.compress(GOOD.encode(), mtime=0)[:-20], b"\x1f\x8b" + b"x" * 100, b"\x1f\x8b"]
)
def test_a_damaged_gzip_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "c.csv.gz"
    path.write_bytes(content)

    assert "cannot be unpacked, it looks truncated or damaged" in refused(path, read_census)


NUMBERS = [
    "nan",
    "inf",
    "-inf",
    "1e400",
    "1e309",
    "-1e400",
    "0x10",
    "١٢٣",
    "1_000",
    "--1",
    "$",
    "1e",
    "9" * 400,
    "9" * 10**6,
]


def test_numbers_that_are_none_are_counted_and_never_shown(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text(
        f"{HEADER}\n" + "".join(f"E{n},2020-01-02,{text}\n" for n, text in enumerate(NUMBERS)), encoding="utf-8"
    )

    rules = found(path)

    assert rules["no annual_salary"] == [1]
    assert rules["annual_salary that is not a number"] == [2, 3, 4, 5, 6]


def test_dates_at_the_ends_of_the_calendar_are_refused(tmp_path: Path) -> None:
    path, days = (
        tmp_path / "c.csv",
        ["0000-01-01", "0001-01-01", "9999-12-31", "99999-01-01", "2020-13-01", "2020-02-30"],
    )
    path.write_text(
        f"{HEADER},birth_date\n" + "".join(f"E{n},2020-01-02,50000,{day}\n" for n, day in enumerate(days)),
        encoding="utf-8",
    )

    assert found(path) == {
        "birth_date that is not a date written YYYY-MM-DD": [4, 5, 6],
        "birth_date more than 100 years before hire_date": [1, 2],
    }


IDS = ["a\nb", "a\0b", "😀", "\x1b[2J", "\u202e", "=1+1", '"', "x" * 200]


def test_ids_of_any_letters_are_kept() -> None:
    census = read_census(people(len(IDS), employee_id=IDS))

    assert census.frame["employee_id"].to_list() == IDS


def test_texts_of_a_megabyte_are_broken_rules(tmp_path: Path) -> None:
    long = "Z" * 1_000_000
    columns = {"employee_id": long, "level": long, "department": long, "annual_salary": long, "birth_date": long}
    people(1, **columns, active=long).write_csv(tmp_path / "c.csv")

    assert found(tmp_path / "c.csv") == {
        "an employee_id of more than 200 characters": [1],
        "annual_salary that is not a number": [1],
        "birth_date that is not a date written YYYY-MM-DD": [1],
        "a department of more than 100 characters": [1],
        "a level of more than 100 characters": [1],
        "active that is neither true nor false": [1],
    }


def test_more_levels_than_a_run_may_have_are_refused(tmp_path: Path) -> None:
    count = MAX_LEVELS + 1
    people(count, level=[f"L{n}" for n in range(count)]).write_parquet(tmp_path / "c.parquet")
    (tmp_path / "c.yaml").write_text(f"{SMALLEST}census: {{path: c.parquet}}\n", encoding="utf-8")

    code, _, err = called("simulate", str(tmp_path / "c.yaml"))

    assert code == 1
    assert err.startswith(
        "c.parquet: has 5,001 different levels, at most 5,000 are allowed; map level to another column"
    )


# --- Parquet censuses -------------------------------------------------------------------------------------------------


def as_days(*days: int) -> Any:
    return pa.array([*days] * (20 // len(days)), pa.int32()).cast(pa.date32())


COLUMNS: dict[str, tuple[dict[str, Any], str]] = {
    "a list": (
        {"employee_id": [["Zyx"]] * 20},
        "column employee_id holds List(String); text or whole numbers expected",
    ),
    "a struct": ({"employee_id": [{"a": 1}] * 20}, "column employee_id holds Struct"),
    "bytes": ({"employee_id": [b"Zyx"] * 20}, "column employee_id holds Binary"),
    "a decimal": ({"employee_id": [Decimal(n) for n in range(20)]}, "column employee_id holds Decimal"),
    "true and false": ({"annual_salary": [True] * 20}, "column annual_salary holds Boolean; numbers expected"),
    "spans": ({"hire_date": [dt.timedelta(1)] * 20}, "column hire_date holds Duration"),
    "times": ({"hire_date": [dt.time(1)] * 20}, "column hire_date holds Time"),
    "no zone": (
        {"hire_date": pa.array(NONE).cast(pa.timestamp("us", tz="Nowhere/Land"))},
        "has times of a time zone that is not known; write dates",
    ),
    "not a number": ({"annual_salary": [float("nan")] * 20}, "20 of 20 rows have annual_salary that is not a number"),
    "infinite": ({"annual_salary": [float("inf")] * 20}, "20 of 20 rows have annual_salary that is not a number"),
    "64 bits": (
        {"annual_salary": pa.array(NONE - 1).cast(pa.uint64(), safe=False)},
        "annual_salary above $100,000,000",
    ),
    "-2^63": ({"annual_salary": pa.array([-(2**63)] * 20)}, "annual_salary of zero or less"),
    "38 digits": ({"annual_salary": [Decimal("9" * 38)] * 20}, "annual_salary above $100,000,000"),
    "half a number": (
        {"employee_id": [1.5, float("inf"), 1e300, 2.0**63] * 5},
        "employee_id that is not a whole number",
    ),
    "late hires": ({"hire_date": as_days(2**31 - 1)}, "hire_date on or after 2025-01-01"),
    "early hires": ({"hire_date": as_days(-(2**31))}, "hire_date before 1900-01-01"),
    "births of no year": (
        {"birth_date": as_days(-156_800_000, -(2**31))},
        "20 of 20 rows have birth_date more than 100",
    ),
    "early times": ({"hire_date": pa.array(NONE - 2**62).cast(pa.timestamp("us"))}, "hire_date before 1900-01-01"),
    "everybody gone": ({"termination_date": as_days(-(2**31))}, "has nobody employed on 2025-01-01"),
    "nothing": ({"employee_id": pa.nulls(20), "hire_date": pa.nulls(20)}, "20 of 20 rows have no employee_id"),
}


def table(**columns: Any) -> Any:
    """Return a clean Arrow table of 20 people with other columns."""
    return pa.table(
        {"employee_id": [*map(str, range(20))], "hire_date": [HIRED] * 20, "annual_salary": [5e4] * 20} | columns
    )


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_of_another_kind_is_told_by_its_name(tmp_path: Path, name: str) -> None:
    columns, words = COLUMNS[name]
    path = tmp_path / "c.parquet"
    pq.write_table(table(**columns), path)

    message = refused(path, lambda source: read_census(source, config()))

    assert words in message
    assert not [*told(message)]


@pytest.mark.parametrize(
    ("columns", "cents"),
    [
        ({"annual_salary": [Decimal("50000.005")] * 20}, 50_000_01),
        ({"annual_salary": pa.array(np.full(20, 60_000, dtype=np.float16))}, 60_000_00),
        ({"employee_id": pa.array(NONE - 1 - np.arange(20)).cast(pa.uint64(), safe=False)}, 50_000_00),
        ({"employee_id": pa.array([*map(str, range(20))]).dictionary_encode(), "junk": [[[1]]] * 20}, 50_000_00),
        ({"termination_date": as_days(2**31 - 1)}, 50_000_00),
    ],
)
def test_unusual_types_that_can_be_read_are_read(tmp_path: Path, columns: dict[str, Any], cents: int) -> None:
    pq.write_table(table(**columns), tmp_path / "c.parquet")

    frame = read_census(tmp_path / "c.parquet").frame

    assert frame["salary_cents"].to_list() == [cents] * 20
    assert frame["employee_id"].n_unique() == 20


def _damaged(content: bytes) -> list[bytes]:
    whole = len(content)
    cuts = [content[:n] for n in (0, 3, 4, 8, 11, 12, whole // 2, whole - 40, whole - 1)]
    sizes = [content[:-8] + size.to_bytes(4, "little") + b"PAR1" for size in (0, 1, whole, 2**31 - 1, 2**32 - 1)]
    return [
        *cuts,
        *sizes,
        b"PAR1",
        b"PAR1PAR1",
        b"PAR1" + b"\xff" * 8 + b"PAR1",
        b"PARE" + b"\0" * 99 + b"PARE",
        GOOD.encode(),
    ]


@pytest.mark.parametrize("number", range(19))
def test_a_damaged_parquet_file_is_refused_in_a_line(tmp_path: Path, number: int) -> None:
    path = tmp_path / "c.parquet"
    path.write_bytes(_damaged(good()[".parquet"][0])[number])

    message = refused(path, read_census)

    assert message.startswith("c.parquet: cannot be read as Parquet")
    assert "\n" not in message
    assert called("census", "check", str(path))[0] == 1


def test_two_parquet_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    twice = pa.Table.from_arrays([pa.array(["Zyx"]), pa.array(["Zyx"])], names=["employee_id", "employee_id"])
    pq.write_table(twice, tmp_path / "c.parquet")

    assert refused(tmp_path / "c.parquet", read_census).endswith("has two columns of the same name; rename one")


@pytest.mark.parametrize("read", [read_census, check_census])
def test_a_frame_of_too_many_columns_is_refused(read: Callable[[Any], object]) -> None:
    wide = people().with_columns(pl.lit(1).alias(f"c{n}") for n in range(MAX_COLUMNS))

    with pytest.raises(CensusError, match=r"^frame: has 2,003 columns, at most 2,000 are read; remove some$"):
        read(wide)


# --- bombs ------------------------------------------------------------------------------------------------------------


def _gzip_bomb(path: Path) -> None:
    with gzip.open(path, "wb", 6) as file:
        file.write(f"{HEADER}\n".encode())
        for _ in range(150):
            file.write(b"E1,2020-01-02,50000\n" * 50_000)


def _empty_lines(path: Path) -> None:
    path.write_text(f"{HEADER},{','.join(f'c{n}' for n in range(500))}\n{ROWS}" + "\n" * 1_000_000, encoding="utf-8")


def _long_ids(path: Path) -> None:
    pq.write_table(
        table(employee_id=[f"{'x' * 10_000_000}{n}" for n in range(20)]), path, compression="zstd", use_dictionary=False
    )


def _one_long_text(path: Path) -> None:
    """Write 100,000 rows that all point at the same megabytes."""
    text = pa.DictionaryArray.from_arrays(np.zeros(100_000, dtype=np.int32), ["9" * 1_000_000])
    days = pa.array(np.full(100_000, 18_000, dtype=np.int32)).cast(pa.date32())
    columns = dict.fromkeys(("employee_id", "annual_salary", "birth_date", "level", "department", "active"), text)
    pq.write_table(pa.table({**columns, "hire_date": days, "notes": text}), path, compression="zstd")


def _lie(path: Path) -> None:
    """Write texts of 200 MB that the footer calls 1,000 bytes."""
    _long_ids(path)
    content = path.read_bytes()
    length = int.from_bytes(content[-8:-4], "little")
    footer, group = content[-8 - length : -8], pq.read_metadata(path).row_group(0)
    for size in (group.column(0).total_uncompressed_size, group.total_byte_size):
        assert _varint(size) in footer
        footer = footer.replace(_varint(size), b"\xd0\x8f\x80\x80\x00")  # 1,000, in as many bytes
    path.write_bytes(content[: -8 - length] + footer + content[-8:])


def _varint(size: int) -> bytes:
    """Return a size as a footer writes it: twice, in groups of 7 bits, the lowest first."""
    groups = [(2 * size >> shift) & 127 for shift in (0, 7, 14, 21, 28)]
    return bytes([*(group | 128 for group in groups[:-1]), groups[-1]])


def _many_rows(path: Path, groups: int = 1 + MAX_ROWS // 1_000_000) -> None:
    text = pa.DictionaryArray.from_arrays(np.zeros(1_000_000, dtype=np.int32), ["E1"])
    rows = pa.table({"employee_id": text, "hire_date": text, "annual_salary": text})
    with pq.ParquetWriter(path, rows.schema) as writer:
        for _ in range(groups):
            writer.write_table(rows, 1_000_000)


BOMBS: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "gzip": ("c.csv.gz", _gzip_bomb, "c.csv.gz: unpacks to more than"),
    "empty lines": ("c.csv", _empty_lines, "c.csv: has far more lines than values; remove empty lines"),
    "long ids": ("c.parquet", _long_ids, "c.parquet: unpacks to 200,0"),
    "a footer that lies": ("c.parquet", _lie, "c.parquet: unpacks to 200,0"),
    "one long text": ("c.parquet", _one_long_text, "c.parquet: repeats texts of more than 4,000 bytes very often"),
    "rows": ("c.parquet", _many_rows, "c.parquet: has 21,000,000 rows; at most 20,000,000 are read"),
    "rows of nothing": (
        "c.parquet",
        lambda path: _many_rows(path, 2),
        "c.parquet: promises 2,000,000 rows, far too many",
    ),
    "wide": ("c.csv", lambda path: path.write_text(f"{',' * 1_000_000}\n"), "columns, at most 2,000 are read"),
    "an id": (
        "c.csv",
        lambda path: path.write_text(f"{GOOD}{'Z' * 10**7},2020-01-02,1000\n"),
        "more than 200 characters",
    ),
}


@pytest.mark.parametrize("name", few(BOMBS, 4))
def test_a_census_that_asks_for_more_than_it_holds_takes_little(tmp_path: Path, name: str) -> None:
    file, write, words = BOMBS[name]
    write(tmp_path / file)

    answer = apart("census", "check", tmp_path / file)

    assert answer["code"] == 1
    assert words in answer["out"] + answer["err"]

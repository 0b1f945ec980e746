"""Workbooks as censuses."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.censuses import config
from tests.workbooks import workbook
from workforce_sim.census import Census, read_census
from workforce_sim.errors import CensusError

HEAD = ["Emp ID", "Hire Date", "Annual Salary"]
ROWS = [["007", dt.date(2019, 3, 1), 52000.5], [8, dt.date(2018, 5, 1), 61000]]


def read(folder: Path, sheets: dict[str, Any], **census: Any) -> Census:
    pytest.importorskip("fastexcel")
    (folder / "staff.xlsx").write_bytes(workbook(sheets))
    return read_census(folder / "staff.xlsx", config(**census))


def test_the_sheet_and_the_line_of_names_are_found(tmp_path: Path) -> None:
    sheets = {"Cover": [["ACME"]], "Data": [[], ["Census 2024"], [], HEAD, *ROWS, [], ["Total", None, 113000.5]]}

    census = read(tmp_path, sheets)

    assert census.frame.select("employee_id", "hire_date", "salary_cents").rows() == [
        ("007", dt.date(2019, 3, 1), 5_200_050),
        ("8", dt.date(2018, 5, 1), 6_100_000),
    ]
    assert census.notes[:2] == ("sheet Data of 2 read", "1 row above the column names skipped")


def test_a_sheet_and_a_line_of_names_can_be_given(tmp_path: Path) -> None:
    sheets = {"2023": [HEAD, *ROWS, *ROWS], "2024": [HEAD, ["x"], HEAD, *ROWS]}

    assert len(read(tmp_path, sheets, sheet="2024", header_row=3)) == 2
    with pytest.raises(CensusError, match=r"^staff\.xlsx: has no sheet 2025; its sheets are 2023, 2024$"):
        read(tmp_path, sheets, sheet="2025")


def test_rows_of_a_sheet_are_told_as_the_sheet_counts_them(tmp_path: Path) -> None:
    with pytest.raises(CensusError, match=r"1 of 2 rows has no hire_date \(first: sheet row 5\)"):
        read(tmp_path, {"A": [["Title"], [], HEAD, ROWS[0], [9, None, 50000]]})


def test_without_what_reads_workbooks_the_way_to_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fastexcel", None)
    (tmp_path / "staff.xlsx").write_bytes(workbook({"A": [HEAD, *ROWS]}))

    with pytest.raises(CensusError, match=r"to read it: pip install 'workforce-sim\[excel\]'"):
        read_census(tmp_path / "staff.xlsx")


@pytest.mark.parametrize("content", [b"PK\3\4", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100])
def test_a_damaged_workbook_is_refused_in_a_line(tmp_path: Path, content: bytes) -> None:
    pytest.importorskip("fastexcel")
    (tmp_path / "staff.xlsx").write_bytes(content)

    with pytest.raises(CensusError, match=r"^staff\.xlsx: .*workbook") as caught:
        read_census(tmp_path / "staff.xlsx")
    assert "\n" not in str(caught.value)


def test_cells_cut_off_are_a_damaged_workbook(tmp_path: Path) -> None:
    pytest.importorskip("fastexcel")
    (tmp_path / "staff.xlsx").write_bytes(workbook({"A": [HEAD, *ROWS]})[:-40])

    with pytest.raises(CensusError, match=r"^staff\.xlsx: "):
        read_census(tmp_path / "staff.xlsx")

"""The page on censuses: its files print what it says, and its fields are those that are read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workforce_sim.census.fields import FIELDS
from workforce_sim.census.fields_page import fields_table
from workforce_sim.cli.main import main

PAGE = (Path(__file__).parents[2] / "docs/census.md").read_text(encoding="utf-8")
ANSWERS = "--pay-basis hourly --set rates=percent --date-format hire_date=%d/%m/%Y --leave-out rows-without-pay"


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, flags=re.DOTALL)


FILES = dict(zip(["recordkeeper.csv", "payroll.csv", "shop.csv", "july.csv"], blocks("csv"), strict=True))
SHOWN = blocks("text")


@pytest.mark.parametrize(
    ("name", "options", "shown", "code"),
    [
        ("recordkeeper.csv", "", SHOWN[0], 0),
        ("payroll.csv", "", SHOWN[1], 0),
        ("shop.csv", "", SHOWN[2], 1),
        ("shop.csv", ANSWERS, SHOWN[3], 0),
        ("july.csv", "--config july.yaml", SHOWN[4], 0),
    ],
)
def test_a_worked_file_prints_what_the_page_says(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    options: str,
    shown: str,
    code: int,
) -> None:
    (tmp_path / name).write_text(FILES[name], encoding="utf-8")
    (tmp_path / "july.yaml").write_text("".join(blocks("yaml")), encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    assert main(["census", "check", name, *options.split()]) == code
    assert capsys.readouterr() == (shown, "")


def test_the_answers_stand_on_the_page() -> None:
    assert f"`{ANSWERS}`" in PAGE


def test_the_table_of_fields_is_that_of_the_command() -> None:
    assert SHOWN[5] == f"{fields_table()}\n"
    assert all(f"\n{field.name}" in f"\n{SHOWN[5]}" for field in FIELDS)

"""The examples of ``docs/portfolio.md`` run, one after another."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import workforce_sim as ws
from tests.support_portfolio import PLAN, census
from workforce_sim.cli.main import main
from workforce_sim.studies.portfolio.book import read_book

PAGE = (Path(__file__).parents[2] / "docs" / "portfolio.md").read_text(encoding="utf-8")
DESIGNS = "extends: today.yaml\nscenarios: {today: {}, stretch: {plan.match: {preset: stretch}}}\n"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)


def test_the_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    Path("today.yaml").write_text(PLAN, encoding="utf-8")
    Path("designs.yaml").write_text(DESIGNS, encoding="utf-8")
    frame = census(20).with_columns((pl.col("salary_cents") / 100).alias("annual_salary")).drop("salary_cents")
    frame.select("employee_id", "hire_date", "birth_date", "annual_salary").write_csv("alder.csv")
    census(30, 1).write_parquet("birch.parquet")
    census(20, 2).write_parquet("cedar.parquet")
    (table,), (text,), (lines,) = blocks("csv"), blocks("yaml"), blocks("bash")
    Path("book.csv").write_text(table, encoding="utf-8")
    Path("short.yaml").write_text(text, encoding="utf-8")

    assert [employer.name for employer in read_book("short.yaml").employers] == ["Alder Clinic", "Birch Stores"]
    assert ws.check_book("short.yaml")["result"].to_list() == ["good", "good"]
    for line in lines.splitlines():
        assert main(line.split()[1:]) == 0, line
    names: dict[str, Any] = {}
    for block in blocks("python"):
        exec(block, names)
    assert names["totals"].columns[:2] == ["industry", "state"]
    assert "3 employers good, 70 employees" in capsys.readouterr().out

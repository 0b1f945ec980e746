"""``workforce-sim fit`` and ``backtest``: what they print and write."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import workforce_sim as ws
from tests.support_fit import world
from workforce_sim.cli.main import main

WORLD = world(5, 300, years=3)


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    for day, frame in WORLD.items():
        frame.write_csv(tmp_path / f"{day}.csv")
    return [str(path) for path in sorted(tmp_path.glob("*.csv"))]


def test_fit_prints_the_page_and_writes_a_configuration_that_runs(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, report = tmp_path / "fitted.yaml", tmp_path / "fit.html"

    assert main(["fit", *files, "--out", str(out), "--report", str(report)]) == 0

    printed, told = capsys.readouterr()
    assert printed == f"{ws.fit(list(map(Path, files)))}\n"
    assert f"written to {out}" in told
    assert report.read_text().startswith("<!DOCTYPE html>")
    assert main(["config", "check", str(out)]) == 0
    assert ws.simulate(out, end_year=2023).summary.height == 1


def test_fit_of_a_panel_takes_one_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    panel = pl.concat([frame.with_columns(as_of=pl.lit(day)) for day, frame in WORLD.items()])
    panel.write_parquet(tmp_path / "panel.parquet")

    assert main(["fit", str(tmp_path / "panel.parquet")]) == 0

    assert capsys.readouterr().out == f"{ws.fit(WORLD)}\n"


def test_backtest_prints_scores_and_verdict(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scores, report = tmp_path / "scores.csv", tmp_path / "back.md"
    arguments = [
        "--origin",
        "2021",
        "--horizon",
        "1",
        "--replicates",
        "5",
        "--scores",
        str(scores),
        "--report",
        str(report),
    ]

    assert main(["backtest", *files, *arguments]) == 0

    printed = capsys.readouterr().out
    found = ws.backtest(list(map(Path, files)), origins=[2021], horizons=[1], replicates=5)
    assert printed == f"{found}\n"
    assert pl.read_csv(scores).height == 5
    assert report.read_text().count("<svg") == 5


@pytest.mark.parametrize("command", ["fit", "backtest"])
def test_a_report_with_no_place_is_refused_before_the_work(
    command: str, files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, *files, "--report", str(tmp_path / "fit.txt")]) == 1

    printed, told = capsys.readouterr()
    assert printed == ""
    assert "give a name that ends in .html" in told


@pytest.mark.parametrize("command", ["fit", "backtest"])
def test_censuses_that_say_nothing_fail_in_a_line(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    WORLD[min(WORLD)].write_csv(tmp_path / "2019.csv")

    assert main([command, str(tmp_path / "2019.csv")]) == 1

    assert capsys.readouterr().err.count("\n") == 1


def test_a_file_that_is_there_is_not_written_over(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "fitted.yaml").write_text("mine")

    assert main(["fit", *files, "--out", str(tmp_path / "fitted.yaml")]) == 1

    assert "exists already" in capsys.readouterr().err
    assert (tmp_path / "fitted.yaml").read_text() == "mine"

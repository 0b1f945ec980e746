"""``workforce-sim run ...`` as a user meets it: what is printed where, how it ends, and what nobody may read."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import polars as pl
import pytest

from workforce_sim import explain_change, provenance, read_run, simulate, timeline
from workforce_sim.cli.main import main

Captured = pytest.CaptureFixture[str]
CONFIG = {
    "simulation": {"start_year": 2025, "end_year": 2026, "target_growth_rate": 0.05},
    "workforce": {"total_termination_rate": 0.12},
    "census": {"size": 80},
    "random_seed": 3,
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    runs = tmp_path_factory.mktemp("runs")
    simulate(CONFIG, out=runs / "a")
    simulate({**CONFIG, "plan": {"match": {"preset": "stretch"}}}, out=runs / "b")
    return runs


@pytest.fixture(autouse=True)
def folder(runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with two runs that differ in the match."""
    monkeypatch.chdir(tmp_path)
    return shutil.copytree(runs, tmp_path, dirs_exist_ok=True)


def test_show_prints_the_page(capsys: Captured) -> None:
    assert main(["run", "show", "a"]) == 0

    out, err = capsys.readouterr()
    assert (out, err) == (provenance("a"), "")


def test_why_prints_the_change_of_the_years(capsys: Captured) -> None:
    assert main(["run", "why", "a", "match"]) == 0

    out, err = capsys.readouterr()
    assert (out, err) == (f"{explain_change('a', 'match', 2025, 2026)}\n", "")


def test_why_prints_the_difference_of_two_runs(capsys: Captured) -> None:
    assert main(["run", "why", "a", "match", "2026", "--beside", "b"]) == 0

    out, err = capsys.readouterr()
    assert (out, err) == (f"{explain_change('a', 'match', 2026, beside='b')}\n", "")
    assert "match formula" in out


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["fame"], "measure: 'fame' cannot be explained"),
        (["match", "2025", "2026", "2026"], "YEAR: expected 2 years at most (got 3)"),
        (["match", "2025", "2026", "--beside", "b"], "YEAR: expected 1 year at most (got 2)"),
    ],
)
def test_why_refuses_what_it_cannot_answer(capsys: Captured, more: list[str], said: str) -> None:
    assert main(["run", "why", "a", *more]) == 1

    assert capsys.readouterr().err.startswith(said)


def test_timeline_prints_the_story(capsys: Captured) -> None:
    assert main(["run", "timeline", "a", "NH-2025-000001"]) == 0

    assert capsys.readouterr().out == f"{timeline('a', 'NH-2025-000001')}\n"


def test_an_unknown_id_is_not_repeated(capsys: Captured) -> None:
    assert main(["run", "timeline", "a", "Jane Doe"]) == 1

    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("no employee of this run has the id asked for")
    assert "Jane" not in err


def test_diff_names_persons_only_when_asked(capsys: Captured) -> None:
    ids = read_run("a").snapshots["employee_id"].unique().to_list()

    assert main(["run", "diff", "a", "b"]) == 0
    without = capsys.readouterr().out
    assert "plan.match.preset  left out  stretch" in without
    assert not any(person in without for person in ids)

    assert main(["run", "diff", "a", "b", "--persons", "2"]) == 0
    with_persons = capsys.readouterr().out
    assert with_persons.startswith(without.rstrip())
    assert sum(person in with_persons for person in ids) >= 2
    assert "match formula" in with_persons
    assert re.search(r"match_cents +\$[\d,.]+  \$[\d,.]+$", with_persons, flags=re.MULTILINE)


def test_diff_of_a_run_with_itself(capsys: Captured) -> None:
    assert main(["run", "diff", "a", "a"]) == 0

    assert capsys.readouterr().out.splitlines() == [
        "a: a; b: a",
        "the tables of 2025 to 2026 are identical (same hashes)",
        "the settings are the same",
    ]


def test_export_writes_every_table_for_its_owner_alone(folder: Path, capsys: Captured) -> None:
    assert main(["run", "export", "a", "--to", "csv"]) == 0

    assert capsys.readouterr().err == "written to csv; ids are as in the run: --key-file gives pseudonyms\n"
    run = read_run("a")
    for name in ("events", "snapshots", "summary"):
        frame = pl.read_csv(folder / "csv" / f"{name}.csv", infer_schema_length=None)
        assert frame.columns == [column.replace("_cents", "_dollars") for column in getattr(run, name).columns]
        assert frame.height == getattr(run, name).height
        assert (folder / "csv" / f"{name}.csv").stat().st_mode & 0o777 == 0o600
    assert (folder / "csv").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("by", [["--key-file", "key"], ["--key-env", "EXPORT_KEY"]])
def test_export_gives_pseudonyms(
    folder: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch, by: list[str]
) -> None:
    secret = "twenty-four bytes of key"
    (folder / "key").write_text(f"{secret}\n", encoding="utf-8")
    monkeypatch.setenv("EXPORT_KEY", secret)

    assert main(["run", "export", "a", "--to", "csv", *by]) == 0
    assert capsys.readouterr().err == "written to csv\n"
    written = "".join((folder / "csv" / f"{name}.csv").read_text(encoding="utf-8") for name in ("events", "snapshots"))
    assert not any(person in written for person in read_run("a").snapshots["employee_id"])
    assert secret not in written


@pytest.mark.parametrize(
    ("by", "why"),
    [
        (["--key-env", "NO_SUCH_KEY"], "no environment variable has the name given"),
        (["--key-env", ""], "no environment variable has the name given"),
        (["--key-file", "short"], "short: the key has 5 bytes, it needs at least 16"),
        (["--key-file", "nowhere"], "nowhere: the key cannot be read"),
    ],
)
def test_without_its_key_nothing_is_exported(folder: Path, capsys: Captured, by: list[str], why: str) -> None:
    (folder / "short").write_text("abcde", encoding="utf-8")

    assert main(["run", "export", "a", "--to", "csv", *by]) == 1
    assert why in capsys.readouterr().err
    assert {path.name for path in folder.iterdir()} == {"a", "b", "short"}


def test_what_is_there_stays(folder: Path, capsys: Captured) -> None:
    (folder / "csv").mkdir()

    assert main(["run", "export", "a", "--to", "csv"]) == 1
    assert main(["run", "export", "a", "--to", "no/where"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "csv: exists already; choose another folder, or remove it first",
        "no: no such folder; make it first",
    ]
    assert list((folder / "csv").iterdir()) == []


@pytest.mark.parametrize("command", ["show", "timeline", "diff", "export"])
def test_a_folder_that_holds_no_run(command: str, capsys: Captured) -> None:
    more = {"timeline": ["X"], "diff": ["a"], "export": ["--to", "csv"]}.get(command, [])

    assert main(["run", command, "nowhere", *more]) == 1
    assert "nowhere: no such folder" in capsys.readouterr().err
    assert not Path("csv").exists()


def test_an_id_does_not_drive_the_terminal(folder: Path, capsys: Captured) -> None:
    (folder / "census.csv").write_text(
        "employee_id,hire_date,annual_salary\nA\x1b[31m1,2020-01-01,50000\nA2,2021-06-01,60000\n", encoding="utf-8"
    )
    simulate({**CONFIG, "census": {"path": "census.csv"}}, out="c")

    assert main(["run", "timeline", "c", "A\x1b[31m1"]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert out.startswith("employee A\\x1b[31m1\n")

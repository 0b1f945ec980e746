"""A run on disk: its bytes, who may read it, what is refused, and what is never left behind."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import workforce_sim as ws
from tests.support import few
from tests.support_store import SMALL, hashes, interrupted, run_of, strays, year_folders
from workforce_sim.store.header import read_header

OF_A_YEAR = ("carried.parquet", "events.parquet", "manifest.json", "snapshots.parquet", "summary.parquet")


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("once") / "run"
    ws.simulate(SMALL, out=run)
    return run


@pytest.fixture
def finished(once: Path, tmp_path: Path) -> Path:
    """Give the folder of a finished run."""
    return shutil.copytree(once, tmp_path / "finished")


def stamps(run: Path) -> dict[str, int]:
    """Return when each file and folder of a run was last written."""
    return {str(path): path.stat().st_mtime_ns for path in (run, *run.rglob("*"))}


# --- the same run is the same bytes ---


def test_a_run_is_these_files_for_its_owner_alone(finished: Path) -> None:
    years = [f"year={year}" for year in range(2025, 2029)]
    expected = {"run.json", "opening.parquet", *(f"{year}/{file}" for year in years for file in OF_A_YEAR)}
    assert set(hashes(finished)) == expected
    assert strays(finished) == []


def test_the_same_run_is_the_same_bytes_and_another_seed_is_not(finished: Path, tmp_path: Path) -> None:
    ws.simulate(SMALL, out=tmp_path / "again")
    assert hashes(tmp_path / "again") == hashes(finished)
    ws.simulate(SMALL, out=tmp_path / "other", seed=8)
    assert all(hashes(tmp_path / "other")[name] != value for name, value in hashes(finished).items())


def test_the_order_of_the_rows_of_a_census_is_in_no_byte(tmp_path: Path) -> None:
    census = ws.synthetic_census(60, seed=3).frame
    ws.simulate(SMALL, census=census, out=tmp_path / "as it is")
    for seed in (1, 2):
        shuffled = census.sample(fraction=1.0, shuffle=True, seed=seed)
        assert shuffled["employee_id"].to_list() != census["employee_id"].to_list()
        ws.simulate(SMALL, census=shuffled, out=tmp_path / f"shuffled {seed}")
        assert hashes(tmp_path / f"shuffled {seed}") == hashes(tmp_path / "as it is")


def test_the_format_of_the_file_of_a_census_is_in_no_table(tmp_path: Path) -> None:
    census = ws.synthetic_census(60, seed=3).frame
    columns = census.select("employee_id", "hire_date", "birth_date", annual_salary=pl.col("salary_cents") / 100)
    columns.write_csv(tmp_path / "census.csv")
    columns.write_parquet(tmp_path / "census.parquet")
    for kind in ("csv", "parquet"):
        ws.simulate(SMALL, census=tmp_path / f"census.{kind}", out=tmp_path / kind)
    assert hashes(tmp_path / "csv") == hashes(tmp_path / "parquet")


@pytest.mark.parametrize("threads", few(["2", "1"], 2))
def test_another_process_with_other_threads_and_clock_writes_the_same_bytes(
    threads: str, finished: Path, tmp_path: Path
) -> None:
    code = "import json, sys; from workforce_sim import simulate; simulate(json.loads(sys.argv[1]), out=sys.argv[2])"
    run = [sys.executable, "-W", "error", "-c", code, json.dumps(SMALL), str(tmp_path / "run")]
    environment = {**os.environ, "POLARS_MAX_THREADS": threads, "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": threads}
    done = subprocess.run(run, capture_output=True, env=environment, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert hashes(tmp_path / "run") == hashes(finished)
    made = json.loads((tmp_path / "run/year=2025/made.json").read_text())
    assert made["threads"] == int(threads)


def test_both_engines_write_the_same_tables(finished: Path, tmp_path: Path) -> None:
    slow = ws.simulate(SMALL, engine="reference", out=tmp_path / "slow")
    assert strays(tmp_path / "slow") == []
    assert slow.fingerprint == ws.read_run(finished).fingerprint
    tables = {name for name in hashes(finished) if name.endswith(("events.parquet", "snapshots.parquet"))}
    assert {name: hashes(tmp_path / "slow")[name] for name in tables} == {
        name: hashes(finished)[name] for name in tables
    }


def test_a_replicate_is_written_as_it_is_in_memory(tmp_path: Path) -> None:
    runs = {number: ws.simulate(SMALL, replicate=number, out=tmp_path / str(number)) for number in (0, 3)}
    for number, run in runs.items():
        assert run.fingerprint == ws.simulate(SMALL, replicate=number).fingerprint
        assert json.loads((tmp_path / str(number) / "run.json").read_text())["replicate"] == number
    assert runs[0].fingerprint != runs[3].fingerprint


def test_nothing_but_made_json_says_when_and_where(finished: Path) -> None:
    made = json.loads((finished / "year=2026/made.json").read_text())
    assert {"committed", "python", "libraries", "system", "processors", "threads", "peak_memory_mb"} <= set(made)
    assert made["peak_memory_mb"] > 1
    for name in ("run.json", "year=2026/manifest.json"):
        text = (finished / name).read_text()
        assert made["committed"][:10] not in text
        assert str(finished.parent) not in text


def test_no_manifest_has_a_value_of_a_person(tmp_path: Path) -> None:
    census = ws.synthetic_census(60, seed=3).frame.with_columns(employee_id=pl.format("MILLER-{}", "employee_id"))
    ws.simulate(SMALL, census=census, out=tmp_path / "run")
    text = "".join(path.read_text() for path in (tmp_path / "run").rglob("*.json"))
    assert "MILLER" not in text
    assert not [pay for pay in census["salary_cents"].unique() if str(pay) in text]


# --- finished: returned; another: refused ---


def test_a_finished_run_is_returned_and_nothing_is_computed_or_written(finished: Path) -> None:
    before, told = stamps(finished), []
    found = ws.simulate(SMALL, out=finished, progress=lambda *year: told.append(year))
    assert told == []
    assert stamps(finished) == before
    assert found.folder == finished
    assert found.fingerprint == ws.simulate(SMALL).fingerprint


def test_the_file_of_the_census_may_have_moved(tmp_path: Path) -> None:
    ws.synthetic_census(60, seed=3).frame.write_parquet(tmp_path / "census.parquet")
    ws.simulate(run_of(2, census={"path": str(tmp_path / "census.parquet")}), out=tmp_path / "run")
    before = hashes(tmp_path / "run")
    (tmp_path / "census.parquet").rename(tmp_path / "moved.parquet")
    ws.simulate(run_of(2, census={"path": str(tmp_path / "moved.parquet")}), out=tmp_path / "run")
    assert hashes(tmp_path / "run") == before


OTHERS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"compensation": {"cola_rate": 0.05}}, {}, r"compensation\.cola_rate: 0\.025 there, 0\.05 asked for"),
    ({"plan": {"enabled": False}}, {}, r"plan\.enabled: True there, False asked for"),
    ({"output": {"compression": "lz4"}}, {}, r"output\.compression: zstd there, lz4 asked for"),
    ({}, {"seed": 8}, r"random_seed: 7 there, 8 asked for"),
    ({}, {"replicate": 1}, r"replicate: 0 there, 1 asked for"),
    ({}, {"engine": "reference"}, r"engine: fast there, reference asked for"),
    ({}, {"start_year": 2026}, r"simulation\.start_year: 2025 there, 2026 asked for"),
    ({}, {"end_year": 2027}, r"simulation\.end_year: 2028 there, 2027 asked for"),
    ({"census": {"size": 41}}, {}, r"census\.size: 40 there, 41 asked for"),
    (
        {},
        {"census": ws.synthetic_census(40, seed=8)},
        r"census: [0-9a-f]{57}\.\.\. there, [0-9a-f]{57}\.\.\. asked for",
    ),
]


@pytest.mark.parametrize(("sections", "arguments", "line"), OTHERS, ids=[line for *_, line in OTHERS])
@pytest.mark.parametrize("complete", few([True, False], 2), ids=["finished", "unfinished"])
def test_another_run_is_refused_with_what_differs(
    sections: dict[str, Any], arguments: dict[str, Any], line: str, complete: bool, once: Path, tmp_path: Path
) -> None:
    if complete:
        shutil.copytree(once, tmp_path / "run")
    else:
        interrupted(SMALL, tmp_path / "run", 2)
    before = stamps(tmp_path / "run")
    with pytest.raises(ws.LedgerError) as refused:
        ws.simulate(run_of(4, **sections), out=tmp_path / "run", **arguments)
    first, *lines = str(refused.value).splitlines()
    assert first == f"{tmp_path / 'run'}: holds another run; choose another folder"
    assert any(re.fullmatch(f"  {line}", text) for text in lines), refused.value
    assert stamps(tmp_path / "run") == before
    ws.simulate(SMALL, out=tmp_path / "run")


@pytest.mark.parametrize("library", ["workforce_sim", "pyarrow"])
def test_a_run_of_another_version_is_refused_and_still_read(library: str, finished: Path) -> None:
    header = read_header(finished)
    replace(header, versions={**header.versions, library: "0.0.9"}).write(finished)
    for end_year in (2028, 2029):
        with pytest.raises(ws.LedgerError, match=rf"versions\.{library}: 0\.0\.9 there, [0-9.]+ asked for"):
            ws.simulate(SMALL, end_year=end_year, out=finished)


def test_many_differences_are_cut_short(finished: Path) -> None:
    other = ws.load_config(Path("config/plan_designs/integrated_nonelective.yaml"))
    with pytest.raises(ws.LedgerError, match=r"holds another run(.|\n)*\n  \.\.\.$") as refused:
        ws.simulate(other, out=finished, seed=99, start_year=2031, end_year=2032, engine="reference", replicate=7)
    assert len(str(refused.value).splitlines()) <= 14


@pytest.mark.parametrize(
    "what", ["file", "a file among others", "a folder of a year without a run", "a link to a file"]
)
def test_what_is_no_run_is_left_alone(what: str, tmp_path: Path) -> None:
    run = tmp_path / "run"
    if what == "file":
        run.write_text("mine")
    elif what == "a link to a file":
        (tmp_path / "mine").write_text("mine")
        run.symlink_to(tmp_path / "mine")
    else:
        run.mkdir()
        name = "mine.txt" if what == "a file among others" else "year=2025"
        (run / name).mkdir() if name == "year=2025" else (run / name).write_text("mine")
    before = stamps(tmp_path)
    with pytest.raises(ws.LedgerError, match=r"run: exists and is not an empty folder; choose another or remove it"):
        ws.simulate(SMALL, out=run)
    assert stamps(tmp_path) == before


# --- nothing is left behind ---


def test_a_run_that_fails_before_its_first_year_leaves_nothing(tmp_path: Path) -> None:
    impossible = run_of(3, compensation={"cola_rate": {2025: 0.0}}, workforce={"max_hires_ratio": 0.0001})
    with pytest.raises(ws.SimulationError):
        ws.simulate(impossible, out=tmp_path / "deep" / "run")
    assert list((tmp_path / "deep").iterdir()) == []


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_a_year_that_fails_keeps_the_years_before_it(engine: Any, tmp_path: Path) -> None:
    doubling = run_of(40, census={"size": 5}, compensation={"cola_rate": 1.0})
    failed = []
    for _ in range(2):  # again: the same error, and the years that stand are not computed anew
        with pytest.raises(ws.SimulationError, match=r"is reached in (20[0-9]{2})") as error:
            ws.simulate(doubling, engine=engine, out=tmp_path / "run")
        failed.append(str(error.value))
        assert strays(tmp_path / "run") == []
    assert failed[0] == failed[1]
    years = [int(name.removeprefix("year=")) for name in year_folders(tmp_path / "run")]
    assert years == list(range(2025, int(failed[0].split("reached in ")[1][:4])))
    good = ws.simulate(doubling, end_year=years[-1], engine=engine)
    assert ws.read_run(tmp_path / "run").fingerprint == good.fingerprint


def test_an_error_of_the_caller_between_two_years_leaves_whole_years_and_no_lock(tmp_path: Path) -> None:
    interrupted(SMALL, tmp_path / "run", 2)
    assert year_folders(tmp_path / "run") == ["year=2025", "year=2026"]
    assert strays(tmp_path / "run") == []


def test_progress_is_told_once_the_year_is_on_disk_and_counts_those_that_stood(tmp_path: Path) -> None:
    seen: list[tuple[int, int, int, list[str]]] = []

    def tell(year: int, done: int, of: int) -> None:
        seen.append((year, done, of, year_folders(tmp_path / "run")))

    interrupted(SMALL, tmp_path / "run", 1)
    ws.simulate(SMALL, out=tmp_path / "run", progress=tell)
    folders = [f"year={year}" for year in range(2025, 2029)]
    assert [(year, done, of) for year, done, of, _ in seen] == [(2026, 2, 4), (2027, 3, 4), (2028, 4, 4)]
    for done, (*_, there) in enumerate(seen, start=2):
        assert there[:done] == folders[:done]


@pytest.mark.parametrize(
    "name", few(["seed=3", "year=1999", "year=2025", "run[1]", "run*", "a b?", "{x}", "%2E", "東京", "~"], 5)
)
def test_a_folder_may_have_any_name(name: str, tmp_path: Path) -> None:
    ws.simulate(run_of(2), out=tmp_path / "runs" / "run1", seed=9)  # what a pattern could take for the run
    whole, run = ws.simulate(run_of(2), out=tmp_path / "plain"), tmp_path / "runs" / name
    interrupted(run_of(2), run, 1)
    ws.simulate(run_of(2), out=run)
    assert hashes(run) == hashes(tmp_path / "plain")
    found = ws.read_run(run)
    assert found.fingerprint == whole.fingerprint
    for year in (2025, 2026):
        only = found.scan("summary").filter(pl.col("year") == year).collect()
        assert only.equals(whole.summary.filter(pl.col("year") == year))


def test_a_run_may_be_named_from_here_and_read_from_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = ws.simulate(SMALL, out="run")
    again = ws.read_run("run")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert result.events.equals(again.events)
    assert year_folders(tmp_path / "run") == [f"year={year}" for year in range(2025, 2029)]


# --- on the disk before it counts ---


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs the names of open files")
def test_all_of_a_part_is_on_the_disk_before_it_is_renamed_and_its_place_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened: list[tuple[str, str]] = []
    fsync, replace = os.fsync, os.replace

    def synced(handle: int) -> None:
        fsync(handle)
        happened.append(("sync", str(Path(f"/proc/self/fd/{handle}").readlink())))

    def renamed(old: Path, new: Path) -> None:
        inside = [str(path) for path in old.iterdir()] if old.is_dir() else []
        missing = [path for path in (*inside, str(old)) if ("sync", path) not in happened]
        assert missing == []
        replace(old, new)
        happened.append(("rename", str(new)))

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", renamed)
    run = tmp_path / "run"
    ws.simulate(run_of(2), out=run)
    places = [run / "run.json", run / "opening.parquet", run / "year=2025", run / "year=2026"]
    assert [path for what, path in happened if what == "rename"] == list(map(str, places))
    for place in places:
        assert happened[happened.index(("rename", str(place))) + 1] == ("sync", str(run))
    assert ("sync", str(tmp_path)) in happened[: happened.index(("rename", str(run / "run.json")))]


# --- results in memory, written ---


def test_a_result_in_memory_is_written_as_the_same_tables(finished: Path, tmp_path: Path) -> None:
    ws.simulate(SMALL).write(tmp_path / "run")
    same = {name: value for name, value in hashes(finished).items() if "manifest" not in name and "carried" not in name}
    assert {name: value for name, value in hashes(tmp_path / "run").items() if "manifest" not in name} == same
    assert strays(tmp_path / "run") == []
    ws.read_run(tmp_path / "run").write(tmp_path / "copy")
    assert hashes(tmp_path / "copy") == hashes(tmp_path / "run")


def test_a_result_that_was_written_is_returned_and_extended(finished: Path, tmp_path: Path) -> None:
    ws.simulate(run_of(2)).write(tmp_path / "run")
    assert ws.simulate(run_of(2), out=tmp_path / "run").folder == tmp_path / "run"
    assert ws.simulate(SMALL, out=tmp_path / "run").fingerprint == ws.read_run(finished).fingerprint
    assert strays(tmp_path / "run") == []


def test_a_result_is_written_over_no_other_run(finished: Path, tmp_path: Path) -> None:
    before = hashes(finished)
    with pytest.raises(ws.LedgerError, match=r"holds another run(.|\n)*random_seed: 7 there, 8 asked for"):
        ws.simulate(SMALL, seed=8).write(finished)
    assert (hashes(finished), strays(finished)) == (before, [])


def test_the_years_that_stand_of_an_unfinished_run_may_be_copied(tmp_path: Path) -> None:
    interrupted(SMALL, tmp_path / "run", 2)
    ws.read_run(tmp_path / "run").write(tmp_path / "copy")
    assert ws.read_run(tmp_path / "copy").fingerprint == ws.read_run(tmp_path / "run").fingerprint
    assert strays(tmp_path / "copy") == []

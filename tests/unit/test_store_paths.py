"""Names of folders that mean something elsewhere mean nothing here; what is gone is missed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import support
from workforce_sim import LedgerError, read_run, simulate, synthetic_census, verify_run
from workforce_sim.cli.main import main

CONFIG = support.configured(2025, 2026)
CENSUS = synthetic_census(40)


@pytest.mark.parametrize("name", ["~", "~root", "~/x", "file:x", "s3:x"])
def test_a_run_is_written_where_its_path_says_and_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    home, place = tmp_path / "home", tmp_path / "place"
    (home / "x").mkdir(parents=True)
    place.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(place)

    simulate(CONFIG, census=CENSUS, out=name)

    assert verify_run(place / name)
    assert [path.name for path in home.rglob("*")] == ["x"]
    assert {path.stat().st_mode & 0o777 for path in (place / name).rglob("*") if path.is_file()} == {0o600}


@pytest.mark.parametrize(("name", "why"), [("a" * 300, "File name too long"), ("a\0b", "no file can have")])
def test_a_path_that_cannot_be_is_one_error(tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(LedgerError, match=why):
        simulate(CONFIG, census=CENSUS, out=tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["opening.parquet", "year=2025/events.parquet", "year=2026/carried.parquet"])
def test_a_run_of_which_a_file_is_gone_is_not_returned_as_whole(tmp_path: Path, name: str) -> None:
    simulate(CONFIG, census=CENSUS, out=tmp_path / "run")
    (tmp_path / "run" / name).unlink()
    for again in (lambda: simulate(CONFIG, census=CENSUS, out=tmp_path / "run"), lambda: read_run(tmp_path / "run")):
        with pytest.raises(LedgerError, match=f"{name}: missing"):
            again()


def test_nothing_is_exported_into_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run"
    simulate(CONFIG, census=CENSUS, out=run)
    assert main(["run", "export", str(run), "--to", str(run / "csv")]) == 1
    assert "csv: lies in the folder that is exported, where nothing else may be; " in capsys.readouterr().err
    assert verify_run(run)

"""Ensembles on disk: the same bytes however often they were interrupted, and nothing else is touched."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from workforce_sim import Ensemble, LedgerError, simulate_ensemble
from workforce_sim.ensembles.recording import ASKED, BANDS, BANDS_JSON, REPLICATES, SUMMARY
from workforce_sim.store.layout import LOCK, MANIFEST
from workforce_sim.store.lock import locked

CONFIG: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2026, "target_growth_rate": 0.03},
    "workforce": {"total_termination_rate": 0.12, "headcount": "stochastic"},
    "census": {"size": 40},
    "random_seed": 7,
}
RESULTS = (REPLICATES, BANDS, BANDS_JSON)


class KilledError(Exception):
    """Stands for whatever ends a process."""


def killed_after(count: int, folder: Path, replicates: int = 12) -> None:
    """Make an ensemble until so many replicates are done."""

    def stop(done: int, _: int) -> None:
        if done >= count:
            raise KilledError

    with pytest.raises(KilledError):
        simulate_ensemble(CONFIG, replicates=replicates, out=folder, progress=stop)


def results(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in RESULTS}


def batches(folder: Path) -> list[Path]:
    return sorted(folder.glob("batch=*"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ensemble]:
    folder = tmp_path_factory.mktemp("ensembles") / "whole"
    return folder, simulate_ensemble(CONFIG, replicates=12, out=folder)


def test_what_is_on_disk_is_the_ensemble(whole: tuple[Path, Ensemble]) -> None:
    folder, ensemble = whole

    assert_frame_equal(pl.read_parquet(folder / REPLICATES), ensemble.replicates)
    assert_frame_equal(pl.read_parquet(folder / BANDS), ensemble.bands)
    assert_frame_equal(ensemble.replicates, simulate_ensemble(CONFIG, replicates=12).replicates)
    page = json.loads((folder / BANDS_JSON).read_text())
    assert (page["replicates"], page["years"], page["random_seed"]) == (12, [2025, 2026], 7)
    assert page["bands"] == ensemble.bands.to_dicts()


def test_only_the_owner_may_read_it(whole: tuple[Path, Ensemble]) -> None:
    folder, _ = whole

    for path in [folder, *folder.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def test_nothing_is_left_beside(whole: tuple[Path, Ensemble]) -> None:
    folder, _ = whole

    names = {path.name for path in folder.iterdir()}
    assert names == {ASKED, *RESULTS, *(path.name for path in batches(folder))}


def test_a_killed_ensemble_goes_on_where_it_was(whole: tuple[Path, Ensemble], tmp_path: Path) -> None:
    folder = tmp_path / "out"
    killed_after(1, folder)
    stood = {path: (path / SUMMARY).stat().st_mtime_ns for path in batches(folder)}
    assert stood
    assert not (folder / REPLICATES).exists()
    (folder / ".batch=000099.part").mkdir()

    simulate_ensemble(CONFIG, replicates=12, out=folder)

    assert results(folder) == results(whole[0])
    assert {path: (path / SUMMARY).stat().st_mtime_ns for path in stood} == stood
    assert not list(folder.glob(".*"))


def test_batches_cut_otherwise_leave_no_trace(whole: tuple[Path, Ensemble], tmp_path: Path) -> None:
    for numbers in (range(3, 5), [9, 1], range(12)):
        simulate_ensemble(CONFIG, replicates=numbers, out=tmp_path / "out")

    assert results(tmp_path / "out") == results(whole[0])


def test_an_ensemble_on_disk_may_be_made_longer(whole: tuple[Path, Ensemble], tmp_path: Path) -> None:
    simulate_ensemble(CONFIG, replicates=5, out=tmp_path / "out")

    simulate_ensemble(CONFIG, replicates=12, out=tmp_path / "out")

    assert results(tmp_path / "out") == results(whole[0])


def test_a_finished_one_is_only_read(whole: tuple[Path, Ensemble]) -> None:
    folder, ensemble = whole
    stood = batches(folder)

    again = simulate_ensemble(CONFIG, replicates=12, out=folder)

    assert_frame_equal(again.replicates, ensemble.replicates)
    assert batches(folder) == stood


def test_sure_enough_takes_as_many_replicates_after_a_kill(tmp_path: Path) -> None:
    until = {"headcount_closing": "2%"}
    straight = simulate_ensemble(CONFIG, replicates=90, until=until)
    killed_after(1, tmp_path / "out", 90)

    found = simulate_ensemble(CONFIG, replicates=90, until=until, out=tmp_path / "out")

    assert_frame_equal(found.replicates, straight.replicates)
    assert found.sure == straight.sure


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"random_seed": 8}, "random_seed: 7 there, 8 asked for"),
        ({"census": {"size": 41}}, "census.size: 40 there, 41 asked for"),
        ({"simulation": {**CONFIG["simulation"], "end_year": 2025}}, "simulation.end_year: 2026 there, 2025 asked for"),
        ({"plan": {"match": {"preset": "simple"}}}, "plan.match.preset: None there, simple asked for"),
    ],
)
def test_another_ensemble_is_refused_with_what_differs(
    whole: tuple[Path, Ensemble], changes: dict[str, Any], told: str
) -> None:
    folder, _ = whole
    stood = results(folder)

    with pytest.raises(LedgerError, match="holds another ensemble") as error:
        simulate_ensemble({**CONFIG, **changes}, replicates=2, out=folder)

    assert told in str(error.value)
    assert results(folder) == stood


def test_a_folder_of_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    (file := tmp_path / "mine.txt").read_text()

    for place in (tmp_path, file):
        with pytest.raises(LedgerError, match="exists and is not an ensemble"):
            simulate_ensemble(CONFIG, replicates=2, out=place)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_two_do_not_write_at_once(whole: tuple[Path, Ensemble]) -> None:
    folder, _ = whole

    with locked(folder), pytest.raises(LedgerError, match="is writing this run"):
        simulate_ensemble(CONFIG, replicates=12, out=folder)
    assert not (folder / LOCK).exists()


def test_a_damaged_batch_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    simulate_ensemble(CONFIG, replicates=4, out=folder)
    (batch, *_) = batches(folder)
    raw = bytearray((batch / SUMMARY).read_bytes())
    raw[len(raw) // 2] ^= 1
    (batch / SUMMARY).write_bytes(raw)

    with pytest.raises(LedgerError, match="was changed since it was written; remove it"):
        simulate_ensemble(CONFIG, replicates=4, out=folder)


def test_a_batch_of_another_ensemble_is_told(whole: tuple[Path, Ensemble], tmp_path: Path) -> None:
    other = tmp_path / "other"
    simulate_ensemble({**CONFIG, "random_seed": 8}, replicates=4, out=other)
    (batch, *_) = batches(whole[0])
    (there, *_) = batches(other)
    (there / MANIFEST).write_bytes((batch / MANIFEST).read_bytes())

    with pytest.raises(LedgerError, match="belongs to another ensemble"):
        simulate_ensemble({**CONFIG, "random_seed": 8}, replicates=4, out=other)


def test_an_ensemble_that_cannot_begin_leaves_nothing(tmp_path: Path) -> None:
    config = {**CONFIG, "workforce": {"total_termination_rate": 0.9, "new_hire_termination_rate": 0.99}}
    config["workforce"]["max_hires_ratio"] = 0.1

    with pytest.raises(RuntimeError):
        simulate_ensemble(config, replicates=4, out=tmp_path / "out")

    assert not (tmp_path / "out").exists()

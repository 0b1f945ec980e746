"""A run that may fail: what it gives when it does, and when it does not."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from polars.testing import assert_frame_equal

import workforce_sim as ws
from tests.support import configured

TOO_MANY = configured(
    2025,
    2027,
    simulation={"target_growth_rate": {2025: 0.03, 2026: 0.9}},
    workforce={"max_hires_ratio": 0.5},
    census={"size": 100},
)
"""Growth in the second year that needs more hires than are allowed."""

GOOD = configured(2025, 2027, census={"size": 100})


def test_a_run_that_ends_well_is_what_simulate_gives() -> None:
    told: list[tuple[int, int, int]] = []
    found = ws.attempt(GOOD, checkpoints=True, progress=lambda *year: told.append(year))

    whole = ws.simulate(GOOD)
    assert (found.error, found.missing) == (None, [])
    assert found.completed == [2025, 2026, 2027]
    assert found.fingerprint == whole.fingerprint
    assert found.summary is not None
    assert_frame_equal(found.summary, whole.summary)
    assert found.records == whole.events.height + whole.snapshots.height
    assert found.notes == whole.notes
    assert told == [(2025, 1, 3), (2026, 2, 3), (2027, 3, 3)]
    assert list(found.performance["checkpoints"]) == ["prepared", "year 2025", "year 2026", "year 2027"]
    assert list(found.year_seconds) == found.completed
    assert "hires" in found.step_seconds or found.step_seconds
    assert 0 < found.performance["total_time"] < found.seconds


@pytest.mark.parametrize("engine", ["fast", "reference"])
@pytest.mark.parametrize("beside", [False, True])
def test_the_years_before_one_that_fails_stand(engine: Any, beside: bool) -> None:
    found = ws.attempt(TOO_MANY, engine=engine, keeping=ws.Keeping(tables="whole", beside=beside))

    assert isinstance(found.error, ws.SimulationError)
    assert "max_hires_ratio" in str(found.error)
    assert (found.completed, found.missing) == ([2025], [2026, 2027])
    assert found.fingerprint == ws.simulate(TOO_MANY, end_year=2025).fingerprint
    assert found.finished[0].tables() is not None


def test_a_census_that_cannot_be_read_is_part_of_the_answer(tmp_path: Path) -> None:
    (tmp_path / "staff.parquet").write_bytes(b"no Parquet at all\n")
    found = ws.attempt(GOOD, census=tmp_path / "staff.parquet")

    assert "staff.parquet" in str(found.error)
    assert (found.completed, found.summary, found.fingerprint, found.records) == ([], None, None, 0)


def test_a_configuration_that_cannot_be_used_is_raised() -> None:
    with pytest.raises(ws.ConfigError, match="simulation"):
        ws.attempt({"random_seed": 1})
    with pytest.raises(FileNotFoundError):
        ws.attempt("none.yaml")


def test_it_writes_as_simulate_does_and_goes_on(tmp_path: Path) -> None:
    config = configured(2025, 2027, census={"size": 100}, output={"path": str(tmp_path / "run")})
    first = ws.attempt(configured(2025, 2026, census={"size": 100}, output={"path": str(tmp_path / "run")}))
    found = ws.attempt(config)

    assert (first.error, found.error) == (None, None)
    assert ws.read_run(tmp_path / "run").fingerprint == found.fingerprint == ws.attempt(GOOD).fingerprint


def test_a_folder_of_other_things_is_part_of_the_answer(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    found = ws.attempt(configured(2025, census={"size": 50}, output={"path": str(tmp_path)}))

    assert isinstance(found.error, ws.LedgerError)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_it_stops_before_the_next_year_when_asked() -> None:
    stop, done = ws.Stop(), []

    def tell(year: int, *_: int) -> None:
        done.append(year)
        if year == 2026:
            stop.ask()

    with pytest.raises(ws.Cancelled):
        ws.attempt(configured(2025, 2199, census={"size": 50}), stop=stop, progress=tell)
    assert done == [2025, 2026]


def test_too_much_for_memory_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=100))
    with pytest.raises(ws.TooLargeError, match="a projected headcount of"):
        ws.attempt(GOOD)

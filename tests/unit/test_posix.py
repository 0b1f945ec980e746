"""Where there is no POSIX: a run is simulated and read, and writing one says what it needs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from workforce_sim import LedgerError, read_run, simulate

CONFIG = {
    "simulation": {"start_year": 2025, "end_year": 2025, "target_growth_rate": 0.03},
    "workforce": {"total_termination_rate": 0.12},
    "census": {"size": 30},
    "random_seed": 1,
}


def test_without_posix_locks_writing_says_so_in_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = simulate(CONFIG, out=tmp_path / "there")
    monkeypatch.setitem(sys.modules, "fcntl", None)  # as on Windows, where it cannot be imported

    with pytest.raises(
        LedgerError, match=r"runs can be written only on Linux and macOS \(POSIX file locks\)"
    ) as caught:
        simulate(CONFIG, out=tmp_path / "run")
    assert "\n" not in str(caught.value)
    assert simulate(CONFIG).fingerprint == read_run(tmp_path / "there").fingerprint == written.fingerprint


def test_the_package_says_that_it_needs_posix() -> None:
    root = Path(__file__).parents[2]
    assert '"Operating System :: POSIX"' in (root / "pyproject.toml").read_text(encoding="utf-8")
    assert "Linux and macOS" in (root / "README.md").read_text(encoding="utf-8")

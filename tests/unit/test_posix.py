"""Where there is no POSIX: all can be imported, a run simulated and read, and writing one says what it needs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from workforce_sim import LedgerError, read_run, simulate
from workforce_sim.store import layout

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


WITHOUT = """
import builtins, pkgutil
from importlib import import_module

HIDDEN, OURS, real = {"fcntl", "resource", "pwd", "grp", "termios"}, ("workforce_sim", "orchestrator_dbt"), __import__

def without(name, namespace=None, *rest):
    if name in HIDDEN and (namespace or {}).get("__name__", "").startswith(OURS):
        raise ImportError(f"{namespace['__name__']} imports {name}")
    return real(name, namespace, *rest)

builtins.__import__ = without
found = [each.name for name in OURS for each in pkgutil.walk_packages(import_module(name).__path__, f"{name}.")]
for name in found:
    import_module(name)
print(len(found))

import workforce_sim.operate.monitor as monitor
print(monitor.PerformanceMonitor.__name__, monitor._high_water())
"""


def test_every_module_is_imported_without_modules_that_only_posix_has() -> None:
    told = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=False)
    count, monitor = told.stdout.splitlines() or (told.stderr, "")

    assert int(count) > 300
    assert monitor == "PerformanceMonitor 0"  # nobody counts the most memory there


def test_a_page_is_written_and_replaced_where_folders_cannot_be_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def as_on_windows(path: Path, *rest: int) -> int:
        if Path(path).is_dir():
            raise PermissionError(13, "Permission denied", str(path))
        return really(path, *rest)

    really, run = os.open, simulate(CONFIG)
    monkeypatch.setattr(layout, "OPENS_FOLDERS", False)
    monkeypatch.setattr(os, "open", as_on_windows)

    for _ in range(2):
        assert run.report(tmp_path / "page.html") == tmp_path / "page.html"
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]

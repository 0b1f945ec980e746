"""What the tests of runs on disk share: a small run, an interruption, bytes, what is left."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import workforce_sim as ws
from workforce_sim.engine.partitions import Large
from workforce_sim.result.result import Result
from workforce_sim.simulation.run import begin
from workforce_sim.simulation.simulate import recorded

SMALL: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2028, "target_growth_rate": 0.03},
    "workforce": {"total_termination_rate": 0.12},
    "census": {"size": 40},
    "random_seed": 7,
}
_OF_A_YEAR = {"events.parquet", "snapshots.parquet", "summary.parquet", "manifest.json", "made.json"}


class InterruptionError(Exception):
    """Raised between two years, as an interruption would."""


def run_of(years: int, **sections: Any) -> dict[str, Any]:
    """Return the small configuration with this many years; a section given is laid over its own."""
    laid = {name: {**SMALL.get(name, {}), **section} for name, section in sections.items()}
    simulation = {**SMALL["simulation"], **laid.pop("simulation", {})}
    return {**SMALL, **laid, "simulation": {**simulation, "end_year": simulation["start_year"] + years - 1}}


def interrupted(config: Any, run: Path, after: int, **arguments: Any) -> None:
    """Simulate into a folder and stop when so many years of the run are committed."""

    def stop(year: int, done: int, of: int) -> None:
        if done == after:
            raise InterruptionError

    try:
        result = ws.simulate(config, out=run, progress=stop, **arguments)
    except InterruptionError:
        return
    raise AssertionError(f"the run was not interrupted: {result!r}")


def through_disk(config: Any, run: Path, rows: int, after: int | None = None, room: int = 0, **arguments: Any) -> None:
    """Simulate into a folder in partitions of so many rows, as very large runs are; stop after so many years."""

    def tell(year: int) -> None:
        told.append(year)
        if len(told) == after:
            raise InterruptionError

    told: list[int] = []
    begun = begin(config, in_order=True, large=Large(0, rows, room), **arguments)
    try:
        recorded(begun, run, tell)
    except InterruptionError:
        return
    assert after is None, f"the run was not interrupted: {told}"


def hashes(run: Path) -> dict[str, str]:
    """Return the SHA-256 of each file of a run but those that say when and where it was made."""
    files = (path for path in sorted(run.rglob("*")) if path.is_file() and path.name != "made.json")
    return {str(path.relative_to(run)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def of_years(found: Mapping[str, str], years: Mapping[str, Any] | set[str]) -> dict[str, str]:
    """Return the hashes of the files within these folders of years."""
    return {name: value for name, value in found.items() if name.partition("/")[0] in years}


def year_folders(run: Path) -> list[str]:
    """Return the names of the folders of years, in order."""
    return sorted(path.name for path in run.glob("year=*"))


def strays(run: Path) -> list[str]:
    """Return what lies in the folder of a run and should not: by name, by kind or by who may read it."""
    found = [] if stat.S_IMODE(run.stat().st_mode) == 0o700 else ["."]
    for path in sorted(run.rglob("*")):
        name, mode = str(path.relative_to(run)), stat.S_IMODE(path.lstat().st_mode)
        if path.parent == run:
            known = path.name in {"run.json", "opening.parquet"} or path.name.startswith("year=")
        else:
            known = path.name in _OF_A_YEAR | {"carried.parquet", "former.parquet"} and path.parent.parent == run
        private = mode == (0o700 if path.is_dir() else 0o600)
        if not (known and private and path.is_dir() == path.name.startswith("year=")):
            found.append(f"{name} {mode:o}")
    for folder in run.glob("year=*"):
        found.extend(f"{folder.name} without {name}" for name in _OF_A_YEAR - {path.name for path in folder.iterdir()})
    return found


def reread(run: Path) -> Result:
    """Return the run in a folder after making sure that nothing else is there."""
    assert strays(run) == []
    return ws.read_run(run)


def assert_goes_on(config: Any, folder: Path) -> Result:
    """Check that a run goes on after two years, and through the disk, to the same bytes; return it."""
    ws.simulate(config, out=folder / "whole")
    interrupted(config, folder / "run", 2)
    ws.simulate(config, out=folder / "run")
    through_disk(config, folder / "parts", 25, room=0)

    assert hashes(folder / "run") == hashes(folder / "parts") == hashes(folder / "whole")
    return ws.read_run(folder / "whole")

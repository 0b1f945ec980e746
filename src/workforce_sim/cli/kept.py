"""What an interrupted command has kept: years of a run, simulations of an ensemble, employers, jobs, or nothing.

Imports next to nothing, as it may be asked while the rest is still being imported.
"""

from __future__ import annotations

import argparse
import json
import re
from contextlib import suppress
from pathlib import Path

from workforce_sim.wording import counted

AGAIN = "give the same command again to go on"
_YEAR, _BATCH = re.compile(r"year=([0-9]{4})"), re.compile(r"batch=[0-9]{6,}")


def interrupted(options: argparse.Namespace) -> str:
    """Return a line on a command that was interrupted: what of it is kept, and where."""
    out = getattr(options, "out", None)
    if out is None:
        return "interrupted"
    some = _kept(out)
    return f"interrupted; {some} kept in {out}: {AGAIN}" if some else "interrupted; nothing is kept"


def _kept(out: Path) -> str:
    """Return what is kept in a folder, with its verb; nothing where nothing is."""
    years = _years(out)
    if years:
        span = years[0] if years[0] == years[-1] else f"{years[0]} to {years[-1]}"
        return f"{span} {'is' if len(years) == 1 else 'are'}"
    if (out / "index.sqlite").exists():  # of a service
        return "jobs and results are"
    kept = ((_simulations(out), "simulation"), (_employers(out), "employer"))
    return next((f"{counted(count, one)} {'is' if count == 1 else 'are'}" for count, one in kept if count), "")


def _years(out: Path) -> list[str]:
    return [match[1] for match in map(_YEAR.fullmatch, _names(out)) if match is not None]


def _simulations(out: Path) -> int:
    return sum(_of_batch(out / name / "manifest.json") for name in _names(out) if _BATCH.fullmatch(name))


def _employers(out: Path) -> int:
    return sum(not name.startswith(".") for name in _names(out / "employers"))


def _of_batch(manifest: Path) -> int:
    with suppress(OSError, ValueError, KeyError, TypeError):
        return len(json.loads(manifest.read_bytes())["replicates"])
    return 0


def _names(folder: Path) -> list[str]:
    with suppress(OSError):
        return sorted(path.name for path in folder.iterdir())
    return []

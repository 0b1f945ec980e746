"""From a folder to its page: what kind of result it holds, and what its page needs of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl

from workforce_sim.ensembles.folder import read_scenarios
from workforce_sim.ensembles.recording import read_ensemble
from workforce_sim.errors import LedgerError
from workforce_sim.reports.comparison_page import comparison_page
from workforce_sim.reports.ensemble_page import ensemble_page
from workforce_sim.reports.run_page import run_page
from workforce_sim.reports.scenario import Scenario
from workforce_sim.reports.sweep_page import sweep_page
from workforce_sim.result import read_run
from workforce_sim.store.files import RESTORE, is_file, opened_file, readable
from workforce_sim.store.layout import ENSEMBLE, RUN

Page = Callable[[Path, float], bytes]


def page_of_folder(folder: Path, rate: float) -> bytes:
    """Return the page of whatever result a folder holds: a run, an ensemble, a comparison or a sweep.

    Args:
        folder: as ``--out`` of a command wrote it.
        rate: discount rate a year of present values.

    Raises:
        FileNotFoundError: when there is no such folder.
        LedgerError: when it holds no result, one of an older version, or one that is damaged.
    """
    with readable(folder):
        there = folder.exists()
        page = next((made for name, made in _PAGES.items() if is_file(folder / name)), None)
    if not there:
        raise FileNotFoundError(f"{folder}: no such folder")
    if page is None:
        what = "a run, an ensemble, a comparison or a sweep, as --out of a command wrote it"
        raise LedgerError(f"{folder}: holds no result; give the folder of {what}")
    return page(folder, rate)


def _comparison(folder: Path, rate: float) -> bytes:
    headers, least = read_scenarios(folder)
    replicates, groups = (read_table(folder / f"{name}.parquet") for name in ("replicates", "groups"))
    scenarios = [Scenario.of(name, header, _of(replicates, name, folder)) for name, header in headers.items()]
    return comparison_page(scenarios, groups, least=least, rate=rate)


def _of(replicates: pl.DataFrame, name: str, folder: Path) -> pl.DataFrame:
    found = replicates.filter(pl.col("scenario") == name).drop("scenario")
    if found.is_empty():
        raise LedgerError(f"{folder / 'replicates.parquet'}: has no rows of a scenario; {RESTORE}")
    return found


def read_table(path: Path) -> pl.DataFrame:
    """Return a table of a folder.

    Raises:
        LedgerError: when it is missing or cannot be read.
    """
    with opened_file(path) as file:
        content = file.read()
    try:
        return pl.read_parquet(content)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise LedgerError(f"{path}: cannot be read ({type(error).__name__}); {RESTORE}") from None


def _ensemble(folder: Path, rate: float) -> bytes:
    header, replicates = read_ensemble(folder)
    return ensemble_page(Scenario.of("", header, replicates), rate=rate)


def _run(folder: Path, rate: float) -> bytes:
    return run_page(read_run(folder), rate=rate)


def _sweep(folder: Path, rate: float) -> bytes:
    headers, _ = read_scenarios(folder)
    combinations, replicates = (read_table(folder / f"{name}.parquet") for name in ("combinations", "replicates"))
    return sweep_page(next(iter(headers.values())), combinations, replicates, rate=rate)


_PAGES: dict[str, Page] = {RUN: _run, ENSEMBLE: _ensemble, "comparison.json": _comparison, "sweep.json": _sweep}
"""Which page a folder has, by the file that tells what it holds."""

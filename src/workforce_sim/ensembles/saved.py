"""Results that a command wrote with ``--out``, read back: a run, an ensemble, a comparison or a sweep."""

from __future__ import annotations

from collections.abc import Container, Iterator
from pathlib import Path
from typing import TypeAlias

import polars as pl

from workforce_sim.ensembles.comparing import Comparison
from workforce_sim.ensembles.ensemble import Ensemble, any_plan
from workforce_sim.ensembles.folder import FORMAT
from workforce_sim.ensembles.grouped import REPORT_TABLES
from workforce_sim.ensembles.recording import read_ensemble
from workforce_sim.ensembles.sweeping import Sweep
from workforce_sim.errors import LedgerError
from workforce_sim.result.result import Result, read_run
from workforce_sim.store.documents import ScenariosDocument, older, read_document
from workforce_sim.store.files import RESTORE, is_file, opened_file, readable
from workforce_sim.store.header import FORMAT as RUN_FORMAT
from workforce_sim.store.header import Header
from workforce_sim.store.layout import ASKED, ENSEMBLE, sha256
from workforce_sim.store.parquet import decoded
from workforce_sim.tables import SUMMARY

Results: TypeAlias = Result | Ensemble | Comparison | Sweep

KINDS = ("comparison", "sweep")
OF_GROUPS = ("by_hired", "by_group", "gains", *REPORT_TABLES)
"""Tables of groups of a comparison, and of its report; hidden cells stay hidden."""


OF_PLAN = ("cost_per_point", "gains", "groups", "drivers")


def idle_tables(found: Results) -> tuple[str, ...]:
    """Return names of tables that have nothing to tell: of a comparison without a plan, what a plan costs and gives."""
    return OF_PLAN if isinstance(found, Comparison) and not any_plan(found.ensembles.values()) else ()


def read_results(path: str | Path) -> Results:
    """Read the folder of a run, an ensemble, a comparison or a sweep.

    A comparison from its folder has no census, so it has no figures of single employees.

    Args:
        path: folder that ``--out`` or ``out=`` named.

    Returns:
        The result of the command or function that wrote it.

    Raises:
        FileNotFoundError: when there is no such folder.
        LedgerError: when the folder holds none of these, one that is not finished, or one that is damaged.
    """
    folder = Path(path)
    with readable(folder):
        is_ensemble, is_asked = is_file(folder / ENSEMBLE), is_file(folder / ASKED)
        earlier = next((kind for kind in KINDS if not is_asked and is_file(folder / f"{kind}.json")), None)
    if earlier is not None:
        why = f"is a {earlier} of an earlier version, written without its configurations"
        raise LedgerError(f"{folder}: {why}; make it again with --out, or open its tables (Parquet)")
    if is_ensemble:
        header, replicates = read_ensemble(folder)
        return Ensemble(replicates, header.config, header.notes, origin=header)
    return _scenarios(folder) if is_asked else read_run(folder)


def _scenarios(folder: Path) -> Comparison | Sweep:
    asked = _asked(folder)
    column = "scenario" if asked.kind == "comparison" else "combination"
    parts = _parts(folder, column, [each.name for each in asked.scenarios])
    headers = _headers(folder, asked)
    ensembles = {name: Ensemble(parts[name], h.config, h.notes, origin=h) for name, h in headers}
    if asked.kind == "comparison":
        configs = {name: each.config for name, each in ensembles.items()}
        saved = {name: read_table(folder, name) for name in OF_GROUPS if f"{name}.parquet" in asked.files}
        return Comparison(ensembles, configs, None, saved=saved)
    combinations = read_table(folder, "combinations")
    if combinations.columns[:1] != [column] or [str(n) for n in combinations[column]] != list(ensembles):
        raise LedgerError(f"{folder / 'combinations.parquet'}: has other combinations than {ASKED}; {RESTORE}")
    return Sweep(combinations, list(ensembles.values()))


def _parts(folder: Path, column: str, names: list[str]) -> dict[str, pl.DataFrame]:
    """Return the measures of each scenario or combination, by its name.

    Raises:
        LedgerError: when the table has other columns, or others than these.
    """
    path, found = folder / "replicates.parquet", read_table(folder, "replicates")
    known = [(each.name, each.dtype) for each in SUMMARY]
    if found.columns[:1] != [column] or list(found.schema.items())[1 : len(known) + 1] != known:
        raise LedgerError(f"{path}: has other columns than measures by {column}; {RESTORE}")
    parts = {str(part[column][0]): part.drop(column) for part in found.partition_by(column, maintain_order=True)}
    if list(parts) != names:
        raise LedgerError(f"{path}: has other scenarios than {ASKED}; {RESTORE}")
    return parts


def _headers(folder: Path, asked: ScenariosDocument) -> Iterator[tuple[str, Header]]:
    return ((each.name, Header.of(each.header, folder / ASKED)) for each in asked.scenarios)


def _asked(folder: Path) -> ScenariosDocument:
    path = folder / ASKED
    found = read_document(path, ScenariosDocument, FORMAT)
    for each in found.scenarios:
        if each.header.format != RUN_FORMAT:
            raise older(path, each.header.model_dump(), RUN_FORMAT)
    return found


def other_tables(folder: Path, known: Container[str]) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield tables of the folder of a comparison or a sweep by name, such as who gains; none of other folders.

    Args:
        folder: as ``read_results`` reads it.
        known: names of tables to leave out: those that the result can make again.
    """
    if is_file(folder / ASKED):
        names = [name.removesuffix(".parquet") for name in sorted(_asked(folder).files)]
        yield from ((name, read_table(folder, name)) for name in names if name not in known)


def read_table(folder: Path, name: str) -> pl.DataFrame:
    """Return a table of a comparison or a sweep, checked against its hash.

    Raises:
        LedgerError: when there is no such table, or it was changed.
    """
    path = folder / f"{name}.parquet"
    known = _asked(folder).files.get(path.name)
    if known is None:
        raise LedgerError(f"{path}: is no table of this folder")
    with opened_file(path) as file:
        content = file.read()
    if sha256(content) != known.sha256:
        raise LedgerError(f"{path}: was changed since it was written; {RESTORE}")
    return decoded(path, content)

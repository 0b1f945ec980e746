"""Tables and a JSON page as a new folder: written beside its place and moved there whole, for its owner alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl

from workforce_sim.errors import LedgerError
from workforce_sim.store.documents import ScenariosDocument, read_document
from workforce_sim.store.files import is_there
from workforce_sim.store.header import Header
from workforce_sim.store.layout import json_bytes, placed_folder, sealed, write_new
from workforce_sim.store.parquet import write_tables
from workforce_sim.store.writer import writable


def refuse_existing(folder: Path) -> None:
    """Raise ``LedgerError`` unless a folder can be made at this place."""
    if is_there(folder):
        raise LedgerError(f"{folder}: exists already; choose another folder, or remove it first")
    if not folder.parent.is_dir():
        raise LedgerError(f"{folder.parent}: no such folder; make it first")


SCENARIOS = "scenarios.json"
FORMAT = 1
"""Of ``scenarios.json``."""


def write_folder(
    folder: Path,
    tables: Mapping[str, pl.DataFrame],
    page: Mapping[str, Any],
    name: str,
    scenarios: Mapping[str, Header],
    least: int | None = None,
) -> None:
    """Write tables as ``NAME.parquet`` and plain data as JSON to a new folder.

    Args:
        folder: where there is nothing yet.
        tables: by name.
        page: plain data, written as the JSON file ``name``.
        name: of that file.
        scenarios: what each scenario is, for whoever makes a report of the folder; ``scenarios.json``.
        least: cells of fewer people are hidden in the table of groups.

    Raises:
        LedgerError: when it exists, or cannot be written; nothing is left then.
    """
    refuse_existing(folder)
    with writable(folder), placed_folder(folder) as part:
        write_tables({part / f"{table}.parquet": rows for table, rows in tables.items()}, "zstd")
        write_new(part / name, json_bytes(dict(page)))
        write_new(part / SCENARIOS, json_bytes(sealed(_described(scenarios, least))))


def _described(scenarios: Mapping[str, Header], least: int | None) -> dict[str, Any]:
    named = [{"name": name, "header": asdict(header)} for name, header in scenarios.items()]
    return {"format": FORMAT, "scenarios": named, "least": least}


def read_scenarios(folder: Path) -> tuple[dict[str, Header], int | None]:
    """Return what each scenario of a comparison or a sweep is, the baseline first, and who is hidden in its groups.

    Raises:
        LedgerError: when it is not there, as in folders of older versions, or was changed.
    """
    path = folder / SCENARIOS
    if not is_there(path):
        raise LedgerError(f"{path}: missing; write the comparison or the sweep again with this version")
    found = read_document(path, ScenariosDocument, (FORMAT,))
    return {each.name: Header.of(each.header, path) for each in found.scenarios}, found.least

"""A comparison or a sweep as a new folder: written beside its place and moved there whole, for its owner only.

::

    OUT/
      bands.parquet ...      the tables
      comparison.json        all tables but the replicates, to read without this package; or sweep.json
      asked.json             the request of each scenario (configuration, census fingerprint, versions); SHA-256 of
                             the tables; sealed
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl

from workforce_sim.errors import LedgerError
from workforce_sim.store.files import is_there
from workforce_sim.store.header import Header
from workforce_sim.store.layout import ASKED, json_bytes, placed_folder, sealed, write_new
from workforce_sim.store.parquet import write_tables
from workforce_sim.store.writer import writable

FORMAT = 1
"""Of the folder: its files, and what their names mean."""


def refuse_existing(folder: Path) -> None:
    """Raise ``LedgerError`` unless a folder can be made at this place."""
    if is_there(folder):
        raise LedgerError(f"{folder}: exists already; choose another folder, or remove it first")
    if not folder.parent.is_dir():
        raise LedgerError(f"{folder.parent}: no such folder; make it first")


def refuse_within(target: Path, folder: Path) -> None:
    """Raise ``LedgerError`` when a file or folder would be written into the one that it is made from."""
    if target.resolve().is_relative_to(folder.resolve()):
        raise LedgerError(f"{target}: lies in the folder that is exported, where nothing else may be; choose another")


def write_folder(
    folder: Path,
    tables: Mapping[str, pl.DataFrame],
    page: Mapping[str, Any],
    kind: str,
    headers: Mapping[str, Header],
) -> None:
    """Write tables as ``NAME.parquet``, plain data as ``KIND.json`` and the requests as ``asked.json``.

    Args:
        folder: new folder.
        tables: by name.
        page: plain data, for other programs.
        kind: ``comparison`` or ``sweep``.
        headers: the requests, by name of the scenario or number of the combination, in order.

    Raises:
        LedgerError: when it exists or cannot be written; nothing is left behind.
    """
    refuse_existing(folder)
    scenarios = [{"name": name, "header": asdict(header)} for name, header in headers.items()]
    with writable(folder), placed_folder(folder) as part:
        files = write_tables({part / f"{table}.parquet": rows for table, rows in tables.items()}, "zstd")
        write_new(part / f"{kind}.json", json_bytes(dict(page)))
        asked = {"format": FORMAT, "kind": kind, "scenarios": scenarios, "files": files}
        write_new(part / ASKED, sealed(asked).content)

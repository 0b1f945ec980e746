"""Tables and a JSON page as a new folder: written beside its place and moved there whole, for its owner alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from workforce_sim.errors import LedgerError
from workforce_sim.store.files import is_there
from workforce_sim.store.layout import json_bytes, placed_folder, write_new
from workforce_sim.store.parquet import write_tables
from workforce_sim.store.writer import writable


def refuse_existing(folder: Path) -> None:
    """Raise ``LedgerError`` unless a folder can be made at this place."""
    if is_there(folder):
        raise LedgerError(f"{folder}: exists already; choose another folder, or remove it first")
    if not folder.parent.is_dir():
        raise LedgerError(f"{folder.parent}: no such folder; make it first")


def write_folder(folder: Path, tables: Mapping[str, pl.DataFrame], page: Mapping[str, Any], name: str) -> None:
    """Write tables as ``NAME.parquet`` and plain data as the JSON file ``name`` to a new folder.

    Raises:
        LedgerError: when it exists, or cannot be written; nothing is left then.
    """
    refuse_existing(folder)
    with writable(folder), placed_folder(folder) as part:
        write_tables({part / f"{table}.parquet": rows for table, rows in tables.items()}, "zstd")
        write_new(part / name, json_bytes(dict(page)))

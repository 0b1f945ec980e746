"""How tables become Parquet files: numbers as differences, names as positions in a list; small, and written fast.

Measured in ``docs/decisions/run-store.md``. Any reader of Parquet reads them; Polars gets its own types back.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from workforce_sim.store.files import file_sha256
from workforce_sim.store.layout import private, sync

FAST, STRONG = 1, 9
"""Levels of zstd: what numbers as differences leave over is hardly smaller at any other, and slower to write."""


def write_tables(files: Mapping[Path, pl.DataFrame], compression: str, level: int = FAST) -> dict[str, Any]:
    """Write tables to new files for their owner alone, two at a time, and wait for the disk.

    Returns:
        Rows, bytes and SHA-256 of each file, by name.
    """
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda path: _written(path, files[path], compression, level), files))
    return {path.name: about for path, about in zip(files, found, strict=True)}


def _written(path: Path, frame: pl.DataFrame, compression: str, level: int) -> dict[str, Any]:
    with pa.OSFile(str(private(path)), "wb") as file:  # a path would be taken for a URI, or ~ in it for a home
        _encode(frame, file, compression, level)
    sync(path)
    return {"rows": frame.height, "bytes": path.stat().st_size, "sha256": file_sha256(path)}


def encoded(frame: pl.DataFrame, compression: str, level: int = FAST) -> memoryview:
    """Return the bytes of the file of a table."""
    sink = pa.BufferOutputStream()
    _encode(frame, sink, compression, level)
    return memoryview(sink.getvalue())


def _encode(frame: pl.DataFrame, sink: Any, compression: str, level: int) -> None:
    kinds = frame.schema
    pq.write_table(
        frame.to_arrow(compat_level=pl.CompatLevel.oldest()),
        sink,
        compression="none" if compression == "uncompressed" else compression,
        compression_level=level if compression == "zstd" else None,
        column_encoding={name: "DELTA_BINARY_PACKED" for name in kinds if kinds[name] in _NUMBERS},
        use_dictionary=[name for name in kinds if isinstance(kinds[name], pl.Enum)],
        write_statistics=[name for name in kinds if name == "year"],  # employees are in the order of their keys
    )


_NUMBERS = (pl.Int64, pl.Int32, pl.Date)

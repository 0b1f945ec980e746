"""Frames kept on the disk instead of in memory while a run is written."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from workforce_sim.store.layout import SPOOL, beside, private

_PACKED, _ALONE = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False), pa.ipc.IpcReadOptions(use_threads=False)
"""Pieces are small, and all threads are busy already."""


@dataclass(frozen=True)
class Kept:
    """Where a frame lies, and how many rows it has; the frame itself where there was room for it in memory."""

    start: int
    size: int
    rows: int
    held: Any = None


class Spool:
    """One file beside a run, whose name is removed once it is open: it disappears with the process in any case.

    One thread puts frames, any may get them.

    Args:
        folder: of the run.
        room: bytes of frames that are held in memory before the first goes to the disk.
    """

    def __init__(self, folder: Path, room: int) -> None:
        path = private(beside(folder / SPOOL))
        self._handle = os.open(path, os.O_RDWR)
        path.unlink()
        self._end, self._room, self._left = 0, room, room

    def put(self, frame: pl.DataFrame) -> Kept:
        """Set a frame aside."""
        if self._fits(int(frame.estimated_size())):
            return Kept(0, 0, frame.height, frame)
        raw = io.BytesIO()
        frame.write_ipc(raw, compression="lz4")
        return self._put(raw.getbuffer(), frame.height)

    def get(self, kept: Kept) -> pl.DataFrame:
        """Return a frame that was set aside."""
        return pl.read_ipc(io.BytesIO(self._get(kept))) if kept.held is None else kept.held

    def put_rows(self, rows: pa.RecordBatch) -> Kept:
        """Set rows aside as Parquet takes them."""
        if self._fits(rows.nbytes):
            return Kept(0, 0, rows.num_rows, rows)
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, rows.schema, options=_PACKED) as stream:
            stream.write_batch(rows)
        return self._put(memoryview(sink.getvalue()), rows.num_rows)

    def get_rows(self, kept: Kept) -> pa.RecordBatch:
        """Return rows that were set aside as Parquet takes them."""
        if kept.held is not None:
            return kept.held
        return pa.ipc.open_stream(self._get(kept), options=_ALONE).read_next_batch()

    def _fits(self, size: int) -> bool:
        fits = size <= self._left
        self._left -= size if fits else 0
        return fits

    def _put(self, raw: memoryview, rows: int) -> Kept:
        kept, left = Kept(self._end, len(raw), rows), raw
        while left:
            done = os.pwrite(self._handle, left, self._end)
            self._end, left = self._end + done, left[done:]
        return kept

    def _get(self, kept: Kept) -> bytes:
        raw = os.pread(self._handle, kept.size, kept.start)
        if len(raw) != kept.size:
            raise OSError(errno.EIO, "what was set aside is not there")
        return raw

    def clear(self) -> None:
        """Drop all frames and release their space."""
        os.ftruncate(self._handle, 0)
        self._end, self._left = 0, self._room

    def close(self) -> None:
        """Release the space."""
        os.close(self._handle)


@contextmanager
def spooling(folder: Path, room: int) -> Iterator[Spool]:
    """Give a file to set frames aside in, and give its space back."""
    spool = Spool(folder, room)
    try:
        yield spool
    finally:
        spool.close()

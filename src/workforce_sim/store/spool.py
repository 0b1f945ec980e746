"""Frames set aside on the disk while a run is written, so that memory need not hold them."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from workforce_sim.store.layout import SPOOL, beside, private


@dataclass(frozen=True)
class Kept:
    """Where a frame lies, and how many rows it has."""

    start: int
    size: int
    rows: int


class Spool:
    """One file beside a run, without a name once it is open: it is gone with the process, however that ends.

    One thread puts frames, any may get them.
    """

    def __init__(self, folder: Path) -> None:
        path = private(beside(folder / SPOOL))
        self._handle = os.open(path, os.O_RDWR)
        path.unlink()
        self._end = 0

    def put(self, frame: pl.DataFrame) -> Kept:
        """Set a frame aside."""
        raw = io.BytesIO()
        frame.write_ipc(raw, compression="lz4")
        kept = Kept(self._end, raw.tell(), frame.height)
        left = raw.getbuffer()
        while left:
            done = os.pwrite(self._handle, left, self._end)
            self._end, left = self._end + done, left[done:]
        return kept

    def get(self, kept: Kept) -> pl.DataFrame:
        """Return a frame that was set aside."""
        raw = bytearray(kept.size)
        left, at = memoryview(raw), kept.start
        while left:
            done = os.preadv(self._handle, [left], at)
            at, left = at + done, left[done:]
        return pl.read_ipc(io.BytesIO(raw))

    def clear(self) -> None:
        """Drop all frames and give their space back."""
        os.ftruncate(self._handle, 0)
        self._end = 0

    def close(self) -> None:
        """Give the space back."""
        os.close(self._handle)


@contextmanager
def spooling(folder: Path) -> Iterator[Spool]:
    """Give a file to set frames aside in, and give its space back."""
    spool = Spool(folder)
    try:
        yield spool
    finally:
        spool.close()

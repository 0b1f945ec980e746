"""An ensemble on disk: batch after batch of replicates, each committed in one step; a killed one goes on where it was.

::

    OUT/
      ensemble.json          what was asked (configuration, census fingerprint, versions); sealed
      batch=000000/          the summaries of some replicates, named after the first of them, never written again
        summary.parquet
        manifest.json        which replicates, SHA-256 of the table, which ensemble; sealed
      replicates.parquet     the summaries of all that were asked for
      bands.parquet  bands.json

How batches were cut leaves no trace in the last three files. Nothing in them is about one person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from workforce_sim.ensembles.pages import of_ensemble
from workforce_sim.errors import LedgerError
from workforce_sim.store.header import READ, Header, refuse_difference
from workforce_sim.store.layout import (
    LOCK,
    MANIFEST,
    file_sha256,
    is_leftover,
    json_bytes,
    leftovers,
    new_folder,
    placed,
    read_sealed,
    refuse_older,
    remove,
    replace_file,
    sealed,
    sha256,
    write_new,
)
from workforce_sim.store.lock import locked
from workforce_sim.store.parquet import write_tables
from workforce_sim.store.writer import held, writable

if TYPE_CHECKING:
    from workforce_sim.ensembles.ensemble import Ensemble

ASKED, SUMMARY, REPLICATES, BANDS, BANDS_JSON = (
    "ensemble.json",
    "summary.parquet",
    "replicates.parquet",
    "bands.parquet",
    "bands.json",
)
FORMAT = 1
"""Of the folder: its files, their columns, and what their names mean."""

_BATCH = re.compile(r"batch=[0-9]{6,}")

Work = Callable[[Sequence[int], Callable[[pl.DataFrame], None]], Iterable[pl.DataFrame]]
"""Gives the summaries of replicates, batch by batch, in their order; calls back with each as soon as it is done."""


def recorded(folder: Path, header: Header, wanted: Sequence[int], work: Work) -> Generator[pl.DataFrame]:
    """Yield the summaries of the replicates in their order: those on disk as they are, others once they are there.

    A batch is there as soon as it is done, whether those before it are or not.

    Raises:
        LedgerError: when the folder holds anything but this ensemble, is being written by another, or cannot be
            written; when a batch in it is damaged.
    """
    with _held(folder, header) as root:
        stored = _stored(folder, root)

        def keep(part: pl.DataFrame) -> None:
            with writable(folder):
                _commit(folder, root, part)

        for found, numbers in groupby(wanted, key=stored.get):
            if found is not None:
                yield _read(found).filter(pl.col("replicate").is_in(list(numbers)))
                continue
            yield from work(list(numbers), keep)


def finish(folder: Path, ensemble: Ensemble) -> None:
    """Write the summaries of all replicates and their bands.

    Raises:
        LedgerError: when they cannot be written.
    """
    with writable(folder), locked(folder):
        put(folder / REPLICATES, ensemble.replicates)
        put(folder / BANDS, ensemble.bands)
        replace_file(folder / BANDS_JSON, json_bytes(of_ensemble(ensemble)))


def put(path: Path, table: pl.DataFrame) -> None:
    """Write a table beside its place, for its owner alone, and move it there."""
    with placed(path) as part:
        write_tables({part: table}, "zstd")


def read_ensemble(folder: Path) -> tuple[Header, pl.DataFrame]:
    """Return what a folder says of its ensemble, and the summaries that it ended with; nothing is written.

    Raises:
        LedgerError: when it holds no ensemble, one that is not finished, or a damaged batch.
    """
    header = _asked(folder)
    if not (folder / REPLICATES).is_file():
        raise LedgerError(f"{folder}: is not finished; give its command again, and it goes on where it was")
    stored = _stored(folder, _root(header))
    ended = set(pl.read_parquet(folder / REPLICATES, columns=["replicate"])["replicate"])
    found = pl.concat([_read(batch) for batch in dict.fromkeys(stored[number] for number in sorted(ended))])
    return header, found.filter(pl.col("replicate").is_in(ended))


# --- the folder ---


@contextmanager
def _held(folder: Path, header: Header) -> Iterator[str]:
    """Hold a folder for writing, new or of the same ensemble; give the SHA-256 of what was asked."""
    _refuse_foreign(folder)
    with ExitStack() as stack:
        with writable(folder):
            stack.enter_context(held(folder))
        try:
            yield _begun(folder, header)
        except BaseException:
            _clear_up(folder)
            raise


def _begun(folder: Path, header: Header) -> str:
    there = _asked(folder) if (folder / ASKED).is_file() else None
    if there is not None:
        refuse_difference(f"{folder}: holds another ensemble; choose another folder", there, header)
    for path in leftovers(folder):
        remove(path)
    if there is None:
        with writable(folder):
            replace_file(folder / ASKED, json_bytes(sealed({"format": FORMAT, "header": asdict(header)})))
    return _root(there or header)


def _clear_up(folder: Path) -> None:
    """Leave nothing of an ensemble of which not one batch could be committed."""
    for path in leftovers(folder):
        remove(path)
    if not any(_batches(folder)):
        remove(folder / ASKED)


def _root(header: Header) -> str:
    return sha256(json_bytes({**header.identity(), "years": [header.years[0], header.years[-1]]}))


def _refuse_foreign(folder: Path) -> None:
    there = {entry.name for entry in folder.iterdir()} if folder.is_dir() else set()
    ours = {LOCK, *(name for name in there if is_leftover(name))}
    if (folder.exists() and not folder.is_dir()) or (ASKED not in there and there - ours):
        raise LedgerError(f"{folder}: exists and is no ensemble; choose another folder, or remove it first")


def _asked(folder: Path) -> Header:
    header = read_sealed(folder / ASKED, (FORMAT,))["header"]
    refuse_older(folder / ASKED, header, READ)
    return Header.of(header)


# --- batches ---


def _batches(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if _BATCH.fullmatch(path.name))


def _stored(folder: Path, root: str) -> dict[int, Path]:
    """Return where each replicate on disk is; a batch of another ensemble is refused."""
    found: dict[int, Path] = {}
    for path in _batches(folder):
        manifest = read_sealed(path / MANIFEST)
        if manifest["ensemble"] != root:
            raise LedgerError(f"{path}: belongs to another ensemble; remove it, and its replicates are made again")
        found |= dict.fromkeys(manifest["replicates"], path)
    return found


def _read(batch: Path) -> pl.DataFrame:
    """Return a batch, checked against its hash."""
    expected = read_sealed(batch / MANIFEST)["files"][SUMMARY]["sha256"]
    if not (batch / SUMMARY).is_file() or file_sha256(batch / SUMMARY) != expected:
        raise LedgerError(f"{batch}: was changed since it was written; remove it, and its replicates are made again")
    return pl.read_parquet(batch / SUMMARY, memory_map=False)


def _commit(folder: Path, root: str, summaries: pl.DataFrame) -> None:
    """Write a batch beside its place, wait for the disk, and move it there."""
    numbers = summaries["replicate"].unique().sort().to_list()
    with placed(folder / f"batch={numbers[0]:06d}") as part:
        files = write_tables({new_folder(part) / SUMMARY: summaries}, "zstd")
        manifest = {"ensemble": root, "replicates": numbers, "files": files}
        write_new(part / MANIFEST, json_bytes(sealed(manifest)))

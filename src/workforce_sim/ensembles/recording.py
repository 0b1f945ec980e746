"""An ensemble on disk: batches of replicates, each committed in one step; after a crash it continues.

::

    OUT/
      ensemble.json          the request (configuration, census fingerprint, versions); sealed
      batch=000000/          the summaries of some replicates, named after the first of them, never written again
        summary.parquet
        manifest.json        which replicates, SHA-256 of the table, which ensemble; sealed
      replicates.parquet     the summaries of all requested replicates
      bands.parquet  bands.json

The last three files do not depend on how batches were cut. Nothing in them is about one person.
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
from workforce_sim.store.documents import Batch, EnsembleDocument, older, read_document
from workforce_sim.store.files import RESTORE, is_there, opened_file, readable, refuse_no_folder
from workforce_sim.store.header import FORMAT as RUN_FORMAT
from workforce_sim.store.header import Header, refuse_difference
from workforce_sim.store.layout import (
    ENSEMBLE,
    MANIFEST,
    RUN,
    json_bytes,
    leftovers,
    placed_folder,
    remove,
    replace_file,
    sealed,
    sha256,
    write_new,
)
from workforce_sim.store.lock import locked
from workforce_sim.store.parquet import decoded, encoded, write_tables
from workforce_sim.store.writer import held, refuse_without, writable
from workforce_sim.tables import TABLES

if TYPE_CHECKING:
    from workforce_sim.ensembles.ensemble import Ensemble

ASKED = ENSEMBLE
SUMMARY, REPLICATES, BANDS, BANDS_JSON = ("summary.parquet", "replicates.parquet", "bands.parquet", "bands.json")
FORMAT = 1
"""Of the folder: its files, their columns, and what their names mean."""

_BATCH = re.compile(r"batch=[0-9]{6,}")
_LEFT = re.compile(r"\.(ensemble\.json|replicates\.parquet|bands\.parquet|bands\.json|batch=[0-9]{6,})\.part")
_AGAIN = "remove it, and its simulations are computed again"

Work = Callable[[Sequence[int], Callable[[pl.DataFrame], None]], Iterable[pl.DataFrame]]
"""Yields the summaries of replicates, batch by batch, in order; calls back with each batch as soon as it is done."""


def recorded(folder: Path, header: Header, wanted: Sequence[int], work: Work) -> Generator[pl.DataFrame]:
    """Yield the summaries of the replicates in order: those on disk at once, others when they are done.

    A batch is committed as soon as it is done, even before earlier ones.

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
    replace_file(path, encoded([table], "zstd")[0])


def read_ensemble(folder: Path) -> tuple[Header, pl.DataFrame]:
    """Return the request of the ensemble in a folder, and its summaries; nothing is written.

    Raises:
        LedgerError: when it has no ensemble, an unfinished one, or a damaged batch.
    """
    with readable(folder):
        if not is_there(folder / ASKED) and is_there(folder / RUN):
            raise LedgerError(f"{folder}: holds a run, not an ensemble; give the folders of shards")
    header = _asked(folder)
    ended = _ended_with(folder)
    stored = _stored(folder, _root(header))
    lost = ended - stored.keys()
    if lost:
        raise LedgerError(f"{folder}: {len(lost)} of its simulations are in none of its batches; {RESTORE}")
    found = pl.concat([_read(batch) for batch in dict.fromkeys(stored[number] for number in sorted(ended))])
    return header, found.filter(pl.col("replicate").is_in(ended))


def _ended_with(folder: Path) -> set[int]:
    """Return the replicates of a finished ensemble."""
    path = folder / REPLICATES
    with readable(folder):
        if not is_there(path):
            raise LedgerError(f"{folder}: is not finished; run its command again to continue it")
    with opened_file(path) as file:
        return set(_table(path, file.read())["replicate"])


# --- the folder ---


@contextmanager
def _held(folder: Path, header: Header) -> Iterator[str]:
    """Lock a folder for writing, new or of the same ensemble; give the SHA-256 of the request."""
    refuse_without(ASKED, folder, "exists and is not an ensemble; choose another folder, or remove it first")
    with ExitStack() as stack:
        with writable(folder):
            stack.enter_context(held(folder))
        there = _same(folder, header)
        try:
            yield _begun(folder, there, header)
        except BaseException:
            _clear_up(folder)
            raise


def _same(folder: Path, header: Header) -> Header | None:
    """Return the existing request; raise ``LedgerError`` when it is another ensemble."""
    if not is_there(folder / ASKED):
        return None
    there = _asked(folder)
    refuse_difference(f"{folder}: holds another ensemble; choose another folder", there, header)
    return there


def _begun(folder: Path, there: Header | None, header: Header) -> str:
    for path in leftovers(folder, _LEFT):
        remove(path)
    if there is None:
        with writable(folder):
            replace_file(folder / ASKED, sealed({"format": FORMAT, "header": asdict(header)}).content)
    return _root(there or header)


def _clear_up(folder: Path) -> None:
    """Remove an ensemble of which no batch could be committed."""
    for path in leftovers(folder, _LEFT):
        remove(path)
    if not any(_batches(folder)):
        remove(folder / ASKED)


def _root(header: Header) -> str:
    return sha256(json_bytes({**header.identity, "years": [header.years[0], header.years[-1]]}))


def _asked(folder: Path) -> Header:
    path = folder / ASKED
    found = read_document(path, EnsembleDocument, FORMAT).header
    if found.format != RUN_FORMAT:
        raise older(path, found.model_dump(), RUN_FORMAT)
    return Header.of(found, path)


# --- batches ---


def _batches(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if _BATCH.fullmatch(path.name))


def _batch(replicates: Sequence[int]) -> str:
    """Return the name of the folder of a batch."""
    return f"batch={replicates[0]:06d}"


def _stored(folder: Path, root: str) -> dict[int, Path]:
    """Return where each replicate on disk is; a batch of another ensemble is refused."""
    found: dict[int, Path] = {}
    for path in _batches(folder):
        manifest = _manifest(path)
        if manifest.ensemble != root or path.name != _batch(manifest.replicates):
            raise LedgerError(f"{path}: belongs to another ensemble; {_AGAIN}")
        found |= dict.fromkeys(manifest.replicates, path)
    return found


def _manifest(batch: Path) -> Batch:
    with readable(batch):
        refuse_no_folder(batch)
    return read_document(batch / MANIFEST, Batch)


def _read(batch: Path) -> pl.DataFrame:
    """Return a batch, checked against its hash."""
    manifest = _manifest(batch)
    with opened_file(batch / SUMMARY) as file:
        content = file.read()
    if sha256(content) != manifest.files[SUMMARY].sha256:
        raise LedgerError(f"{batch}: was changed since it was written; {_AGAIN}")
    table = _table(batch / SUMMARY, content)
    if set(table["replicate"]) != set(manifest.replicates):
        raise LedgerError(f"{batch}: has other replicates than its manifest; {_AGAIN}")
    return table


def _table(path: Path, content: bytes) -> pl.DataFrame:
    """Return the measures of replicates in a file."""
    table = decoded(path, content)
    known = {column.name: column.dtype for column in TABLES["summary"]}
    if list(table.schema.items())[: len(known)] != list(known.items()):
        raise LedgerError(f"{path}: has other columns than a table of summary; {RESTORE}")
    return table


def _commit(folder: Path, root: str, summaries: pl.DataFrame) -> None:
    """Write a batch beside its place, wait for the disk, and move it there."""
    numbers = summaries["replicate"].unique().sort().to_list()
    with placed_folder(folder / _batch(numbers)) as part:
        files = write_tables({part / SUMMARY: summaries}, "zstd")
        manifest = {"ensemble": root, "replicates": numbers, "files": files}
        write_new(part / MANIFEST, sealed(manifest).content)

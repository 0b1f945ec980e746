"""Shards of an ensemble, simulated apart and merged: the result of one machine, byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

import polars as pl

from workforce_sim.ensembles.ensemble import Ensemble
from workforce_sim.ensembles.recording import finish, read_ensemble, recorded
from workforce_sim.errors import LedgerError, RequestError
from workforce_sim.store.header import refuse_difference
from workforce_sim.store.writer import refuse_inputs


def shard(replicates: int, part: int, parts: int) -> range:
    """Return the numbers of the replicates of a shard: every ``parts``-th, from its own number.

    Args:
        replicates: how many there are in all shards together.
        part: which shard, from 1.
        parts: how many shards.

    Raises:
        RequestError: for an invalid shard, or one without a replicate.
    """
    if not 1 <= part <= parts <= replicates:
        raise RequestError(f"shard {part}/{parts}: expected I/N with I from 1 to N, N up to {replicates} replicates")
    return range(part - 1, replicates, parts)


def merge(folders: Iterable[str | Path], out: str | Path) -> Ensemble:
    """Merge the shards of one ensemble.

    Args:
        folders: of the shards, each written by ``simulate_ensemble(..., out=folder)``.
        out: new folder for the whole, or that of a merge that was interrupted.

    Raises:
        LedgerError: for a folder that holds no ensemble, another one, or one that is damaged or not finished; for
            replicates that two shards have, or none.
        RequestError: without a folder.
    """
    folders = [*folders]
    refuse_inputs(Path(out), *folders)
    shards = {Path(folder): read_ensemble(Path(folder)) for folder in folders}
    if not shards:
        raise RequestError("merge: expected at least one folder of a shard")
    first, (header, _) = next(iter(shards.items()))
    for folder, (other, _) in shards.items():
        refuse_difference(f"{folder}: holds a different ensemble than {first}", header, other)
    found = pl.concat([table for _, table in shards.values()]).sort("replicate", "year")
    twice = found.filter(pl.struct("replicate", "year").is_duplicated())["replicate"].n_unique()
    if twice:
        raise LedgerError(f"{twice} simulations are in more than one shard; leave one of them out")
    wanted = found["replicate"].unique().sort().to_list()
    missing = sorted({*range(wanted[-1] + 1)} - {*wanted})
    if missing:
        gap = f"{len(missing)} of {wanted[-1] + 1} simulations are missing (first: {missing[0]})"
        raise LedgerError(f"{gap}; add a shard")
    with closing(recorded(Path(out), header, wanted, partial(_kept, found))) as parts:
        whole = pl.concat(list(parts))
    ensemble = Ensemble(whole, header.config, header.notes, origin=header)
    finish(Path(out), ensemble)
    return ensemble


def _kept(replicates: pl.DataFrame, numbers: Sequence[int], keep: Callable[[pl.DataFrame], None]) -> list[pl.DataFrame]:
    found = replicates.filter(pl.col("replicate").is_in(numbers))
    keep(found)
    return [found]

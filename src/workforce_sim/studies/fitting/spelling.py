"""Levels and departments that a later census spells differently: renamed as in the last census."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from workforce_sim.census.headers import plain
from workforce_sim.studies.fitting.panel import Snapshot
from workforce_sim.wording import counted

NAMES = ("level", "department")
LEAST, MOST = 10, 0.8


def one_spelling(snapshots: Sequence[Snapshot]) -> tuple[tuple[Snapshot, ...], tuple[str, ...]]:
    """Return the censuses with the names of the last one, and a warning for each column with changed names."""
    found, notes = list(snapshots), []
    for column in NAMES:
        respelled = renamed = 0
        for i in range(len(found) - 2, -1, -1):
            names = _respelled(found[i], found[i + 1], column)
            found[i] = _named(found[i], column, names)
            moved = _renamed(found[i], found[i + 1], column)
            found[i] = _named(found[i], column, moved)
            respelled, renamed = respelled + len(names), renamed + len(moved)
        if respelled or renamed:
            notes.append(
                f"{column}: a later census spells {counted(respelled, 'name')} differently and renames {renamed}, "
                "judged by the employees under each name: the later names are used"
            )
    return tuple(found), tuple(notes)


def _named(snapshot: Snapshot, column: str, names: dict[str, str]) -> Snapshot:
    if not names:
        return snapshot
    staff = snapshot.staff.with_columns(pl.col(column).replace(names))
    return replace(snapshot, staff=staff)


def _names(snapshot: Snapshot, column: str) -> list[str]:
    return snapshot.staff[column].drop_nulls().unique().sort().to_list()


def _respelled(before: Snapshot, after: Snapshot, column: str) -> dict[str, str]:
    """Return names that differ only in case, spaces and punctuation."""
    later = {plain(name): name for name in _names(after, column)}
    pairs = ((name, later.get(plain(name))) for name in _names(before, column))
    return {name: other for name, other in pairs if other is not None and other != name}


def _renamed(before: Snapshot, after: Snapshot, column: str) -> dict[str, str]:
    """Return names that are gone while nearly all of their people are under one new name."""
    gone, new = (set(_names(a, column)) - set(_names(b, column)) for a, b in ((before, after), (after, before)))
    if not gone or not new:
        return {}
    both = before.staff.select("employee_id", column).join(after.staff.select("employee_id", column), on="employee_id")
    moves = both.filter(pl.col(column).is_in(list(gone))).group_by(column, f"{column}_right").len()
    people = moves.with_columns(total=pl.col("len").sum().over(column))
    clear = people.filter(pl.col("len") >= LEAST, pl.col("len") >= MOST * pl.col("total")).sort(column)
    rows = clear.filter(pl.col(f"{column}_right").is_in(list(new))).select(column, f"{column}_right").rows()
    return dict(rows)

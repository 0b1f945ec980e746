"""Each employee's level in every census: as named, or made from pay as in a run."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from workforce_sim.census.levels import leveled
from workforce_sim.census.read import Census
from workforce_sim.config import Config, Level, with_changes
from workforce_sim.studies.fitting.panel import Panel, Snapshot


@dataclass(frozen=True)
class Leveled:
    """Censuses in which each employee has a level.

    Attributes:
        panel: the censuses.
        levels: those of the last census, lowest first.
        named: whether censuses name them; otherwise they are made from pay.
    """

    panel: Panel
    levels: tuple[Level, ...]
    named: bool


def with_levels(panel: Panel, config: Config) -> Leveled:
    """Return the censuses with each employee's level."""
    last = panel.snapshots[-1].staff
    named = last["level"].null_count() < last.height
    found = [_filled(snapshot, config, named=named) for snapshot in panel.snapshots]
    snapshots = tuple(snapshot for snapshot, _ in found)
    return Leveled(replace(panel, snapshots=snapshots), found[-1][1], named)


def _filled(snapshot: Snapshot, config: Config, *, named: bool) -> tuple[Snapshot, tuple[Level, ...]]:
    """Return a census with its levels; it gets none if it lacks them and others have them."""
    frame = snapshot.staff
    if named and frame["level"].null_count() == frame.height:
        return snapshot, ()
    known = set(frame["level"].drop_nulls().unique())
    chosen = config.workforce.levels
    if chosen is not None and not known <= {level.name for level in chosen}:
        config = with_changes(config, {"workforce.levels": None})  # an earlier census may have former levels
    levels, level, _ = leveled(Census(frame.select("level", "salary_cents")), config)
    return replace(snapshot, staff=frame.with_columns(level.cast(pl.String).alias("level"))), levels

"""Planned changes: hires with what is known of them, and the path of each group.

Chapter: ``docs/model/actions.md``. ``engine/planned.py`` decides them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from workforce_sim.config import Config
from workforce_sim.dates import NEVER
from workforce_sim.engine.columns import Array, Columns
from workforce_sim.engine.context import Year
from workforce_sim.engine.event import Declared, KeptColumn, mapped, node
from workforce_sim.engine.events.hire import HIRED, hire, together
from workforce_sim.engine.groups import NO_CAUSE, groups_of

KEPT = {
    "known_exit": KeptColumn(pl.Int32, "known last day; never without one", int(NEVER), "leaves_on"),
    "season_end": KeptColumn(pl.Int32, "last day of a seasonal employee; never of others", int(NEVER)),
    "path_millionths": KeptColumn(
        pl.Int64, "path of the group's headcount at the opening, millionths; 0 in the first year"
    ),
}


def _planned(config: Config) -> bool:
    return config.is_planned


def _hire(staff: pl.LazyFrame, year: Year) -> pl.LazyFrame:
    """Add everybody who comes in the year to the staff."""
    hires = year.given["employment"].hires
    alike = {"hire_cause": pl.lit(NO_CAUSE, dtype=pl.UInt8), "employed_from": pl.col("hire_date")}
    return mapped(staff, lambda frame: together(frame.with_columns(**alike), hires, year.replicates))


_CAUSE = pl.when(pl.col("hire_cause") != NO_CAUSE).then(pl.col("hire_cause"))
planned_hire = Declared(
    "hire",
    _hire,
    adds={"hire_cause": pl.UInt8, "employed_from": pl.Int32},
    ledger=(replace(HIRED, date="employed_from", sets={**HIRED.sets, "cause": _CAUSE}),),
    snapshot=hire.snapshot,
    meanings={
        "hire_cause": "of hires: position in the list of causes; 255 without one",
        "employed_from": "first day of employment; the hire date, except of those who join with credited service",
    },
    used=_planned,
)


@node(adds={"new_path_millionths": (pl.Int64, "the same at the closing")}, kept=KEPT, used=_planned)
def headcount_path(staff: Columns, year: Year) -> Mapping[str, Array]:
    """Add the path of each group at the closing."""
    return {"new_path_millionths": year.given["employment"].path[staff["replicate"], groups_of(staff, year)]}

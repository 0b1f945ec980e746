"""Who is employed in a year: how many leave and are hired, which of opening staff leave, and the hires.

The one decision of the year that always needs everybody: exactly so many leave, and the level quotas and exits of hires
are shared out among all of them. Chapters: ``docs/model/growth.md``, ``terminations.md``, ``hires.md``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from workforce_sim.dates import Flags
from workforce_sim.engine import headcount
from workforce_sim.engine.columns import Array, Columns
from workforce_sim.engine.context import Year
from workforce_sim.engine.event import Settlement, with_arrays
from workforce_sim.engine.events import hire, termination
from workforce_sim.engine.partitions import cut


@dataclass(frozen=True)
class Asked:
    """What is asked of the opening staff of a partition: columns, the slice of each replicate, whether with ids."""

    columns: dict[str, Array]
    bounds: list[slice]
    named: bool

    def of(self, column: str, replicate: int) -> Array:
        """Return a column of one replicate."""
        return self.columns[column][self.bounds[replicate]]


@dataclass(frozen=True)
class Employment:
    """What is settled, for one partition: who of its opening staff leaves, who by reduction, and the hires it takes."""

    leaves: Flags
    reduced: Flags
    hires: pl.DataFrame


def _ask(staff: Columns, year: Year) -> Asked:
    names = ("weight", "chance", "key", *(("level",) if year.config.hiring.level_mix == "adaptive" else ()))
    named = "employee_id" in staff.frame.columns
    return Asked({name: staff[name] for name in names}, staff.bounds(year.replicates), named)


def _settle(parts: list[Asked], year: Year) -> list[Employment]:
    numbers = range(year.replicates)
    weights = [_gathered(parts, "weight", i) for i in numbers]
    planned = headcount.decide(weights, year)
    leaves, reduced = ([np.zeros(len(part.columns["key"]), dtype=bool) for part in parts] for _ in range(2))
    for i in numbers:
        u, keys = _gathered(parts, "chance", i), _gathered(parts, "key", i)
        _dealt(termination.leavers(weights[i], u, keys, planned, i, year), parts, i, (leaves, reduced))
    hires = _hires(parts, planned, year)
    shares = [hires[share] for share in cut(len(hires), len(parts))]
    return [Employment(*found) for found in zip(leaves, reduced, shares, strict=True)]


def _gathered(parts: list[Asked], column: str, replicate: int) -> Array:
    found = [part.of(column, replicate) for part in parts]
    return found[0] if len(found) == 1 else np.concatenate(found)


def _dealt(
    flags: tuple[Flags, Flags], parts: list[Asked], replicate: int, places: tuple[list[Flags], list[Flags]]
) -> None:
    """Enter the flags of one replicate in those of each partition."""
    start = 0
    for at, part in enumerate(parts):
        rows = part.bounds[replicate]
        end = start + rows.stop - rows.start
        for chosen, place in zip(flags, places, strict=True):
            place[at][rows] = chosen[start:end]
        start = end


def _hires(parts: list[Asked], planned: headcount.Headcount, year: Year) -> pl.DataFrame:
    """Return the year's hires, as opening staff stand after ``termination``."""
    adapts = year.config.hiring.level_mix == "adaptive"
    mix = hire.level_mix([_gathered(parts, "level", i) for i in range(year.replicates)] if adapts else [], year)
    hires = hire.decide(planned.hires, mix, year, named=parts[0].named)
    return with_arrays(hires, termination.of_hires(Columns(hires), planned, year))


EMPLOYMENT = Settlement("employment", lambda year: True, _ask, _settle)

"""The opening of a run: what both engines start from."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from workforce_sim.config import Level
from workforce_sim.tables import CENSUS, completed


@dataclass(frozen=True)
class Opening:
    """A complete census and its levels.

    Attributes:
        staff: one row per employee, columns of ``tables.CENSUS``; nothing imputable is null. Who has
            ``joins_on`` joins on that day by an acquisition.
        levels: job levels from the lowest to the highest.
        notes: what was imputed, ignored or dropped, with counts.
    """

    staff: pl.DataFrame
    levels: tuple[Level, ...]
    notes: tuple[str, ...] = ()

    @property
    def present(self) -> pl.DataFrame:
        """Who is employed at the opening, with all columns."""
        return present(completed(self.staff, CENSUS))

    @property
    def joiners(self) -> pl.DataFrame:
        """Who joins later, by an acquisition."""
        return completed(self.staff, CENSUS).filter(pl.col("joins_on").is_not_null())


def present(staff: pl.DataFrame) -> pl.DataFrame:
    """Return who of an opening is employed at it; of a frame that does not say, everybody."""
    if "joins_on" not in staff.columns or staff["joins_on"].null_count() == staff.height:
        return staff
    return staff.filter(pl.col("joins_on").is_null())

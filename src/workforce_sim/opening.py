"""The opening of a run: what both engines start from."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from workforce_sim.config import Level


@dataclass(frozen=True)
class Opening:
    """A complete census and its levels.

    Attributes:
        staff: one row per employee, columns of ``tables.CENSUS``; nothing imputable is null.
        levels: job levels from the lowest to the highest.
        notes: what was imputed, ignored or dropped, with counts.
    """

    staff: pl.DataFrame
    levels: tuple[Level, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tables:
    """The output of a run, with the columns of ``tables.EVENTS``, ``SNAPSHOTS`` and ``SUMMARY``.

    Rows are in no order unless ``in_order``: then they stand as written (``ledger.ordered``).
    """

    events: pl.DataFrame
    snapshots: pl.DataFrame
    summary: pl.DataFrame
    in_order: bool = field(default=False, kw_only=True)

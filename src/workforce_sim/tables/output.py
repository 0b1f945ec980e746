"""The output of a run."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl


@dataclass(frozen=True)
class Tables:
    """The output of a run, with the columns of ``tables.EVENTS``, ``SNAPSHOTS`` and ``SUMMARY``.

    Rows are in no order unless ``in_order``: then they stand as written (``store.ledger.ordered``).
    """

    events: pl.DataFrame
    snapshots: pl.DataFrame
    summary: pl.DataFrame
    in_order: bool = field(default=False, kw_only=True)

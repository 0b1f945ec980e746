"""Totals over employers: counts and amounts add up exactly; shares are found again from the sums, or left out.

Whole numbers add up to the same in any order, so totals do not depend on how the employers were shared out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from workforce_sim.tables import SUMMARY, completed
from workforce_sim.tables.declared import Measure

EMPLOYERS = "employers"
"""How many employers a row of totals is of."""
COMBINATION = "combination"
"""The number of an employer's values of the grouping columns."""

_MEASURES = [column for column in SUMMARY if isinstance(column, Measure)]
_COST = "net_employer_cost_cents"
"""Derived, but an amount: it adds up."""
ADDED = [m.name for m in _MEASURES if m.derived is None or m.name == _COST]
_DEFERRAL_BP = "_deferral_bp"
_RECOVERED = (
    (pl.col("average_deferral_rate") * 10_000 * pl.col("participants")).round().cast(pl.Int64).alias(_DEFERRAL_BP)
)
"""The sum of the participants' deferral rates in basis points: a whole number, so rounding gives it back exactly."""

_SHARES = {
    m.name: m.derived
    for m in _MEASURES
    if m.derived is not None and m.name != _COST and {*m.derived.meta.root_names()} <= {*ADDED, _DEFERRAL_BP}
}


def totals(summaries: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Return the totals of groups of employers.

    Args:
        summaries: one row per employer, replicate and year, or totals of smaller groups: ``replicate``, ``year``, the
            measures, and ``employers`` in totals.
        by: the columns that group, besides replicate and year.

    Returns:
        One row per group, replicate and year, sorted: the group, replicate, year, employers, the measures of
        ``tables.SUMMARY``. A measure that no employer of a group has is null; of those that some lack, they have none.
    """
    keys = [*by, "replicate", "year"]
    count = pl.col(EMPLOYERS).sum() if EMPLOYERS in summaries.columns else pl.len()
    sums = (
        summaries.with_columns(_RECOVERED)
        .group_by(keys)
        .agg(count.cast(pl.Int64).alias(EMPLOYERS), *map(_sum, [*ADDED, _DEFERRAL_BP]))
    )
    measured = sums.with_columns(**_SHARES).sort(keys)
    return measured.select(*keys, EMPLOYERS).hstack(completed(measured, _MEASURES))


def _sum(name: str) -> pl.Expr:
    return pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).alias(name)


class Sums:
    """Totals that grow by parts; memory stays that of the groups."""

    def __init__(self) -> None:
        self._parts: list[pl.DataFrame] = []
        self._rows = 0

    def add(self, part: pl.DataFrame) -> None:
        """Add totals by ``COMBINATION``."""
        self._parts.append(part)
        self._rows += part.height
        if self._rows > _MANY:
            whole = totals(pl.concat(self._parts), [COMBINATION])
            self._parts, self._rows = [whole], 0

    def named(self, groups: Sequence[str], combinations: Iterable[Sequence[str | None]]) -> pl.DataFrame:
        """Return the totals with the values of the grouping columns, sorted; no rows where nothing was added."""
        values = pl.DataFrame(list(combinations), schema=dict.fromkeys(groups, pl.String), orient="row").with_row_index(
            COMBINATION
        )
        if not self._parts:
            return nothing(groups)
        rows = pl.concat(self._parts).with_columns(pl.col(COMBINATION).cast(pl.UInt32))
        return totals(rows.join(values, on=COMBINATION, how="left", maintain_order="left"), list(groups))


_MANY = 500_000


def nothing(groups: Sequence[str]) -> pl.DataFrame:
    """Return totals without a row."""
    known = {"replicate": pl.Int32, "year": pl.Int32, EMPLOYERS: pl.Int64}
    empty = pl.DataFrame(schema={**dict.fromkeys(groups, pl.String), **known})
    return empty.hstack(completed(pl.DataFrame(), _MEASURES).clear())


def means(rows: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Return the mean of each measure over the replicates: amounts and counts to the nearest, shares as they are."""
    keys = [*by, "year"]
    found = rows.group_by(keys).agg(pl.exclude("replicate", *keys).mean()).sort(keys)
    whole = [name for name in rows.columns if name not in keys and rows.schema[name] == pl.Int64]
    return found.with_columns(pl.col(name).round().cast(pl.Int64) for name in whole)

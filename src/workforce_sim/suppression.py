"""Group totals without small cells, and without what would give them away by subtraction.

A group too small in any row is hidden in all of its rows: what a year opens with is what the one before closed with,
so a year alone would tell the next. Then further groups are hidden, the smallest first, until beside every total (of a
year, of a replicate) at least two are hidden that together hold the least number of people. What is left to be found
by subtracting from a total is then the sum of those groups, never one of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from workforce_sim.errors import RequestError
from workforce_sim.wording import counted

HIDDEN = "suppressed"
TOTALS = ("replicate", "year")
"""Columns each combination of whose values has a total that others may know."""


def suppress_small(
    frame: pl.DataFrame, *, count: str | Sequence[str], least: int = 10, by: str | None = None
) -> pl.DataFrame:
    """Hide the groups of a table that hold too few people, and as many more as keep a total from giving them away.

    Args:
        frame: one row per group, and per replicate and year where it has those columns: what ``summary_by`` gives, or
            any table like it. A row of totals must not be among the groups.
        count: column, or columns, that count people; a group is too small where one of them is from 1 to ``least`` - 1.
            Other counts, such as events, are not looked at unless they are named.
        least: the smallest number that may be shown.
        by: the column that names the group; where it is left out, the one column of text.

    Returns:
        The same rows and columns. Of hidden groups every column is null but the group, replicate and year, as each
        depends on who is in the group; ``suppressed`` says which rows are hidden, not why.

    Raises:
        RequestError: for columns that are not there or do not count, groups that stand twice, or no one column of text.
    """
    counts = [count] if isinstance(count, str) else list(count)
    group = _group(frame, by)
    totals = [name for name in TOTALS if name in frame.columns and name != group]
    _check(frame, counts, least, [*totals, group])
    sizes = frame.select(*totals, group, *(pl.col(name).fill_null(0) for name in counts))
    hidden = _hidden(sizes, counts, least, totals, group)
    flag = pl.col(group).is_in(hidden, nulls_equal=True)
    measures = pl.exclude(*totals, group)
    return frame.with_columns(pl.when(~flag).then(measures).name.keep(), flag.alias(HIDDEN))


def _group(frame: pl.DataFrame, by: str | None) -> str:
    text = [name for name, dtype in frame.schema.items() if isinstance(dtype, (pl.String, pl.Categorical, pl.Enum))]
    if by is not None and by not in frame.columns:
        raise RequestError(f"by: the table has no column {by}")
    if by is None and len(text) != 1:
        have = ", ".join(text) or "none"
        raise RequestError(f"name the column of the groups with by=; columns of text are: {have}")
    return by or text[0]


def _check(frame: pl.DataFrame, counts: Sequence[str], least: int, keys: Sequence[str]) -> None:
    wrong = [name for name in counts if name not in frame.columns or not frame.schema[name].is_integer()]
    if wrong or not counts:
        raise RequestError(f"count: no column of whole numbers is named {', '.join(wrong) or 'at all'}")
    if least < 2:
        raise RequestError(f"least: {least} hides nothing; give 2 or more")
    if HIDDEN in frame.columns:
        raise RequestError(f"the table has a column {HIDDEN} already; suppress the whole table once")
    twice = int(frame.select(keys).is_duplicated().sum())
    if twice:
        what = " and ".join(keys)
        raise RequestError(
            f"{counted(twice, 'row')} have the same {what}; give one row per group, a table per grouping"
        )


def _hidden(sizes: pl.DataFrame, counts: Sequence[str], least: int, totals: Sequence[str], group: str) -> pl.Series:
    """Return the groups to hide: those too small, then the smallest others until every total keeps its secret."""
    small = pl.any_horizontal([pl.col(name).is_between(1, least - 1) for name in counts])
    hidden = sizes.filter(small)[group].unique()
    order = sizes.group_by(group).agg(pl.sum_horizontal(counts).sum().alias("_all")).sort("_all", group)[group]
    while True:
        weak = _weak(sizes, hidden, counts, least, totals, group)
        more = order.filter(order.is_in(weak, nulls_equal=True) & ~order.is_in(hidden, nulls_equal=True))
        if more.is_empty():
            return hidden
        hidden = pl.concat([hidden, more.head(1)])


def _weak(
    sizes: pl.DataFrame, hidden: pl.Series, counts: Sequence[str], least: int, totals: Sequence[str], group: str
) -> pl.Series:
    """Return all groups that stand beside a total whose hidden groups are too few or hold too few people."""
    rows = sizes.with_columns(_hides=pl.col(group).is_in(hidden, nulls_equal=True), _one=pl.lit(1))
    over = totals or ["_one"]
    held = [pl.col(name).filter(pl.col("_hides")).sum() for name in counts]
    known = rows.group_by(over).agg(_rows=pl.col("_hides").sum(), _held=pl.min_horizontal(held))
    open_to = known.filter((pl.col("_rows") > 0) & ((pl.col("_rows") < 2) | (pl.col("_held") < least)))
    return rows.join(open_to, on=over, how="semi")[group].unique()

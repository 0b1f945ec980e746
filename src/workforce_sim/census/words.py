"""Words: flags, full-time or part-time, and names of levels and departments, one spelling for each."""

from __future__ import annotations

import polars as pl

from workforce_sim.census.likeness import is_text
from workforce_sim.census.values import NAMELESS, Values, begun, falses, is_missing, too_long
from workforce_sim.wording import counted

_FLAGS = {
    **dict.fromkeys(("true", "t", "yes", "y", "1", "1.0", "x", "ja", "✓"), True),
    **dict.fromkeys(("false", "f", "no", "n", "0", "0.0", "nein"), False),
}
_FULL = r"^(f|ft|1|y|yes|true|full|regular full)$|full[ -]?time|\bft\b"
_PART = r"^(p|pt|0|n|no|false|part)$|part[ -]?time|\bpt\b|half[ -]?time|hourly part"


def read_flags(column: pl.Series) -> Values:
    """Read yes and no."""
    if column.dtype == pl.Boolean:
        return Values(column, falses(column))
    text = begun(column)
    values = text.str.to_lowercase().replace_strict(_FLAGS, default=None, return_dtype=pl.Boolean)
    unread = values.is_null()
    if is_text(column.dtype):
        return Values(values, too_long(text) | (unread & ~is_missing(text)))
    return Values(values, unread & column.is_not_null())


def read_full_time(column: pl.Series) -> Values:
    """Read words for full-time and part-time; others say nothing."""
    text = begun(column).str.to_lowercase()
    part, full = text.str.contains(_PART), text.str.contains(_FULL)
    values = pl.select(pl.when(part).then(False).when(full).then(True)).to_series()
    return Values(values.rename(column.name), falses(column))


def read_words(column: pl.Series) -> Values:
    """Read words that another column is understood by; what is missing is null."""
    text = begun(column)
    values = pl.select(pl.when(~is_missing(text)).then(text)).to_series()
    return Values(values, falses(column))


def read_names(column: pl.Series, name: str, configured: tuple[str, ...] = ()) -> Values:
    """Read names of levels or departments: stripped text, or whole numbers in decimal; spellings become one."""
    if isinstance(column.dtype, pl.Enum) and not (column.dtype.categories.str.len_bytes() > 200).any():
        return Values(column, falses(column))
    if not is_text(column.dtype):
        return whole_numbers(column)
    text = begun(column)
    missing = is_missing(text, (*NAMELESS, "na") if name == "level" else NAMELESS)
    values = pl.select(pl.when(~missing).then(text)).to_series()
    return _one_spelling(values, name, configured)


def whole_numbers(column: pl.Series) -> Values:
    """Return whole numbers, doubles too, in decimal."""
    if column.dtype.is_integer():
        return Values(column.cast(pl.String), falses(column))
    given = column.fill_nan(None)
    whole = pl.select(pl.when(given == given.floor()).then(given.cast(pl.Int64, strict=False)).cast(pl.String))
    values = whole.to_series()
    return Values(values, values.is_null() & given.is_not_null())


def _one_spelling(values: pl.Series, name: str, configured: tuple[str, ...]) -> Values:
    """Write names that differ in case or spaces alone as most do; as the configuration does where it has them."""
    counts = values.drop_nulls().value_counts(sort=True, name="rows")
    column = counts.columns[0]
    folded = pl.col(column).str.to_lowercase().str.replace_all(r"\s+", " ")
    groups = counts.with_columns(folded.alias("folded")).sort("rows", column, descending=[True, False])
    known = {" ".join(level.lower().split()): level for level in configured}
    first = groups.group_by("folded", maintain_order=True).agg(pl.col(column).first().alias("spelling"))
    spelled = groups.join(first, on="folded", maintain_order="left").with_columns(
        pl.col("folded").replace_strict(known, default=pl.col("spelling"), return_dtype=pl.String).alias("spelling")
    )
    changed = spelled.filter((pl.col(column) != pl.col("spelling")) & ~pl.col(column).is_in(list(configured)))
    if changed.is_empty():
        return Values(values, falses(values))
    one = values.replace(changed[column], changed["spelling"])
    note = f"{name}: {counted(int(changed['rows'].sum()), 'row')} in another spelling of a name counted with it"
    return Values(one, falses(values), notes=(note,))

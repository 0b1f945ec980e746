"""Tables with money in dollars: what a person reads, where the tables of this package hold whole cents."""

from __future__ import annotations

import polars as pl

NOT_VALUES = ("narrowed", "points", "points_error")
"""Columns of bands and costs that are in no unit of a measure."""


def in_dollars(table: pl.DataFrame) -> pl.DataFrame:
    """Return a table with dollars in place of cents; every other column as it is.

    Args:
        table: any table of this package. A column with ``cents`` in its name becomes one with ``dollars``. Of a table
            with a column ``measure`` the values of measures in cents become dollars too, and so do their names.

    Returns:
        The same rows and columns: amounts are floats, exact to the cent up to 90 trillion dollars.
    """
    columns = [_dollars(name) if "cents" in name.split("_") else pl.col(name) for name in table.columns]
    if "measure" in table.columns:
        money = pl.col("measure").str.ends_with("_cents")
        values = [name for name, dtype in table.schema.items() if dtype.is_float() and _is_value(name)]
        divided = (pl.when(money).then(pl.col(name) / 100).otherwise(pl.col(name)).alias(name) for name in values)
        renamed = pl.col("measure").str.replace("_cents$", "_dollars")
        return table.with_columns(*divided, renamed)
    return table.select(columns)


def _dollars(name: str) -> pl.Expr:
    words = ["dollars" if word == "cents" else word for word in name.split("_")]
    return (pl.col(name) / 100).alias("_".join(words))


def _is_value(name: str) -> bool:
    """Return whether a column holds values of a measure: not one of ``NOT_VALUES``, nor a key that was swept."""
    return name not in NOT_VALUES and "." not in name

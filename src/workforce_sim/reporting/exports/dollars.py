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
        The same rows and columns: amounts are floats, exact to the cent below 90 trillion dollars.
    """
    columns = [
        _divided(name, dtype).alias(_renamed(name)) if "cents" in name.split("_") else pl.col(name)
        for name, dtype in table.schema.items()
    ]
    if "measure" in table.columns:
        money = pl.col("measure").str.ends_with("_cents")
        values = [name for name, dtype in table.schema.items() if dtype.is_float() and _is_value(name)]
        divided = (pl.when(money).then(_divided(name)).otherwise(pl.col(name)).alias(name) for name in values)
        renamed = pl.col("measure").str.replace("_cents$", "_dollars")
        return table.with_columns(*divided, renamed)
    return table.select(columns)


def _divided(name: str, dtype: pl.DataType | None = None) -> pl.Expr:
    """Return cents as dollars: whole cents exactly, means to a hundredth of a cent."""
    return (pl.col(name) / 100).round(2 if dtype is not None and dtype.is_integer() else 4)


def _renamed(name: str) -> str:
    return "_".join("dollars" if word == "cents" else word for word in name.split("_"))


def _is_value(name: str) -> bool:
    """Return whether a column holds values of a measure: not one of ``NOT_VALUES``, nor a key that was swept."""
    return name not in NOT_VALUES and "." not in name

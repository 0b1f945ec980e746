"""A table as a sheet: money in dollars, rates in percent, names of columns in words."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from workforce_sim.reporting.exports.sheet import CellKind, Row, Sheet

UNITS = {"_cents": 100, "_bp": 10_000, "_ppm": 1_000_000}
"""How many make a dollar, or a whole, by the end of a column's name."""
PLACES = 6
"""Decimals of all of these."""


def table_sheet(name: str, title: str, table: pl.DataFrame, about: Sequence[str] = ()) -> Sheet:
    """Return a table as a sheet.

    Args:
        name: of the sheet.
        title: in its first row.
        table: plain columns, named as tables of this package are.
        about: lines below the title.
    """
    kinds = [_kind(column, dtype) for column, dtype in table.schema.items()]
    rows = [Row(cells) for cells in table.select(map(_scaled, table.columns)).iter_rows()]
    return Sheet(name, title, [_words(column) for column in table.columns], kinds, rows, about)


def _unit(name: str) -> int:
    return next((unit for end, unit in UNITS.items() if name.endswith(end)), 1)


def _scaled(name: str) -> pl.Expr:
    return pl.col(name) if _unit(name) == 1 else (pl.col(name) / _unit(name)).round(PLACES)


def _kind(name: str, dtype: pl.DataType) -> CellKind:
    if _unit(name) != 1:
        return CellKind.EXACT if name.endswith("_cents") else CellKind.FINE_PERCENT
    if name == "year":
        return CellKind.YEAR
    if dtype.is_float():
        return CellKind.PERCENT if name.endswith(("share", "rate")) else CellKind.NUMBER
    return CellKind.DATE if dtype == pl.Date else CellKind.COUNT if dtype.is_integer() else CellKind.TEXT


def _words(name: str) -> str:
    """Return the name of a column in words, without its unit."""
    bare = next((name.removesuffix(end) for end in UNITS if name.endswith(end)), name)
    return {"hce": "Highly compensated"}.get(bare, bare.replace("_", " ").capitalize())

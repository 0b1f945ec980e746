"""Columns that the tests of a plan take: a list, or a column of a Polars frame; one entry per employee."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from workforce_sim.dates import Ints
from workforce_sim.plan.amounts import in_cents
from workforce_sim.staff import Flags

Column = pl.Series | Sequence[Any]
"""A list or a Polars Series."""


def cents_column(dollars: Column, what: str) -> Ints:
    """Return a column of dollars in whole cents, to the nearest.

    Raises:
        TypeError: for anything but a list or Series of numbers.
        ValueError: for missing, negative or infinite amounts, or more than 100 million dollars.
    """
    amounts: Ints = in_cents(_series(dollars, what), what)
    return amounts


def flag_column(flags: Column, what: str) -> Flags:
    """Return a column of flags; TypeError for anything but true and false, ValueError for missing ones."""
    column = _series(flags, what)
    if column.dtype != pl.Boolean and not column.is_empty():
        raise TypeError(f"{what}: expected true or false, not {column.dtype}")
    if column.null_count():
        raise ValueError(f"{what}: {column.null_count()} of {len(column)} values are missing; fill them first")
    return column.cast(pl.Boolean).to_numpy().astype(np.bool_)


def same_length(**columns: Any) -> None:
    """Raise ``ValueError`` unless columns have one entry each for the same people."""
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise ValueError(f"columns must be equally long ({said})")


def _series(values: Any, what: str) -> pl.Series:
    if isinstance(values, pl.Series):
        return values
    if not isinstance(values, (list, tuple)):
        raise TypeError(f"{what}: expected a list or a Polars Series, not {type(values).__name__}")
    return pl.Series(what, values, strict=False)

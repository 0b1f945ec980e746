"""Measures by what they are: employees, ledger rows, an amount of everybody, a fraction."""

from __future__ import annotations

from typing import TypedDict, Unpack

import polars as pl

from workforce_sim.tables.counting import heads
from workforce_sim.tables.declared import Counts, Measure


class More(TypedDict, total=False):
    """What else is said of a measure."""

    needs: str
    in_plan: bool
    of_account: bool
    of_a_day: bool
    label: str


def employees(name: str, meaning: str, owner: str, who: pl.Expr, **more: Unpack[More]) -> Measure:
    """Return a measure: how many there are."""
    return Measure(name, pl.Int64, meaning, "employees", owner, sums=heads(who), **more)


def counted(name: str, meaning: str, counts: Counts, unit: str = "events", **more: Unpack[More]) -> Measure:
    """Return a measure: how many ledger rows there are; its label is its meaning where there is no other."""
    more.setdefault("label", meaning)
    return Measure(name, pl.Int64, meaning, unit, counts.event, counts=counts, **more)


def cents(name: str, meaning: str, owner: str, amount: pl.Expr, **more: Unpack[More]) -> Measure:
    """Return a measure: an amount of everybody; its label is its meaning where there is no other."""
    more.setdefault("label", meaning)
    return Measure(name, pl.Int64, meaning, "cents", owner, sums=amount.sum(), **more)


def fraction(name: str, meaning: str, owner: str, derived: pl.Expr, **more: Unpack[More]) -> Measure:
    """Return a measure: a fraction of other measures."""
    return Measure(name, pl.Float64, meaning, "fraction", owner, derived=derived, **more)

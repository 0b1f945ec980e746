"""Which combinations of a sweep are shown, and in what order: ``net_employer_cost<=1.2M``, ``-participation_rate``."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import polars as pl

from workforce_sim.ensembles.bands import MEASURES
from workforce_sim.errors import RequestError

_COMPARED: dict[str, Callable[[Any, Any], pl.Expr]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
}
_CONDITION = re.compile(r"\s*([A-Za-z_][\w.\[\]]*)\s*(<=|>=|<|>|=)\s*(.+?)\s*")
_AMOUNT = re.compile(r"(-?)\$?([0-9][0-9,_]*(?:\.[0-9]+)?|\.[0-9]+)\s*([KMB%]?)", re.IGNORECASE)
_TIMES = {"": 1.0, "K": 1e3, "M": 1e6, "B": 1e9, "%": 0.01}
SORT, FILTER = "--sort", "--filter"


def picked(
    results: pl.DataFrame, keys: Sequence[str], *, sort: str | None = None, conditions: Iterable[str] = ()
) -> pl.DataFrame:
    """Return the rows of ``Sweep.results`` that meet all conditions, in order.

    Args:
        results: one row per combination.
        keys: the swept keys.
        sort: a measure or a swept key, from the lowest; from the highest with ``-`` before it. As simulated when left
            out.
        conditions: ``MEASURE<=VALUE`` and the like, with ``<``, ``<=``, ``>``, ``>=`` or ``=``; money in dollars, also
            as ``$1.2M``, shares as ``0.85`` or ``85%``.

    Raises:
        RequestError: for an invalid condition or an unknown measure.
    """
    for text in conditions:
        results = results.filter(_condition(text, results, keys))
    if sort is None:
        return results
    name = _column(sort.removeprefix("-"), results, keys, SORT)
    return results.sort(name, descending=sort.startswith("-"), nulls_last=True, maintain_order=True)


def refuse_unknown(combinations: pl.DataFrame, sort: str | None, conditions: Iterable[str]) -> None:
    """Raise ``RequestError`` for a sort or a condition that ``picked`` would refuse, before anything is simulated."""
    nothing = combinations.head(0).with_columns(pl.lit(None, pl.Float64).alias(name) for name in MEASURES)
    picked(nothing, combinations.columns[1:], sort=sort, conditions=conditions)


def _condition(text: str, results: pl.DataFrame, keys: Sequence[str]) -> pl.Expr:
    parts = _CONDITION.fullmatch(text)
    if parts is None:
        raise RequestError(f"{FILTER}: expected MEASURE<=VALUE, such as net_employer_cost<=1.2M (got {text!r:.60})")
    name, sign, value = parts.groups()
    column = _column(name, results, keys, FILTER)
    if results.schema[column] == pl.String:
        if sign != "=":
            raise RequestError(f"{FILTER}: {name} has words for values; compare it with = (got {sign})")
        return pl.col(column) == value
    amount = _number(value, text) * (100 if column.endswith("_cents") and column != name else 1)
    return _COMPARED[sign](pl.col(column), amount)


def _number(value: str, text: str) -> float:
    found = _AMOUNT.fullmatch(value)
    if found is None:
        raise RequestError(f"{FILTER}: {value!r:.40} is no number (in {text!r:.60}); write 1200000, 1.2M or 85%")
    sign, digits, unit = found.groups()
    size = float(digits.replace(",", "").replace("_", "")) * _TIMES[unit.upper()]
    return -size if sign else size


def _column(name: str, results: pl.DataFrame, keys: Sequence[str], option: str) -> str:
    """Return the column for a name: a measure, with or without ``_cents``, a swept key or its last part."""
    last = {key.rpartition(".")[2]: key for key in keys}
    for found in (name, f"{name}_cents", last.get(name, "")):
        if found in results.columns:
            return found
    measures = ", ".join(column.removesuffix("_cents") for column in results.columns[1:])
    raise RequestError(f"{option}: no measure or swept key is named {name!r:.60}; there are {measures}")

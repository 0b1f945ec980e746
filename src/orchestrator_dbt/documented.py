"""What the document says of the keys of a configuration, and what is given brought into that form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orchestrator_dbt.arguments import whole
from workforce_sim.config.repair import value_at
from workforce_sim.config.values import KeyPath

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "simulation": ("start_year", "end_year", "target_growth_rate"),
    "workforce": ("total_termination_rate",),
    "random_seed": (),
}
"""Required sections, each with its required fields."""

OPTIONAL: tuple[KeyPath, ...] = (
    ("workforce", "new_hire_termination_rate"),
    ("eligibility", "waiting_period_days"),
    ("enrollment", "auto_enrollment", "hire_date_cutoff"),
    ("enrollment", "auto_enrollment", "scope"),
    ("compensation", "cola_rate"),
    ("compensation", "merit_pool"),
)
"""Optional fields: null is as good as left out."""

RATES: tuple[KeyPath, ...] = (
    ("simulation", "target_growth_rate"),
    ("workforce", "total_termination_rate"),
    ("workforce", "new_hire_termination_rate"),
    ("compensation", "cola_rate"),
    ("compensation", "merit_pool"),
)
"""Rates: from 0 to 1, as one number or as a table by year."""

WHOLE: tuple[KeyPath, ...] = (
    ("simulation", "start_year"),
    ("simulation", "end_year"),
    ("eligibility", "waiting_period_days"),
    ("random_seed",),
    ("simulation", "random_seed"),
)
"""Whole numbers."""

DEPRECATED: Mapping[KeyPath, KeyPath] = {
    ("simulation", "random_seed"): ("random_seed",),
    ("compensation", "merit_budget"): ("compensation", "merit_pool"),
}
"""Spellings of before, and the documented ones that they stand for."""

DECIMALS = 6


def tidied(given: Mapping[Any, Any]) -> dict[Any, Any]:
    """Return a copy without the nulls that are as good as left out, and with whole numbers of NumPy as Python's."""
    data: Any = dict(given)
    for path in (*((section,) for section in REQUIRED), *OPTIONAL, *DEPRECATED):
        if value_at(data, path) is None:
            data = without(data, path)
    for path in (*WHOLE, *RATES):
        value = value_at(data, path)
        number = None if isinstance(value, int) else whole(value)
        if number is not None:
            data = with_value(data, path, number)
    return dict(data)


def rounded(data: Any) -> tuple[Any, list[KeyPath]]:
    """Return the configuration with its rates at six decimals, and the places of those that had more."""
    places = []
    for path in RATES:
        value = value_at(data, path)
        table = value if isinstance(value, Mapping) else {None: value}
        near = {year: round(one, DECIMALS) for year, one in table.items() if _is_long(one)}
        if near:
            data = with_value(data, path, {**value, **near} if table is value else near[None])
            places.append(path)
    return data, places


def _is_long(value: Any) -> bool:
    return isinstance(value, float) and 0 <= value <= 1 and round(value, DECIMALS) != value


def has(data: Any, path: KeyPath) -> bool:
    """Return whether anything stands at a path."""
    return value_at(data, path) is not ...


def with_value(data: Any, path: KeyPath, value: Any) -> dict[Any, Any]:
    """Return a copy with a value at a path of sections."""
    key, *rest = path
    return {**(data or {}), key: with_value(data.get(key), tuple(rest), value) if rest else value}


def without(data: Any, path: KeyPath) -> Any:
    """Return a copy without what stands at a path."""
    key, *rest = path
    copy: Any = dict(data) if isinstance(data, Mapping) else list(data)
    if rest:
        copy[key] = without(copy[key], tuple(rest))
    else:
        del copy[key]
    return copy

"""What the document says of the keys of a configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workforce_sim.config.changing import flattened
from workforce_sim.config.repair import replaced
from workforce_sim.config.values import KeyPath, value_at
from workforce_sim.errors.asked import whole

DOCUMENTED: Mapping[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2029, "target_growth_rate": 0.03},
    "workforce": {"total_termination_rate": 0.12, "new_hire_termination_rate": 0.25},
    "eligibility": {"waiting_period_days": 365},
    "enrollment": {"auto_enrollment": {"hire_date_cutoff": "2024-01-01", "scope": "new_hires_only"}},
    "compensation": {"cola_rate": 0.025, "merit_pool": 0.03},
    "random_seed": 42,
}
"""The documented schema with its values: the configuration when none is given, the defaults of what is optional."""

DEPRECATED: Mapping[KeyPath, KeyPath] = {
    ("simulation", "random_seed"): ("random_seed",),
    ("compensation", "merit_budget"): ("compensation", "merit_pool"),
}
"""Spellings of before, and the documented ones that they stand for."""


VALUES: dict[KeyPath, Any] = {tuple(key.split(".")): value for key, value in flattened(DOCUMENTED)}
RATES = tuple(path for path, value in VALUES.items() if isinstance(value, float))
"""Rates: from 0 to 1, as one number or as a table by year."""

_FIELDS = {("simulation", name) for name in DOCUMENTED["simulation"]} | {("workforce", "total_termination_rate")}
"""Required fields of the required sections: their null is wrong."""

EMPTY: tuple[KeyPath, ...] = (("simulation",), ("workforce",), *(VALUES.keys() - _FIELDS), *DEPRECATED)
"""Keys whose null is as good as left out."""


def plain(given: Mapping[Any, Any]) -> dict[Any, Any]:
    """Return a copy with whole numbers of NumPy as Python's."""
    data: Any = dict(given)
    for path in (*VALUES, *DEPRECATED):
        value = value_at(data, path)
        number = None if isinstance(value, int) else whole(value)
        if number is not None:
            data = replaced(data, path, number)
    return dict(data)

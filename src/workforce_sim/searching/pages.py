"""A search as plain data for JSON; amounts are dollars."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from workforce_sim.ensembles.pages import rows_of
from workforce_sim.searching.assumed import Assumed
from workforce_sim.searching.optimum import Optimum


def of_optimum(found: Optimum) -> dict[str, Any]:
    """Return a search: goals, bounds, the best design with what it changes, and the tables of the result."""
    best = found.best
    return {
        "goals": [goal.name for goal in found.goals],
        "bounds": [bound.text for bound in found.bounds],
        "best": None if best is None else best.number,
        "changes": {} if best is None else _plain(best.changes),
        "notes": list(found.notes),
        "designs": rows_of(found.designs),
        "sensitivity": rows_of(found.sensitivity),
        "assumptions": None if found.assumptions is None else _of_assumed(found.assumptions),
    }


def _plain(value: Any) -> Any:
    """Return a value of a configuration for JSON: dates as ISO text."""
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date) else value


def _of_assumed(found: Assumed) -> dict[str, Any]:
    tables = {name: rows_of(getattr(found, name)) for name in ("indices", "winners", "leads")}
    return {"simulations": found.count, **tables}

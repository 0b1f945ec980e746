"""A search as plain data for JSON; amounts are dollars."""

from __future__ import annotations

from typing import Any

from pydantic_core import to_jsonable_python

from workforce_sim.ensembles.pages import rows_of
from workforce_sim.studies.searching.assumed import Assumed
from workforce_sim.studies.searching.optimum import Optimum


def of_optimum(found: Optimum) -> dict[str, Any]:
    """Return a search: goals, bounds, the best design with what it changes, and the tables of the result."""
    best = found.best
    return {
        "goals": [goal.name for goal in found.goals],
        "bounds": [bound.text for bound in found.bounds],
        "best": None if best is None else best.number,
        "changes": {} if best is None else to_jsonable_python(best.changes),
        "notes": list(found.notes),
        "designs": rows_of(found.designs),
        "sensitivity": rows_of(found.sensitivity),
        "assumptions": None if found.assumptions is None else _of_assumed(found.assumptions),
    }


def _of_assumed(found: Assumed) -> dict[str, Any]:
    tables = {name: rows_of(getattr(found, name)) for name in ("indices", "winners", "leads")}
    return {"simulations": found.count, **tables}

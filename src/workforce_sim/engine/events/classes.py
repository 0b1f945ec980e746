"""Classes of employees, in runs that name some: union status, and the class that excludes an employee.

They are determined with the eligibility date, and pass from year to year. Chapter: ``docs/model/eligibility.md``.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from workforce_sim.engine.columns import FLAG, Array, Columns
from workforce_sim.engine.context import Year
from workforce_sim.engine.event import KeptColumn, node


@node(
    adds={},
    snapshot={"union": pl.col("union") != 0, "excluded_class": pl.col("excluded_class")},
    kept={
        "union": KeptColumn(FLAG, "union employee"),
        "excluded_class": KeptColumn(pl.UInt8, "reason of the class that excludes from the plan: position in the list"),
        "nonresident": KeptColumn(FLAG, "nonresident alien"),
        "class_level": KeptColumn(pl.Int16, "level when the classes were determined; a promotion does not change them"),
    },
    used=lambda config: "classes" in config.provisions,
)
def classes(staff: Columns, year: Year) -> Mapping[str, Array]:
    """Add nothing: classes do not change in a year."""
    return {}

"""Existing employees apart from future hires: who costs what, over all years."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from workforce_sim.display.markup.elements import Element
from workforce_sim.ensembles.groups_text import AWAY
from workforce_sim.reporting.pages.parts import PageSection, listing, note
from workforce_sim.reporting.pages.ranges import RANGE
from workforce_sim.reporting.pages.values import NONE, Form, alike, signed, span
from workforce_sim.share.suppression import HIDDEN
from workforce_sim.wording.measures import label

MEASURES = {"employer_cents": "Employer contributions", "deferral_cents": "", "payroll_cents": ""}
NAMES = {"existing employees": "Existing employees", "future hires": "Future hires"}


def hired_section(by_hired: pl.DataFrame | None, baseline: str) -> PageSection:
    """Return totals of existing employees and of future hires in each scenario, beside the baseline.

    Args:
        by_hired: as ``Comparison.by_group`` gives it; None where it was not made.
        baseline: name of the baseline.
    """
    heading = "Existing employees and future hires"
    if by_hired is None:
        return PageSection("hired", heading, [])
    whole = by_hired.filter(pl.col("year").is_null())
    parts = {name: whole.filter(pl.col("measure") == name) for name in MEASURES}
    tables = [_measure(part, name, baseline) for name, part in parts.items() if (part["mean"] != 0).any()]
    about = (
        "Totals over all years, means of the simulations. Existing employees are those of the census. Forfeitures "
        "belong to no group, so contributions are before them."
    )
    return PageSection("hired", heading, [*tables, note(about)])


def _measure(rows: pl.DataFrame, name: str, baseline: str) -> Element:
    write = alike(name, rows["mean"])
    moved = signed(alike(name, rows["difference_mean"]))
    cells = [list(_cells(row, write, moved, baseline)) for row in rows.to_dicts()]
    heading = ["Scenario", "Employees", "Total", RANGE, "Difference", RANGE]
    return listing(MEASURES[name] or label(name), heading, cells, left=2)


def _cells(row: Mapping[str, Any], write: Form, moved: Form, baseline: str) -> Iterator[str]:
    nothing = AWAY if row.get(HIDDEN) else NONE
    yield from (row["scenario"], NAMES.get(row["hired"], row["hired"]))
    yield nothing if row["mean"] is None else write(row["mean"])
    yield span(row["p5"], row["p95"], write)
    if row["scenario"] == baseline:
        yield from ("", "")
        return
    yield nothing if row["difference_mean"] is None else moved(row["difference_mean"])
    yield span(row["difference_p5"], row["difference_p95"], moved)

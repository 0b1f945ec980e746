"""A fit as text and tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from workforce_sim.display.card import Card, CardTable, cells
from workforce_sim.studies.fitting.labels import label
from workforce_sim.wording import columns, counted, percent

if TYPE_CHECKING:
    from workforce_sim.studies.fitting.fit import Fit

SHOWN = 12
"""How many cells of one kind a page shows; ``Fit.table`` has the others."""


def fit_text(fit: Fit) -> str:
    """Return a fit as a page."""
    flows, estimates = flow_rows(fit), estimate_rows(fit.table)
    parts = [_title(fit), "", *columns(flows, right=range(2, len(flows[0]))), ""]
    return "\n".join([*parts, *columns(estimates, right=(2, 3, 4, 5, 6, 8)), *_warnings(fit)])


def fit_card(fit: Fit) -> Card:
    """Return a fit as a notebook shows it."""
    (came, *flows), (heading, *estimates) = flow_rows(fit), estimate_rows(fit.table)
    tables = CardTable(came, cells(flows), left=2), CardTable(heading, cells(estimates), left=2)
    return Card(_title(fit), tables, fit.warnings)


def _title(fit: Fit) -> str:
    first, last = fit.parts[0].before, fit.parts[-1].after
    employees = counted(last.staff.height, "employee")
    return f"{len(fit.parts) + 1} censuses, {first.date} to {last.date}; the last has {employees}"


def flow_rows(fit: Fit) -> list[list[str]]:
    """Return how many stayed, left and are new, by interval, under a heading; empty columns are left out."""
    names = [name for name in fit.flows.columns if name not in {"before", "after", "years"}]
    used = [name for name in names if fit.flows[name].sum()]
    found = fit.flows.to_dicts()
    rows = [[str(row["before"]), str(row["after"]), *(f"{row[name]:,}" for name in used)] for row in found]
    return [["from", "to", *map(label, used)], *rows]


def estimate_rows(table: pl.DataFrame) -> list[list[str]]:
    """Return the estimates under a heading; of a kind with many cells, those with the most exposure."""
    rows = [["estimate", "cell", "exposure", "count", "A/E", "credibility", "value", "90% interval", "prior"]]
    for kind in table["what"].unique(maintain_order=True):
        part = table.filter(pl.col("what") == kind)
        shown = part if part.height <= SHOWN else part.sort("exposure", descending=True).head(SHOWN)
        rows += [_row(row) for row in shown.to_dicts()]
        if part.height > SHOWN:
            rows.append(["", f"and {part.height - SHOWN:,} more", *[""] * 7])
    return rows


def _row(row: dict[str, float | str | None]) -> list[str]:
    ratio = str(row["what"]) in _FACTORS

    def number(name: str, form: str) -> str:
        value = row[name]
        return "-" if value is None else format(value, form)

    def value(name: str) -> str:
        found = row[name]
        if not isinstance(found, float):
            return "-"
        return f"{found:.3f}" if ratio else percent(found, 2)

    known = row["low"] is not None and row["low"] != row["high"]
    ends = f"{value('low')} to {value('high')}" if known else "-"
    counts = [number("exposure", ",.0f"), number("count", ",.0f"), number("ae", ".3f"), number("credibility", ".2f")]
    return [label(str(row["what"])), str(row["cell"]), *counts, value("estimate"), ends, value("prior")]


_FACTORS = {"exits by level", "exits by department", "pay of entrants to that of all"}


def _warnings(fit: Fit) -> Iterator[str]:
    if fit.warnings:
        yield ""
        yield "check before use"
        yield from (f"  {warning}" for warning in fit.warnings)

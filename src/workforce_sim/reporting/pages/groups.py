"""Who gains and who loses employer contributions, by group."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from workforce_sim.display.markup.charts.rows import share_bars
from workforce_sim.display.markup.elements import Child, Element
from workforce_sim.ensembles.groups_text import AWAY
from workforce_sim.reporting.pages.parts import PageSection, figure, figures, listing, note
from workforce_sim.reporting.pages.values import NONE, change, count, share
from workforce_sim.share.suppression import HIDDEN

OUTCOMES = ("gain", "same", "lose")
TITLES = {
    "age_band": "By age",
    "tenure_band": "By years of service",
    "level": "By job level",
    "department": "By department",
    "pay_band": "By salary",
}
HEADING = ("Employees", "Gain", "Same", "Lose", "Employer contributions per employee", "Own deferrals per employee")


def gains_section(groups: pl.DataFrame | None) -> PageSection:
    """Return who gains and who loses, a table for each way of grouping; nothing where it was not simulated.

    Args:
        groups: one row per scenario, way of grouping and group: see ``ensembles.grouped``.
    """
    content: list[Child] = []
    for part in [] if groups is None else groups.partition_by("scenario", maintain_order=True):
        content += _scenario(part)
    if groups is not None and content:
        content.append(note(_basis(groups["least"][0])))
    return PageSection("gains", "Who gains and who loses", content)


def _basis(least: int | None) -> str:
    about = (
        "Employer contributions of each employee over all years, compared with the baseline, in one simulation "
        "(number 0); employees who are in both scenarios. Groups are those of the first year."
    )
    hidden = f" Cells of fewer than {least} employees, and cells that would reveal them, are hidden."
    return about if least is None else about + hidden


def _scenario(part: pl.DataFrame) -> Iterator[Element]:
    name = part["scenario"][0]
    found = {by: rows.to_dicts() for (by,), rows in part.partition_by("by", maintain_order=True, as_dict=True).items()}
    drawn = [picture for by, rows in found.items() if (picture := _picture(name, str(by), rows)) is not None]
    yield figures(*drawn)
    for by, rows in found.items():
        title = f"{name}: {TITLES.get(str(by), str(by)).lower()}"
        yield listing(title, ["Group", *HEADING], [_row(row) for row in rows])


def _row(row: Mapping[str, Any]) -> list[str]:
    counts = [AWAY if row[name] is None else count(row[name]) for name in ("persons", *OUTCOMES)]
    nothing = AWAY if row.get(HIDDEN) and row["persons"] != 0 else NONE
    money = [row["mean_employer_cents"], row["mean_deferral_cents"]]
    return [_group(row), *counts, *(nothing if each is None else change("_cents", each) for each in money)]


def _group(row: Mapping[str, Any]) -> str:
    """Return the name of a group; of bands of salary with dollar signs."""
    return re.sub(r"\d[\d,]*", r"$\g<0>", row["group"]) if row["by"] == "pay_band" else str(row["group"])


def _picture(name: str, by: str, rows: Sequence[Mapping[str, Any]]) -> Element | None:
    """Return the shares who gain and lose in groups of which nothing is hidden."""
    known = [row for row in rows if all(row[each] is not None for each in OUTCOMES) and row["persons"]]
    if not known:
        return None
    shares = [[row[each] / row["persons"] for each in OUTCOMES] for row in known]
    names = [_group(row) for row in known]
    title = f"{name}: who gains and who loses, {TITLES.get(by, by).lower()}"
    cells = [[group, *map(share, row)] for group, row in zip(names, shares, strict=True)]
    chart = share_bars(title, names, ["Gain", "Same", "Lose"], shares, _whole)
    return figure(title, chart, ["Group", "Gain", "Same", "Lose"], cells)


def _whole(value: float) -> str:
    return f"{100 * value:.0f}%"

"""The page of a fit: what the censuses show, how precise it is, and the fitted configuration."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import polars as pl

from workforce_sim.config.keys import about
from workforce_sim.display.markup.elements import Child, Element, element
from workforce_sim.reporting.pages.parts import (
    KeyFigure,
    PageSection,
    document,
    figure,
    figures,
    key,
    listing,
    note,
    prose,
    sentences,
)
from workforce_sim.reporting.pages.values import count, share, signed
from workforce_sim.studies.fitting.charts import Chart, fit_charts
from workforce_sim.studies.fitting.fit_text import estimate_rows, flow_rows
from workforce_sim.wording import capital, counted

if TYPE_CHECKING:
    from workforce_sim.studies.fitting.fit import Fit

FOOTER = "Fitted to the employer's own censuses, shrunk to documented priors. Made with workforce_sim."
_CHANGE = signed(share)


def fit_page(fit: Fit) -> bytes:
    """Return the page of a fit."""
    first, last = fit.parts[0].before.date, fit.parts[-1].after.date
    sections = [
        PageSection("warnings", "Check before use", [found] if (found := sentences(fit.warnings)) is not None else []),
        PageSection("estimates", "What the censuses show", [figures(*map(drawn, fit_charts(fit))), _estimates(fit)]),
        PageSection("flows", "Who stayed, left and is new", [_flows(fit)]),
        PageSection("configuration", "The fitted configuration", [_keys(fit)]),
    ]
    kicker = f"Fit to {len(fit.parts) + 1} censuses, {first} to {last}"
    question = "What do the employer's own censuses show?"
    return document(kicker, question, " ".join(_answer(fit)), list(_cards(fit)), sections, FOOTER)


def drawn(chart: Chart) -> Element:
    """Return a picture with its caption and its figures."""
    return figure(chart.caption, chart.picture, chart.heading, chart.rows, note=chart.note)


def _answer(fit: Fit) -> Iterator[str]:
    found, staff = fit.estimates, fit.parts[-1].after.staff.height
    yield f"In an average year, {share(found.rate)} of the {count(staff)} employees terminate."
    yield f"Headcount changes by {_CHANGE(found.growth.mean)} a year, pay of those who stay by"
    yield f"{_CHANGE(found.raises.total.mean)}."
    known = counted(len(fit.parts), "interval")
    yield f"Terminations of a year differ from that by about {share(found.exits.level.spread)}, estimated from {known}."


def _cards(fit: Fit) -> Iterator[KeyFigure]:
    for what, cell, name, write in (
        ("exit level", "all", "Termination rate, a year", share),
        ("growth", "mean", "Growth of headcount, a year", _CHANGE),
        ("raise", "mean", "Raises of those who stay, a year", _CHANGE),
    ):
        row = fit.table.filter(pl.col("what") == what, pl.col("cell") == cell).row(0, named=True)
        yield KeyFigure(name, write(row["estimate"]), f"90% interval {write(row['low'])} to {write(row['high'])}")
    yield KeyFigure("Employees at the last census", count(fit.parts[-1].after.staff.height))


def _estimates(fit: Fit) -> Element:
    heading, *rows = estimate_rows(fit.table)
    about_it = (
        "A/E: actual terminations (or other counts) over those that the prior expects. Credibility: weight of the "
        "employer's own experience."
    )
    return listing("Every estimate", [*map(capital, heading)], rows, note=about_it)


def _flows(fit: Fit) -> Element:
    heading, *rows = flow_rows(fit)
    return listing("Employees from one census to the next", [*map(capital, heading)], rows)


def _keys(fit: Fit) -> list[Child]:
    rows = [
        [key(name), prose(about(name)), _written(value), why]
        for name, value, why in fit.keys.entries
        if value is not None
    ]
    content: list[Child] = [listing("", ["Key", "What it is", "Value", "Where it comes from"], rows, text=True)]
    return [note("Other keys are unchanged."), *content]


def _written(value: Any) -> Child:
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else str(value)
    if len(text) <= 60:
        return text
    what = counted(len(value), "entry", "entries")
    return element("details", element("summary", what), text)

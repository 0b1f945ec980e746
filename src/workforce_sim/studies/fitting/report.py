"""Reports of a fit and of a backtest: a page (HTML) with pictures, or Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from workforce_sim.display.markup.elements import svg_file
from workforce_sim.reporting.pages.written import write_page
from workforce_sim.studies.fitting.backtest_page import backtest_page
from workforce_sim.studies.fitting.charts import Chart, backtest_charts, fit_charts
from workforce_sim.studies.fitting.fit_page import fit_page
from workforce_sim.studies.fitting.fit_text import fit_text
from workforce_sim.studies.fitting.verdict import backtest_text

if TYPE_CHECKING:
    from workforce_sim.studies.fitting.backtest import Backtest
    from workforce_sim.studies.fitting.fit import Fit


def fit_report(fit: Fit, path: str | Path | None) -> str | Path:
    """Return the report of a fit as Markdown, or write its page and return the path."""
    if path is not None:
        return write_page(path, fit_page(fit))
    parts = ["# What the censuses show", *_pictures(fit_charts(fit)), "## Tables", _block(fit_text(fit))]
    return "\n\n".join([*parts, "## Configuration", _block(fit.yaml(), "yaml")]) + "\n"


def backtest_report(test: Backtest, path: str | Path | None) -> str | Path:
    """Return the report of a backtest as Markdown, or write its page and return the path."""
    if path is not None:
        return write_page(path, backtest_page(test))
    measures = test.scores.partition_by("measure", maintain_order=True)
    drawn = (text for scores in measures for text in _pictures(backtest_charts(scores)))
    return "\n\n".join(["# Forecasts from past censuses", _block(backtest_text(test)), *drawn]) + "\n"


def _block(text: str, kind: str = "text") -> str:
    return f"```{kind}\n{text.rstrip()}\n```"


def _pictures(charts: Iterator[Chart]) -> Iterator[str]:
    for each in charts:
        yield f"## {each.caption}"
        if each.note:
            yield each.note
        yield svg_file(each.picture).decode().partition("\n")[2].rstrip()

"""The page of a backtest: forecasts from past censuses beside the actual values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from workforce_sim.display.markup.elements import Element
from workforce_sim.reporting.pages.parts import KeyFigure, PageSection, document, figures, listing, sentences
from workforce_sim.reporting.pages.values import share
from workforce_sim.studies.fitting.charts import backtest_charts
from workforce_sim.studies.fitting.fit_page import drawn
from workforce_sim.studies.fitting.labels import label
from workforce_sim.studies.fitting.verdict import WIDTHS, measure_rows, missed_rows, verdict
from workforce_sim.wording import capital, counted

if TYPE_CHECKING:
    from workforce_sim.studies.fitting.backtest import Backtest

FOOTER = "Each forecast uses only the census it starts from and those before it. Made with workforce_sim."


def backtest_page(test: Backtest) -> bytes:
    """Return the page of a backtest."""
    measures = test.scores.partition_by("measure", maintain_order=True)
    content = [
        element for each in (sentences(verdict(test).splitlines()), _measures(test)) if (element := each) is not None
    ]
    sections = [
        PageSection("verdict", "How good the forecasts were", content),
        *(
            _section(str(scores["measure"][0]), [drawn(chart) for chart in backtest_charts(scores)])
            for scores in measures
        ),
        PageSection("missed", "Assumption farthest off", [_missed(test)]),
    ]
    kicker = (
        f"Backtest from {counted(len(test.origins), 'census', 'censuses')}, {test.origins[0]} to {test.origins[-1]}"
    )
    question = "Would forecasts from the employer's own censuses have been right?"
    return document(kicker, question, " ".join(_answer(test)), list(_cards(test)), sections, FOOTER)


def _section(measure: str, content: list[Element]) -> PageSection:
    return PageSection(measure.replace(" ", "-"), capital(label(measure)), [figures(*content)])


def _answer(test: Backtest) -> Iterator[str]:
    scores, found = test.scores, test.measures
    inside = int(((scores["actual"] >= scores["p10"]) & (scores["actual"] <= scores["p90"])).sum())
    yield f"{inside:,} of {scores.height:,} values were within the 80% bands of their forecasts."
    better = int((found["skill_flat"] > 0).sum())
    yield f"Of {counted(found.height, 'measure')}, {better} were forecast better than with a flat termination rate,"
    yield f"{int((found['skill_last'] > 0).sum())} better than with last year's value."


def _cards(test: Backtest) -> Iterator[KeyFigure]:
    for row in test.measures.to_dicts():
        if row["measure"] in WIDTHS:
            name = f"{label(row['measure']).capitalize()} within the 80% band"
            yield KeyFigure(
                name, share(row["cover_80"]), f"of {row['forecasts']} forecasts; band {share(row['width_80'])} wide"
            )


def _measures(test: Backtest) -> Element:
    heading, *rows = measure_rows(test)
    about = (
        "Width: of the 80% band, as a share of the value. Vs flat rate, vs last year: how much smaller the error "
        "(CRPS) is than that of a forecast by a flat termination rate, or by last year's value."
    )
    return listing("Scores", [*map(capital, heading)], rows, note=about)


def _missed(test: Backtest) -> Element:
    heading, *rows = missed_rows(test)
    about = "For each forecast, the assumption farthest from its actual value, in standard deviations of the forecast."
    return listing("Assumptions", [*map(capital, heading)], rows, note=about, text=False)

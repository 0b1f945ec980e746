"""The page of an ensemble: what can be expected, and how far it may be from that."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from workforce_sim.display.markup.charts.bars import distribution
from workforce_sim.display.markup.charts.lines import ChartLine, line_chart
from workforce_sim.display.markup.elements import Child, Element
from workforce_sim.ensembles.attribution import Attribution
from workforce_sim.ensembles.bands import Values, percentile
from workforce_sim.ensembles.totals import COST, OF_PAYROLL
from workforce_sim.reporting.pages.certainty import certainty_section
from workforce_sim.reporting.pages.cost import cost_section, source_section
from workforce_sim.reporting.pages.grounds import assumptions_section, made_section, warnings_section
from workforce_sim.reporting.pages.horizon import DISCOUNT_RATE, RangedFigure, spread
from workforce_sim.reporting.pages.parts import FOOTER, KeyFigure, PageSection, bold, document, figure, figures, joined
from workforce_sim.reporting.pages.pay import PAYROLL, pay_section
from workforce_sim.reporting.pages.people import headcount_section, participation_section
from workforce_sim.reporting.pages.scenario import Scenario
from workforce_sim.reporting.pages.values import Form, alike, count, form, share, span, written
from workforce_sim.wording.measures import label

HEADCOUNT, PARTICIPATION = "headcount_closing", "participation_rate"
SHADED = "Line: median. Dark area: 50% of the simulations. Light area: 90%."
CLASSES = 15
FEWEST = 20
"""Simulations of which a distribution is drawn."""


def ensemble_page(each: Scenario, *, rate: float = DISCOUNT_RATE, attribution: Attribution | None = None) -> bytes:
    """Return the page of an ensemble.

    Args:
        each: the simulations.
        rate: discount rate a year of the present value.
        attribution: how much of the range each source makes.
    """
    plan = [cost_section([each], rate), source_section([each])] if each.config.plan.enabled else []
    sections = [
        _outlook(each),
        *plan,
        participation_section([each]),
        headcount_section([each]),
        pay_section(each),
        warnings_section([each]),
        certainty_section([each], attribution),
        assumptions_section(each),
        made_section([each]),
    ]
    kicker = f"{each.simulations} of one set of assumptions, {each.span}"
    question = f"What can be expected from {each.span}, and how wide is the range?"
    return document(kicker, question, joined(_answer(each)), _cards(each), sections, FOOTER)


def _answer(each: Scenario) -> Iterator[Child]:
    last = each.labels[-1]
    if each.config.plan.enabled:
        cost = spread(each.total(COST))
        yield f"From {each.span}, the plan costs the employer"
        yield bold(form(COST)(cost.mean or 0.0))
        yield f"on average{_between(cost.low, cost.high, form(COST))}."
        taking, burden = (each.last(name) for name in (PARTICIPATION, OF_PAYROLL))
        yield f"In {last}, {share(taking.mean)} of eligible employees participate"
        yield f"{_between(taking.low, taking.high, share).strip()} and the cost is {share(burden.mean)} of payroll."
    heads = each.last(HEADCOUNT)
    yield f"At the end of {last} there are {count(heads.mean)} employees{_between(heads.low, heads.high, count)}."


def _between(low: float | None, high: float | None, write: Form) -> str:
    return "" if low is None or low == high else f" (90% of simulations: {span(low, high, write)})"


def _cards(each: Scenario) -> Iterator[KeyFigure]:
    if each.config.plan.enabled:
        yield _card("Total net employer cost", COST, spread(each.total(COST)))
    for name in (HEADCOUNT, PAYROLL, *((PARTICIPATION,) if each.config.plan.enabled else ())):
        yield _card(f"{label(name)}, {each.labels[-1]}", name, each.last(name))


def _card(about: str, measure: str, found: RangedFigure) -> KeyFigure:
    write = form(measure)
    ranged = "" if found.low is None else f"90% range {span(found.low, found.high, write)}"
    return KeyFigure(about, written(found.mean, write), ranged)


# --- the range by year, and the distribution of the total ---


def _outlook(each: Scenario) -> PageSection:
    """Return fan charts of cost, headcount and payroll, and the distribution of the total cost."""
    if each.count < 2:
        return PageSection("outlook", "Range by year", [])
    measures = [HEADCOUNT, PAYROLL]
    if each.config.plan.enabled:
        measures = [COST, *measures]
    drawn = [_fan(each, measure) for measure in measures]
    if each.config.plan.enabled and each.count >= FEWEST:
        drawn.insert(1, _totals(each))
    return PageSection("outlook", "Range by year", [figures(*drawn)])


def _fan(each: Scenario, measure: str) -> Element:
    years = each.labels
    percents = {p: [_percentile(column, p) for column in each.yearly(measure).T] for p in (5, 25, 50, 75, 95)}
    write = alike(measure, percents[50])
    bands = [(percents[5], percents[95]), (percents[25], percents[75])]
    chart = line_chart(label(measure), years, [ChartLine("Median", percents[50], bands)], write)
    rows = [[year, *(written(percents[p][i], write) for p in percents)] for i, year in enumerate(years)]
    return figure(label(measure), chart, ["Year", "P5", "P25", "Median", "P75", "P95"], rows, note=SHADED)


def _percentile(values: Values, percent: int) -> float | None:
    return percentile(np.sort(values[~np.isnan(values)]), percent)[0]


def _totals(each: Scenario) -> Element:
    values = each.total(COST)
    counts, edges = np.histogram(values, bins=min(CLASSES, max(5, each.count // 6)))
    write = alike(COST, edges.tolist())
    classes = list(itertools.pairwise(edges.tolist()))
    title = f"Distribution of the total net employer cost, {each.span}"
    chart = distribution(title, [write((low + high) / 2) for low, high in classes], counts.tolist(), count)
    rows = [[span(*ends, write), count(found)] for ends, found in zip(classes, counts.tolist(), strict=True)]
    about = "Bars: how many simulations, by the middle of each class."
    return figure(title, chart, ["Cost", "Simulations"], rows, note=about)

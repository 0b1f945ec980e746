"""Employees and participants by year: the headcount bridge, participation and deferral rates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workforce_sim.display.markup.charts.lines import line_chart
from workforce_sim.display.markup.charts.rows import WaterfallStep, waterfall
from workforce_sim.display.markup.elements import Child, Element
from workforce_sim.reporting.pages.parts import PageSection, figure, figures, listing, note
from workforce_sim.reporting.pages.ranges import RANGE, cells, ranged_line
from workforce_sim.reporting.pages.scenario import Scenario
from workforce_sim.reporting.pages.values import count, counts, share
from workforce_sim.wording.measures import label

BRIDGE = ("headcount_opening", "hires", "terminations_opening_staff", "terminations_new_hires", "headcount_closing")
SHADED = "Means of the simulations; shaded areas hold 90% of them."


# --- participation ---


def participation_section(scenarios: Sequence[Scenario]) -> PageSection:
    """Return participation and deferral rates by year with their bands; nothing without a plan."""
    if not any(each.config.plan.enabled for each in scenarios):
        return PageSection("participation", "Participation and deferrals", [])
    measures = ("participation_rate", "average_deferral_rate")
    drawn = figures(*(_fan(scenarios, measure) for measure in measures))
    ranged = scenarios[0].count > 1
    tables = [_rates(scenarios, measure) for measure in measures] if ranged else [_single(scenarios[0], measures)]
    about = "Participation: employees who defer at year end, of those eligible. Deferral rate: mean of participants."
    return PageSection("participation", "Participation and deferrals", [drawn, *tables, note(about)])


def _single(each: Scenario, measures: Sequence[str]) -> Element:
    """Return the rates of one simulation, side by side."""
    columns = [[s.mean for s in each.by_year(measure)] for measure in measures]
    rows = [[year, *map(share, row)] for year, *row in zip(each.labels, *columns, strict=True)]
    return listing("Participation and deferral rates", ["Year", *map(label, measures)], rows)


def _fan(scenarios: Sequence[Scenario], measure: str) -> Element:
    years = scenarios[0].labels
    lines = [ranged_line(each.name, each.by_year(measure)) for each in scenarios]
    shaded = SHADED if scenarios[0].count > 1 else ""
    return figure(label(measure), line_chart(label(measure), years, lines, share), note=shaded)


def _rates(scenarios: Sequence[Scenario], measure: str) -> Element:
    found = [each.by_year(measure) for each in scenarios]
    names = [each.name for each in scenarios] if len(scenarios) > 1 else ["Mean"]
    heading = ["Year", *(cell for name in names for cell in (name, RANGE))]
    rows = [
        [year, *(cell for row in found for cell in cells(row[i], share))] for i, year in enumerate(scenarios[0].labels)
    ]
    return listing(label(measure), heading, rows)


# --- headcount ---


def headcount_section(scenarios: Sequence[Scenario]) -> PageSection:
    """Return the headcount bridge: one for all where all have the same, else one for each scenario."""
    same = all(_bridges_alike(scenarios[0], each) for each in scenarios[1:])
    told = scenarios[:1] if same else scenarios
    content: list[Child] = []
    if same and len(scenarios) > 1:
        content.append(note("All scenarios have the same employees, hires and terminations."))
    for each in told:
        name = f": {each.name}" if len(told) > 1 else ""
        content += [figures(_waterfall(each, name), _closing(each, name)), _bridge(each, name)]
    return PageSection("headcount", "Headcount bridge", content)


def _bridges_alike(one: Scenario, other: Scenario) -> bool:
    return all(np.array_equal(one.yearly(name), other.yearly(name)) for name in BRIDGE)


def _means(each: Scenario) -> dict[str, list[float]]:
    return {name: each.yearly(name).mean(axis=0).tolist() for name in BRIDGE}


def _bridge(each: Scenario, name: str) -> Element:
    means = _means(each)
    write = counts([value for row in means.values() for value in row])
    rows = [[year, *(write(means[m][i]) for m in BRIDGE)] for i, year in enumerate(each.labels)]
    middle = [sum(means[m]) for m in BRIDGE[1:4]]
    whole = [means[BRIDGE[0]][0], *middle, means[BRIDGE[-1]][-1]]
    rows.append([each.span, *map(write, whole)])
    about = "Opening + hires - terminations = closing. Means of the simulations." if each.count > 1 else ""
    return listing(f"Headcount bridge by year{name}", ["Year", *map(label, BRIDGE)], rows, note=about)


def _waterfall(each: Scenario, name: str) -> Element:
    means, years = _means(each), each.years
    steps = [
        WaterfallStep(f"Employees, {each.opens}", means["headcount_opening"][0], True),
        WaterfallStep("Hires", sum(means["hires"])),
        WaterfallStep(label("terminations_opening_staff"), -sum(means["terminations_opening_staff"])),
        WaterfallStep(label("terminations_new_hires"), -sum(means["terminations_new_hires"])),
        WaterfallStep(f"Employees, December 31, {years[-1]}", means["headcount_closing"][-1], True),
    ]
    title = f"Headcount bridge, {each.span}{name}"
    rows = [[step.name, count(step.amount) if step.total else f"{step.amount:+,.0f}"] for step in steps]
    return figure(title, waterfall(title, steps, count, lambda v: f"{v:+,.0f}"), ["Step", "Employees"], rows)


def _closing(each: Scenario, name: str) -> Element:
    years = each.labels
    found = each.by_year("headcount_closing")
    title = f"{label('headcount_closing')}{name}"
    chart = line_chart(title, years, [ranged_line("Employees", found)], count)
    if each.count < 2:
        return figure(title, chart)
    rows = [[year, *cells(s, count)] for year, s in zip(years, found, strict=True)]
    return figure(title, chart, ["Year", "Mean", RANGE], rows, note=SHADED)

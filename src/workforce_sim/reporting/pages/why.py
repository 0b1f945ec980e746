"""Why the cost changed, or differs between scenarios: an exact sum of drivers, as a waterfall and as a table."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from workforce_sim.dates import year_label
from workforce_sim.display.markup.charts.canvas import GAIN, LOSS
from workforce_sim.display.markup.charts.rows import WaterfallStep, waterfall
from workforce_sim.display.markup.elements import Child, Element
from workforce_sim.ensembles.totals import COST
from workforce_sim.explaining.change import explain_change
from workforce_sim.reporting.pages.parts import PageSection, figure, figures, listing, note
from workforce_sim.reporting.pages.scenario import Scenario
from workforce_sim.reporting.pages.values import change, form
from workforce_sim.result.result import Result
from workforce_sim.wording import capital, whole_dollars

WHAT = (
    "Each driver is what the cost changes by as employees, pay, participation, deferral rates, the formulas and limits "
    "change; the drivers add up to the change, to the cent."
)


def why_years(result: Result, years: Sequence[int]) -> PageSection:
    """Return why the cost of the last year is not that of the first; nothing of one year or without a plan."""
    first, last = (year_label(result.config.simulation, years[at]) for at in (0, -1))
    heading = f"Why the cost changed from {first} to {last}"
    if len(years) < 2 or not result.config.plan.enabled:
        return PageSection("why", heading, [])
    found = explain_change(result, COST, years[0], years[-1])
    names = f"Cost in {found.names[0]}", f"Cost in {found.names[1]}"
    return PageSection("why", heading, [_told(heading, names, int(found.first), found.drivers.rows()), note(WHAT)])


def why_scenarios(drivers: pl.DataFrame | None, base: Scenario) -> PageSection:
    """Return why the cost of scenarios differs from that of the baseline in the last year.

    Args:
        drivers: one row per scenario and driver, as ``ensembles.grouped.cost_drivers`` gives it.
        base: the baseline.
    """
    content: list[Child] = []
    for part in [] if drivers is None else drivers.partition_by("scenario", maintain_order=True):
        name, first = part["scenario"][0], part["baseline_cents"][0]
        title = f"{name} compared with {base.name}, {base.labels[-1]}"
        content.append(_told(title, (base.name, name), first, part.select("driver", "cents").rows()))
    if content:
        content.append(note("In one simulation (number 0). ", WHAT))
    return PageSection("why", "Why the cost differs", content)


def _told(title: str, names: tuple[str, str], first: int, drivers: Sequence[tuple[str, int]]) -> Element:
    parts = [(capital(driver), cents) for driver, cents in drivers if cents]
    last = first + sum(cents for _, cents in parts)
    steps = [
        WaterfallStep(names[0], first, True),
        *(WaterfallStep(*part) for part in parts),
        WaterfallStep(names[1], last, True),
    ]
    rows = [[names[0], whole_dollars(first)], *([name, _exact(cents)] for name, cents in parts)]
    rows.append([names[1], whole_dollars(last)])
    chart = waterfall(title, steps, form(COST), lambda cents: change(COST, cents), (LOSS, GAIN))
    return figures(figure(title, chart), listing("", ["Driver", "Amount"], rows))


def _exact(cents: int) -> str:
    return f"{'+' if cents > 0 else ''}{whole_dollars(cents)}"

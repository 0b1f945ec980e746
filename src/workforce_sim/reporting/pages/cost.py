"""What the plan costs: by year, in total, in present value, and by source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from workforce_sim.display.markup.charts.bars import Bars, bar_chart
from workforce_sim.display.markup.charts.lines import line_chart
from workforce_sim.display.markup.elements import Child, Element
from workforce_sim.ensembles.bands import Values
from workforce_sim.ensembles.totals import COST, OF_PAYROLL, PAYROLL
from workforce_sim.reporting.pages.horizon import RangedFigure, by_year, spread
from workforce_sim.reporting.pages.parts import PageSection, figure, figures, listing, note
from workforce_sim.reporting.pages.ranges import RANGE, cells, ranged_bars, ranged_line
from workforce_sim.reporting.pages.scenario import Scenario
from workforce_sim.reporting.pages.values import alike, share, signed, written
from workforce_sim.tables import EMPLOYER_MONEY
from workforce_sim.wording import short_dollars
from workforce_sim.wording.measures import label


def cost_section(scenarios: Sequence[Scenario], rate: float) -> PageSection:
    """Return the cost of each year, in total and in present value: of each scenario, beside the first one."""
    base, *others = scenarios
    content: list[Child] = [figures(_yearly_bars(scenarios), _differences(base, others) if others else _share(base))]
    for other in others:
        content.append(_beside(base, other, rate))
    if not others:
        content.append(_alone(base, rate))
    content.append(note(_basis(rate, base)))
    return PageSection("cost", "Cost by year and in total", content)


def payroll_section(scenarios: Sequence[Scenario], rate: float) -> PageSection:
    """Return the payroll of scenarios without a plan as ``cost_section`` tells the cost, beside the first one."""
    base, *others = scenarios
    drawn = figures(_yearly_bars(scenarios, PAYROLL), _differences(base, others, PAYROLL))
    tables = [_beside(base, other, rate, PAYROLL) for other in others]
    return PageSection("payroll", "Payroll by year and in total", [drawn, *tables])


def _basis(rate: float, base: Scenario) -> str:
    several = base.count > 1
    ranged = "The range of a total is that of the totals of the simulations, not a sum of ranges." if several else ""
    return (
        "Net employer cost is employer contributions of all sources, less forfeitures used to reduce them. "
        f"Present value on {base.opens} at {share(rate)} a year, each year's cost "
        f"counted at mid-year. {ranged}"
    ).strip()


def _yearly_bars(scenarios: Sequence[Scenario], measure: str = COST) -> Element:
    years = scenarios[0].labels
    found = [each.by_year(measure) for each in scenarios]
    write = alike(measure, [s.mean for row in found for s in row])
    bars = [ranged_bars(each.name, row) for each, row in zip(scenarios, found, strict=True)]
    title = f"{label(measure)} by year"
    chart = bar_chart(title, years, bars, write)
    ranged = "Means of the simulations; whiskers hold 90% of them." if scenarios[0].count > 1 else ""
    return figure(title, chart, note=ranged)


def _differences(base: Scenario, others: Sequence[Scenario], measure: str = COST) -> Element:
    years = base.labels
    found = [by_year(each.yearly(measure) - base.yearly(measure)) for each in others]
    write = alike(measure, [s.mean for row in found for s in row])
    lines = [ranged_line(each.name, row) for each, row in zip(others, found, strict=True)]
    title = f"Change in {'cost' if measure == COST else label(measure).lower()} from {base.name}"
    chart = line_chart(title, years, lines, signed(write))
    shaded = "Mean difference; the shaded area holds 90% of the simulations." if base.count > 1 else ""
    return figure(title, chart, note=shaded)


def _share(base: Scenario) -> Element:
    years = base.labels
    found = base.by_year(OF_PAYROLL)
    lines = [ranged_line("Share of payroll", found)]
    rows = [[year, share(s.mean)] for year, s in zip(years, found, strict=True)]
    title = "Net employer cost as a share of payroll"
    return figure(title, line_chart(title, years, lines, share), ["Year", "Share of payroll"], rows)


def _amounts(values: Values, base: Scenario, rate: float) -> Iterator[tuple[str, Values]]:
    """Yield the rows of a table of cost: each year, the total, and the present value, by simulation."""
    yield from ((label, values[:, i]) for i, label in enumerate(base.labels))
    yield "Total", values.sum(axis=1)
    yield f"Present value at {share(rate)}", base.present(values, rate)


def _beside(base: Scenario, other: Scenario, rate: float, measure: str = COST) -> Element:
    """Return cost of two scenarios and their difference, a row for each year, the total and the present value."""
    sides = [dict(_amounts(each.yearly(measure), base, rate)) for each in (base, other)]
    rows = [(name, spread(one), spread(sides[1][name]), spread(sides[1][name] - one)) for name, one in sides[0].items()]
    write = alike(measure, [s.mean for row in rows for s in row[1:3]])
    moved = signed(alike(measure, [s.mean for row in rows for s in row[3:]]))
    told = [
        [name, written(one.mean, write), written(two.mean, write), *cells(gap, moved), short_dollars(gap.error)]
        for name, one, two, gap in rows
    ]
    heading = ["Year", base.name, other.name, "Difference", RANGE, "Standard error"]
    return listing(f"{label(measure)}: {other.name} compared with {base.name}", heading, told)


def _alone(base: Scenario, rate: float) -> Element:
    rows = [(name, spread(values)) for name, values in _amounts(base.yearly(COST), base, rate)]
    write = alike(COST, [s.mean for _, s in rows])
    if base.count < 2:
        return listing("Net employer cost", ["Year", "Cost"], [[name, written(s.mean, write)] for name, s in rows])
    told = [[name, *cells(s, write), short_dollars(s.error)] for name, s in rows]
    return listing("Net employer cost", ["Year", "Mean", RANGE, "Standard error"], told)


def beyond(base: Scenario, other: Scenario, measure: str = COST) -> RangedFigure:
    """Return how much more a scenario costs than another, all years together; or how much more of another measure."""
    return spread(other.total(measure) - base.total(measure))


# --- by source ---


def source_section(scenarios: Sequence[Scenario]) -> PageSection:
    """Return employer contributions by source over all years, and what is left after forfeitures."""
    found = [_sources(each) for each in scenarios]
    kept = [name for name in found[0] if any(row[name] for row in found)]
    write = alike(COST, [row[name] for row in found for name in kept])
    bars = [Bars(each.name, [row[name] for name in kept]) for each, row in zip(scenarios, found, strict=True)]
    cells = [[name, *(write(row[name]) for row in found)] for name in kept]
    title = f"Employer cost by source, {scenarios[0].span}"
    means = "Means of the simulations. " if scenarios[0].count > 1 else ""
    other = f"{means}Forfeitures used reduce the cost."
    heading = ["Source", *(each.name for each in scenarios)] if len(scenarios) > 1 else ["Source", "Amount"]
    chart = bar_chart(title, kept, bars, write)
    return PageSection(
        "source", "Employer cost by source", [figures(figure(title, chart), listing("", heading, cells, note=other))]
    )


def _sources(each: Scenario) -> dict[str, float]:
    """Return mean totals by source; forfeitures used are what the cost is less than the contributions."""
    measures = (*EMPLOYER_MONEY, COST)
    *paid, net = (float(np.nan_to_num(np.mean(each.total(name)))) for name in measures)  # of no such source: 0
    used = net - sum(paid)
    return {
        **dict(zip(map(label, EMPLOYER_MONEY), paid, strict=True)),
        "Forfeitures used": used if abs(used) >= 0.5 else 0.0,
        "Net employer cost": net,
    }

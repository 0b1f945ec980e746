"""What the plan costs: by year, in total, in present value, and by source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from workforce_sim.ensembles.bands import Values
from workforce_sim.markup.charts.bars import Bars, bar_chart
from workforce_sim.markup.charts.lines import Line, line_chart
from workforce_sim.markup.elements import Child, Element
from workforce_sim.reports.horizon import Spread, present, spread, totals
from workforce_sim.reports.parts import Section, figure, figures, listing, note
from workforce_sim.reports.scenario import Scenario, period
from workforce_sim.reports.values import NONE, Form, alike, share, signed, span
from workforce_sim.wording import short_dollars
from workforce_sim.wording.measures import label

COST, PAYROLL = "net_employer_cost_cents", "payroll_cents"
TOTAL = "Total"
RANGE = "90% of simulations"


def cost_section(scenarios: Sequence[Scenario], rate: float) -> Section:
    """Return the cost of each year, in total and in present value: of each scenario, beside the first one."""
    base, *others = scenarios
    content: list[Child] = [figures(_yearly_bars(scenarios), _differences(base, others) if others else _share(base))]
    for other in others:
        content.append(_beside(base, other, rate))
    if not others:
        content.append(_alone(base, rate))
    content.append(note(_basis(rate, base.years, base.count)))
    return Section("cost", "Cost by year and in total", content)


def payroll_section(scenarios: Sequence[Scenario], rate: float) -> Section:
    """Return the payroll of scenarios without a plan as ``cost_section`` tells the cost, beside the first one."""
    base, *others = scenarios
    drawn = figures(_yearly_bars(scenarios, PAYROLL), _differences(base, others, PAYROLL))
    tables = [_beside(base, other, rate, PAYROLL) for other in others]
    return Section("payroll", "Payroll by year and in total", [drawn, *tables])


def _basis(rate: float, years: Sequence[int], count: int) -> str:
    ranged = "The range of a total is that of the totals of the simulations, not a sum of ranges." if count > 1 else ""
    return (
        "Net employer cost is employer match and nonelective contributions, less forfeitures used to reduce them. "
        f"Present value on January 1, {years[0]} at {share(rate)} a year, each year's cost "
        f"counted at mid-year. {ranged}"
    ).strip()


def _yearly_bars(scenarios: Sequence[Scenario], measure: str = COST) -> Element:
    years = [str(year) for year in scenarios[0].years]
    found = [[spread(column) for column in each.yearly(measure).T] for each in scenarios]
    write = alike(measure, [s.mean for row in found for s in row])
    bars = [
        Bars(each.name, [s.mean for s in row], [_ends(s) for s in row])
        for each, row in zip(scenarios, found, strict=True)
    ]
    title = f"{label(measure)} by year"
    chart = bar_chart(title, years, bars, write)
    ranged = "Means of the simulations; whiskers hold 90% of them." if scenarios[0].count > 1 else ""
    return figure(title, chart, note=ranged)


def _ends(found: Spread) -> tuple[float, float] | None:
    return None if found.low is None or found.high is None else (found.low, found.high)


def _differences(base: Scenario, others: Sequence[Scenario], measure: str = COST) -> Element:
    years = [str(year) for year in base.years]
    found = [[spread(column) for column in (each.yearly(measure) - base.yearly(measure)).T] for each in others]
    write = alike(measure, [s.mean for row in found for s in row])
    lines = [Line(each.name, [s.mean for s in row], _bands(row)) for each, row in zip(others, found, strict=True)]
    title = f"Change in {'cost' if measure == COST else label(measure).lower()} from {base.name}"
    chart = line_chart(title, years, lines, signed(write))
    shaded = "Mean difference; the shaded area holds 90% of the simulations." if base.count > 1 else ""
    return figure(title, chart, note=shaded)


def _bands(row: Sequence[Spread]) -> list[tuple[list[float | None], list[float | None]]]:
    return [([s.low for s in row], [s.high for s in row])] if row[0].low is not None else []


def _share(base: Scenario) -> Element:
    years = [str(year) for year in base.years]
    found = [spread(column) for column in base.yearly("employer_cost_share_of_payroll").T]
    lines = [Line("Share of payroll", [s.mean for s in found], _bands(found))]
    rows = [[year, share(s.mean)] for year, s in zip(years, found, strict=True)]
    title = "Net employer cost as a share of payroll"
    return figure(title, line_chart(title, years, lines, share), ["Year", "Share of payroll"], rows)


def _amounts(values: Values, years: Sequence[int], rate: float) -> Iterator[tuple[str, Values]]:
    """Yield the rows of a table of cost: each year, the total, and the present value, by simulation."""
    yield from ((str(year), values[:, i]) for i, year in enumerate(years))
    yield TOTAL, totals(values)
    yield f"Present value at {share(rate)}", present(values, rate)


def _beside(base: Scenario, other: Scenario, rate: float, measure: str = COST) -> Element:
    """Return cost of two scenarios and their difference, a row for each year, the total and the present value."""
    sides = [dict(_amounts(each.yearly(measure), base.years, rate)) for each in (base, other)]
    rows = [(name, spread(one), spread(sides[1][name]), spread(sides[1][name] - one)) for name, one in sides[0].items()]
    write = alike(COST, [s.mean for row in rows for s in row[1:3]])
    moved = signed(alike(COST, [s.mean for row in rows for s in row[3:]]))
    cells = [
        [name, _written(one.mean, write), _written(two.mean, write), *_moved(gap, moved)]
        for name, one, two, gap in rows
    ]
    heading = ["Year", base.name, other.name, "Difference", RANGE, "Standard error"]
    return listing(f"{label(measure)}: {other.name} compared with {base.name}", heading, cells)


def _moved(gap: Spread, write: Form) -> list[str]:
    return [_written(gap.mean, write), span(gap.low, gap.high, write), error(gap)]


def _alone(base: Scenario, rate: float) -> Element:
    rows = [(name, spread(values)) for name, values in _amounts(base.yearly(COST), base.years, rate)]
    write = alike(COST, [s.mean for _, s in rows])
    if base.count < 2:
        return listing("Net employer cost", ["Year", "Cost"], [[name, _written(s.mean, write)] for name, s in rows])
    cells = [[name, _written(s.mean, write), span(s.low, s.high, write), error(s)] for name, s in rows]
    return listing("Net employer cost", ["Year", "Mean", RANGE, "Standard error"], cells)


def error(found: Spread) -> str:
    """Return the standard error of an amount."""
    return NONE if found.error is None else short_dollars(found.error)


def _written(value: float | None, write: Form) -> str:
    return NONE if value is None else write(value)


# --- by source ---


def source_section(scenarios: Sequence[Scenario]) -> Section:
    """Return employer contributions by source over all years, and what is left after forfeitures."""
    found = [_sources(each) for each in scenarios]
    kept = [name for name in found[0] if any(row[name] for row in found)]
    write = alike(COST, [row[name] for row in found for name in kept])
    bars = [Bars(each.name, [row[name] for name in kept]) for each, row in zip(scenarios, found, strict=True)]
    cells = [[name, *(write(row[name]) for row in found)] for name in kept]
    years = period(scenarios[0].years)
    title = f"Employer cost by source, {years}"
    means = "Means of the simulations. " if scenarios[0].count > 1 else ""
    other = f"{means}Forfeitures used reduce the cost."
    heading = ["Source", *(each.name for each in scenarios)] if len(scenarios) > 1 else ["Source", "Amount"]
    chart = bar_chart(title, kept, bars, write)
    return Section(
        "source", "Employer cost by source", [figures(figure(title, chart), listing("", heading, cells, note=other))]
    )


def _sources(each: Scenario) -> dict[str, float]:
    """Return mean totals by source; forfeitures used are what the cost is less than the contributions."""
    match, nonelective, net = (
        float(np.mean(totals(each.yearly(name)))) for name in ("match_cents", "nonelective_cents", COST)
    )
    used = net - match - nonelective
    return {
        "Employer match": match,
        "Nonelective contributions": nonelective,
        "Forfeitures used": used if abs(used) >= 0.5 else 0.0,
        "Net employer cost": net,
    }

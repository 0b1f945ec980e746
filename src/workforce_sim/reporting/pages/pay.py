"""Pay: payroll and average salary by year."""

from __future__ import annotations

from workforce_sim.display.markup.charts.bars import bar_chart
from workforce_sim.display.markup.charts.lines import line_chart
from workforce_sim.display.markup.elements import Element
from workforce_sim.reporting.pages.horizon import RangedFigure
from workforce_sim.reporting.pages.parts import PageSection, figure, figures, listing
from workforce_sim.reporting.pages.ranges import RANGE, cells, ranged_bars, ranged_line
from workforce_sim.reporting.pages.scenario import Scenario
from workforce_sim.reporting.pages.values import Form, alike, share
from workforce_sim.wording import whole_dollars
from workforce_sim.wording.measures import label

PAYROLL, SALARY, GROWTH = "payroll_cents", "average_salary_cents", "average_salary_growth_continuing"


def pay_section(each: Scenario) -> PageSection:
    """Return payroll and average salary by year, and how pay of continuing employees grows."""
    found = {name: each.by_year(name) for name in (PAYROLL, SALARY, GROWTH)}
    payroll = alike(PAYROLL, [s.mean for s in found[PAYROLL]])
    ranged = [RANGE] if each.count > 1 else []
    rows = [
        [year, *cells(pay, payroll)[: 1 + len(ranged)], whole_dollars(salary.mean), share(growth.mean)]
        for year, pay, salary, growth in zip(each.labels, *found.values(), strict=True)
    ]
    heading = ["Year", label(PAYROLL), *ranged, label(SALARY), label(GROWTH)]
    drawn = figures(_payroll(each, found[PAYROLL], payroll), _salary(each, found[SALARY]))
    return PageSection("pay", "Pay", [drawn, listing("Pay by year", heading, rows)])


def _payroll(each: Scenario, found: list[RangedFigure], write: Form) -> Element:
    bars = [ranged_bars("Payroll", found)]
    chart = bar_chart("Payroll by year", each.labels, bars, write)
    return figure("Payroll by year", chart)


def _salary(each: Scenario, found: list[RangedFigure]) -> Element:
    lines = [ranged_line("Average salary", found)]
    chart = line_chart("Average salary at year end", each.labels, lines, whole_dollars)
    return figure(label(SALARY), chart)

"""Pay: payroll and average salary by year."""

from __future__ import annotations

from collections.abc import Iterator

from workforce_sim.markup.charts.bars import Bars, bar_chart
from workforce_sim.markup.charts.lines import Line, line_chart
from workforce_sim.markup.elements import Element
from workforce_sim.reports.horizon import Spread, spread
from workforce_sim.reports.parts import Section, figure, figures, listing
from workforce_sim.reports.scenario import Scenario
from workforce_sim.reports.values import NONE, Form, alike, share, span, whole_dollars
from workforce_sim.wording.measures import label

PAYROLL, SALARY, GROWTH = "payroll_cents", "average_salary_cents", "average_salary_growth_continuing"


def pay_section(each: Scenario) -> Section:
    """Return payroll and average salary by year, and how pay of continuing employees grows."""
    found = {name: [spread(column) for column in each.yearly(name).T] for name in (PAYROLL, SALARY, GROWTH)}
    payroll = alike(PAYROLL, [s.mean for s in found[PAYROLL]])
    rows = [
        [str(year), *_cells(pay, payroll, ranged=each.count > 1), whole_dollars(salary.mean), share(growth.mean)]
        for year, pay, salary, growth in zip(each.years, *found.values(), strict=True)
    ]
    ranged = ["90% of simulations"] if each.count > 1 else []
    heading = ["Year", label(PAYROLL), *ranged, label(SALARY), label(GROWTH)]
    drawn = figures(_payroll(each, found[PAYROLL], payroll), _salary(each, found[SALARY]))
    return Section("pay", "Pay", [drawn, listing("Pay by year", heading, rows)])


def _cells(pay: Spread, write: Form, *, ranged: bool) -> Iterator[str]:
    yield NONE if pay.mean is None else write(pay.mean)
    if ranged:
        yield span(pay.low, pay.high, write)


def _payroll(each: Scenario, found: list[Spread], write: Form) -> Element:
    ends = [None if s.low is None or s.high is None else (s.low, s.high) for s in found]
    bars = Bars("Payroll", [s.mean for s in found], ends)
    chart = bar_chart("Payroll by year", [str(year) for year in each.years], [bars], write)
    return figure("Payroll by year", chart)


def _salary(each: Scenario, found: list[Spread]) -> Element:
    line = Line("Average salary", [s.mean for s in found], [([s.low for s in found], [s.high for s in found])])
    chart = line_chart("Average salary at year end", [str(year) for year in each.years], [line], whole_dollars)
    return figure(label(SALARY), chart)

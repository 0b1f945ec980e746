"""The page of one run: headcount, pay, the plan and its tests, year by year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workforce_sim.markup.elements import Child
from workforce_sim.plan.findings import Nondiscrimination
from workforce_sim.reports.certainty import certainty_section
from workforce_sim.reports.cost import COST, cost_section, source_section
from workforce_sim.reports.grounds import assumptions_section, made_section, warnings_section
from workforce_sim.reports.horizon import DISCOUNT_RATE, totals
from workforce_sim.reports.parts import FOOTER, Card, bold, document, joined
from workforce_sim.reports.pay import PAYROLL, SALARY, pay_section
from workforce_sim.reports.people import headcount_section, participation_section
from workforce_sim.reports.scenario import Scenario, period
from workforce_sim.reports.testing import failed, tests_of, tests_section
from workforce_sim.reports.values import count, form, listed, share, whole_dollars
from workforce_sim.reports.why import why_years
from workforce_sim.reports.workforce import rates_section, workforce_section
from workforce_sim.result import Result
from workforce_sim.wording.measures import label

PARTICIPATION, DEFERRAL, OF_PAYROLL = "participation_rate", "average_deferral_rate", "employer_cost_share_of_payroll"


def run_page(result: Result, *, rate: float = DISCOUNT_RATE) -> bytes:
    """Return the page of a run.

    Args:
        result: what ``simulate`` or ``read_run`` gave; of a run on disk only the columns that are needed are read.
        rate: discount rate a year of the present value.
    """
    header = result.header
    each = Scenario.of("", header, result.summary)
    tests = tests_of(result, each.years)
    plan = [cost_section([each], rate), source_section([each])] if each.config.plan.enabled else []
    sections = [
        headcount_section([each]),
        pay_section(each),
        participation_section([each]),
        rates_section(result, each.years),
        *plan,
        why_years(result, each.years),
        tests_section(tests),
        workforce_section(result, each.years),
        warnings_section([each]),
        certainty_section([each]),
        assumptions_section(each),
        made_section([each]),
    ]
    kicker = f"One simulation, {period(each.years)}, random seed {header.configuration['random_seed']}"
    what = "do the workforce and the plan" if each.config.plan.enabled else "does the workforce"
    question = f"How {what} develop from {period(each.years)}?"
    answer = list(joined(list(_answer(each, tests))))
    return document(kicker, question, answer, _cards(each), sections, FOOTER)


def _answer(each: Scenario, tests: Sequence[Nondiscrimination]) -> Iterator[Child]:
    yield from _people(each)
    if not each.config.plan.enabled:
        return
    last = each.years[-1]
    taking, rate, burden = (_last(each, name) for name in (PARTICIPATION, DEFERRAL, OF_PAYROLL))
    yield f"In {last}, {share(taking)} of eligible employees participate and defer {share(rate)} on average."
    yield "The plan costs the employer"
    yield bold(form(COST)(float(totals(each.yearly(COST))[0])))
    yield f"in all, {share(burden)} of payroll in {last}."
    lost = failed(tests)
    yield f"Tests that fail: {listed(lost)}." if lost else "No plan test fails."


def _people(each: Scenario) -> Iterator[str]:
    opening, closing = float(each.yearly("headcount_opening")[0, 0]), _last(each, "headcount_closing") or 0.0
    hires = float(totals(each.yearly("hires"))[0])
    left = sum(float(totals(each.yearly(name))[0]) for name in ("terminations_opening_staff", "terminations_new_hires"))
    moved = "grows" if closing > opening else "shrinks" if closing < opening else "stays"
    size = f"at {count(opening)}" if moved == "stays" else f"from {count(opening)} to {count(closing)}"
    yield f"From {period(each.years)}, the workforce {moved} {size} employees,"
    yield f"with {count(hires)} hires and {count(left)} terminations."
    pay = each.yearly(PAYROLL)[0]
    if len(each.years) > 1:
        yield f"Payroll goes from {form(PAYROLL)(float(pay[0]))} to {form(PAYROLL)(float(pay[-1]))}."
    else:
        yield f"Payroll is {form(PAYROLL)(float(pay[0]))}."


def _last(each: Scenario, measure: str) -> float | None:
    """Return a measure of the last year; None where it has none."""
    value = float(each.yearly(measure)[0, -1])
    return None if value != value else value  # noqa: PLR0124 - not a number


def _cards(each: Scenario) -> Iterator[Card]:
    last = each.years[-1]
    yield Card(f"{label('headcount_closing')}, {last}", count(_last(each, "headcount_closing")))
    pay, salary = _last(each, PAYROLL), _last(each, SALARY)
    yield Card(f"{label(PAYROLL)}, {last}", form(PAYROLL)(pay or 0.0), f"average salary {whole_dollars(salary)}")
    if each.config.plan.enabled:
        yield Card(f"Participation, {last}", share(_last(each, PARTICIPATION)), "of eligible employees")
        cost = float(totals(each.yearly(COST))[0])
        yield Card("Total net employer cost", form(COST)(cost), period(each.years))

"""The page of one run: headcount, pay, the plan and its tests, year by year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workforce_sim.display.markup.elements import Child
from workforce_sim.ensembles.totals import COST, OF_PAYROLL
from workforce_sim.plan.findings import Nondiscrimination
from workforce_sim.reporting.pages.certainty import certainty_section
from workforce_sim.reporting.pages.cost import cost_section, source_section
from workforce_sim.reporting.pages.explained import explained_section
from workforce_sim.reporting.pages.grounds import assumptions_section, made_section, warnings_section
from workforce_sim.reporting.pages.horizon import DISCOUNT_RATE
from workforce_sim.reporting.pages.parts import FOOTER, KeyFigure, bold, document, joined
from workforce_sim.reporting.pages.pay import PAYROLL, SALARY, pay_section
from workforce_sim.reporting.pages.people import headcount_section, participation_section
from workforce_sim.reporting.pages.scenario import Scenario
from workforce_sim.reporting.pages.testing import failed, tests_of, tests_section
from workforce_sim.reporting.pages.values import count, form, listed, share
from workforce_sim.reporting.pages.why import why_years
from workforce_sim.reporting.pages.workforce import rates_section, workforce_section
from workforce_sim.result.result import Result
from workforce_sim.share.few import without_few
from workforce_sim.wording import whole_dollars
from workforce_sim.wording.measures import label

PARTICIPATION, DEFERRAL = "participation_rate", "average_deferral_rate"


def run_page(result: Result, *, rate: float = DISCOUNT_RATE, least: int | None = None) -> bytes:
    """Return the page of a run.

    Args:
        result: what ``simulate`` or ``read_run`` gave; of a run on disk only the columns that are needed are read.
        rate: discount rate a year of the present value.
        least: fewest employees of whom figures are shown; None shows all.
    """
    header = result.header
    each = Scenario.of("", header, result.summary)
    tests = tests_of(result, each.years)
    if least is not None:
        tests = [without_few(found, least) for found in tests]
    plan = [cost_section([each], rate), source_section([each])] if each.config.plan.enabled else []
    sections = [
        headcount_section([each]),
        pay_section(each),
        participation_section([each]),
        rates_section(result, each.years, least),
        *plan,
        why_years(result, each.years),
        explained_section(result, each.years, least),
        tests_section(tests),
        workforce_section(result, each.years, least),
        warnings_section([each]),
        certainty_section([each]),
        assumptions_section(each),
        made_section([each]),
    ]
    kicker = f"One simulation, {each.span}, random seed {header.configuration['random_seed']}"
    what = "do the workforce and the plan" if each.config.plan.enabled else "does the workforce"
    question = f"How {what} develop from {each.span}?"
    answer = joined(_answer(each, tests))
    return document(kicker, question, answer, _cards(each), sections, FOOTER)


def _answer(each: Scenario, tests: Sequence[Nondiscrimination]) -> Iterator[Child]:
    yield from _people(each)
    if not each.config.plan.enabled:
        return
    last = each.labels[-1]
    taking, rate, burden = (each.last(name).mean for name in (PARTICIPATION, DEFERRAL, OF_PAYROLL))
    yield f"In {last}, {share(taking)} of eligible employees participate and defer {share(rate)} on average."
    yield "The plan costs the employer"
    yield bold(form(COST)(float(each.total(COST)[0])))
    yield f"in all, {share(burden)} of payroll in {last}."
    lost = failed(tests)
    yield f"Tests that fail: {listed(lost)}." if lost else "No plan test fails."


def _people(each: Scenario) -> Iterator[str]:
    opening, closing = float(each.yearly("headcount_opening")[0, 0]), each.last("headcount_closing").mean or 0.0
    hires = float(each.total("hires")[0])
    left = sum(float(each.total(name)[0]) for name in ("terminations_opening_staff", "terminations_new_hires"))
    moved = "grows" if closing > opening else "shrinks" if closing < opening else "stays"
    size = f"at {count(opening)}" if moved == "stays" else f"from {count(opening)} to {count(closing)}"
    yield f"From {each.span}, the workforce {moved} {size} employees,"
    yield f"with {count(hires)} hires and {count(left)} terminations."
    pay = each.yearly(PAYROLL)[0]
    if len(each.years) > 1:
        since, till = (f" in {each.labels[at]}" if each.first.short else "" for at in (0, -1))
        yield f"Payroll goes from {form(PAYROLL)(float(pay[0]))}{since} to {form(PAYROLL)(float(pay[-1]))}{till}."
    else:
        yield f"Payroll is {form(PAYROLL)(float(pay[0]))}."


def _cards(each: Scenario) -> Iterator[KeyFigure]:
    last = each.labels[-1]
    yield KeyFigure(f"{label('headcount_closing')}, {last}", count(each.last("headcount_closing").mean))
    pay, salary = each.last(PAYROLL).mean, each.last(SALARY).mean
    yield KeyFigure(f"{label(PAYROLL)}, {last}", form(PAYROLL)(pay or 0.0), f"average salary {whole_dollars(salary)}")
    if each.config.plan.enabled:
        yield KeyFigure(f"Participation, {last}", share(each.last(PARTICIPATION).mean), "of eligible employees")
        cost = float(each.total(COST)[0])
        yield KeyFigure("Total net employer cost", form(COST)(cost), each.span)

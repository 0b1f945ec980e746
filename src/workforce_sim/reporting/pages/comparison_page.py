"""The page of a comparison: what one plan design costs beside another, how precise that is, and who gains."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from workforce_sim.display.markup.elements import Child
from workforce_sim.ensembles.attribution import Attribution
from workforce_sim.ensembles.ensemble import any_plan
from workforce_sim.ensembles.totals import COST, OF_PAYROLL, PAYROLL
from workforce_sim.reporting.pages.certainty import certainty_section
from workforce_sim.reporting.pages.cost import beyond, cost_section, payroll_section, source_section
from workforce_sim.reporting.pages.grounds import (
    assumptions_section,
    differences_section,
    made_section,
    warnings_section,
)
from workforce_sim.reporting.pages.groups import gains_section
from workforce_sim.reporting.pages.hired import hired_section
from workforce_sim.reporting.pages.horizon import DISCOUNT_RATE, RangedFigure, spread
from workforce_sim.reporting.pages.parts import FOOTER, KeyFigure, bold, document, joined
from workforce_sim.reporting.pages.people import headcount_section, participation_section
from workforce_sim.reporting.pages.scenario import Scenario
from workforce_sim.reporting.pages.values import change, count, form, listed, share, size, span
from workforce_sim.reporting.pages.why import why_scenarios

PARTICIPATION = "participation_rate"


def comparison_page(
    scenarios: Sequence[Scenario],
    told: Mapping[str, pl.DataFrame] | None = None,
    *,
    rate: float = DISCOUNT_RATE,
    attribution: Attribution | None = None,
) -> bytes:
    """Return the page of a comparison, the baseline first.

    Args:
        scenarios: two or more, with the same years and simulations.
        told: what there is of ``groups`` and ``drivers``, as ``ensembles.grouped.report_tables`` gives them, and
            ``by_hired``, as ``Comparison.by_group`` gives it.
        rate: discount rate a year of the present value.
        attribution: how much of the range each source makes.
    """
    base, *others = scenarios
    tables = told or {}
    groups = tables.get("groups")
    plan = [
        cost_section(scenarios, rate),
        source_section(scenarios),
        why_scenarios(tables.get("drivers"), base),
        participation_section(scenarios),
        gains_section(groups),
    ]
    sections = [
        *(plan if any_plan(scenarios) else [payroll_section(scenarios, rate)]),
        hired_section(tables.get("by_hired"), base.name),
        headcount_section(scenarios),
        differences_section(base, others),
        warnings_section(scenarios),
        certainty_section(scenarios, attribution),
        assumptions_section(base, design=False),
        made_section(scenarios),
    ]
    kicker = f"Comparison of {len(scenarios)} scenarios, {base.span}, {base.simulations} of each"
    return document(
        kicker, _question(scenarios), _answer(scenarios, rate), _cards(scenarios, groups, rate), sections, FOOTER
    )


def _question(scenarios: Sequence[Scenario]) -> str:
    base, *others = scenarios
    verb = "does" if len(others) == 1 else "do"
    names = listed([each.name for each in others])
    if not any_plan(scenarios):
        return f"How do payroll and headcount of {names} differ from {base.name}, {base.span}?"
    return f"What {verb} {names} cost compared with {base.name}, {base.span}, and who gains?"


def _answer(scenarios: Sequence[Scenario], rate: float) -> list[Child]:
    base, *others = scenarios
    if not any_plan(scenarios):
        return joined(_of_several(base, others, PAYROLL))
    return joined(_of_one(base, others[0], rate) if len(others) == 1 else _of_several(base, others))


def _of_several(base: Scenario, others: Sequence[Scenario], measure: str = COST) -> Iterator[Child]:
    """Yield the answer for several scenarios: how much more each costs, with its range; without plans, of payroll."""
    whole = form(measure)(spread(base.total(measure)).mean or 0.0)
    costs = f"{base.name} costs the employer" if measure == COST else f"the payroll of {base.name} is"
    yield f"From {base.span}, {costs} {whole}. Compared with that:"
    for place, other in enumerate(others):
        gap = beyond(base, other, measure)
        ranged = "" if gap.low is None else f" (90% of simulations: {span(gap.low, gap.high, _signed)})"
        yield f"{other.name}"
        yield bold(change(measure, gap.mean))
        yield f"{ranged.strip()}{'.' if place == len(others) - 1 else ';'}"


def _of_one(base: Scenario, other: Scenario, rate: float) -> Iterator[Child]:
    """Yield the answer for one scenario: difference with its range, present value, participation, share of payroll."""
    gap, money = beyond(base, other), form(COST)
    sides = [spread(each.total(COST)).mean for each in (other, base)]
    yield from _difference(base, other, gap)
    amounts = " instead of ".join(money(side) for side in sides if side is not None)
    yield f"({amounts})."
    yield from _range(gap)
    now = spread(base.present(other.yearly(COST) - base.yearly(COST), rate))
    if now.mean is not None and gap.mean:
        yield f"The present value of the difference at {share(rate)} is {money(now.mean)}."
    yield from _last_year(base, other)


def _difference(base: Scenario, other: Scenario, gap: RangedFigure) -> Iterator[Child]:
    when = f"{'From' if len(base.years) > 1 else 'In'} {base.span}"
    if not gap.mean:
        yield f"{when}, {other.name} costs the employer the same as {base.name}"
        return
    more = "more" if gap.mean > 0 else "less"
    yield f"{when}, {other.name} costs the employer"
    yield bold(f"{size(COST, gap.mean)} {more}")
    yield f"than {base.name}"


def _range(gap: RangedFigure) -> Iterator[str]:
    if gap.low is None or gap.high is None or gap.mean is None or gap.low == gap.high:
        return
    if gap.low * gap.high < 0:
        yield f"The range includes zero: 90% of simulations are between {span(gap.low, gap.high, _signed)}."
        return
    ends = sorted((abs(gap.low), abs(gap.high)))
    more = "more" if gap.mean > 0 else "less"
    yield f"In 90% of simulations it costs {size(COST, ends[0])} to {size(COST, ends[1])} {more}."


def _signed(value: float) -> str:
    return change(COST, value)


def _last_year(base: Scenario, other: Scenario) -> Iterator[str]:
    """Yield participation and the share of payroll in the last year."""
    found = {name: [each.last(name).mean for each in (other, base)] for name in (PARTICIPATION, OF_PAYROLL)}
    told = []
    if None not in found[PARTICIPATION]:
        told.append(_instead("{} of eligible employees participate", found[PARTICIPATION]))
    if None not in found[OF_PAYROLL]:
        told.append(_instead("the cost is {} of payroll", found[OF_PAYROLL]))
    if told:
        yield f"In {base.labels[-1]}, {listed(told)}."


def _instead(sentence: str, values: Sequence[float | None]) -> str:
    """Return a sentence with a share, and what it is instead of unless that reads the same."""
    one, other = map(share, values)
    return sentence.format(one) + (" in both" if one == other else f" instead of {other}")


def _cards(scenarios: Sequence[Scenario], groups: pl.DataFrame | None, rate: float) -> Iterator[KeyFigure]:
    base, *others = scenarios
    plan = any_plan(scenarios)
    measure, what = (COST, "cost") if plan else (PAYROLL, "payroll")
    for other in others:
        gap = beyond(base, other, measure)
        about = f"Change in total {what}" + ("" if len(others) == 1 else f": {other.name}")
        yield KeyFigure(
            about,
            change(measure, gap.mean),
            f"90% range {span(gap.low, gap.high, _signed)}" if gap.low is not None else "",
        )
    if len(others) == 1 and plan:
        yield from _more_cards(base, others[0], groups, rate)


def _more_cards(base: Scenario, other: Scenario, groups: pl.DataFrame | None, rate: float) -> Iterator[KeyFigure]:
    now = spread(base.present(other.yearly(COST) - base.yearly(COST), rate))
    yield KeyFigure(f"Present value at {share(rate)}", change(COST, now.mean), f"on {base.opens}")
    moved = spread(other.yearly(PARTICIPATION)[:, -1] - base.yearly(PARTICIPATION)[:, -1]).mean
    yield KeyFigure(
        f"Change in participation, {base.labels[-1]}", change(PARTICIPATION, moved), "of eligible employees"
    )
    gained = None if groups is None else _gaining(groups)
    if gained is not None:
        yield KeyFigure("Employees who gain", share(gained[0]), f"lose: {share(gained[1])}; of {count(gained[2])}")


def _gaining(groups: pl.DataFrame) -> tuple[float, float, int] | None:
    """Return the shares who gain and who lose, and of how many; None where a cell of every grouping is hidden."""
    for part in groups.partition_by("by", maintain_order=True):
        counts = part.select("persons", "gain", "lose")
        whole = int(counts["persons"].sum())
        if whole and not any(counts.null_count().row(0)):
            return int(counts["gain"].sum()) / whole, int(counts["lose"].sum()) / whole, whole
    return None

"""How sure the figures are: what varies between the simulations, and how much of the range each source makes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from workforce_sim.config.keys import about
from workforce_sim.config.uncertainty import Assumption
from workforce_sim.dates import year_label
from workforce_sim.display.markup.elements import Child, Element
from workforce_sim.ensembles.attribution import ALL, ROWS, Attribution
from workforce_sim.ensembles.ensemble import any_plan
from workforce_sim.ensembles.spread import IN_WORDS, SOURCES
from workforce_sim.ensembles.totals import COST, PAYROLL
from workforce_sim.reporting.pages.cost import beyond
from workforce_sim.reporting.pages.horizon import spread
from workforce_sim.reporting.pages.parts import PageSection, key, listing, note, prose, sentences
from workforce_sim.reporting.pages.scenario import Scenario
from workforce_sim.reporting.pages.values import NONE, form, listed, share, size
from workforce_sim.wording import capital, number
from workforce_sim.wording.measures import label

MEANING = {
    "chance": "Chance: who terminates, who is hired, who enrolls and at what rate.",
    "year": "Good and bad years: terminations, growth or raises that are high or low for everybody in a year.",
    "assumptions": "Uncertain assumptions: unknown values, drawn anew for each simulation.",
}
LEFT_OUT = {
    "year": "The ranges do not include good and bad years: every year has the same expected turnover and growth.",
    "assumptions": "The ranges do not include the assumptions themselves: other rates of turnover, growth or "
    "participation would give other figures.",
}


def certainty_section(scenarios: Sequence[Scenario], attribution: Attribution | None = None) -> PageSection:
    """Return how sure the figures are; its heading says so where the ranges hold chance alone."""
    base = scenarios[0]
    if base.count < 2:
        alone = "One simulation has no range: it shows one possible course. Simulate more to see how far results vary."
        return PageSection("certainty", "How sure are these figures? One simulation, no range", [note(alone)])
    found = [source for source in SOURCES if any(source in each.sources for each in scenarios)]
    content: list[Child] = [sentences(_told(scenarios, found))]
    if attribution is not None:
        content.append(_apart(attribution))
    content += [_drawn(base.config.uncertainty.assumptions)] if "assumptions" in found else []
    return PageSection("certainty", f"How sure are these figures? {_heading(found)}", content)


def _heading(found: Sequence[str]) -> str:
    return "Chance only" if found == ["chance"] else capital(listed([IN_WORDS[source] for source in found]))


def _told(scenarios: Sequence[Scenario], found: Sequence[str]) -> Iterator[str]:
    base = scenarios[0]
    of_each = " of each scenario" if len(scenarios) > 1 else ""
    yield f"{base.count:,} simulations{of_each}; each range holds the middle 90% of them."
    if of_each:
        yield "All scenarios use the same random draws, which makes the differences more precise."
    yield from (MEANING[source] for source in found)
    yield from (text for source, text in LEFT_OUT.items() if source not in found)
    yield from (_error(base, other) for other in scenarios[1:] or [base])


def _error(base: Scenario, other: Scenario) -> str:
    """Return how far more simulations could still move a mean."""
    measure, named = (COST, "cost") if any_plan([base, other]) else (PAYROLL, "payroll")
    found = spread(base.total(measure)) if other is base else beyond(base, other, measure)
    what = (
        f"the mean total {named}"
        if other is base
        else f"the mean difference in total {named}, {other.name} compared with {base.name},"
    )
    if not found.error or found.mean is None:
        return f"More simulations would not change {what.rstrip(',')}."
    return f"More simulations would change {what} by about {size(measure, found.error)} (standard error)."


def _apart(attribution: Attribution) -> Element:
    """Return the share of the variance that each source makes alone."""
    rows, simulation = [], attribution.ensembles[ALL].config.simulation
    for (year, measure), part in attribution.table.group_by("year", "measure", maintain_order=True):
        shares = dict(part.select(pl.col("source").cast(pl.String), "share").iter_rows())
        deviations = dict(part.select(pl.col("source").cast(pl.String), "sd").iter_rows())
        whole = deviations[ALL]
        name = str(measure)
        cells = [NONE if shares[source] is None else share(shares[source]) for source in ROWS[:-1]]
        what = f"{label(name)}, {year_label(simulation, int(str(year)))}"
        rows.append([what, NONE if whole is None else form(name)(whole), *cells])
    about_it = "Share of the variance from each source alone; interaction is their combined effect."
    heading = ["Figure", "Standard deviation", "Chance", "Good and bad years", "Assumptions", "Interaction"]
    return listing("Where the range comes from", heading, rows, note=about_it)


def _drawn(entries: Sequence[Assumption]) -> Element:
    rows = [
        [key(entry.key), prose(about(entry.key)), entry.kind, ", ".join(map(number, entry.numbers))]
        for entry in entries
    ]
    return listing("Assumptions that are drawn", ["Key", "What it is", "Distribution", "Values"], rows, text=True)

"""The page of a sweep: what each combination costs, how many participate, and which combinations none other beats."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import polars as pl

from workforce_sim.config.keys import about
from workforce_sim.display.markup.charts.lines import ChartLine, line_chart
from workforce_sim.display.markup.charts.planes import Point, heat_map, scatter
from workforce_sim.display.markup.charts.rows import Dot, dots
from workforce_sim.display.markup.elements import Child, Element
from workforce_sim.ensembles.totals import COST, OF_PAYROLL
from workforce_sim.ensembles.wording import swept
from workforce_sim.reporting.pages.certainty import certainty_section
from workforce_sim.reporting.pages.cost import beyond
from workforce_sim.reporting.pages.grounds import assumptions_section, made_section, warnings_section
from workforce_sim.reporting.pages.horizon import DISCOUNT_RATE, RangedFigure, spread
from workforce_sim.reporting.pages.parts import (
    FOOTER,
    KeyFigure,
    PageSection,
    document,
    figure,
    figures,
    joined,
    key,
    listing,
    note,
    prose,
)
from workforce_sim.reporting.pages.ranges import RANGE, cells
from workforce_sim.reporting.pages.scenario import Scenario
from workforce_sim.reporting.pages.sweep_payroll import (
    has_participants,
    payroll_answer,
    payroll_cards,
    payroll_table,
    workforces,
)
from workforce_sim.reporting.pages.values import Form, alike, form, listed, share, signed, written

PARTICIPATION = "participation_rate"
MOST_DOTS = 24
NOT_BEATEN = "no other costs less and has at least as many participants"


class CombinationCost(NamedTuple):
    """One combination: its values in words, and its figures."""

    name: str
    values: tuple[str, ...]
    cost: RangedFigure
    now: RangedFigure
    moved: RangedFigure
    participation: float | None
    burden: float | None
    best: bool = False


def sweep_page(
    first: Scenario, combinations: pl.DataFrame, replicates: pl.DataFrame, *, rate: float = DISCOUNT_RATE
) -> bytes:
    """Return the page of a sweep.

    Args:
        first: the first combination, with the notes of all.
        combinations: one row per combination: its number, and a column for each swept key.
        replicates: one row per combination, replicate and year; a plan that is off costs 0.
        rate: discount rate a year of the present value.
    """
    parts = replicates.partition_by("combination", maintain_order=True, include_key=False)
    combined = [replace(first, replicates=part) for part in parts]
    found = _marked(list(_found(combinations, combined, rate)))
    keys = combinations.columns[1:]
    names, staff = [*map(_short, keys)], workforces([each.values for each in found], combined)
    plan = has_participants(replicates)
    sections = [
        *([_figures_section(keys, found, first), _table_section(keys, found, rate, first)] if plan else []),
        *([] if plan else [payroll_table(staff, names, first)]),
        _keys_section(keys, combinations),
        warnings_section([first]),
        certainty_section([first]),
        assumptions_section(first),
        made_section([first], [("Combinations", f"{len(found):,}")]),
    ]
    kicker = f"Sweep of {len(found)} combinations, {first.span}, {first.simulations} of each"
    question = f"How do {'cost and participation' if plan else 'payroll and headcount'} change with {listed(names)}?"
    answer = joined(_answer(keys, found, first) if plan else [payroll_answer(staff, names, first)])
    cards = _cards(keys, found) if plan else payroll_cards(staff, names)
    return document(kicker, question, answer, cards, sections, FOOTER)


def _found(combinations: pl.DataFrame, parts: Sequence[Scenario], rate: float) -> Iterator[CombinationCost]:
    for row, part in zip(combinations.iter_rows(), parts, strict=True):
        values = tuple(map(swept, row[1:]))
        whole, now = spread(part.total(COST)), spread(part.present(part.yearly(COST), rate))
        taking, burden = (part.last(name).mean for name in (PARTICIPATION, OF_PAYROLL))
        yield CombinationCost(", ".join(values), values, whole, now, beyond(parts[0], part), taking, burden)


def _marked(found: Sequence[CombinationCost]) -> list[CombinationCost]:
    """Return the combinations, those marked that no other beats in both cost and participation."""
    return [each._replace(best=not any(_beats(other, each) for other in found) and _known(each)) for each in found]


def _known(each: CombinationCost) -> bool:
    return each.participation is not None and each.cost.mean is not None


def _beats(one: CombinationCost, other: CombinationCost) -> bool:
    if one.participation is None or other.participation is None or one.cost.mean is None or other.cost.mean is None:
        return False
    at_least = one.cost.mean <= other.cost.mean and one.participation >= other.participation
    return at_least and (one.cost.mean < other.cost.mean or one.participation > other.participation)


# --- the answer ---


def _answer(keys: Sequence[str], found: Sequence[CombinationCost], first: Scenario) -> Iterator[str]:
    last, ranked = first.labels[-1], [each for each in found if _known(each)]
    if not ranked:
        yield "No combination has a plan with participants."
        return
    cheap, dear, most = _extremes(ranked)
    yield f"From {first.span}, total net employer cost goes from {_told(cheap, keys)} to {_told(dear, keys)}."
    yield f"Participation in {last} is highest, {share(most.participation)}, with {_named(most, keys)}."
    best = sum(each.best for each in found)
    yield f"Of {len(found)} combinations {best} {'is' if best == 1 else 'are'} on the efficient frontier: {NOT_BEATEN}."


def _extremes(ranked: Sequence[CombinationCost]) -> tuple[CombinationCost, CombinationCost, CombinationCost]:
    """Return the combinations of the lowest and of the highest cost, and that of the highest participation."""
    cheap, dear = (pick(ranked, key=lambda each: each.cost.mean or 0.0) for pick in (min, max))
    return cheap, dear, max(ranked, key=lambda each: each.participation or 0.0)


def _told(each: CombinationCost, keys: Sequence[str]) -> str:
    return f"{form(COST)(each.cost.mean or 0.0)} ({_named(each, keys)})"


def _named(each: CombinationCost, keys: Sequence[str]) -> str:
    return ", ".join(f"{_short(name)} {value}" for name, value in zip(keys, each.values, strict=True))


def _short(name: str) -> str:
    """Return a key in words: its last part, with those before it where that is one word alone."""
    parts = re.sub(r"\[\d+\]", "", name).replace("_", " ").split(".")
    return parts[-1] if " " in parts[-1] else " ".join(parts[1:]) or name


def _cards(keys: Sequence[str], found: Sequence[CombinationCost]) -> Iterator[KeyFigure]:
    ranked = [each for each in found if _known(each)]
    if ranked:
        cheap, dear, most = _extremes(ranked)
        yield KeyFigure("Lowest total cost", form(COST)(cheap.cost.mean or 0.0), _named(cheap, keys))
        yield KeyFigure("Highest total cost", form(COST)(dear.cost.mean or 0.0), _named(dear, keys))
        yield KeyFigure("Highest participation", share(most.participation), _named(most, keys))


# --- pictures ---


def _figures_section(keys: Sequence[str], found: Sequence[CombinationCost], first: Scenario) -> PageSection:
    years = first.span
    cost, taking = f"Total net employer cost, {years}", f"Participation, {first.labels[-1]}"
    sides = [(cost, [each.cost.mean for each in found], alike(COST, [each.cost.mean for each in found]))]
    sides.append((taking, [each.participation for each in found], share))
    drawn: list[Element] = []
    if len(keys) == 2:
        drawn += [_heat(keys, found, *side) for side in sides]
    elif len(keys) == 1:
        drawn += [_along(keys[0], found, *side) for side in sides]
    if len(found) <= MOST_DOTS and len(keys) > 1:
        drawn.append(_ranges(cost, found, sides[0][2]))
    if sum(map(_known, found)) > 1:
        drawn.append(_front((cost, taking), found, sides[0][2]))
    return PageSection("figures", "Cost and participation", [figures(*drawn)])


def _heat(
    keys: Sequence[str], found: Sequence[CombinationCost], title: str, values: Sequence[float | None], write: Form
) -> Element:
    down, across = (list(dict.fromkeys(each.values[i] for each in found)) for i in (0, 1))
    of = {each.values: value for each, value in zip(found, values, strict=True)}
    grid = [[of[(one, other)] for other in across] for one in down]
    return figure(title, heat_map(title, (_short(keys[1]), across), (_short(keys[0]), down), grid, write))


def _along(
    name: str, found: Sequence[CombinationCost], title: str, values: Sequence[float | None], write: Form
) -> Element:
    chart = line_chart(title, [each.values[0] for each in found], [ChartLine(title, values)], write)
    return figure(title, chart, note=f"By {_short(name)}.")


def _ranges(title: str, found: Sequence[CombinationCost], write: Form) -> Element:
    rows = [
        Dot(each.name, each.cost.mean, each.cost.low or each.cost.mean, each.cost.high or each.cost.mean)
        for each in found
        if each.cost.mean is not None
    ]
    return figure(title, dots(title, rows, write), note="Means; whiskers hold 90% of the simulations.")


def _front(titles: tuple[str, str], found: Sequence[CombinationCost], write: Form) -> Element:
    title = "Efficient frontier: cost and participation"
    points = [
        Point(each.name, each.cost.mean, each.participation, each.best)
        for each in found
        if each.cost.mean is not None and each.participation is not None
    ]
    about_it = f"Squares, joined: {NOT_BEATEN}."
    return figure(title, scatter(title, titles, points, (write, share)), note=about_it)


# --- tables ---


def _table_section(keys: Sequence[str], found: Sequence[CombinationCost], rate: float, first: Scenario) -> PageSection:
    write = alike(COST, [s.mean for each in found for s in (each.cost, each.now)])
    moved = signed(alike(COST, [each.moved.mean for each in found]))
    rows = [[*map(key, each.values), *_cells(each, write, moved)] for each in found]
    last = first.labels[-1]
    heading = [*map(_short, keys), "Total cost", RANGE, f"Present value at {share(rate)}"]
    heading += ["Difference from the first", RANGE]
    heading += [f"Participation, {last}", f"Share of payroll, {last}", "On the frontier"]
    text = f"Net employer cost, {first.span}. Differences: from the first combination."
    return PageSection("table", "All combinations", [listing("", heading, rows), note(text)])


def _cells(each: CombinationCost, write: Form, moved: Form) -> list[str]:
    return [
        *cells(each.cost, write),
        written(each.now.mean, write),
        *cells(each.moved, moved),
        share(each.participation),
        share(each.burden),
        "yes" if each.best else "",
    ]


def _keys_section(keys: Sequence[str], combinations: pl.DataFrame) -> PageSection:
    rows: list[list[Child]] = []
    for name in keys:
        values = dict.fromkeys(map(swept, combinations[name]))
        rows.append([key(name), prose(about(name)), ", ".join(values)])
    return PageSection("keys", "What was varied", [listing("", ["Key", "What it is", "Values"], rows, text=True)])

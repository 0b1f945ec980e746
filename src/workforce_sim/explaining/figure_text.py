"""An explanation of a figure for people: text for a terminal, tables for a notebook and a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import polars as pl

from workforce_sim.display.card import Card, CardTable
from workforce_sim.explaining.measured import EMPLOYEES, MEASURES, NET_COST, RATIOS, Ratio, sum_words, words
from workforce_sim.explaining.worked.person import Worked
from workforce_sim.explaining.worked.steps import Passage
from workforce_sim.wording import capital, dollars, percent
from workforce_sim.wording.measures import label

if TYPE_CHECKING:
    from workforce_sim.explaining.figure import Explanation

WIDTH, AMOUNT = 120, 17
TITLES = {
    "hired": "existing employees and future hires",
    "age_band": "age",
    "tenure_band": "service",
    "pay_band": "salary",
}
ALL = "all"


def readable(found: Explanation) -> str:
    """Return an explanation as text."""
    blocks = ["\n".join([heading(found), *wrap(f"{found.rule}.", WIDTH), *_division(found)])]
    blocks += ["\n".join(table.lines()) for table in tables(found)]
    blocks += ["\n".join(passage_lines(each)) for each in found.formula]
    who = found.worked or found.example
    if who is not None:
        blocks.append("\n".join(worked_lines(who)))
    return "\n\n".join(blocks)


def figure_card(found: Explanation) -> Card:
    """Return an explanation as a notebook shows it."""
    who = found.worked or found.example
    steps = [passage_table(each) for each in (*found.formula, *(who.passages if who else ()))]
    notes = (f"{found.rule}.", *_division(found), *([f"Worked out: {who.name}."] if who else []))
    return Card(heading(found), (*tables(found), *steps), notes)


def heading(found: Explanation) -> str:
    """Return the figure in a line."""
    return f"{label(found.measure)}, {found.label}: {value_words(found.measure, found.value)}"


def value_words(measure: str, value: float | None) -> str:
    """Return a value to the last cent, employee or hundredth of a percent."""
    declared = MEASURES.get(measure)
    unit = "" if declared is None else declared.unit
    if value is None:
        return "none in this run"
    if "cents" in unit or measure.endswith("_cents"):
        return dollars(int(value))
    return percent(value, 2) if unit == "fraction" else f"{value:,.0f}"


def _division(found: Explanation) -> list[str]:
    """Return the sums behind a figure that is no plain sum, and what they come to."""
    ratio = RATIOS.get(found.measure)
    if found.value is None:
        return []
    if found.measure == NET_COST:
        listed = " + ".join(dollars(cents) for cents in found.totals.values() if cents) or dollars(0)
        used = sum(found.totals.values()) - int(found.value)
        return wrap(f"{listed} - {dollars(used)} of forfeitures used = {dollars(int(found.value))}", WIDTH)
    if ratio is None or ratio.part == NET_COST:
        return []
    part, whole = (sum_words(name, found.totals[name]) for name in ratio[:2])
    less = f" - {ratio.less}" if ratio.less else ""
    return [f"{part} / {whole}{less} = {value_words(found.measure, found.value)}"]


# --- tables ---


def tables(found: Explanation) -> list[CardTable]:
    """Return the parts of a figure, a table for each way of grouping."""
    return [_parts(found, by, rows) for by, rows in found.parts.items()]


def _parts(found: Explanation, by: str, rows: pl.DataFrame) -> CardTable:
    names = [name for name in found.totals if found.totals[name] or found.measure != NET_COST] or [*found.totals]
    head, last = _last_column(found, names)
    whole = {by: ALL, EMPLOYEES: rows[EMPLOYEES].sum(), **found.totals}
    lines = [
        [str(row[by]), f"{row[EMPLOYEES]:,}", *(sum_words(name, row[name]) for name in names), *last(row)]
        for row in (*rows.iter_rows(named=True), whole)
    ]
    heads = ["", "Employees", *(capital(words(name)) for name in names), *head]
    return CardTable(heads, lines, f"By {TITLES.get(by, by.replace('_', ' '))}")


def _last_column(found: Explanation, names: list[str]) -> tuple[list[str], Callable[[Mapping[str, Any]], list[str]]]:
    """Return what the last column has: the measure of each group, its share of a sum, or nothing."""
    ratio, total = RATIOS.get(found.measure), found.totals[names[0]]
    if ratio is not None and ratio.part in names:
        return [label(found.measure)], lambda row: [_of_group(found.measure, ratio, row)]
    if len(names) == 1 and total > 0:
        return ["Share"], lambda row: [percent(row[names[0]] / total, 1)]
    return [], lambda _: []


def _of_group(measure: str, ratio: Ratio, sums: Mapping[str, Any]) -> str:
    """Return a rate of a group; a dash where it divides by nothing."""
    value = ratio.of(sums)
    return "-" if value is None else value_words(measure, value)


def passage_table(part: Passage) -> CardTable:
    """Return a part of a calculation as a table."""
    return CardTable(("", "", ""), [list(step) for step in part.steps], part.title, left=2)


def passage_lines(part: Passage) -> Iterator[str]:
    """Yield a part of a calculation as text: what, how below what is too long, and the amount at the right."""
    yield part.title
    room = max((len(step.what) for step in part.steps if len(step.what) <= 60), default=0)
    for step in part.steps:
        head = f"  {step.what:<{room}}  "
        first, *others = wrap(step.how, max(WIDTH - len(head) - AMOUNT - 1, 30)) or [""]
        yield f"{f'{head}{first}':<{WIDTH - AMOUNT}}{step.amount:>{AMOUNT}}".rstrip()
        yield from (" " * len(head) + line for line in others)


def worked_lines(who: Worked) -> Iterator[str]:
    """Yield one employee's calculation as text."""
    yield from wrap(f"Worked out: {who.name}", WIDTH)
    for part in who.passages:
        yield ""
        yield from passage_lines(part)

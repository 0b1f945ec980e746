"""What a sweep without a plan tells on its page: payroll of all years and headcount at the end, by combination."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from workforce_sim.ensembles.totals import PAYROLL
from workforce_sim.reporting.pages.cost import beyond
from workforce_sim.reporting.pages.horizon import RangedFigure, spread
from workforce_sim.reporting.pages.parts import KeyFigure, PageSection, key, listing, note
from workforce_sim.reporting.pages.ranges import RANGE, cells
from workforce_sim.reporting.pages.scenario import Scenario
from workforce_sim.reporting.pages.values import alike, count, form, signed
from workforce_sim.wording.measures import label

HEADCOUNT = "headcount_closing"


class CombinationPayroll(NamedTuple):
    """One combination: its values in words, its payroll, how that differs from the first, and its headcount."""

    values: Sequence[str]
    payroll: RangedFigure
    moved: RangedFigure
    headcount: RangedFigure


def has_participants(replicates: pl.DataFrame) -> bool:
    """Return whether anybody is eligible in any combination; without a plan nobody is."""
    return bool(replicates["eligible"].sum())


def workforces(values: Sequence[Sequence[str]], parts: Sequence[Scenario]) -> list[CombinationPayroll]:
    """Return the combinations, from the values of each and its simulations."""
    return [
        CombinationPayroll(row, spread(part.total(PAYROLL)), beyond(parts[0], part, PAYROLL), part.last(HEADCOUNT))
        for row, part in zip(values, parts, strict=True)
    ]


def payroll_answer(found: Sequence[CombinationPayroll], keys: Sequence[str], first: Scenario) -> str:
    """Return the lowest and the highest payroll in a sentence."""
    low, high = (pick(found, key=_mean) for pick in (min, max))
    ends = " to ".join(f"{form(PAYROLL)(_mean(each))} ({_named(each, keys)})" for each in (low, high))
    return f"From {first.span}, total payroll goes from {ends}. No combination has eligible employees."


def payroll_cards(found: Sequence[CombinationPayroll], keys: Sequence[str]) -> list[KeyFigure]:
    """Return the lowest and the highest payroll as key figures."""
    picked = {"Lowest": min(found, key=_mean), "Highest": max(found, key=_mean)}
    return [
        KeyFigure(f"{how} total payroll", form(PAYROLL)(_mean(each)), _named(each, keys))
        for how, each in picked.items()
    ]


def payroll_table(found: Sequence[CombinationPayroll], keys: Sequence[str], first: Scenario) -> PageSection:
    """Return all combinations: payroll with its range, the difference from the first, headcount with its range."""
    write = alike(PAYROLL, [each.payroll.mean for each in found])
    moved = signed(alike(PAYROLL, [each.moved.mean for each in found]))
    heading = [*keys, "Total payroll", RANGE, "Difference from the first", RANGE]
    heading += [f"{label(HEADCOUNT)}, {first.labels[-1]}", RANGE]
    rows = [
        [
            *map(key, each.values),
            *cells(each.payroll, write),
            *cells(each.moved, moved),
            *cells(each.headcount, count),
        ]
        for each in found
    ]
    about = f"Payroll, {first.span}. Differences: from the first combination."
    return PageSection("table", "All combinations", [listing("", heading, rows), note(about)])


def _mean(each: CombinationPayroll) -> float:
    return each.payroll.mean or 0.0


def _named(each: CombinationPayroll, keys: Sequence[str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in zip(keys, each.values, strict=True))

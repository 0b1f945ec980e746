"""What a sweep without a plan tells on its page: payroll of all years and headcount at the end, by combination."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from workforce_sim.reports.cost import PAYROLL
from workforce_sim.reports.horizon import Spread, spread, totals, yearly
from workforce_sim.reports.parts import Card, Section, key, listing, note
from workforce_sim.reports.scenario import Scenario, period
from workforce_sim.reports.values import NONE, Form, alike, count, form, signed, span
from workforce_sim.wording.measures import label

HEADCOUNT = "headcount_closing"


class Workforce(NamedTuple):
    """One combination: its values in words, its payroll, how that differs from the first, and its headcount."""

    values: Sequence[str]
    payroll: Spread
    moved: Spread
    headcount: Spread


def has_participants(replicates: pl.DataFrame) -> bool:
    """Return whether anybody is eligible in any combination; without a plan nobody is."""
    return bool(replicates["eligible"].sum())


def workforces(values: Sequence[Sequence[str]], parts: Sequence[pl.DataFrame]) -> list[Workforce]:
    """Return the combinations, from the values of each and its simulations."""
    base = totals(yearly(parts[0], PAYROLL))
    found = []
    for row, part in zip(values, parts, strict=True):
        pay, heads = totals(yearly(part, PAYROLL)), yearly(part, HEADCOUNT)[:, -1]
        found.append(Workforce(row, spread(pay), spread(pay - base), spread(heads)))
    return found


def payroll_answer(found: Sequence[Workforce], keys: Sequence[str], first: Scenario) -> str:
    """Return the lowest and the highest payroll in a sentence."""
    low, high = (pick(found, key=_mean) for pick in (min, max))
    ends = " to ".join(f"{form(PAYROLL)(_mean(each))} ({_named(each, keys)})" for each in (low, high))
    return f"From {period(first.years)}, total payroll goes from {ends}. No combination has a plan."


def payroll_cards(found: Sequence[Workforce], keys: Sequence[str]) -> list[Card]:
    """Return the lowest and the highest payroll as key figures."""
    picked = {"Lowest": min(found, key=_mean), "Highest": max(found, key=_mean)}
    return [
        Card(f"{how} total payroll", form(PAYROLL)(_mean(each)), _named(each, keys)) for how, each in picked.items()
    ]


def payroll_table(found: Sequence[Workforce], keys: Sequence[str], first: Scenario) -> Section:
    """Return all combinations: payroll with its range, the difference from the first, headcount with its range."""
    write = alike(PAYROLL, [each.payroll.mean for each in found])
    moved = signed(alike(PAYROLL, [each.moved.mean for each in found]))
    ranged = "90% of simulations"
    heading = [*keys, "Total payroll", ranged, "Difference from the first", ranged]
    heading += [f"{label(HEADCOUNT)}, {first.years[-1]}", ranged]
    columns = (("payroll", write), ("moved", moved), ("headcount", count))
    rows = [
        [
            *map(key, each.values),
            *(cell for name, form_of in columns for cell in _cells(getattr(each, name), form_of)),
        ]
        for each in found
    ]
    about = f"Payroll, {period(first.years)}. Differences: from the first combination."
    return Section("table", "All combinations", [listing("", heading, rows), note(about)])


def _cells(found: Spread, write: Form) -> tuple[str, str]:
    return (NONE if found.mean is None else write(found.mean), span(found.low, found.high, write))


def _mean(each: Workforce) -> float:
    return each.payroll.mean or 0.0


def _named(each: Workforce, keys: Sequence[str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in zip(keys, each.values, strict=True))

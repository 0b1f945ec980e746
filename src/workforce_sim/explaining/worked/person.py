"""One employee's part of a measure, step by step, down to the figure of the snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from workforce_sim.explaining.measured import MEASURES, NET_COST, words
from workforce_sim.explaining.rebuilt import Rebuilt
from workforce_sim.explaining.worked.account import forfeited
from workforce_sim.explaining.worked.additions import Contributions
from workforce_sim.explaining.worked.deferrals import rate_spans
from workforce_sim.explaining.worked.formula import paying
from workforce_sim.explaining.worked.one import One
from workforce_sim.explaining.worked.pay import earned
from workforce_sim.explaining.worked.steps import Passage, Step, passage, span
from workforce_sim.tables import EMPLOYER_MONEY
from workforce_sim.tables.declared import Counts
from workforce_sim.wording import bp_percent, counted, dollars
from workforce_sim.wording.measures import label

WORKED = ("payroll_cents", "deferral_cents", *EMPLOYER_MONEY, "forfeitures_cents", NET_COST)
"""Measures whose amounts are worked out for one employee."""
RATES = ("participation_rate", "participation_rate_all", "average_deferral_rate", "participants", "eligible")


@dataclass(frozen=True, repr=False)
class Worked:
    """One employee's part of a measure.

    Attributes:
        name: whom it is about.
        passages: the calculation.
        cents: what the calculation comes to; None for measures that are no amounts.
        kept: the figure that the run has for the employee; the same as ``cents``, or the calculation says why not.
    """

    name: str
    passages: tuple[Passage, ...]
    cents: int | None = None
    kept: int | None = None

    def __repr__(self) -> str:
        return f"<Worked: {counted(len(self.passages), 'passage')} about one employee>"


def worked(measure: str, whole: Rebuilt, place: int, counts: Mapping[str, int]) -> Worked:
    """Return one employee's part of a measure.

    Args:
        measure: its name.
        whole: the staff of the year; everybody where something is shared out among all.
        place: whose row.
        counts: what the employee counts in the sums of the measure.
    """
    person = whole.records.people.row(place, named=True)
    name = f"employee {person['employee_id']}"
    if measure in WORKED:
        passages, cents = _amount(measure, One(whole, place), person)
        kept = kept_of(measure, person)
        differs = [] if cents == kept else [_not_reached(cents, kept)]
        return Worked(name, (*passages, *differs), cents, kept)
    passages = [_counted(person, counts, whole)]
    if measure in RATES and whole.year.config.plan.enabled:
        passages = [_rates(One(whole, place)), *passages]
    return Worked(name, tuple(passages))


def kept_of(measure: str, person: Mapping[str, Any]) -> int:
    """Return the figure that a snapshot has of a measure that is worked out, cents."""
    columns = {
        "payroll_cents": ("earnings_cents",),
        "deferral_cents": ("pre_tax_cents", "roth_cents"),
        "forfeitures_cents": ("forfeited_cents",),
        NET_COST: (*EMPLOYER_MONEY, "restored_cents"),
    }
    return sum(person.get(name) or 0 for name in columns.get(measure, (measure,)))


def _not_reached(cents: int, kept: int) -> Passage:
    why = "the tables of the run do not say enough; the snapshot is right"
    return passage("The snapshot", [Step("figure of the snapshot", f"{why} (steps: {dollars(cents)})", dollars(kept))])


def _amount(measure: str, one: One, person: Mapping[str, Any]) -> tuple[list[Passage], int]:
    if measure == "payroll_cents":
        steps, cents = earned(one)
        return [passage("Pay earned", steps)], cents
    if measure == "forfeitures_cents":
        steps, cents = forfeited(person)
        return [passage("Forfeited at termination", steps)], cents
    found = Contributions(one)
    if measure == "deferral_cents":
        passages, cents = _deferrals(found)
    elif measure == NET_COST:
        passages, cents = _cost(found, person)
    else:
        passages, cents = _source(measure.removesuffix("_cents"), found)
    return [passage("Pay earned", earned(one)[0]), *passages], cents


def _deferrals(found: Contributions) -> tuple[list[Passage], int]:
    cents = found.final["pre_tax_cents"] + found.final["roth_cents"]
    steps = [*found.deferral_steps]
    after = [Step("deferrals of the year", "after section 415", dollars(cents)), *found.split()]
    return [passage("Deferrals", steps), passage("Section 415", found.section_415()), passage("Result", after)], cents


def _source(source: str, found: Contributions) -> tuple[list[Passage], int]:
    """Return the calculation of one source of employer contributions."""
    passages, name = [], label(f"{source}_cents")
    if source in ("match", "discretionary_match"):
        passages.append(passage("Deferrals", found.deferral_steps))
    passages.append(passage(name, getattr(found, source)[0]))
    if source == "nonelective" and found.reallocated[0]:
        passages.append(passage("Reallocated forfeitures", found.reallocated[0]))
    cents = found.final[f"{source}_cents"]
    passages.append(passage("Section 415", found.section_415()))
    return [*passages, passage("Result", [Step(name.lower(), "after section 415", dollars(cents))])], cents


def _cost(found: Contributions, person: Mapping[str, Any]) -> tuple[list[Passage], int]:
    there = paying(found.one.config.plan, found.one.year.number)
    given = {name: cents for name, cents in found.final.items() if name in EMPLOYER_MONEY}
    sources = [name for name, cents in given.items() if cents or name.removesuffix("_cents") in there]
    passages: list[Passage] = []
    for name in sources:
        steps = getattr(found, name.removesuffix("_cents"))[0]
        more = found.reallocated[0] if name == "nonelective_cents" else []
        passages.append(passage(f"{label(name)}, before section 415", [*steps, *more]))
    steps = [Step(label(name).lower(), "after section 415", dollars(found.final[name])) for name in sources]
    restored = person.get("restored_cents") or 0
    steps += [Step("restored on return", "forfeited at an earlier termination", dollars(restored))] if restored else []
    cents = restored + sum(found.final[name] for name in sources)
    steps.append(Step("employer cost", "before forfeitures used, which come from one account for all", dollars(cents)))
    deferrals = passage("Deferrals", found.deferral_steps)
    return [deferrals, *passages, passage("Section 415", found.section_415()), passage("Result", steps)], cents


def _rates(one: One) -> Passage:
    """Return eligibility and the deferral rates of the year."""
    steps = [one.employed, one.eligible]
    if one.defers:
        steps += [
            Step(span(days.first, days.last), f"deferral rate {bp_percent(days.rate)}") for days in rate_spans(one)
        ]
    else:
        steps.append(Step("deferral rate", "0% all year"))
    return passage("Eligibility and deferral rate", steps)


def _counted(person: Mapping[str, Any], counts: Mapping[str, int], whole: Rebuilt) -> Passage:
    """Return what the employee counts in the sums of a measure."""
    events = whole.records.events.filter(pl.col("employee_id") == person["employee_id"])
    steps = [Step("status", str(person["status"]).replace("_", " "))]
    for name, value in counts.items():
        declared = MEASURES[name]
        of = declared.counts
        rows = [] if of is None else _dates(events, of)
        how = f"ledger: {', '.join(rows)}" if rows else ""
        steps.append(
            Step(f"counts in {words(name)}", how, dollars(value) if "cents" in declared.unit else f"{value:,}")
        )
    return passage("What the employee counts", steps)


def _dates(events: pl.DataFrame, of: Counts) -> list[str]:
    rows = events.select(pl.col("event_type", "cause").cast(pl.String), "effective_date").iter_rows()
    return [str(date) for event, cause, date in rows if of.covers(event, cause)]

"""The reference model, chapter 11: the line of summary of a year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from workforce_sim import tables
from workforce_sim.money import PPM, half_up
from workforce_sim.reference.records import PersonYear
from workforce_sim.tables import SOURCES

Measures = Mapping[str, int | float | None]


def workforce_measures(people: Sequence[PersonYear]) -> Measures:
    """Return the measures from ``headcount_opening`` to ``eligible``."""
    status = Counter(person.status for person in people)
    closing = [person.employee.salary_cents for person in people if person.cause is None]
    return {
        "headcount_opening": status["continuing"] + status["terminated"],
        "hires": status["new_hire"] + status["new_hire_terminated"],
        "terminations_opening_staff": status["terminated"],
        "terminations_new_hires": status["new_hire_terminated"],
        "headcount_closing": len(closing),
        "payroll_cents": sum(person.earnings_cents for person in people),
        "salary_roll_cents": sum(closing),
        "average_salary_cents": half_up(sum(closing), len(closing)) if closing else None,
        "average_salary_growth_continuing": _growth_of_continuing(people),
        "eligible": _eligible(people),
    }


def provision_measures(people: Sequence[PersonYear], provisions: frozenset[str]) -> Measures:
    """Return the measures, beside counts of events, of what a run may lack."""
    staying = [person for person in people if person.cause is None]
    found: dict[str, int | float | None] = {}
    if "pay_ranges" in provisions:
        found |= _range_measures(people, staying)
    if "retirement" in provisions:
        eligible = sum(person.retirement_eligible for person in staying)
        found |= {"retirement_eligible": eligible, "retirement_eligible_share": _ratio(eligible, len(staying))}
    return found


def _range_measures(people: Sequence[PersonYear], staying: Sequence[PersonYear]) -> Measures:
    ratios = [person.compa_ratio_ppm for person in staying if person.compa_ratio_ppm is not None]
    places = [person.range_penetration_ppm for person in staying if person.range_penetration_ppm is not None]
    return {
        "lump_sums_cents": sum(person.lump_sum_cents for person in people),
        "below_range": sum(place < 0 for place in places),
        "above_range": sum(place > PPM for place in places),
        "average_compa_ratio": float(sum(ratios)) / float(PPM * len(ratios)) if ratios else None,
    }


def counts_of_events(people: Sequence[PersonYear], provisions: frozenset[str]) -> Measures:
    """Return the measures that count events of a type, or those of one cause, as ``tables`` declares them."""
    events = Counter((event.kind, event.cause) for person in people for event in person.events)
    declared = (column for column in tables.SUMMARY if isinstance(column, tables.Measure))
    return {
        measure.name: sum(n for event, n in events.items() if measure.counts.covers(*event))
        for measure in declared
        if measure.counts is not None and measure.applies(provisions)
    }


def totals(snapshots: Sequence[Mapping[str, Any]], provisions: frozenset[str]) -> Measures:
    """Return the amounts of everybody: of each measure with the name of a column, the total of that column."""
    amounts = {column.name for column in tables.SNAPSHOTS if column.unit == "cents"}
    named = (column.name for column in tables.SUMMARY if column.name in amounts and column.applies(provisions))
    return {name: sum(row[name] for row in snapshots) for name in named}


def _growth_of_continuing(people: Sequence[PersonYear]) -> float | None:
    staying = [person for person in people if person.cause is None and person.opening_salary_cents is not None]
    before = sum(person.opening_salary_cents or 0 for person in staying)
    after = sum(person.employee.salary_cents for person in staying)
    return float(after) / float(before) - 1.0 if before else None


def _eligible(people: Sequence[PersonYear]) -> int:
    return sum(person.cause is None and person.eligibility_date is not None for person in people)


def participation_measures(people: Sequence[PersonYear]) -> Measures:
    """Return the measures from ``participants`` to ``average_deferral_rate``."""
    closing = [person for person in people if person.cause is None]
    rates = [person.employee.deferral_bp for person in closing if person.employee.deferral_bp > 0]
    return {
        "participants": len(rates),
        "participation_rate": _ratio(len(rates), _eligible(people)),
        "participation_rate_all": _ratio(len(rates), len(closing)),
        "average_deferral_rate": _ratio(sum(rates), 10**4 * len(rates)),
    }


def part_time_measures(people: Sequence[PersonYear]) -> Measures:
    """Return the measure of service by hours."""
    return {"long_term_part_time": sum(person.cause is None and person.is_long_term_part_time for person in people)}


def money_measures(people: Sequence[PersonYear], used: int, *, lowers_cost: bool) -> Measures:
    """Return the measures from ``deferral_cents`` on that are no totals of one column.

    Args:
        people: everybody employed in the year.
        used: forfeitures used in the year, in cents.
        lowers_cost: whether they pay for employer contributions; expenses of the plan are no part of it.
    """
    paid = sum(getattr(person.money, source) for person in people for source in SOURCES)
    given_back = sum(person.money.restored for person in people)
    cost = paid + given_back - (used if lowers_cost else 0)
    return {
        "deferral_cents": sum(person.money.pre_tax + person.money.roth for person in people),
        "forfeitures_cents": sum(person.money.forfeited for person in people),
        "forfeitures_used_cents": used,
        "net_employer_cost_cents": cost,
        "employer_cost_share_of_payroll": _ratio(cost, sum(person.earnings_cents for person in people)),
    }


def is_in_tables(source: str, provisions: frozenset[str]) -> bool:
    """Return whether a source of employer contributions has columns: every run has the match and the nonelective."""
    return source in ("match", "nonelective") or source in provisions


def on_leave(people: Sequence[PersonYear]) -> Measures:
    """Return who is on leave at the closing, in runs with leave."""
    return {"on_leave": sum(person.on_leave for person in people)}


def _ratio(part: int, whole: int) -> float | None:
    """Return one division of whole numbers in doubles; None without any."""
    return part / whole if whole else None

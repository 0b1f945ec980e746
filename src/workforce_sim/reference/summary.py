"""The reference model, chapter 11: the line of summary of a year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from workforce_sim.money import half_up
from workforce_sim.reference.records import PersonYear

Measure = int | float | None


def workforce_measures(people: Sequence[PersonYear]) -> tuple[Measure, ...]:
    """Return the measures from ``headcount_opening`` to ``eligible``, in the order of the table."""
    status = Counter(person.status for person in people)
    kinds = Counter(event.kind for person in people for event in person.events)
    closing = [person.employee.salary_cents for person in people if person.cause is None]
    return (
        status["continuing"] + status["terminated"],
        status["new_hire"] + status["new_hire_terminated"],
        status["terminated"],
        status["new_hire_terminated"],
        sum(person.cause == "reduction" for person in people),
        len(closing),
        kinds["promotion"],
        kinds["cola"],
        kinds["merit"],
        sum(person.earnings_cents for person in people),
        half_up(sum(closing), len(closing)) if closing else None,
        _growth_of_continuing(people),
        _eligible(people),
    )


def _growth_of_continuing(people: Sequence[PersonYear]) -> float | None:
    staying = [person for person in people if person.cause is None and person.opening_salary_cents is not None]
    before = sum(person.opening_salary_cents or 0 for person in staying)
    after = sum(person.employee.salary_cents for person in staying)
    return float(after) / float(before) - 1.0 if before else None


def _eligible(people: Sequence[PersonYear]) -> int:
    return sum(person.cause is None and person.eligibility_date is not None for person in people)


def participation_measures(people: Sequence[PersonYear]) -> tuple[Measure, ...]:
    """Return the measures from ``participants`` to ``average_deferral_rate``, in the order of the table."""
    kinds = Counter(event.kind for person in people for event in person.events)
    closing = [person for person in people if person.cause is None]
    rates = [person.employee.deferral_bp for person in closing if person.employee.deferral_bp > 0]
    return (
        len(rates),
        _ratio(len(rates), _eligible(people)),
        _ratio(len(rates), len(closing)),
        kinds["enrollment"],
        kinds["opt_out"],
        kinds["escalation"],
        _ratio(sum(rates), 10**4 * len(rates)),
    )


def money_measures(people: Sequence[PersonYear], used: int, *, lowers_cost: bool) -> tuple[Measure, ...]:
    """Return the measures from ``deferral_cents`` on, in the order of the table.

    Args:
        people: everybody employed in the year.
        used: forfeitures used in the year, in cents.
        lowers_cost: whether they pay for employer money; expenses of the plan are no part of it.
    """
    match = sum(person.money.match for person in people)
    nonelective = sum(person.money.nonelective for person in people)
    cost = match + nonelective - (used if lowers_cost else 0)
    return (
        sum(person.money.pre_tax + person.money.roth for person in people),
        match,
        nonelective,
        sum(person.money.forfeited for person in people),
        used,
        cost,
        _ratio(cost, sum(person.earnings_cents for person in people)),
    )


def _ratio(part: int, whole: int) -> float | None:
    """Return one division of whole numbers in doubles; None without any."""
    return part / whole if whole else None

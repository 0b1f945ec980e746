"""The reference model, classes of employees: union and nonresident status, who is excluded by class, whose rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from workforce_sim import draws
from workforce_sim.config import Config, Level
from workforce_sim.config.eligibility import ClassRule, Eligibility, ExcludedClass, Service, Some
from workforce_sim.draws import Stream
from workforce_sim.money import PPM, half_up
from workforce_sim.reference.records import DRAWN_ONCE, Employee

NOT_EXCLUDED = "none"


class Rule(NamedTuple):
    """The rule of an employee, whole."""

    waiting_period_days: int
    waiting_period_years: int | None
    waiting_period_months: int | None
    service: Service
    minimum_age: int
    entry: str


# --- Statuses and classes, once ---

Known = Callable[[Employee], bool | None]


def union_chance(census: Sequence[Employee], seed: int) -> Known:
    """Return whether a hire is a union employee, by the hire's department in the census; None where it says nothing."""
    said = [employee for employee in census if employee.said_union is not None]
    scalar = draws.decision(seed, DRAWN_ONCE, Stream.UNION)

    def drawn(hire: Employee) -> bool | None:
        among = [employee for employee in said if employee.department == hire.department] or said
        if not among:
            return None
        share = half_up(PPM * sum(bool(employee.said_union) for employee in among), len(among))
        return draws.uniform(hire.person, scalar) < share / PPM

    return drawn


def find_classes(staff: Sequence[Employee], config: Config, levels: Sequence[Level], drawn: Known | None) -> None:
    """Give the staff their statuses and excluded classes, by the level of now.

    Args:
        staff: the census, or a year's hires.
        config: in force at the opening or in the year of hire.
        levels: by position.
        drawn: whether hires are union employees; None for the census.
    """
    if "classes" not in config.provisions:
        return
    for employee in staff:
        employee.class_level = levels[employee.level].name
        said = employee.said_union if drawn is None or employee.joins_on is not None else drawn(employee)
        employee.union = _by_entries(employee, config.eligibility, "union") if said is None else said
        said = employee.said_nonresident
        by_entries = _by_entries(employee, config.eligibility, "nonresident_alien")
        employee.nonresident = by_entries if said is None else said
        if not employee.participates:
            employee.excluded_class = _excluded_class(employee, config.eligibility)


def _among(employee: Employee, entry: Some) -> bool:
    """Return whether somebody is in the departments and levels of an entry, whichever it has."""
    in_department = entry.department is None or employee.department in entry.department
    return in_department and (entry.level is None or employee.class_level in entry.level)


def _by_entries(employee: Employee, rule: Eligibility, reason: str) -> bool:
    """Return whether an entry that names departments or levels makes somebody a union employee or nonresident alien."""
    entries: list[Some] = [entry for entry in rule.excluded_classes if entry.reason == reason]
    if reason == "union":
        entries += [entry for entry in rule.classes if entry.union]
    named = (entry for entry in entries if entry.department is not None or entry.level is not None)
    return any(_among(employee, entry) for entry in named)


def _excluded_class(employee: Employee, rule: Eligibility) -> str:
    return next((entry.reason for entry in rule.excluded_classes if _excludes(entry, employee)), NOT_EXCLUDED)


def _excludes(entry: ExcludedClass, employee: Employee) -> bool:
    status = {"union": employee.union, "nonresident_alien": employee.nonresident, "other": True}[entry.reason]
    return status and _among(employee, entry)


# --- Rules by class ---


def rule_of(employee: Employee, rule: Eligibility) -> Rule:
    """Return the rule that holds for somebody: of the first class that applies, or that of the plan."""
    meets = (one for one in rule.classes if _among(employee, one) and one.union in (None, employee.union))
    found = next(meets, None)
    return _of_plan(rule) if found is None else _of_class(found, rule)


def _of_plan(rule: Eligibility) -> Rule:
    wait = rule.waiting_period_days, rule.waiting_period_years, rule.waiting_period_months
    return Rule(*wait, rule.service, rule.minimum_age, rule.entry)


def _of_class(one: ClassRule, plan: Eligibility) -> Rule:
    """Return the rule of a class: age and entry from the plan where left out, the wait only if all of it is."""
    found = _of_plan(plan)
    wait = one.waiting_period_days, one.waiting_period_years, one.waiting_period_months
    if (*wait, one.service) != (None, None, None, None):
        found = Rule(wait[0] or 0, *wait[1:], one.service or Service(), found.minimum_age, found.entry)
    if one.minimum_age is not None:
        found = found._replace(minimum_age=one.minimum_age)
    return found if one.entry is None else found._replace(entry=one.entry)

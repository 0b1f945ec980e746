"""Classes of employees: union status, who is excluded and why, and whose rule of entry is whose.

Chapter: ``docs/model/eligibility.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workforce_sim.config.eligibility import ClassRule, Eligibility, ExcludedClass, Some
from workforce_sim.dates import NEVER, Days, Flags, Ints
from workforce_sim.plan.entry import entry_dates, part_time_entry
from workforce_sim.tables import EXCLUSIONS

NO, YES, NOT_SAID = 0, 1, 2
"""What is said of a status."""

Said = NDArray[np.uint8]


@dataclass(frozen=True)
class Applicants:
    """Some employees, as far as entry depends on them.

    Attributes:
        hire, birth: dates.
        full_time: hours as a share of full-time, millionths.
        level, department: positions in the lists of names; the position after the last stands for none.
        levels, departments: the names.
        union, nonresident: what is said of each status.
    """

    hire: Days
    birth: Days
    full_time: Ints
    level: NDArray[np.integer[Any]]
    department: NDArray[np.integer[Any]]
    levels: Sequence[str]
    departments: Sequence[str]
    union: Said
    nonresident: Said

    def within(self, some: Some) -> Flags:
        """Return who is in the departments and levels that a class names; everybody where it names none."""
        found = np.ones(len(self.hire), dtype=np.bool_)
        for names, known, place in (
            (some.department, self.departments, self.department),
            (some.level, self.levels, self.level),
        ):
            if names is not None:
                found &= np.isin(place, [at for at, name in enumerate(known) if name in names])
        return found


@dataclass(frozen=True)
class Classes:
    """The classes of some employees.

    Attributes:
        union, nonresident: their status.
        excluded: the reason of the class that excludes each, a position in ``tables.EXCLUSIONS``.
        rule: the rule of each, a position in ``Eligibility.rules``.
    """

    union: Flags
    nonresident: Flags
    excluded: NDArray[np.uint8]
    rule: NDArray[np.uint8]


def classes_of(people: Applicants, section: Eligibility) -> Classes:
    """Return the classes of some employees; of everybody none where the configuration has none."""
    union = _status(people, people.union, _of_union(section))
    nonresident = _status(people, people.nonresident, _of_reason(section, "nonresident_alien"))
    of_reason = {"union": union, "nonresident_alien": nonresident, "other": np.ones(len(union), dtype=np.bool_)}
    excluded = _first(
        [people.within(one) & of_reason[one.reason] for one in section.excluded_classes],
        [EXCLUSIONS.index(one.reason) for one in section.excluded_classes],
        EXCLUSIONS.index("none"),
        len(union),
    )
    rules = [people.within(one) & ((union == one.union) | (one.union is None)) for one in section.classes]
    return Classes(union, nonresident, excluded, _first(rules, range(len(rules)), len(rules), len(union)))


def rule_of(section: Eligibility, department: str | None, level: str, *, union: bool) -> int:
    """Return the position in ``Eligibility.rules`` of the rule of one employee of a known status."""
    nothing, one = np.zeros(1, dtype=np.int32), np.zeros(1, dtype=np.int64)
    departments = [] if department is None else [department]
    said = np.array([union], dtype=np.uint8)
    person = Applicants(nothing, nothing, one, one, one, [level], departments, said, np.zeros_like(said))
    return int(classes_of(person, section).rule[0])


def _of_union(section: Eligibility) -> list[ExcludedClass | ClassRule]:
    """Return the classes that make those in them union employees where nothing is said."""
    return [*_of_reason(section, "union"), *(one for one in section.classes if one.union and one.named)]


def _of_reason(section: Eligibility, reason: str) -> list[ExcludedClass]:
    return [one for one in section.excluded_classes if one.reason == reason and one.named]


def _status(people: Applicants, said: Said, otherwise: Iterable[Some]) -> Flags:
    """Return a status: as it is said, else whether somebody is in one of some classes."""
    found = said == YES
    for one in otherwise:
        found |= (said == NOT_SAID) & people.within(one)
    return found


def _first(which: Sequence[Any], values: Iterable[int], otherwise: int, size: int) -> NDArray[np.uint8]:
    """Return for each the value of the first flags that are set."""
    found = np.full(size, otherwise, dtype=np.uint8)
    for flags, value in reversed([*zip(which, values, strict=True)]):
        found[flags] = value
    return found


@dataclass(frozen=True)
class Entry:
    """When some employees may join the plan, and their way in.

    Attributes:
        date: when; never for those who never meet the rule. Who is excluded has a date all the same.
        part_time: who enters as a long-term part-time employee.
    """

    date: Days
    part_time: Flags


def entry_of(people: Applicants, classes: Classes, section: Eligibility) -> Entry:
    """Return when some employees may join the plan by the rules of their classes, and in which way."""
    date, part_time = np.full(len(people.hire), NEVER, dtype=np.int32), np.zeros(len(people.hire), dtype=np.bool_)
    eased = section.long_term_part_time.enabled & ~classes.union & ~classes.nonresident
    for number, rule in enumerate(section.rules):
        rows = np.flatnonzero(classes.rule == number)
        theirs = people.hire[rows], people.birth[rows], rule, people.full_time[rows]
        date[rows] = entry_dates(*theirs)
        if rule.by_hours:
            late = part_time_entry(*theirs)
            part_time[rows] = eased[rows] & (late < NEVER)
            date[rows] = np.where(part_time[rows], late, date[rows])
    return Entry(date, part_time)

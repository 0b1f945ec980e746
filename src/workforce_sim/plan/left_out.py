"""Who is no part of the tests of a plan year: union employees, nonresident aliens, long-term part-time employees.

Chapter: ``docs/model/testing.md``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from workforce_sim.config import Config
from workforce_sim.dates import Flags
from workforce_sim.plan.findings import PlanTest
from workforce_sim.plan.people import People
from workforce_sim.tables import EXCLUSIONS
from workforce_sim.wording import counted


@dataclass(frozen=True)
class Parts:
    """The people of a plan year, apart for its tests.

    Attributes:
        tested: who is tested together.
        union: union employees, a plan of their own.
        note: how many are left out, and why; nothing where nobody is.
    """

    tested: Flags
    union: Flags
    note: str

    def noted(self, tests: Iterable[PlanTest]) -> list[PlanTest]:
        """Return findings about those tested, which say who is left out."""
        return [replace(test, note="; ".join(filter(None, (test.note, self.note)))) for test in tests]


def parts_of(config: Config, people: People) -> Parts:
    """Return the people of a plan year, apart for its tests."""
    nonresident = people.excluded == EXCLUSIONS.index("nonresident_alien")
    part_time = people.part_time & (not config.eligibility.long_term_part_time.tested)
    reasons = (
        ("union employee", "410(b)(3)(A)", people.union),
        ("nonresident alien", "410(b)(3)(C)", nonresident & ~people.union),
        ("long-term part-time employee", "401(k)(15)(B)", part_time & ~people.union & ~nonresident),
    )
    numbers = ((name, section, int(np.count_nonzero(which))) for name, section, which in reasons)
    told = [f"{counted(number, name)} left out (IRC {section})" for name, section, number in numbers if number]
    return Parts(~(people.union | nonresident | part_time), people.union, "; ".join(told))

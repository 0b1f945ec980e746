"""Tests of a plan year without figures of few people: what is told of them is the outcome and how many they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workforce_sim.plan.findings import Nondiscrimination, PlanTest

OF_ONE = frozenset(
    {"highest_excess", "highest_hce_rate_percent", "highest_nhce_rate_percent", "targeted_qnec", "minimum_percent"}
)
"""Figures that are, or may be, those of one employee: a minimum below 3% is the highest rate of a key employee."""

_PEOPLE = {
    "hce_percent": "hces",
    "average_benefit_percent": "hces",
    "ratio_percent": "hces",
    "lowest_ratio_percent": "hces",
    "lowest_available_percent": "hces",
    "cross_tested_ratio_percent": "hces",
    "nhce_percent": "nhces",
    "highest_passing_percent": "nhces",
    "qnec_percent": "nhces",
    "qnec": "nhces",
    "shift_percent": "hces",
    "recharacterized": "refunded_to",
    "refunds": "refunded_to",
    "missing": "lacking",
    "key_percent": "key_employees",
    "key_balances": "key_employees",
    "affected_forfeitures": "initiated",
}
"""The count of the people behind each figure."""
_EXCESS = ("employees", "refunded_to")


def without_few(found: Nondiscrimination, least: int) -> Nondiscrimination:
    """Return tests without figures of fewer than ``least`` people, and of one; outcomes and counts stay."""
    return replace(found, tests=tuple(_without(test, least) for test in found.tests))


def _without(test: PlanTest, least: int) -> PlanTest:
    hidden = [name for name, value in test.figures.items() if value and _is_personal(name, test, least)]
    if not hidden:
        return test
    kept = {name: value for name, value in test.figures.items() if name not in hidden}
    told = f"figures of fewer than {least} employees, or of one, are left out ({len(hidden)})"
    return replace(test, figures=kept, note="; ".join(filter(None, (test.note, told))))


def _is_personal(name: str, test: PlanTest, least: int) -> bool:
    counts = _EXCESS if name == "excess" else (_PEOPLE.get(name, ""),)
    return name in OF_ONE or any(0 < (test.figures.get(count) or 0) < least for count in counts)


def has_few(counts: Sequence[float], least: int | None) -> bool:
    """Return whether some people, but fewer than ``least``, are in a cell; never where nothing is hidden (None)."""
    return least is not None and any(0 < count < least for count in counts)

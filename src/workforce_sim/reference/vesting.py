"""The reference model, vesting: schedules by name, and the share of somebody on a day by all rules that count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from workforce_sim.config.vesting import Vesting
from workforce_sim.reference.chance import completed_years
from workforce_sim.reference.match import bp
from workforce_sim.reference.records import PersonYear
from workforce_sim.reference.service import years_by_hours
from workforce_sim.reference.year import Year

FULLY_VESTED_BP = 10**4
ENOUGH_TO_CHOOSE = 3
"""Completed years with which somebody keeps a schedule that is amended, section 411(a)(10)(B)."""

SCHEDULES = {
    "immediate": (10_000,),
    "cliff_1": (0, 10_000),
    "cliff_2": (0, 0, 10_000),
    "qaca_2": (0, 0, 10_000),
    "cliff_3": (0, 0, 0, 10_000),
    "graded_3": (0, 3_333, 6_667, 10_000),
    "graded_4": (0, 2_500, 5_000, 7_500, 10_000),
    "graded_5": (0, 2_000, 4_000, 6_000, 8_000, 10_000),
    "graded_6": (0, 0, 2_000, 4_000, 6_000, 8_000, 10_000),
}
"""Vested shares at 0, 1, 2, ... completed years, bp."""


class VestingRules(NamedTuple):
    """The rules of a year, and those before each amendment that may protect somebody."""

    now: Vesting
    before: Sequence[tuple[dt.date, Vesting]]
    """1 January of each year after the start year, with the rules of the year before it."""


def vesting_rules(year: Year) -> VestingRules:
    """Return the rules that matter for vesting in a year."""
    config = year.run.config
    turns = range(config.simulation.start_year + 1, year.year + 1)
    return VestingRules(
        year.config.plan.vesting, [(dt.date(turn, 1, 1), config.at(turn - 1).plan.vesting) for turn in turns]
    )


def schedule_of(configured: str | Sequence[float]) -> Sequence[int]:
    """Return a schedule in bp: one by name, or shares of one's own."""
    return SCHEDULES[configured] if isinstance(configured, str) else [bp(share) for share in configured]


def share_at(schedule: Sequence[int], years: int) -> int:
    """Return the share at completed years; the last holds on."""
    return schedule[min(years, len(schedule) - 1)]


def vested_share(person: PersonYear, source: str, rules: VestingRules) -> int:
    """Return the vested share of a source in bp, on 31 December or at termination: an amendment takes nothing away."""
    hired, day = person.employee.hire_date, person.last_day
    shares = [_share_on(person, source, rules.now, day)]
    for turn, before in rules.before:
        if hired < turn:
            chooses = completed_years(person.employee.plan_service_date, turn) >= ENOUGH_TO_CHOOSE
            shares.append(_share_on(person, source, before, day if chooses else turn))
    return max(shares)


def _share_on(person: PersonYear, source: str, rule: Vesting, on: dt.date) -> int:
    """Return the share by the rules of one year, on a day."""
    of_age = completed_years(person.employee.birth_date, on) >= rule.normal_retirement_age
    if of_age or person.cause in ("death", "disability"):
        return FULLY_VESTED_BP
    return share_at(schedule_of(getattr(rule, source)), years_of_vesting(person, rule, on))


def years_of_vesting(person: PersonYear, rule: Vesting, on: dt.date) -> int:
    """Return somebody's years of vesting service on a day; by hours, those before a return are kept as they were."""
    employee = person.employee
    if rule.service.method == "elapsed":
        return completed_years(employee.plan_service_date, on)
    eligible = employee.eligibility_date is not None and employee.eligibility_date <= on
    part_time = employee.long_term_part_time and eligible
    counted = years_by_hours(employee.hire_date, employee.full_time_ppm, rule.service, on, part_time=part_time)
    return employee.kept_vesting_years + counted

"""The reference model, planned changes: the hires of a planned year, known, for the path, and seasonal."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from workforce_sim.config.actions import KnownHire, Position, Season
from workforce_sim.draws import Stream, category
from workforce_sim.money import PPM, cents, half_up, ppm
from workforce_sim.reference.chance import (
    DAY,
    cumulated_days,
    cumulative,
    date_between,
    day_of_year,
    millionths,
    whole_between,
)
from workforce_sim.reference.hires import birth_date, give_levels, make_part_time, pay_at, stranger
from workforce_sim.reference.planned import Group
from workforce_sim.reference.records import Employee, PersonYear, person_year
from workforce_sim.reference.year import Year, count_levels, group_of

OPEN = "open"
"""Of a position that is open at the opening: filled some days after it."""

FilledOn = dt.date | str | None
"""The day on which a hire fills a position, ``OPEN``, or None where the hire date is drawn."""


class Slot(NamedTuple):
    """One hire to be."""

    group: str | None
    position: Position | None
    """What is known; None for hires of whom nothing is."""
    day: FilledOn


def known_hires(year: Year) -> dict[str | None, list[KnownHire]]:
    """Return the known hires of the year by group, each as often as it is to come."""
    found: dict[str | None, list[KnownHire]] = {name: [] for name in (*year.run.config.groups, None)}
    for known in year.config.hiring.known:
        if year.first <= known.date <= year.last:
            found[group_of(known.department, year.run.config)] += [known] * known.count
    return found


def hire_planned(groups: Sequence[Group], known: dict[str | None, list[KnownHire]], year: Year) -> list[PersonYear]:
    """Hire for every group; return the seasonal employees of the year, who are in none of its numbers."""
    slots = [slot for group in groups for slot in _slots(group, known[group.name])] + list(_seasonal(groups, year))
    hires = [(stranger(number, year), slot) for number, slot in enumerate(slots, start=1)]
    for group in groups:
        _give_group_levels([one for one in hires if one[1].group == group.name and not _is_seasonal(one[1])], group)
    for employee, slot in hires:
        _complete(employee, slot, year)
    people = [(person_year(employee, year.first, year.last), slot) for employee, slot in hires]
    for group in groups:
        group.hires = [person for person, slot in people if slot.group == group.name and not _is_seasonal(slot)]
    return [person for person, slot in people if _is_seasonal(slot)]


def _is_seasonal(slot: Slot) -> bool:
    return isinstance(slot.position, Season)


# --- Who is to come ---


def _slots(group: Group, known: Sequence[KnownHire]) -> Iterator[Slot]:
    """Yield the known hires of a group, then the others: fewer than planned where positions stay open."""
    yield from (Slot(group.name, one, one.date) for one in known[: group.known])
    yield from (Slot(group.name, None, day) for day in _fillings(group))


def _fillings(group: Group) -> list[FilledOn]:
    """Return when the hires come of whom nothing is known."""
    year, others = group.year, max(0, group.planned - group.known)
    if year.config.hiring.time_to_fill is None:
        return [None] * others
    opened = max(0, half_up(year.run.paths[group.name], PPM) - len(group.staff)) if group.staff else 0
    at_opening = min(opened, others)
    left = _left_positions(group)[: others - at_opening]
    drawn = others - at_opening - len(left)
    return [OPEN] * at_opening + [day for day in left if day < year.last] + [None] * drawn


def _left_positions(group: Group) -> list[dt.date]:
    """Return the days on which positions are filled again, of those who terminate as any year has them, in order."""
    year = group.year
    return [day for day, _ in sorted((_filled_after(person, year), person.employee.key) for person in group.terminated)]


def _filled_after(person: PersonYear, year: Year) -> dt.date:
    return person.last_day + _delay(person.employee, year)


def _delay(employee: Employee, year: Year) -> dt.timedelta:
    wait = year.config.hiring.time_to_fill
    assert wait is not None
    return whole_between(year.u(employee, Stream.BACKFILL_DELAY), wait.shortest_days, wait.longest_days) * DAY


def _seasonal(groups: Sequence[Group], year: Year) -> Iterator[Slot]:
    staff = sum(len(group.staff) for group in groups)
    if not staff or not year.run.headcount:
        return
    for season in year.config.hiring.seasonal:
        number = half_up(staff * ppm(season.share or 0.0), PPM) if season.count is None else season.count
        hired = day_of_year(year.year, season.hired)
        if hired >= year.first:
            yield from [Slot(None, season, hired)] * number


# --- At what level ---


def _give_group_levels(hires: Sequence[tuple[Employee, Slot]], group: Group) -> None:
    """Give the levels that are known, and the others by quotas in the order of the draws."""
    year, places = group.year, _places(group.year)
    named = [(employee, slot.position.level) for employee, slot in hires if slot.position and slot.position.level]
    for employee, level in named:
        employee.level = places[level]
    others = [employee for employee, slot in hires if not (slot.position and slot.position.level)]
    known = Counter(employee.level for employee, _ in named)
    give_levels(others, _level_weights(group, [known[place] for place in range(len(places))]), year)


def _places(year: Year) -> dict[str, int]:
    return {level.name: place for place, level in enumerate(year.run.levels)}


def _level_weights(group: Group, known: Sequence[int]) -> Sequence[int]:
    if group.vacancies is not None:
        vacant = [max(0, outside - taken) for outside, taken in zip(group.vacancies.outside, known, strict=True)]
        return vacant if any(vacant) else group.census_levels
    mix, levels = group.year.config.hiring.level_mix, group.year.run.levels
    if isinstance(mix, dict):
        return [ppm(mix.get(level.name, 0.0)) for level in levels]
    if mix == "adaptive" and group.staff:
        return count_levels([person.employee for person in group.staff], len(levels))
    return group.census_levels


# --- Everything else ---


def _complete(employee: Employee, slot: Slot, year: Year) -> None:
    """Give a hire what is known, and all else by draws."""
    position = slot.position
    if isinstance(position, Season):
        employee.level = _places(year)[position.level] if position.level else 0
        employee.hired_as = "seasonal"
    elif position is not None:
        employee.hired_as = "known"
    employee.hire_date = _hire_date(employee, slot.day, year)
    if isinstance(position, Season):
        employee.season_end = _season_end(position, employee.hire_date)
    employee.birth_date = birth_date(employee, cumulative(year.config.hiring.age_ppm), year)
    employee.department = _department(employee, slot, year)
    _give_pay(employee, position, year)


def _hire_date(employee: Employee, day: FilledOn, year: Year) -> dt.date:
    if isinstance(day, dt.date):
        return day
    if day == OPEN:
        return year.first - DAY + _delay(employee, year)
    profile = cumulated_days(year.config.hiring.month_weights, year.year)
    return date_between(year.u(employee, Stream.HIRE_DATE), year.first, year.last - DAY, profile)


def _season_end(season: Season, hired: dt.date) -> dt.date:
    """Return the last day: in the year of hire where it is after the hire date, else in the next."""
    end = day_of_year(hired.year, season.ends)
    return end if end > hired else day_of_year(hired.year + 1, season.ends)


def _department(employee: Employee, slot: Slot, year: Year) -> str | None:
    if slot.position is not None and slot.position.department is not None:
        return slot.position.department
    if slot.group is not None:
        return slot.group
    run = year.run
    names, shares = run.rest_departments, run.rest_department_ppm
    if _is_seasonal(slot):
        names, shares = run.departments, run.department_ppm
    return names[category(millionths(year.u(employee, Stream.HIRE_DEPARTMENT)), shares)] if names else None


def _give_pay(employee: Employee, position: Position | None, year: Year) -> None:
    employee.salary_cents = pay_at(millionths(year.u(employee, Stream.HIRE_PAY)), year.pay_knots[employee.level])
    hiring = year.config.hiring
    if position is None:
        if year.u(employee, Stream.HIRE_PART_TIME) < hiring.part_time_share.ppm(year.year) / PPM:
            make_part_time(employee, hiring.part_time_hours)
    else:
        make_part_time(employee, position.hours)
        if position.salary is not None:
            employee.salary_cents = cents(position.salary)

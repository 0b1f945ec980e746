"""The reference model, planned changes: groups, their numbers, layoffs, and what is known of who leaves and joins.

The hires of a planned year are in ``planned_hires``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from workforce_sim import draws
from workforce_sim.config import Config
from workforce_sim.config.actions import Department, Layoff
from workforce_sim.draws import Stream
from workforce_sim.money import PPM, half_up, ppm
from workforce_sim.reference.growth import Growth, exact_growth, hires_by_draw, hires_within_ratio, somebody_stays
from workforce_sim.reference.promotions import Vacancies, decide_promotions, goes_by_rates, vacancies_of
from workforce_sim.reference.raises import decide_cost_of_living, decide_lifts, decide_merit, walk_groups
from workforce_sim.reference.records import PersonYear
from workforce_sim.reference.terminations import (
    leaves_for_certain,
    terminate_hires,
    terminate_opening_staff,
    termination_weights,
)
from workforce_sim.reference.uncertainty import growth_of, multiplied
from workforce_sim.reference.year import Year, group_of


@dataclass
class Group:
    """One group in one year."""

    name: str | None
    """A listed department; None for the rest."""
    year: Year
    """The year with the rates of the group."""
    opening: list[PersonYear]
    """Existing employees, seasonal ones too."""
    hires: list[PersonYear] = field(default_factory=list)
    """The year's hires, without seasonal ones and those who join by an acquisition."""
    terminated: list[PersonYear] = field(default_factory=list)
    """Who terminates, other than by a layoff or the end of a season."""
    risks: list[int] = field(default_factory=list)
    """The weights of terminations, of ``pool``."""
    path: int = 0
    """P': the path of the year in millionths, without those who join in it."""
    planned: int = 0
    """Hp: the hires that the path asks for."""
    known: int = 0
    """h: the known hires."""
    growth: Growth = field(default_factory=lambda: Growth(0, 0, 0, 0))
    vacancies: Vacancies | None = None

    @property
    def target(self) -> int:
        """The headcount that the path asks for at the closing."""
        return half_up(self.path, PPM)

    @property
    def staff(self) -> list[PersonYear]:
        """The N: existing employees who are not seasonal."""
        return [person for person in self.opening if person.employee.season_end is None]

    @property
    def pool(self) -> list[PersonYear]:
        """The M: those of them who are not laid off; before anybody terminates."""
        return [person for person in self.staff if person.cause is None]

    @property
    def census_levels(self) -> Sequence[int]:
        """The census of the group by level, of the whole where the group has nobody in it."""
        counts = self.year.run.group_levels[self.name]
        return counts if any(counts) else self.year.run.level_counts


# --- Groups ---


def groups_of(opening: Sequence[PersonYear], year: Year) -> list[Group]:
    """Return the groups in their order, the rest last."""
    return [
        Group(name, _year_of(name, year), [person for person in opening if _group(person, year) == name])
        for name in (*year.run.config.groups, None)
    ]


def _group(person: PersonYear, year: Year) -> str | None:
    return group_of(person.employee.department, year.run.config)


def _year_of(name: str | None, year: Year) -> Year:
    """Return the year as a group sees it: with its rates in place of those of the whole."""
    own = year.config.departments.get(name) if name is not None else None
    if own is None:
        return year
    seen = copy(year)
    seen.config = _with_rates(year.config, own)
    return seen


def _with_rates(config: Config, own: Department) -> Config:
    def changed(section: Any, **values: Any) -> Any:
        return section.model_copy(update={key: value for key, value in values.items() if value is not None})

    sections = {
        "simulation": changed(config.simulation, target_growth_rate=own.growth),
        "workforce": changed(config.workforce, total_termination_rate=own.termination_rate),
        "compensation": changed(config.compensation, cola_rate=own.cola_rate, merit_pool=own.merit_pool),
    }
    if goes_by_rates(config):
        sections["promotion"] = changed(config.promotion, base_rate=own.promotion_rate)
    return config.model_copy(update=sections)


# --- Who is laid off, and whose season ends ---


def end_seasons(people: Sequence[PersonYear], year: Year) -> None:
    """Let seasonal employees leave on the end of their season, where that is in the year."""
    for person in people:
        end = person.employee.season_end
        if end is not None and end <= year.last:
            person.last_day, person.cause = end, "season_end"


def lay_off(opening: Sequence[PersonYear], year: Year) -> None:
    """Carry out the layoffs of the year in the order of their dates."""
    for layoff in sorted(year.config.actions.layoffs, key=lambda one: one.date):  # stable
        if year.first <= layoff.date <= year.last:
            pool = sorted((person for person in opening if _may_go(person, layoff, year)), key=_order(layoff, year))
            for person in pool[: _number(layoff, len(pool))]:
                person.last_day, person.cause = layoff.date, "reduction"


def _may_go(person: PersonYear, layoff: Layoff, year: Year) -> bool:
    employee = person.employee
    free = employee.season_end is None and employee.leaves_on is None and person.cause is None
    there = layoff.department in (None, employee.department)
    return free and there and layoff.level in (None, year.run.levels[employee.level].name)


def _order(layoff: Layoff, year: Year) -> Callable[[PersonYear], tuple[int, float, int]]:
    first: dict[str, Callable[[PersonYear], int]] = {
        "random": lambda person: 0,
        "shortest_service": lambda person: -person.employee.hire_date.toordinal(),
        "longest_service": lambda person: person.employee.hire_date.toordinal(),
        "lowest_paid": lambda person: person.employee.salary_cents,
        "highest_paid": lambda person: -person.employee.salary_cents,
    }
    of = first[layoff.select]
    return lambda person: (of(person), year.u(person.employee, Stream.LAYOFF), person.employee.key)


def _number(layoff: Layoff, pool: int) -> int:
    return half_up(pool * ppm(layoff.share or 0.0), PPM) if layoff.count is None else min(layoff.count, pool)


# --- Numbers ---


def decide_numbers(groups: Sequence[Group], known: dict[str | None, int], year: Year) -> None:
    """Say how many leave each group and come to it."""
    for group in groups:
        group.known = known[group.name] if year.run.headcount else 0
        group.risks = termination_weights(group.pool, group.year)
        group.path = _path(group)
        (_exact if year.exact else _stochastic)(group)
    hires_within_ratio(sum(group.planned for group in groups), sum(len(group.staff) for group in groups), year)


def _path(group: Group) -> int:
    """Return P', the path of the year in millionths before anybody joins."""
    year, laid_off = group.year, len(group.staff) - len(group.pool)
    growth = growth_of(year.config, year.year, year.run.replicate)
    grown = half_up(year.run.paths[group.name] * (PPM + growth), PPM) if group.staff else 0
    return max(0, grown - PPM * laid_off)


def _hires_nobody(group: Group) -> bool:
    """Return whether nobody is hired for the path: in a freeze, without staff to replace, from an empty census."""
    year = group.year
    frozen = any(one.year == year.year and one.department in (None, group.name) for one in year.config.actions.freezes)
    return frozen or not group.pool or not year.run.headcount


def _certain(group: Group) -> list[bool]:
    return [leaves_for_certain(*one, group.year) for one in zip(group.pool, group.risks, strict=True)]


def _exact(group: Group) -> None:
    year, opening = group.year, len(group.pool)
    ordinary = max(half_up(opening * year.leaving_ppm, PPM), sum(_certain(group)))
    target, leaving = group.target, year.hazard.share_ppm
    if not opening:
        target = 0
    elif _hires_nobody(group):
        target = min(target, opening - ordinary)
    somebody_stays(PPM * (target - opening + ordinary), year)
    path = exact_growth(opening, target, ordinary, leaving)
    hires = max(path.hires, group.known)
    by_path = path.hires > 0 and path.hires >= group.known
    leaving_ppm = path.hires_leaving_ppm if by_path else PPM * half_up(hires * leaving, PPM)
    group.planned, group.growth = path.hires, Growth(path.terminations_ppm, ordinary, hires, leaving_ppm)


def _stochastic(group: Group) -> None:
    year, opening = group.year, len(group.pool)
    missing_ppm = PPM * (group.target - opening) + _expected_ppm(group)
    if not _hires_nobody(group):
        somebody_stays(missing_ppm, year)
        group.planned = hires_by_draw(missing_ppm, year.hazard.share_ppm, _hiring_draw(group))
    hires = max(group.planned, group.known)
    terminations_ppm = opening * multiplied(year.leaving_ppm, year.exit_factor_ppm)
    leaving_ppm = hires * multiplied(year.hazard.share_ppm, year.exit_factor_ppm)
    group.growth = Growth(terminations_ppm, opening, hires, leaving_ppm)


def _expected_ppm(group: Group) -> int:
    """Return E, the terminations expected of the pool, in millionths."""
    certain, year = _certain(group), group.year
    if not year.rates_as_given:
        return max(len(certain) * year.leaving_ppm, PPM * sum(certain))
    return sum(PPM if sure else min(year.as_given(w), PPM) for sure, w in zip(certain, group.risks, strict=True))


def _hiring_draw(group: Group) -> float:
    year, key = group.year, 0 if group.name is None else draws.fnv1a(group.name)
    return draws.shared_draw(year.config.random_seed, year.run.replicate, year.year, Stream.HIRES, key)


def terminate_groups(groups: Sequence[Group]) -> None:
    """Choose who terminates in each group, and say what is vacant then."""
    for group in groups:
        pool = group.pool
        terminate_opening_staff(pool, group.risks, group.growth, group.year)
        group.terminated = [person for person in pool if person.cause is not None]
        group.vacancies = _vacancies(group)


def _vacancies(group: Group) -> Vacancies | None:
    if goes_by_rates(group.year.config):
        return None
    if not group.staff or not group.year.run.headcount:
        return Vacancies(*[[0] * len(group.year.run.levels)] * 2)
    return vacancies_of(group.staff, group.target, group.census_levels, group.year)


def keep_paths(groups: Sequence[Group], joiners: Sequence[PersonYear], year: Year) -> None:
    """Carry the path of each group to the next year, raised by those who join."""
    for group in groups:
        joined = sum(_group(person, year) == group.name for person in joiners)
        carried = group.path if group.staff else PPM * len(group.hires)
        year.run.paths[group.name] = carried + PPM * joined


# --- Raises ---


def decide_raises(groups: Sequence[Group], others: Sequence[PersonYear], year: Year) -> None:
    """Promote, and raise salaries, each group by its own rates.

    Args:
        groups: with their existing employees and hires.
        others: the year's seasonal hires, and those who join by an acquisition.
        year: of the whole.
    """
    together = []
    for group in groups:
        people = [*group.opening, *group.hires, *(person for person in others if _group(person, year) == group.name)]
        lasting = [person for person in people if person.employee.season_end is None]
        decide_promotions(lasting, group.vacancies, group.year)
        decide_cost_of_living(people, group.year)
        decide_lifts(people, group.year)
        decide_merit(people, group.year)
        together.append((people, group.year))
    walk_groups(together)


# --- Terminations of hires ---


def terminate_group_hires(groups: Sequence[Group]) -> None:
    """Choose the terminations among the hires of each group, known ones among them."""
    for group in groups:
        terminate_hires(group.hires, _as_they_came(group), group.year)


def _as_they_came(group: Group) -> Growth:
    """Return the numbers with fewer hires where positions stay open: no more of them leave than come."""
    came, year, growth = len(group.hires), group.year, group.growth
    leaving_ppm = min(growth.hires_leaving_ppm, PPM * came)
    if not year.exact:
        leaving_ppm = came * multiplied(year.hazard.share_ppm, year.exit_factor_ppm)
    return Growth(growth.terminations_ppm, growth.ordinary, came, leaving_ppm)

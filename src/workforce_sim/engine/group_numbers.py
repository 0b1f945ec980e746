"""How many of a group terminate and are hired in a planned year, and where its path leads.

Chapter: ``docs/model/actions.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workforce_sim.config.actions import KnownHire
from workforce_sim.dates import Flags, Ints
from workforce_sim.draws import Stream, fnv1a, shared_draw
from workforce_sim.engine import headcount
from workforce_sim.engine.columns import Rows
from workforce_sim.engine.context import Year
from workforce_sim.engine.groups import census_counts, sections
from workforce_sim.engine.growth import HeadcountPlan, check_ratio, exact_plan, planned_hires
from workforce_sim.engine.joining import joining_by_group
from workforce_sim.money import PPM, half_up


@dataclass(frozen=True)
class GroupPlan:
    """What is assumed and known of a group in a year, in all replicates.

    Attributes:
        key: of the draw that rounds hires.
        growths: by replicate, ppm.
        termination_rate: ppm.
        frozen: whether nobody is hired besides known hires.
        known: known hires.
        joining: how many join by an acquisition.
        counts: employees of the census by level; of the whole census where it has none in the group.
        census: employees of the census.
    """

    key: int
    growths: list[int]
    termination_rate: int
    frozen: bool
    known: tuple[KnownHire, ...]
    joining: int
    counts: list[int]
    census: int

    @property
    def known_hires(self) -> int:
        """How many known hires there are."""
        return sum(one.count for one in self.known)


def plans(year: Year) -> list[GroupPlan]:
    """Return what is assumed and known of each group."""
    config, names = year.config, year.config.groups
    rate, joining, frozen = config.workforce.total_termination_rate, joining_by_group(year), _frozen(year)
    empty = not year.world.employer.headcount  # from an empty census nobody is hired
    known = [one for one in config.hiring.known if year.has(one.date) and not empty]
    found = []
    for at, (section, counts) in enumerate(zip(sections(year), census_counts(year), strict=True)):
        name = names[at] if at < len(names) else None
        own = None if section is None else section.termination_rate
        found.append(
            GroupPlan(
                0 if name is None else fnv1a(name),
                year.growths(year.number, section),
                year.leaving(own or rate),
                empty or None in frozen or (name is not None and name in frozen),
                tuple(one for one in known if (one.department if one.department in names else None) == name),
                joining[at],
                counts if any(counts) else year.world.employer.level_counts,
                sum(counts),
            )
        )
    return found


def _frozen(year: Year) -> set[str | None]:
    return {freeze.department for freeze in year.config.actions.freezes if freeze.year == year.number}


@dataclass(frozen=True)
class GroupOpening:
    """A group of one replicate at the opening of a year.

    Attributes:
        there: rows of its employees who are not seasonal.
        rows: those of them who are not laid off.
        weight: termination weights of ``rows``; 0 of those whose last day is known.
        known: who of ``rows`` has a known last day in the year.
        path: in millionths, as the staff have it from the closing before.
    """

    there: Rows
    rows: Rows
    weight: Ints
    known: Flags
    path: int

    @property
    def laid_off(self) -> int:
        """How many are laid off."""
        return len(self.there) - len(self.rows)


@dataclass(frozen=True)
class Numbers:
    """The numbers of a group of one replicate in a year.

    Attributes:
        target: closing headcount aimed at, without those who join.
        exits: terminations besides layoffs; None if they are drawn independently.
        reductions: how many of them are reductions.
        planned: hires that the path asks for.
        hires: hires of the year.
        hire_exits: terminations of the hires; None if they are drawn independently.
        path: at the closing, in millionths.
        staff: employees at the opening who are not seasonal.
        vacant: positions of the path that are open at the opening.
    """

    target: int
    exits: int | None
    reductions: int
    planned: int
    hires: int
    hire_exits: int | None
    path: int
    staff: int
    vacant: int


def decide(opening: GroupOpening, plan: GroupPlan, replicate: int, year: Year) -> Numbers:
    """Return the numbers of a group of one replicate."""
    path = max(0, _grown(opening, plan, replicate, year) - PPM * opening.laid_off)
    target = half_up(path, PPM)
    if year.config.workforce.headcount == "exact":
        found, hire_exits = _exact(opening, plan, target, year)
        exits: int | None = found.terminations
        planned, reductions = found.hires, found.reductions
    else:
        planned, exits, reductions, hire_exits = _stochastic(opening, plan, target, replicate, year), None, 0, None
    hires = max(planned, plan.known_hires)
    path = path + PPM * plan.joining if len(opening.there) else PPM * (hires + plan.joining)
    staff = len(opening.there)
    vacant = max(0, half_up(_before(opening, plan, year), PPM) - staff) if staff else 0
    return Numbers(target, exits, reductions, planned, hires, hire_exits, path, staff, vacant)


def _before(opening: GroupOpening, plan: GroupPlan, year: Year) -> int:
    """Return the path at the opening, in millionths."""
    return PPM * plan.census if year.number == year.config.simulation.start_year else opening.path


def _grown(opening: GroupOpening, plan: GroupPlan, replicate: int, year: Year) -> int:
    """Return the path of the year before layoffs, in millionths."""
    if not len(opening.there):
        return 0
    return half_up(_before(opening, plan, year) * (PPM + plan.growths[replicate]), PPM)


def certain(opening: GroupOpening, year: Year) -> Flags:
    """Return who is certain to terminate: on a known day, or by a configured rate of 1."""
    return opening.known | headcount.certain(opening.weight, year)


def _exact(opening: GroupOpening, plan: GroupPlan, target: int, year: Year) -> tuple[HeadcountPlan, int]:
    """Return the plan of a group, and the terminations of its hires."""
    rate, staff = year.hire_exits.rate, len(opening.rows)
    terminations = max(half_up(staff * plan.termination_rate, PPM), int(np.count_nonzero(certain(opening, year))))
    if plan.frozen and target > staff - terminations:
        found = HeadcountPlan(target, terminations, 0, 0, 0)
    else:
        found = exact_plan(staff, target, terminations, rate, year.number)
    if found.hires and found.hires >= plan.known_hires:
        return found, found.hire_terminations
    return found, half_up(plan.known_hires * rate, PPM)


def _stochastic(opening: GroupOpening, plan: GroupPlan, target: int, replicate: int, year: Year) -> int:
    """Return the hires that the path asks for on average."""
    staff = len(opening.rows)
    if plan.frozen or not staff:
        return 0
    seed, drawn_as = year.config.random_seed, year.world.drawn_as[replicate]
    u = shared_draw(seed, drawn_as, year.number, Stream.HIRES, plan.key)
    return planned_hires(staff, target, _expected(opening, plan, year), year.hire_exits.rate, u, year.number)


def _expected(opening: GroupOpening, plan: GroupPlan, year: Year) -> int:
    """Return the expected terminations, ppm, before the year's effect is known."""
    if year.assumptions.rates_as_given:
        return int(np.minimum(np.where(opening.known, PPM, opening.weight), PPM).sum())
    return max(len(opening.rows) * plan.termination_rate, PPM * int(np.count_nonzero(opening.known)))


def check_hires(found: Sequence[tuple[GroupOpening, Numbers]], year: Year) -> None:
    """Raise ``SimulationError`` when more hires are planned than ``workforce.max_hires_ratio`` allows."""
    hires, staff = sum(numbers.planned for _, numbers in found), sum(len(opening.there) for opening, _ in found)
    check_ratio(hires, staff, year.config.workforce.max_hires_ratio, f"all groups together in {year.number}")

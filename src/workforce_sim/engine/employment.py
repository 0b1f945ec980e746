"""Who is employed in a year: how many terminate and are hired, who terminates or is promoted, and the hires.

The one decision of the year that always needs all employees: an exact number terminate, and all hires share the level
quotas and terminations of hires. Chapters: ``docs/model/growth.md``, ``terminations.md``, ``promotions.md``,
``hires.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from workforce_sim.dates import Days, Flags, Ints
from workforce_sim.draws import Keys
from workforce_sim.engine import former, headcount, vacancies
from workforce_sim.engine.columns import Array, Columns
from workforce_sim.engine.context import Year
from workforce_sim.engine.event import Settlement, always, with_arrays
from workforce_sim.engine.events import hire, termination
from workforce_sim.engine.partitions import cut


@dataclass(frozen=True)
class Asked:
    """What the decision needs of a partition's opening staff: columns, slices of the replicates, whether with ids."""

    columns: dict[str, Array]
    bounds: list[slice]
    named: bool

    def of(self, column: str, replicate: int) -> Array:
        """Return a column of one replicate."""
        return self.columns[column][self.bounds[replicate]]


@dataclass(frozen=True)
class Employment:
    """The outcome of the decision for one partition.

    Attributes:
        leaves: who of its opening staff terminates.
        reduced: who of them terminates by reduction.
        promoted: who of its opening staff is promoted, if promotion is by vacancies.
        hires: the hires that it receives.
        last_days: last days of its opening staff that are known, never where they are drawn; None in most runs.
        causes: causes that are known, ``NO_CAUSE`` where they are drawn; None likewise.
        path: the path of headcount at the closing, by replicate and group; None likewise.
    """

    leaves: Flags
    reduced: Flags
    promoted: Flags
    hires: pl.DataFrame
    last_days: Days | None = None
    causes: Array | None = None
    path: Ints | None = None

    def of(self, rows: slice) -> Employment:
        """Return the outcome for some rows of the partition, without hires."""
        of_staff = ("leaves", "reduced", "promoted", "last_days", "causes")
        known = {name: getattr(self, name) for name in of_staff if getattr(self, name) is not None}
        return replace(self, **{name: column[rows] for name, column in known.items()}, hires=self.hires.clear())


def _ask(staff: Columns, year: Year) -> Asked:
    names = ("weight", "chance", "key", *_more(year))
    named = "employee_id" in staff.frame.columns
    columns = {name: staff[name] for name in names}
    return Asked({**columns, "weight": year.leaving_weights(columns["weight"])}, staff.bounds(year.replicates), named)


def _more(year: Year) -> tuple[str, ...]:
    """Return the other columns needed: those that levels of hires and promotions depend on."""
    if year.config.fills_vacancies:
        return ("person", "level", "age", "tenure")
    return ("level",) if year.config.hiring.level_mix == "adaptive" else ()


def _settle(parts: list[Asked], year: Year) -> list[Employment]:
    numbers = range(year.replicates)
    weights = [gathered(parts, "weight", i) for i in numbers]
    planned = headcount.decide(weights, year)
    flags = [[np.zeros(len(part.columns["key"]), dtype=bool) for part in parts] for _ in range(3)]
    leaves, reduced, promoted = flags
    for i in numbers:
        u, keys = gathered(parts, "chance", i), gathered(parts, "key", i)
        gone, by_reduction = termination.leavers(weights[i], u, keys, planned, i, year)
        dealt(gone, parts, i, leaves)
        dealt(by_reduction, parts, i, reduced)
    del weights, u, keys
    _let_go(parts, "weight", "chance")
    mix = _filled(parts, (leaves, promoted), year) if year.config.fills_vacancies else _mix(parts, year)
    _let_go(parts, *parts[0].columns)
    hires = _hires(parts, planned, mix, year)
    shares = [hires[share] for share in cut(len(hires), len(parts))]
    return [Employment(*found) for found in zip(*flags, shares, strict=True)]


def _let_go(parts: list[Asked], *names: str) -> None:
    """Drop columns that are no longer needed, as the staff may be many."""
    for part in parts:
        for name in names:
            del part.columns[name]


def gathered(parts: list[Asked], column: str, replicate: int) -> Array:
    """Return a column of one replicate from all partitions."""
    return joined([part.of(column, replicate) for part in parts])


def joined(found: list[Array]) -> Array:
    """Return arrays as one."""
    return found[0] if len(found) == 1 else np.concatenate(found)


def dealt(chosen: Flags, parts: list[Asked], replicate: int, places: list[Flags]) -> None:
    """Write the flags of one replicate into those of each partition."""
    start = 0
    for part, place in zip(parts, places, strict=True):
        rows = part.bounds[replicate]
        end = start + rows.stop - rows.start
        place[rows] = chosen[start:end]
        start = end


def _filled(parts: list[Asked], flags: tuple[list[Flags], list[Flags]], year: Year) -> list[list[int]]:
    """Mark promotions into vacancies; return by replicate how many outside hires each level needs."""
    leaves, promoted = flags
    numbers = range(year.replicates)
    gone = [joined([part[rows.bounds[i]] for part, rows in zip(leaves, parts, strict=True)]) for i in numbers]
    columns = {name: joined([gathered(parts, name, i) for i in numbers]) for name in ("key", *_more(year))}
    staff = vacancies.Staff(**columns, sizes=[len(one) for one in gone], stays=~joined(gone))
    chosen, mix = vacancies.decide(staff, vacancies.targets(year), year)
    for i, of_replicate in enumerate(np.split(chosen, np.cumsum(staff.sizes)[:-1])):
        dealt(of_replicate, parts, i, promoted)
    return mix


def _mix(parts: list[Asked], year: Year) -> list[list[int]]:
    adapts = year.config.hiring.level_mix == "adaptive"
    return hire.level_mix([gathered(parts, "level", i) for i in range(year.replicates)] if adapts else [], year)


def _hires(parts: list[Asked], planned: headcount.Headcount, mix: list[list[int]], year: Year) -> pl.DataFrame:
    """Return the year's hires with the columns that opening staff have after ``termination``."""
    people = _with_rehires if "rehires" in year.config.provisions else hire.decide
    hires = people(planned.hires, mix, year, named=parts[0].named)
    return with_arrays(hires, termination.of_hires(Columns(hires), planned, year))


def _with_rehires(counts: list[int], mix: list[list[int]], year: Year, *, named: bool) -> pl.DataFrame:
    """Return the year's hires where former employees come back in place of new people."""
    back = former.returning(year.former, counts, year)
    if back is None:
        return former.without_past(hire.decide(counts, mix, year, named=named))
    fewer = [hires - count for hires, count in zip(counts, former.counts(back, year), strict=True)]
    levels = former.less_levels(mix, back) if year.config.fills_vacancies else mix
    new = former.without_past(hire.decide(fewer, levels, year, named=named))
    return hire.together(former.as_hires(back, year).select(new.columns), new, year.replicates)


# --- staff on the disk: one partition after another, one decision, hires in partitions of their own ---


def settled_as_one(
    decision: Settlement, parts: Iterable[Asked], sizes: Sequence[int], year: Year, rows: int, hired: int
) -> tuple[list[Employment], list[Employment]]:
    """Return the outcome for the partitions of one replicate: those of the opening staff, and those of the hires.

    Args:
        decision: ``EMPLOYMENT``, or what takes its place.
        parts: the columns of each partition, one after another.
        sizes: how many opening staff each has.
        year: the plan year.
        rows: hires per partition.
        hired: how many of the partitions have people hired since the start; those of the census follow.
    """
    whole = _as_one(parts, sizes)
    keys = _ends(whole.columns["key"], sizes)
    (found,) = decision.settle([whole], year)
    back, new = former.apart(found.hires, year)
    ends = np.cumsum(sizes).tolist()
    shares = former.by_place(back, keys, hired)
    staff = [found.of(slice(end - size, end)) for end, size in zip(ends, sizes, strict=True)]
    asked = [replace(one, hires=share) for one, share in zip(staff, shares, strict=True)]
    nobody = found.of(slice(0, 0))
    return asked, [replace(nobody, hires=new[at : at + rows]) for at in range(0, new.height, rows)]


def _ends(keys: Keys, sizes: Sequence[int]) -> Keys:
    """Return the last key of each partition; of one without people that of the partition before."""
    parts = np.split(keys, np.cumsum(sizes)[:-1])
    return np.maximum.accumulate(np.array([part.max(initial=0) for part in parts], dtype=np.uint64))


def _as_one(parts: Iterable[Asked], sizes: Sequence[int]) -> Asked:
    """Join partitions; each is copied to its place at once, so that nothing is in memory twice."""
    total, start = sum(sizes), 0
    columns: dict[str, Array] = {}
    named = False
    for part, size in zip(parts, sizes, strict=True):
        columns = columns or {name: np.empty(total, dtype=column.dtype) for name, column in part.columns.items()}
        for name, column in part.columns.items():
            columns[name][start : start + size] = column
        named, start = part.named, start + size
    return Asked(columns, [slice(0, total)], named)


NAME = "employment"
EMPLOYMENT = Settlement(NAME, always, _ask, _settle, used=lambda config: not config.is_planned)

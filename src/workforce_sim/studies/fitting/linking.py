"""From one census to the next: who stayed, who left and why, who is new and from where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workforce_sim.studies.fitting.panel import Panel, Snapshot

DIVISION, MOST_GONE, NEARLY = 10, 0.9, 0.125
NEW = ("hire", "return", "transfer in", "unexplained")
GONE = ("exit", "returned later", "left the scope", "lost division")
_DATES = ["hire_date", "birth_date"]


@dataclass(frozen=True)
class Interval:
    """Two successive censuses and how their employees are linked.

    Attributes:
        before: the first census.
        after: the second, with the ids of the first.
        gone: for each employee of the first, "" or one of ``GONE``, in the order of its staff.
        new: for each employee of the second, "" or one of ``NEW``, in the order of its staff.
        relinked: employees whose id changed in between.
        hired_and_left: employees hired and terminated within the interval.
    """

    before: Snapshot
    after: Snapshot
    gone: pl.Series
    new: pl.Series
    relinked: int
    hired_and_left: int

    @cached_property
    def years(self) -> float:
        """Length in years, rounded if nearly whole, as most exits and raises of a year have fixed days."""
        return whole_years((self.after.date - self.before.date).days / 365.25)

    @cached_property
    def left(self) -> NDArray[np.bool_]:
        """For each employee of the first census, whether they left, other than with a division."""
        return ((self.gone != "") & (self.gone != "lost division")).to_numpy()

    @cached_property
    def exposed(self) -> NDArray[np.bool_]:
        """For each employee of the first census, whether they count in rates: not those of a lost division."""
        return (self.gone != "lost division").to_numpy()

    @cached_property
    def exposure(self) -> NDArray[np.float64]:
        """Exposure in years of each employee of the first census."""
        found = np.where(self.left, (self.years + 1) / 2, self.years)
        return np.where(self.exposed, found, 0.0)

    @cached_property
    def both(self) -> pl.DataFrame:
        """Employees in both censuses: columns of the first, and those of the second with ``_after``."""
        return self.before.staff.join(self.after.staff, on="employee_id", suffix="_after", maintain_order="left")

    @cached_property
    def entrants(self) -> pl.DataFrame:
        """The new employees."""
        return self.after.staff.filter(self.new != "")

    def counts(self) -> dict[str, int]:
        """Return the counts of each kind of exit and entrant, and of broken links."""
        gone, new = (dict(kinds.value_counts().iter_rows()) for kinds in (self.gone, self.new))
        found = {kind: int(gone.get(kind, 0)) for kind in GONE} | {kind: int(new.get(kind, 0)) for kind in NEW}
        return {"stayed": int(gone.get("", 0)), **found, "broken links": self.relinked}


def whole_years(years: float) -> float:
    """Return a length in years, rounded if within an eighth of a year of a whole number."""
    whole = round(years)
    return float(whole) if whole and abs(years - whole) <= NEARLY else years


def intervals(panel: Panel) -> tuple[Interval, ...]:
    """Return the intervals between censuses, with employees linked through all of them."""
    linked, relinked = _relinked(panel.snapshots)
    return tuple(_interval(linked, i, relinked[i]) for i in range(len(linked) - 1))


def _interval(linked: Sequence[Snapshot], i: int, relinked: int) -> Interval:
    before, after = linked[i], linked[i + 1]
    ids = [snapshot.staff["employee_id"] for snapshot in linked]
    earlier = pl.concat(ids[:i]).unique() if i else pl.Series([], dtype=pl.String)
    later = pl.concat(ids[i + 2 :]).unique() if i + 2 < len(ids) else pl.Series([], dtype=pl.String)
    return Interval(
        before, after, _gone(before, after, later), _new(before, after, earlier), relinked, _brief(before, after)
    )


def _gone(before: Snapshot, after: Snapshot, later: pl.Series) -> pl.Series:
    """Return for each employee of a census whether and how they left."""
    id_, others = pl.col("employee_id"), after.others
    outside = others.filter(~(pl.col("termination_date") > before.date).fill_null(value=False))["employee_id"]
    divisions = lost_divisions(before, after)
    lost = pl.col("department").is_in(divisions).fill_null(value=False) if divisions else pl.lit(value=False)
    kind = (
        pl.when(id_.is_in(after.staff["employee_id"].implode()))
        .then(pl.lit(""))
        .when(lost)
        .then(pl.lit("lost division"))
        .when(id_.is_in(later.implode()))
        .then(pl.lit("returned later"))
        .when(id_.is_in(outside.implode()))
        .then(pl.lit("left the scope"))
        .otherwise(pl.lit("exit"))
    )
    return before.staff.select(kind.alias("gone"))["gone"]


def _new(before: Snapshot, after: Snapshot, earlier: pl.Series) -> pl.Series:
    """Return for each employee of a census whether they are new, and from where."""
    id_ = pl.col("employee_id")
    kind = (
        pl.when(id_.is_in(before.staff["employee_id"].implode()))
        .then(pl.lit(""))
        .when(id_.is_in(earlier.implode()))
        .then(pl.lit("return"))
        .when(id_.is_in(before.others["employee_id"].implode()))
        .then(pl.lit("transfer in"))
        .when(pl.col("hire_date") > before.date)
        .then(pl.lit("hire"))
        .otherwise(pl.lit("unexplained"))
    )
    return after.staff.select(kind.alias("new"))["new"]


def _brief(before: Snapshot, after: Snapshot) -> int:
    """Return how many were hired and terminated between two censuses, by termination dates."""
    within = (pl.col("hire_date") > before.date) & (pl.col("termination_date") > before.date)
    return after.others.filter(within & (pl.col("termination_date") <= after.date)).height


def lost_divisions(before: Snapshot, after: Snapshot) -> list[str]:
    """Return the departments that disappeared with nearly all of their employees."""
    there = before.staff.filter(pl.col("department").is_not_null())
    stays = pl.col("employee_id").is_in(after.staff["employee_id"].implode())
    sizes = there.group_by("department").agg(people=pl.len(), stay=stays.sum()).sort("department")
    gone = (pl.col("people") >= DIVISION) & (pl.col("stay") <= (1 - MOST_GONE) * pl.col("people"))
    left = set(after.staff["department"].drop_nulls().unique())
    return [name for name in sizes.filter(gone)["department"] if name not in left]


# --- employees whose id changed ---


def _relinked(snapshots: Sequence[Snapshot]) -> tuple[list[Snapshot], list[int]]:
    """Return the censuses with one id per person, and how many ids changed in each interval."""
    linked, counts, known = [snapshots[0]], [], pl.DataFrame(schema={"employee_id": pl.String, "old": pl.String})
    for snapshot in snapshots[1:]:
        renamed = _renamed(snapshot, known)
        found = _same_person(linked[-1], renamed)
        counts.append(found.height)
        linked.append(_renamed(renamed, found))
        known = pl.concat([known, found])
    return linked, counts


def _renamed(snapshot: Snapshot, links: pl.DataFrame) -> Snapshot:
    if links.is_empty():
        return snapshot
    staff, others = (_with_old_ids(frame, links) for frame in (snapshot.staff, snapshot.others))
    return replace(snapshot, staff=staff.sort("employee_id"), others=others)


def _with_old_ids(frame: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    joined = frame.join(links.unique("employee_id", maintain_order=True), on="employee_id", how="left")
    return joined.with_columns(pl.coalesce("old", "employee_id").alias("employee_id")).drop("old")


def _same_person(before: Snapshot, after: Snapshot) -> pl.DataFrame:
    """Return the new and the old id of employees who are the same by hire and birth dates."""
    here = [frame.filter(pl.col("birth_date").is_not_null()) for frame in (before.staff, after.staff)]
    gone = here[0].join(after.staff, on="employee_id", how="anti").select("employee_id", *_DATES)
    new = here[1].join(before.staff, on="employee_id", how="anti").select("employee_id", *_DATES)
    once = [frame.filter(~pl.struct(_DATES).is_duplicated()) for frame in (gone, new)]
    both = once[1].join(once[0].rename({"employee_id": "old"}), on=_DATES)
    return both.select("employee_id", "old").sort("employee_id")

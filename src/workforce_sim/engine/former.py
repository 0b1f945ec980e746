"""Former employees who will come back: kept from year to year, hires of the year of their return.

Chapter: ``docs/model/returns.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import polars as pl

from workforce_sim.config.plan_values import sources_of
from workforce_sim.dates import NEVER, Days, Flags, Ints, whole_years, years_and_days
from workforce_sim.draws import FIRST_CENSUS_KEY, Keys
from workforce_sim.engine.columns import Array, Columns
from workforce_sim.engine.context import Year
from workforce_sim.engine.event import with_arrays
from workforce_sim.engine.events.eligibility import automatic_of_hires, rules_of
from workforce_sim.engine.events.hire import risk_of_hires
from workforce_sim.engine.events.rehire import SERVICE
from workforce_sim.engine.state import without_plan
from workforce_sim.money import raised
from workforce_sim.plan.breaks import after_absence, given_back, may_disregard
from workforce_sim.plan.classes import Entry
from workforce_sim.plan.vesting import vested_cents
from workforce_sim.tables import SOURCES

RETURNS = pl.col("return_date") != int(NEVER)
"""Who of a year's staff has left and will come back."""

STAYS = frozenset({*SERVICE, "union", "nonresident", "class_level", "excluded_class"})
"""Columns that those who come back have as they left; what else passes from year to year begins anew."""

_ORDER = ("replicate", "return_date", "key")


def left(provisions: frozenset[str]) -> list[pl.Expr]:
    """Return what is kept of former employees besides the columns of the staff, in runs with these provisions."""
    nothing = pl.lit(0, dtype=pl.Int64)
    plan = "plan" in provisions
    shares = [
        (pl.col(f"vested_share_{s}_bp") if plan else nothing).alias(f"left_{s}_bp") for s in sources_of(provisions)
    ]
    served = (pl.col("vesting_years") if "hours" in provisions else nothing).alias("left_years")
    return [pl.col("return_date"), pl.col("last_day").alias("left_date"), served, *shares]


def kept_for_later(former: pl.DataFrame | None, gone: Iterable[pl.DataFrame | None], last: int) -> pl.DataFrame | None:
    """Return who may come back in later years; None in a run without rehires.

    Args:
        former: who might have come back in the year.
        gone: who terminated in it and will come back, by partition.
        last: December 31 of the year.
    """
    frames = [frame for frame in (former, *gone) if frame is not None]
    return pl.concat(frames).filter(pl.col("return_date") > last).sort(_ORDER) if frames else None


def returning(former: pl.DataFrame | None, most: Sequence[int], year: Year) -> pl.DataFrame | None:
    """Return who comes back this year; by replicate at most as many as are hired, by date, then by key."""
    if former is None:
        return None
    due = former.filter(pl.col("return_date").is_between(year.first, year.last)).sort(_ORDER)
    replicate = due["replicate"].to_numpy()
    place = np.arange(due.height) - np.searchsorted(replicate, replicate)
    return due.filter(pl.Series(place < np.array(most, dtype=np.int64)[replicate]))


def counts(found: pl.DataFrame, year: Year) -> list[int]:
    """Return how many there are of each replicate."""
    numbers: list[int] = np.bincount(found["replicate"].to_numpy(), minlength=year.replicates).tolist()
    return numbers


def less_levels(mix: Sequence[Sequence[int]], found: pl.DataFrame) -> list[list[int]]:
    """Return the vacancies by replicate and level that are left to new people; as they were where none is."""
    less = [list(weights) for weights in mix]
    for replicate, level in found.select("replicate", "level").iter_rows():
        less[replicate][level] = max(0, less[replicate][level] - 1)
    return [rest if any(rest) else list(weights) for rest, weights in zip(less, mix, strict=True)]


def without_past(hires: pl.DataFrame) -> pl.DataFrame:
    """Return new people with service from the hire date, who bring nothing from an earlier employment."""
    served = hires.with_columns(pl.col("hire_date").alias(name) for name in SERVICE)
    return with_arrays(served, _brought(np.zeros(hires.height, dtype=np.uint8), {}))


def as_hires(found: pl.DataFrame, year: Year) -> pl.DataFrame:
    """Return who comes back as hires of the year, with the columns of new people and what they bring."""
    staff = _Returning(found, year)
    since = staff.service["service_date"]
    hire_year, hire_day = years_and_days(since)
    columns: dict[str, Array] = {
        "hire_date": staff.back,
        "hire_year": hire_year.astype(np.int16),
        "hire_day": hire_day.astype(np.int16),
        "salary_cents": staff.salary(),
        **staff.in_plan(),
        **staff.service,
        "years_before": np.where(staff.disregarded, 0, staff["left_years"]),
        **risk_of_hires(whole_years(staff["birth_date"], staff.back), whole_years(since, staff.back), year),
        **staff.brought(),
    }
    anew = (value for value in year.world.kept if value.meta.output_name() not in STAYS)
    return with_arrays(found.with_columns(anew), columns)


class _Returning(Columns):
    """Those who come back in a year, as they left."""

    def __init__(self, found: pl.DataFrame, year: Year) -> None:
        super().__init__(found)
        self.year, self.back, self.left = year, self["return_date"], self["left_date"]
        self.sources = sources_of(year.config.provisions)
        self.breaks = whole_years(self.left, self.back)
        self.disregarded = self._disregarded()
        later = {name: after_absence(self[name], self.left, self.back, year.calendar) for name in SERVICE}
        later["plan_service_date"] = np.where(self.disregarded, self.back, later["plan_service_date"])
        self.service: dict[str, Days] = later

    def _disregarded(self) -> Flags:
        """Return whose service before the absence does not count in the plan."""
        if not self.year.config.plan.breaks.rule_of_parity:
            return np.zeros(len(self), dtype=np.bool_)
        vested = [vested_cents(self[f"{s}_balance_cents"], self[f"left_{s}_bp"]) > 0 for s in self.sources]
        own = np.logical_or.reduce([*vested, self["enrolled_year"] != 0])
        prior = whole_years(self["plan_service_date"], self.left)
        return np.asarray(~own & may_disregard(prior, self.breaks))

    def salary(self) -> Ints:
        """Return salaries, grown with the pay ranges since the year of termination."""
        gone, salary = years_and_days(self.left)[0], self["salary_cents"]
        for number in range(int(gone.min(initial=self.year.number)) + 1, self.year.number + 1):
            growth = self.year.config.range_growth.ppm(number)
            salary = np.where(gone < number, raised(salary, growth), salary)
        return salary

    def in_plan(self) -> dict[str, Array]:
        """Return the columns of the plan: they begin anew, and enter at once if they were in it."""
        eligible, by_hours = self._eligible()
        last_year = years_and_days(self.left)[0] == self.year.number - 1
        return {
            **without_plan(len(self)),
            "eligibility_date": eligible,
            **by_hours,
            "automatic_date": automatic_of_hires(eligible, self.back, self.year),
            "enrollment_date": self["enrollment_date"],
            "enrolled_year": self["enrolled_year"],
            "highly_paid": self["highly_paid"] * last_year.astype(np.uint8),
            "roth_catch_up": self["roth_catch_up"] * last_year.astype(np.uint8),
        }

    def _eligible(self) -> tuple[Days, dict[str, Array]]:
        """Return eligibility dates, and in runs with hours who has one, or has none, for lack of them alone."""
        before, hours = self["eligibility_date"], "hours" in self.year.config.provisions
        out = (before == NEVER) & ~self.flags("lacks_hours") if hours else before == NEVER
        served = Columns(with_arrays(self.frame, {"plan_service_date": self.service["plan_service_date"]}))
        entry = rules_of(served, np.arange(len(self)), self.year)
        was_in = (before <= self.left) & ~self.disregarded
        date = np.where(was_in, self.back, np.maximum(entry.date, self.back))
        return np.where(out, NEVER, date).astype(np.int32), self._by_hours(out | was_in, entry, date) if hours else {}

    def _by_hours(self, kept: Flags, entry: Entry, date: Days) -> dict[str, Array]:
        """Return what lack of hours makes of those whose date is found anew, and has made of the others."""
        part_time = np.where(kept, self.flags("long_term_part_time"), entry.part_time)
        return {
            "long_term_part_time": part_time.view(np.uint8),
            "lacks_hours": (~kept & (date == NEVER)).view(np.uint8),
        }

    def brought(self) -> dict[str, Array]:
        """Return what is restored and repaid of each source."""
        buy_back = self.year.config.plan.breaks.buy_back
        amounts = {
            s: given_back(self[f"{s}_balance_cents"], self[f"left_{s}_bp"], self.breaks, buy_back=buy_back)
            for s in self.sources
        }
        return _brought(np.ones(len(self), dtype=np.uint8), amounts)


def _brought(is_rehire: Array, amounts: dict[str, tuple[Ints, Ints]]) -> dict[str, Array]:
    """Return the columns of ``rehire.BROUGHT``, in their order."""
    nothing = np.zeros(len(is_rehire), dtype=np.int64)
    found = {"is_rehire": is_rehire}
    for place, what in enumerate(("restored", "repaid")):
        found |= {f"{what}_{s}_cents": amounts[s][place] if s in amounts else nothing for s in SOURCES}
    return found


# --- staff on the disk ---


def apart(hires: pl.DataFrame, year: Year) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the year's hires in two: who comes back, and new people."""
    if year.former is None:
        return hires.clear(), hires
    returned = pl.col("is_rehire") != 0
    return hires.filter(returned), hires.filter(~returned)


def by_place(back: pl.DataFrame, ends: Keys, hired: int) -> list[pl.DataFrame]:
    """Return who comes back by partition, so that all partitions stay in the order of their keys.

    Args:
        back: who comes back.
        ends: the last key of each partition of the opening.
        hired: how many of them have people hired since the start; the last of them, as the last of the census, also has
            the keys behind its own.
    """
    key = back["key"].to_numpy()
    of_census = key >= FIRST_CENSUS_KEY
    place = np.minimum(np.searchsorted(ends[:hired], key), hired - 1)
    place[of_census] = hired + np.minimum(np.searchsorted(ends[hired:], key[of_census]), len(ends) - hired - 1)
    return [back.filter(pl.Series(place == number)) for number in range(len(ends))]

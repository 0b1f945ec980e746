"""Two scenarios with the same random draws: who gains employer contributions, who loses, who is in only one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from workforce_sim.explaining.queries import collected
from workforce_sim.result.result import Result
from workforce_sim.result.summary import BANDS, band
from workforce_sim.share.cells import Cell, CellTable, TableLine
from workforce_sim.share.suppression import HIDDEN, refuse_least
from workforce_sim.tables import EMPLOYER_MONEY

GROUPS = ("department", "level", *BANDS)
MONEY = ("employer_cents", "deferral_cents")

OUTCOMES = ("gain", "lose", "same")
SPARE = frozenset({"same"})
"""Outcomes to hide first beside a small one, before those who gain or lose."""
PRESENT = ("baseline_only", "scenario_only")
COUNTS = ("persons", *OUTCOMES, "defer_more", "defer_less", *PRESENT)
HIDES = {**{name: (name,) for name in COUNTS}, **{name: (f"mean_{name}", f"total_{name}") for name in MONEY}}
"""Cells of a group, and the columns that each hides."""
CHANGE = pl.Enum(["gains", "loses", "same"])
PRESENCE = pl.Enum(["both", "baseline only", "scenario only"])


def money(run: Result) -> pl.DataFrame:
    """Return each employee's amounts of each year.

    Returns:
        One row per person and year: employee_id, year, the groups (of that year, as ``summary_by`` has them),
        employer_cents (match, nonelective and further sources) and deferral_cents (pre-tax and Roth).
    """
    found = run.scan("snapshots").select(
        "employee_id",
        "year",
        *(band(*edges).alias(name) for name, edges in BANDS.items()),
        "department",
        "level",
        employer_cents=_sum(*EMPLOYER_MONEY),
        deferral_cents=_sum("pre_tax_cents", "roth_cents"),
    )
    return collected(found).select("employee_id", "year", *GROUPS, *MONEY).sort("employee_id", "year")


def _sum(*names: str) -> pl.Expr:
    return pl.sum_horizontal([pl.col(name).fill_null(0) for name in names])


def persons(base: pl.DataFrame, other: pl.DataFrame, *, by_year: bool) -> pl.DataFrame:
    """Return two scenarios side by side, from what ``money`` gives of each.

    Returns:
        One row per person (and year, when asked), sorted: employee_id, (year), presence, the groups (of the person's
        first year, in the baseline where both have it), ``baseline_``, ``scenario_`` and ``difference_`` of
        employer_cents and deferral_cents, and change: gains, loses or same by employer contributions. For employees in
        one scenario only, amounts of the other, differences and change are null; by year, for that year.
    """
    keys = ["employee_id", "year"] if by_year else ["employee_id"]
    sides = [_added_up(frame, keys, name) for frame, name in ((base, "baseline"), (other, "scenario"))]
    rows = sides[0].join(sides[1], on=keys, how="full", coalesce=True)
    gaps = {f"difference_{name}": pl.col(f"scenario_{name}") - pl.col(f"baseline_{name}") for name in MONEY}
    beside = (f"{side}_{name}" for name in MONEY for side in ("baseline", "scenario", "difference"))
    rows = rows.with_columns(presence=_presence(), **gaps).with_columns(change=_change())
    rows = rows.join(_groups(base, other), on="employee_id", how="left")
    return rows.select(*keys, "presence", *GROUPS, *beside, "change").sort(keys)


def _added_up(frame: pl.DataFrame, keys: list[str], side: str) -> pl.DataFrame:
    return frame.group_by(keys).agg(pl.col(MONEY).sum().name.prefix(f"{side}_"))


def _presence() -> pl.Expr:
    here, there = (pl.col(f"{side}_employer_cents").is_not_null() for side in ("baseline", "scenario"))
    found = pl.when(here & there).then(pl.lit("both")).when(here).then(pl.lit("baseline only"))
    return found.otherwise(pl.lit("scenario only")).cast(PRESENCE)


def _change() -> pl.Expr:
    gap = pl.col("difference_employer_cents")
    found = pl.when(gap > 0).then(pl.lit("gains")).when(gap < 0).then(pl.lit("loses"))
    return found.when(gap == 0).then(pl.lit("same")).cast(CHANGE)


def _groups(base: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """Return the groups of each person's first year, those of the baseline where both have it."""
    rows = pl.concat([frame.select("employee_id", "year", *GROUPS) for frame in (base, other)])
    first = rows.sort("employee_id", "year", maintain_order=True).group_by("employee_id", maintain_order=True).first()
    return first.drop("year")


def alike(found: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Return tables of several scenarios with one list of levels, where each may have had its own."""
    levels = pl.Enum(list(dict.fromkeys(name for frame in found.values() for name in _names(frame["level"]))))
    return {name: frame.cast({"level": levels}) for name, frame in found.items()}


def _names(levels: pl.Series) -> list[str]:
    return list(levels.dtype.categories if isinstance(levels.dtype, pl.Enum) else levels.drop_nulls().unique().sort())


def gains(rows: pl.DataFrame, by: str, least: int | None = None) -> pl.DataFrame:
    """Return persons who gain and lose by group, from what ``persons`` gives of whole runs.

    Returns:
        One row per group with anybody in it, in rising order: the group; persons (in both); gain, lose, same by
        employer contributions; defer_more, defer_less; mean_ and total_ employer_cents and deferral_cents: the
        differences of those in both; baseline_only, scenario_only. ``least`` hides small cells: see ``hidden``.
    """
    both, gap = pl.col("presence") == pl.lit("both", dtype=PRESENCE), pl.col("difference_deferral_cents")
    found = rows.group_by(by).agg(
        persons=_count(both),
        **{
            name: _count(_is("change", CHANGE, change))
            for name, change in zip(OUTCOMES, CHANGE.categories, strict=True)
        },
        defer_more=_count(gap > 0),
        defer_less=_count(gap < 0),
        **{f"mean_{name}": pl.col(f"difference_{name}").mean() for name in MONEY},
        **{f"total_{name}": pl.col(f"difference_{name}").sum() for name in MONEY},
        baseline_only=_count(_is("presence", PRESENCE, "baseline only")),
        scenario_only=_count(_is("presence", PRESENCE, "scenario only")),
    )
    return found.sort(by) if least is None else hidden(found.sort(by), by, least)


def _is(column: str, kind: pl.Enum, name: str) -> pl.Expr:
    return pl.col(column) == pl.lit(name, dtype=kind)


def _count(flag: pl.Expr) -> pl.Expr:
    return flag.sum().cast(pl.Int64)


def hidden(found: pl.DataFrame, by: str, least: int) -> pl.DataFrame:
    """Hide cells of few employees, amounts that differ for few, small groups, and cells that would reveal them.

    Nobody can compute a small cell from the sums of all groups and from persons = gain + lose + same.
    """
    refuse_least(least)
    groups = found[by].to_list()
    people: dict[Cell, int] = {
        (row[by], name): count for row in found.to_dicts() for name, count in _people(row).items()
    }
    lines = [TableLine([(group, name) for group in groups]) for name in HIDES]
    lines += [TableLine([(group, name) for name in OUTCOMES], (group, "persons")) for group in groups]
    few = {group for group in groups if 0 < people[group, "persons"] < least}
    secret = {cell for cell, n in people.items() if 0 < n < least or (cell[0] in few and cell[1] not in PRESENT)}
    cells = CellTable(people, lines, secret, least, SPARE).hidden
    away = {column: [(group, name) in cells for group in groups] for name in HIDES for column in HIDES[name]}
    shown = [pl.when(~pl.Series(column, flags)).then(pl.col(column)).alias(column) for column, flags in away.items()]
    suppressed = [any((group, name) in cells for name in HIDES) for group in groups]
    return found.with_columns(*shown, pl.Series(HIDDEN, suppressed, dtype=pl.Boolean))


def _people(row: dict[str, Any]) -> dict[str, int]:
    """Return how many employees each cell of a group is about."""
    counts = {name: row[name] for name in COUNTS}
    moved = {"employer_cents": row["gain"] + row["lose"], "deferral_cents": row["defer_more"] + row["defer_less"]}
    return {**counts, **moved}

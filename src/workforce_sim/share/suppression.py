"""Group totals without small cells, and without what would give them away by subtraction.

A group too small in any row is hidden in all of its rows: what a year opens with is what the one before closed with,
so a year alone would tell the next. Then further groups are hidden, the smallest first, until beside every total (of a
year, of a replicate) at least two groups with people in them are hidden that together hold the least number. What is
left to be found by subtracting from a total is then the sum of those groups, never one of them. A group that nobody is
in hides no other: that nobody is there is easily known.

Where two columns make the groups, such as level by department, the totals of each value of either column may be known
too: what follows from all of them together is looked for, and hidden behind further groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import polars as pl

from workforce_sim.errors import RequestError
from workforce_sim.share.cells import TableLine, told
from workforce_sim.wording import counted

HIDDEN = "suppressed"
LEAST = 10
"""Fewest people of a group or a cell that is shown, unless something else is asked for."""
TOTALS = ("scenario", "replicate", "year")
"""Columns each combination of whose values has a total that others may know."""


def suppress_small(
    frame: pl.DataFrame, *, count: str | Sequence[str], least: int = LEAST, by: str | Sequence[str] | None = None
) -> pl.DataFrame:
    """Hide the groups of a table that hold too few people, and as many more as keep a total from giving them away.

    Args:
        frame: one row per group, and per scenario, replicate and year where it has those columns: what ``summary_by``
            gives, or any table like it. A row of totals must not be among the groups.
        count: column, or columns, that count people; a group is too small where one of them is from 1 to ``least`` - 1.
            Other counts, such as events, are not looked at unless they are named.
        least: the smallest number that may be shown.
        by: the column that names the group, or the two columns that do together; left out, the one column of text.

    Returns:
        The same rows and columns. Of hidden groups every column is null but the group, scenario, replicate and year, as
        each depends on who is in the group; ``suppressed`` says which rows are hidden, not why.

    Raises:
        RequestError: for columns that are not there or do not count, groups that stand twice, or no one column of text.
    """
    counts = [count] if isinstance(count, str) else list(count)
    groups = _groups(frame, by)
    totals = [name for name in TOTALS if name in frame.columns and name not in groups]
    _check(frame, counts, least, [*totals, *groups])
    rows = frame.select(*totals, *groups, *(pl.col(name).fill_null(0) for name in counts)).iter_rows()
    first, last = len(totals), len(totals) + len(groups)
    cells = [Cell(row[:first], row[first:last], row[last:]) for row in rows]
    hidden = _hidden(_with_margins(cells), least)
    if len(groups) == 2:
        hidden |= _behind(cells, hidden, least)
    flag = pl.Series(HIDDEN, [cell.group in hidden for cell in cells], dtype=pl.Boolean)
    measures = pl.exclude(*totals, *groups)
    return frame.with_columns(pl.when(~flag).then(measures).name.keep(), flag)


class Cell(NamedTuple):
    """How many people a group holds beside a total, by each of the columns that count them."""

    total: tuple[Any, ...]
    group: tuple[Any, ...]
    people: tuple[int, ...]


def _with_margins(cells: Sequence[Cell]) -> list[Cell]:
    """Return the cells beside each of their totals: of two columns, also beside those of each value of one."""
    margins = [
        Cell((*cell.total, place, value), cell.group, cell.people)
        for cell in cells
        for place, value in enumerate(cell.group)
        if len(cell.group) > 1
    ]
    return [*cells, *margins]


def _behind(cells: Sequence[Cell], hidden: set[Any], least: int) -> set[Any]:
    """Return further groups to hide, so that no small cell follows from totals and margins together."""
    more: set[Any] = set()
    sizes = {cell.group: 0 for cell in cells}
    for cell in cells:
        sizes[cell.group] += sum(cell.people)
    while exposed := _following(cells, hidden | more, least):
        beside = {group for group in sizes if any(_share(group, other) for other in exposed)}
        free = [group for group in beside - hidden - more if sizes[group]]
        if not free:
            return more
        more.add(min(free, key=lambda group: (sizes[group], str(group))))
    return more


def _share(group: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return any(one == two for one, two in zip(group, other, strict=True))


def _following(cells: Sequence[Cell], hidden: set[Any], least: int) -> set[Any]:
    """Return the groups with a small cell whose value follows from what is shown, but for those that always do."""
    found: set[tuple[Any, ...]] = set()
    for total in {cell.total for cell in cells}:
        part = [cell for cell in cells if cell.total == total]
        for place in range(len(part[0].people)):
            people = {cell.group: cell.people[place] for cell in part if cell.people[place]}
            lines = [
                TableLine([(group, "") for group in people if group[side] == value])
                for side in (0, 1)
                for value in {group[side] for group in people}
            ]
            always = told([(group, "") for group in people], lines)
            shown = told([(group, "") for group in people if group in hidden], lines) - always
            found |= {group for group, count in people.items() if count < least and (group, "") in shown}
    return found


def _groups(frame: pl.DataFrame, by: str | Sequence[str] | None) -> list[str]:
    if by is not None and not isinstance(by, str):
        absent = [name for name in by if name not in frame.columns]
        if absent or not 1 <= len(set(by)) == len(by) <= 2:
            raise RequestError(
                f"by: give one column of the table, or two different ones (got {', '.join(by) or 'none'})"
            )
        return list(by)
    return [_group(frame, by)]


def _group(frame: pl.DataFrame, by: str | None) -> str:
    named = {name: dtype for name, dtype in frame.schema.items() if name not in TOTALS}
    text = [name for name, dtype in named.items() if isinstance(dtype, (pl.String, pl.Categorical, pl.Enum))]
    if by is not None and by not in frame.columns:
        raise RequestError(f"by: the table has no column {by}")
    if by is None and len(text) != 1:
        have = ", ".join(text) or "none"
        raise RequestError(f"name the column of the groups with by=; columns of text are: {have}")
    return by or text[0]


def _check(frame: pl.DataFrame, counts: Sequence[str], least: int, keys: Sequence[str]) -> None:
    wrong = [name for name in counts if name not in frame.columns or not frame.schema[name].is_integer()]
    if wrong or not counts:
        raise RequestError(f"count: no column of whole numbers is named {', '.join(wrong) or 'at all'}")
    refuse_least(least)
    if HIDDEN in frame.columns:
        raise RequestError(f"the table has a column {HIDDEN} already; suppress the whole table once")
    twice = int(frame.select(keys).is_duplicated().sum())
    if twice:
        what = " and ".join(keys)
        raise RequestError(
            f"{counted(twice, 'row')} have the same {what}; give one row per group, a table per grouping"
        )


def refuse_least(least: int) -> None:
    """Raise ``RequestError`` for a least number of people that hides nothing."""
    if type(least) is not int or least < 2:
        raise RequestError(f"least: {least!r} hides nothing; give a whole number, 2 or more")


def _hidden(cells: Sequence[Cell], least: int) -> set[Any]:
    """Return the groups to hide: those too small, then the smallest others until every total keeps its secret."""
    small = {cell.group for cell in cells if any(0 < people < least for people in cell.people)}
    sizes: dict[Any, int] = {}
    for cell in cells:
        sizes[cell.group] = sizes.get(cell.group, 0) + sum(cell.people)
    order = sorted(sizes.keys() - small, key=lambda group: (sizes[group], str(group)))
    hidden = small | _beside(cells, small, order, least)
    for group in reversed([group for group in order if group in hidden and sizes[group]]):
        if not _open_totals(cells, hidden - {group}, least):
            hidden.remove(group)  # larger ones, hidden for another total, are enough
    return hidden


def _beside(cells: Sequence[Cell], small: set[Any], order: Sequence[Any], least: int) -> set[Any]:
    """Return groups that hide the small ones, the first in order beside a total that is open."""
    found: set[Any] = set()
    while open_to := _open_totals(cells, small | found, least):
        beside = {cell.group for cell in cells if cell.total in open_to}
        more = next((group for group in order if group in beside and group not in found), ...)
        if more is ...:
            break
        found.add(more)
    return found


def _open_totals(cells: Sequence[Cell], hidden: set[Any], least: int) -> set[tuple[Any, ...]]:
    """Return the totals whose hidden groups are too few, or hold too few people; those of nobody do not count."""
    people: dict[tuple[Any, ...], list[tuple[int, ...]]] = {}
    for cell in cells:
        if cell.group in hidden:
            people.setdefault(cell.total, []).append(cell.people)
    return {
        total
        for total, found in people.items()
        if any(sum(map(bool, counts)) < 2 or sum(counts) < least for counts in zip(*found, strict=True))
    }

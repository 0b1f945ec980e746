"""Small cells of who gains and who loses: hidden one by one, and not found by subtraction."""

from __future__ import annotations

import itertools
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workforce_sim import RequestError
from workforce_sim.ensembles import people


def groups(**columns: list[int]) -> pl.DataFrame:
    """Return a table as ``people.gains`` gives it, of what is named; a dollar for each who gains or loses."""
    size = len(columns["same"])
    counts = {name: columns.get(name, [0] * size) for name in people.COUNTS if name != "persons"}
    frame = pl.DataFrame({"group": [f"g{i}" for i in range(size)], **counts})
    moved = {"employer_cents": ("gain", "lose"), "deferral_cents": ("defer_more", "defer_less")}
    totals = {f"total_{name}": 100 * pl.sum_horizontal(*of) for name, of in moved.items()}
    frame = frame.with_columns(persons=pl.sum_horizontal("gain", "lose", "same"), **totals)
    return frame.with_columns(pl.col(f"total_{name}").truediv("persons").alias(f"mean_{name}") for name in moved)


def away(frame: pl.DataFrame, least: int = 10) -> dict[str, set[str]]:
    """Return the columns with hidden cells, and the groups of these."""
    found = people.hidden(frame, "group", least)
    return {
        name: set(found.filter(pl.col(name).is_null())["group"]) for name in frame.columns if found[name].has_nulls()
    }


def test_one_small_cell_of_large_groups_hides_one_more_and_no_table() -> None:
    """Five groups of 400 to 4,613 people; in one, deferrals changed for 3."""
    frame = groups(same=[0] * 5, gain=[4_613, 2_000, 1_200, 700, 400], defer_more=[300, 200, 3, 40, 50])

    hidden = {"g2", "g3"}
    assert away(frame) == dict.fromkeys(["defer_more", "mean_deferral_cents", "total_deferral_cents"], hidden)
    assert people.hidden(frame, "group", 10)["suppressed"].to_list() == [False, False, True, True, False]


def test_a_small_outcome_is_not_found_from_its_row_or_its_column() -> None:
    """4 who lose follow from their group, and from all who lose, unless four cells are hidden."""
    frame = groups(gain=[31, 50, 90], lose=[4, 30, 20], same=[97, 800, 700])

    assert away(frame) == {"lose": {"g0", "g2"}, "same": {"g0", "g2"}}


def test_who_gains_is_shown_where_few_lose() -> None:
    """Employees with the same contributions are hidden beside the few who lose, rather than those who gain."""
    frame = groups(gain=[40, 26, 30, 14], lose=[2, 3, 1, 4], same=[424, 170, 60, 87], defer_more=[40, 26, 30, 14])

    assert away(frame) == {"lose": {"g0", "g1", "g2", "g3"}, "same": {"g0", "g1", "g2", "g3"}}


def test_cells_of_nobody_hide_no_other() -> None:
    frame = groups(same=[500, 500, 500], defer_more=[4, 0, 60])

    assert away(frame)["defer_more"] == {"g0", "g2"}


def test_nothing_is_hidden_for_a_sum_that_is_one_small_cell() -> None:
    """Whoever knows that 4 lose in all knows the cell, whatever is hidden; the row alone must not tell it."""
    frame = groups(gain=[31, 50, 90], lose=[4, 0, 0], same=[97, 800, 700])

    assert away(frame)["lose"] == {"g0"}
    assert "g0" in away(frame)["gain"] | away(frame)["same"]


def test_all_of_a_small_group_is_hidden_but_who_is_elsewhere() -> None:
    frame = groups(same=[5, 500, 700], gain=[0, 20, 30], defer_more=[0, 20, 30], scenario_only=[40, 0, 0])

    for name in set(frame.columns) - {"group", "baseline_only", "scenario_only"}:
        assert "g0" in away(frame)[name]
    assert "scenario_only" not in away(frame)
    assert len(away(frame)["persons"]) == 2


COUNTED = st.lists(st.tuples(*[st.integers(0, 6)] * 3), min_size=2, max_size=3)


@given(COUNTED)
def test_another_table_fits_what_is_shown(rows: list[tuple[int, int, int]]) -> None:
    """One person more or fewer in some hidden cells leaves all sums as they are, and the small cell is another."""
    names = ("gain", "lose", "same")
    frame = groups(**{name: [row[place] for row in rows] for place, name in enumerate(names)})
    if (frame["persons"] < 3).any():
        return  # a group of which everything is hidden
    found = people.hidden(frame, "group", 3)
    cells = [(i, name) for i in range(len(rows)) for name in names if found[name][i] is None]
    most = moves([(i, name) for i in range(len(rows)) for name in names if frame[name][i]])
    for cell in cells:
        small = frame[cell[1]][cell[0]] < 3
        assert not small or found["persons"].has_nulls() or can(moves(cells), cell) or not can(most, cell)


def moves(cells: list[tuple[int, str]]) -> list[dict[tuple[int, str], int]]:
    """Return how cells can go up or down by one with every row and column sum as it was."""
    found = []
    for steps in itertools.product((-1, 0, 1), repeat=len(cells)):
        lines: dict[Any, int] = {}
        for (row, name), step in zip(cells, steps, strict=True):
            lines[row], lines[name] = lines.get(row, 0) + step, lines.get(name, 0) + step
        if not any(lines.values()):
            found.append(dict(zip(cells, steps, strict=True)))
    return found


def can(found: list[dict[tuple[int, str], int]], cell: tuple[int, str]) -> bool:
    return any(move[cell] for move in found)


@pytest.mark.parametrize("least", [1, 0, -3, True, 2.0])
def test_a_least_number_that_hides_nothing_is_refused(least: Any) -> None:
    with pytest.raises(RequestError, match="hides nothing; give a whole number, 2 or more"):
        people.hidden(groups(same=[5, 7]), "group", least)

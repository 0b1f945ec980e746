"""Who stayed, who is gone and who is new, from one census to the next: censuses by hand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import workforce_sim as ws
from tests.support_fit import people
from workforce_sim.config import read_config
from workforce_sim.studies.fitting.fit import BASE
from workforce_sim.studies.fitting.linking import Interval, intervals, whole_years
from workforce_sim.studies.fitting.panel import Panel, panel
from workforce_sim.studies.fitting.spelling import one_spelling

A, B, C = dt.date(2022, 12, 31), dt.date(2023, 12, 31), dt.date(2024, 12, 31)
NEW_HIRE, OLD_HIRE = dt.date(2023, 5, 2), dt.date(2010, 1, 4)


def read(censuses: Any) -> Panel:
    return panel(censuses, read_config(BASE))


def linked(*censuses: pl.DataFrame) -> tuple[Interval, ...]:
    return intervals(read(dict(zip((A, B, C), censuses, strict=False))))


def test_everybody_is_of_one_kind() -> None:
    first = people(id=["stays", "leaves", "returns"])
    second = people(id=["stays", "hired", "unexplained"], hire_date=[OLD_HIRE, NEW_HIRE, OLD_HIRE])
    third = people(id=["stays", "hired", "returns"], hire_date=[OLD_HIRE, NEW_HIRE, OLD_HIRE])

    one, two = linked(first, second, third)

    ended, came = {"stayed": 1, "exit": 1, "returned later": 1}, {"hire": 1, "unexplained": 1}
    assert {kind: n for kind, n in one.counts().items() if n} == ended | came
    assert {kind: n for kind, n in two.counts().items() if n} == {"stayed": 2, "exit": 1, "return": 1}


def test_people_outside_the_scope_are_transfers() -> None:
    first = people(id=["stays", "out", "in"], active=[True, True, False])
    second = people(id=["stays", "out", "in"], active=[True, False, True])

    (found,) = linked(first, second)

    assert {kind: n for kind, n in found.counts().items() if n} == {"stayed": 1, "left the scope": 1, "transfer in": 1}


def test_a_termination_date_in_the_interval_is_an_exit_not_a_transfer() -> None:
    first = people(id=["stays", "leaves"])
    second = people(id=["stays", "leaves"], termination_date=[None, dt.date(2023, 3, 1)])

    (found,) = linked(first, second)

    assert found.counts()["exit"] == 1


def test_another_id_with_the_same_hire_and_birth_dates_is_the_same_person_from_then_on() -> None:
    births = [dt.date(1980, 2, 3), dt.date(1981, 4, 5)]
    first, second, third = (people(id=ids, birth_date=births) for ids in (["a", "b"], ["a", "b-new"], ["a", "b-new"]))

    one, two = linked(first, second, third)

    assert one.counts()["broken links"] == 1
    assert (one.counts()["stayed"], two.counts()["stayed"]) == (2, 2)


def test_two_who_could_be_the_same_person_are_not_linked() -> None:
    first = people(id=["a", "b"], birth_date=[dt.date(1980, 2, 3)] * 2)
    second = people(id=["c", "d"], birth_date=[dt.date(1980, 2, 3)] * 2)

    (found,) = linked(first, second)

    assert found.counts()["broken links"] == 0


def test_a_division_that_is_gone_with_its_people_is_no_exit_and_no_exposure() -> None:
    ids = [f"e{n}" for n in range(40)]
    first = people(id=ids, department=["Sold"] * 20 + ["Kept"] * 20)
    second = people(id=ids[20:39], department=["Kept"] * 19)

    (found,) = linked(first, second)

    assert (found.counts()["lost division"], found.counts()["exit"]) == (20, 1)
    assert found.left.sum() == 1
    assert found.exposure.sum() == 20


def test_exposure_counts_heads_where_a_year_passes_and_years_elsewhere() -> None:
    first, second = people(id=["stays", "leaves"]), people(id=["stays"])
    (year,), (three,) = (intervals(read({A: first, day: second})) for day in (B, dt.date(2025, 12, 31)))

    assert year.exposure.tolist() == [1, 1]
    assert three.exposure.tolist() == [2, 3]  # a leaver of three years counts (3 + 1) / 2


@pytest.mark.parametrize(("years", "taken"), [(1.08, 1), (0.9, 1), (1.9, 2), (0.5, 0.5), (1.4, 1.4), (0.1, 0.1)])
def test_what_is_nearly_whole_years_is_whole(years: float, taken: float) -> None:
    assert whole_years(years) == taken


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("2023.csv", B),
        ("staff_2023-06-30.csv", dt.date(2023, 6, 30)),
        ("census 20230630 v2.csv", dt.date(2023, 6, 30)),
        ("plan12_2023.csv", B),
    ],
)
def test_the_name_of_a_file_dates_it(tmp_path: Path, name: str, date: dt.date) -> None:
    for path in (tmp_path / name, tmp_path / "2020.csv"):
        people(id=["a", "b"]).write_csv(path)

    assert read([tmp_path / name, tmp_path / "2020.csv"]).snapshots[1].date == date


def test_a_column_dates_the_rows_of_a_panel() -> None:
    rows = [people(id=["a", "b"]).with_columns(as_of=pl.lit(day)) for day in (B, A)]

    assert [s.date for s in read(pl.concat(rows)).snapshots] == [A, B]


def test_a_year_without_hires_in_its_last_weeks_ends_with_its_last_hire() -> None:
    days = [dt.date(2023, 1, 1) + dt.timedelta(7 * n) for n in range(25)]
    second = people(id=[f"h{n}" for n in range(25)], hire_date=days)

    found = read({2022: people(id=["a"]), 2023: second})

    assert found.snapshots[1].date == days[-1]
    assert "nobody is hired after 2023-06-18" in found.notes[0]


def test_one_census_with_termination_dates_stands_for_one_a_year() -> None:
    ends = [None, None, dt.date(2022, 1, 10), dt.date(2023, 5, 1), dt.date(2024, 6, 1)]
    whole = people(id=list("abcde"), termination_date=ends)

    found = read({C: whole})

    assert [(s.date.year, s.staff.height) for s in found.snapshots] == [(2022, 4), (2023, 3), (2024, 2)]
    assert not found.pay_known


def test_a_person_listed_twice_is_kept_once_at_the_higher_pay_and_counted() -> None:
    found = read({A: people(id=["a", "a"], annual_salary=[40_000.0, 60_000.0]), B: people(id=["a"])})

    assert found.snapshots[0].staff["salary_cents"].to_list() == [6_000_000]
    assert "1 row with an id that occurs twice" in found.notes[0]


@pytest.mark.parametrize(
    ("censuses", "says"),
    [
        ([people(id=["a"]), people(id=["a"])], "has no date"),
        ({A: people(id=["a"])}, "one census without termination dates"),
        ([(A, people(id=["a"])), ("2022-12-31", people(id=["a"]))], "two censuses are dated 2022-12-31"),
        ({"soon": people(id=["a"]), A: people(id=["a"])}, "is not a date"),
    ],
)
def test_censuses_that_cannot_be_dated_are_refused(censuses: Any, says: str) -> None:
    with pytest.raises(ws.RequestError, match=says):
        read(censuses)


def test_names_are_read_as_the_last_census_spells_them() -> None:
    ids = [f"e{n}" for n in range(30)]
    first = people(id=ids, department=["R & D"] * 15 + ["Bank"] * 15)
    second = people(id=ids, department=["R&D"] * 15 + ["Treasury"] * 15)

    found, notes = one_spelling(read({A: first, B: second}).snapshots)

    assert found[0].staff["department"].to_list() == found[1].staff["department"].to_list()
    assert len(notes) == 1
    assert "department: a later census spells 1 name differently and renames 1" in notes[0]

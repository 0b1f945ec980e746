"""Twelve files shaped like public ones are read right at the first or the second run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.censuses import config
from tests.field_files import FILES, Made, Person, people
from workforce_sim.census import Census, read_census
from workforce_sim.errors import CensusError

ASKED = {"German", "panel", "hourly"}
"""What the first run asks about; the others are read at once."""


def truth(made: Made) -> list[Person]:
    """Return the people that a file has on staff."""
    found = [person for person in people() if person.staff]
    if made.name == "shop.csv":
        return [person for person in found if person.hourly]
    return found


def read(folder: Path, name: str) -> tuple[Made, Census]:
    made = FILES[name]()
    path = folder / made.name
    path.write_bytes(made.content)
    if name in ASKED:
        with pytest.raises(CensusError):
            read_census(path, config())
    return made, read_census(path, config(**made.config))


def values(person: Person, shows: tuple[str, ...]) -> tuple[Any, ...]:
    known = {
        "hire_date": person.hired,
        "salary_cents": person.cents,
        "birth_date": person.born,
        "deferral_bp": person.percent * 100,
    }
    return tuple(known[name] for name in shows)


def number(made: Made, person: Person) -> str:
    """Return the id of somebody, as the file writes it."""
    if made.by.isdigit() and int(made.by) == 0:
        return str(person.number).zfill(len(made.by))
    return str(person.number + int(made.by)) if made.by.isdigit() else f"{made.by}{person.number}"


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_read_right(tmp_path: Path, name: str) -> None:
    if name == "workbook":
        pytest.importorskip("fastexcel")
    made, census = read(tmp_path, name)
    rows = census.frame.select(made.shows).rows()

    if made.name == "panel.csv":
        gone = [person for person in people() if not person.staff]
        last = {number(Made("", b"", by="P"), p): p.cents - (2024 - p.ended.year) * 100 for p in gone if p.ended}
        assert len(census) == len(truth(made)) + len(last)
        rows = census.frame.filter(~census.frame["employee_id"].is_in([*last])).select(made.shows).rows()
    assert sorted(map(str, rows)) == sorted(str(values(person, made.shows)) for person in truth(made))
    if made.by not in ("", "number") and made.name != "panel.csv":
        assert {*census.frame["employee_id"]} == {number(made, person) for person in truth(made)}
    if made.by == "":
        assert census.frame["employee_id"].str.starts_with("P-").all()
    assert not any(person.last in f"{census!r}" for person in people() if person.last not in ("Park", "Cole"))


def test_names_and_numbers_of_people_are_nowhere_in_what_is_said(tmp_path: Path) -> None:
    _, census = read(tmp_path, "recordkeeper")

    assert not any(person.ssn in f"{census!r}{census.account}" for person in people())

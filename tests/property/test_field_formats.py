"""A census written in any mixture of formats reads back to the same, or is refused for a true reason."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.censuses import config
from tests.support import examples
from workforce_sim.census import Census, read_census
from workforce_sim.errors import CensusError

NAMES = {
    "employee_id": ["employee_id", "EE ID", "Emp No", "Employee Number", "Person ID", "ID", "Payroll No."],
    "hire_date": ["hire_date", "DOH", "Date of Hire", "Hire Dt", "Start Date", "Date Joined"],
    "birth_date": ["birth_date", "DOB", "Date of Birth", "Birthdate"],
    "termination_date": ["termination_date", "DOT", "Term Date", "Separation Date", "Date of Exit"],
    "status": ["Status", "Employment Status", "Emp Status", "EE Status Code"],
    "deferral": ["deferral_rate", "Deferral", "Deferral Election", "401k Rate"],
}
DATES: dict[str, Callable[[dt.date], str]] = {
    "iso": lambda day: day.isoformat(),
    "iso and time": lambda day: f"{day.isoformat()}T00:00:00Z",
    "month first": lambda day: day.strftime("%m/%d/%Y"),
    "month first, short": lambda day: f"{day.month}/{day.day}/{day.year}",
    "month first, two digits": lambda day: day.strftime("%m/%d/%y"),
    "day first": lambda day: day.strftime("%d/%m/%Y"),
    "dots": lambda day: day.strftime("%d.%m.%Y"),
    "month in letters": lambda day: day.strftime("%d-%b-%Y"),
    "compact": lambda day: day.strftime("%Y%m%d"),
    "days of a workbook": lambda day: str((day - dt.date(1899, 12, 30)).days),
}
PERIODS = {"Annual Salary": 1, "Base Pay": 1, "Monthly Salary": 12, "Semi-Monthly Pay": 24, "Bi-Weekly Rate": 26}
AMOUNTS: dict[str, Callable[[int], str]] = {
    "plain": lambda cents: f"{cents / 100:.2f}",
    "dollars": lambda cents: f"${cents / 100:,.2f}",
    "code": lambda cents: f"USD {cents / 100:,.2f}",
    "comma": lambda cents: f"{cents / 100:,.2f}".translate(str.maketrans(",.", ".,")),
    "comma and euro": lambda cents: f"{cents / 100:,.2f} €".translate(str.maketrans(",.", ".,")),
}
NOTHING = {"iso": ["", "1900-01-01", "9999-12-31", "0000-00-00", "N/A"]}
WORDS = {True: ["Active", "A", "Leave of Absence", "ACTIVE"], False: ["Terminated", "Retired", "Deceased", "T"]}
TRUE_REASONS = re.compile(
    r"may hold percent or shares of one|has nobody employed|has no rows|the median of|"
    r"birth_date (after|less|more)|no column for|look like"
)


@dataclass(frozen=True)
class Person:
    """One person of a census: pay in whole dollars of every period, deferral in whole percent."""

    hired: dt.date
    born: dt.date
    pay: int
    percent: int
    left: bool


PERSON = st.builds(
    Person,
    hired=st.dates(dt.date(1995, 1, 1), dt.date(2024, 12, 31)),
    born=st.dates(dt.date(1950, 1, 1), dt.date(1976, 12, 31)),
    pay=st.integers(8, 60).map(lambda n: n * 312_000),  # cents: whole ones a month, half-month and two weeks
    percent=st.integers(0, 15),
    left=st.booleans(),
)


@dataclass(frozen=True)
class Written:
    """How a census is written."""

    names: dict[str, str]
    pay: str
    dates: dict[str, str]
    amount: str
    separator: str
    encoding: str
    percent: str
    nothing: int
    titles: int
    blanks: bool
    total: bool
    status: bool
    quoted: bool
    order: list[int]


def ways() -> st.SearchStrategy[Written]:
    forms = st.sampled_from(sorted(DATES))
    return st.builds(
        Written,
        names=st.fixed_dictionaries({name: st.sampled_from(some) for name, some in NAMES.items()}),
        pay=st.sampled_from(sorted(PERIODS)),
        dates=st.fixed_dictionaries(dict.fromkeys(("hire_date", "birth_date", "termination_date"), forms)),
        amount=st.sampled_from(sorted(AMOUNTS)),
        separator=st.sampled_from([",", ";", "\t", "|"]),
        encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
        percent=st.sampled_from(["sign", "header", "share"]),
        nothing=st.integers(0, 4),
        titles=st.integers(0, 3),
        blanks=st.booleans(),
        total=st.booleans(),
        status=st.booleans(),
        quoted=st.booleans(),
        order=st.permutations(range(6)),
    )


def written(people: Sequence[Person], way: Written) -> bytes:
    """Return the bytes of a census."""
    head = ["employee_id", "hire_date", "birth_date", "pay", "deferral", "status" if way.status else "termination_date"]
    called = {**way.names, "pay": way.pay}
    called["deferral"] += " %" if way.percent == "header" else ""
    rows = [[called[name] for name in head]]
    rows += [[_cell(name, n, person, way) for name in head] for n, person in enumerate(people)]
    rows = [[row[place] for place in way.order] for row in rows]
    if way.blanks:
        rows[2:2] = [[""] * len(head)]
    if way.total:
        rows.append([["Total", "", "", "9", "", ""][place] for place in way.order])
    text = io.StringIO()
    quoting = csv.QUOTE_ALL if way.quoted else csv.QUOTE_MINIMAL
    csv.writer(text, delimiter=way.separator, quoting=quoting).writerows(rows)
    titles = "".join(f"Café census, part {n}\r\n" for n in range(way.titles))
    return (titles + text.getvalue()).encode(way.encoding)


def _cell(name: str, number: int, person: Person, way: Written) -> str:
    if name == "employee_id":
        return f"{number:04d}"
    if name == "pay":
        return AMOUNTS[way.amount](person.pay // PERIODS[way.pay])
    if name == "deferral":
        return {"sign": f"{person.percent}%", "header": f"{person.percent}", "share": f"{person.percent / 100}"}[
            way.percent
        ]
    if name == "status":
        return WORDS[not person.left][number % 4]
    if name == "termination_date" and not person.left:
        return NOTHING["iso"][way.nothing] if way.dates[name] == "iso" else ""
    day = {"hire_date": person.hired, "birth_date": person.born, "termination_date": dt.date(2024, 12, 31)}[name]
    return DATES[way.dates[name]](day)


def same(census: Census, people: Sequence[Person]) -> None:
    """Assert that a census has the staff among the people, each value as it was written."""
    staff = {f"{n:04d}": person for n, person in enumerate(people) if not person.left}
    rows = {row["employee_id"]: row for row in census.frame.iter_rows(named=True)}
    unsure = {name for name in ("hire_date", "birth_date") if f"{name} read as" in _either(census.notes)}

    assert rows.keys() == staff.keys()
    for number, person in staff.items():
        row = rows[number]
        assert row["salary_cents"] == person.pay
        assert row["deferral_bp"] == person.percent * 100
        for name, day in (("hire_date", person.hired), ("birth_date", person.born)):
            turned = {(row[name].month, row[name].day), (row[name].day, row[name].month)}
            assert row[name] == day or (
                name in unsure and (day.month, day.day) in turned and row[name].year == day.year
            )


def _either(notes: Sequence[str]) -> str:
    return "\n".join(note for note in notes if "fits the other order" in note)


@settings(max_examples=examples(150))
@given(people=st.lists(PERSON, min_size=2, max_size=12), way=ways())
def test_a_census_in_any_mixture_of_formats_is_read_or_refused(people: list[Person], way: Written) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "staff.csv"
        path.write_bytes(written(people, way))
        census = _read(path)
    event("read" if isinstance(census, Census) else "refused")
    if isinstance(census, Census):
        same(census, people)
    else:
        assert all(TRUE_REASONS.search(line) for line in census.splitlines()), census


def _read(path: Path) -> Census | str:
    """Return a census, or why it is refused."""
    try:
        return read_census(path, config())
    except CensusError as error:
        return str(error)

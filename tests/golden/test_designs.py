"""Five whole designs, each on ten people for a year, against a sheet that was worked by hand.

A sheet (``designs/NAME.txt``) has the keys changed for it, each person's year and the tests of the year. Its lines read
``what: arithmetic = result``; a line that begins with ``with`` leads to another. What is not named of a person is 0.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from math import floor
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.support import Scenario, fast, slow, table
from tests.support_walk import completed_years
from workforce_sim import Result, load_config, nondiscrimination, read_census, simulate
from workforce_sim.config import with_changes
from workforce_sim.tables.output import Tables

FOLDER = Path(__file__).with_name("designs")
DESIGNS = Path(__file__).parents[2] / "config" / "plan_designs"
SHEETS = sorted(path.stem for path in FOLDER.glob("*.txt"))
MONEY = {
    "pay": "earnings_cents",
    "pay in the plan": "testing_compensation_cents",
    "catch-up": "catch_up_cents",
    "match": "match_cents",
    "discretionary match": "discretionary_match_cents",
    "nonelective": "nonelective_cents",
    "profit sharing": "profit_sharing_cents",
    "forfeited": "forfeited_cents",
    "restored": "restored_cents",
    "repaid": "repaid_cents",
    "cut by section 415": "excess_415_cents",
}


class Line(NamedTuple):
    """A line of a sheet: of whom or of which test, what, how, and the result."""

    of: str
    what: str
    arithmetic: str
    result: str


class Sheet(NamedTuple):
    """A sheet as read: the changed keys, the headings of people and of tests, and the lines under them."""

    changes: dict[str, Any]
    headings: tuple[str, ...]
    lines: tuple[Line, ...]

    def of(self, heading: str) -> dict[str, str]:
        """Return the results under a heading by what they are, without the steps to them."""
        return {line.what: line.result for line in self.lines if line.of == heading and not _step(line)}

    @property
    def year(self) -> int:
        """The plan year of the sheet: the last one of its run."""
        return int(self.changes["simulation.end_year"])

    @property
    def tests(self) -> list[str]:
        """The headings of tests."""
        return [heading for heading in self.headings if heading.startswith("Test ")]

    @property
    def people(self) -> list[str]:
        """Who has a year in the sheet."""
        return [heading for heading in self.headings if not heading.startswith("Test ")]


def _step(line: Line) -> bool:
    return line.what.startswith("with ") or re.fullmatch(r"P\d\d", line.what) is not None


@cache
def sheet(name: str) -> Sheet:
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    _, changes, *parts = re.split(r"\n\n(?:Changed keys|(?=P\d\d |NH-|Test ))", text)
    lines = tuple(line for part in parts for line in _lines(part))
    return Sheet(yaml.safe_load(changes), tuple(map(_heading_of, parts)), lines)


def _heading_of(part: str) -> str:
    """Return the first line of a part; of a person only who it is."""
    heading = part.partition("\n")[0]
    return heading if heading.startswith("Test ") else heading.partition(" ")[0]


def _lines(part: str) -> Iterator[Line]:
    of = _heading_of(part)
    yield from (_line(of, line) for line in part.splitlines() if line.startswith("  ") and ": " in line)


def _line(of: str, line: str) -> Line:
    what, _, rest = line.strip().partition(": ")
    arithmetic, _, result = rest.rpartition(" = ")
    return Line(of, what, arithmetic, result)


def scenario(name: str) -> Scenario:
    config = with_changes(load_config(DESIGNS / f"{name}.yaml"), sheet(name).changes)
    return Scenario(read_census(FOLDER / f"{name}.csv", config), config)


@cache
def run(name: str) -> Result:
    whole = scenario(name)
    return simulate(whole.config, census=whole.census)


def people(name: str, engine: Callable[[Scenario], Tables] = fast) -> list[dict[str, Any]]:
    snapshots = table(engine(scenario(name)), "snapshots")
    return snapshots.filter(year=sheet(name).year).sort("employee_id").to_dicts()


# --- the arithmetic ---------------------------------------------------------------------------------------------------


def down(amount: Fraction) -> Fraction:
    """Cut to the cent."""
    return Fraction(floor(amount * 100), 100)


def computed(arithmetic: str) -> Fraction:
    """Compute exactly; numbers are read as they are written."""
    exact = re.sub(r"(\d+(?:,\d{3})*(?:\.\d+)?)(%?)", _number, arithmetic.replace(" x ", " * ").replace("^", "**"))
    return Fraction(eval(exact, {"min": min, "max": max, "down": down, "Fraction": Fraction}))


def _number(match: re.Match[str]) -> str:
    number = f"Fraction('{match[1].replace(',', '')}')"
    return f"({number} / 100)" if match[2] else number


def written(value: Fraction, like: str) -> str:
    """Write a value with the places and the sign of another, half up."""
    shown = value * 100 if like.endswith("%") else value
    places = len(like.rstrip("%").partition(".")[2])
    rounded = Fraction(floor(shown * 10**places + Fraction(1, 2)), 10**places)
    return f"{float(rounded):,.{places}f}" + "%" * like.endswith("%")


@pytest.mark.parametrize("name", SHEETS)
def test_the_arithmetic_is_right(name: str) -> None:
    sums = [line for line in sheet(name).lines if line.arithmetic]

    assert len(sums) > 40
    assert [line for line in sums if written(computed(line.arithmetic), line.result) != line.result] == []


# --- the people -------------------------------------------------------------------------------------------------------


def _age(person: dict[str, Any]) -> str:
    return str(completed_years(person["birth_date"], dt.date(person["year"], 12, 31)))


def _service(person: dict[str, Any]) -> str:
    since = person["plan_service_date"] or person["hire_date"]
    return str(completed_years(since, person["termination_date"] or dt.date(person["year"], 12, 31)))


def _day(column: str) -> Callable[[dict[str, Any]], str]:
    return lambda person: str(person[column] or "no")


def _yes(column: str) -> Callable[[dict[str, Any]], str]:
    return lambda person: "yes" if person[column] else "no"


def _vested(source: str) -> Callable[[dict[str, Any]], str]:
    return lambda person: f"{person[f'vested_share_{source}_bp'] / 100:.0f}%"


SHOWN: dict[str, Callable[[dict[str, Any]], str]] = {
    "age": _age,
    "service": _service,
    "hours": lambda person: f"{person['hours_of_service']:,}",
    "years of vesting service": lambda person: str(person["vesting_years"]),
    "long-term part-time": _yes("long_term_part_time"),
    "union": _yes("union"),
    "highly compensated": _yes("hce"),
    "in the plan from": _day("eligibility_date"),
    "last day": _day("termination_date"),
    "back from": lambda person: str(person["hire_date"]),
    "service counts from": _day("plan_service_date"),
    "days of leave": lambda person: str(person["leave_days"]),
    "vested match": _vested("match"),
    "vested nonelective": _vested("nonelective"),
    "vested profit sharing": _vested("profit_sharing"),
    "vested discretionary match": _vested("discretionary_match"),
}
"""How a sheet shows what is no amount."""


def amount(person: dict[str, Any], what: str) -> int:
    if what == "deferral":
        return int(person["pre_tax_cents"] + person["roth_cents"])
    return int(person.get(MONEY[what]) or 0)


def year_of(person: dict[str, Any], asked: dict[str, str]) -> dict[str, str]:
    """Return what a run says of a person: what is asked for, and every amount above 0."""
    amounts = {what: amount(person, what) / 100 for what in (*MONEY, "deferral")}
    shown = {what: SHOWN[what](person) for what in asked if what in SHOWN}
    return shown | {what: f"{dollars:,.2f}" for what, dollars in amounts.items() if dollars}


@pytest.mark.parametrize("engine", [fast, slow])
@pytest.mark.parametrize("name", SHEETS)
def test_each_person_has_the_year_of_the_sheet(name: str, engine: Callable[[Scenario], Tables]) -> None:
    for person in people(name, engine):
        asked = sheet(name).of(person["employee_id"])

        assert (person["employee_id"], year_of(person, asked)) == (person["employee_id"], asked)


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_has_everybody(name: str) -> None:
    assert sorted(sheet(name).people) == [person["employee_id"] for person in people(name)]


# --- the tests of the year --------------------------------------------------------------------------------------------


def printed(name: str) -> dict[str, dict[str, str]]:
    """Return the figures of each test as its page shows them, under the heading of a sheet."""
    return {
        _heading(str(test)): dict(_figures(str(test))) for test in nondiscrimination(run(name), sheet(name).year).tests
    }


def _heading(page: str) -> str:
    title, _, outcome = page.splitlines()[0].rpartition(": ")
    return f"Test {title.partition(', IRC')[0]}: {outcome}"


def _figures(page: str) -> Iterator[tuple[str, str]]:
    for line in page.splitlines()[1:]:
        label, *figure = re.split(r" {2,}", line.strip())
        if figure:
            yield label, figure[0].removeprefix("$")


@pytest.mark.parametrize("name", SHEETS)
def test_the_tests_of_the_year_are_those_of_the_sheet(name: str) -> None:
    pages = printed(name)
    expected = {heading: sheet(name).of(heading) for heading in sheet(name).tests}

    assert list(pages) == sheet(name).tests
    assert {of: {what: pages[of][what] for what in lines} for of, lines in expected.items()} == expected

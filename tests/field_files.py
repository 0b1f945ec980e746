"""Twelve files shaped like public ones, of people made up; ``python -m tests.field_files FOLDER`` writes them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.workbooks import workbook

PEOPLE = 40
FIRST = ["Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gus", "Hal", "Ida", "Jo"]
LAST = ["Quill", "Marsh", "Ferro", "O'Dell", "Van Horn", "Smith-Lee", "Zyx", "Reed", "Cole", "Park"]


@dataclass(frozen=True)
class Person:
    """One made-up person: ``ended`` is the day of leaving; ``hourly`` is paid by the hour, 2,080 hours a year."""

    number: int
    first: str
    last: str
    born: dt.date
    hired: dt.date
    ended: dt.date | None
    hourly: bool
    cents: int
    percent: int

    @property
    def ssn(self) -> str:
        return f"900-{self.number % 90 + 10}-{1000 + self.number}"

    @property
    def rate(self) -> str:
        return f"{self.cents / 208_000:.2f}"

    @property
    def staff(self) -> bool:
        return self.ended is None


@dataclass(frozen=True)
class Made:
    """A file.

    Attributes:
        name: of the file.
        content: its bytes.
        config: what a second run is told, where the first asks.
        shows: what of each person the reading must show.
        by: how the people are told apart: by number, or not.
    """

    name: str
    content: bytes
    config: dict[str, Any] = field(default_factory=dict)
    shows: tuple[str, ...] = ("hire_date", "salary_cents")
    by: str = "number"


def people() -> list[Person]:
    """Return the people, the same each time; every eighth has left, every third is paid by the hour."""
    rng = random.Random(13)
    found = []
    for n in range(PEOPLE):
        hired = dt.date(2001, 1, 1) + dt.timedelta(days=rng.randrange(8_000))
        ended = hired + dt.timedelta(days=400) if n % 8 == 3 else None
        cents = rng.randrange(1_500, 6_000) * 2_080 if n % 3 == 0 else rng.randrange(30_000, 180_000) * 100
        born = hired - dt.timedelta(days=rng.randrange(8_000, 15_000))
        first, last = FIRST[n % 10], f"{LAST[n // 4]}"
        found.append(Person(n + 1, first, last, born, hired, ended, n % 3 == 0, cents, n % 9))
    return found


def _csv(rows: Iterable[Sequence[Any]], separator: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def _money(cents: int) -> str:
    return f"${cents / 100:,.2f}"


def _us(day: dt.date | None) -> str:
    return "" if day is None else f"{day.month}/{day.day}/{day.year}"


def _german(cents: int) -> str:
    return f"{cents / 100:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")


def city_mixed_basis() -> Made:
    """A city's payroll: names, status, pay by year or by hour in one column."""
    head = "Agency Name,Last Name,First Name,Agency Start Date,Leave Status as of June 30,Base Salary,Pay Basis"
    rows = [
        (
            "PARKS",
            p.last.upper(),
            p.first.upper(),
            p.hired.strftime("%m/%d/%Y"),
            "ACTIVE" if p.staff else "CEASED",
            f"${p.rate}" if p.hourly else _money(p.cents),
            "per Hour" if p.hourly else "per Annum",
        )
        for p in people()
    ]
    return Made("city.csv", _csv([head.split(","), *rows]).encode(), by="")


def city_two_columns() -> Made:
    """A city's salaries: one column for annual pay, one for hourly rates."""
    head = "Name,Job Titles,Department,Full or Part-Time,Salary or Hourly,Typical Hours,Annual Salary,Hourly Rate,Hired"
    rows = [
        (
            f"{p.last}, {p.first}".upper(),
            'PIPE FITTER 6"',
            "WATER",
            "F",
            "HOURLY" if p.hourly else "SALARY",
            40 if p.hourly else "",
            "" if p.hourly else _money(p.cents),
            p.rate if p.hourly else "",
            p.hired.isoformat(),
        )
        for p in people()
        if p.staff
    ]
    return Made("salaries.csv", _csv([head.split(","), *rows]).encode(), by="")


def hr_training_set() -> Made:
    """A set that HR courses use: numbers, two-digit years, a status in words, a date of leaving."""
    head = "Employee_Name,EmpID,Salary,DOB,DateofHire,DateofTermination,TermReason,EmploymentStatus,Department"
    rows = [
        (
            f"{p.last}, {p.first}",
            10_000 + p.number,
            p.cents / 100,
            p.born.strftime("%m/%d/%y"),
            _us(p.hired),
            _us(p.ended),
            "N/A-StillEmployed" if p.staff else "career change",
            "Active" if p.staff else "Voluntarily Terminated",
            "Production       ",
        )
        for p in people()
    ]
    shows = ("hire_date", "salary_cents", "birth_date")
    return Made("hr.csv", _csv([head.split(","), *rows]).encode(), shows=shows, by="10000")


def recordkeeper_template() -> Made:
    """A recordkeeper's annual census: Social Security numbers, hours, deferrals in dollars."""
    head = "SSN,Last Name,First Name,DOB,DOH,DOT,DOR,Hours,Plan Compensation,Deferral $,Roth $,Officer (Y/N)"
    rows = [
        (
            p.ssn,
            p.last,
            p.first,
            p.born.strftime("%m/%d/%Y"),
            p.hired.strftime("%m/%d/%Y"),
            "" if p.ended is None else p.ended.strftime("%m/%d/%Y"),
            "",
            2080,
            f"{p.cents / 100:.2f}",
            f"{p.cents * p.percent / 10_000:.2f}",
            "0.00",
            "N",
        )
        for p in people()
    ]
    shows = ("hire_date", "salary_cents", "birth_date", "deferral_bp")
    return Made("plan census.csv", _csv([head.split(","), *rows]).encode(), shows=shows, by="")


def recordkeeper_titles() -> Made:
    """A report: titles above, repeated column names, totals and a remark below, percents with a sign."""
    head = ["EE ID", "Hire Date", "Base Pay", "Deferral %", "Status"]
    rows = [
        (f"{p.number:06d}", _us(p.hired), _money(p.cents), f"{p.percent}%", "A" if p.staff else "T") for p in people()
    ]
    total = ("Total", "", _money(sum(p.cents for p in people())), "", "")
    titles = [["ACME Manufacturing, Inc."], ["Census as of 12/31/2024"], []]
    report = [*titles, head, *rows[:20], head, *rows[20:], [], total, ["Run 1/2/2025 by payroll"]]
    shows = ("hire_date", "salary_cents", "deferral_bp")
    return Made("report.csv", _csv(report).encode("cp1252"), shows=shows, by="000000")


def german_semicolons() -> Made:
    """A subsidiary's file: semicolons, decimal commas, dots in dates, Windows letters."""
    head = ["Personnel No", "Eintritt", "Birth Date", "Annual Salary (€)", "Büro", "Term Date"]
    rows = [
        (
            p.number,
            p.hired.strftime("%d.%m.%Y"),
            p.born.strftime("%d.%m.%Y"),
            f"{_german(p.cents)} €",
            "München",
            "31.12.9999" if p.ended is None else p.ended.strftime("%d.%m.%Y"),
        )
        for p in people()
    ]
    shows = ("hire_date", "salary_cents", "birth_date")
    content = _csv([head, *rows], ";").encode("cp1252")
    return Made("gmbh.csv", content, {"columns": {"hire_date": "Eintritt"}}, shows)


def panel() -> Made:
    """Ten years of payroll: a row for each person and year, growing pay, those who left no longer there."""
    rows = [
        (year, f"P{p.number}", p.hired.isoformat(), (p.cents - (2024 - year) * 100) / 100)
        for year in range(2015, 2025)
        for p in people()
        if p.hired.year <= year and (p.ended is None or p.ended.year >= year)
    ]
    text = _csv([("fiscal_year", "person_id", "hire_date", "gross_salary"), *rows])
    gone = {"several_rows": "latest"}
    return Made("panel.csv", text.encode(), gone, by="P")


def payroll_biweekly() -> Made:
    """A payroll provider's export: UTF-16 with tabs, file numbers, pay of two weeks, text months."""
    head = ["File Number", "Hire Date", "Biweekly Rate", "Position Status", "Termination Date"]
    rows = [
        (
            f"{p.number:04d}",
            p.hired.strftime("%d-%b-%Y"),
            f"{p.cents / 2600:.4f}",
            "Active" if p.staff else "Terminated",
            "" if p.ended is None else p.ended.strftime("%d-%b-%Y"),
        )
        for p in people()
    ]
    return Made("provider.txt", _csv([head, *rows], "\t").encode("utf-16"), by="0000")


def hris_pipes() -> Made:
    """An HR system's extract: a sep= line, pipes, times of day, several hire dates, an index of people."""
    head = ["Worker ID", "Original Hire Date", "Hire Date", "Annual Base Pay", "Worker Status", "FTE %"]
    rows = [
        (
            f"W-{p.number}",
            f"{p.hired.isoformat()} 00:00:00",
            f"{max(p.hired, dt.date(2020, 1, 1)).isoformat()} 00:00:00",
            p.cents / 100,
            "On Leave" if p.number % 5 == 0 and p.staff else "Active" if p.staff else "Separated",
            100,
        )
        for p in people()
    ]
    return Made("workers.csv", f"sep=|\r\n{_csv([head, *rows], '|')}".encode(), by="W-")


def saved_workbook() -> Made:
    """A workbook saved as text: dates as days, blank rows of separators, empty columns at the end."""
    head = ["Emp #", "Emp No", "Date Hired", "Salary", "", ""]
    zero = dt.date(1899, 12, 30)
    rows = [(n, f"{p.number}", (p.hired - zero).days, p.cents / 100, "", "") for n, p in enumerate(people()) if p.staff]
    blank = ["", "", "", "", "", ""]
    return Made("saved.csv", _csv([head, *rows[:10], blank, *rows[10:], blank, blank]).encode())


def excel_titles() -> Made:
    """A workbook: a cover, titles above the names, dates and numbers as such, a total."""
    head = ["EE No", "Hire Date", "DOB", "Annual Salary", "Def %", "Term Date"]
    rows = [(f"{p.number:03d}", p.hired, p.born, p.cents / 100, p.percent / 100, p.ended) for p in people()]
    total = ["Total", None, None, sum(p.cents for p in people()) / 100]
    sheets = {"Cover": [["ACME"], ["Confidential"]], "Census": [["Census 2024"], [], head, *rows, [], total]}
    shows = ("hire_date", "salary_cents", "birth_date", "deferral_bp")
    return Made("census.xlsx", workbook(sheets), shows=shows, by="000")


def hourly_only() -> Made:
    """A shop's file: nothing but rates under the name of a salary; the first run asks."""
    rows = [(p.number, _us(p.hired), p.rate) for p in people() if p.hourly and p.staff]
    return Made("shop.csv", _csv([("id", "hired", "salary"), *rows]).encode(), {"pay_basis": "hourly"})


FILES: dict[str, Callable[[], Made]] = {
    "city, mixed basis": city_mixed_basis,
    "city, two columns": city_two_columns,
    "HR training set": hr_training_set,
    "recordkeeper": recordkeeper_template,
    "recordkeeper's report": recordkeeper_titles,
    "German": german_semicolons,
    "panel": panel,
    "payroll provider": payroll_biweekly,
    "HR system": hris_pipes,
    "workbook saved as text": saved_workbook,
    "workbook": excel_titles,
    "hourly": hourly_only,
}


def main(folder: Path) -> None:
    """Write all files."""
    for make in FILES.values():
        made = make()
        (folder / made.name).write_bytes(made.content)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

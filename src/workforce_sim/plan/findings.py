"""What the tests of a plan year found, and how it prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from workforce_sim.display.card import Card, Table, cells
from workforce_sim.display.displayed import Displayed
from workforce_sim.plan.adp import AdpTest

Outcome = Literal[
    "passed", "failed", "exempt", "corrected", "not applicable", "not testable", "top-heavy", "not top-heavy"
]
Figures = Mapping[str, float | int | None]

_WORDS = {
    "ratio_percent": "share of the others / of the highly compensated",
    "lowest_ratio_percent": "lowest ratio percentage of a rate group",
    "hce_percent": "average of the highly compensated",
    "nhce_percent": "average of the others",
    "highest_passing_percent": "highest average that passes",
    "highest_hce_rate_percent": "highest rate of a highly compensated",
    "highest_nhce_rate_percent": "highest rate of the others",
    "hces": "highly compensated, tested",
    "nhces": "others, tested",
    "excess": "too much",
    "recharacterized": "of it stays as catch-up",
    "refunds": "of it goes back",
    "refunded_to": "employees with too much",
    "employees": "employees with too much",
    "highest_excess": "most of one of them",
    "key_percent": "share of key employees",
    "key_employees": "key employees",
    "key_balances": "balances of key employees",
    "all_balances": "all balances",
}
"""Names of figures in words."""
_OF_COVERAGE = {"hce_percent": "highly compensated who benefit", "nhce_percent": "others who benefit"}

RATIO_FAILED = "ratio percentage test failed; the average benefit test is not made"
RATES_FAILED = "ratio percentage test failed; cross-testing and the average benefit test are not made"
"""Notes of what has failed but may yet pass another test that the law allows."""


@dataclass(frozen=True)
class PlanTest:
    """What one test found.

    Attributes:
        test: its name.
        outcome: ``exempt`` is deemed passed; ``corrected`` means that the run itself has cut what was too much.
        section: of the Code.
        figures: numbers by name: floats are percentages (``..._percent``) and dollars, whole numbers are people; None
            where there is no such number.
        note: what else to know.
    """

    test: str
    outcome: Outcome
    section: str
    figures: Figures
    note: str = ""

    @property
    def written(self) -> str:
        """The figures as text."""
        return ", ".join(f"{name} {_number(value)}" for name, value in self.figures.items())

    @property
    def said(self) -> str:
        """The figures in words."""
        return "; ".join(f"{name} {_number(value)} {unit}".rstrip() for name, value, unit in self._read())

    def _read(self) -> Iterator[tuple[str, float | None, str]]:
        """Yield each figure: what it is in words, its value, and its unit."""
        words = _WORDS | (_OF_COVERAGE if self.test.startswith("Coverage") else {})
        for name, value in self.figures.items():
            percent = name.endswith("_percent") and value is not None
            yield words[name], value, "%" if percent else "dollars" if isinstance(value, float) else ""

    def __str__(self) -> str:
        said, note = (self.note, "") if self.note in (RATIO_FAILED, RATES_FAILED) else (self.outcome, self.note)
        lines = [_line(name, value, unit) for name, value, unit in self._read()]
        return "\n".join([f"{self.test}, IRC {self.section}: {said}", *lines, *([f"    {note}"] if note else [])])


@dataclass(frozen=True, repr=False)
class Nondiscrimination(Displayed):
    """The tests of one plan year; prints as a page.

    Attributes:
        year: the plan year.
        replicate: of the run.
        tests: what each test found.
        adp: the ADP test in figures, also of an exempt plan; where two plans are tested, of that of most people.
        acp: the ACP test.
        refunds: what corrects failed tests, one row per test and employee with an excess, Int64 cents: test,
            employee_id, excess_cents, of it recharacterized_cents (stay in the plan as catch-up) and refund_cents (of
            the ACP test: paid out as far as vested, else forfeited).
    """

    year: int
    replicate: int
    tests: tuple[PlanTest, ...]
    adp: AdpTest
    acp: AdpTest
    refunds: pl.DataFrame = field(compare=False)

    @property
    def frame(self) -> pl.DataFrame:
        """One row per test, as text: test, outcome, section, figures, note."""
        rows = [(found.test, found.outcome, found.section, found.written, found.note) for found in self.tests]
        columns = ("test", "outcome", "section", "figures", "note")
        return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")

    def __repr__(self) -> str:
        outcomes = Counter(found.outcome for found in self.tests)
        return f"<Nondiscrimination of {self.year}: {', '.join(f'{n} {outcome}' for outcome, n in outcomes.items())}>"

    def _card(self) -> Card:
        rows = [(found.test, f"IRC {found.section}", found.outcome, found.said, found.note) for found in self.tests]
        heading = ("Test", "Section", "Outcome", "Figures", "Note")
        return Card(f"Tests of plan year {self.year}", (Table(heading, cells(rows), left=5),))

    def __str__(self) -> str:
        return "\n".join([f"Plan year {self.year}, replicate {self.replicate}", *map(str, self.tests)])


def _line(words: str, value: float | None, unit: str) -> str:
    return f"    {words:<48}{_number(value):>16} {unit}".rstrip()


def _number(value: float | None) -> str:
    if value is None:
        return "none"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"

"""What the tests of a plan year found, and how it prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from workforce_sim.plan.adp import AdpTest

Outcome = Literal[
    "passed", "failed", "exempt", "corrected", "not applicable", "not testable", "top-heavy", "not top-heavy"
]
Figures = Mapping[str, float | int | None]


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

    def __str__(self) -> str:
        parts = [f"{self.test:<22}{self.outcome:<15}IRC {self.section}", self.written, self.note]
        return f"\n{'':<22}".join(part for part in parts if part)


@dataclass(frozen=True)
class Nondiscrimination:
    """The tests of one plan year; prints as a page.

    Attributes:
        year: the plan year.
        replicate: of the run.
        tests: what each test found.
        adp: the ADP test in figures, also of an exempt plan.
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

    def __str__(self) -> str:
        return "\n".join([f"Plan year {self.year}, replicate {self.replicate}", *map(str, self.tests)])


def _number(value: float | None) -> str:
    if value is None:
        return "none"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"

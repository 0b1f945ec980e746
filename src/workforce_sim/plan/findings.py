"""What the tests of a plan year found, and how it prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import polars as pl

from workforce_sim.display.card import Card, CardTable, cells
from workforce_sim.display.displayed import Displayed
from workforce_sim.plan.adp import AdpTest

Outcome = Literal[
    "passed",
    "failed",
    "exempt",
    "corrected",
    "not applicable",
    "not testable",
    "top-heavy",
    "not top-heavy",
    "presumed",
    "not presumed",
]
Figures = Mapping[str, float | int | None]

_WORDS = {
    "ratio_percent": "ratio percentage (NHCEs / HCEs)",
    "lowest_ratio_percent": "lowest ratio percentage of a rate group",
    "safe_harbor_percent": "safe harbor percentage",
    "needed_ratio_percent": "ratio percentage that a rate group needs",
    "average_benefit_percent": "average benefit percentage (NHCEs / HCEs)",
    "cross_tested_ratio_percent": "lowest ratio percentage, cross-tested",
    "gateway_percent": "gateway to cross-testing",
    "below_gateway": "NHCEs below the gateway",
    "hce_percent": "HCE average",
    "nhce_percent": "NHCE average",
    "highest_passing_percent": "highest HCE average that passes",
    "highest_hce_rate_percent": "highest HCE rate",
    "highest_nhce_rate_percent": "highest NHCE rate",
    "hces": "HCEs tested",
    "nhces": "NHCEs tested",
    "excess": "excess",
    "recharacterized": "recharacterized as catch-up",
    "refunds": "to be refunded",
    "refunded_to": "employees with an excess",
    "employees": "employees over the limit",
    "highest_excess": "largest excess of one employee",
    "qnec_percent": "or a QNEC for all NHCEs, share of pay",
    "qnec": "that QNEC",
    "targeted_qnec": "or QNECs for the lowest paid NHCEs",
    "shift_percent": "deferrals to shift from ADP, share of pay",
    "lowest_available_percent": "lowest ratio percentage of a rate of match",
    "rates": "rates of match",
    "overdue": "not used in time",
    "forfeited": "forfeited up to the year before",
    "used": "used since",
    "turnover_percent": "turnover brought about by the employer",
    "with_voluntary_percent": "turnover, voluntary terminations included",
    "members": "employees in the plan in the year",
    "initiated": "terminations brought about by the employer",
    "affected_forfeitures": "forfeited by all who terminated",
    "most_employees": "employees, up to two years before",
    "minimum_percent": "minimum contribution, share of pay",
    "lacking": "employees below the minimum",
    "missing": "missing contributions",
    "key_percent": "share of key employees",
    "key_employees": "key employees",
    "key_balances": "balances of key employees",
    "all_balances": "all balances",
}
"""What a page calls each figure; HCEs are highly compensated employees, NHCEs all others."""
_OF_COVERAGE = {"hce_percent": "HCEs who benefit", "nhce_percent": "NHCEs who benefit"}


class FigureInWords(NamedTuple):
    """A figure of a test: its name in words, its value, and the unit: ``%``, ``dollars`` or none, of people."""

    words: str
    value: float | int | None
    unit: str

    @property
    def text(self) -> str:
        """The value with its unit."""
        text = _number(self.value)
        return {"%": f"{text}%", "dollars": f"${text}"}.get(self.unit, text)


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
    def in_words(self) -> list[FigureInWords]:
        """The figures with their names and units as people read them."""
        words = _WORDS | (_OF_COVERAGE if self.test.startswith("Coverage") else {})
        return [FigureInWords(words[name], value, _unit(name, value)) for name, value in self.figures.items()]

    def __str__(self) -> str:
        lines = [f"    {figure.words:<48}{figure.text:>16}" for figure in self.in_words]
        note = [f"    {self.note}"] if self.note else []
        return "\n".join([f"{self.test}, IRC {self.section}: {self.outcome}", *lines, *note])


@dataclass(frozen=True, repr=False)
class Nondiscrimination(Displayed):
    """The tests of one plan year; prints as a page.

    Attributes:
        year: the plan year.
        label: the same as people read it: of a short one with the day on which it begins.
        replicate: of the run.
        tests: what each test found.
        adp: the ADP test in figures, also of an exempt plan; where two plans are tested, of that of most people.
        acp: the ACP test.
        refunds: what corrects failed tests, one row per test and employee with an excess, Int64 cents: test,
            employee_id, excess_cents, of it recharacterized_cents (stay in the plan as catch-up) and refund_cents (of
            the ACP test: paid out as far as vested, else forfeited).
        qnecs: what the employer could contribute in place of refunds, one row per failed test of this year's figures
            and employee, Int64 cents: test, employee_id, flat_cents (one share of pay for all who are not highly
            compensated) and targeted_cents (the lowest paid alone).
        minimums: who lacks part of the minimum contribution of a top-heavy year: employee_id, minimum_cents,
            contributed_cents, missing_cents.
    """

    year: int
    label: str
    replicate: int
    tests: tuple[PlanTest, ...]
    adp: AdpTest
    acp: AdpTest
    refunds: pl.DataFrame = field(compare=False)
    qnecs: pl.DataFrame = field(compare=False)
    minimums: pl.DataFrame = field(compare=False)

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
        rows = [(found.test, f"IRC {found.section}", found.outcome, _said(found), found.note) for found in self.tests]
        heading = ("Test", "Section", "Outcome", "Figures", "Note")
        return Card(f"Tests of plan year {self.label}", (CardTable(heading, cells(rows), left=5),))

    def __str__(self) -> str:
        of_several = f", simulation {self.replicate}" if self.replicate else ""
        return "\n".join([f"Plan year {self.label}{of_several}", *map(str, self.tests)])


def _said(test: PlanTest) -> str:
    return "; ".join(f"{figure.words} {figure.text}" for figure in test.in_words)


def _unit(name: str, value: float | None) -> str:
    return "%" if name.endswith("_percent") and value is not None else "dollars" if isinstance(value, float) else ""


def _number(value: float | None) -> str:
    if value is None:
        return "none"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"

"""The plan's tests of each year: what passed, what failed, and by how much."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workforce_sim.display.markup.elements import Child, Element, element
from workforce_sim.plan.findings import Nondiscrimination, PlanTest
from workforce_sim.plan.people import years_of
from workforce_sim.plan.testing import nondiscrimination
from workforce_sim.reporting.pages.parts import PageSection, listing, note
from workforce_sim.result.result import Result

GOOD = ("passed", "exempt", "corrected", "not top-heavy", "not presumed")
BAD = ("failed", "top-heavy", "presumed")


def tests_of(result: Result, years: Sequence[int]) -> list[Nondiscrimination]:
    """Return the tests of each year in which anybody was employed; none without a plan."""
    if not result.config.plan.enabled:
        return []
    replicate = int(result.summary["replicate"][0])
    tested = years_of(result, replicate)
    return [nondiscrimination(result, year, replicate=replicate) for year in years if year in tested]


def tests_section(found: Sequence[Nondiscrimination]) -> PageSection:
    """Return the outcome of each test in each year, and the figures behind them."""
    if not found:
        return PageSection("tests", "Plan tests", [])
    names = list(dict.fromkeys(test.test for year in found for test in year.tests))
    outcomes = {year.year: {test.test: test for test in year.tests} for year in found}
    rows: list[list[Child]] = [
        [name, _section(found, name), *(_outcome(outcomes[year.year].get(name)) for year in found)] for name in names
    ]
    heading = ["Test", "IRC", *(year.label for year in found)]
    detail = [list(row) for year in found for row in _details(year)]
    figures = listing("", ["Year", "Test", "Figures", "Note"], detail, text=True)
    more = element("details", element("summary", "Figures behind the tests"), figures)
    about = "Tests are made on the simulated employees of each year."
    return PageSection("tests", "Plan tests by year", [listing("", heading, rows, text=True), more, note(about)])


def _section(found: Sequence[Nondiscrimination], name: str) -> str:
    return next(test.section for year in found for test in year.tests if test.test == name)


def _outcome(test: PlanTest | None) -> Element | str:
    if test is None:
        return "-"
    kind = "pass" if test.outcome in GOOD else "fail" if test.outcome in BAD else None
    return element("span", test.outcome, class_=kind)


def _details(year: Nondiscrimination) -> Iterator[tuple[str, str, str, str]]:
    yield from ((year.label, test.test, _figures(test), test.note) for test in year.tests)


def _figures(test: PlanTest) -> str:
    return "; ".join(f"{figure.words} {figure.text}" for figure in test.in_words)


def failed(found: Sequence[Nondiscrimination]) -> list[str]:
    """Return which tests fail in which years, in words."""
    lines: dict[str, list[str]] = {}
    for year in found:
        for test in year.tests:
            if test.outcome == "failed":
                lines.setdefault(test.test, []).append(year.label)
    return [f"{name} ({', '.join(years)})" for name, years in lines.items()]

"""A short first year has its label wherever people read it: in all that the command lines print and write."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import polars as pl
import pytest

import workforce_sim as ws
from orchestrator_dbt.program import main as documented
from orchestrator_dbt.run_multi_year import OptimizationLevel, run_enhanced_multi_year_simulation
from tests.support_explorer import explored
from workforce_sim.cli.main import main
from workforce_sim.display.html import card_html
from workforce_sim.ensembles.saved import read_results
from workforce_sim.reporting.exports.excel import sheets_of
from workforce_sim.reporting.exports.sheet import Sheet
from workforce_sim.studies.portfolio.years import labelled_totals

LABEL = "2031 (from July 1)"
YAML = """
simulation: {start_year: 2031, end_year: LAST, target_growth_rate: 0.03, opening_date: 2031-07-01}
workforce: {total_termination_rate: 0.12, headcount: stochastic}
census: {size: 40}
plan: {match: {tiers: [{up_to: 0.06, rate: RATE}]}, profit_sharing: {kind: flat, rate: 0.01}}
uncertainty: {assumptions: [{key: workforce.total_termination_rate, normal: [0.12, 0.02]}]}
random_seed: 42
"""
MATCH = "plan.match.tiers[0].rate"
MADE = {
    "run": ["simulate", "today.yaml", "--tests"],
    "ensemble": ["ensemble", "today.yaml", "--replicates", "20"],
    "comparison": ["compare", "today.yaml", "richer.yaml", "--replicates", "3", "--by", "level"],
    "sweep": ["sweep", "today.yaml", "--set", f"{MATCH}=[0.5, 0.7]", "--replicates", "3"],
}
TOLD = {
    "why": ["run", "why", "run", "payroll"],
    "explain": ["run", "explain", "run", "match", "2031"],
    "show run": ["run", "show", "run"],
    "show ensemble": ["run", "show", "ensemble"],
    "show comparison": ["run", "show", "comparison"],
    "show sweep": ["run", "show", "sweep"],
    "diff": ["run", "diff", "run", "richer"],
    "diff of one year": ["run", "diff", "one", "richer"],
}
SEARCH = [
    *("optimize", "one.yaml", "--lever", f"{MATCH}=0.5,0.6", "--minimize", "net_employer_cost@2031"),
    *("--replicates", "2", "--report", "search.html"),
]
BARE = re.compile(r"(?<!July 1, )(?<!December 31, )(?<![Ee]nd of )(?<!NH-)(?<![\d.])2031(?! \(from)(?![-\d])")
"""A year that could be taken for a whole one: neither a date, nor the stock of a year's end."""
Captured = pytest.CaptureFixture[str]


def bare(text: str) -> list[str]:
    """Return the lines with the bare short year, but for those of the settings that make it one."""
    return [
        line
        for line in text.split("\n")
        if BARE.search(line) and not re.search("_year|opening_date|^hired: |^ *level ", line)
    ]


def words(page: str) -> str:
    """Return the text of a page, an element a line."""
    found = re.sub(r"<(style|script).*?</\1>", "", page, flags=re.DOTALL)
    found = re.sub(r"</text><text[^>]*>\(from", " (from", found)  # a name of two lines
    return re.sub(r"simulation\.(<wbr ?/?>)?(start|end).*?</tr>", "", found, flags=re.DOTALL).replace("<", "\n<")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a folder of each kind."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, last, rate in (("today", 2032, "0.5"), ("richer", 2032, "0.6"), ("one", 2031, "0.5")):
            Path(f"{name}.yaml").write_text(YAML.replace("LAST", str(last)).replace("RATE", rate))
        for name, command in {**MADE, "richer": ["simulate", "richer.yaml"], "one": ["simulate", "one.yaml"]}.items():
            with Path(f"{name}.txt").open("w") as printed, redirect_stdout(printed):
                assert main([*command, "--out", name]) == 0
    return folder


@pytest.fixture(autouse=True)
def folder(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(made)


@pytest.mark.parametrize("name", MADE)
def test_commands_print_the_label(name: str) -> None:
    printed = Path(f"{name}.txt").read_text(encoding="utf-8")
    assert LABEL in printed
    assert not bare(printed)


@pytest.mark.parametrize("name", TOLD)
def test_commands_on_results_print_the_label(name: str, capsys: Captured) -> None:
    assert main(TOLD[name]) == 0
    printed = capsys.readouterr().out.partition("## Made by")[0]  # below that are files
    assert (LABEL in printed) is (name != "diff")  # whose summary is that of 2032
    assert not bare(printed)


@pytest.mark.parametrize("name", MADE)
def test_pages_workbooks_and_pictures_have_the_label(name: str) -> None:
    found = read_results(name)
    page = words(found.report(f"{name}.html").read_text(encoding="utf-8"))
    assert LABEL in page
    assert not bare(page)
    assert not bare(words(card_html(found._card())))
    assert not bare(words(found.plot("payroll").svg))
    cells = "\n".join(lines_of(sheets_of(found, **({"people": True} if name == "run" else {}))))
    assert LABEL in cells
    assert not bare(cells)


def lines_of(sheets: list[Sheet]) -> Iterator[str]:
    """Yield every cell that people read, a row a line; those of a table of people are of one year."""
    for sheet in sheets:
        yield from (sheet.title, *sheet.about, *map(str, sheet.head))
        if not sheet.name.startswith("People"):
            yield from (" ".join(map(str, row.cells)) for row in sheet.rows)


def test_the_sheet_of_tests_has_the_label_at_the_top() -> None:
    (tests,) = (sheet for sheet in sheets_of(read_results("run")) if sheet.name == "Tests")
    assert tests.head == ["Test", "Section", LABEL, 2032]


def test_a_change_from_a_short_year_is_in_no_percent(capsys: Captured) -> None:
    assert main(["run", "why", "run", "payroll"]) == main(["run", "why", "run", "headcount"]) == 0
    payroll, headcount = (line for line in capsys.readouterr().out.split("\n") if " to 2032: " in line)
    assert "%" not in payroll
    assert "%" in headcount


def test_a_page_names_the_years_of_payroll_where_the_first_is_short() -> None:
    page = words(read_results("run").report("payroll.html").read_text(encoding="utf-8"))
    assert re.search(rf"Payroll goes from \S+ in {re.escape(LABEL)} to \S+ in 2032\.", page)


def test_runs_of_different_openings_are_told_apart_where_percents_are(capsys: Captured) -> None:
    text = Path("one.yaml").read_text().replace("07-01", "04-01")
    Path("spring.yaml").write_text(text)
    assert main(["simulate", "spring.yaml", "--out", "spring"]) == 0
    assert main(["run", "diff", "one", "spring"]) == 0
    printed = capsys.readouterr().out
    assert f"summary of {LABEL} in a, 2031 (from April 1) in b: " in printed
    assert "%" not in re.search(r"\n +payroll .*", printed)[0]  # type: ignore[index]


def test_a_timeline_says_since_when_pay_is_earned() -> None:
    run = read_results("run")
    assert isinstance(run, ws.Result)
    stays = run.snapshots.filter(year=2032)["employee_id"].cast(str).sort()[0]
    earned = re.findall(r"earned \S+( since July 1)?", str(ws.timeline(run, stays)))
    assert earned == [" since July 1", ""]


def test_the_sources_of_a_spread_have_the_label() -> None:
    found = ws.attribution("one.yaml", replicates=10, progress=None)
    assert LABEL in str(found)
    assert not bare(f"{found}\n{words(found._repr_html_())}")
    ensemble = ws.simulate_ensemble("one.yaml", replicates=2, progress=None)
    assert not bare(words(ensemble.report("apart.html", attribution=found).read_text(encoding="utf-8")))


def test_a_search_has_the_label(capsys: Captured) -> None:
    assert main(SEARCH) == 0
    assert f"Net employer cost in {LABEL}" in capsys.readouterr().out
    page = words(Path("search.html").read_text(encoding="utf-8"))
    assert LABEL in page
    assert not bare(page)


def test_evidence_has_the_label() -> None:
    assert main(["simulate", "today.yaml", "--out", "many"]) == 0
    ws.evidence("many", "evidence.zip")
    with zipfile.ZipFile("evidence.zip") as file:
        readme, page = (file.read(name).decode() for name in ("README.md", "report.html"))
    assert LABEL in readme
    assert not bare(readme)
    assert not bare(words(page))


def test_the_explorer_has_the_label() -> None:
    with explored(Path("today.yaml").absolute()) as visitor:
        assert not bare(words(visitor.ask("")[1].decode()))


# --- many employers ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opens", "label"),
    [
        ([7, 7, 7], LABEL),
        ([7, 7, 1], "2031 (short for 2 of 3 employers)"),
        ([7, 8, 9], "2031 (short for 3 of 3 employers)"),
        ([1, 1, 1], "2031"),
    ],
)
def test_a_year_of_many_employers_says_for_how_many_it_is_short(opens: list[int], label: str) -> None:
    employers = pl.DataFrame({"name": ["A", "B", "C"], "opens": [dt.date(2031, month, 1) for month in opens]})
    years = pl.DataFrame({"year": [2031, 2032], "employers": [3, 3]}, schema_overrides={"year": pl.Int32})
    assert [row["year"] for row in labelled_totals(years, employers)] == [label, "2032"]


def test_a_portfolio_has_the_label(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "book.csv").write_text("name,simulation.opening_date\nA,2031-07-01\nB,2031-01-01\n")
    asked = ["--config", "today.yaml", "--out", str(tmp_path / "out"), "--by", "name"]
    assert main(["portfolio", "run", str(tmp_path / "book.csv"), *asked]) == 0
    printed, found = capsys.readouterr().out, ws.read_portfolio(tmp_path / "out")
    assert printed.count("2031 (short for 1 of 2 employers)") == 3  # in the heading, of employees, of the plan
    assert LABEL in printed.split("\n\n")[-1]  # of each employer
    assert "2031 (short for 1 of 2 employers)" in str(found)
    assert found.employers["opens"].to_list() == [dt.date(2031, 7, 1), dt.date(2031, 1, 1)]


# --- the documented layer ---------------------------------------------------------------------------------------------


def test_the_documented_command_line_prints_the_label_and_answers_as_ever(capsys: Captured) -> None:
    years = ["--start-year", "2031", "--end-year", "2032", "--config", "today.yaml"]
    assert documented(years) == 0
    printed = capsys.readouterr().out
    assert printed.count(LABEL) == 2
    assert not bare(printed)

    settings = (OptimizationLevel.MEDIUM, 1, 1000, False, True, False)
    answer = asyncio.run(run_enhanced_multi_year_simulation(2031, 2032, *settings, "today.yaml"))
    assert [row["year"] for row in answer["yearly_results"]] == answer["completed_years"] == [2031, 2032]
    assert answer["opening_date"] == "2031-07-01"

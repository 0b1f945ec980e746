"""Workbooks: what is on their sheets, that they are the same for the same result, and that no text in them runs."""

from __future__ import annotations

import io
import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl
import pytest

import workforce_sim as ws
from workforce_sim import Comparison, Ensemble, RequestError, Result, Sweep
from workforce_sim.cli.main import main
from workforce_sim.reporting.exports import run_sheets
from workforce_sim.reporting.exports.excel import sheets_of, to_excel
from workforce_sim.reporting.exports.sheet import CellKind, Row, Series, Sheet, SheetChart
from workforce_sim.reporting.exports.workbook import MOST_ROWS, workbook_bytes
from workforce_sim.wording.measures import label

Captured = pytest.CaptureFixture[str]
CONFIG: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2026, "target_growth_rate": 0.03},
    "workforce": {"total_termination_rate": 0.12},
    "census": {"size": 120},
    "random_seed": 42,
}
STRETCH = {**CONFIG, "plan": {"match": {"preset": "stretch"}}}
HOSTILE = (
    '=HYPERLINK("http://evil.example","x")',
    "+1+cmd|'/C calc'!A0",
    "@SUM(1)",
    "-1",
    "http://evil.example",
    "\t=1",
)


@pytest.fixture(scope="module")
def run() -> Result:
    return ws.simulate(CONFIG)


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return ws.compare({"today": CONFIG, "stretch": STRETCH}, replicates=4, progress=None)


@pytest.fixture(scope="module")
def ensemble() -> Ensemble:
    return ws.simulate_ensemble(CONFIG, replicates=6, progress=None)


@pytest.fixture(scope="module")
def sweep() -> Sweep:
    return ws.sweep(CONFIG, {"compensation.cola_rate": [0.02, 0.03]}, replicates=2, progress=None)


def sheet(path: Path, name: str) -> list[tuple[Any, ...]]:
    """Return the rows of a sheet as a reader of workbooks sees them."""
    found = fastexcel.read_excel(str(path)).load_sheet(name, header_row=None, dtypes="string")
    return found.to_polars().rows()


def by_label(path: Path, name: str = "Summary") -> dict[str, tuple[Any, ...]]:
    return {row[0]: row[1:] for row in sheet(path, name) if row[0]}


def parts(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name).decode() for name in file.namelist()}


# --- what is on the sheets --------------------------------------------------------------------------------------------


def test_the_workbook_of_a_run_has_its_figures_in_dollars(run: Result, tmp_path: Path) -> None:
    path = run.to_excel(tmp_path / "run.xlsx")

    names = fastexcel.read_excel(str(path)).sheet_names
    assert names == ["Summary", "Tests", "Levels", "Assumptions", "Notes", "How it was made"]
    found = by_label(path)
    for measure in ("payroll_cents", "match_cents", "net_employer_cost_cents", "average_salary_cents"):
        assert [float(cell) for cell in found[label(measure)]] == [v / 100 for v in run.summary[measure]]
    for measure in ("headcount_closing", "hires", "participation_rate", "average_deferral_rate"):
        assert [float(cell) for cell in found[label(measure)]] == pytest.approx(
            run.summary[measure].to_list(), rel=1e-8
        )
    assert path.stat().st_mode & 0o777 == 0o600


def test_whole_headcounts_have_no_decimal(ensemble: Ensemble) -> None:
    """The target headcount is met in every simulation; how many are promoted is chance."""
    summary, bands = (sheet for sheet in sheets_of(ensemble) if sheet.name in ("Summary", "Bands"))
    for found in (summary, bands):
        kinds = {row.cells[0]: row.kind for row in found.rows}
        assert kinds[label("headcount_closing")] is CellKind.COUNT
        assert kinds[label("promotions")] is CellKind.MEAN


def test_the_page_of_a_sweep_says_of_which_combination_its_hashes_are(sweep: Sweep, tmp_path: Path) -> None:
    page = sweep.report(tmp_path / "sweep.html").read_text(encoding="utf-8")
    rows = by_label(sweep.to_excel(tmp_path / "sweep.xlsx"), "How it was made")
    first = rows["SHA-256 of the results: combination 0"][0]
    assert re.search(rf"Results, hash: first combination</t[hd]><td[^>]*><code>{first}", page)


def test_the_tests_of_each_year_stand_side_by_side(run: Result, tmp_path: Path) -> None:
    rows = by_label(run.to_excel(tmp_path / "run.xlsx"), "Tests")

    of_years = [ws.nondiscrimination(run, year) for year in (2025, 2026)]
    for place, test in enumerate(of_years[0].tests):
        assert rows[test.test] == (f"IRC {test.section}", *(year.tests[place].outcome for year in of_years))
    shown = float(rows["  HCE average"][1])
    assert shown == pytest.approx(of_years[0].tests[1].figures["hce_percent"] / 100)


def test_a_run_without_a_plan_has_no_tests(tmp_path: Path) -> None:
    path = ws.simulate({**CONFIG, "plan": {"enabled": False}}).to_excel(tmp_path / "run.xlsx")

    assert "Tests" not in fastexcel.read_excel(str(path)).sheet_names
    assert label("match_cents") not in by_label(path)


def test_assumptions_say_where_they_come_from(run: Result, tmp_path: Path) -> None:
    rows = by_label(run.to_excel(tmp_path / "run.xlsx"), "Assumptions")

    assert rows["workforce.total_termination_rate"][0] == "0.12"
    assert rows["workforce.total_termination_rate"][2] == "set in the configuration"
    assert rows["enrollment.escalation.cap"][2].startswith("default; ")
    assert rows["random_seed"][3] == "Seed of all random draws."


def test_how_it_was_made_has_the_hashes_of_the_page(run: Result, tmp_path: Path) -> None:
    rows = by_label(run.to_excel(tmp_path / "run.xlsx"), "How it was made")
    html = run.report(tmp_path / "run.html")

    assert rows["Fingerprint of all tables"] == (run.fingerprint,)
    assert rows["SHA-256 of the results"][0] in html.read_text(encoding="utf-8")
    assert rows["SHA-256 of the assumptions"][0] in html.read_text(encoding="utf-8")
    assert rows["SHA-256 of the completed census"] == (run.header.census,)
    assert rows["Random seed"] == ("42",)


def test_people_are_there_only_when_asked_for(run: Result, tmp_path: Path) -> None:
    without = run.to_excel(tmp_path / "without.xlsx")
    ids = run.snapshots["employee_id"].to_list()
    assert not any(person in text for text in parts(without).values() for person in ids)

    path = run.to_excel(tmp_path / "with.xlsx", people=True)
    for year in (2025, 2026):
        rows = sheet(path, f"People {year}")
        start = next(number for number, row in enumerate(rows) if row[0] == "Employee id")
        head, people = rows[start], rows[start + 1 :]
        expected = run.snapshots.filter(year=year).sort("employee_id")
        assert [row[0] for row in people] == expected["employee_id"].to_list()
        salary = head.index("Salary")
        assert [float(row[salary]) for row in people] == [cents / 100 for cents in expected["salary_cents"]]


def test_more_people_than_excel_holds_are_refused_with_the_way_on(
    run: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_sheets, "MOST_PEOPLE", 100)
    with pytest.raises(RequestError, match=r"people of 2025: 144 rows, a sheet of Excel holds 1,048,576; leave out "):
        run.to_excel(tmp_path / "run.xlsx", people=True)
    assert not list(tmp_path.iterdir())


def test_a_sheet_that_is_too_long_is_refused() -> None:
    rows = [Row([0])] * MOST_ROWS
    with pytest.raises(RequestError, match="the sheet Long would have 1,048,578 rows and 1 columns, Excel holds "):
        workbook_bytes([Sheet("Long", "Long", rows=rows)], "Long")


def test_the_workbook_of_an_ensemble_has_its_bands_and_totals(ensemble: Ensemble, tmp_path: Path) -> None:
    path = ensemble.to_excel(tmp_path / "ensemble.xlsx")

    mean = ensemble.bands.filter(measure="net_employer_cost_cents")["mean"]
    assert [float(cell) for cell in by_label(path)["Net employer cost"]] == pytest.approx((mean / 100).to_list())
    sums = ensemble.replicates.group_by("replicate").agg(pl.col("net_employer_cost_cents").sum())
    total = by_label(path, "Totals")["Net employer cost"]
    assert float(total[0]) == pytest.approx(sums["net_employer_cost_cents"].mean() / 100)
    error = sums["net_employer_cost_cents"].std() / 6**0.5 / 100
    assert float(total[1]) == pytest.approx(error)
    every = sheet(path, "Simulations")
    assert len([row for row in every if row[1] in ("2025", "2026")]) == 12


def test_too_many_simulations_for_a_sheet_are_said_to_be_elsewhere(ensemble: Ensemble) -> None:
    from workforce_sim.reporting.exports.band_rows import MOST_SIMULATED, simulations_sheet

    many = pl.concat([ensemble.replicates.clear(), *[ensemble.replicates] * (MOST_SIMULATED // 12 + 1)])
    found = simulations_sheet(many)
    assert not found.rows
    assert "20,004 rows" in found.about[0]
    assert "workforce-sim export DIR --to FOLDER" in found.about[0]


def test_the_workbook_of_a_comparison_answers_by_year_and_in_total(comparison: Comparison, tmp_path: Path) -> None:
    path = comparison.to_excel(tmp_path / "comparison.xlsx")

    rows = by_label(path)
    gaps = comparison.differences.filter(scenario="stretch", measure="net_employer_cost_cents")
    shown = [float(cell) for cell in rows["  stretch less today, P95"]]
    assert shown[:2] == pytest.approx((gaps["p95"] / 100).to_list())
    cost = comparison.replicates.pivot("scenario", index=["replicate", "year"], values="net_employer_cost_cents")
    each = cost.group_by("replicate").agg((pl.col("stretch") - pl.col("today")).sum().alias("gap"))["gap"]
    of_all = by_label(path, "Total differences")["Net employer cost"]
    assert float(of_all[1]) == pytest.approx(each.mean() / 100)
    assert float(of_all[2]) == pytest.approx(each.std() / 2 / 100)
    assert by_label(path, "Scenarios")["plan.match.preset"] == ("left out", "stretch")


def test_existing_employees_stand_apart_from_future_hires(comparison: Comparison, tmp_path: Path) -> None:
    rows = sheet(comparison.to_excel(tmp_path / "comparison.xlsx"), "Existing and future")

    found = comparison.by_group(least=10).filter(scenario="stretch", hired="existing employees", measure="match_cents")
    expected = found.filter(pl.col("year").is_null()).row(0, named=True)
    (shown,) = (row for row in rows if row[:4] == ("Employer match", "stretch", "existing employees", "all years"))
    assert float(shown[4]) == pytest.approx(expected["mean"] / 100)
    assert float(shown[8]) == pytest.approx(expected["difference_mean"] / 100)


def test_a_difference_of_shares_is_in_points_beside_the_shares() -> None:
    from workforce_sim.reporting.exports.band_rows import groups_sheet

    values = {"mean": 0.8, "mean_error": 0.01, "p5": 0.7, "p95": 0.9}
    gaps = {f"difference_{name}": value / 10 for name, value in values.items()}
    keys = {"scenario": "a", "level": "Staff", "year": 2025, "measure": "participation_rate"}
    (row,) = groups_sheet("S", "t", pl.DataFrame([{**keys, **values, **gaps}]), ()).rows
    assert row.cells[4:] == pytest.approx([0.8, 0.01, 0.7, 0.9, 8.0, 0.1, 7.0, 9.0])
    assert (row.kind, row.last) == (CellKind.PERCENT, (4, CellKind.POINTS))


def test_the_workbook_of_a_sweep_has_the_values_beside_the_results(sweep: Sweep, tmp_path: Path) -> None:
    rows = sheet(sweep.to_excel(tmp_path / "sweep.xlsx"), "Summary")

    payroll = sweep.summary.filter(measure="payroll_cents", year=2026)["mean"] / 100
    start = next(number for number, row in enumerate(rows) if row[0] == "Combination")
    column = rows[start].index("Payroll")
    shown = rows[start + 1 : start + 3]
    assert [float(row[1]) for row in shown] == [0.02, 0.03]
    assert [float(row[column]) for row in shown] == pytest.approx(payroll.to_list())


def test_ranges_have_names_and_charts_point_at_cells(run: Result, tmp_path: Path) -> None:
    found = parts(run.to_excel(tmp_path / "run.xlsx"))

    names = dict(re.findall(r'<definedName name="(\w+)"[^>]*>([^<]+)<', found["xl/workbook.xml"]))
    assert re.fullmatch(r"(')?Summary(')?!\$B\$\d+:\$C\$\d+", names["net_employer_cost_dollars"])
    charts = [text for name, text in found.items() if name.startswith("xl/charts/")]
    assert len(charts) == 4
    assert all("<c:numCache>" in text or "<c:f>" in text for text in charts)
    assert 'state="frozen"' in found["xl/worksheets/sheet1.xml"]


# --- the same for the same --------------------------------------------------------------------------------------------


def test_the_same_result_gives_the_same_bytes(comparison: Comparison, run: Result, tmp_path: Path) -> None:
    first, second = (comparison.to_excel(tmp_path / f"{n}.xlsx").read_bytes() for n in (1, 2))
    assert first == second
    again = ws.compare({"today": CONFIG, "stretch": STRETCH}, replicates=4, progress=None)
    assert again.to_excel(tmp_path / "again.xlsx").read_bytes() == first
    written = ws.simulate(CONFIG, out=tmp_path / "run")
    of_disk, of_memory = (each.to_excel(tmp_path / f"{n}.xlsx") for n, each in enumerate((written, run), 10))
    assert of_disk.read_bytes() == of_memory.read_bytes()


# --- nothing runs -----------------------------------------------------------------------------------------------------


REFERENCE = re.compile(r"('[A-Za-z ]+'|[A-Za-z]+)!\$[A-Z]+\$\d+(:\$[A-Z]+\$\d+)?")


def no_formula(path: Path) -> None:
    """Assert that no cell has a formula or a link, and no chart or name refers to anything but cells."""
    for name, text in parts(path).items():
        if name.startswith("xl/worksheets/"):
            assert not re.search("<f[ >/]", text), name
            assert "hyperlink" not in text.lower(), name
        if name.startswith("xl/charts/"):
            references = re.findall(r"<c:f>([^<]*)</c:f>", text)
            assert references
            assert all(
                re.fullmatch(r"('[A-Za-z ]+'|[A-Za-z]+)!\$[A-Z]+\$\d+(:\$[A-Z]+\$\d+)?", each) for each in references
            )
        assert "externalLink" not in name


def test_hostile_names_of_scenarios_are_text(tmp_path: Path) -> None:
    named = {name: (CONFIG if number % 2 else STRETCH) for number, name in enumerate(HOSTILE)}
    path = ws.compare(named, replicates=2, progress=None).to_excel(tmp_path / "c.xlsx")

    no_formula(path)
    assert [cell for cell in by_label(path) if cell in HOSTILE or cell.strip() in HOSTILE]
    assert HOSTILE[0] in by_label(path)


def test_hostile_levels_departments_and_ids_are_text(tmp_path: Path) -> None:
    rows = [f'E{n},2020-01-0{n + 1},{50_000 + n},"{text}","{text}"' for n, text in enumerate(map(quoted, HOSTILE))]
    rows += [f'"{quoted(text)}",2021-01-01,60000,plain,plain' for text in HOSTILE[:4]]
    census = tmp_path / "census.csv"
    census.write_text("\n".join(["employee_id,hire_date,annual_salary,level,department", *rows]), encoding="utf-8")
    small = {**CONFIG, "workforce": {"total_termination_rate": 0.0}}

    path = ws.simulate(small, census=census).to_excel(tmp_path / "run.xlsx", people=True)

    no_formula(path)
    people = {cell for row in sheet(path, "People 2025") for cell in row}
    assert {HOSTILE[0], HOSTILE[1], HOSTILE[2]} <= people


def quoted(text: str) -> str:
    return text.replace('"', '""')


def test_text_of_any_kind_is_a_cell_of_text() -> None:
    strange = ["\x00\x1b[31m", "_x0041_", "a" * 40_000, "{=1}", "", "\ud7ff\ufffd"]
    chart = SheetChart("=1", "line", [Series((0, 0), (0, 1), (0, 1))], ((0, 1), (0, 1)), CellKind.COUNT)
    content = workbook_bytes(
        [Sheet("S", "=1+1", ["=2"], rows=[Row([text, 1.0]) for text in strange], charts=[chart])], "=3"
    )

    with zipfile.ZipFile(io.BytesIO(content)) as file:
        page = file.read("xl/worksheets/sheet1.xml").decode()
    assert "<f" not in page
    found = fastexcel.read_excel(content).load_sheet(0, header_row=None).to_polars().rows()
    assert found[0][0] == "=1+1"
    assert found[2][0] == "=2"
    assert len(str(found[5][0])) == 32_767


def test_numbers_that_are_none_are_empty_cells() -> None:
    content = workbook_bytes(
        [Sheet("S", "t", ["a", "b"], rows=[Row(["x", float("nan")]), Row(["y", float("inf")])])], "t"
    )
    assert fastexcel.read_excel(content).load_sheet(0, header_row=2).to_polars()["b"].to_list() == [None, None]


# --- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("run.xls", "a workbook needs a name that ends in .xlsx"),
        ("there.xlsx", "exists already; choose another name"),
        ("no/where.xlsx", "cannot be written"),
    ],
)
def test_a_file_that_cannot_be_is_refused(run: Result, tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "there.xlsx").write_text("mine")
    with pytest.raises(RequestError, match=why):
        run.to_excel(tmp_path / name)
    assert (tmp_path / "there.xlsx").read_text() == "mine"
    assert run.to_excel(tmp_path / "there.xlsx", overwrite=True).read_bytes()[:2] == b"PK"


def test_people_of_an_ensemble_are_refused(ensemble: Ensemble, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="only a run has tables of single employees"):
        to_excel(ensemble, tmp_path / "e.xlsx", people=True)


def test_without_xlsxwriter_the_extra_is_named(run: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(RequestError, match=r'a workbook needs XlsxWriter: pip install "workforce-sim\[excel\]"'):
        run.to_excel(tmp_path / "run.xlsx")
    assert not list(tmp_path.iterdir())


# --- by command line --------------------------------------------------------------------------------------------------

YAML = """\
simulation: {start_year: 2025, end_year: 2026, target_growth_rate: 0.03}
workforce: {total_termination_rate: 0.12}
census: {size: 120}
random_seed: 42
"""
WRITES: dict[str, list[str]] = {
    "run": ["simulate", "c.yaml"],
    "ensemble": ["ensemble", "c.yaml", "--replicates", "2"],
    "comparison": ["compare", "a=c.yaml", "b=d.yaml", "--replicates", "2", "--gains", "level"],
    "sweep": ["sweep", "c.yaml", "--set", "compensation.cola_rate=[0.02, 0.03]", "--replicates", "2"],
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("c.yaml").write_text(YAML)
    Path("d.yaml").write_text(f"{YAML}plan: {{match: {{preset: stretch}}}}\n")
    return tmp_path


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("kind", WRITES)
def test_every_kind_of_folder_becomes_a_workbook(kind: str, capsys: Captured) -> None:
    assert main([*WRITES[kind], "--out", "it"]) == 0
    capsys.readouterr()
    assert main(["export", "it", "--xlsx", "it.xlsx"]) == 0

    assert capsys.readouterr().err == "written to it.xlsx\n"
    found = fastexcel.read_excel("it.xlsx")
    assert found.sheet_names[0] == "Summary"
    assert {"Assumptions", "Notes", "How it was made"} <= set(found.sheet_names)
    assert ("Who gains" in found.sheet_names) == (kind == "comparison")


@pytest.mark.usefixtures("here")
def test_people_by_command_line_have_pseudonyms_when_asked(capsys: Captured) -> None:
    Path("key").write_text("twenty-four bytes of key")
    assert main(["simulate", "c.yaml", "--out", "it"]) == 0
    assert main(["export", "it", "--xlsx", "named.xlsx", "--people"]) == 0
    assert main(["export", "it", "--xlsx", "hidden.xlsx", "--people", "--key-file", "key"]) == 0

    assert capsys.readouterr().err.splitlines()[1:] == [
        "written to named.xlsx; ids are as in the run: --key-file gives pseudonyms",
        "written to hidden.xlsx",
    ]
    ids = ws.read_run("it").snapshots["employee_id"].to_list()
    read: Callable[[str], str] = lambda name: parts(Path(name))["xl/sharedStrings.xml"]  # noqa: E731
    assert all(person in read("named.xlsx") for person in ids)
    assert not any(person in read("hidden.xlsx") for person in ids)


@pytest.mark.usefixtures("here")
def test_a_workbook_is_not_written_into_what_it_is_made_from(capsys: Captured) -> None:
    assert main(["simulate", "c.yaml", "--out", "it"]) == 0
    assert main(["export", "it", "--xlsx", "it/it.xlsx"]) == 1
    assert "lies in the folder that is exported" in capsys.readouterr().err
    assert ws.verify_run("it")

"""Reports: pages whose figures are those of the result, the same each time, harmless whatever names are in them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import workforce_sim as ws
from tests.pages.reading import Page, agrees, shown
from workforce_sim.cli.main import main
from workforce_sim.config import with_changes
from workforce_sim.config.keys import schema_at
from workforce_sim.errors import LedgerError, RequestError
from workforce_sim.reporting.pages.results import page_of_folder
from workforce_sim.reporting.pages.sources import DOCUMENTED, JUDGMENT, SOURCES
from workforce_sim.reporting.pages.values import alike

TODAY = """
simulation: {start_year: 2025, end_year: 2027, target_growth_rate: 0.03}
workforce: {total_termination_rate: 0.12, headcount: stochastic}
census: {size: 120}
plan: {match: {tiers: [{up_to: 0.06, rate: 0.5}]}, vesting: {match: graded_6}}
random_seed: 4
"""
RICHER = TODAY.replace("rate: 0.5", "rate: 0.75")
ROOT = Path(__file__).parents[2]
YEARS = (2025, 2026, 2027)
COST = "net_employer_cost_cents"
Captured = pytest.CaptureFixture[str]


def configured(text: str = TODAY, **changes: Any) -> ws.Config:
    return with_changes(ws.load_config(text_config(text)), {key.replace("__", "."): v for key, v in changes.items()})


def text_config(text: str) -> dict[str, Any]:
    import yaml

    return dict(yaml.safe_load(text))


@pytest.fixture(scope="module")
def compared() -> ws.Comparison:
    scenarios = {"Today": configured(), "Richer match": configured(RICHER)}
    return ws.compare(scenarios, replicates=20, progress=None)


@pytest.fixture(scope="module")
def run() -> ws.Result:
    return ws.simulate(configured())


def page_of(result: Any, folder: Path, **how: Any) -> Page:
    return Page(result.report(folder / "page.html", **how).read_bytes())


@pytest.fixture(scope="module")
def page(compared: ws.Comparison, tmp_path_factory: pytest.TempPathFactory) -> Page:
    return page_of(compared, tmp_path_factory.mktemp("compared"))


@pytest.fixture(scope="module")
def page_of_run(run: ws.Result, tmp_path_factory: pytest.TempPathFactory) -> Page:
    return page_of(run, tmp_path_factory.mktemp("run"))


def totals(found: ws.Comparison, name: str) -> Any:
    rows = found.replicates.filter(pl.col("scenario") == name).group_by("replicate").agg(pl.col(COST).sum())
    return rows.sort("replicate")[COST].to_numpy() / 100


# --- how the figures came about ---


def test_a_run_says_how_its_figures_came_about_and_shows_no_employee(tmp_path: Path) -> None:
    run = ws.simulate(configured(census__size=60))
    page = page_of(run, tmp_path)
    by_level = page.table("Employer match by level")
    whole = ws.explain(run, "match", YEARS[-1]).parts["level"]

    employees, match = by_level.column("Employees"), by_level.column("Employer match")
    hidden = {name for name, cell in employees.items() if cell == "hidden"}
    assert {name for name, count, _ in whole.rows() if count < 10} <= hidden
    assert hidden == {name for name, cell in match.items() if cell == "hidden"} != set()
    assert all(agrees(match[name], cents / 100) for name, _, cents in whole.rows() if name not in hidden)
    (text,) = page.text["main"]
    assert "nobody of the run" in text
    assert not any(who in text for who in run.snapshots["employee_id"].unique())


# --- figures are those of the result ----------------------------------------------------------------------------------


def test_cost_of_each_year_is_that_of_the_bands(compared: ws.Comparison, page: Page) -> None:
    table = page.table("Net employer cost: Richer match compared with Today")
    bands = compared.bands.filter(pl.col("measure") == COST)
    gaps = compared.differences.filter(pl.col("measure") == COST)

    for year in YEARS:
        for name in ("Today", "Richer match"):
            mean = bands.filter(year=year, scenario=name)["mean"][0] / 100
            assert agrees(table.column(name)[str(year)], mean)
        gap = gaps.filter(year=year).row(0, named=True)
        low, high = table.column("90% of simulations")[str(year)].split(" to ")
        assert agrees(table.column("Difference")[str(year)], gap["mean"] / 100)
        assert agrees(low, gap["p5"] / 100)
        assert agrees(high, gap["p95"] / 100)
        assert agrees(table.column("Standard error")[str(year)], gap["mean_error"] / 100)


def test_a_total_has_the_error_of_totals(compared: ws.Comparison, page: Page) -> None:
    table = page.table("Net employer cost: Richer match compared with Today")
    gap = totals(compared, "Richer match") - totals(compared, "Today")
    low, high = np.percentile(gap, [5, 95])

    assert agrees(table.column("Difference")["Total"], gap.mean())
    assert table.column("90% of simulations")["Total"].split(" to ")[0].startswith("+$")
    assert agrees(table.column("90% of simulations")["Total"].split(" to ")[0], low)
    assert agrees(table.column("90% of simulations")["Total"].split(" to ")[1], high)
    assert agrees(table.column("Standard error")["Total"], gap.std(ddof=1) / np.sqrt(20))


@pytest.mark.parametrize("rate", [0.0, 0.04])
def test_present_value_counts_each_year_at_its_middle(rate: float, compared: ws.Comparison, tmp_path: Path) -> None:
    page = page_of(compared, tmp_path, discount_rate=rate)
    table = page.table("Net employer cost: Richer match compared with Today")
    means = compared.bands.filter(pl.col("measure") == COST, pl.col("scenario") == "Today").sort("year")["mean"]
    exact = sum(mean / 100 / (1 + rate) ** (i + 0.5) for i, mean in enumerate(means))

    assert agrees(table.column("Today")[f"Present value at {100 * rate:.1f}%"], exact)


def test_the_answer_says_what_the_table_says(compared: ws.Comparison, page: Page) -> None:
    gap = totals(compared, "Richer match") - totals(compared, "Today")
    answer = page.text["p"][1]
    found = re.search(r"Richer match costs the employer (\$[\d.]+[KM]) more than Today", answer)

    assert page.text["h1"] == ["What does Richer match cost compared with Today, 2025 to 2027, and who gains?"]
    assert found is not None
    assert agrees(found[1], gap.mean())
    low, high = re.search(r"In 90% of simulations it costs (\S+) to (\S+) more", answer).groups()
    assert agrees(low, np.percentile(gap, 5))
    assert agrees(high, np.percentile(gap, 95))


def test_sources_add_up_to_the_cost(compared: ws.Comparison, page: Page) -> None:
    table = page.within("Employer cost by source")[0]

    for name in ("Today", "Richer match"):
        cells = table.column(name)
        *parts, net = [shown(text) for text in cells.values()]
        assert agrees(cells["Net employer cost"], totals(compared, name).mean())
        assert abs(sum(value for value, _ in parts) - net[0]) <= sum(within for _, within in parts) + net[1]


def test_participation_is_that_of_the_bands(compared: ws.Comparison, page: Page) -> None:
    table = page.table("Participation: eligible employees")
    bands = compared.bands.filter(pl.col("measure") == "participation_rate", pl.col("scenario") == "Richer match")

    for row in bands.to_dicts():
        cells = next(cells for cells in table.rows if cells[0] == str(row["year"]))
        assert agrees(cells[3], row["mean"])
        assert agrees(cells[4].split(" to ")[0], row["p5"])


def test_gains_are_those_of_the_comparison(compared: ws.Comparison, tmp_path: Path) -> None:
    table = page_of(compared, tmp_path, least=None).table("Richer match: by job level")
    gains = compared.gains("level")

    for row in gains.to_dicts():
        assert table.column("Employees")[str(row["level"])] == f"{row['persons']:,}"
        assert table.column("Gain")[str(row["level"])] == f"{row['gain']:,}"
        assert agrees(
            table.column("Employer contributions per employee")[str(row["level"])], row["mean_employer_cents"] / 100
        )


def test_small_cells_are_hidden_unless_asked_for(compared: ws.Comparison, tmp_path: Path) -> None:
    shy, open_page = (page_of(compared, tmp_path, **how).table("Richer match: by age") for how in ({}, {"least": None}))

    assert any("hidden" in row for row in shy.rows)
    assert not any("hidden" in row for row in open_page.rows)


def test_the_bridge_of_a_run_closes(run: ws.Result, page_of_run: Page) -> None:
    table = page_of_run.table("Headcount bridge by year")

    for cells in table.rows[1:]:
        opening, hires, left, new, closing = (int(cell.replace(",", "")) for cell in cells[1:])
        assert opening + hires - left - new == closing
    assert [int(cells[5]) for cells in table.rows[1:4]] == run.summary["headcount_closing"].to_list()


def test_tests_of_a_run_are_those_of_the_plan(run: ws.Result, page_of_run: Page) -> None:
    table = page_of_run.within("Plan tests by year")[0]

    outcomes = {year: {found.test: found.outcome for found in ws.nondiscrimination(run, year).tests} for year in YEARS}
    not_every_year = dict.fromkeys((name for tests in outcomes.values() for name in tests), "-")
    for year, tests in outcomes.items():
        assert table.column(str(year)) == not_every_year | tests


def test_pyramids_and_rates_count_the_employees(run: ws.Result, page_of_run: Page) -> None:
    last = run.summary.row(-1, named=True)

    for table in page_of_run.within("Age and years of service"):
        assert sum(int(row[2]) for row in table.rows[1:]) == last["headcount_closing"]
    rates = page_of_run.within("Deferral rates")[0].column("End of 2027")
    assert sum(map(int, rates.values())) == last["eligible"]
    assert sum(int(found) for rate, found in rates.items() if rate != "0%") <= last["participants"]


def test_a_sweep_shows_every_combination(tmp_path: Path) -> None:
    grid = {"plan.match.tiers[0].rate": [0.4, 0.6], "compensation.cola_rate": [0.01, 0.03]}
    swept = ws.sweep(configured(), grid, replicates=4, progress=None)
    table = page_of(swept, tmp_path).within("All combinations")[0]
    sums = swept.replicates.group_by("combination", "replicate").agg(pl.col(COST).sum())
    means = sums.group_by("combination").agg(pl.col(COST).mean()).sort("combination")[COST]

    assert [row[:2] for row in table.rows[1:]] == [["0.4", "0.01"], ["0.4", "0.03"], ["0.6", "0.01"], ["0.6", "0.03"]]
    assert all(agrees(row[2], mean / 100) for row, mean in zip(table.rows[1:], means, strict=True))
    assert table.rows[1][-1] == "yes"


# --- how sure ---------------------------------------------------------------------------------------------------------


def test_the_heading_says_chance_only(page: Page) -> None:
    assert "How sure are these figures? Chance only" in page.text["h2"]


def test_sources_of_the_range_are_told_apart(tmp_path: Path) -> None:
    drawn = [{"key": "workforce.total_termination_rate", "uniform": [0.08, 0.16]}]
    uncertain = configured(uncertainty={"year_effects": {"terminations": 0.15}, "assumptions": drawn})
    found = ws.attribution(uncertain, replicates=12, measures=["headcount_closing"])
    page = page_of(found.ensembles["all"], tmp_path, attribution=found)
    table = page.table("Where the range comes from")
    shares = {row["source"]: row["share"] for row in found.table.to_dicts()}

    assert "How sure are these figures? Chance, good and bad years and uncertain assumptions" in page.text["h2"]
    assert agrees(table.column("Assumptions")["Employees at year end, 2027"], shares["assumptions"])
    assert page.table("Assumptions that are drawn").rows[1][0] == "workforce.total_termination_rate"


def test_a_folder_tells_its_sources_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.chdir(tmp_path)
    Path("certain.yaml").write_text(TODAY)
    Path("today.yaml").write_text(TODAY + "uncertainty: {year_effects: {terminations: 0.2}}\n")
    assert main(["ensemble", "today.yaml", "--replicates", "5", "--out", "out"]) == 0
    assert main(["report", "out", "--apart", "9"]) == 1
    assert "--apart: 10 simulations or more of each source (got 9)" in capsys.readouterr().err
    assert main(["report", "out", "--apart", "10"]) == 0

    table = Page(Path("out.html").read_bytes()).table("Where the range comes from")
    assert [row[0] for row in table.rows[1:]] == [
        "Employees at year end, 2027",
        "Payroll, 2027",
        "Net employer cost, 2027",
    ]
    assert main(["ensemble", "certain.yaml", "--replicates", "5", "--out", "certain"]) == 0
    assert main(["report", "certain", "--apart", "10"]) == 1
    assert "only chance varies" in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_named(capsys: Captured) -> None:
    assert main(["report", "/no/such/result"]) == 1
    assert capsys.readouterr().err == "/no/such/result: no such folder\n"


def test_another_census_is_not_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.chdir(tmp_path)
    drawn = "uncertainty: {year_effects: {terminations: 0.2}}\ncensus: {path: staff.csv}\n"
    ws.synthetic_census(50).frame.write_csv("staff.csv")
    Path("today.yaml").write_text(TODAY.replace("census: {size: 120}\n", "") + drawn)
    assert main(["ensemble", "today.yaml", "--replicates", "5", "--out", "out"]) == 0
    ws.synthetic_census(51).frame.write_csv("staff.csv")

    assert main(["report", "out", "--apart", "10"]) == 1
    assert "the census is not the one of the result any more" in capsys.readouterr().err


def test_one_simulation_has_no_range(page_of_run: Page) -> None:

    assert "How sure are these figures? One simulation, no range" in page_of_run.text["h2"]
    assert not any("90%" in cell for table in page_of_run.tables for cell in table.rows[0])


# --- what it rests on -------------------------------------------------------------------------------------------------


def test_differences_warnings_and_assumptions_are_told(compared: ws.Comparison, page: Page) -> None:

    assert page.table("Richer match compared with Today").rows[1][::2] == ["plan.match.tiers[0].rate", "0.5"]
    assert page.table("Set in the configuration").column("Source")["random_seed"] == "your configuration"
    made = page.within("How this was made")[0].column("Value")
    assert made["Simulations"] == "20"
    assert made["Assumptions, hash: Today"] == compared.headers["Today"].asked()


def test_a_compliance_warning_is_a_warning(tmp_path: Path) -> None:
    late = configured(eligibility={"waiting_period_days": 800})
    page = page_of(ws.simulate(late), tmp_path)

    assert any(text.startswith("Warning: ") and "410(a)" in text for text in page.text["p"])


@pytest.mark.parametrize("key", SOURCES)
def test_a_source_is_of_a_key_and_in_the_chapter(key: str) -> None:
    chapter = " ".join((ROOT / "docs/model/assumptions.md").read_text(encoding="utf-8").split())
    parts = key.split(".")
    cited = re.findall(r"[A-Z][A-Za-z]{2,}|\d[\dA-Za-z()-]{2,}", SOURCES[key].replace("IRC", ""))

    assert parts[-1] in schema_at(tuple(parts[:-1]))["properties"]
    assert [word for word in cited if word not in chapter] == []
    assert cited or SOURCES[key] in (JUDGMENT, DOCUMENTED)


BY_SERVICE = "from 0 years of service: 50% of the first 4% of pay; from 5 years of service: 100% of the first 4% of pay"
BANDED = {"by_service": [{"from": 0, "rate": 0.5, "max": 0.04}, {"from": 5, "rate": 1, "max": 0.04}]}


@pytest.mark.parametrize(
    ("match", "said"),
    [
        ({}, "100% of the first 3% of pay, 50% of the next 2% of pay"),
        ({"preset": "none"}, "none"),
        ({"dollar_tiers": [{"up_to": 1000, "rate": 1}]}, "100% of the first $1,000"),
        (
            {2025: {"preset": "simple"}, 2027: BANDED},
            f"2025 to 2026: 50% of the first 6% of pay; 2027: {BY_SERVICE}",
        ),
    ],
    ids=["default", "none", "dollars", "by year and service"],
)
def test_the_plan_is_told_in_words(match: Any, said: str, tmp_path: Path) -> None:
    written = text_config(TODAY)
    config = ws.load_config({**written, "plan": {"match": match, "vesting": {"match": "graded_6"}}})
    table = page_of(ws.simulate(config), tmp_path).table("Plan design")

    assert table.column("Plan")["Employer match"] == said
    assert table.column("Plan")["Vesting of the match"] == "6-year graded"


# --- any result -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("changes", [{"plan__enabled": False}, {"simulation__end_year": 2025}], ids=str)
def test_no_plan_and_one_year_have_pages_too(changes: dict[str, Any], tmp_path: Path) -> None:
    config = configured(**changes)
    scenarios = {"Today": configured(**{k: v for k, v in changes.items() if k != "plan__enabled"}), "Other": config}

    for result in (
        ws.simulate(config),
        ws.simulate_ensemble(config, replicates=2, progress=None),
        ws.compare(scenarios, replicates=1, progress=None),
        ws.sweep(config, {"compensation.cola_rate": [0.01, 0.02]}, replicates=1, progress=None),
    ):
        page = page_of(result, tmp_path)
        assert page.text["h1"][0].endswith("?")
        assert not re.search(r"\b(nan|None|inf)\b", page.text["main"][0])


def test_a_sweep_has_the_compliance_warnings_of_all_combinations(tmp_path: Path) -> None:
    presets = [{"preset": "simple"}, {"preset": "qaca"}]
    page = page_of(ws.sweep(configured(), {"plan.match": presets}, replicates=1, progress=None), tmp_path)
    warnings = [text for text in page.text["p"] if text.startswith("Warning: ")]

    assert any("a QACA covers everybody without an election" in text for text in warnings)
    assert not any(text.startswith("No compliance warning") for text in page.text["p"])
    assert not any("compliance warning: " in text for text in page.text["li"])


def test_pages_of_results_without_a_plan_tell_payroll(tmp_path: Path) -> None:
    bare = configured(plan__enabled=False)
    dearer = with_changes(bare, {"compensation.cola_rate": 0.05})
    compared = ws.compare({"Today": bare, "Dearer": dearer}, replicates=2, progress=None)
    swept = ws.sweep(bare, {"compensation.cola_rate": [0.01, 0.02]}, replicates=2, progress=None)

    for result in (compared, swept):
        page = page_of(result, tmp_path)
        assert page.text["h1"][0].startswith("How do payroll and headcount ")
        assert any(re.search(r"payroll .*\$\d+", text) for text in page.text["p"])
        assert not re.search("who gains|mean total cost|Employer contributions", page.text["main"][0])
    (table,) = [each for each in page.tables if each.section == "All combinations"]
    totals = swept.totals.filter(measure="payroll_cents")["mean"] / 100
    assert table.rows[0][-2] == "Employees at year end, 2027"
    assert all(agrees(text, exact) for text, exact in zip(table.column("Total payroll").values(), totals, strict=True))


def test_a_page_is_the_same_from_memory_and_from_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("today.yaml").write_text(TODAY)
    Path("richer.yaml").write_text(RICHER)
    assert main(["compare", "Today=today.yaml", "Richer=richer.yaml", "--replicates", "2", "--out", "compared"]) == 0
    assert main(["report", "compared"]) == 0
    found = ws.compare({"Today": "today.yaml", "Richer": "richer.yaml"}, replicates=2, progress=None)

    assert found.report("memory.html").read_bytes() == Path("compared.html").read_bytes()


@pytest.mark.parametrize("kind", ["run", "ensemble", "sweep"])
def test_every_kind_of_folder_has_a_page(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("today.yaml").write_text(TODAY)
    commands = {
        "run": ["simulate", "today.yaml"],
        "ensemble": ["ensemble", "today.yaml", "--replicates", "3"],
        "sweep": ["sweep", "today.yaml", "--set", "compensation.cola_rate=[0.01, 0.02]", "--replicates", "2"],
    }
    assert main([*commands[kind], "--out", "out"]) == 0
    assert main(["report", "out", "--out", "page.html", "--discount-rate", "3%"]) == 0

    first = Path("page.html").read_bytes()
    assert main(["report", "out", "--out", "page.html", "--discount-rate", "0.03"]) == 0
    assert Path("page.html").read_bytes() == first
    assert b"Present value at 3.0%" in first
    assert len(first) < 200_000


# --- harmless ---------------------------------------------------------------------------------------------------------

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style></svg></title><script>alert(1)</script>",
    "\x1b[31mred\u202e",
    "javascript:alert(1)",
    "=HYPERLINK(1)",
)


def test_hostile_names_of_scenarios_levels_and_departments_are_text(tmp_path: Path) -> None:
    census = pl.DataFrame(
        {
            "employee_id": [f"E{i}" for i in range(60)],
            "birth_date": ["1980-01-01"] * 60,
            "hire_date": ["2015-01-01"] * 60,
            "salary": [60_000 + 500 * i for i in range(60)],
            "level": [HOSTILE[i % 3] for i in range(60)],
            "department": [HOSTILE[i % 2] for i in range(60)],
        }
    )
    scenarios = {
        name: configured(plan__match={"tiers": [{"up_to": 0.06, "rate": (i + 1) / 10}]})
        for i, name in enumerate(HOSTILE)
    }
    found = ws.compare(scenarios, census=census, replicates=2, progress=None)
    content = found.report(tmp_path / "page.html", least=None).read_bytes()
    page = Page(content)

    assert [tag for tag, _ in page.tags if tag in ("script", "img", "iframe", "object", "link", "a")].count(
        "script"
    ) == 1
    assert not any(
        name.startswith("on") or name in ("src", "style", "srcset") for _, held in page.tags for name in held
    )
    assert all(held["href"].startswith("#") for _, held in page.tags if "href" in held)
    assert "<script>alert(1)</script>" in page.text["h1"][0]
    assert b"\x1b" not in content
    assert "\u202e".encode() not in content


def test_a_page_loads_nothing_and_allows_no_other_script(run: ws.Result, tmp_path: Path) -> None:
    content = run.report(tmp_path / "page.html").read_bytes()

    assert not re.search(rb"https?://|@import|url\(", content)
    assert b"default-src 'none'" in content
    assert b"unsafe" not in content


def test_every_picture_has_words(page_of_run: Page) -> None:
    tags = page_of_run.tags
    pictures = [i for i, (tag, _) in enumerate(tags) if tag == "svg"]

    assert pictures
    assert all([tag for tag, _ in tags[i + 1 : i + 3]] == ["title", "desc"] for i in pictures)


def test_nobody_is_named(run: ws.Result, tmp_path: Path) -> None:
    text = run.report(tmp_path / "page.html").read_text(encoding="utf-8")

    assert not any(name in text for name in run.snapshots["employee_id"].unique())


# --- files ------------------------------------------------------------------------------------------------------------


def test_only_a_report_is_replaced(run: ws.Result, tmp_path: Path) -> None:
    mine = tmp_path / "mine.html"
    mine.write_text("<p>mine</p>")

    with pytest.raises(RequestError, match="exists and is not a report"):
        run.report(mine)
    assert mine.read_text() == "<p>mine</p>"
    first = run.report(tmp_path / "page.html").read_bytes()
    assert run.report(tmp_path / "page.html").read_bytes() == first
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("name", "said"),
    [("page.txt", "ends in .html"), ("nowhere/page.html", "no such folder"), ("folder.html", "exists")],
)
def test_a_place_that_is_none_is_refused(name: str, said: str, run: ws.Result, tmp_path: Path) -> None:
    (tmp_path / "folder.html").mkdir()

    with pytest.raises(RequestError, match=said):
        run.report(tmp_path / name)


@pytest.mark.parametrize("rate", [-0.01, 0.6, float("nan"), True, "5%"])
def test_a_discount_rate_that_is_none_is_refused(rate: Any, run: ws.Result, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="discount rate"):
        run.report(tmp_path / "page.html", discount_rate=rate)


def test_a_folder_without_a_result_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="no complete run"):
        page_of_folder(tmp_path, 0.05)
    with pytest.raises(FileNotFoundError):
        page_of_folder(tmp_path / "nowhere", 0.05)


def test_a_report_never_lies_within_the_result(run: ws.Result, tmp_path: Path, capsys: Captured) -> None:
    run.write(tmp_path / "run")

    assert main(["report", str(tmp_path / "run"), "--out", str(tmp_path / "run/page.html")]) == 1
    assert "lies in the folder of the result" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("dollars", "written"),
    [
        ((3.4e6, -4_000, 3.396e6), ("$3.400M", "-$0.004M", "$3.396M")),
        ((999_999.99,), ("$1.00M",)),
        ((5.0e6, 0.0), ("$5.00M", "$0")),
    ],
)
def test_small_amounts_beside_large_ones_are_not_lost(dollars: tuple[float, ...], written: tuple[str, ...]) -> None:
    cents = [100 * amount for amount in dollars]
    assert tuple(map(alike("match_cents", cents), cents)) == written


def test_a_firm_that_loses_everybody_has_a_page_and_a_workbook(tmp_path: Path) -> None:
    shrunk = {"simulation": {"start_year": 2025, "end_year": 2026, "target_growth_rate": -0.99}, "random_seed": 1}
    run = ws.simulate({**shrunk, "workforce": {"total_termination_rate": 1.0}}, census=ws.synthetic_census(5))
    assert run.summary["headcount_closing"].to_list() == [0, 0]
    assert run.report(tmp_path / "run.html").stat().st_size
    assert run.to_excel(tmp_path / "run.xlsx").stat().st_size

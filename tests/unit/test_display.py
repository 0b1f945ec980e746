"""What results look like: a line for a log, a page for ``print``, a table for a notebook."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import workforce_sim as ws
from tests.support import few
from tests.support_fit import world
from workforce_sim.display.by_year import bands_table, summary_table
from workforce_sim.display.card import Card, CardTable, Trend
from workforce_sim.display.html import card_html
from workforce_sim.display.sparkline import sparkline

CONFIG: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2027, "target_growth_rate": 0.03},
    "workforce": {"total_termination_rate": 0.12, "headcount": "stochastic"},
    "census": {"size": 80},
    "plan": {"match": {"tiers": [{"up_to": 0.06, "rate": 0.5}]}},
    "random_seed": 42,
}
RICHER = {**CONFIG, "plan": {"match": {"tiers": [{"up_to": 0.06, "rate": 0.6}]}}}
HOSTILE = "<script>alert(1)</script>\x1b[31m\u202e&\"'"


@cache
def run() -> ws.Result:
    return ws.simulate(CONFIG)


@cache
def ensemble() -> ws.Ensemble:
    return ws.simulate_ensemble(CONFIG, replicates=5, progress=None)


@cache
def censuses() -> Any:
    return world(11, 200, years=3)


def difference() -> ws.RunDifference:
    return ws.diff_runs(run(), ws.simulate(RICHER))


def comparison() -> ws.Comparison:
    return ws.compare({"today": CONFIG, HOSTILE: RICHER}, replicates=3, progress=None)


def swept() -> ws.Sweep:
    return ws.sweep(CONFIG, {"plan.match.tiers[0].rate": [0.5, 0.6]}, replicates=3, progress=None)


def correction() -> ws.AdpCorrection:
    hce = [True, False, False]
    return ws.correct_adp([20_000.0, 1_234.5, 0.0], [200_000.0, 50_000.0, 50_000.0], hce)


def verified() -> ws.Verification:
    (run().write("base") / "stray.txt").write_text("no part of a run")
    return ws.verify_run("base")


RESULTS: dict[str, Callable[[], Any]] = {
    "Result": run,
    "Ensemble": ensemble,
    "Comparison": comparison,
    "Sweep": swept,
    "Attribution": lambda: ws.attribution(CONFIG, replicates=10),
    "RunDifference": difference,
    "MeasureChange": lambda: ws.explain_change(run(), "net_employer_cost", 2025, 2026),
    "Timeline": lambda: ws.timeline(run(), run().snapshots["employee_id"][0]),
    "Nondiscrimination": lambda: ws.nondiscrimination(run(), 2025),
    "Attempt": lambda: ws.attempt(CONFIG, keeping=ws.Keeping(tables="whole")),
    "Fit": lambda: ws.fit(censuses()),
    "Backtest": lambda: ws.backtest(censuses(), replicates=5),
    "Calibration": lambda: ws.calibrate(CONFIG, {"headcount_closing": 84}, replicates=2),
    "Verification": verified,
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


class Seen(HTMLParser):
    """Collects the tags and the text of a page, and checks that its tags are closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.open.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def seen(html: str) -> Seen:
    parser = Seen()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return parser


# --- every result -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", few(RESULTS, 3))
def test_a_result_is_a_line_in_a_log_and_a_table_in_a_notebook(name: str) -> None:
    found = RESULTS[name]()

    line = repr(found)
    page = seen(found._repr_html_())
    assert re.fullmatch(rf"<{name}:? [ -~]+>", line)
    assert len(line) <= 150
    assert "strong" in page.tags
    assert "table" in page.tags
    assert len(str(found)) > 40


@pytest.mark.parametrize("name", ["Attempt", "Nondiscrimination", "Timeline", "RunDifference", "Result"])
def test_a_line_for_a_log_has_nobody_in_it(name: str) -> None:
    line = repr(RESULTS[name]())

    people = run().snapshots
    values = [*people["employee_id"].to_list(), *people["salary_cents"].to_list()]
    assert [value for value in values if str(value) in line] == []


def test_what_corrects_a_test_is_said_without_anybody() -> None:
    assert "1234" not in repr(correction())
    assert "refunds=" not in repr(correction())


def test_years_kept_of_a_run_are_not_printed() -> None:
    (year, *_) = ws.attempt(CONFIG, keeping=ws.Keeping(tables="whole")).finished

    assert "kept" not in repr(year)
    assert "years" not in repr(ws.compare_engines(CONFIG).fast)


def test_a_census_is_a_table_in_a_notebook() -> None:
    frame = ws.simulate(CONFIG).opening
    assert frame is not None
    census = ws.read_census(frame.select("employee_id", "hire_date", annual_salary=pl.col("salary_cents") / 100))

    page = seen(census._repr_html_())
    assert [column for column in ("employee_id", "annual_salary", "hire_date") if column in page.text] == [
        "employee_id",
        "annual_salary",
        "hire_date",
    ]
    assert "td" in page.tags


# --- years ------------------------------------------------------------------------------------------------------------


def test_the_years_of_a_run_are_those_of_its_summary() -> None:
    summary = run().summary
    table = summary_table(summary)

    rows = {row[0]: row[1:] for row in table.rows}
    assert table.heading == ("", "2025", "2026", "2027", "Trend")
    assert rows["Employees at year end"][:-1] == [f"{count:,}" for count in summary["headcount_closing"]]
    assert rows["Employees at year end"][-1] == Trend(tuple(summary["headcount_closing"].to_list()))
    assert "Nonelective contributions" not in rows
    for row in rows.values():
        assert all(isinstance(cell, str) and cell in str(run()) for cell in row[:-1])


def test_several_replicates_are_their_means() -> None:
    summary = pl.concat([run().summary, ws.simulate(CONFIG, replicate=1).summary])

    (row,) = (row for row in summary_table(summary).rows if row[0] == "Hires")
    means = summary.group_by("year").agg(pl.col("hires").mean()).sort("year")["hires"]
    assert row[-1] == Trend(tuple(means.to_list()))


def test_measures_of_events_of_ones_own_are_shown() -> None:
    summary = run().summary.with_columns(bonus_cents=pl.Series([100_00, 200_00, 300_00]))

    assert list(summary_table(summary).rows[-1][:-1]) == ["Bonus", "$100", "$200", "$300"]


def test_bands_say_where_nine_in_ten_simulations_lie() -> None:
    found = ensemble()
    rows = list(bands_table(found.bands).rows)

    place = next(i for i, row in enumerate(rows) if row[0] == "Employees at year end")
    ends = found.bands.filter(pl.col("measure") == "headcount_closing").select("p5", "p95").row(0)
    assert rows[place + 1][0] == "  5th to 95th percentile"
    assert str(rows[place + 1][1]) == "–".join(f"{end:,.1f}".removesuffix(".0") for end in ends)


# --- text -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ([1, 2, 3, 4, 5], "▁▂▃▅▇"),
        ([5, 1, None, 3], "▇▁ ▃"),
        ([2, 2], "▃▃"),
        ([None], ""),
        ([], ""),
        ([-1.5, 0.0, 1.5], "▁▃▇"),
        ([1e300, -1e300], "▇▁"),
    ],
)
def test_a_sparkline(values: list[float | None], line: str) -> None:
    assert sparkline(values) == line


def test_a_table_too_wide_for_a_page_leaves_out_columns_in_the_middle() -> None:
    years = [str(year) for year in range(2025, 2065)]
    table = CardTable(("", *years, "Trend"), [["Employees", *("1,000" for _ in years), Trend((1.0, 2.0))]])

    heading, rule, row = table.lines()
    assert len(rule) <= 120 + 5
    assert re.fullmatch(r" +2025 .*  \.\.\.  .* 2064  Trend", heading)
    assert row.startswith("Employees  1,000")
    assert row.endswith("▁▇")
    assert card_html(Card("", (table,))).count("<td") == 41


def test_a_card_as_text_has_title_captions_tables_and_notes() -> None:
    card = Card(
        "Title", (CardTable(("", "n"), [["a", "1"], ["bc", "20"]], "Caption"), CardTable(("x",), [])), ("said",)
    )

    assert card.text() == "Title\n\nCaption\n     n\n--  --\na    1\nbc  20\n\nNotes\n  said"


def test_names_are_inert_whatever_they_hold() -> None:
    card = Card(HOSTILE, (CardTable((HOSTILE, "n"), [[HOSTILE, HOSTILE]], HOSTILE),), (HOSTILE,))

    page = seen(card_html(card))
    assert "script" not in page.tags
    assert "".join(page.text).count("<script>alert(1)</script>") == 6
    assert not {"\x1b", "\u202e"} & {*"".join(page.text)}
    assert not {"\x1b", "\u202e"} & {*card.text()}

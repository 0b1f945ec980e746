"""Tables of any result as CSV in dollars or as Parquet: the figures, the names, what spreadsheets do not run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import fastexcel
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import workforce_sim as ws
from workforce_sim import LedgerError, RequestError, export_tables
from workforce_sim.cli.main import main
from workforce_sim.reporting.exports.dollars import in_dollars
from workforce_sim.reporting.exports.excel import sheets_of

Captured = pytest.CaptureFixture[str]
YAML = """\
simulation: {start_year: 2025, end_year: 2026, target_growth_rate: 0.03}
workforce: {total_termination_rate: 0.12}
census: {size: 60}
random_seed: 42
"""
WRITES: dict[str, tuple[list[str], set[str]]] = {
    "run": (["simulate", "c.yaml"], {"events", "snapshots", "summary"}),
    "ensemble": (["ensemble", "c.yaml", "--replicates", "2"], {"bands", "replicates"}),
    "comparison": (
        ["compare", "a=c.yaml", "b=d.yaml", "--replicates", "2", "--gains", "level"],
        {"bands", "differences", "configurations", "cost_per_point", "gains", "replicates"},
    ),
    "sweep": (
        ["sweep", "c.yaml", "--set", "compensation.cola_rate=[0.02, 0.03]", "--replicates", "2"],
        {"combinations", "replicates", "summary"},
    ),
}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("c.yaml").write_text(YAML)
    Path("d.yaml").write_text(f"{YAML}plan: {{match: {{preset: stretch}}}}\n")


def files(folder: str, form: str = "csv") -> dict[str, pl.DataFrame]:
    read: Any = pl.read_csv if form == "csv" else pl.read_parquet
    more: dict[str, Any] = {"infer_schema_length": None} if form == "csv" else {}
    return {path.stem: read(path, **more) for path in Path(folder).iterdir()}


@pytest.mark.parametrize("kind", WRITES)
def test_every_kind_of_folder_is_exported_in_dollars(kind: str, capsys: Captured) -> None:
    command, expected = WRITES[kind]
    assert main([*command, "--out", "it"]) == 0
    capsys.readouterr()
    assert main(["export", "it", "--to", "csv"]) == 0

    named = "; ids are as in the run: --key-file gives pseudonyms" if kind == "run" else ""
    assert capsys.readouterr().err == f"written to csv{named}\n"
    found = files("csv")
    assert expected <= set(found)
    assert not any("cents" in name for table in found.values() for name in table.columns)
    assert not any("cents" in text for path in Path("csv").iterdir() for text in path.read_text().splitlines())


def test_what_needs_single_employees_is_refused_for_many_simulations(capsys: Captured) -> None:
    assert main([*WRITES["ensemble"][0], "--out", "it"]) == 0
    Path("key").write_bytes(b"0123456789abcdef")
    capsys.readouterr()

    assert main(["export", "it", "--to", "csv", "--key-file", "key"]) == 2
    assert main(["export", "it", "--xlsx", "it.xlsx", "--people"]) == 2
    assert main(["export", "it", "--xlsx", "it.xlsx", "--key-file", "key"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "--key-file and --key-env: only a run has tables of single employees; leave it out, or simulate one run",
        "--people: only a run has tables of single employees; leave it out, or simulate one run",
        "--key-file and --key-env give pseudonyms for ids; without --to or --people there are none",
    ]
    assert not {"csv", "it.xlsx"} & {path.name for path in Path().iterdir()}


def test_dollars_are_cents_by_a_hundred_and_nothing_else_moves() -> None:
    run = ws.simulate("c.yaml", out="it")
    export_tables("it", "csv")
    export_tables("it", "cents", cents=True)

    dollars, cents = files("csv"), files("cents")
    for name in ("events", "snapshots", "summary"):
        for column in getattr(run, name).columns:
            if not column.endswith("_cents"):
                assert dollars[name][column].to_list() == cents[name][column].to_list()
                continue
            paid = dollars[name][column.replace("_cents", "_dollars")]
            exact = [None if value is None else round(value * 100) for value in paid]
            assert exact == cents[name][column].to_list()
            assert [None if value is None else value / 100 for value in cents[name][column]] == paid.to_list()


def test_measures_in_rows_are_in_dollars_too() -> None:
    found = ws.simulate_ensemble("c.yaml", replicates=3, progress=None)
    shown = in_dollars(found.bands)

    cost = found.bands.filter(measure="net_employer_cost_cents")
    assert shown.filter(measure="net_employer_cost_dollars")["p95"].to_list() == [
        round(value / 100, 4) for value in cost["p95"]
    ]
    unchanged = pl.col("measure").is_in(["hires", "participation_rate"])
    assert_frame_equal(shown.filter(unchanged), found.bands.filter(unchanged))


def test_swept_values_and_narrowing_are_in_no_unit() -> None:
    rows = {"measure": ["match_cents"], "mean": [250.0], "narrowed": [7.5], "plan.limits.x": [100.0]}
    assert in_dollars(pl.DataFrame(rows)).row(0) == ("match_dollars", 2.5, 7.5, 100.0)


@given(cents=st.lists(st.integers(-(10**13), 10**13), min_size=1, max_size=20))
def test_whole_cents_come_back(cents: list[int]) -> None:
    shown = in_dollars(pl.DataFrame({"pay_cents": cents}))
    text = shown.write_csv().splitlines()[1:]
    assert all(len(line.partition(".")[2]) <= 2 for line in text)
    assert [round(float(line) * 100) for line in text] == cents


def test_an_export_as_parquet_is_read_by_others_as_it_is(capsys: Captured) -> None:
    run = ws.simulate("c.yaml", out="it")
    assert main(["export", "it", "--to", "tables", "--format", "parquet"]) == 0

    paid = run.snapshots["earnings_cents"].sum() / 100
    assert pd.read_parquet("tables/snapshots.parquet")["earnings_dollars"].sum() == pytest.approx(paid)
    asked = "select sum(earnings_dollars) from read_parquet('tables/snapshots.parquet')"
    assert duckdb.sql(asked).fetchall()[0][0] == pytest.approx(paid)
    assert len(pd.read_parquet("tables/events.parquet")) == run.events.height


def test_a_year_of_a_run_is_read_by_others_as_it_is() -> None:
    run = ws.simulate("c.yaml", out="it")

    found = pd.concat(map(pd.read_parquet, sorted(Path("it").glob("year=*/snapshots.parquet"))))
    assert len(found) == run.snapshots.height
    assert found["year"].unique().tolist() == [2025, 2026]
    counted = duckdb.sql("select count(*) from read_parquet('it/*/events.parquet')").fetchall()
    assert counted == [(run.events.height,)]


def test_results_in_memory_are_exported() -> None:
    run = ws.simulate("c.yaml")
    assert export_tables(run, "csv") == Path("csv")
    assert files("csv")["summary"]["payroll_dollars"].to_list() == [v / 100 for v in run.summary["payroll_cents"]]


def test_a_comparison_without_a_plan_has_no_table_of_zeros() -> None:
    for name, rate in (("one", "0.12"), ("two", "0.2")):
        Path(f"{name}.yaml").write_text(f"{YAML.replace('0.12', rate)}plan: {{enabled: false}}\n")
    assert main(["compare", "one.yaml", "two.yaml", "--replicates", "2", "--by", "level", "--out", "compared"]) == 0
    assert main(["export", "compared", "--to", "csv", "--xlsx", "compared.xlsx"]) == 0

    tables = {"bands", "by_group", "by_hired", "configurations", "differences", "replicates", "totals"}
    assert files("csv").keys() == tables
    sheets = fastexcel.read_excel("compared.xlsx").sheet_names
    about_plan = ("Cost of participation", "Who gains", "Who gains by group", "Why the cost differs")
    assert set(about_plan).isdisjoint(sheets)
    (simulated,) = (sheet for sheet in sheets_of(ws.read_results("compared")) if sheet.name == "Simulations")
    assert {"Payroll", "Hires"} <= {*simulated.head}
    assert all(any(row.cells[column] for row in simulated.rows) for column in range(3, len(simulated.head)))


def test_hostile_names_are_text_in_csv() -> None:
    link = '=HYPERLINK("http://evil.example","x")'
    found = ws.compare({link: "c.yaml", "+1": "d.yaml"}, replicates=1, progress=None)
    export_tables(found, "csv")

    table = files("csv")["replicates"]
    assert set(table["scenario"]) == {f"'{link}", "'+1"}


@pytest.mark.parametrize(
    ("more", "code", "told"),
    [
        ([], 2, "export: expected --xlsx FILE, --to FOLDER or both; such as "),
        (["--cents"], 2, "export: expected --xlsx FILE"),
        (["--xlsx", "it.xlsx", "--cents"], 2, "--cents and --format are for the files in --to; give that too"),
        (["--to", "csv", "--people"], 2, "--people is for a workbook; give --xlsx too"),
        (["--to", "c.yaml"], 1, "c.yaml: exists already; choose another folder, or remove it first"),
        (["--to", "no/where"], 1, "no: no such folder; make it first"),
        (["--to", "it/csv"], 1, "it/csv: lies in the folder that is exported"),
        (["--to", "csv", "--key-env", "NO_SUCH"], 1, "no environment variable has the name given"),
    ],
)
def test_what_cannot_be_exported_is_told_in_a_line(more: list[str], code: int, told: str, capsys: Captured) -> None:
    ws.simulate("c.yaml", out="it")
    assert main(["export", "it", *more]) == code

    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(told)
    assert not Path("csv").exists()


def test_no_folder_and_no_form(capsys: Captured) -> None:
    assert main(["export", "nowhere", "--to", "csv"]) == 1
    assert capsys.readouterr().err.endswith("nowhere: no such folder\n")
    with pytest.raises(RequestError, match="form must be csv or parquet"):
        export_tables("nowhere", "csv", form="json")  # type: ignore[arg-type]
    Path("empty").mkdir()
    with pytest.raises(LedgerError, match="holds no complete run"):
        export_tables("empty", "csv")
    assert not Path("csv").exists()

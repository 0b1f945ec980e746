"""A book of clients: each employer as it is alone, totals that add up, failures in one list, and going on."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from polars.testing import assert_frame_equal

import workforce_sim as ws
from tests.support_portfolio import PLAN, SIZES, book, census, contents
from workforce_sim.config import with_changes
from workforce_sim.simulation.run import begin
from workforce_sim.studies.portfolio.book import read_book
from workforce_sim.studies.portfolio.clients import Client, first_number
from workforce_sim.studies.portfolio.reading import openings, source_of
from workforce_sim.studies.portfolio.work import together

ASKED: dict[str, Any] = yaml.safe_load(PLAN)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> ws.Portfolio:
    """Return a portfolio that nobody interrupted; its book lies beside it."""
    folder = tmp_path_factory.mktemp("portfolio")
    return ws.simulate_portfolio(book(folder / "book"), out=folder / "out", progress=None)


def alone(found: ws.Portfolio, name: str, replicate: int = 0) -> pl.DataFrame:
    """Return the summary of an employer that is simulated by itself."""
    place = found.folder.parent / "book"
    number = first_number(name) + replicate
    return ws.simulate(place / "plan.yaml", census=place / f"{name}.parquet", replicate=number).summary


def test_an_employer_has_the_results_that_it_has_alone(whole: ws.Portfolio) -> None:
    for name, size in zip(whole.employers["name"], SIZES, strict=True):
        assert_frame_equal(whole.summary_of(name).drop("replicate"), alone(whole, name).drop("replicate"))
        assert whole.summary_of(name)["headcount_opening"][0] == size


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"workforce.headcount": "stochastic", "promotion.mode": "rates", "hiring.level_mix": "adaptive"},
        {"plan.testing.top_paid_group": True, "hiring.rehires": {"share": 0.5}, "plan.forfeitures": "reallocate"},
    ],
    ids=["usual", "by chance", "rehires"],
)
def test_employers_in_one_frame_do_not_meet(changes: dict[str, Any]) -> None:
    config = with_changes(ws.load_config(ASKED), changes)
    departments: list[list[str | None]] = [["A", "B"], [None], ["C"]]
    frames = [
        census(size, size).with_columns(department=pl.Series((names * size)[:size], dtype=pl.String))
        for size, names in zip((30, 8, 50), departments, strict=True)
    ]
    numbers = [range(5, 7), range(1), range(11, 12)]
    found = together(config, [begin(config, census=frame).opening for frame in frames], numbers)

    for frame, own, summary in zip(frames, numbers, found, strict=True):
        expected = [ws.simulate(config, census=frame, replicate=number).summary for number in own]
        assert_frame_equal(summary, pl.concat(expected))


def test_totals_are_the_sums_over_employers(whole: ws.Portfolio) -> None:
    each = pl.concat(whole.summary_of(name) for name in whole.employers["name"])
    for name in ("headcount_closing", "hires", "payroll_cents", "participants", "net_employer_cost_cents"):
        summed = each.group_by("year").agg(pl.col(name).sum()).sort("year")[name].to_list()
        assert whole.summary[name].to_list() == summed
        assert (
            whole.by("industry", "state").group_by("year").agg(pl.col(name).sum()).sort("year")[name].to_list()
            == summed
        )
        assert whole.by("name")[name].sum() == sum(summed)
    assert whole.summary["employers"].to_list() == [len(SIZES)] * 2


def test_shares_are_found_again_from_the_sums(whole: ws.Portfolio) -> None:
    row = whole.summary.row(0, named=True)
    assert row["participation_rate"] == row["participants"] / row["eligible"]
    assert row["employer_cost_share_of_payroll"] == row["net_employer_cost_cents"] / row["payroll_cents"]
    each = pl.concat(alone(whole, name) for name in whole.employers["name"]).filter(pl.col("year") == 2025)
    rates = (each["average_deferral_rate"] * each["participants"] * 10_000).round().sum()
    assert row["average_deferral_rate"] == rates / (10_000 * row["participants"])
    assert row["average_salary_growth_continuing"] is None  # cannot be told from the summaries


def test_groups_are_those_of_the_book(whole: ws.Portfolio) -> None:
    found = whole.by("industry")
    assert found.columns[:4] == ["industry", "replicate", "year", "employers"]
    assert found["industry"].unique().sort().to_list() == ["health", "retail"]
    assert whole.by("state")["state"].null_count() == 2
    with pytest.raises(ws.RequestError, match="no column region; there are industry, state, name"):
        whole.by("region")


def test_simulations_are_numbered_from_0_and_all_are_those_of_simulate(whole: ws.Portfolio, tmp_path: Path) -> None:
    found = ws.simulate_portfolio(whole.folder.parent / "book", out=tmp_path / "out", replicates=3, progress=None)
    assert found.replicates == 3
    assert_frame_equal(found.by("name").filter(replicate=0).drop("name"), whole.by("name").drop("name"))
    third = found.summary_of("Client 3").filter(replicate=2)
    assert_frame_equal(third.drop("replicate"), alone(whole, "Client 3", 2).drop("replicate"))


def test_a_kept_run_has_the_same_summary(whole: ws.Portfolio, tmp_path: Path) -> None:
    place = whole.folder.parent / "book"
    rows = pl.read_csv(place / "book.csv").head(2)
    rows = rows.with_columns((f"{place}/" + pl.col(name)).alias(name) for name in ("census", "configuration"))
    found = ws.simulate_portfolio(rows, out=tmp_path / "out", keep=True, progress=None)
    run = ws.read_run(tmp_path / "out" / "runs" / "Client 1")
    assert_frame_equal(run.summary.drop("replicate"), found.summary_of("Client 1").drop("replicate"))
    assert ws.verify_run(run.folder)
    with pytest.raises(ws.RequestError, match="replicates must be a whole number from 1 to 1"):
        ws.simulate_portfolio(rows, out=tmp_path / "other", keep=True, replicates=2, progress=None)


# --- censuses read together ---


def test_censuses_read_together_are_those_read_alone(tmp_path: Path) -> None:
    config = ws.load_config(ASKED)
    frames = [census(12, 1), census(7, 2), census(9, 3).with_columns(employee_id=pl.lit(" x") + pl.col("employee_id"))]
    frames += [census(5, 4).with_columns(union=True), census(4, 5).with_columns(pl.col("level").cast(pl.String))]
    clients = []
    for number, frame in enumerate(frames):
        frame.write_parquet(tmp_path / f"{number}.parquet")
        clients.append(Client(str(number), str(tmp_path / f"{number}.parquet"), 0, 0))
    together = dict(openings(clients, [source_of(client, config) for client in clients], config))
    for client in clients:
        expected = begin(config, census=client.census).opening
        found = together[client]
        assert_frame_equal(found.staff, expected.staff)
        assert (found.levels, found.notes) == (expected.levels, expected.notes)


def test_a_bad_census_fails_alone(tmp_path: Path) -> None:
    table = book(tmp_path / "book")
    twice = pl.concat([census(6, 1), census(6, 1)])
    twice.write_parquet(tmp_path / "book" / "Client 2.parquet")
    found = ws.simulate_portfolio(table, out=tmp_path / "out", progress=None)
    assert found.failures["name"].to_list() == ["Client 2"]
    assert "12 of 12 rows have" in found.failures["problem"][0]
    assert found.summary["employers"].to_list() == [4, 4]
    with pytest.raises(ws.RequestError, match="no employer named 'Client 2' was simulated"):
        found.summary_of("Client 2")


def test_who_cannot_be_simulated_does_not_hold_up_its_pack(tmp_path: Path) -> None:
    table = book(tmp_path / "book")
    limited = {"total_termination_rate: 0.12": "total_termination_rate: 0.12\n  max_hires_ratio: 0.42"}
    for old, new in (limited | {"growth_rate: 0.03": "growth_rate: 0.2", "end_year: 2026": "end_year: 2025"}).items():
        plan = (tmp_path / "book" / "plan.yaml").read_text().replace(old, new)
        (tmp_path / "book" / "plan.yaml").write_text(plan)
    found = ws.simulate_portfolio(table, out=tmp_path / "out", progress=None)
    assert found.failures["stage"].unique().to_list() == ["simulation"]
    assert found.failures["name"].to_list() == ["Client 0", "Client 2", "Client 4"]  # 4 of 9, 18 of 40, 11 of 25
    assert "4 hires for an opening headcount of 9" in found.failures["problem"][0]
    assert found.summary["employers"].to_list() == [2]


# --- books ---


def test_books_of_all_kinds_say_the_same(tmp_path: Path) -> None:
    folder = book(tmp_path / "book").parent
    (folder / "book.yaml").write_text(
        "configuration: plan.yaml\noverrides: {random_seed: 5}\nemployers:\n"
        "  - {name: Client 0, census: Client 0.parquet, overrides: {plan: {enabled: false}, census.size: 3}}\n"
    )
    (employer,) = read_book(folder / "book.yaml").employers
    assert employer.overrides == {"random_seed": 5, "plan.enabled": False, "census.size": 3}
    assert employer.census == folder / "Client 0.parquet"
    (folder / "book.yaml").unlink()
    rows = pl.DataFrame({"name": ["A"], "census": ["a.csv"], "plan.enabled": ["false"], "random_seed": ["7"]})
    rows.with_columns(pl.lit("").alias("census.size")).write_csv(tmp_path / "small.csv")
    assert dict(read_book(tmp_path / "small.csv").employers[0].overrides) == {"plan.enabled": False, "random_seed": 7}
    by_table = read_book(folder)
    by_table_again = read_book(folder / "book.csv")
    assert by_table == by_table_again
    (folder / "book.csv").unlink()
    (folder / "plan.yaml").rename(folder / "configuration.yaml")
    assert [one.name for one in read_book(folder).employers] == [one.name for one in by_table.employers]


def test_what_is_wrong_with_a_book_is_said_in_one_list(tmp_path: Path) -> None:
    folder = book(tmp_path / "book").parent
    (folder / "designs.yaml").write_text("extends: plan.yaml\nscenarios: {rich: {plan.match: {preset: stretch}}}\n")
    rows = [
        {"name": "good", "configuration": "designs.yaml", "scenario": "rich"},
        {"name": "none", "configuration": "designs.yaml", "scenario": "poor"},
        {"name": "lost", "configuration": "lost.yaml"},
        {"name": "gone", "configuration": "plan.yaml", "census": "gone.csv"},
        {"name": "pipe", "configuration": "plan.yaml", "census": "pipe.csv"},
        {"name": "../up", "configuration": "plan.yaml"},
        {"name": "GOOD", "configuration": "plan.yaml"},
        {"name": "keyed", "configuration": "plan.yaml", "plan.matcher": "3"},
    ]
    pl.DataFrame(rows, infer_schema_length=None).write_csv(folder / "bad.csv")
    os.mkfifo(folder / "pipe.csv")
    found = ws.check_book(folder / "bad.csv")
    assert found.filter(result="good")["name"].to_list() == ["good"]
    told = dict(found.filter(result="failed").select("name", "problem").iter_rows())
    assert "no scenario is named poor; there are rich" in told["none"]
    assert "no such configuration file" in told["lost"]
    assert told["gone"] == f"census file not found: {folder}/gone.csv"
    assert told["pipe"] == "pipe.csv: is a device or a pipe; save the census as a file"
    assert "no / and no dot" in told["row 6"]
    assert "a second employer is named GOOD" in told["row 7"]
    assert "did you mean match?" in told["keyed"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("employer,census\nA,a.csv\n", "has no column name"),
        ("name\n", "has no employers"),
        ("name,hires\nA,3\n", "hires is named as a column of the results"),
        ("name,opens\nA,Monday\n", "opens is named as a column of the results"),
    ],
)
def test_what_is_no_book_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "book.csv").write_text(text)
    with pytest.raises(ws.RequestError, match=said):
        read_book(tmp_path / "book.csv")


# --- going on ---


class StoppedError(Exception):
    """Raised between two loads, as an interruption would."""


def test_an_interrupted_portfolio_goes_on_to_the_same_bytes(
    whole: ws.Portfolio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(done: int, total: int) -> None:
        assert 0 < done < total == len(SIZES)
        raise StoppedError

    monkeypatch.setattr("workforce_sim.studies.portfolio.loads.MOST", 2)
    table = whole.folder.parent / "book"
    with pytest.raises(StoppedError):
        ws.simulate_portfolio(table, out=tmp_path / "out", progress=stop)
    assert len([*(tmp_path / "out" / "employers").iterdir()]) == 2
    with pytest.raises(ws.LedgerError, match="is not finished; run its command again"):
        ws.read_portfolio(tmp_path / "out")
    ws.simulate_portfolio(table, out=tmp_path / "out", progress=None)
    assert contents(tmp_path / "out") == contents(whole.folder)


def test_what_a_killed_worker_left_is_gone_at_the_end(whole: ws.Portfolio, tmp_path: Path) -> None:
    def leave(done: int, total: int) -> None:
        (tmp_path / "out" / "employers" / ".Client 3.0123456789abcdef.part").mkdir()

    ws.simulate_portfolio(whole.folder.parent / "book", out=tmp_path / "out", progress=leave)
    assert not [*(tmp_path / "out" / "employers").glob(".*")]


def test_results_of_another_census_are_never_taken(tmp_path: Path) -> None:
    table = book(tmp_path / "book")
    ws.simulate_portfolio(table, out=tmp_path / "out", progress=None)
    census(30, 77).write_parquet(tmp_path / "book" / "Client 4.parquet")
    with (tmp_path / "out" / "employers" / "Client 0" / "summary.parquet").open("ab") as file:
        file.write(b"x")
    found = ws.simulate_portfolio(table, out=tmp_path / "out", progress=None)
    told = dict(found.failures.select("name", "problem").iter_rows())
    assert "holds results of another census, configuration or version; remove it" in told["Client 4"]
    assert "was changed since it was written; remove it" in told["Client 0"]
    assert found.failures["stage"].unique().to_list() == ["folder"]
    with pytest.raises(ws.LedgerError, match="replicates: 1 there, 2 asked for"):
        ws.simulate_portfolio(table, out=tmp_path / "out", replicates=2, progress=None)
    (tmp_path / "few.csv").write_text("name,configuration\nClient 1,book/plan.yaml\n")
    with pytest.raises(ws.LedgerError, match=r"holds 4 employers that the book does not have \(first: Client 0\)"):
        ws.simulate_portfolio(tmp_path / "few.csv", out=tmp_path / "out", progress=None)


def test_an_unfinished_or_other_folder_is_no_portfolio(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        ws.read_portfolio(tmp_path / "nothing")
    (tmp_path / "there.txt").write_text("")
    with pytest.raises(ws.LedgerError, match="holds no portfolio"):
        ws.read_portfolio(tmp_path)
    with pytest.raises(ws.LedgerError, match="is not a portfolio"):
        ws.simulate_portfolio(book(tmp_path / "book"), out=tmp_path, progress=None)


# --- what is printed ---


def test_the_commands_print_totals_groups_and_failures(
    whole: ws.Portfolio, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from workforce_sim.cli.main import main

    folder = whole.folder.parent / "book"
    assert main(["portfolio", "show", str(whole.folder), "--by", "industry"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("5 employers, 2025 to 2026\n")
    assert "\nindustry  year  employers" in out
    assert err == ""
    assert main(["portfolio", "show", str(whole.folder), "--by", "region"]) == 1
    assert "the book has no column region" in capsys.readouterr().err
    assert main(["run", "show", str(whole.folder)]) == 1
    assert "a portfolio: workforce-sim portfolio show" in capsys.readouterr().err
    assert main(["portfolio", "validate", str(folder)]) == 0
    assert capsys.readouterr().out == f"5 employers good, {sum(SIZES)} employees\n"
    (tmp_path / "plain.csv").write_text("name,census.size\nA,7\n")
    assert main(["portfolio", "validate", str(tmp_path / "plain.csv")]) == 0
    assert "1 employer without a census: synthetic employees" in capsys.readouterr().out
    (tmp_path / "book.csv").write_text(f"name,configuration,census\nA,{folder}/plan.yaml,none.csv\n")
    assert main(["portfolio", "run", str(tmp_path / "book.csv"), "--out", str(tmp_path / "out"), "--json"]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["totals"] == []
    assert err.startswith(f"1 employer failed:\n  A: census: census file not found: {tmp_path}/none.csv\n")
    assert repr(whole) == "<Portfolio of 5 employers, 2025 to 2026>"
    assert_frame_equal(ws.read_portfolio(whole.folder).totals, whole.totals)

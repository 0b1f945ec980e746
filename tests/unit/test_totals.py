"""All years together: totals by simulation, with the error of the total; groups in every simulation."""

from __future__ import annotations

import math
import pickle
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from workforce_sim import Comparison, RequestError, compare, load_config, read_results, simulate, summary_by, sweep
from workforce_sim.cli.main import main
from workforce_sim.ensembles.cuts import SUMS, adding_up, cut
from workforce_sim.ensembles.pairing import side_by_side
from workforce_sim.ensembles.totals import horizon
from workforce_sim.simulation.run import begin
from workforce_sim.tables import OF_A_DAY, SUMMARY, Measure, completed

TODAY: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2027, "target_growth_rate": 0.08},
    "workforce": {"total_termination_rate": 0.12, "headcount": "stochastic"},
    "census": {"size": 120},
    "plan": {"match": {"preset": "simple"}, "vesting": {"match": "graded_6"}},
    "random_seed": 11,
}
EVERYBODY = {**TODAY, "enrollment": {"auto_enrollment": {"scope": "all_eligible"}}}
GROUPS = ("department", "level", "age_band", "tenure_band", "pay_band")
COUNT = 12


@pytest.fixture(scope="module")
def compared() -> Comparison:
    return compare({"today": TODAY, "everybody": EVERYBODY}, replicates=COUNT, by=GROUPS)


def two_years(costs: list[tuple[int, int]], pay: int = 100) -> pl.DataFrame:
    """Return the cost of two years in some simulations."""
    rows = [(r, 2025 + at, cost) for r, both in enumerate(costs) for at, cost in enumerate(both)]
    frame = pl.DataFrame(rows, schema=["replicate", "year", "net_employer_cost_cents"], orient="row")
    frame = frame.with_columns(pl.col("replicate", "year").cast(pl.Int32), payroll_cents=pl.lit(pay))
    return completed(frame, SUMMARY)


def one(frame: pl.DataFrame, **values: Any) -> dict[str, Any]:
    return frame.row(
        by_predicate=pl.all_horizontal(pl.col(k).eq_missing(pl.lit(v)) for k, v in values.items()), named=True
    )


# --- totals -----------------------------------------------------------------------------------------------------------


def test_the_error_of_a_total_is_no_sum_of_errors() -> None:
    """What is more in one year is less in the other: totals of 30, 31 and 32 vary little, the years by 10."""
    found = side_by_side(two_years([(10, 20), (20, 11), (12, 20)]), two_years([(20, 30), (40, 11), (12, 40)]))
    total = one(found, measure="net_employer_cost_cents", year=None)

    assert (total["mean"], total["mean_error"]) == (51, pytest.approx(1 / math.sqrt(3)))
    assert (total["difference_mean"], total["p5"], total["p95"]) == (20, pytest.approx(50.1), pytest.approx(51.9))
    # 50 less 30, 51 less 31, 52 less 32: the difference never varies
    assert (total["difference_mean_error"], total["difference_p5"]) == (0, 20)
    assert one(found, measure="net_employer_cost_cents", year=2026)["difference_mean_error"] > 0


def test_a_share_of_payroll_is_that_of_all_years() -> None:
    frame = two_years([(10, 20), (30, 30)]).with_columns(payroll_cents=pl.Series([100, 400, 100, 100]))

    assert horizon(frame)["employer_cost_share_of_payroll"].to_list() == [30 / 500, 60 / 200]


def test_what_holds_at_a_moment_is_not_added_up() -> None:
    added = set(horizon(completed(two_years([(1, 2)]), SUMMARY)).columns) - {"replicate"}
    at_a_moment = {
        *("headcount_opening", "headcount_closing", "on_leave", "retirement_eligible", "below_range", "above_range"),
        *("eligible", "long_term_part_time", "participants", "salary_roll_cents", "average_salary_cents"),
    }
    fractions = {column.name for column in SUMMARY if column.unit == "fraction"}
    all_others = {column.name for column in SUMMARY[2:]} - at_a_moment - fractions

    assert added == {*all_others, "employer_cost_share_of_payroll"}


def test_a_year_without_a_value_has_no_total() -> None:
    frame = two_years([(1, 2), (3, 4)]).with_columns(match_cents=pl.Series([1, None, 2, 3]))

    assert horizon(frame)["match_cents"].to_list() == [None, 5]


def test_totals_of_a_comparison_are_those_of_its_simulations(compared: Comparison) -> None:
    costs = compared.replicates.group_by("scenario", "replicate").agg(pl.col("net_employer_cost_cents").sum())
    sides = [
        costs.filter(scenario=name).sort("replicate")["net_employer_cost_cents"] for name in ("today", "everybody")
    ]
    gap = sides[1] - sides[0]
    row = one(compared.totals, scenario="everybody", measure="net_employer_cost_cents")

    assert (row["mean"], row["mean_error"]) == pytest.approx((sides[1].mean(), sides[1].std() / math.sqrt(COUNT)))
    assert (row["difference_mean"], row["difference_mean_error"]) == pytest.approx(
        (gap.mean(), gap.std() / math.sqrt(COUNT))
    )
    yearly = compared.differences.filter(measure="net_employer_cost_cents")
    assert row["difference_mean"] == pytest.approx(yearly["mean"].sum())
    assert row["difference_mean_error"] != pytest.approx(yearly["mean_error"].sum())
    assert one(compared.totals, scenario="today", measure="net_employer_cost_cents")["difference_mean"] == 0


def test_totals_of_a_sweep_stand_beside_its_values() -> None:
    swept = sweep(TODAY, {"plan.match.preset": ["simple", "stretch"]}, replicates=4)
    costs = swept.replicates.group_by("combination", "replicate").agg(pl.col("match_cents").sum())
    means = costs.group_by("combination").agg(pl.col("match_cents").mean()).sort("combination")["match_cents"]
    last = swept.summary.filter(year=2027, measure="participation_rate")

    assert swept.results.select("combination", "plan.match.preset").rows() == [(0, "simple"), (1, "stretch")]
    assert swept.results["match_cents"].to_list() == pytest.approx(means.to_list())
    assert swept.results["participation_rate"].to_list() == last["mean"].to_list()
    assert swept.totals.filter(measure="match_cents")["mean"].to_list() == pytest.approx(means.to_list())


# --- groups -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["hired", *GROUPS])
def test_groups_are_those_of_each_simulation(compared: Comparison, by: str) -> None:
    """As ``summary_by`` of the whole run has them; and they add up to the summary of every simulation."""
    rows = compared.groups["everybody"].filter(by=by)
    sums = [name for name in SUMS if name in compared.ensembles["everybody"].replicates.columns]
    added = rows.group_by("replicate", "year").agg(pl.col(sums).sum()).sort("replicate", "year")
    assert_frame_equal(added, compared.ensembles["everybody"].replicates.select(added.columns))

    alone = summary_by(simulate(EVERYBODY, replicate=7), by)
    named = pl.col(by).cast(pl.String).fill_null("no department").alias("group")
    expected = alone.select("year", named, *sums).sort("year", "group")
    found = rows.filter((pl.col("replicate") == 7) & (pl.col("payroll_cents") > 0)).select(expected.columns)
    assert_frame_equal(found.sort("year", "group"), expected)


def test_existing_employees_and_future_hires_make_the_whole(compared: Comparison) -> None:
    found = compared.by_group().filter(scenario="everybody", measure="match_cents")
    whole = one(compared.totals, scenario="everybody", measure="match_cents")
    totals = found.filter(pl.col("year").is_null())

    assert totals["hired"].to_list() == ["existing employees", "future hires"]
    assert totals["mean"].sum() == pytest.approx(whole["mean"])
    assert totals["difference_mean"].sum() == pytest.approx(whole["difference_mean"])
    assert one(found, hired="future hires", year=2025)["mean"] == 0  # nobody hired then is eligible within the year


def test_the_sums_of_groups_go_to_another_process() -> None:
    config = load_config(TODAY)
    cuts = [cut(by, begin(config).opening, config) for by in ("hired", *GROUPS)]
    sent = adding_up(cuts, config)
    received = pickle.loads(pickle.dumps(sent))

    assert list(received.measures) == list(sent.measures)
    assert all(received.measures[name].meta.eq(measure) for name, measure in sent.measures.items())


def test_groups_leave_no_trace_in_the_ensembles(compared: Comparison) -> None:
    plain = compare({"today": TODAY, "everybody": EVERYBODY}, replicates=2)

    assert compared.ensembles["today"].replicates.columns == [column.name for column in SUMMARY]
    assert plain.headers["today"].own == {}
    assert plain.made_by == ["hired"]


def test_a_plan_that_is_off_has_groups_that_cost_nothing() -> None:
    found = compare({"on": TODAY, "off": {**TODAY, "plan": {"enabled": False}}}, replicates=3)
    on, off = (
        one(found.by_group(), scenario=name, hired="existing employees", year=None, measure="employer_cents")
        for name in ("on", "off")
    )

    assert off["mean"] == 0
    assert off["difference_mean"] == pytest.approx(-on["mean"])


def test_small_groups_are_hidden_with_one_more(compared: Comparison) -> None:
    found = compared.by_group("level", least=10)
    plain = compared.by_group("level")
    small = plain.filter(
        (pl.col("measure") == "headcount_closing") & (pl.col("mean") < 10) & pl.col("year").is_not_null()
    )
    hidden = set(found.filter("suppressed")["level"])

    assert small["level"].n_unique() >= 1
    assert hidden >= set(small["level"])
    assert len(hidden) >= 2
    assert found.filter("suppressed")["mean"].null_count() == found.filter("suppressed").height
    shown = found.filter(~pl.col("suppressed")).drop("suppressed")
    assert_frame_equal(shown, plain.filter(~pl.col("level").is_in(hidden)))


def test_groups_that_were_not_asked_for_are_refused(compared: Comparison) -> None:
    with pytest.raises(RequestError, match="this comparison was made by hired and department and level"):
        compared.by_group("salary")
    with pytest.raises(RequestError, match="by must be department, level, age_band, tenure_band or pay_band"):
        compare({"a": TODAY, "b": EVERYBODY}, replicates=1, by="hired")


def test_a_folder_has_totals_and_groups_and_gives_them_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = "simulation: {start_year: 2025, end_year: 2026, target_growth_rate: 0.03}\nrandom_seed: 1\n"
    text += "workforce: {total_termination_rate: 0.1}\ncensus: {size: 60}\n"
    Path("a.yaml").write_text(text)
    Path("b.yaml").write_text(f"{text}plan: {{match: {{preset: stretch}}}}\n")
    asked = ["compare", "a=a.yaml", "b=b.yaml", "--replicates", "3", "--by", "department", "--out", "it"]
    assert main(asked) == 0
    found = read_results("it")

    assert isinstance(found, Comparison)
    assert found.made_by == ["hired", "department"]
    for name, table in {
        "totals": found.totals,
        "by_hired": found.by_group(),
        "by_group": found.by_group("department"),
        "gains": found.gains("department"),
    }.items():
        assert_frame_equal(table, pl.read_parquet(f"it/{name}.parquet"))
    assert found.by_group("department")["suppressed"].any()
    with pytest.raises(RequestError, match="has no census"):
        found.gains("level")


def test_what_a_measure_is_of_is_as_its_meaning_says() -> None:
    """Those of the opening and of the closing do not add up, all other whole numbers do."""
    whole = [measure for measure in SUMMARY if isinstance(measure, Measure) and measure.dtype == pl.Int64]
    words = ("at the opening", "at the closing", "at year end")

    assert {measure.name for measure in whole if any(map(measure.meaning.__contains__, words))} == OF_A_DAY

"""Scenarios beside one another: differences by hand, people of both, and configurations that draw otherwise refused."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from workforce_sim import Comparison, ConfigError, RequestError, compare, load_config, simulate, synthetic_census
from workforce_sim.ensembles import pairing, people
from workforce_sim.ensembles.bands import MEASURES
from workforce_sim.ensembles.groups_text import gains_table
from workforce_sim.ensembles.wording import amount
from workforce_sim.tables import SUMMARY, completed

TODAY: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2027, "target_growth_rate": 0.05},
    "workforce": {"total_termination_rate": 0.12, "headcount": "stochastic"},
    "census": {"size": 250},
    "plan": {"match": {"tiers": [{"up_to": 0.06, "rate": 0.5}]}},
    "random_seed": 11,
}
RICHER = {**TODAY, "plan": {"match": {"tiers": [{"up_to": 0.06, "rate": 0.6}]}}}
EVERYBODY = {**TODAY, "enrollment": {"auto_enrollment": {"scope": "all_eligible"}}}
LEAVING = {**TODAY, "workforce": {"total_termination_rate": 0.2, "headcount": "stochastic"}}
COUNT = 40


@pytest.fixture(scope="module")
def compared() -> Comparison:
    scenarios = {"today": TODAY, "richer": RICHER, "everybody": EVERYBODY, "leaving": LEAVING}
    return compare(scenarios, replicates=COUNT)


def one(frame: pl.DataFrame, **values: Any) -> dict[str, Any]:
    return frame.row(by_predicate=pl.all_horizontal(pl.col(k) == v for k, v in values.items()), named=True)


def made_up(**measures: list[Any]) -> pl.DataFrame:
    count = len(next(iter(measures.values())))
    rows = {"replicate": range(count), "year": [2025] * count, **measures}
    kinds = {"replicate": pl.Int32, "year": pl.Int32}
    return completed(pl.DataFrame(rows, schema_overrides=kinds), SUMMARY)


# --- differences ------------------------------------------------------------------------------------------------------


def test_differences_are_of_the_same_replicate() -> None:
    base, other = made_up(hires=[1, 5, 9]), made_up(hires=[2, 7, 12]).reverse()

    row = one(pairing.differences(base, other), measure="hires")

    assert (row["mean"], row["mean_error"]) == (2, pytest.approx(1 / math.sqrt(3)))
    assert (row["p5"], row["p50"], row["p95"]) == pytest.approx((1.1, 2, 2.9))
    # variances 16 and 25, of the differences 1
    assert row["narrowed"] == pytest.approx(41)


def test_a_difference_that_never_varies_was_not_narrowed() -> None:
    row = one(pairing.differences(made_up(hires=[1, 5]), made_up(hires=[3, 7])), measure="hires")

    assert (row["mean"], row["mean_error"], row["narrowed"]) == (2, 0, None)


def test_narrowed_is_what_independent_draws_would_have_cost(compared: Comparison) -> None:
    """Pair each replicate with another one instead: those differences vary as those of independent draws."""
    base, other = (compared.ensembles[name].replicates.filter(pl.col("year") == 2027) for name in ("today", "richer"))
    cost = "net_employer_cost_cents"
    x, y = base[cost].to_numpy(), other[cost].to_numpy()
    apart = np.mean([np.var(y - np.roll(x, shift), ddof=1) for shift in range(1, COUNT)])

    found = one(compared.differences, scenario="richer", year=2027, measure=cost)["narrowed"]

    assert found == pytest.approx(apart / np.var(y - x, ddof=1), rel=0.1)


def test_pairing_narrows_the_cost_of_a_richer_match_at_least_ten_times(compared: Comparison) -> None:
    rows = compared.differences.filter(
        (pl.col("scenario") == "richer") & (pl.col("measure") == "net_employer_cost_cents")
    )

    assert rows["year"].to_list() == [2025, 2026, 2027]
    assert min(rows["narrowed"]) >= 10


def test_a_change_of_the_match_moves_nobody_and_no_pay(compared: Comparison) -> None:
    unmoved = [name for name in MEASURES if not any(word in name for word in ("match", "cost", "forfeitures"))]
    rows = compared.differences.filter((pl.col("scenario") == "richer") & pl.col("measure").is_in(unmoved))

    assert rows.height == 3 * len(unmoved)
    assert set(rows["mean"]) | set(rows["p5"]) | set(rows["p95"]) == {0}
    match = one(compared.differences, scenario="richer", year=2025, measure="match_cents")
    assert match["p5"] > 0


def test_bands_and_replicates_are_those_of_each_scenario(compared: Comparison) -> None:
    for name, ensemble in compared.ensembles.items():
        assert_frame_equal(compared.bands.filter(pl.col("scenario") == name).drop("scenario"), ensemble.bands)
        assert_frame_equal(compared.replicates.filter(pl.col("scenario") == name).drop("scenario"), ensemble.replicates)


def test_the_baseline_may_be_named() -> None:
    scenarios = {"today": TODAY, "richer": RICHER}
    found = compare(scenarios, replicates=2, baseline="richer")
    turned = compare(scenarios, replicates=2)

    assert (found.baseline, found.others) == ("richer", ["today"])
    assert_frame_equal(found.differences.select(-pl.col("mean")), turned.differences.select("mean"), check_exact=False)


def test_a_plan_that_is_off_costs_nothing_and_nobody_takes_part() -> None:
    found = compare({"on": TODAY, "off": {**TODAY, "plan": {"enabled": False}}}, replicates=4)
    on, off = (found.bands.filter(scenario=name, year=2027) for name in ("on", "off"))

    for measure in ("net_employer_cost_cents", "match_cents", "participation_rate", "participation_rate_all"):
        assert one(off, measure=measure)["mean"] == 0
        gap = one(found.differences, scenario="off", year=2027, measure=measure)
        assert gap["mean"] == pytest.approx(-one(on, measure=measure)["mean"])
    assert one(off, measure="average_deferral_rate")["mean"] is None
    cost = one(found.cost_per_point, scenario="off", year=2027)
    assert cost["cents_per_point"] == pytest.approx(cost["cost_cents"] / cost["points"])
    starts = ("net employer cost ", "match ", "participation, ")
    lines = [line for line in str(found).splitlines() if line.startswith(starts) and "2025" in line]
    assert len(lines) == 4
    assert not any(" - " in line for line in lines)
    assert "off costs the employer $" in str(found)


def test_progress_counts_all_scenarios() -> None:
    told: list[tuple[int, int]] = []

    compare({"a": TODAY, "b": RICHER}, replicates=3, progress=lambda *seen: told.append(seen))

    assert told[-1] == (6, 6)
    assert told == sorted(told)


# --- cost of participation --------------------------------------------------------------------------------------------


def test_cost_per_point_is_the_ratio_of_the_mean_differences() -> None:
    base = made_up(net_employer_cost_cents=[0, 0, 0], participation_rate=[0.5, 0.5, 0.5])
    other = made_up(net_employer_cost_cents=[900, 2_100, 3_000], participation_rate=[0.51, 0.52, 0.53])

    (row,) = pairing.cost_per_point(base, other).to_dicts()

    assert (row["cost_cents"], row["points"]) == pytest.approx((2_000, 2))
    assert row["cents_per_point"] == pytest.approx(1_000)
    # of 900 - 1000, 2100 - 2000, 3000 - 3000: sd 100, over sqrt(3) and 2 points
    assert row["cents_per_point_error"] == pytest.approx(100 / math.sqrt(3) / 2)


def test_the_error_of_cost_per_point_is_how_far_it_scatters() -> None:
    rng = np.random.default_rng(5)
    points = rng.normal(4, 1, (2_000, 50))
    found = np.array([pairing.ratio(1_000 * x + rng.normal(0, 800, 50), x) for x in points])

    assert found[:, 1].mean() == pytest.approx(found[:, 0].std(ddof=1), rel=0.07)


@pytest.mark.parametrize("rates", [[0.5, 0.5], [0.4, 0.601], [None, None]])
def test_there_is_no_cost_per_point_where_participation_may_be_the_same(rates: list[float | None]) -> None:
    base = made_up(net_employer_cost_cents=[0, 0], participation_rate=[0.5, 0.5])
    other = made_up(net_employer_cost_cents=[900, 2_100], participation_rate=rates)

    found = pairing.cost_per_point(base, other)

    assert found["cents_per_point"].null_count() == found.height


def test_everybody_enrolled_costs_money_a_point(compared: Comparison) -> None:
    row = one(compared.cost_per_point, scenario="everybody", year=2027)

    assert row["points"] > 2
    assert 0 < row["cents_per_point_error"] < row["cents_per_point"] / 3


# --- configurations ---------------------------------------------------------------------------------------------------


def test_configurations_differ_in_what_was_changed(compared: Comparison) -> None:
    assert compared.configurations.rows() == [
        ("richer", "plan.match.tiers[0].rate", "0.5", "0.6"),
        ("everybody", "enrollment.auto_enrollment.scope", "new_hires_only", "all_eligible"),
        ("leaving", "workforce.total_termination_rate", "0.12", "0.2"),
    ]


# --- people -----------------------------------------------------------------------------------------------------------


def test_persons_have_what_the_run_of_each_scenario_gave_them(compared: Comparison) -> None:
    replicate = 3
    found = compared.persons(replicate).filter(pl.col("scenario") == "everybody")
    sides = {"baseline": TODAY, "scenario": EVERYBODY}
    for side, config in sides.items():
        rows = simulate(config, replicate=replicate).snapshots.to_dicts()
        employer: dict[str, int] = {}
        own: dict[str, int] = {}
        for row in rows:
            who = row["employee_id"]
            employer[who] = employer.get(who, 0) + row["match_cents"] + row["nonelective_cents"]
            own[who] = own.get(who, 0) + row["pre_tax_cents"] + row["roth_cents"]
        of = found.drop_nulls(f"{side}_employer_cents")
        assert dict(of.select("employee_id", f"{side}_employer_cents").iter_rows()) == employer
        assert dict(of.select("employee_id", f"{side}_deferral_cents").iter_rows()) == own


def test_hires_are_the_same_persons_while_nobody_comes_or_goes_otherwise(compared: Comparison) -> None:
    found = compared.persons()

    alone = found.filter(pl.col("presence").cast(pl.String) != "both")
    assert found["employee_id"].str.starts_with("NH-").any()
    assert alone["scenario"].unique().to_list() == ["leaving"]
    assert alone["employee_id"].str.starts_with("NH-").all()
    assert alone["change"].null_count() == alone["difference_employer_cents"].null_count() == alone.height > 0


def test_a_hire_in_both_was_born_and_hired_on_the_same_days() -> None:
    known = ["employee_id", "birth_date", "hire_date"]
    one, other = (simulate(config).snapshots.select(known).unique() for config in (TODAY, LEAVING))

    both = one.join(other, on="employee_id", suffix="_other").filter(pl.col("employee_id").str.starts_with("NH-"))
    assert both.height > 100
    assert both["birth_date"].equals(both["birth_date_other"])
    assert both["hire_date"].equals(both["hire_date_other"])


def test_years_add_up_to_the_whole(compared: Comparison) -> None:
    whole = compared.persons(by_year=False)
    yearly = compared.persons(by_year=True)

    added = yearly.group_by("scenario", "employee_id").agg(
        pl.col("baseline_employer_cents", "scenario_deferral_cents").sum()
    )
    both = whole.join(added, on=["scenario", "employee_id"], suffix="_added")
    for name in ("baseline_employer_cents", "scenario_deferral_cents"):
        assert both[name].fill_null(0).to_list() == both[f"{name}_added"].to_list()
    assert yearly["year"].unique().sort().to_list() == [2025, 2026, 2027]


def test_groups_are_those_of_the_first_year(compared: Comparison) -> None:
    snapshots = simulate(TODAY).snapshots.sort("year").group_by("employee_id").first()
    age = dict(snapshots.select("employee_id", "age").iter_rows())
    pay = dict(snapshots.select("employee_id", "salary_cents").iter_rows())

    for row in compared.persons().filter(pl.col("scenario") == "richer").to_dicts():
        years, dollars = age[row["employee_id"]], pay[row["employee_id"]] / 100
        assert row["age_band"] == (
            "under 25"
            if years < 25
            else "65 and over"
            if years >= 65
            else f"{(years - 5) // 10 * 10 + 5}-{(years - 5) // 10 * 10 + 14}"
        )
        assert (row["pay_band"] == "150,000 and over") == (dollars >= 150_000)
        assert (row["pay_band"] == "50,000-74,999") == (50_000 <= dollars < 75_000)


@pytest.mark.parametrize("by", people.GROUPS)
def test_gains_count_everybody_once(compared: Comparison, by: str) -> None:
    persons, found = compared.persons(), compared.gains(by)

    for name in compared.others:
        rows, groups = (frame.filter(pl.col("scenario") == name) for frame in (persons, found))
        both = rows.drop_nulls("change")
        assert groups["persons"].sum() == both.height
        assert groups.select(pl.sum_horizontal("gain", "lose", "same"))["gain"].to_list() == groups["persons"].to_list()
        assert groups["total_employer_cents"].sum() == both["difference_employer_cents"].sum()
        assert groups["gain"].sum() == (both["difference_employer_cents"] > 0).sum()
        assert groups["defer_less"].sum() == (both["difference_deferral_cents"] < 0).sum()
        assert groups["baseline_only"].sum() + groups["scenario_only"].sum() == rows.height - both.height
        assert groups[by].to_list() == groups[by].sort().to_list()


def test_who_defers_gains_by_a_richer_match_and_nobody_loses(compared: Comparison) -> None:
    found = compared.gains("level").filter(pl.col("scenario") == "richer")

    assert found["lose"].sum() == 0
    assert found["gain"].sum() > 100
    assert found["total_deferral_cents"].sum() == 0


def test_small_groups_are_hidden_when_asked(compared: Comparison) -> None:
    shown, found = compared.gains("level"), compared.gains("level", least=20)

    small = (shown["persons"] < 20) & (shown["persons"] > 0)
    assert small.any()
    assert found.filter(small)["suppressed"].all()
    whole = found.filter(small).drop("scenario", "level", "suppressed", "baseline_only", "scenario_only")
    assert whole.null_count().row(0) == (small.sum(),) * 10
    assert found.columns == [*shown.columns, "suppressed"]


@pytest.mark.parametrize("by", people.GROUPS)
def test_no_small_count_is_shown_and_what_is_shown_is_true(compared: Comparison, by: str) -> None:
    known, found = compared.gains(by), compared.gains(by, least=20)

    for name in people.COUNTS:
        assert found.filter(pl.col(name).is_between(1, 19)).is_empty()
    for name in known.columns[2:]:
        assert found[name].zip_with(found[name].is_not_null(), known[name]).equals(known[name])
    assert found["persons"].null_count() < found.height / 2


def test_persons_of_another_replicate_are_simulated_once(compared: Comparison) -> None:
    first = compared.persons(99)

    assert_frame_equal(compared.persons(99), first)
    assert not first.equals(compared.persons(98))


def test_levels_of_only_one_scenario_are_in_one_list_of_groups() -> None:
    levels = [
        {"name": name, "minimum": low, "midpoint": 2 * low, "maximum": 9 * low}
        for name, low in (("A", 20_000), ("B", 60_000))
    ]
    other = {**TODAY, "workforce": {**TODAY["workforce"], "levels": levels}}
    bare = pl.DataFrame(
        {"employee_id": ["x", "y"], "hire_date": [dt.date(2020, 1, 1)] * 2, "annual_salary": [40_000.0, 90_000.0]}
    )

    found = compare({"a": TODAY, "b": other, "c": TODAY}, census=bare, replicates=1)

    kind = found.persons()["level"].dtype
    assert isinstance(kind, pl.Enum)
    assert {"A", "B"} <= set(kind.categories)
    assert found.gains("level")["persons"].sum() > 0


# --- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"random_seed": 12}, "random_seed: 12 in b, 11 in a"),
        ({"census": {"size": 251}}, "census.size: 251 in b, 250 in a"),
        ({"census": {"path": "x.csv"}}, "census.path: x.csv in b, left out in a"),
        ({"simulation": {**TODAY["simulation"], "end_year": 2026}}, "simulation.end_year: 2026 in b, 2027 in a"),
        ({"simulation": {**TODAY["simulation"], "start_year": 2026}}, "simulation.start_year: 2026 in b, 2025 in a"),
    ],
)
def test_scenarios_of_other_random_numbers_are_refused(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match="all scenarios use the same random draws") as error:
        compare({"a": TODAY, "b": {**TODAY, **changes}})

    assert str(error.value).split("\n")[1:] == [f"  {told}"]


def test_where_a_census_is_given_what_configurations_name_does_not_matter() -> None:
    found = compare(
        {"a": TODAY, "b": {**RICHER, "census": {"size": 7}}}, census=synthetic_census(20, seed=1), replicates=1
    )

    assert found.replicates.filter(pl.col("year") == 2025)["headcount_opening"].to_list() == [20, 20]


@pytest.mark.parametrize("scenarios", [{}, {"a": TODAY}, {"a": TODAY, "": TODAY}, {"a": TODAY, 3: TODAY}])
def test_two_scenarios_with_names_are_needed(scenarios: dict[Any, Any]) -> None:
    with pytest.raises(RequestError, match="give two scenarios or more, each with a name"):
        compare(scenarios)


def test_a_baseline_that_is_none_is_refused() -> None:
    with pytest.raises(RequestError, match="baseline: no scenario is named 'c'; there are a, b"):
        compare({"a": TODAY, "b": RICHER}, baseline="c")


def test_a_wrong_configuration_is_told_with_its_scenario() -> None:
    with pytest.raises(ConfigError, match=r"scenario b: plan.mach: unknown key \(did you mean match\?\)"):
        compare({"a": TODAY, "b": {**TODAY, "plan": {"mach": 1}}})


def test_groups_that_are_none_are_refused(compared: Comparison) -> None:
    with pytest.raises(RequestError, match="by must be department, level, age_band, tenure_band or pay_band"):
        compared.gains("salary")


# --- as text ----------------------------------------------------------------------------------------------------------


def test_a_comparison_is_printed_in_a_hundred_plain_columns(compared: Comparison) -> None:
    text = "\n".join([str(compared), *gains_table(compared.gains("pay_band", least=10))])

    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 100
    assert f"4 scenarios, {COUNT} simulations of each, 2025 to 2027" in text
    assert "everybody compared with today: 1 setting differs" in text
    assert "net cost of a point of participation in 2027: $" in text
    assert repr(compared) == f"<Comparison of today, richer, everybody, leaving: {COUNT} simulations of each>"


def test_notes_are_told_once_with_the_scenarios_that_they_are_of() -> None:
    late = {**TODAY, "eligibility": {"waiting_period_days": 800}}
    bare = pl.DataFrame({"employee_id": ["x"], "hire_date": [dt.date(2020, 1, 1)], "annual_salary": [40_000.0]})

    text = str(compare({"a": TODAY, "b": late}, census=bare, replicates=1))

    _, notes = text.split("\nnotes\n")
    assert [line.split(":")[0] for line in notes.splitlines() if "waiting_period_days" in line] == ["  b"]
    assert len([line for line in notes.splitlines() if line.startswith("  birth date missing in 1 of 1 rows")]) == 1


def test_scenarios_without_a_plan_are_printed_too() -> None:
    bare = {**TODAY, "plan": {"enabled": False}}
    found = compare({"a": bare, "b": {**bare, "compensation": {"cola_rate": 0.05}}}, replicates=2)

    assert "payroll" in str(found)
    assert "match" not in str(found)
    assert found.gains("level")["same"].sum() == found.gains("level")["persons"].sum()
    total = found.totals.row(
        by_predicate=(pl.col("scenario") == "b") & (pl.col("measure") == "payroll_cents"), named=True
    )
    answer = f"the payroll of b is {amount(total['difference_mean'])} more than that of a over 2025 to 2027"
    assert answer in str(found)
    assert "costs the employer" not in str(found)


def test_a_rate_that_only_one_scenario_has_is_not_called_the_same() -> None:
    text = str(compare({"on": TODAY, "off": {**TODAY, "plan": {"enabled": False}}}, replicates=2))
    (row,) = [line.split() for line in text.splitlines() if line.startswith("average deferral rate")]

    assert row[3:] == ["2025", row[4], "-", "-", "-", "-", "-"]
    assert "average deferral rate" not in text.partition("the same in every simulation")[2].partition("\n\n")[0]


def test_what_is_uncertain_is_drawn_alike_in_all_scenarios() -> None:
    drawn = {
        "year_effects": {"terminations": 0.2},
        "assumptions": [{"key": "compensation.cola_rate", "uniform": [0, 0.05]}],
    }
    today, richer = ({**config, "uncertainty": drawn} for config in (TODAY, RICHER))

    found = compare({"today": today, "richer": richer}, replicates=6)

    payroll = found.differences.filter(pl.col("measure").is_in(["payroll_cents", "headcount_closing"]))
    assert set(payroll["p5"]) | set(payroll["p95"]) == {0}
    replicate = 4
    rows = found.persons(replicate)
    alone = simulate(today, replicate=replicate).snapshots
    assert rows["baseline_employer_cents"].sum() == alone["match_cents"].sum() + alone["nonelective_cents"].sum()


def test_loaded_configurations_are_taken_too() -> None:
    found = compare({"a": load_config(TODAY), "b": load_config(TODAY)}, replicates=2)

    assert found.configurations.is_empty()
    assert set(found.differences["mean"].drop_nulls()) == {0}

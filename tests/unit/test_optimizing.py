"""The search of designs: the winner is that of enumeration, bounds are kept, ties and reasons are said."""

from __future__ import annotations

import datetime as dt
import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import workforce_sim as ws
from tests.support import configured
from workforce_sim.cli.main import main
from workforce_sim.cli.printed import json_text
from workforce_sim.studies.searching.certainty import at_most, chance, errors_above_0, student
from workforce_sim.studies.searching.goals import amount, bounds_of, goals_of
from workforce_sim.studies.searching.levers import around, designs_of, how_many, levers_of, numbered, placed, spread_out
from workforce_sim.studies.searching.pages import of_optimum
from workforce_sim.studies.searching.racing import Contender, Race

BASE: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2026, "target_growth_rate": 0.02},
    "workforce": {"total_termination_rate": 0.12},
    "plan": {"match": {"preset": "simple"}},
    "random_seed": 7,
}
PEOPLE = ws.synthetic_census(300, seed=3)
DEFAULT = "enrollment.auto_enrollment.default_deferral_rate"
LEVERS: dict[str, Any] = {DEFAULT: "3%:7%:2%", "plan.match": "simple, stretch, safe_harbor_basic"}


FLAT = {"kind": "flat", "rate": 0.05}


def found_for(goal: Any, levers: Any = None, **more: Any) -> ws.Optimum:
    given = {"census": PEOPLE, "replicates": 12, "progress": False} | more
    return ws.optimize(BASE, LEVERS if levers is None else levers, goal, **given)


@cache
def truth() -> dict[int, np.ndarray]:
    """Return each design's net employer cost in each of twelve simulations, by enumeration."""
    values = {
        DEFAULT: [0.03, 0.05, 0.07],
        "plan.match": [{"preset": n} for n in ("simple", "stretch", "safe_harbor_basic")],
    }
    grid = ws.sweep(BASE, values, census=PEOPLE, replicates=12, progress=None)
    totals = grid.replicates.group_by("combination", "replicate").sum().sort("combination", "replicate")
    costs = totals.partition_by("combination", as_dict=True).items()
    return {key[0]: part["net_employer_cost_cents"].to_numpy() / 100 for key, part in costs}


def test_the_winner_is_that_of_enumeration() -> None:
    known = truth()
    cheapest = min(known, key=lambda number: known[number].mean())

    found = found_for("minimize net_employer_cost")

    assert found.best is not None
    assert found.best.number == cheapest
    (row,) = found.designs.filter(outcome="best").to_dicts()
    assert row["net_employer_cost"] == pytest.approx(known[cheapest].mean())
    assert row["simulations"] == 12


def test_losers_get_fewer_simulations() -> None:
    found = found_for("minimize net_employer_cost", replicates=32)

    assert int(found.designs["simulations"].sum()) < 9 * 32 / 2
    worse = found.designs.filter(outcome="worse")
    assert (worse["behind"] > 0).all()
    assert (worse["wins"] > 0.94).all()


def test_after_samples_of_people_all_simulations_are_made_of_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    from workforce_sim.studies.searching import racing

    monkeypatch.setattr(racing, "LARGE", 200)
    monkeypatch.setattr(racing, "SAMPLE", 100)
    known = truth()
    found = found_for("minimize net_employer_cost", {DEFAULT: [0.03], "plan.match": LEVERS["plan.match"]})

    assert any(each.rough for each in found.contenders)
    (row,) = found.designs.filter(outcome="best").to_dicts()
    assert row["simulations"] == 12
    assert row["net_employer_cost"] == pytest.approx(known[row["number"]].mean())
    assert all(each.count in {4, 8, 12} for each in found.contenders if not each.rough)


def test_on_samples_amounts_are_scaled_up_and_averages_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    from workforce_sim.studies.searching import racing

    monkeypatch.setattr(racing, "LARGE", 200)
    monkeypatch.setattr(racing, "SAMPLE", 100)
    matches = {"plan.match": LEVERS["plan.match"]}
    found = found_for("minimize net_employer_cost", matches, subject_to="average_salary>=1", replicates=4)
    goal, salary = found.goals[0].figure, found.bounds[0].figure
    rough = next(each for each in found.contenders if each.rough)
    best = next(each for each in found.contenders if not each.fate)

    assert rough.values[salary].mean() == pytest.approx(best.values[salary].mean(), rel=0.1)
    assert rough.values[goal].mean() == pytest.approx(best.values[goal].mean(), rel=2)
    assert rough.values[goal].mean() > best.values[goal].mean()


def test_a_bound_excludes_designs_and_says_so() -> None:
    known = truth()
    bound = float(np.median([values.mean() for values in known.values()]))

    found = found_for("maximize deferrals", subject_to=[f"net_employer_cost<={bound:.2f}"])

    assert found.best is not None
    assert known[found.best.number].mean() <= bound
    broken = found.designs.filter(found.designs["outcome"].str.starts_with("breaks"))["number"].to_list()
    assert broken
    assert all(known[number].mean() > bound for number in broken)


def test_a_design_without_a_provision_has_none_of_its_amounts() -> None:
    levers = {"plan.profit_sharing": [{"kind": "none"}, {2025: {"kind": "none"}, 2026: FLAT}, FLAT]}
    found = found_for("minimize net_employer_cost", levers, subject_to="profit_sharing<=1M", replicates=4)
    none, later, always = (each.values[found.bounds[0].figure] for each in found.contenders)

    assert found.best is not None
    assert found.best.number == 0
    assert (none == 0).all()
    assert ((later > 0) & (later < always)).all()


def test_a_bound_on_a_share_of_futures() -> None:
    known = truth()
    bound = float(np.sort(known[0])[-3])  # simple, 3%: kept in ten of its twelve simulations

    kept = found_for(
        "maximize match",
        {"plan.match": "simple", DEFAULT: [0.03]},
        subject_to=[f"net_employer_cost<={bound:.2f} in 8 of 10"],
    )
    lost = found_for(
        "maximize match",
        {"plan.match": "simple", DEFAULT: [0.03]},
        subject_to=[f"net_employer_cost<={bound:.2f} in 9 of 10"],
    )

    assert kept.best is not None
    assert lost.best is None
    assert lost.notes[0].startswith("no design is left: breaks net_employer_cost<=")
    with pytest.raises(ws.RequestError, match=r"no design is left: breaks .* loosen a bound"):
        _ = lost.config


def test_several_goals_give_a_front_and_its_knee() -> None:
    found = found_for(["maximize deferrals", "minimize net_employer_cost"])
    front = found.front.sort("deferral")

    assert found.best is not None
    assert found.best.number in front["number"].to_list()
    costs = front["net_employer_cost"].to_list()
    assert front.height > 1
    assert costs == sorted(costs)  # who gets more deferrals on the front pays more


def test_no_lever_moves_the_goal() -> None:
    matches = {"plan.match": LEVERS["plan.match"]}
    found = found_for("maximize payroll", matches, replicates=16, subject_to="headcount_closing>=1")

    assert any(
        note.startswith("no lever moves Payroll: it is $") and note.endswith(", 8 simulations of each")
        for note in found.notes
    )
    assert found.notes[-1] == (
        "2 designs had the same Payroll as another in each of 8 simulations; only that one was simulated further"
    )
    assert found.sensitivity["best"].null_count() == found.sensitivity.height
    assert found.designs["simulations"].to_list() == [16, 8, 8]
    assert found.designs["equal_to"].to_list() == [None, 0, 0]
    assert found.designs["outcome"].to_list() == ["best", *["ties with the best"] * 2]


def test_why_no_lever_moves_the_goal() -> None:
    levers = {"enrollment.escalation.increment": [0.01, 0.02]}
    found = ws.optimize(
        BASE | {"enrollment": {"escalation": {"enabled": False}}},
        levers,
        "maximize deferrals",
        census=PEOPLE,
        replicates=8,
        progress=False,
    )

    assert found.notes[0].startswith("no lever moves Employee deferrals: it is $")
    assert found.notes[1].startswith(
        "enrollment.escalation.increment: no effect, because enrollment.escalation.enabled"
    )


def raced(figures: dict[str, list[list[float]]], goal: str, people: int, *bounds: str) -> list[Contender]:
    """Race designs whose figures are given, by measure, design and simulation; witnesses that are not are 0."""
    census = ws.synthetic_census(people, seed=3)
    simulation = configured().simulation
    goals, kept = goals_of(goal, simulation), bounds_of(bounds, simulation)[0]
    designs = [*designs_of(ws.load_config(BASE), levers_of({DEFAULT: "1%:3%:1%"}), [(0,), (1,), (2,)])]

    def simulate(config: Any, asked: Any, _: Any, numbers: Any) -> Any:
        place = next(design.number for design in designs if design.config is config)
        known = {each: figures.get(each.measure, np.zeros((3, 32)))[place] for each in asked}
        return {each: np.array([values[number] for number in numbers]) for each, values in known.items()}

    contenders = [*map(Contender, designs)]
    race = Race(goals, kept, census, 32, simulate=simulate)
    race.run(contenders)
    race.settle(contenders)
    return contenders


def test_goals_that_are_equal_while_deferrals_differ_need_many_employees() -> None:
    rates, amounts = [[0.8] * 31 + [last] for last in (0.8, 0.9, 0.7)], [[1.0] * 32, [2.0] * 32, [2.0] * 32]
    figures = {"participation_rate": rates, "deferral_cents": amounts}

    few, many = (raced(figures, "maximize participation", people) for people in (100, 10_000))

    assert [each.count for each in few] == [32, 32, 8]
    assert (few[2].equal_to, few[2].fate) == (few[1], "")
    assert [each.count for each in many] == [32, 8, 8]


def test_a_design_equal_to_one_that_loses_loses_too() -> None:
    figures = {"payroll_cents": [[2.0] * 32, *[[1.0, 2.0, 3.0, 2.0] * 2 + [1.0, 1.5] * 12] * 2]}

    winner, loser, equal = raced(figures, "maximize payroll", 100)

    assert (winner.count, winner.fate) == (32, "")
    assert (loser.fate, equal.fate, equal.equal_to) == ("worse", "worse", loser)


def test_of_equal_designs_the_one_goes_on_that_keeps_bounds_most_clearly() -> None:
    costs = [[100.0, 120.0] * 16, [50.0, 60.0] * 16, [10.0, 20.0] * 8 + [1000.0] * 16]
    figures = {"payroll_cents": [[1.0] * 32] * 3, "net_employer_cost_cents": costs}

    first, second, third = raced(figures, "maximize payroll", 100, "net_employer_cost<=$1.40")

    assert (third.count, third.fate) == (32, "breaks net_employer_cost<=$1.40")
    assert (second.count, second.fate, second.equal_to) == (32, "", None)
    assert (first.count, first.fate, first.equal_to) == (8, "", second)


def test_a_design_does_not_break_the_bound_that_the_one_it_waits_for_breaks_while_waiting_itself() -> None:
    """The second waits for the first; that one waits for the third, once deferrals need not be the same too."""
    costs = [[100.0, 120.0] * 4 + [200.0] * 24, [100.0, 120.0] * 16, [50.0, 60.0] * 16]
    figures = {
        "participation_rate": [[0.8] * 32] * 3,
        "deferral_cents": [[1.0] * 32, [1.0] * 32, [2.0] * 32],
        "net_employer_cost_cents": costs,
    }

    first, second, third = raced(figures, "maximize participation", 4_000, "net_employer_cost<=$1.40")

    assert (second.equal_to, first.equal_to, third.count) == (first, third, 32)
    assert (first.fate, second.fate, third.fate) == ("breaks net_employer_cost<=$1.40", "", "")


def test_a_bound_on_half_of_the_simulations_is_not_surely_broken_by_four() -> None:
    assert at_most(0, 4, 0.5) == pytest.approx(1 / 16)
    assert at_most(2, 10, 0.9) == pytest.approx(3.74e-7, rel=1e-2)
    assert [at_most(count, 4, 1.0) for count in (3, 4)] == [0, 1]
    figures = {"payroll_cents": [[2.0] * 4 + [0.0] * 28] * 3, "match_cents": [[1.0] * 32] * 3}

    assert not any(each.fate for each in raced(figures, "maximize match", 100, "payroll<=$0.01 in 5 of 10"))


def test_samples_of_people_put_no_design_out_for_a_bound_on_a_share(monkeypatch: pytest.MonkeyPatch) -> None:
    from workforce_sim.studies.searching import racing

    monkeypatch.setattr(racing, "LARGE", 100)
    monkeypatch.setattr(racing, "SAMPLE", 50)
    figures = {"participation_rate": [[0.5] * 6 + [0.8] * 26] * 3, "match_cents": [[1.0] * 32] * 3}
    bound = "participation_rate>=60% in 7 of 10"

    assert at_most(0, 6, 0.7) < 0.001 < at_most(0, 4, 0.7)  # six samples would be enough, four simulations are not
    first, *_ = raced(figures, "maximize match", 100, bound)
    assert (first.count, first.fate) == (32, "")


def test_the_binomial_distribution_of_very_many_simulations() -> None:
    exact = sum(math.comb(2_000, k) * 9**k for k in range(1_761)) / 10**2_000

    assert at_most(1_760, 2_000, 0.9) == pytest.approx(exact, rel=1e-9)
    assert at_most(899_100, 1_000_000, 0.9) == pytest.approx(0.00135, rel=0.05)  # 3 standard deviations below


def test_levers_explain_the_spread() -> None:
    effects = {
        row["lever"]: row for row in found_for("minimize net_employer_cost", replicates=4).sensitivity.to_dicts()
    }

    assert effects["plan.match"]["best"] == "stretch"
    for row in effects.values():
        assert 0 <= row["first"] <= row["total"] + 1e-9 <= 1 + 1e-9
    assert sum(row["first"] for row in effects.values()) <= 1 + 1e-9


def test_compliance_bounds() -> None:
    levers = {"plan.vesting.match": ["cliff_3", [0, 0, 0, 0, 1]]}
    found = found_for("minimize net_employer_cost", levers, subject_to="no compliance warning", replicates=4)

    assert found.best is not None
    assert found.best.labels == ("cliff_3",)
    assert found.designs["outcome"].str.starts_with("compliance warning: ").any()


def test_failed_tests_exclude() -> None:
    few = {"kind": "groups", "groups": [{"levels": ["Executive", "Director"], "rate": 0.05}]}
    levers = {"plan.profit_sharing": {"all": {"plan.profit_sharing": FLAT}, "few": {"plan.profit_sharing": few}}}
    found = found_for("minimize net_employer_cost", levers, subject_to="no failed test", replicates=2)

    assert found.best is not None
    assert found.best.labels == ("all",)
    assert found.designs["outcome"].to_list() == ["best", "fails Coverage, nonelective in 2025"]


def test_a_design_beaten_by_one_that_breaks_a_bound_in_the_end_comes_back() -> None:
    known = truth()
    second, dearest = sorted(known, key=lambda number: known[number].mean())[-2:]
    bound = (known[dearest][:4].mean() + known[dearest].mean()) / 2
    assert known[dearest][:4].mean() < bound < known[dearest].mean()  # kept in the first round alone

    found = found_for("maximize match", subject_to=f"net_employer_cost<={bound:.2f}")

    assert found.best is not None
    assert found.best.number == second
    assert found.contenders[dearest].fate.startswith("breaks net_employer_cost<=")


def test_designs_that_break_a_bound_so_far_put_nobody_out() -> None:
    known = truth()
    dearest = max(known, key=lambda number: known[number].mean())
    bound = known[dearest].mean() - 1
    assert known[dearest][:4].mean() < bound

    found = found_for(
        "minimize match",
        {"plan.match": "safe_harbor_basic", DEFAULT: "3%:7%:2%"},
        subject_to=f"net_employer_cost>={bound:.2f}",
    )

    assert found.best is not None
    assert found.best.labels[1] == "7%"


def test_percentiles_have_columns_of_their_own() -> None:
    known = truth()
    found = found_for("minimize p90 of net_employer_cost", subject_to="net_employer_cost<=2M")
    (row,) = found.designs.filter(outcome="best").to_dicts()

    assert row["net_employer_cost_p90"] == pytest.approx(np.percentile(known[row["number"]], 90))
    assert row["net_employer_cost"] == pytest.approx(known[row["number"]].mean())
    assert "P90 of Net employer cost" in str(found)
    worse = found.designs.filter(outcome="worse")
    gaps = worse["net_employer_cost_p90"] - row["net_employer_cost_p90"]
    twelve = worse["simulations"] == 12
    assert worse["behind"].filter(twelve).to_list() == pytest.approx(gaps.filter(twelve).to_list())


def test_a_design_without_a_value_is_out_and_says_so() -> None:
    found = found_for("maximize average_compa_ratio", {"plan.match": "simple, stretch"}, replicates=2)

    assert found.best is None
    assert found.notes == ("no design is left: has no value: Average compa-ratio (2 designs)",)


def test_named_sets_of_keys_and_impossible_designs() -> None:
    levers = {"design": {"today": {}, "odd": {"plan.match": {"preset": "nope"}}}}
    found = found_for("maximize match", levers, replicates=2)

    assert found.best is not None
    assert found.best.labels == ("today",)
    assert found.designs["outcome"].str.starts_with("cannot be: plan.match.preset").sum() == 1
    with pytest.raises(ws.ConfigError, match=r"plan\.match\.preset"):
        found_for("maximize match", {"plan.match": "nope"})


@pytest.mark.parametrize("match", ["plan.match", "plan.discretionary_match"])
def test_words_and_parts_of_either_match_replace_its_formula(match: str) -> None:
    tiers = [{"rate": 0.5, "up_to": 0.04}]
    base = ws.load_config({**BASE, "plan": {match.removeprefix("plan."): {"preset": "simple"}}})
    asked = [{match: "none, stretch"}, {f"{match}.tiers": [tiers]}, {"design": {"a": {match: "tiered"}}}]
    found = [
        design.config
        for levers in map(levers_of, asked)
        for design in designs_of(base, levers, [(place,) for place in range(how_many(levers))])
    ]
    formulas = [config and getattr(config.plan, match.removeprefix("plan.")).at(2025) for config in found]

    assert [formula and (formula.preset, bool(formula.tiers)) for formula in formulas] == [
        ("none", False),
        ("stretch", False),
        (None, True),
        ("tiered", False),
    ]


def test_a_part_of_a_match_that_is_left_out_is_refused() -> None:
    with pytest.raises(ws.ConfigError, match="cannot be changed by itself; change discretionary_match as a whole"):
        found_for("maximize match", {"plan.discretionary_match.tiers[0].rate": "25%:75%:25%"})


def test_a_range_with_a_fraction_has_whole_numbers_where_they_are_whole() -> None:
    (lever,) = levers_of({"eligibility.minimum_age": "18:21:1.5"})

    assert [repr(value) for _, (value,) in ((label, changes.values()) for label, changes in lever.choices)] == [
        "18",
        "19.5",
        "21",
    ]


def test_a_large_grid_is_searched_around_the_best(monkeypatch: pytest.MonkeyPatch) -> None:
    from workforce_sim.studies.searching import optimizing

    monkeypatch.setattr(optimizing, "MOST", 20)
    monkeypatch.setattr(optimizing, "SPREAD", 8)
    levers = {DEFAULT: "1%:8%:1%", "plan.match": [{"tiers": [{"rate": r / 10, "up_to": 0.06}]} for r in range(1, 11)]}
    found = found_for("minimize match", levers, replicates=6, census=PEOPLE.frame.head(100))

    assert found.best is not None
    assert found.best.places == (0, 0)
    assert len(found.contenders) < 80
    assert found.notes[0].endswith("then those around the best")


def test_places_and_numbers_of_designs_agree() -> None:
    levers = levers_of({"a": [1, 2, 3], "b": [1, 2], "c": "1:4:1"})

    assert [numbered(levers, placed(levers, number)) for number in range(24)] == list(range(24))
    assert how_many(levers) == 24
    assert len({*spread_out(levers, 10)}) == 10
    assert len(spread_out(levers, 100)) == 24
    assert (1, 1, 0) in around(levers, (0, 1, 0))


@pytest.mark.parametrize(
    ("levers", "goal", "bounds", "said"),
    [
        ({}, "maximize match", (), "give at least one key"),
        ({"plan.match": []}, "maximize match", (), "at least one value"),
        ({"plan.match": "simple,simple"}, "maximize match", (), "has a value twice"),
        ({DEFAULT: "5%:3%:1%"}, "maximize match", (), "expected low:high:step"),
        ({"random_seed": [1]}, "maximize match", (), "cannot be a lever"),
        ({"plan": [{}], "plan.match": ["simple"]}, "maximize match", (), "both change plan"),
        ([("plan.match", ["simple"])], "maximize match", (), "levers: give at least one key with its values, such as"),
        ({"design": {"one": 5}}, "maximize match", (), "design: one: expected keys with their values"),
        ({"design": {"one": {"random_seed": 5}}}, "maximize match", (), "random_seed: cannot be a lever"),
        ({"simulation": [{}]}, "maximize match", (), "simulation: cannot be a lever"),
        ({"plan.match": "simple,,stretch"}, "maximize match", (), "plan.match: has nothing between two commas"),
        ({DEFAULT: "3%:5%"}, "maximize match", (), "3%:5%: expected low:high:step"),
        ({DEFAULT: "[3%"}, "maximize match", (), f"{DEFAULT}: cannot read the value"),
        (LEVERS, "maximize match", ["match<=1.2.3"], "subject_to: '1.2.3' is no number; give one such as"),
        (LEVERS, "more match", (), "expected 'maximize MEASURE'"),
        (LEVERS, "maximize wages", (), "no measure is named"),
        (LEVERS, "maximize match", ["cheap"], "expected MEASURE<=NUMBER"),
        (LEVERS, "maximize match", ["match<=1M in 5 of 4"], "such as 9 of 10"),
    ],
)
def test_what_cannot_be_asked_is_refused(levers: Any, goal: str, bounds: Any, said: str) -> None:
    with pytest.raises(ws.RequestError, match=said):
        found_for(goal, levers, subject_to=bounds)


def test_words_of_goals_and_bounds() -> None:
    simulation = configured(end_year=2026).simulation
    (goal,) = goals_of("minimize p90 of net_employer_cost@2026", simulation)
    (bound,), words = bounds_of(["saving>=10%>=60%", "No failed test"], simulation)

    assert goal.name == "lowest P90 of Net employer cost in 2026"
    assert (bound.figure.measure, bound.most, bound.value) == ("saving_1000", False, 0.6)
    assert words == {"no failed test"}


@pytest.mark.parametrize(("freedom", "quantile"), [(1, 318.309), (3, 10.215), (7, 4.785), (30, 3.385), (1000, 3.098)])
def test_quantiles_of_student(freedom: int, quantile: float) -> None:
    assert student(0.999, freedom) == pytest.approx(quantile, rel=3e-3)
    assert chance(quantile, freedom) == pytest.approx(0.999, abs=5e-5)
    assert chance(-quantile, freedom) == pytest.approx(0.001, abs=5e-5)


def test_differences_that_never_vary_are_sure() -> None:
    always, never = (chance(errors_above_0(np.full(4, gap)), 3) for gap in (0.25, 0.0))

    assert always == pytest.approx(1)
    assert never == pytest.approx(0.5)


def test_dates_of_levers_are_text_in_json() -> None:
    key = "enrollment.auto_enrollment"
    dates = {"hire_date_cutoff": dt.date(2024, 1, 1), "default_deferral_rate": 0.03}
    page = of_optimum(found_for("minimize match", {key: [dates]}, replicates=2))

    assert json.loads(json_text(page))["changes"] == {key: {**dates, "hire_date_cutoff": "2024-01-01"}}


def test_the_command_prints_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan, out, table = (tmp_path / name for name in ("plan.yaml", "best.yaml", "designs.csv"))
    plan.write_text(
        "simulation: {start_year: 2025, end_year: 2025, target_growth_rate: 0.02}\n"
        "workforce: {total_termination_rate: 0.1}\n"
        "census: {size: 200}\nrandom_seed: 1\n",
        encoding="utf-8",
    )
    command = [
        "optimize",
        str(plan),
        "--lever",
        "plan.match=simple,stretch",
        "--minimize",
        "match",
        "--replicates",
        "4",
    ]

    assert main([*command, "--out", str(out), "--designs", str(table)]) == 0

    assert capsys.readouterr().out.startswith("lowest Employer match: match stretch\n")
    assert ws.load_config(out).plan.match.at(2025).preset == "stretch"
    assert table.read_text(encoding="utf-8").startswith("number,plan.match,simulations,match,")
    assert main(command[:4]) == 1
    assert main([*command, "--subject-to", "match<=0"]) == 1
    assert "no design is left: breaks match<=0 (2 designs)" in capsys.readouterr().out


@pytest.mark.parametrize(("text", "value"), [("70%", 0.7), ("0.1%", 0.001), ("$2.5M", 2_500_000), ("12,000", 12_000)])
def test_an_amount_is_the_number_that_is_written(text: str, value: float) -> None:
    assert amount(text) == value

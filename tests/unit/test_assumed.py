"""How far an answer depends on uncertain assumptions: Sobol's indices, swapped draws, whether the winner changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import workforce_sim as ws
from tests.support import configured
from workforce_sim.cli.main import main
from workforce_sim.config.drawing import Swap, drawing
from workforce_sim.config.written import yaml_text
from workforce_sim.ensembles.indices import draws_of, index, swapped
from workforce_sim.studies.searching.assumed import rivals
from workforce_sim.studies.searching.assumed_text import _span
from workforce_sim.studies.searching.goals import bounds_of, goals_of
from workforce_sim.studies.searching.levers import designs_of, levers_of
from workforce_sim.studies.searching.racing import Contender
from workforce_sim.wording import percent

TERMINATIONS, COLA, RANGES = "workforce.total_termination_rate", "compensation.cola_rate", "hiring.range_growth"
BASE: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2025, "target_growth_rate": 0.02},
    "workforce": {"total_termination_rate": 0.12, "headcount": "stochastic"},
    "census": {"size": 60},
    "uncertainty": {
        "assumptions": [
            {"key": TERMINATIONS, "uniform": [0.02, 0.5]},
            {"key": COLA, "values": [0.01, 0.05], "draw": "prices"},
            {"key": RANGES, "values": [0.01, 0.05], "draw": "prices"},
        ]
    },
    "random_seed": 7,
}
LEVERS = {"plan.match": "simple, stretch, none"}


def test_indices_are_those_of_a_function_that_is_known() -> None:
    """Ishigami's function: T. Ishigami, T. Homma, 1990, with a = 7, b = 0.1."""
    rng = np.random.default_rng(1)
    one, other = rng.uniform(-np.pi, np.pi, (2, 3, 40_000))

    def ishigami(x: Any) -> Any:
        return np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])

    known = [(0.3139, 0.5576), (0.4424, 0.4424), (0.0, 0.2437)]
    for place, (first, total) in enumerate(known):
        mixed = one.copy()
        mixed[place] = other[place]
        found = index(ishigami(one), ishigami(other), ishigami(mixed))
        assert found.first == pytest.approx(first, abs=0.03)
        assert found.total == pytest.approx(total, abs=0.03)
        assert found.first_error is not None
        assert abs(found.first - first) < 4 * found.first_error < 0.06


def test_where_nothing_varies_but_rounding_there_are_no_indices() -> None:
    values = np.full(100, 0.85)

    assert values.var() > 0
    assert index(values, values, values) == (None, None, None, None)
    assert None not in index(values, values + 1e-6 * np.arange(100), values)


def test_the_error_of_an_index_is_its_scatter() -> None:
    """y = 3 x1 + x2 + x3 of normal draws: x1 makes 9/11."""
    rng = np.random.default_rng(2)
    x, y = rng.standard_normal((2, 400, 3, 50))
    weights = np.array([3.0, 1.0, 1.0])[:, None]
    mixed = x.copy()
    mixed[:, 0] = y[:, 0]
    found = [index(*((weights * each).sum(axis=0) for each in three)) for three in zip(x, y, mixed, strict=True)]
    firsts, errors = (np.array([getattr(each, name) for each in found]) for name in ("first", "first_error"))

    assert firsts.mean() == pytest.approx(9 / 11, abs=0.03)
    assert np.sqrt((errors**2).mean()) == pytest.approx(firsts.std(), rel=0.25)


def test_a_swapped_simulation_has_the_draws_of_one_assumption_from_another() -> None:
    config = ws.load_config(BASE)
    swap = Swap(frozenset({"prices"}), 5)
    own, others, mixed = (drawing(config, each).values(n) for n, each in ((2, None), (7, None), (2, swap)))

    assert mixed == {TERMINATIONS: own[TERMINATIONS], COLA: others[COLA], RANGES: others[RANGES]}
    assert draws_of(config) == {TERMINATIONS: [TERMINATIONS], "prices": [COLA, RANGES]}

    found = swapped(config, swap, None, [2])
    alone = ws.simulate(drawing(config, swap).of(2), replicate=2)
    assert found.drop("replicate").equals(alone.summary.select(found.drop("replicate").columns))


def test_what_moves_the_goal_and_the_lead() -> None:
    found = ws.optimize(BASE, LEVERS, "maximize match", replicates=4, assumptions=12, progress=False)
    assert found.assumptions is not None
    indices, leads, winners = (getattr(found.assumptions, name) for name in ("indices", "leads", "winners"))

    assert found.assumptions.count == 24
    assert indices["of"].unique(maintain_order=True).to_list() == ["best", "runner-up", "lead"]
    assert indices["assumption"].head(3).to_list() == [TERMINATIONS, f"{COLA}, {RANGES}", "chance"]
    assert (indices["total"] > 0).all()
    assert leads.group_by("assumption", maintain_order=True).len()["len"].to_list() == [3, 2]
    assert leads.filter(assumption=f"{COLA}, {RANGES}")["high"].to_list() == [0.01, 0.05]
    assert (leads["lead"] > 0).all()
    assert winners["number"].to_list() == [0, 1, 2]
    assert winners["best_in"].to_list() == [1, 0, 0]
    assert found.notes[-1] == "of 3 designs, with the same draws in 24 simulations, the best is design 0 in 100%"


def test_the_runner_up_keeps_the_bounds_in_its_simulations() -> None:
    simulation = configured().simulation
    (goal,), (bound,) = goals_of("maximize match", simulation), bounds_of(["payroll<=$0.10"], simulation)[0]
    designs = designs_of(ws.load_config(BASE), levers_of(LEVERS), [(0,), (1,), (2,)])
    figures = zip(designs, ([3.0, 4.0], [3.0, 3.0], [1.0, 2.0]), ([9.0, 9.0], [11.0, 12.0], [9.0, 11.0]), strict=True)
    best, near, far = (
        Contender(design, {goal.figure: np.array(match), bound.figure: np.array(pay)}) for design, match, pay in figures
    )
    near.fate = far.fate = "worse"
    near.beaten_by = far.beaten_by = best

    assert rivals(best, [best, near, far], goal, []) == [near, far]
    assert rivals(best, [best, near, far], goal, [bound]) == [far]


def test_all_values_of_an_assumption_are_percents_or_none_is() -> None:
    labels = [
        [label for label, _ in lever.choices]
        for lever in levers_of({"a": [0.5, 1, 1.5], "b": [0, 1], "c": "0:21:10.5"})
    ]

    assert labels == [["50%", "100%", "150%"], ["0", "1"], ["0", "10.5", "21"]]
    assert [_span(*ends, percent) for ends in ((0.0, 0.2), (0.5, 1.5), (1.0, 1.0))] == [
        "0% to 20%",
        "50% to 150%",
        "100%",
    ]


def test_with_several_goals_the_best_has_indices_and_no_lead() -> None:
    goals = ["maximize match", "minimize net_employer_cost"]
    found = ws.optimize(BASE, LEVERS, goals, replicates=2, assumptions=10, progress=False)

    assert found.assumptions is not None
    assert found.assumptions.indices["of"].unique().to_list() == ["best"]
    assert found.assumptions.leads.height == 0
    assert "by itself" in str(found)


@pytest.mark.parametrize(
    ("uncertainty", "count", "said"),
    [
        ({}, 10, "assumptions: no key of the configuration is uncertain"),
        (None, 9, "assumptions must be a whole number"),
    ],
)
def test_what_cannot_be_asked_is_refused(uncertainty: Any, count: int, said: str) -> None:
    config = BASE if uncertainty is None else {**BASE, "uncertainty": uncertainty}

    with pytest.raises(ws.RequestError, match=said):
        ws.optimize(config, LEVERS, "maximize match", assumptions=count, progress=False)


def test_the_command_prints_json_and_writes_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text(yaml_text(ws.load_config(BASE), {}, []), encoding="utf-8")
    command = ["optimize", str(plan), "--lever", "plan.match=simple,stretch", "--maximize", "match", "--json"]

    assert main([*command, "--replicates", "2", "--assumptions", "10", "--report", str(tmp_path / "page.html")]) == 0
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    found = json.loads(capsys.readouterr().out)

    assert found["best"] == 0
    assert found["changes"] == {"plan.match": {"preset": "simple"}}
    assert found["designs"][0]["outcome"] == "best"
    assert {row["of"] for row in found["assumptions"]["indices"]} == {"best", "runner-up", "lead"}
    assert "Which design has the highest Employer match?" in page
    assert "By how much design 0 is better than design 1" in page
    assert main([*command, "--report", str(plan)]) == 1
    assert f"{plan}: a report is an HTML file" in capsys.readouterr().err

"""Goal seek: the value found gives the target, and what cannot be met says why."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

import workforce_sim as ws
from workforce_sim.cli.main import main

BASE: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2025, "target_growth_rate": 0.02},
    "workforce": {"total_termination_rate": 0.12},
    "plan": {"match": {"tiers": [{"rate": 0.5, "up_to": 0.06}]}},
    "random_seed": 7,
}
PEOPLE = ws.synthetic_census(300, seed=3)
RATE = "plan.match.tiers[0].rate"


def solved(key: str, measure: str, target: Any, **more: Any) -> ws.Solution:
    return ws.solve(BASE, key, measure, target, census=PEOPLE, replicates=6, progress=False, **more)


@cache
def at_half() -> float:
    """Return the mean match of ``BASE``, in dollars."""
    return mean_of(ws.load_config(BASE), "match_cents") / 100


def mean_of(config: ws.Config, measure: str) -> float:
    found = ws.simulate_ensemble(config, census=PEOPLE, replicates=6, progress=None).replicates
    return float(found.group_by("replicate").sum()[measure].mean())


def test_the_value_found_gives_the_target() -> None:
    found = solved(RATE, "match", 300_000)

    assert found.met
    assert mean_of(found.config, "match_cents") == pytest.approx(30_000_000, rel=1e-3)
    assert found.reached == pytest.approx(300_000, rel=1e-3)
    assert found.value_error is not None
    assert 0 < found.value_error < 0.1


def test_a_match_is_proportional_to_its_rate_so_the_value_is_known() -> None:

    assert solved(RATE, "match", at_half() / 2).value == pytest.approx(0.25, rel=2e-3)


@pytest.mark.parametrize("target", ["2%", 0.02])
def test_a_share_of_payroll(target: Any) -> None:
    found = solved(RATE, "net_employer_cost_share", target)

    assert found.met
    assert found.reached == pytest.approx(0.02, rel=1e-2)


def test_a_year_and_a_share_of_savers() -> None:
    found = solved("enrollment.auto_enrollment.default_deferral_rate", "saving>=5%@2025", 0.99)

    assert not found.met
    assert "goes only from" in found.why
    assert "Share saving 5% or more" in str(found)


def test_a_key_without_effect_is_said() -> None:
    found = solved("plan.roth.share", "match", 5)

    assert not found.met
    assert found.why.startswith("Employer match does not depend on plan.roth.share here: it is $")


def test_amounts_of_a_provision_that_is_not_there_are_0() -> None:
    found = solved(RATE, "profit_sharing", 5)

    assert found.why == f"Profit sharing does not depend on {RATE} here: it is $0 throughout"
    assert found.reached == 0


def test_a_measure_without_a_value_is_said() -> None:
    with pytest.raises(ws.RequestError, match=r"Average compa-ratio has no value where .* name another measure"):
        solved(RATE, "average_compa_ratio", 1)


def test_a_whole_key_stays_whole() -> None:
    found = solved("eligibility.minimum_age", "eligible", 250, low=18, high=60)

    assert found.value == int(found.value)
    assert isinstance(found.config.eligibility.minimum_age, int)


@pytest.mark.parametrize(
    ("low", "high", "closest"), [(0.1, 0.2, 0.2), (1, 2, 1), ("60%", None, 0.6), (0.7, 0.70001, 0.7)]
)
def test_bounds_are_kept_and_the_value_within_them_that_comes_closest_is_the_answer(
    low: Any, high: Any, closest: float
) -> None:
    found = solved(RATE, "match", at_half(), low=low, high=high)

    assert not found.met
    assert found.value == closest
    assert found.why


def test_the_last_steps_keep_the_bounds_too() -> None:
    two = ws.simulate_ensemble(BASE, census=PEOPLE, replicates=2, progress=None).replicates
    few = two["match_cents"].sum() / 200
    assert abs(few / at_half() - 1) > 1e-3  # so that all simulations lead beyond what few lead to

    found = solved(RATE, "match", few, **{"high" if few > at_half() else "low": 0.5})

    assert found.value == 0.5


def test_a_key_without_effect_nearby_may_have_one_further_away() -> None:
    found = solved("enrollment.auto_enrollment.default_deferral_rate", "saving>=10%", 0.9)

    assert "does not depend" not in found.why
    assert found.value >= 0.1


def test_values_that_cannot_be_say_why() -> None:
    with pytest.raises(ws.ConfigError, match=r"plan\.match\.tiers\.0\.rate: must be at most 4"):
        solved(RATE, "match", 1, low=5, high=9)


@pytest.mark.parametrize(
    ("key", "measure", "target", "said"),
    [
        ("plan.match", "match", 1, "holds no single number"),
        ("plan.nope", "match", 1, "no such key"),
        ("plan.match.tiers[3].rate", "match", 1, "the list has no such row"),
        (RATE, "wages", 1, "no measure is named 'wages'"),
        (RATE, "match@2031", 1, "2031 is not among 2025"),
        (RATE, "match", "much", "'much' is no number"),
        (RATE, "match", float("nan"), "target must be a number"),
        (RATE, "saving>=0%", 0.5, "must be above 0%"),
        ("random_seed", "match", 1, "random_seed: cannot be looked for; all values have one seed"),
        ("workforce.total_termination_rate", "match", 1, "take workforce.total_termination_rate out of"),
    ],
)
def test_what_cannot_be_asked_is_refused(key: str, measure: str, target: Any, said: str) -> None:
    drawn = {"assumptions": [{"key": "workforce.total_termination_rate", "uniform": [0.1, 0.2]}]}
    with pytest.raises((ws.RequestError, ws.ConfigError), match=said):
        ws.solve({**BASE, "uncertainty": drawn}, key, measure, target, census=PEOPLE, progress=False)


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.2, 0.1, r"low must be below high \(got 0\.2 and 0\.1\)"),
        (0.11111, 0.11112, "has no value from 0.11111 to 0.11112; it has 4 decimals"),
        (float("nan"), 0.1, "low must be a number"),
        ("some", 0.1, "low: 'some' is no number; give one such as 4%"),
    ],
)
def test_bounds_that_cannot_be_are_refused(low: Any, high: Any, said: str) -> None:
    with pytest.raises(ws.RequestError, match=said):
        solved(RATE, "match", 1, low=low, high=high)


def test_the_command_writes_the_configuration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan, out = tmp_path / "plan.yaml", tmp_path / "found.yaml"
    plan.write_text(
        "simulation: {start_year: 2025, end_year: 2025, target_growth_rate: 0.02}\n"
        "workforce: {total_termination_rate: 0.1}\n"
        "census: {size: 200}\nplan: {match: {tiers: [{rate: 0.5, up_to: 0.06}]}}\nrandom_seed: 1\n",
        encoding="utf-8",
    )

    code = main(["solve", str(plan), RATE, "employer_cost_share_of_payroll=1%", "--replicates", "4", "--out", str(out)])

    assert code == 0
    assert f"{RATE} = " in capsys.readouterr().out
    written = ws.load_config(out)
    assert written.census.size == 200
    assert f"rate: {written.plan.match.at(2025).tiers[0].rate}" in out.read_text(encoding="utf-8")  # type: ignore[index]

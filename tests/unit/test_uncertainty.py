"""Year effects and uncertain assumptions: what ``docs/model/uncertainty.md`` says, and the configuration."""

from __future__ import annotations

import io
import math
import re
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import polars as pl
import pytest
import yaml

import workforce_sim as ws
from workforce_sim.cli.main import main
from workforce_sim.config.drawing import drawing, value
from workforce_sim.config.effect.notes import idle_draws
from workforce_sim.config.load import with_changes
from workforce_sim.config.uncertainty import Assumption
from workforce_sim.draws import Stream, bits, census_key, decision, person_number, shared_draw
from workforce_sim.engine.year_effect import all_in_year, factor, in_year, shift, year_factors, year_shifts
from workforce_sim.money import PPM

MODEL = Path(__file__).parents[2] / "docs" / "model"
PAGE = (MODEL / "uncertainty.md").read_text(encoding="utf-8")
RATE = "workforce.total_termination_rate"
SMALL: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2026, "target_growth_rate": 0.03},
    "workforce": {"total_termination_rate": 0.12, "headcount": "stochastic"},
    "census": {"size": 80},
    "random_seed": 7,
}


def uncertain(*entries: dict[str, Any], **changes: Any) -> ws.Config:
    return with_changes(ws.load_config(SMALL), {"uncertainty.assumptions": list(entries), **changes})


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|\n ").split("|")]


def number(text: str) -> int:
    return int(text.replace(",", ""))


# --- the page ---


@pytest.mark.parametrize("line", re.findall(r"^\| \d \| 20\d\d \| 0x.*$", PAGE, flags=re.MULTILINE))
def test_the_pages_factors_are_what_the_code_computes(line: str) -> None:
    replicate, year, last_mix, u, z, factor_ppm, rate = cells(line)
    r, y = int(replicate), int(year)
    assert bits(person_number(42, r, 0), decision(42, y, Stream.YEAR_EFFECT)) == int(last_mix, 16)
    assert shared_draw(42, r, y, Stream.YEAR_EFFECT) == float(u)
    assert NormalDist().inv_cdf(float(u)) == float(z)
    assert year_factors(0.2, 42, [r], y) == [number(factor_ppm)]
    assert in_year(250_000, number(factor_ppm)) == number(rate)


@pytest.mark.parametrize("line", re.findall(r"^\| \d \| 20\d\d \| 0\.\d.*$", PAGE, flags=re.MULTILINE))
def test_the_pages_shifts_are_what_the_code_computes(line: str) -> None:
    replicate, year, *drawn = cells(line)
    for stream, u, d in zip((Stream.YEAR_GROWTH, Stream.YEAR_RAISES), drawn[::2], drawn[1::2], strict=True):
        assert shared_draw(42, int(replicate), int(year), stream) == float(u)
        assert year_shifts(0.02, 42, [int(replicate)], int(year), stream) == [number(d)]


def test_the_pages_other_factors() -> None:
    assert "F = 528,384" in PAGE
    assert "F = 165" in PAGE
    assert "F = 955,947" in PAGE
    assert year_factors(1.0, 42, [0], 2025) == [528_384]
    assert factor(1.0, 0.0) == 165
    assert year_factors(0.25, 7, [3], 2030) == [955_947]


def firm(spread: float) -> ws.Result:
    text = (MODEL / "index.md").read_text(encoding="utf-8")
    census, config = (re.findall(rf"```{kind}\n(.*?)```", text, flags=re.DOTALL)[0] for kind in ("csv", "yaml"))
    chosen = yaml.safe_load(config)
    chosen["workforce"]["headcount"] = "stochastic"
    chosen["uncertainty"] = {"year_effects": {"terminations": spread}}
    return ws.simulate(
        chosen, census=pl.read_csv(io.StringIO(census), try_parse_dates=True), replicate=6, end_year=2025
    )


def test_the_pages_firm_loses_one_more_in_a_bad_year() -> None:
    assert year_factors(0.2, 42, [6], 2025) == [1_152_054]
    gone = {}
    for spread in (0.0, 0.2):
        events = firm(spread).events.filter(pl.col("event_type").cast(pl.String) == "termination")
        gone[spread] = {who for who in events["employee_id"] if who.startswith("E-")}
        assert firm(spread).summary["hires"].to_list() == [4]
    assert gone == {0.0: {"E-0005"}, 0.2: {"E-0002", "E-0005"}}
    rows = [cells(line) for line in re.findall(r"^\| E-000.*$", PAGE, flags=re.MULTILINE)]
    assert {row[0] for row in rows if float(row[2]) < float(row[4])} == gone[0.2]
    assert {row[0] for row in rows if float(row[2]) < float(row[3])} == gone[0.0]
    c = 2_304_112 / PPM / 850_820
    assert [row[4] for row in rows] == [f"{c * number(row[1]):.5f}" for row in rows]


@pytest.mark.parametrize(
    ("key", "distribution", "places"),
    [
        (RATE, {"uniform": [0.10, 0.14]}, 6),
        (RATE, {"triangular": [0.10, 0.11, 0.14]}, 6),
        (RATE, {"normal": [0.12, 0.01]}, 6),
        (RATE, {"lognormal": [0.12, 0.10]}, 6),
        (RATE, {"values": [0.10, 0.12, 0.15]}, 2),
        ("eligibility.waiting_period_days", {"uniform": [30, 90]}, 0),
    ],
)
def test_the_pages_assumptions_are_what_the_code_draws(key: str, distribution: dict[str, Any], places: int) -> None:
    config = uncertain({"key": key, **distribution}, random_seed=42)
    (kind, numbers), found = *distribution.items(), [drawing(config).values(r)[key] for r in range(4)]
    shown = ", ".join(f"{x:.2f}" if places else str(x) for x in numbers)
    line = next(line for line in PAGE.splitlines() if line.startswith(f"{kind} [{shown}]"))
    assert line.split("]")[1].split() == [f"{x:.{places}f}" for x in found]
    assert hex(census_key(key)) in PAGE


# --- the factor ---


@pytest.mark.parametrize("spread", [0.1, 0.3, 0.6])
def test_the_factor_has_mean_1_and_the_spread_it_says(spread: float) -> None:
    n = 100_000
    found = np.array([factor(spread, shared_draw(5, r, 2030, Stream.YEAR_EFFECT)) for r in range(n)]) / PPM
    sd = math.sqrt(math.exp(spread**2) - 1)
    error_of_variance = math.sqrt((((found - 1) ** 4).mean() - sd**4) / n)
    assert abs(found.mean() - 1) < 4 * sd / math.sqrt(n)
    assert abs(found.var() - sd**2) < 4 * error_of_variance


def test_factors_follow_seed_replicate_and_year_and_nothing_else() -> None:
    draws = {
        shared_draw(seed, replicate, year, Stream.YEAR_EFFECT)
        for seed in (1, 2)
        for replicate in (0, 1)
        for year in (2025, 2026)
    }
    assert len(draws) == 8
    assert year_factors(0.3, 1, range(5), 2025)[3:] == year_factors(0.3, 1, [3, 4], 2025)


def test_no_spread_is_a_factor_of_exactly_1() -> None:
    assert year_factors(0.0, 1, range(3), 2025) == [PPM] * 3
    assert [in_year(rate, PPM) for rate in (0, 1, 120_000, PPM)] == [0, 1, 120_000, PPM]


def test_rates_are_rounded_half_up_and_end_at_1() -> None:
    assert in_year(1, 1_499_999) == 1
    assert in_year(1, 1_500_000) == 2
    assert in_year(600_000, 2_000_000) == PPM
    assert in_year(PPM, 165) == 165
    assert all_in_year(np.array([1, 600_000, 50 * PPM]), 1_500_000).tolist() == [2, 900_000, PPM]


# --- year effects in a run ---


RATES = {"terminations.rates": [{"age_from": 0, "tenure_from": 0, "value": 0.1}], "workforce.headcount": "stochastic"}
CURVE = {"terminations.new_hire_hazard": {30: 0.1}}
HIRES_RATE = "workforce.new_hire_termination_rate"


@pytest.mark.parametrize(
    ("key", "changes", "why"),
    [
        (RATE, RATES, "terminations.rates sets the number of terminations where workforce.headcount is stochastic"),
        (f"{RATE}.2025", {**RATES, RATE: {2025: 0.1}}, "terminations.rates sets the number of terminations"),
        (HIRES_RATE, CURVE, "terminations.new_hire_hazard sets the number of terminations of new hires"),
        ("promotion.base_rate", {"promotion.mode": "vacancies"}, "promotion is by vacancies"),
        (RATE, {**RATES, "workforce.headcount": "exact"}, ""),
        (HIRES_RATE, {"terminations.new_hire_hazard": "level"}, ""),
        ("promotion.base_rate", {"promotion.mode": "rates"}, ""),
    ],
)
def test_a_value_that_is_drawn_for_nothing_is_told_by_run_ensemble_and_check(
    key: str, changes: dict[str, Any], why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn = ({"key": key, "values": [0.05, 0.1]},)
    config = with_changes(ws.load_config(SMALL), {**changes, "uncertainty.assumptions": drawn, "census.size": 20})
    told = f"uncertainty.assumptions: {key}: no effect, because {why}"
    for notes in (ws.simulate(config).notes, ws.simulate_ensemble(config, replicates=2, progress=None).notes):
        assert [
            told in note for note in notes if note.startswith("uncertainty.") and key in note and "no effect" in note
        ] == [True] * bool(why)
    (tmp_path / "c.yaml").write_text(config.model_dump_json(by_alias=True), encoding="utf-8")
    assert main(["config", "check", str(tmp_path / "c.yaml")]) == 0
    assert (told in capsys.readouterr().out) is bool(why)


@pytest.mark.parametrize(
    ("spread", "changes", "said"),
    [
        ("year", {}, ["year"]),
        ("year", {"uncertainty.year_effects.terminations": 0.2}, ["year"]),  # headcount is exact
        ("year", {"uncertainty.year_effects.terminations": 0.2, "workforce.headcount": "stochastic"}, []),
        ("assumptions", {}, ["assumptions"]),
        (["chance", "year", "assumptions"], {}, ["year", "assumptions"]),
        ("chance", {}, []),
        (None, {}, []),
    ],
)
def test_a_source_that_is_asked_for_and_does_not_vary_is_told(spread: Any, changes: Any, said: list[str]) -> None:
    exact = {"workforce.headcount": "exact", "census.size": 20}
    config = with_changes(ws.load_config(SMALL), {**exact, **changes})
    notes = ws.simulate_ensemble(config, replicates=2, progress=None, spread=spread).notes
    assert [note.split()[1] for note in notes if note.startswith("spread: ")] == said
    assert all(" does not vary: uncertainty." in n for n in notes if n.startswith("spread: "))


def test_zero_year_effects_change_no_fingerprint() -> None:
    plain = ws.simulate(SMALL)
    assert (
        ws.simulate({**SMALL, "uncertainty": {"year_effects": {"terminations": 0.0}}}).fingerprint == plain.fingerprint
    )
    assert (
        ws.simulate({**SMALL, "uncertainty": {"year_effects": {"terminations": 0.2}}}).fingerprint != plain.fingerprint
    )


def test_exact_headcount_knows_no_year_effects_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exact = {**SMALL, "workforce": {"total_termination_rate": 0.12}}
    idle = {**exact, "uncertainty": {"year_effects": {"terminations": 0.4}}}
    found = ws.simulate(idle)
    assert found.fingerprint == ws.simulate(exact).fingerprint
    assert [note for note in found.notes if "uncertainty.year_effects.terminations: no effect" in note]
    (tmp_path / "c.yaml").write_text(yaml.safe_dump(idle), encoding="utf-8")
    assert main(["config", "check", str(tmp_path / "c.yaml")]) == 0
    assert "uncertainty.year_effects.terminations: no effect" in capsys.readouterr().out


def test_hires_are_planned_without_the_years_factor() -> None:
    runs = [
        ws.simulate(with_changes(ws.load_config(SMALL), {"uncertainty.year_effects.terminations": s})) for s in (0, 1)
    ]
    exits = [run.summary["terminations_opening_staff"][0] for run in runs]
    assert exits[0] != exits[1]
    assert runs[0].summary["hires"][0] == runs[1].summary["hires"][0]
    assert runs[0].summary["hires"][1] != runs[1].summary["hires"][1]  # and what is missing is made good a year later


def test_rates_given_by_a_table_have_the_factor_too() -> None:
    table = {"terminations": {"rates": [{"age_from": 0, "tenure_from": 0, "value": 0.2}]}}
    runs = [ws.simulate({**SMALL, **table, "uncertainty": {"year_effects": {"terminations": s}}}) for s in (0.0, 1.0)]
    assert runs[0].summary["hires"][0] == runs[1].summary["hires"][0]
    assert runs[0].summary["terminations_opening_staff"][0] != runs[1].summary["terminations_opening_staff"][0]


# --- distributions ---


def drawn_values(entry: Assumption, places: int, n: int = 30_000) -> Any:
    return np.array([value(entry, places, (i + 0.5) / n) for i in range(n)])


@pytest.mark.parametrize(
    ("distribution", "mean", "variance"),
    [
        ({"uniform": [0.1, 0.2]}, 0.15, 0.01 / 12),
        ({"triangular": [0.1, 0.12, 0.2]}, 0.14, (0.01 + 0.0144 + 0.04 - 0.012 - 0.02 - 0.024) / 18),
        ({"triangular": [0.1, 0.1, 0.2]}, 0.4 / 3, 0.01 / 18),
        ({"triangular": [0.1, 0.2, 0.2]}, 0.5 / 3, 0.01 / 18),
        ({"values": [0.1, 0.1, 0.4]}, 0.2, 0.02),
    ],
    ids=str,
)
def test_distributions_have_their_moments_and_ends(distribution: dict[str, Any], mean: float, variance: float) -> None:
    entry = Assumption.model_validate({"key": "k", **distribution})
    found = drawn_values(entry, 6)
    assert found.mean() == pytest.approx(mean, abs=1e-6)
    assert found.var() == pytest.approx(variance, rel=1e-3)
    assert value(entry, 6, 0.0) == min(entry.numbers)
    assert value(entry, 6, 1 - 2.0**-53) == max(entry.numbers)


def test_whole_numbers_stay_whole_and_are_equally_likely() -> None:
    found = drawn_values(Assumption.model_validate({"key": "k", "uniform": [2, 5]}), 0, 4000)
    assert np.unique(found, return_counts=True)[1].tolist() == [1000] * 4
    assert type(value(Assumption.model_validate({"key": "k", "uniform": [2, 5]}), 0, 0.5)) is int


@pytest.mark.parametrize(
    ("key", "distribution", "decimals"),
    [
        (RATE, [0.1, 0.2], 6),
        ("enrollment.auto_enrollment.default_deferral_rate", [0.03, 0.06], 4),
        ("plan.limits.inflation", [0.01, 0.04], 6),
        ("promotion.max_amount", [1000, 2000], 2),
        ("compensation.merit_factors.Staff", [1, 2], 4),
        ("eligibility.waiting_period_days", [0, 400], 0),
    ],
)
def test_a_value_has_the_decimals_that_its_key_takes(key: str, distribution: list[float], decimals: int) -> None:
    found = drawing(uncertain({"key": key, "uniform": distribution}))
    assert found.places == (decimals,)
    assert len({found.values(r)[key] for r in range(20)}) > 15
    assert all(found.of(r) for r in range(5))


# --- assumptions in a run ---


def test_a_replicates_own_configuration_is_simulated_and_told() -> None:
    config = uncertain({"key": RATE, "uniform": [0.05, 0.3]})
    runs = [ws.simulate(config, replicate=r) for r in range(3)]
    rates = [run.config.workforce.total_termination_rate.at(2025) for run in runs]
    assert len(set(rates)) == 3
    assert rates == [drawing(config).values(r)[RATE] for r in range(3)]
    assert all(run.config.uncertainty.assumptions == () for run in runs)
    assert [f"uncertain: {RATE} is {rate} here" in run.notes for rate, run in zip(rates, runs, strict=True)] == [
        True
    ] * 3
    again = ws.simulate(runs[2].config, replicate=2)
    assert again.fingerprint == runs[2].fingerprint
    by_hand = with_changes(ws.load_config(SMALL), {RATE: rates[2]})
    assert ws.simulate(by_hand, replicate=2).fingerprint == runs[2].fingerprint


def test_both_engines_draw_the_same_assumptions() -> None:
    config = uncertain({"key": RATE, "triangular": [0.05, 0.1, 0.3]}, **{"census.size": 30})
    runs = [ws.simulate(config, replicate=1, engine=engine) for engine in ("fast", "reference")]
    assert runs[0].fingerprint == runs[1].fingerprint


@pytest.mark.parametrize("kind", [{"uniform": [0.1, 0.2]}, {"triangular": [0.1, 0.1, 0.2]}, {"values": [0.1, 0.2]}])
def test_assumptions_follow_key_seed_and_replicate(kind: dict[str, Any]) -> None:
    others = [{"key": "compensation.merit_pool", **kind}, {"key": RATE, **kind}]
    draws = [
        shared_draw(seed, replicate, 0, Stream.ASSUMPTION, census_key(entry["key"]))
        for entry in others
        for seed in (1, 2)
        for replicate in (0, 1)
    ]
    assert len(set(draws)) == 8
    found = [drawing(uncertain(*others, random_seed=seed)).values(r)[RATE] for seed in (1, 2) for r in range(4)]
    assert len(set(found)) > 1
    alone = [drawing(uncertain(others[1], random_seed=seed)).values(r)[RATE] for seed in (1, 2) for r in range(4)]
    assert alone == found  # whatever else is uncertain


def test_a_year_of_a_table_may_be_uncertain() -> None:
    table = {RATE: {2025: 0.1, 2026: 0.2}}
    config = uncertain({"key": f"{RATE}.2026", "uniform": [0.2, 0.3]}, **table)
    rate = ws.simulate(config).config.workforce.total_termination_rate
    assert rate.at(2025) == 0.1
    assert 0.2 < rate.at(2026) <= 0.3
    whole = ws.simulate(uncertain({"key": RATE, "uniform": [0.2, 0.3]}, **table)).config.workforce
    assert whole.total_termination_rate.at(2025) == whole.total_termination_rate.at(2026) > 0.2


# --- wrong entries ---


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"key": "workforce.total_termination_rat", "uniform": [0.1, 0.2]}, "unknown key .did you mean total_term"),
        ({"key": "workforce.headcount", "uniform": [0.1, 0.2]}, "expected exact or stochastic"),
        ({"key": "plan.enabled", "values": [0, 1]}, "expected true or false"),
        ({"key": "workforce", "values": [0.1]}, "expected a section of keys"),
        ({"key": RATE, "uniform": [0.9, 1.1]}, f"{RATE}: must be at most 1"),
        ({"key": RATE, "triangular": [-0.1, 0.1, 0.2]}, f"{RATE}: must be at least 0"),
        ({"key": RATE, "values": [0.1, -0.2, 0.3]}, f"{RATE}: must be at least 0"),
        ({"key": "enrollment.max_deferral", "values": [0.5, 0.55555, 0.6]}, "more than 4 decimals"),
        ({"key": "eligibility.waiting_period_days", "uniform": [30, 90.5]}, "expected a whole number"),
        ({"key": "workforce.levels.0.termination_factor", "uniform": [1, 2]}, "cannot be changed by itself"),
        ({"key": f"{RATE}.2026", "uniform": [0.1, 0.2]}, "cannot be changed by itself"),
        ({"key": "random_seed", "values": [1, 2]}, "cannot be uncertain"),
        ({"key": "census.size", "uniform": [10, 20]}, "cannot be uncertain"),
        ({"key": "simulation.end_year", "uniform": [2026, 2029]}, "cannot be uncertain"),
        ({"key": RATE}, "needs exactly one of uniform, triangular, normal, lognormal, values .has none"),
        ({"key": RATE, "uniform": [0.1, 0.2], "values": [0.1]}, "has uniform and values"),
        ({"key": RATE, "uniform": [0.2, 0.1]}, "uniform: must rise"),
        ({"key": RATE, "uniform": [0.1, 0.1]}, "uniform: must rise"),
        ({"key": RATE, "triangular": [0.1, 0.3, 0.2]}, "triangular: must rise"),
        ({"key": RATE, "uniform": [0.1]}, "required, and missing"),
        ({"key": RATE, "uniform": ["a", 0.2]}, "expected a number"),
        ({"key": RATE, "uniform": [True, 2]}, "expected a number"),
        ({"key": RATE, "uniform": [0.1, 0.2000001]}, "more than 6 decimals"),
        ({"key": RATE, "values": []}, "needs 1 value,"),
        ({"key": "", "values": [1]}, "must not be empty"),
        ({"key": "...", "values": [1]}, "unknown key"),
    ],
    ids=str,
)
def test_a_wrong_assumption_is_told_with_its_entry(entry: dict[str, Any], says: str) -> None:
    with pytest.raises(ws.ConfigError, match=says) as error:
        uncertain({"key": "compensation.merit_pool", "uniform": [0.02, 0.03]}, entry)
    assert "uncertainty.assumptions.1" in str(error.value)
    assert "unread" not in str(error.value)


def test_a_key_has_one_distribution() -> None:
    with pytest.raises(ws.ConfigError, match=r"uncertainty\.assumptions\.1\.key: has a distribution already"):
        uncertain({"key": RATE, "uniform": [0.1, 0.2]}, {"key": RATE, "values": [0.1]})


def test_a_wrong_assumption_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    wrong = f"uncertainty:\n  assumptions:\n    - {{key: {RATE}, uniform: [0.1, 2]}}\n"
    file.write_text(yaml.safe_dump(SMALL, sort_keys=False) + wrong, encoding="utf-8")
    with pytest.raises(
        ws.ConfigError, match=rf"c\.yaml:\d+:\d+: uncertainty\.assumptions\.0: {RATE}: must be at most 1"
    ):
        ws.load_config(file)


@pytest.mark.parametrize("spread", [-0.1, 1.1, 0.1234567, "much", True])
def test_a_wrong_spread_is_told(spread: Any) -> None:
    with pytest.raises(ws.ConfigError, match=r"uncertainty\.year_effects\.terminations"):
        ws.load_config({**SMALL, "uncertainty": {"year_effects": {"terminations": spread}}})


def test_values_that_do_not_go_together_are_told_with_their_replicate() -> None:
    pair = [
        {"key": "promotion.increase.lowest", "uniform": [0.02, 0.119]},
        {"key": "promotion.increase.highest", "uniform": [0.07, 0.3]},
    ]
    found = drawing(uncertain(*pair))
    with pytest.raises(ws.ConfigError, match=r"uncertainty\.assumptions, as drawn in replicate \d+: promotion"):
        [found.of(r) for r in range(100)]


def test_a_run_on_disk_is_its_replicates_own(tmp_path: Path) -> None:
    config = uncertain({"key": RATE, "uniform": [0.05, 0.3]}, **{"uncertainty.year_effects.terminations": 0.3})
    first = ws.simulate(config, replicate=3, out=tmp_path / "run", end_year=2025)
    whole = ws.simulate(config, replicate=3, out=tmp_path / "run")
    assert first.config.workforce == whole.config.workforce
    assert whole.fingerprint == ws.simulate(config, replicate=3).fingerprint
    assert ws.read_run(tmp_path / "run").config == whole.config


def test_the_story_of_who_leaves_tells_the_years_factor() -> None:
    config = with_changes(ws.load_config(SMALL), {"uncertainty.year_effects.terminations": 0.25})
    run = ws.simulate(config)
    gone = run.events.filter(pl.col("event_type").cast(pl.String) == "termination").row(0, named=True)
    (ppm,) = year_factors(0.25, 7, [0], gone["year"])
    told = str(ws.timeline(run, gone["employee_id"]))
    assert re.search(
        rf"uncertainty\.year_effects\.terminations +0\.25 +all rates of {gone['year']} times {ppm / PPM:.3f}", told
    )


# --- a year's growth and raises ---


def test_a_shift_has_mean_0_and_the_spread_it_says() -> None:
    shifts = np.array([shift(0.02, (i + 0.5) / 20_000) for i in range(20_000)]) / PPM
    assert abs(shifts.mean()) < 1e-5
    assert shifts.std() == pytest.approx(0.02, rel=1e-3)


def test_growth_that_varies_closes_exact_years_off_the_rate_by_what_the_year_adds() -> None:
    exact = {**SMALL, "workforce": {"total_termination_rate": 0.12}, "census": {"size": 10_000}}
    found = ws.simulate({**exact, "uncertainty": {"year_effects": {"growth": 0.02}}})
    shifts = [year_shifts(0.02, 7, [0], year, Stream.YEAR_GROWTH)[0] for year in (2025, 2026)]
    path = [10_000 * (1.03 + shifts[0] / PPM)]
    path.append(path[0] * (1.03 + shifts[1] / PPM))
    assert found.summary["headcount_closing"].to_list() == [math.floor(heads + 0.5) for heads in path]


def test_a_cost_of_living_below_zero_cuts_the_pay_of_everybody() -> None:
    pay = {"cola_rate": -0.02, "merit_pool": 0.0}
    found = ws.simulate({**SMALL, "compensation": pay, "promotion": {"base_rate": 0.0}, "plan": {"enabled": False}})
    cut = found.events.filter(pl.col("event_type").cast(pl.String) == "cola")
    assert (cut["salary_after_cents"] < cut["salary_before_cents"]).all()
    assert found.summary["average_salary_growth_continuing"].to_list() == pytest.approx([-0.02, -0.02], abs=1e-6)


def test_a_cost_of_living_below_minus_half_is_refused() -> None:
    with pytest.raises(ws.ConfigError, match=r"compensation\.cola_rate"):
        ws.load_config({**SMALL, "compensation": {"cola_rate": -0.6}})


def test_raises_that_vary_move_nobody_in_or_out() -> None:
    plain, varied = (
        ws.simulate({**SMALL, "uncertainty": {"year_effects": {"raises": s}}, "plan": {"enabled": False}})
        for s in (0.0, 0.03)
    )
    people = ["employee_id", "year", "hire_date", "termination_date", "status"]
    assert plain.snapshots.select(people).equals(varied.snapshots.select(people))
    assert not plain.snapshots["salary_cents"].equals(varied.snapshots["salary_cents"])


def test_a_year_held_still_has_no_growth_or_raise_of_its_own() -> None:
    effects = {"uncertainty.year_effects": {"growth": 0.05, "raises": 0.05}}
    found = ws.simulate_ensemble(uncertain(**effects), replicates=4, spread="chance", progress=None)
    plain = ws.simulate_ensemble(uncertain(), replicates=4, progress=None)
    assert found.replicates.equals(plain.replicates)


@pytest.mark.parametrize("kind", ["normal", "lognormal"])
@pytest.mark.parametrize("numbers", [[0.1, 0], [0.1, -0.01], [0.1], [0.9, 0.2]])
def test_a_bell_without_a_spread_or_beyond_what_the_key_takes_is_refused(kind: str, numbers: list[float]) -> None:
    with pytest.raises(ws.ConfigError, match="assumptions"):
        uncertain({"key": RATE, kind: numbers})


def test_a_bell_has_the_mean_and_the_spread_it_says() -> None:
    for kind, numbers in (("normal", [0.1, 0.01]), ("lognormal", [0.1, 0.1])):
        entry = Assumption(key=RATE, **{kind: numbers})
        found = np.array([value(entry, 6, (i + 0.5) / 5_000) for i in range(5_000)])
        spread = found.std() if kind == "normal" else np.log(found).std()
        assert np.median(found) == pytest.approx(0.1, rel=1e-4)
        assert spread == pytest.approx(numbers[1], rel=0.02)  # cut off at three


def test_keys_with_one_draw_are_high_together() -> None:
    pay = ("compensation.cola_rate", "hiring.range_growth")
    own, one = (
        drawing(uncertain(*({"key": key, "uniform": [0.0, 0.1], **more} for key in pay), **{pay[1]: 0.02}))
        for more in ({}, {"draw": "prices"})
    )

    assert all(len(set(one.values(r).values())) == 1 for r in range(5))
    assert all(len(set(own.values(r).values())) == 2 for r in range(5))


def test_a_factor_of_rates_that_is_drawn_for_nothing_is_told() -> None:
    entry = {"key": "terminations.rate_factor", "uniform": [0.9, 1.1]}
    rates = {"terminations.rates": [{"age_from": 0, "tenure_from": 0, "value": 0.1}]}

    assert [note for note in idle_draws(uncertain(entry)) if "terminations.rate_factor: no effect" in note]
    assert not idle_draws(uncertain(entry, **rates))


def test_a_timeline_says_what_the_year_added_and_what_the_department_has(tmp_path: Path) -> None:
    effects = {"growth": 0.03, "raises": 0.01}
    factors = {"department_factors": dict.fromkeys(("Sales", "Operations", "Technology"), 2.0)}
    run = ws.simulate({**SMALL, "terminations": factors, "uncertainty": {"year_effects": effects}})
    kinds = run.events.with_columns(kind=pl.col("event_type").cast(pl.String))

    def told(kind: str) -> str:
        return "\n".join(
            str(ws.timeline(run, who)) for who in kinds.filter(pl.col("kind") == kind)["employee_id"].unique()
        )

    (growth,), (raises,) = (
        year_shifts(s, 7, [0], 2025, stream) for s, stream in ((0.03, Stream.YEAR_GROWTH), (0.01, Stream.YEAR_RAISES))
    )
    assert f"{growth / 10_000:+.2f} points in 2025" in told("hire")
    assert f"{raises / 10_000:+.2f} points in 2025" in told("cola")
    assert "terminations.department_factors." in told("termination")

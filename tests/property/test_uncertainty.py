"""Laws of years and assumptions: who leaves in a worse year, batches, sources held still, and what adds up."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workforce_sim as ws
from tests import support
from tests.property import strategies
from tests.support import Scenario, fast, only
from workforce_sim.config.drawing import drawing
from workforce_sim.config.load import with_changes
from workforce_sim.draws import Stream, shared_draw
from workforce_sim.engine.year_effect import factor
from workforce_sim.ensembles.attribution import ROWS, SCHEMA, Attribution, _rows, mean_error, variance_error
from workforce_sim.errors import SimulationError
from workforce_sim.tables.output import Tables

RATE = "workforce.total_termination_rate"
SPREAD = "uncertainty.year_effects.terminations"
CALM = {"workforce.max_hires_ratio": 1000.0, "plan.enabled": False}
SOME: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2027, "target_growth_rate": 0.03},
    "workforce": {RATE.partition(".")[2]: 0.12, "headcount": "stochastic"},
    "plan": {"enabled": False},
    "uncertainty": {
        "year_effects": {"terminations": 0.3},
        "assumptions": [
            {"key": RATE, "values": [0.08, 0.16]},
            {"key": "compensation.merit_pool", "uniform": [0.01, 0.05]},
        ],
    },
    "random_seed": 11,
}


@cache
def staff(size: int = 150) -> ws.Census:
    return ws.synthetic_census(size)


def some(**changes: Any) -> ws.Config:
    return with_changes(ws.load_config(SOME), changes)


def ensemble(spread: Any = None, replicates: Any = 8, config: ws.Config | None = None) -> ws.Ensemble:
    return ws.simulate_ensemble(config or some(), census=staff(), replicates=replicates, spread=spread)


def leavers(tables: Tables, replicate: int) -> set[str]:
    gone = (pl.col("event_type").cast(pl.String) == "termination") & (pl.col("replicate") == replicate)
    return set(tables.events.filter(gone)["employee_id"])


# --- law 7 ---


@settings(max_examples=support.examples(60))
@given(
    scenario=strategies.scenarios(headcount="stochastic", smallest=5),
    spread=st.sampled_from([0.05, 0.2, 0.6, 1.0]),
    replicates=st.just((0, 1, 2)),
)
def test_in_a_worse_year_only_more_people_leave(scenario: Scenario, spread: float, replicates: tuple[int, ...]) -> None:
    """Against the year without a factor: all who left then and more, or some of them."""
    start = scenario.config.simulation.start_year
    calm = scenario.changed({**CALM, "simulation.end_year": start, "random_seed": 5})
    try:
        before = fast(calm, replicates)
    except SimulationError:
        return  # every hire leaves, and some are needed
    after = fast(calm.changed({SPREAD: spread}), replicates)
    for replicate in replicates:
        worse = factor(spread, shared_draw(5, replicate, start, Stream.YEAR_EFFECT)) >= 1_000_000
        some_leave, others = leavers(before, replicate), leavers(after, replicate)
        assert some_leave <= others if worse else others <= some_leave


def test_a_bad_year_takes_more_of_every_group() -> None:
    """Two replicates of thousands, one with the best year of fifty and one with the worst."""
    config = some(**{SPREAD: 0.5, "uncertainty.assumptions": (), "simulation.end_year": 2025})
    factors = [factor(0.5, shared_draw(11, r, 2025, Stream.YEAR_EFFECT)) for r in range(50)]
    best, worst = int(np.argmin(factors)), int(np.argmax(factors))
    runs = [ws.simulate(config, census=staff(3000), replicate=r) for r in (best, worst)]
    by_level = [ws.summary_by(run, "level").sort("level") for run in runs]
    left = [part["terminations_opening_staff"] / part["headcount_opening"] for part in by_level]
    assert (left[0] < left[1]).all()
    hires = [run.summary["terminations_new_hires"][0] / run.summary["hires"][0] for run in runs]
    assert hires[0] < hires[1]


# --- batches ---


@settings(max_examples=support.examples(12))
@given(
    spread=st.sampled_from([0.0, 0.2, 1.0]),
    numbers=st.lists(st.integers(0, 2**31 - 1), min_size=2, max_size=5, unique=True).map(sorted),
    uniform=st.booleans(),
)
def test_each_replicate_of_an_ensemble_is_what_simulate_gives(spread: float, numbers: list[int], uniform: bool) -> None:
    config = some(**{SPREAD: spread, **({} if uniform else {"uncertainty.assumptions": ()})})
    found = ensemble(replicates=numbers, config=config)
    for number in numbers:
        alone = ws.simulate(config, census=staff(), replicate=number)
        assert alone.summary.equals(found.replicates.filter(pl.col("replicate") == number))


def test_year_effects_in_one_frame_are_those_of_each_alone() -> None:
    scenario = support.synthetic(60, some(**{"uncertainty.assumptions": ()}))
    together = fast(scenario, (4, 0, 9))
    for replicate in (0, 4, 9):
        support.assert_same(fast(scenario, (replicate,)), only(together, pl.col("replicate") == replicate))


def test_whole_results_are_of_the_replicates_own_configuration() -> None:
    kept = ws.simulate_ensemble(some(), census=staff(), replicates=4, events=[2]).kept[2]
    assert kept.fingerprint == ws.simulate(some(), census=staff(), replicate=2).fingerprint
    assert kept.config.workforce.total_termination_rate.at(2025) == drawing(some()).values(2)[RATE]


# --- what is held still ---


def years(found: ws.Ensemble, measure: str) -> list[list[float]]:
    """Return a measure by replicate, year by year."""
    return [part[measure].to_list() for part in found.replicates.partition_by("replicate", maintain_order=True)]


def test_chance_alone_is_the_configuration_without_the_rest() -> None:
    plain = some(**{SPREAD: 0.0, "uncertainty.assumptions": ()})
    assert ensemble("chance").replicates.equals(ensemble(config=plain).replicates)


def test_with_chance_held_still_everybody_has_the_draws_of_replicate_0() -> None:
    plain = some(**{SPREAD: 0.0, "uncertainty.assumptions": ()})
    alone = ws.simulate(plain, census=staff(), replicate=0).summary.drop("replicate")
    for sources in ("year", "assumptions", {"year", "assumptions"}):
        found = ensemble(sources, config=plain).replicates
        assert all(part.drop("replicate").equals(alone) for part in found.partition_by("replicate"))


def test_assumptions_alone_are_the_configurations_of_the_replicates_under_one_drawn_from() -> None:
    found, drawn = ensemble("assumptions", 5), drawing(some())
    for replicate in range(5):
        own = with_changes(drawn.of(replicate), {SPREAD: 0.0})
        alone = ws.simulate(own, census=staff(), replicate=0).summary.drop("replicate")
        assert found.replicates.filter(pl.col("replicate") == replicate).drop("replicate").equals(alone)


def test_years_alone_move_exits_in_the_order_of_their_factors() -> None:
    found = years(ensemble("year", 12), "terminations_opening_staff")
    factors = [factor(0.3, shared_draw(11, r, 2025, Stream.YEAR_EFFECT)) for r in range(12)]
    exits = [found[r][0] for r in np.argsort(factors)]
    assert exits == sorted(exits)
    assert exits[0] < exits[-1]


def test_all_sources_are_what_is_left_out() -> None:
    everything = ensemble().replicates
    assert ensemble(("chance", "year", "assumptions")).replicates.equals(everything)
    assert not ensemble({"chance", "year"}).replicates.equals(everything)


@pytest.mark.parametrize("spread", ["luck", (), {"chance", "years"}, 3])
def test_a_spread_that_is_none_is_told(spread: Any) -> None:
    with pytest.raises(ws.RequestError, match="spread must be chance, year, assumptions, or a set of them"):
        ensemble(spread)


def test_whole_results_need_chance(tmp_path: Any) -> None:
    for asked in ({"events": [1]}, {"out": tmp_path / "e"}):
        with pytest.raises(ws.RequestError, match="need replicates with chance of their own"):
            ws.simulate_ensemble(some(), census=staff(), replicates=2, spread="year", **asked)


def test_an_ensemble_on_disk_goes_on_with_its_own_assumptions(tmp_path: Any) -> None:
    first = ws.simulate_ensemble(some(), census=staff(), replicates=3, out=tmp_path / "e")
    whole = ws.simulate_ensemble(some(), census=staff(), replicates=6, out=tmp_path / "e")
    assert whole.replicates.filter(pl.col("replicate") < 3).equals(first.replicates)
    assert whole.replicates.equals(ensemble(replicates=6).replicates)
    with pytest.raises(ws.LedgerError, match="another ensemble"):
        ws.simulate_ensemble(some(), census=staff(), replicates=3, out=tmp_path / "e", spread={"chance", "year"})


# --- attribution ---


@cache
def attributed() -> ws.Attribution:
    """Merit alone is uncertain, in one year without factors: it moves pay and, of who stays, nobody."""
    config = some(
        **{
            SPREAD: 0.0,
            "simulation.end_year": 2025,
            "uncertainty.assumptions": [{"key": "compensation.cola_rate", "uniform": [0.0, 0.05]}],
        }
    )
    measures = ("payroll", "headcount_closing", "employer_cost_share_of_payroll")
    return ws.attribution(config, census=staff(), replicates=60, measures=measures)


def of(found: ws.Attribution, measure: str, source: str) -> dict[str, Any]:
    rows = found.table.filter((pl.col("measure") == measure) & (pl.col("source") == pl.lit(source, pl.Enum(ROWS))))
    return rows.row(0, named=True)


def test_sources_that_do_not_interact_add_up_within_errors() -> None:
    found = attributed()
    rest, whole = of(found, "payroll_cents", "interaction"), of(found, "payroll_cents", "all")
    parts = [of(found, "payroll_cents", source) for source in ("chance", "year", "assumptions")]
    assert abs(rest["variance"]) < 4 * rest["variance_error"]
    assert rest["variance_error"] < whole["variance"]
    assert sum(part["variance"] for part in parts) + rest["variance"] == pytest.approx(whole["variance"])
    assert sum(part["share"] for part in parts) + rest["share"] == pytest.approx(1)
    assert parts[1]["variance"] == parts[1]["share"] == 0  # there are no year effects
    assert min(parts[0]["share"], parts[2]["share"]) > 0.05


def test_what_a_source_cannot_move_has_none_of_its_variance() -> None:
    staff_left = {row: of(attributed(), "headcount_closing", row) for row in ROWS}
    assert staff_left["assumptions"]["variance"] == staff_left["interaction"]["variance"] == 0
    assert staff_left["chance"]["variance"] == staff_left["all"]["variance"] > 0
    assert staff_left["chance"]["share"] == 1


def test_a_measure_without_values_has_no_variance() -> None:
    assert of(attributed(), "employer_cost_share_of_payroll", "all")["variance"] is None


def test_the_error_of_a_variance_by_hand() -> None:
    """0, 0, 1, 3: variance 2, fourth moment 4.5, so (4.5 - 4 x 1 / 3) / 4; and of fewer than four the other sign."""
    assert variance_error(np.array([0.0, 0.0, 1.0, 3.0])) == pytest.approx(math.sqrt(19 / 24))
    assert variance_error(np.array([0.0, 2.0])) == pytest.approx(math.sqrt((1 + 4) / 2))  # v 2, mu4 1, (n - 3) = -1
    assert variance_error(np.array([-1.0, 1.0] * 5)) == pytest.approx(math.sqrt((1 - (100 / 81) * (7 / 9)) / 10))


def test_the_error_of_a_mean_by_hand() -> None:
    assert mean_error(np.array([0.0, 0.0, 1.0, 3.0])) == pytest.approx(math.sqrt(2 / 4))


def of_payrolls(*payrolls: int) -> ws.Ensemble:
    """An ensemble of nothing but a payroll for each replicate, so much more than 10.00."""
    count = len(payrolls)
    rows = {"replicate": range(count), "year": [2025] * count, "payroll_cents": [1_000 + more for more in payrolls]}
    return ws.Ensemble(pl.DataFrame(rows), some())


def test_an_attribution_by_hand() -> None:
    """Ten replicates: chance moves two of them by 3, the assumptions two others by 2, and together they add up."""
    chance = (3, -3, 0, 0, 0, 0, 0, 0, 0, 0)
    assumptions = (0, 0, 2, -2, 0, 0, 0, 0, 0, 0)
    together = tuple(map(sum, zip(chance, assumptions, strict=True)))
    sources = {"chance": of_payrolls(*chance), "assumptions": of_payrolls(*assumptions), "all": of_payrolls(*together)}
    rows = {row[2]: row[3:] for row in _rows(sources, "payroll_cents", 2025)}

    def error(fourth: float, variance: float) -> float:
        return math.sqrt((fourth - variance**2 * 7 / 9) / 10)

    whole = (26 / 9, error((2 * 81 + 2 * 16) / 10, 26 / 9))
    assert rows["all"] == pytest.approx((math.sqrt(26 / 9), *whole, 1.0, 0.0))
    # Squared deviations x 10 / 9 less the share of those of all: 10 - 10 x 18 / 26 twice, -40 / 9 x 18 / 26 twice.
    linear = math.sqrt(2 * ((10 * 8 / 26) ** 2 + (40 / 9 * 18 / 26) ** 2) / 9 / 10)
    expected = (math.sqrt(2), 2.0, error(16.2, 2.0), 18 / 26, linear / (26 / 9))
    assert rows["chance"] == pytest.approx(expected)
    assert rows["assumptions"] == pytest.approx((math.sqrt(8 / 9), 8 / 9, error(3.2, 8 / 9), 8 / 26, linear / (26 / 9)))
    assert rows["year"] == (0.0, 0.0, 0.0, 0.0, 0.0)
    assert rows["interaction"] == pytest.approx((0.0, 0.0, 0.0, 0.0, 0.0))


def test_what_sources_do_to_each_other_is_the_rest_with_its_own_error() -> None:
    """All ten move by 3 together and by 1 alone: 90 / 9 of all, 10 / 9 of each, and so 70 / 9 of both at once."""
    ones, threes = (1, -1) * 5, (3, -3) * 5
    sources = {"chance": of_payrolls(*ones), "assumptions": of_payrolls(*ones), "all": of_payrolls(*threes)}
    sd, variance, error, share, share_error = {row[2]: row[3:] for row in _rows(sources, "payroll_cents", 2025)}[
        "interaction"
    ]

    assert (sd, variance, share) == pytest.approx((math.sqrt(70 / 9), 70 / 9, 7 / 9))
    assert (error, share_error) == pytest.approx((0.0, 0.0))  # the squares are the same in all ten
    less = {"chance": of_payrolls(*threes), "assumptions": of_payrolls(*threes), "all": of_payrolls(*(9, *[0] * 8, -9))}
    sd, variance, error, *_ = {row[2]: row[3:] for row in _rows(less, "payroll_cents", 2025)}["interaction"]
    assert (sd, variance) == (None, pytest.approx(-2.0))
    assert error == pytest.approx(math.sqrt((2 * 72**2 + 8 * 18**2) / 9 / 10))


def test_shares_and_errors_are_printed_in_percent() -> None:
    shares = {"chance": (0.75, 0.0125), "year": (0.0, 0.0), "assumptions": (0.2, 0.1), "interaction": (0.05, 0.025)}
    every = {**shares, "all": (1.0, 0.0)}
    rows = [(2026, "headcount_closing", row, 4.0, 16.0, 1.0, *share) for row, share in every.items()]
    found = Attribution(pl.DataFrame(rows, schema=SCHEMA, orient="row"), {"all": of_payrolls(*range(10))})

    assert str(found).splitlines()[2:] == [
        "                   year  sd of all     chance %      year %  assumptions %  interaction %",
        "-----------------  ----  ---------  -----------  ----------  -------------  -------------",
        "closing headcount  2026          4  75.0 +- 1.2  0.0 +- 0.0   20.0 +- 10.0     5.0 +- 2.5",
    ]


def test_of_one_source_all_is_that_source_in_the_last_year() -> None:
    calm = some(**{SPREAD: 0.0, "uncertainty.assumptions": (), "simulation.end_year": 2026})
    found = ws.attribution(calm, census=staff(), replicates=10, measures="payroll")

    assert set(found.ensembles) == {"chance", "all"}
    assert found.ensembles["all"] is found.ensembles["chance"]
    assert found.table["year"].unique().to_list() == [2026]
    assert of(found, "payroll_cents", "chance")["share"] == 1.0
    assert of(found, "payroll_cents", "interaction")["variance"] == 0.0


def test_variances_are_those_of_the_ensembles() -> None:
    found = attributed()
    for source in ("chance", "assumptions", "all"):
        values = found.ensembles[source].replicates["payroll_cents"].to_numpy().astype(float)
        row = of(found, "payroll_cents", source)
        assert row["variance"] == pytest.approx(values.var(ddof=1))
        assert row["sd"] == pytest.approx(values.std(ddof=1))
        fourth = ((values - values.mean()) ** 4).mean()
        exact = (fourth - values.var(ddof=1) ** 2 * 57 / 59) / 60
        assert row["variance_error"] == pytest.approx(math.sqrt(exact))


def test_an_attribution_reads_as_a_table() -> None:
    lines = str(attributed()).splitlines()
    assert (
        lines[0] == "shares of the variance, 60 simulations for each source, +- standard error, "
        "without that of replicate 0's draws"
    )
    assert [line.split()[0] for line in lines[4:]] == ["payroll", "closing", "cost,"]
    assert "0.0 +- 0.0" in lines[4]
    assert repr(attributed()) == "<Attribution over 60 simulations>"


def test_the_error_of_a_variance_is_that_of_repeated_samples() -> None:
    samples = np.random.default_rng(3).exponential(size=(4000, 50))
    errors = np.array([variance_error(sample) for sample in samples])
    assert math.sqrt((errors**2).mean()) == pytest.approx(samples.var(axis=1, ddof=1).std(), rel=0.1)
    assert mean_error(samples[0]) == pytest.approx(samples[0].std(ddof=1) / math.sqrt(50))


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"replicates": 9}, "from 10 to"),
        ({"measures": ["salaries"]}, "no measure is named 'salaries'"),
        ({"measures": []}, "measures: give at least one of headcount_opening"),
        ({"years": [2031]}, r"years: \[2031\] are not among 2025 to 2027"),
        ({"years": []}, "years: none are not among 2025 to 2027"),
    ],
)
def test_a_wrong_attribution_is_told(asked: dict[str, Any], says: str) -> None:
    with pytest.raises(ws.RequestError, match=says):
        ws.attribution(some(), census=staff(), **asked)

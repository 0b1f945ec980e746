"""Laws of ensembles: batches, workers and order change nothing; a change of the match moves nobody and no pay."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

import polars as pl
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tests import support
from tests.property import strategies
from tests.support import Scenario
from workforce_sim import Ensemble, WorkforceSimError, compare, simulate, simulate_ensemble
from workforce_sim.config import with_changes
from workforce_sim.ensembles.batch import Job, summaries
from workforce_sim.ensembles.pairing import differences

some_examples = settings(max_examples=support.examples(8))

UNMOVED = (
    "headcount_opening",
    "hires",
    "terminations_opening_staff",
    "terminations_new_hires",
    "reductions",
    "headcount_closing",
    "promotions",
    "cola_raises",
    "merit_raises",
    "payroll_cents",
    "salary_roll_cents",
    "average_salary_cents",
    "average_salary_growth_continuing",
    "eligible",
)
MATCHES: tuple[dict[str, Any], ...] = (
    {"preset": "none"},
    {"preset": "stretch"},
    {"tiers": [{"up_to": 0.1, "rate": 1.5}]},
    {
        "by_tenure": [
            {"from": 0, "tiers": [{"up_to": 0.02, "rate": 1}]},
            {"from": 3, "tiers": [{"up_to": 0.08, "rate": 1}]},
        ]
    },
)


def ensemble(scenario: Scenario, replicates: list[int], **more: Any) -> Ensemble:
    """Simulate replicates; assumptions that cannot be carried out are no example."""
    try:
        return simulate_ensemble(scenario.config, census=scenario.census, replicates=replicates, **more)
    except WorkforceSimError:
        reject()


class Backwards(ThreadPoolExecutor):
    """Starts what was handed out last first, in one thread."""

    def __init__(self) -> None:
        super().__init__(1)
        self._kept: list[tuple[Future[Any], Any, Any]] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Later(self)
        self._kept.append((future, fn, args))
        return future

    def work(self) -> None:
        """Do all that waits, the last first."""
        while self._kept:
            future, fn, args = self._kept.pop()
            if future.set_running_or_notify_cancel():
                future.set_result(fn(*args))


class Later(Future[Any]):
    """A result that is worked out when it is asked for."""

    def __init__(self, pool: Backwards) -> None:
        super().__init__()
        self._pool = pool

    def result(self, timeout: float | None = None) -> Any:
        self._pool.work()
        return super().result(timeout)


# --- batches, workers, order ------------------------------------------------------------------------------------------


@some_examples
@given(scenario=strategies.scenarios(), numbers=st.lists(st.integers(0, 10_000), min_size=2, max_size=4, unique=True))
def test_a_batch_is_its_replicates_one_by_one_in_any_order(scenario: Scenario, numbers: list[int]) -> None:
    found = ensemble(scenario, numbers).replicates

    alone = [simulate(scenario.config, census=scenario.census, replicate=number).summary for number in sorted(numbers)]
    assert_frame_equal(found, pl.concat(alone))
    job = Job(scenario.config, scenario.opening)
    assert_frame_equal(summaries(job, numbers), found)
    assert_frame_equal(pl.concat(summaries(job, [number]) for number in sorted(numbers)), found)


@some_examples
@given(scenario=strategies.scenarios(), count=st.integers(1, 6), workers=st.integers(1, 3))
def test_executors_and_their_order_change_nothing(scenario: Scenario, count: int, workers: int) -> None:
    found = ensemble(scenario, list(range(count))).replicates

    with ThreadPoolExecutor(workers) as threads, Backwards() as backwards:
        for executor in (threads, backwards):
            assert_frame_equal(ensemble(scenario, list(range(count)), executor=executor).replicates, found)


def test_processes_change_nothing() -> None:
    config = support.configured(end_year=2026, workforce={"headcount": "stochastic"})
    scenario = support.synthetic(50, config)
    found = ensemble(scenario, list(range(7)))

    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as processes:
        remote = ensemble(scenario, list(range(7)), executor=processes)

    assert_frame_equal(remote.replicates, found.replicates)
    assert_frame_equal(remote.bands, found.bands)


# --- common random numbers --------------------------------------------------------------------------------------------


@some_examples
@given(scenario=strategies.scenarios(), match=st.sampled_from(MATCHES))
def test_a_change_of_the_match_moves_no_termination_no_hire_and_no_raise(
    scenario: Scenario, match: dict[str, Any]
) -> None:
    try:
        other = with_changes(scenario.config, {"plan.match": match})
        found = compare({"a": scenario.config, "b": other}, census=scenario.census, replicates=3)
    except WorkforceSimError:
        reject()

    rows = found.differences.filter(pl.col("measure").is_in(UNMOVED))
    assert rows.height == len(UNMOVED) * len(scenario.config.simulation.years)
    moved = rows.filter(pl.any_horizontal(pl.col("mean", "p5", "p95") != 0))
    assert moved.is_empty()
    people = found.persons(2)
    assert people["presence"].cast(pl.String).unique().to_list() in ([], ["both"])


@some_examples
@given(scenario=strategies.scenarios())
def test_a_scenario_beside_itself_does_not_differ(scenario: Scenario) -> None:
    found = ensemble(scenario, [0, 1, 5]).replicates

    rows = differences(found, found)

    assert set(rows["mean"].drop_nulls()) | set(rows["p95"].drop_nulls()) <= {0}
    assert rows["narrowed"].null_count() == rows.height


@pytest.mark.parametrize("headcount", support.few(["stochastic", "exact"], 2))
def test_common_draws_tell_a_match_of_60_from_one_of_50_percent_with_a_tenth_of_the_variance(headcount: str) -> None:
    """Beside another seed's ensemble, as whoever draws independently would have it."""
    sections = {"workforce": {"headcount": headcount}}
    richer = {"plan": {"match": {"tiers": [{"up_to": 0.06, "rate": 0.6}]}}}
    today = {"plan": {"match": {"tiers": [{"up_to": 0.06, "rate": 0.5}]}}}
    base = support.configured(end_year=2027, **sections, **today)
    other, apart = (support.configured(end_year=2027, **sections, **richer, random_seed=seed) for seed in (42, 43))
    census = support.synthetic(300, base).census

    costs = [
        simulate_ensemble(config, census=census, replicates=150).replicates.filter(pl.col("year") == 2027)
        for config in (base, other, apart)
    ]
    today_cents, common, own = (rows["net_employer_cost_cents"].cast(pl.Float64) for rows in costs)

    assert (own - today_cents).var() >= 10 * (common - today_cents).var()

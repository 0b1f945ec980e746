"""Ensembles: bands by hand, errors against the sampling distribution, when they stop, and what they refuse."""

from __future__ import annotations

import math
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from workforce_sim import (
    Ensemble,
    RequestError,
    Year,
    event,
    load_config,
    simulate,
    simulate_ensemble,
    synthetic_census,
)
from workforce_sim.config import with_changes
from workforce_sim.ensembles.bands import MEASURES, PERCENTS, bands, mean, percentile
from workforce_sim.ensembles.batch import batches, rows_of
from workforce_sim.ensembles.ensemble import LEAST, relative_errors
from workforce_sim.tables import SUMMARY, completed

CONFIG: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2026, "target_growth_rate": 0.03},
    "workforce": {"total_termination_rate": 0.12, "headcount": "stochastic"},
    "census": {"size": 60},
    "random_seed": 7,
}


@pytest.fixture(scope="module")
def ensemble() -> Ensemble:
    return simulate_ensemble(CONFIG, replicates=70)


def made_up(**measures: list[Any]) -> pl.DataFrame:
    """Return one year of summaries with these measures, and nothing in the others."""
    count = len(next(iter(measures.values())))
    return completed(
        pl.DataFrame(
            {"replicate": range(count), "year": [2025] * count, **measures},
            schema_overrides={"replicate": pl.Int32, "year": pl.Int32},
        ),
        SUMMARY,
    )


def band(found: pl.DataFrame, measure: str, year: int = 2025) -> dict[str, Any]:
    return found.row(by_predicate=(pl.col("measure") == measure) & (pl.col("year") == year), named=True)


# --- bands ------------------------------------------------------------------------------------------------------------


def test_bands_are_those_worked_out_by_hand() -> None:
    row = band(bands(made_up(hires=[10, 0, 20, 40, 30])), "hires")

    assert row["replicates"] == 5
    assert row["mean"] == 20
    assert row["mean_error"] == pytest.approx(math.sqrt(250 / 5))
    assert [row[f"p{p}"] for p in (5, 10, 25, 50, 75, 90, 95)] == pytest.approx([2, 4, 10, 20, 30, 36, 38])
    # the median: ranks 2 -+ sqrt(5 / 4), values 20 -+ 11.18 on a line of slope 10
    assert row["p50_error"] == pytest.approx(10 * math.sqrt(5 / 4))
    # P95: ranks 3.8 -+ 0.487, of which there is no higher one
    assert row["p95_error"] == pytest.approx(10 * math.sqrt(5 * 0.95 * 0.05))


def test_values_that_do_not_vary_have_no_error_at_all() -> None:
    row = band(bands(made_up(hires=[7] * 3, participation_rate=[0.1 + 0.2] * 3)), "participation_rate")
    assert (row["mean"], row["mean_error"]) == (0.1 + 0.2, 0)


def test_too_few_values_on_either_side_give_a_percentile_no_error() -> None:
    assert percentile(np.array([1.0, 2.0]), 50) == (1.5, None)


def test_every_measure_has_a_row_of_each_year_and_measures_without_a_value_are_null() -> None:
    found = bands(made_up(hires=[1, 2]))

    assert found["measure"].to_list() == list(MEASURES)
    row = band(found, "match_cents")
    assert row.pop("replicates") == 0
    assert {value for name, value in row.items() if name not in {"year", "measure"}} == {None}


def test_a_replicate_without_a_value_does_not_count() -> None:
    row = band(bands(made_up(participation_rate=[0.5, None, 0.7])), "participation_rate")

    assert (row["replicates"], row["mean"]) == (2, pytest.approx(0.6))


def test_one_replicate_has_a_value_and_no_error() -> None:
    row = band(bands(made_up(hires=[3])), "hires")

    assert (row["mean"], row["p5"], row["p95"]) == (3, 3, 3)
    assert [row["mean_error"], *(row[f"p{p}_error"] for p in PERCENTS)] == [None] * 8


@pytest.mark.parametrize("percent", [5, 25, 50, 90])
def test_the_error_of_a_percentile_is_how_far_it_scatters_over_many_samples(percent: int) -> None:
    rng = np.random.default_rng(percent)
    samples = np.sort(rng.lognormal(0, 0.3, (1_500, 400)), axis=1)
    found = np.array([percentile(sample, percent) for sample in samples])

    scatter = found[:, 0].std(ddof=1)
    assert found[:, 1].mean() == pytest.approx(scatter, rel=0.1)


def test_the_error_of_a_mean_is_how_far_it_scatters_over_many_samples() -> None:
    samples = np.random.default_rng(1).exponential(5, (2_000, 100))
    found = np.array([mean(sample) for sample in samples])

    assert found[:, 1].mean() == pytest.approx(found[:, 0].std(ddof=1), rel=0.06)


def test_bands_of_an_ensemble_cover_its_years(ensemble: Ensemble) -> None:
    found = ensemble.bands

    assert found.height == 2 * len(MEASURES)
    row = band(found, "net_employer_cost_cents", 2026)
    values = ensemble.replicates.filter(pl.col("year") == 2026)["net_employer_cost_cents"]
    assert row["mean"] == pytest.approx(values.mean())
    assert row["p50"] == pytest.approx(values.median())
    assert row["p5"] < row["p50"] < row["p95"]


# --- replicates -------------------------------------------------------------------------------------------------------


def test_each_replicate_is_the_run_of_its_number(ensemble: Ensemble) -> None:
    for replicate in (0, 41, 69):
        alone = simulate(CONFIG, replicate=replicate).summary
        assert_frame_equal(ensemble.replicates.filter(pl.col("replicate") == replicate), alone)


def test_replicates_may_be_given_by_number_in_any_order() -> None:
    found = simulate_ensemble(CONFIG, replicates=[9, 2, 9])

    assert found.replicates["replicate"].unique().to_list() == [2, 9]
    assert found.count == 2


def test_whole_results_are_kept_of_the_replicates_asked_for() -> None:
    found = simulate_ensemble(CONFIG, replicates=3, events=[1, 1])

    assert list(found.kept) == [1]
    assert found.kept[1].fingerprint == simulate(CONFIG, replicate=1).fingerprint


def test_whole_results_are_kept_in_memory_though_the_configuration_names_a_folder(tmp_path: Any) -> None:
    folder = tmp_path / "run"
    found = simulate_ensemble({**CONFIG, "output": {"path": str(folder)}}, replicates=2, events=[0, 1])

    assert [result.folder for result in found.kept.values()] == [None, None]
    assert not folder.exists()


def test_a_census_given_is_the_one_simulated() -> None:
    census = synthetic_census(25, seed=1)

    found = simulate_ensemble(CONFIG, census=census, replicates=2)

    assert found.replicates.filter(pl.col("year") == 2025)["headcount_opening"].to_list() == [25, 25]


def test_progress_counts_replicates_up_to_all() -> None:
    told: list[tuple[int, int]] = []

    simulate_ensemble(CONFIG, replicates=5, progress=lambda *seen: told.append(seen))

    assert told == sorted(told)
    assert told[-1] == (5, 5)


def test_progress_is_a_line_of_a_terminal_and_nothing_elsewhere(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    simulate_ensemble(CONFIG, replicates=1)
    assert capsys.readouterr() == ("", "")

    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    simulate_ensemble(CONFIG, replicates=2_000, until={"net_employer_cost": 0.9})
    out, err = capsys.readouterr()
    assert (out, "of 2,000 simulations" in err, "\n" in err) == ("", True, False)


def test_an_ensemble_says_what_it_is(ensemble: Ensemble) -> None:
    assert repr(ensemble) == "<Ensemble of 70 simulations, 2025 to 2026>"


# --- batches ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "staff", "workers", "sizes"),
    [
        (10, rows_of(1) // 4, 1, [3, 3, 4]),
        (10, 10, 1, [10]),
        (10, 10, 4, [2, 3, 2, 3]),
        (3, 5 * rows_of(2), 2, [1, 1, 1]),
        (3, 0, 1, [3]),
        (1, 10, 8, [1]),
    ],
)
def test_batches_fit_the_rows_and_give_every_worker_something(
    count: int, staff: int, workers: int, sizes: list[int]
) -> None:
    found = batches(range(count), staff, workers)

    assert [len(part) for part in found] == sizes
    assert [number for part in found for number in part] == list(range(count))


class Recalled(ThreadPoolExecutor):
    """Remembers what was handed out."""

    def __init__(self) -> None:
        super().__init__(1)
        self.handed: list[Future[Any]] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.handed.append(super().submit(fn, *args, **kwargs))
        return self.handed[-1]


def test_what_waits_is_given_up_when_the_caller_stops() -> None:
    def stop(*_: int) -> None:
        raise KeyboardInterrupt

    census = synthetic_census(20_000, seed=1)
    config = with_changes(load_config(CONFIG), {"simulation.end_year": 2025, "plan.enabled": False})
    with Recalled() as executor:
        with pytest.raises(KeyboardInterrupt):
            simulate_ensemble(config, census=census, replicates=300, progress=stop, executor=executor)
        assert len(executor.handed) < len(batches(range(300), 20_000)) / 2


# --- sure enough ------------------------------------------------------------------------------------------------------


def test_an_ensemble_stops_when_it_is_sure_enough_and_says_how_sure(ensemble: Ensemble) -> None:
    found = simulate_ensemble(CONFIG, replicates=70, until={"net_employer_cost": "50%", "hires": 0.5})

    assert found.count == LEAST
    assert_frame_equal(found.replicates, ensemble.replicates.filter(pl.col("replicate") < LEAST))
    assert found.sure == relative_errors(found.replicates, ["net_employer_cost_cents", "hires"])


def test_an_ensemble_that_is_never_sure_enough_makes_all_and_says_how_sure(ensemble: Ensemble) -> None:
    found = simulate_ensemble(CONFIG, replicates=70, until={"net_employer_cost_cents": 1e-6})

    assert_frame_equal(found.replicates, ensemble.replicates)
    assert found.sure["net_employer_cost_cents"] > 1e-6


def test_how_sure_is_the_largest_relative_error_of_the_years(ensemble: Ensemble) -> None:
    rows = [band(ensemble.bands, "hires", year) for year in (2025, 2026)]

    found = relative_errors(ensemble.replicates, ["hires"])

    assert found["hires"] == pytest.approx(max(row["mean_error"] / row["mean"] for row in rows))


def test_the_replicates_it_took_do_not_depend_on_batches() -> None:
    until = {"headcount_closing": "0.45%"}
    with ThreadPoolExecutor(1) as one:
        found = [simulate_ensemble(CONFIG, replicates=400, until=until, executor=each) for each in (None, one)]

    assert LEAST < found[0].count < 400
    assert found[0].count % LEAST == 0
    assert_frame_equal(found[0].replicates, found[1].replicates)


# --- interrupts -------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_an_interrupt_does_not_wait_for_a_batch() -> None:
    began, raised, go_on, ended = (threading.Event() for _ in range(4))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler  # no other test left another

    def slow(staff: pl.LazyFrame, _: Year) -> pl.LazyFrame:
        if threading.current_thread() is not threading.main_thread():  # where it is only tried
            began.set()
            go_on.wait(30)
            ended.set()
        return staff.with_columns(seen=pl.lit(1, dtype=pl.Int64))

    def interrupt() -> None:
        began.wait()
        for _ in range(10):  # again where Polars, at work in a thread of another test, took it for itself
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
            if raised.wait(2):
                return

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        simulate_ensemble(CONFIG, replicates=1, own_events=[event(after="termination", adds={"seen": pl.Int64})(slow)])
    raised.set()

    assert not ended.is_set()
    go_on.set()
    assert ended.wait(30)


class Interrupted(Executor):
    """An executor whose first task never ends, whose second is done at once, and at whose third the user interrupts."""

    _max_workers = 3

    def __init__(self) -> None:
        self.count = 0

    def submit(self, task: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        self.count += 1
        if self.count == 3:
            raise KeyboardInterrupt
        future: Future[Any] = Future()
        if self.count == 2:
            future.set_result(task(*arguments, **named))
        return future


def test_what_is_done_when_interrupted_is_on_disk(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        simulate_ensemble(CONFIG, replicates=9, out=tmp_path / "out", executor=Interrupted())

    assert [path.name for path in tmp_path.glob("out/batch=*")] == ["batch=000003"]
    found = simulate_ensemble(CONFIG, replicates=9, out=tmp_path / "out")
    assert_frame_equal(found.replicates, simulate_ensemble(CONFIG, replicates=9).replicates)


# --- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("replicates", [0, -1, True, [], [1, -2], [0.5], ["1"]])
def test_replicates_that_make_no_sense_are_refused(replicates: Any) -> None:
    with pytest.raises((RequestError, TypeError), match=r"replicates must be|not supported"):
        simulate_ensemble(CONFIG, replicates=replicates)


@pytest.mark.parametrize("share", [0, 1, -0.1, "5", "x%", None, "nan%"])
def test_a_share_that_is_none_is_refused(share: Any) -> None:
    with pytest.raises(RequestError, match="until: hires: expected a share such as"):
        simulate_ensemble(CONFIG, until={"hires": share})


def test_a_measure_that_is_none_is_refused_with_those_there_are() -> None:
    with pytest.raises(
        RequestError,
        match=r"until: no measure is named 'cost'; did you mean net_employer_cost ",
    ):
        simulate_ensemble(CONFIG, until={"cost": 0.01})

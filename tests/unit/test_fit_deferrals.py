"""What participants do between two censuses: counts by hand, and a plan whose shares are known."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

import workforce_sim as ws
from tests.support_fit import closings, people

A, B = dt.date(2022, 12, 31), dt.date(2023, 12, 31)


def fitted(before: list[float], after: list[float]) -> ws.Fit:
    ids = [f"e{n}" for n in range(len(before))]
    return ws.fit({A: people(id=ids, deferral_rate=before), B: people(id=ids, deferral_rate=after)})


def share(fit: ws.Fit, key: str) -> tuple[float, float]:
    row = fit.table.filter(pl.col("cell") == f"enrollment.{key}").row(0, named=True)
    return row["count"], row["exposure"]


def test_moves_between_two_censuses_are_counted() -> None:
    fit = fitted(
        [0.0] * 10 + [0.05] * 30,
        [0.0] * 7 + [0.04] * 3 + [0.0] * 2 + [0.07] * 5 + [0.05] * 23,
    )

    assert share(fit, "conversion") == (3, 10)
    assert share(fit, "stop") == (2, 30)
    assert share(fit, "change.probability") == (5, 28)
    stop = fit.config.enrollment.stop
    assert stop == pytest.approx((2 + 50 * 0.015) / 80, abs=1e-6)


def test_a_step_that_many_take_is_the_escalation_and_no_change() -> None:
    fit = fitted([0.05] * 100, [0.06] * 40 + [0.05] * 50 + [0.10] * 10)

    assert fit.config.enrollment.escalation.enabled
    assert fit.config.enrollment.escalation.increment == 0.01
    assert share(fit, "change.probability") == (10, 100)


def test_no_common_step_is_no_escalation() -> None:
    fit = fitted([0.05] * 100, [0.05 + n / 1000 for n in range(100)])

    assert not fit.config.enrollment.escalation.enabled


def test_without_rates_the_plan_stays_as_it_is() -> None:
    ids = [f"e{n}" for n in range(20)]
    fit = ws.fit({A: people(id=ids), B: people(id=ids)})

    assert not [key for key, _, _ in fit.keys.entries if key.startswith(("enrollment.", "eligibility."))]


PLAN = {
    "simulation": {"start_year": 2025, "end_year": 2028, "target_growth_rate": 0.02},
    "workforce": {"total_termination_rate": 0.12, "headcount": "stochastic"},
    "census": {"size": 1500},
    "eligibility": {"waiting_period_days": 0},
    "enrollment": {
        "conversion": 0.2,
        "stop": 0.06,
        "auto_enrollment": {"default_deferral_rate": 0.03, "opt_out": 0.25},
    },
    "random_seed": 8,
}


@pytest.fixture(scope="module")
def known() -> ws.Fit:
    return ws.fit(closings(ws.simulate(PLAN), deferral_rate=pl.col("deferral_bp") / 10_000))


def test_automatic_enrollment_its_rate_and_who_opts_out_are_found(known: ws.Fit) -> None:
    automatic = known.config.enrollment.auto_enrollment

    assert (automatic.enabled, automatic.default_deferral_rate) == (True, 0.03)
    row = known.table.filter(pl.col("cell") == "enrollment.auto_enrollment.opt_out").row(0, named=True)
    assert row["estimate"] == pytest.approx(0.25, abs=0.08)
    assert known.config.eligibility.waiting_period == ("days", 0)


@pytest.mark.parametrize(("key", "rate"), [("conversion", 0.2), ("stop", 0.06)])
def test_shares_of_a_known_plan_are_found(known: ws.Fit, key: str, rate: float) -> None:
    row = known.table.filter(pl.col("cell") == f"enrollment.{key}").row(0, named=True)

    assert row["estimate"] == pytest.approx(rate, rel=0.3)


def test_a_backtest_scores_participation_and_deferrals() -> None:
    censuses = closings(ws.simulate(PLAN), deferral_rate=pl.col("deferral_bp") / 10_000)
    found = ws.backtest(censuses, origins=[2027], horizons=[1], replicates=5)

    assert found.scores["measure"].to_list()[-2:] == ["participation", "average deferral"]
    assert found.scores["actual"].to_list()[-2] == pytest.approx(
        (censuses[dt.date(2028, 12, 31)]["deferral_rate"] > 0).mean()
    )

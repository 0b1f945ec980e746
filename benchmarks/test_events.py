"""Each event alone, on a real second year of 1e5 staff."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from workforce_sim.events import (
    account,
    compensation,
    contribution,
    deferral,
    enrollment,
    hire,
    promotion,
    termination,
)
from workforce_sim.events.earnings import Pay
from workforce_sim.events.plan_pay import PlanPay
from workforce_sim.events.termination import Leavers

import workforce_sim as ws
from benchmarks.cases import config, opening
from workforce_sim import frames, headcount, ledger, year
from workforce_sim.dates import PlanYear
from workforce_sim.draws import Stream
from workforce_sim.engine.clock import Clock
from workforce_sim.engine.context import Context
from workforce_sim.engine.start import prepared
from workforce_sim.summary import summarise

SIZE, YEAR = 100_000, 2026


class Midway:
    """A year taken apart, so that each step can be run again."""

    def __init__(self) -> None:
        state, self.world = prepared(config(5), opening(SIZE), (0,))
        _, self.opening = year.step(state, YEAR - 1, self.world, Clock())
        self.outcome, _ = year.step(self.opening, YEAR, self.world, Clock())
        self.account, self.staff = self.outcome.account, self.opening.staff
        self.context = Context(self.world, PlanYear(YEAR), self.opening.scale)
        self.planned = headcount.decide(self.staff, termination.weights(self.staff, self.context), self.context)
        self.leavers = self.all_leavers()
        self.paid = self.pay()
        self.enrolled = self.enrollment()
        self.found = self.deferral_rates()
        self.contributed = self.contributions()
        self.result = ws.simulate(config(2), census=ws.synthetic_census(SIZE))
        self.events, self.people = frames.tables(self.outcome.happened, self.account, self.outcome.labels)

    def terminations(self) -> Any:
        weight = termination.weights(self.staff, self.context)
        return termination.decide(self.staff, weight, self.planned, self.context)

    def all_leavers(self) -> Leavers:
        gone = np.flatnonzero(~self.account.stays)
        return Leavers(gone, np.zeros(len(gone), dtype=np.int64), self.account.employed.last_day[gone])

    def hires(self) -> Any:
        return hire.decide(self.planned.hires, self.staff, self.context)

    def promotions(self) -> Any:
        return promotion.decide(self.account.employed, self.context)

    def raises(self) -> Any:
        return self.pay().earned

    def pay(self) -> Pay:
        employed, promoted = self.account.employed, self.promotions()
        when = compensation.dates(employed, self.context)
        return Pay(
            employed, when, promoted, compensation.decide(employed, when, promoted, self.context), self.context.year
        )

    def enrollment(self) -> Any:
        return enrollment.decide(self.paid, self.context)

    def deferral_rates(self) -> Any:
        return deferral.decide(self.paid, self.enrolled, self.context)

    def contributions(self) -> Any:
        return contribution.decide(PlanPay(self.paid, self.found, self.context), self.opening.forfeitures)

    def accounts(self) -> Any:
        return account.decide(self.account.employed, self.leavers, self.contributed, self.context)

    def nondiscrimination(self) -> Any:
        return ws.nondiscrimination(self.result, YEAR)

    def tables(self) -> Any:
        return frames.tables(self.outcome.happened, self.account, self.outcome.labels)

    def summary(self) -> Any:
        counts = frames.counts(self.outcome.happened, self.account, self.outcome.labels)
        return summarise(counts, self.people, YEAR, self.outcome.forfeitures)

    def replay(self) -> Any:
        before = self.people.filter(self.people["opening_salary_cents"].is_not_null())
        return ledger.replay(before, self.events)

    def draw(self) -> Any:
        return self.context.draw(self.staff.person, Stream.TERMINATION)


@pytest.fixture(scope="module")
def midway() -> Midway:
    return Midway()


OF_STAFF = ["terminations", "hires", "promotions", "raises", "tables", "summary", "replay", "draw"]
OF_PLAN = ["enrollment", "deferral_rates", "contributions", "accounts", "nondiscrimination"]


@pytest.mark.parametrize("step", [*OF_STAFF, *OF_PLAN])
def test_step(benchmark: BenchmarkFixture, midway: Midway, step: str) -> None:
    benchmark.group = f"one step of {'the plan' if step in OF_PLAN else 'the workforce'}, one year, 100,000 staff"
    job: Callable[[], Any] = getattr(midway, step)
    assert benchmark.pedantic(job, rounds=7, warmup_rounds=1) is not None
    benchmark.extra_info["ns_per_employee"] = round(benchmark.stats.stats.median / len(midway.staff) * 1e9)

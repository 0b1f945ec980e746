"""Each event alone, on a real second year of 1e5 staff."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.cases import config, opening
from workforce_sim import frames, ledger, year
from workforce_sim.dates import PlanYear
from workforce_sim.draws import Draws, Stream
from workforce_sim.events import compensation, hire, promotion, termination
from workforce_sim.monitor import Clock
from workforce_sim.simulation import prepared
from workforce_sim.summary import summarise

SIZE, YEAR = 100_000, 2026


class Midway:
    """A year taken apart, so that each step can be run again."""

    def __init__(self) -> None:
        state, self.world = prepared(config(5), opening(SIZE), (0,))
        _, self.opening = year.step(state, YEAR - 1, self.world, Clock())
        self.outcome, _ = year.step(self.opening, YEAR, self.world, Clock())
        self.account, self.staff = self.outcome.account, self.opening.staff
        self.everybody = self.account.staff.with_columns(salary=self.account.opening_salary)
        self.assumptions, self.year = self.world.assumptions, PlanYear(YEAR)
        self.draws = Draws(42, YEAR)
        self.weight = termination.weights(self.staff, self.assumptions, YEAR)
        self.plan = year.headcount(self.staff, self.weight, YEAR, self.world)
        self.events, self.people = frames.tables(self.outcome.happened, self.account, self.outcome.labels)

    def terminations(self) -> Any:
        weight = termination.weights(self.staff, self.assumptions, YEAR)
        return termination.of_opening_staff(
            self.staff, self.year, self.assumptions, self.plan.exits, weight, self.draws
        )

    def hires(self) -> Any:
        census = self.world.census
        mix = hire.level_mix(self.assumptions, census, self.staff, 1)
        return hire.decide(
            self.plan.hires, self.year, self.assumptions, mix, census.departments, self.opening.scale, (0,), self.draws
        )

    def promotions(self) -> Any:
        a = self.account
        return promotion.decide(
            self.everybody, a.last_day, a.age, a.tenure, self.year, self.assumptions, self.draws
        )

    def raises(self) -> Any:
        a, promoted = self.account, self.promotions()
        when = compensation.dates(self.everybody, a.is_hire, a.last_day, self.year, self.assumptions, self.draws)
        walk = compensation.decide(
            self.everybody, when, promoted, self.opening.scale, self.assumptions, 1, self.year, self.draws
        )
        first = np.maximum(self.everybody.hire, np.int32(self.year.first))
        return compensation.earnings(self.everybody, a.last_day, first, when, promoted, walk, self.year)

    def tables(self) -> Any:
        return frames.tables(self.outcome.happened, self.account, self.outcome.labels)

    def summary(self) -> Any:
        return summarise(self.events, self.people, YEAR, self.world.numbers)

    def replay(self) -> Any:
        before = self.people.filter(self.people["opening_salary_cents"].is_not_null())
        return ledger.replay(before, self.events)

    def draw(self) -> Any:
        return self.draws.of(self.staff.person, Stream.TERMINATION)


@pytest.fixture(scope="module")
def midway() -> Midway:
    return Midway()


STEPS = ["terminations", "hires", "promotions", "raises", "tables", "summary", "replay", "draw"]


@pytest.mark.parametrize("step", STEPS)
def test_step(benchmark: BenchmarkFixture, midway: Midway, step: str) -> None:
    benchmark.group = "one step of one year, 100,000 staff"
    job: Callable[[], Any] = getattr(midway, step)
    assert benchmark.pedantic(job, rounds=7, warmup_rounds=1) is not None
    benchmark.extra_info["ns_per_employee"] = round(benchmark.stats.stats.median / len(midway.staff) * 1e9)

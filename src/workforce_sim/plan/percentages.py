"""The ADP and the ACP test of a plan year of a run, with what corrects them. Chapter: ``docs/model/testing.md``."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import polars as pl

from workforce_sim.config import Config
from workforce_sim.dates import Ints, years_and_days
from workforce_sim.plan.adp import AdpTest, group_bp, measured
from workforce_sim.plan.correction import excess_of
from workforce_sim.plan.findings import Outcome, PlanTest
from workforce_sim.plan.limits import Limits, catch_up_limit
from workforce_sim.plan.people import People
from workforce_sim.staff import Flags

Test = Literal["ADP", "ACP"]

SECTIONS = {
    "ADP": {None: "401(k)(3)", "traditional": "401(k)(12)", "automatic": "401(k)(13)"},
    "ACP": {None: "401(m)(2)", "traditional": "401(m)(11)", "automatic": "401(m)(12)"},
}
"""Of each test by the kind of safe harbor, which exempts."""

NO_YEAR_BEFORE = "prior-year method, but the run has no year before: against this year's figures of the others"
NO_OTHERS_BEFORE = (
    "prior-year method, but nobody else was eligible last year: against this year's figures of the others"
)

OLDEST = 150


class Percentages(NamedTuple):
    """An ADP or ACP test: its figures, the finding and the rows of ``Nondiscrimination.refunds``."""

    figures: AdpTest
    found: PlanTest
    refunds: pl.DataFrame


def percentages(test: Test, config: Config, people: People, before: People | None, room: Ints | int = 0) -> Percentages:
    """Return a test of the eligible of a year.

    Args:
        test: which.
        config: of the run.
        people: of the year.
        before: of the year before; None where the run has none.
        room: catch-up that each one may still make, cents.
    """
    harbor = safe_harbor(test, config, people.year.year)
    prior_bp, note = _others_before(test, config, before)
    columns = _columns(test, people)
    figures = measured(*columns, prior_bp)
    excess = np.zeros(len(people.ids), dtype=np.int64)
    if harbor is None:
        excess[people.eligible] = excess_of(*columns, prior_bp).cents
    kept = np.minimum(excess, room)
    found = PlanTest(
        test=test,
        outcome=_outcome(figures, harbor, columns[0]),
        section=SECTIONS[test][harbor],
        figures=_in_words(figures) | _correction(excess, kept),
        note="safe-harbor match" if harbor else note,
    )
    return Percentages(figures, found, _refunds(test, people.ids, excess, kept))


def safe_harbor(test: Test, config: Config, year: int) -> str | None:
    """Return the kind of safe harbor that exempts from a test in a year; None where the plan is tested."""
    beyond = test == "ACP" and config.plan.match.at(year).matches_above_six_percent
    return None if beyond else config.plan.harbor(year)


def catch_up_room(config: Config, people: People, limits: Limits) -> Ints:
    """Return in cents what each one may still defer as catch-up; nothing where it would have to be Roth and cannot."""
    plan = config.plan
    must_be_roth = limits.roth_catch_up_wages_cents is not None and not plan.roth.available
    offered = plan.catch_up and not must_be_roth
    of_age = [
        catch_up_limit(age, limits, catch_up=offered, super_catch_up=plan.super_catch_up) for age in range(OLDEST + 1)
    ]
    ages = np.clip(people.year.year - years_and_days(people.birth)[0], 0, OLDEST)
    return np.maximum(np.array(of_age, dtype=np.int64)[ages] - people.catch_up, 0)


def _columns(test: Test, people: People) -> tuple[Ints, Ints, Flags]:
    """Return contributions, compensation and who is highly compensated, of the eligible."""
    amounts = people.deferral if test == "ADP" else people.match
    return amounts[people.eligible], people.compensation[people.eligible], people.hce[people.eligible]


def _others_before(test: Test, config: Config, before: People | None) -> tuple[int | None, str]:
    """Return last year's percentage of the others in bp where it counts, and what to know of it."""
    if config.plan.testing.method == "current":
        return None, ""
    if before is None:
        return None, NO_YEAR_BEFORE
    amounts, compensation, hce = _columns(test, before)
    last = group_bp(amounts, compensation, ~hce)
    return last, "against last year's figures of the others" if last is not None else NO_OTHERS_BEFORE


def _outcome(figures: AdpTest, harbor: str | None, amounts: Ints) -> Outcome:
    if harbor:
        return "exempt"
    if not amounts.any():
        return "not applicable"
    return "passed" if figures.passed else "failed"


def _in_words(figures: AdpTest) -> dict[str, float | int | None]:
    return {
        "hce_percent": figures.hce_percentage,
        "nhce_percent": figures.nhce_percentage,
        "highest_passing_percent": figures.highest_passing,
        "hces": figures.hces,
        "nhces": figures.nhces,
    }


def _correction(excess: Ints, kept: Ints) -> dict[str, float | int | None]:
    if not excess.any():
        return {}
    total, recharacterized = int(excess.sum()), int(kept.sum())
    return {
        "excess": total / 100,
        "recharacterized": recharacterized / 100,
        "refunds": (total - recharacterized) / 100,
        "refunded_to": int(np.count_nonzero(excess)),
    }


def _refunds(test: Test, ids: pl.Series, excess: Ints, kept: Ints) -> pl.DataFrame:
    every = pl.DataFrame(
        {
            "test": pl.repeat(test, len(ids), dtype=pl.String, eager=True),
            "employee_id": ids,
            "excess_cents": excess,
            "recharacterized_cents": kept,
            "refund_cents": excess - kept,
        }
    )
    return every.filter(pl.col("excess_cents") > 0)

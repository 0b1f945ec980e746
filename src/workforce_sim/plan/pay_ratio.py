"""The compensation ratio test of pay that leaves something out, 26 CFR 1.414(s)-1(d)(3).

Chapter: ``docs/model/other-pay.md``.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workforce_sim.config import Config
from workforce_sim.config.other_pay import CountedPay, left_out
from workforce_sim.plan.adp import group_bp
from workforce_sim.plan.findings import PlanTest
from workforce_sim.plan.people import People

MOST_ABOVE_BP = 300
"""By how much the average of HCEs may be above that of NHCEs; the regulation says de minimis, practice 3 points."""

SECTION = "414(s)"
NOTE = "a de minimis difference is allowed (26 CFR 1.414(s)-1(d)(3)), taken as 3 percentage points"


def definitions(config: Config, year: int) -> dict[str, CountedPay]:
    """Return the definitions of pay that must not favor highly compensated employees, by what counts them."""
    plan = config.plan
    return {**{name: money.pay for name, money in plan.sources(year).items()}, "tests": plan.testing.pay}


def pay_ratios(config: Config, people: People, limit_cents: int) -> Iterator[PlanTest]:
    """Yield the test of each definition of pay that leaves out pay which the run has.

    Args:
        config: of the year.
        people: of the year.
        limit_cents: the year's limit on compensation, section 401(a)(17).
    """
    for name, counted in definitions(config, people.year.year).items():
        kinds = left_out(counted, config.compensation.other_pay)
        if kinds:
            yield _ratio(f"Compensation ratio ({name.replace('_', ' ')})", kinds, people, limit_cents)


def _ratio(test: str, kinds: tuple[str, ...], people: People, limit_cents: int) -> PlanTest:
    there = people.eligible & (people.earnings > 0)
    left = sum((people.other_pay[kind] for kind in kinds), start=0 * people.earnings)
    counts, everything = (np.minimum(pay, limit_cents) for pay in (people.earnings - left, people.earnings))
    hces, others = (group_bp(counts, everything, group) for group in (there & people.hce, there & ~people.hce))
    figures = {
        "hce_percent": None if hces is None else hces / 100,
        "nhce_percent": None if others is None else others / 100,
        "hces": int(np.count_nonzero(there & people.hce)),
        "nhces": int(np.count_nonzero(there & ~people.hce)),
    }
    failed = hces is not None and others is not None and hces - others > MOST_ABOVE_BP
    return PlanTest(test, "failed" if failed else "passed", SECTION, figures, NOTE)

"""Rates of nonelective contributions of a plan year, as contributions and cross-tested.

Chapter: ``docs/model/testing.md``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from workforce_sim.config import Config
from workforce_sim.dates import Flags, Ints
from workforce_sim.money import half_up
from workforce_sim.plan.benefits import LEAST_AVERAGE_BP, benefit_rates_bp
from workforce_sim.plan.coverage import (
    LEAST_RATIO_BP,
    classification_harbors,
    lowest_rate_group_bp,
    ratio_percentage_bp,
)
from workforce_sim.plan.cross_testing import standard_interest
from workforce_sim.plan.findings import Figures, PlanTest
from workforce_sim.plan.people import People

GRADUAL = "a gradual schedule by age or service needs no gateway (26 CFR 1.401(a)(4)-8(b)(1)(iv))"
BY_AVERAGE = "passed with the average benefit test (26 CFR 1.401(a)(4)-2(c)(3))"
CROSS_TESTED = "passed as benefits at 65, cross-tested (26 CFR 1.401(a)(4)-8)"
CROSS_TESTED_BY_AVERAGE = "passed as benefits at 65, cross-tested, with the average benefit test"
FAILED = "failed as contributions and, cross-tested, as benefits at 65"


class Group(NamedTuple):
    """What rate groups of a plan are compared with.

    Attributes:
        counted: who is counted.
        average_bp: the average benefit percentage in basis points.
        gradual: whether the formula is a gradual schedule, which needs no gateway.
    """

    counted: Flags
    average_bp: int | None
    gradual: bool

    def enough_bp(self, benefiting: Flags, hce: Flags) -> int:
        """Return the ratio percentage that each rate group needs.

        70%; with the average benefit test the midpoint of the harbors, or that of the plan where it is lower.
        """
        if self.average_bp is not None and self.average_bp < LEAST_AVERAGE_BP:
            return LEAST_RATIO_BP
        of_plan = ratio_percentage_bp(benefiting, hce)
        midpoint = classification_harbors(int(hce.sum()), int((~hce).sum())).midpoint
        return min(LEAST_RATIO_BP, midpoint, LEAST_RATIO_BP if of_plan is None else of_plan)


def general_test(test: str, figures: Figures, rates: Ints, group: Group, config: Config, people: People) -> PlanTest:
    """Return the general test of rates of nonelective contributions, section 401(a)(4).

    Args:
        test: its name.
        figures: of the rates.
        rates: of those counted, basis points.
        group: who is counted.
        config: in force in the year.
        people: of the year.
    """
    hce = people.hce[group.counted]
    ratio = lowest_rate_group_bp(rates, hce)
    if _passes(ratio, LEAST_RATIO_BP):
        return PlanTest(test, "passed", "401(a)(4)", figures)
    enough = group.enough_bp(rates > 0, hce)
    known = {"needed_ratio_percent": enough / 100, "average_benefit_percent": _percent(group.average_bp)}
    if _passes(ratio, enough):
        return PlanTest(test, "passed", "401(a)(4)", {**figures, **known}, BY_AVERAGE)
    return _cross_tested(test, {**figures, **known}, rates, enough, group, config, people)


def _cross_tested(
    test: str,
    figures: Figures,
    rates: Ints,
    enough: int,
    group: Group,
    config: Config,
    people: People,
) -> PlanTest:
    hce, interest = people.hce[group.counted], standard_interest(config.plan.testing.interest_rate)
    ratio = lowest_rate_group_bp(benefit_rates_bp(people.nonelective, people, interest)[group.counted], hce)
    below = 0 if group.gradual else below_gateway(rates, hce)
    found = {**figures, "cross_tested_ratio_percent": _percent(ratio)}
    if not group.gradual:
        found |= {"gateway_percent": gateway_bp(rates, hce) / 100, "below_gateway": below}
    passed = not below and _passes(ratio, enough)
    if not passed:
        return PlanTest(test, "failed", "401(a)(4)", found, FAILED if not below else f"{FAILED}; gateway missed")
    note = CROSS_TESTED if _passes(ratio, LEAST_RATIO_BP) else CROSS_TESTED_BY_AVERAGE
    return PlanTest(test, "passed", "401(a)(4)", found, f"{note}; {GRADUAL}" if group.gradual else note)


def gateway_bp(rates: Ints, hce: Flags) -> int:
    """Return the gateway in basis points: a third of the highest rate of the highly compensated, at most 5%."""
    return min(half_up(int(rates[hce].max(initial=0)), 3), 500)


def below_gateway(rates: Ints, hce: Flags) -> int:
    """Return how many others get something but less than the gateway."""
    return int(np.count_nonzero((rates[~hce] > 0) & (rates[~hce] < gateway_bp(rates, hce))))


def _passes(ratio_bp: int | None, least_bp: int) -> bool:
    return ratio_bp is None or ratio_bp >= least_bp


def _percent(bp: int | None) -> float | None:
    return None if bp is None else bp / 100

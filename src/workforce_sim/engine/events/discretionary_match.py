"""The discretionary match: a second match of the year, beside that of the plan.

Chapter: ``docs/model/sources.md``.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from workforce_sim.dates import Ints
from workforce_sim.engine.columns import Array, Columns
from workforce_sim.engine.context import Year
from workforce_sim.engine.event import node
from workforce_sim.engine.events.contribution import deferrals_of
from workforce_sim.engine.events.further import added, adds, kept, snapshot
from workforce_sim.engine.plan_pay import PlanPay
from workforce_sim.engine.sources import matched

NAME = "discretionary_match"


@node(
    adds=adds(NAME, "discretionary match"),
    snapshot=snapshot(NAME),
    blocks=True,
    kept=kept(NAME, "discretionary match"),
    used=lambda config: NAME in config.provisions,
)
def discretionary_match(staff: Columns, year: Year) -> Mapping[str, Array]:
    """Add the discretionary match within section 415, its balance and vested share.

    Raises:
        SimulationError: when a balance exceeds $100 million.
    """
    return added(NAME, _wished(staff, year), ("match_cents", "nonelective_cents"), staff, year)


def _wished(staff: Columns, year: Year) -> Ints:
    """Return the discretionary match before section 415; nothing in a year without one."""
    formulas = year.plan.discretionary_match
    if formulas is None:
        return np.zeros(len(staff), dtype=np.int64)
    counted = PlanPay(staff, year)
    deferrals = deferrals_of(counted)
    return matched(counted, formulas.at(year.number), deferrals.total, deferrals.most)

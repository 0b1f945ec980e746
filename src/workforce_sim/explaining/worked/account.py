"""Forfeitures of one employee at termination.

Chapter: ``docs/model/contributions.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workforce_sim.explaining.worked.steps import Reckoned, Step
from workforce_sim.plan.vesting import vested_cents
from workforce_sim.tables import SOURCES
from workforce_sim.wording import bp_percent, dollars


def forfeited(person: Mapping[str, Any]) -> Reckoned:
    """Return the steps of what somebody forfeits in a year, from the snapshot, and cents."""
    if person["termination_date"] is None:
        return [Step("forfeited", "nothing: employed on December 31", dollars(0))], 0
    steps, total = [Step("terminated", str(person["termination_date"]))], 0
    for source in SOURCES:
        balance, share = person[f"{source}_balance_cents"], person[f"vested_share_{source}_bp"]
        if not balance:
            continue
        vested = int(vested_cents(balance, share))
        total += balance - vested
        name = source.replace("_", " ")
        how = "opening balance, its return and the year's contributions; the return is not shown"
        steps.append(Step(f"{name} balance before the payout", how, dollars(balance)))
        steps.append(Step(f"{name} vested", f"{bp_percent(share)} x {dollars(balance)}, half up", dollars(vested)))
        steps.append(Step(f"{name} forfeited", f"{dollars(balance)} - {dollars(vested)}", dollars(balance - vested)))
    return [*steps, Step("forfeited", "the sum", dollars(total))], total

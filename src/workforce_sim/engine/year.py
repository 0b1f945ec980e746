"""One plan year: the events in their order, which is part of the model and is defined here only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workforce_sim.config import Config
from workforce_sim.engine.employment import EMPLOYMENT
from workforce_sim.engine.event import Declared, KeptColumn, Settlement
from workforce_sim.engine.events.account import account
from workforce_sim.engine.events.amendment import amendment, asking
from workforce_sim.engine.events.classes import classes
from workforce_sim.engine.events.compensation import compensation, raises_before_merit
from workforce_sim.engine.events.contribution import REALLOCATION, contribution
from workforce_sim.engine.events.deferral import deferral
from workforce_sim.engine.events.discretionary_match import discretionary_match
from workforce_sim.engine.events.eligibility import eligibility
from workforce_sim.engine.events.enrollment import enrollment
from workforce_sim.engine.events.hire import hire
from workforce_sim.engine.events.leave import leave
from workforce_sim.engine.events.look_back import TOP_PAID, look_back
from workforce_sim.engine.events.other_pay import other_pay_of
from workforce_sim.engine.events.pay_range import compa_ratio, pay_range
from workforce_sim.engine.events.planned import headcount_path, planned_hire
from workforce_sim.engine.events.profit_sharing import POOL, profit_sharing
from workforce_sim.engine.events.promotion import promotion
from workforce_sim.engine.events.rehire import hire_or_rehire, rehire, restoration, returns
from workforce_sim.engine.events.retirement import retirement, retirement_eligibility
from workforce_sim.engine.events.service import service
from workforce_sim.engine.events.termination import risk, termination
from workforce_sim.engine.merit import MERIT_POOL
from workforce_sim.engine.own import OwnEvent
from workforce_sim.engine.planned import PLANNED_EMPLOYMENT
from workforce_sim.engine.state import STATE
from workforce_sim.errors import RequestError

Step = Declared | Settlement

WORKFORCE: tuple[Step, ...] = (
    risk,
    retirement,
    EMPLOYMENT,
    PLANNED_EMPLOYMENT,
    rehire,
    termination,
    hire,
    planned_hire,
    headcount_path,
    hire_or_rehire,
    returns,
    retirement_eligibility,
    leave,
    promotion,
    pay_range,
    raises_before_merit,
    MERIT_POOL,
    compensation,
    compa_ratio,
)
PLAN: tuple[Step, ...] = (
    amendment,
    eligibility,
    classes,
    service,
    enrollment,
    asking,
    deferral,
    REALLOCATION,
    contribution,
    discretionary_match,
    POOL,
    profit_sharing,
    restoration,
    account,
    TOP_PAID,
    look_back,
)


def steps_of(config: Config) -> tuple[Step, ...]:
    """Return the steps of a configuration's years: those that any of them uses."""
    workforce = (*WORKFORCE, *other_pay_of(config))
    steps = workforce + PLAN if config.plan.enabled else workforce
    each = (config, *map(config.at, config.turns))
    return tuple(step for step in steps if any(map(step.used, each)))


def kept_by(steps: Iterable[Step]) -> dict[str, KeptColumn]:
    """Return the columns that the staff have besides those of ``STATE``."""
    return {name: kept for step in steps if isinstance(step, Declared) for name, kept in step.kept.items()}


def with_own(steps: tuple[Step, ...], own: Sequence[OwnEvent]) -> tuple[Step, ...]:
    """Return the steps of a year with the user's own events, each after the event that it names, in their order.

    Raises:
        RequestError: for an event without a place in the year, or that selects columns which the staff do not have.
    """
    found = list(steps)
    for event in own:
        place = [at for at, step in enumerate(found) if isinstance(step, Declared) and _leads(step, event.after)]
        problem = _no_place(event, found, steps) if place else f"after {event.after!r}, which is no event of the year"
        if problem:
            known = ", ".join(step.name for step in steps if isinstance(step, Declared))
            raise RequestError(f"event {event.name}: {problem} ({known})")
        found.insert(place[-1] + 1, event)
    for event in own:
        unknown = ", ".join(sorted(event.selects() - _columns(found) - {"employee_id"}))
        if unknown:
            raise RequestError(
                f"event {event.name}: ledger or measures use {unknown}, which the staff do not have; "
                "see docs/own-events.md for their columns"
            )
    return tuple(found)


def _no_place(event: OwnEvent, found: Sequence[Step], steps: Sequence[Step]) -> str:
    """Return why the year cannot have an event; nothing if it can."""
    taken = sorted(event.adds.keys() & _columns(found))
    if taken:
        return f"adds {', '.join(taken)}, which the staff have; choose another name"
    return "the year has an event of this name; choose another" if event.name in {s.name for s in steps} else ""


def _leads(step: Declared, name: str) -> bool:
    """Return whether an event after ``name`` follows this one: that event, or another own event after it."""
    return name in {step.name, getattr(step, "after", None)}


def _columns(steps: Sequence[Step]) -> set[str]:
    """Return the columns that the staff of a year have."""
    added = (name for step in steps if isinstance(step, Declared) for name in step.adds)
    return {*STATE, *kept_by(steps), *added}

"""Who comes back: former employees, what the plan gives them back, and employees on leave."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from workforce_sim.config.values import MonthWeights, Section, ShareByYear, SomeOnce, in_order

Cause = Literal["voluntary", "involuntary", "retirement", "disability", "reduction"]
Days = Annotated[int, Field(ge=1, le=365)]


class Rehires(Section):
    """Former employees who return."""

    switch = "share"
    share: ShareByYear = ShareByYear(0.0)
    """Share of those who terminate for one of the causes who will return, by year of termination."""
    within_years: Annotated[int, Field(ge=1, le=10)] = 5
    """They return in one of so many calendar years after that of termination."""
    causes: SomeOnce[Cause] = ("voluntary", "involuntary", "reduction")
    """Causes of termination after which an employee may return."""


class Breaks(Section):
    """What the plan does with service and forfeitures of employees who return."""

    buy_back: bool = True
    """Whether returning employees repay what they were paid, so that what they forfeited is restored."""
    rule_of_parity: bool = False
    """Whether service of nonvested employees before a long absence is disregarded: five years, or all they served."""


class Leave(Section):
    """Unpaid leave with a return date."""

    switch = "share"
    share: ShareByYear = ShareByYear(0.0)
    """Share of employees who begin a leave in a year."""
    shortest_days: Days = 30
    """Shortest leave, calendar days."""
    longest_days: Days = 180
    """Longest leave, calendar days; lengths are drawn evenly."""
    month_weights: MonthWeights | None = None
    """When in the year leave begins; evenly by day when left out."""

    _in_order = model_validator(mode="after")(in_order)

"""Vesting: the share of employer contributions that belongs to the employee after how many years."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag

from workforce_sim.config.plan_values import BpShare, bp, presets
from workforce_sim.config.values import BY_YEAR, ONE_VALUE, Listed, Section, refuse

VestingName = Literal[
    "immediate", "cliff_1", "cliff_2", "cliff_3", "graded_3", "graded_4", "graded_5", "graded_6", "qaca_2"
]


def _rising_to_one(shares: tuple[float, ...]) -> tuple[float, ...]:
    refuse(
        ((years,), f"a vested share never falls: it is {before:g} a year earlier", share)
        for years, (before, share) in enumerate(pairwise(shares), 1)
        if before > share
    )
    if not shares or shares[-1] != 1:
        raise ValueError("the last share must be 1: everything is vested in the end")
    return shares


def _name_or_list(value: Any) -> Any:
    if isinstance(value, (str, list, tuple)):
        return value
    raise ValueError("expected the name of a schedule, or a list of shares at 0, 1, 2, ... completed years")


def _shape(value: Any) -> str:
    return BY_YEAR if isinstance(value, (list, tuple)) else ONE_VALUE


Schedule = Annotated[
    Annotated[VestingName, Tag(ONE_VALUE)]
    | Annotated[Listed[BpShare], Field(max_length=51), AfterValidator(_rising_to_one), Tag(BY_YEAR)],
    Discriminator(_shape),
    BeforeValidator(_name_or_list),
]
"""The name of a schedule, or its shares at 0, 1, 2, ... completed years; the last is 1 and holds on."""


class Vesting(Section):
    """Vesting of employer contributions by completed years of service; deferrals are always vested."""

    match: Schedule = "immediate"
    """Schedule of the match: a name, or shares at 0, 1, 2, ... completed years."""
    nonelective: Schedule = "immediate"
    """Schedule of the nonelective contribution."""
    profit_sharing: Schedule = "immediate"
    """Schedule of profit sharing."""
    discretionary_match: Schedule = "immediate"
    """Schedule of the discretionary match."""
    normal_retirement_age: Annotated[int, Field(ge=50, le=75)] = 65
    """Age of full vesting, completed years."""

    @property
    def match_bp(self) -> tuple[int, ...]:
        """Vested shares of the match in whole basis points, at 0, 1, 2, ... completed years."""
        return self.of("match")

    @property
    def nonelective_bp(self) -> tuple[int, ...]:
        """Vested shares of the nonelective contribution in whole basis points, at 0, 1, 2, ... completed years."""
        return self.of("nonelective")

    def of(self, source: str) -> tuple[int, ...]:
        """Return the vested shares of a source in whole basis points, at 0, 1, 2, ... completed years."""
        return schedule_bp(getattr(self, source))


def schedule_bp(schedule: str | tuple[float, ...]) -> tuple[int, ...]:
    """Return a schedule in whole basis points, at 0, 1, 2, ... completed years; the last holds on."""
    shares = presets("vesting")[schedule] if isinstance(schedule, str) else schedule
    return tuple(bp(share) for share in shares)

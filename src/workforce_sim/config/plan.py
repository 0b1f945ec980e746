"""The employer money of the plan: match, nonelective contribution, vesting."""

from __future__ import annotations

from pydantic import Field

from workforce_sim.config.match import Match
from workforce_sim.config.nonelective import Nonelective
from workforce_sim.config.values import Section
from workforce_sim.config.vesting import Vesting

__all__ = ["Match", "Nonelective", "Plan", "Vesting"]


class Plan(Section):
    """What the employer pays into the plan, and when it is the employee's own."""

    match: Match = Field(default_factory=Match)
    nonelective: Nonelective = Field(default_factory=Nonelective)
    vesting: Vesting = Field(default_factory=Vesting)

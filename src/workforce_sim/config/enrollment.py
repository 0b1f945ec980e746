"""Enrollment, and changes of deferral rates."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag

from workforce_sim.config.defaults import default
from workforce_sim.config.match import Match, MatchPreset, Tier, rising
from workforce_sim.config.plan_values import BpShare, PositiveBp, bp
from workforce_sim.config.values import (
    BY_NAME,
    ONE_VALUE,
    Age,
    Date,
    Dollars,
    Listed,
    MonthDay,
    PositiveShare,
    Section,
    Share,
    decimals,
)

RateBelowOne = Annotated[float, Field(gt=0, lt=1), AfterValidator(decimals(4))]
"""A deferral rate or a step of one, above 0 and below 1: who writes 1 means 1 %."""


class ShareCell(Section):
    """A share from an age and a pay on."""

    age_from: Age
    """Completed years of age from which it holds."""
    pay_from: Dollars
    """Annual salary from which it holds, dollars."""
    value: Share
    """A fraction of one, at most 6 decimals."""


class DeferralCell(Section):
    """A deferral rate from an age and a pay on."""

    age_from: Age
    """Completed years of age from which it holds."""
    pay_from: Dollars
    """Annual salary from which it holds, dollars."""
    value: PositiveBp
    """Share of pay deferred, at most 4 decimals."""


def _covering(cells: tuple[Any, ...]) -> tuple[Any, ...]:
    places = [(cell.age_from, cell.pay_from) for cell in cells]
    if places != sorted(set(places)):
        raise ValueError("cells must be listed in rising order of age_from, then pay_from, each once")
    if not places or places[0][0] != 0 or any((age, 0) not in places for age, _ in places):
        raise ValueError("ages must start from 0, and each age_from needs a cell with pay_from 0")
    return cells


def _one_or_cells(value: Any) -> Any:
    if isinstance(value, dict):
        raise ValueError("expected one number, or a list of cells {age_from, pay_from, value}")
    return value


def _shape(value: Any) -> str:
    return BY_NAME if isinstance(value, (list, tuple)) else ONE_VALUE


ShareTable = Annotated[
    Annotated[Share, Tag(ONE_VALUE)] | Annotated[Listed[ShareCell], AfterValidator(_covering), Tag(BY_NAME)],
    Discriminator(_shape),
    BeforeValidator(_one_or_cells),
]
"""One share for all, or a table by age and pay."""

RateTable = Annotated[
    Annotated[PositiveBp, Tag(ONE_VALUE)] | Annotated[Listed[DeferralCell], AfterValidator(_covering), Tag(BY_NAME)],
    Discriminator(_shape),
    BeforeValidator(_one_or_cells),
]
"""One deferral rate for all, or a table by age and pay."""


class AutoEnrollment(Section):
    """Automatic enrollment of employees without an election."""

    switch = "enabled"
    enabled: bool = True
    """Whether the plan enrolls automatically."""
    hire_date_cutoff: Date = dt.date(2024, 1, 1)
    """Those hired on or after this day count as new hires."""
    scope: Literal["new_hires_only", "all_eligible", "all_eligible_employees"] = "new_hires_only"
    """Who is enrolled automatically."""
    window_days: Annotated[int, Field(ge=0, le=365)] = 45
    """Days from eligibility to automatic enrollment, in which employees may elect."""
    default_deferral_rate: RateBelowOne = 0.04
    """Default deferral rate of automatic enrollment, a share of pay."""
    opt_out: ShareTable = Field(default_factory=lambda: default(ShareTable, "opt_out"))
    """Share who opt out on the day of automatic enrollment: one number, or a table by age and pay."""
    unknown_opt_outs: Literal["opted_out", "enroll"] = "opted_out"
    """Treatment of non-participants who were due before the start, where the census has no `opted_out`."""

    @property
    def default_bp(self) -> int:
        """The default rate in whole basis points."""
        return bp(self.default_deferral_rate)

    @property
    def everybody(self) -> bool:
        """Whether those hired before the cutoff are in scope too."""
        return self.scope != "new_hires_only"

    @property
    def rules(self) -> tuple[Any, ...]:
        """What decides who is enrolled automatically, and when; not at which rate."""
        return self.enabled, self.hire_date_cutoff, self.everybody, self.window_days


class Change(Section):
    """Changes of the deferral rate by participants."""

    switch = "probability"
    probability: Share = 0.15
    """Share of participants who change their rate in a year."""
    step: RateBelowOne = 0.02
    """Change of the rate, a share of pay; three in four are increases."""

    @property
    def step_bp(self) -> int:
        """The step in whole basis points."""
        return bp(self.step)


class Escalation(Section):
    """Automatic yearly increases of the deferral rate."""

    switch = "enabled"
    enabled: bool = True
    """Whether rates rise automatically."""
    date: MonthDay = "01-01"
    """Day of the increase, in quotes."""
    increment: Annotated[float, Field(ge=0, lt=1), AfterValidator(decimals(4))] = 0.01
    """Increase a year, a share of pay."""
    cap: BpShare = 0.10
    """Rate at which increases stop."""
    delay_years: Annotated[int, Field(ge=0, le=10)] = 1
    """Calendar years from the latest enrollment to the first increase."""
    scope: Literal["automatic", "all"] = "automatic"
    """Whose rates rise: those enrolled automatically who never changed their rate, or all participants."""
    declining_share: Share = 0.15
    """Share who decline all increases."""
    census_source: Literal["all", "in_scope", "none"] = "in_scope"
    """Which participants of the census count as enrolled automatically; in scope: hired on or after the cutoff."""

    @property
    def increment_bp(self) -> int:
        """The increment in whole basis points."""
        return bp(self.increment)

    @property
    def cap_bp(self) -> int:
        """The cap in whole basis points."""
        return bp(self.cap)


def _name_or_tiers(value: Any) -> Any:
    if isinstance(value, (str, list, tuple)):
        return value
    raise ValueError("expected the name of a preset, or tiers: [{up_to: 0.06, rate: 0.5}]")


FormerMatch = Annotated[
    Annotated[MatchPreset, Tag(ONE_VALUE)] | Annotated[Listed[Tier], AfterValidator(rising), Tag(BY_NAME)],
    Discriminator(_shape),
    BeforeValidator(_name_or_tiers),
]
"""A match formula: the name of a preset, or tiers by share of pay."""


class MatchResponse(Section):
    """What participants do when the match formula changes between two years."""

    below: Share = 0.0
    """Share of those below the new full-match rate who move up towards it."""
    above: Share = 0.0
    """Share of those above the new full-match rate who move down towards it."""
    move: PositiveShare = 1.0
    """Share of the way to the new full-match rate that they move; 1 is all of it."""
    before: FormerMatch | None = None
    """The match before the start year: a preset, or tiers; when left out nobody responds in the start year."""

    @property
    def formula_before(self) -> tuple[Any, ...] | None:
        """What makes the formula before the start year, as ``Match.formula``; None where it is not given."""
        if self.before is None:
            return None
        return (Match(preset=self.before) if isinstance(self.before, str) else Match(tiers=self.before)).formula


class Enrollment(Section):
    """Enrollment, and changes of deferral rates."""

    auto_enrollment: AutoEnrollment = Field(default_factory=AutoEnrollment)
    election: ShareTable = Field(default_factory=lambda: default(ShareTable, "election"))
    """Share who elect to enroll in the year of their eligibility: one number, or a table by age and pay."""
    deferral_rates: RateTable = Field(default_factory=lambda: default(RateTable, "deferral_rates"))
    """Deferral rates elected at enrollment, shares of pay: one number, or a table by age and pay."""
    match_seeking: Share = 0.35
    """Share of electing employees who defer at least enough for the full match."""
    conversion: Share = 0.08
    """Share of eligible non-participants who enroll in a later year."""
    change: Change = Field(default_factory=Change)
    stop: Share = 0.015
    """Share of participants who stop deferring in a year."""
    max_deferral: PositiveBp = 0.75
    """Highest deferral rate that can be set."""
    escalation: Escalation = Field(default_factory=Escalation)
    match_response: MatchResponse = Field(default_factory=MatchResponse)

    @property
    def max_deferral_bp(self) -> int:
        """The highest rate in whole basis points."""
        return bp(self.max_deferral)

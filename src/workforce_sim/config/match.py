"""The employer match: a preset, or one formula of one's own."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, Field, model_validator

from workforce_sim.config.plan_values import EmployerMoney, Points, PositiveBp, PositiveDollars, banded, bp, presets
from workforce_sim.config.values import Listed, Section, Tenure, decimals, refuse
from workforce_sim.money import cents

MatchPreset = Literal["simple", "tiered", "stretch", "safe_harbor_basic", "safe_harbor_enhanced", "qaca", "none"]

FORMULAS = ("preset", "tiers", "dollar_tiers", "by_tenure", "by_service", "by_points")
"""The keys of ``Match`` that each give a whole formula."""

MatchRate = Annotated[float, Field(ge=0, le=4), AfterValidator(decimals(4))]
"""Match on a dollar deferred, from 0 to 4; at most 4 decimals."""


class MatchTier(NamedTuple):
    """One slice of deferrals in whole numbers: edges in bp of pay (of dollar tiers in cents), match in bp."""

    lower: int
    upper: int
    rate_bp: int


MatchBands = tuple[tuple[int, tuple[MatchTier, ...]], ...]
"""Tiers from a number of years or points on; from 0 alone where everybody has the same."""


class Tier(Section):
    """Match on the slice of deferrals from the tier before up to a share of pay."""

    up_to: PositiveBp
    """Upper edge as a share of pay, at most 4 decimals."""
    rate: MatchRate
    """Match on a dollar deferred in this slice."""


class DollarTier(Section):
    """Match on the slice of the year's deferrals from the tier before up to an amount."""

    up_to: PositiveDollars
    """Upper edge, dollars a year."""
    rate: MatchRate
    """Match on a dollar deferred in this slice."""


def rising(tiers: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    """Raise ``ValueError`` unless tiers are left out, or listed in rising order of their edges."""
    if tiers is not None and not tiers:
        raise ValueError("needs at least one tier")
    refuse(
        ((number, "up_to"), f"must be above that of the tier before, {before.up_to:g}", tier.up_to)
        for number, (before, tier) in enumerate(pairwise(tiers or ()), 1)
        if before.up_to >= tier.up_to
    )
    return tiers


def _slices(tiers: tuple[Any, ...], edge: Callable[[float], int]) -> tuple[MatchTier, ...]:
    edges = [0, *(edge(tier.up_to) for tier in tiers)]
    return tuple(MatchTier(*ends, bp(tier.rate)) for ends, tier in zip(pairwise(edges), tiers, strict=True))


class TenureTiers(Section):
    """Match tiers from a tenure on."""

    start: Tenure = Field(alias="from")
    """Completed years of tenure from which the tiers hold."""
    tiers: Annotated[Listed[Tier], AfterValidator(rising)]
    """Tiers of this band, in rising order."""


class ServiceRate(Section):
    """Match of one rate up to a share of pay, from a tenure on."""

    start: Tenure = Field(alias="from")
    """Completed years of tenure from which it holds."""
    rate: MatchRate
    """Match on a dollar deferred."""
    max: PositiveBp
    """Deferrals above this share of pay are not matched."""


class PointsRate(Section):
    """Match of one rate up to a share of pay, from a number of points on."""

    start: Points = Field(alias="from")
    """Points (age + tenure, completed years) from which it holds."""
    rate: MatchRate
    """Match on a dollar deferred."""
    max: PositiveBp
    """Deferrals above this share of pay are not matched."""


class Match(EmployerMoney):
    """Employer match on deferrals: a preset or one formula; `safe_harbor_basic` when neither is given."""

    preset: MatchPreset | None = None
    """A common formula by name."""
    tiers: Annotated[Listed[Tier] | None, AfterValidator(rising)] = None
    """Tiers by share of pay deferred."""
    dollar_tiers: Annotated[Listed[DollarTier] | None, AfterValidator(rising)] = None
    """Tiers by dollars deferred in the year."""
    by_tenure: Annotated[Listed[TenureTiers] | None, AfterValidator(banded)] = None
    """Tiers by share of pay deferred, for each band of tenure."""
    by_service: Annotated[Listed[ServiceRate] | None, AfterValidator(banded)] = None
    """One rate up to a share of pay, by tenure."""
    by_points: Annotated[Listed[PointsRate] | None, AfterValidator(banded)] = None
    """One rate up to a share of pay, by points: age + tenure."""
    basis: Literal["annual", "payroll"] = "annual"
    """`annual`: on the totals of the year, as after a true-up; `payroll`: pay period by pay period."""

    @model_validator(mode="after")
    def _one_formula(self) -> Match:
        given = [name for name in FORMULAS if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError(f"give one of {', '.join(FORMULAS)}, not {' and '.join(given)}")
        return self

    @property
    def given(self) -> bool:
        """Whether a preset or a formula is given; else `safe_harbor_basic` holds."""
        return any(getattr(self, name) is not None for name in FORMULAS)

    @property
    def in_dollars(self) -> bool:
        """Whether edges are cents of the year's deferrals, not basis points of pay."""
        return self.dollar_tiers is not None

    @property
    def graded_by(self) -> Literal["tenure", "points"] | None:
        """What picks the band; None where everybody has the same tiers."""
        if self.by_tenure or self.by_service:
            return "tenure"
        return "points" if self.by_points else None

    @property
    def safe_harbor(self) -> Literal["traditional", "automatic"] | None:
        """The kind of safe harbor that a preset claims; None for a formula of one's own."""
        return None if self.preset_name is None else presets("match")[self.preset_name].get("safe_harbor")

    @property
    def matches_above_six_percent(self) -> bool:
        """Whether deferrals above 6% of pay may be matched, beyond the bound of section 401(m)(11)(B)(i)."""
        tiers = [tier for _, band in self.bands for tier in band]
        return self.in_dollars or any(tier.upper > 600 and tier.rate_bp for tier in tiers)

    @cached_property
    def bands(self) -> MatchBands:
        """The formula in whole numbers: tiers by band."""
        if self.by_tenure:
            return tuple((band.start, _slices(band.tiers, bp)) for band in self.by_tenure)
        rates = self.by_service or self.by_points
        if rates:
            return tuple((band.start, (MatchTier(0, bp(band.max), bp(band.rate)),)) for band in rates)
        if self.dollar_tiers:
            return ((0, _slices(self.dollar_tiers, cents)),)
        return ((0, _slices(self.tiers or self._preset_tiers, bp)),)

    @property
    def formula(self) -> tuple[Any, ...]:
        """What makes the formula: its tiers by band, whether they are dollars, and what several bands go by."""
        return self.bands, self.in_dollars, self.graded_by if len(self.bands) > 1 else None

    @property
    def preset_name(self) -> str | None:
        """The preset in force; None where a formula is given."""
        return self.preset if self.given else "safe_harbor_basic"

    @property
    def _preset_tiers(self) -> tuple[Tier, ...]:
        tiers = [] if self.preset_name is None else presets("match")[self.preset_name]["tiers"]
        return tuple(Tier(**tier) for tier in tiers)

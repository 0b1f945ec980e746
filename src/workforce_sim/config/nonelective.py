"""The nonelective contribution: employer contributions that need no deferral."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from workforce_sim.config.plan_values import EmployerMoney, Points, PositiveDollars, banded
from workforce_sim.config.values import Age, Listed, Section, Share, Tenure, decimals, refuse
from workforce_sim.money import PPM, cents, half_up, ppm

TABLES = {
    "flat": "rate",
    "service": "by_service",
    "points": "by_points",
    "age": "by_age",
    "integrated": "integrated",
}
"""The key that each kind of a share of pay needs."""


class TenureShare(Section):
    """Nonelective contribution from a tenure on."""

    start: Tenure = Field(alias="from")
    """Completed years of tenure from which it holds."""
    rate: Share
    """Share of pay contributed."""


class AgeShare(Section):
    """Nonelective contribution from an age on."""

    start: Age = Field(alias="from")
    """Completed years of age from which it holds."""
    rate: Share
    """Share of pay contributed."""


class PointsShare(Section):
    """Nonelective contribution from a number of points on."""

    start: Points = Field(alias="from")
    """Points (age + tenure, completed years) from which it holds."""
    rate: Share
    """Share of pay contributed."""


class IntegrationLevel(Section):
    """The pay above which an integrated formula gives more."""

    level_share: Annotated[float, Field(gt=0, le=1), AfterValidator(decimals(6))] | None = None
    """Integration level as a share of the year's Social Security wage base; 1 when `level` is left out too."""
    level: PositiveDollars | None = None
    """Integration level, dollars a year; give this or `level_share`."""

    @model_validator(mode="after")
    def _one_level(self) -> Self:
        if self.level is not None and self.level_share is not None:
            raise ValueError("give level or level_share, not both")
        return self

    def level_cents(self, wage_base_cents: int) -> int:
        """Return the integration level of a year with this Social Security wage base; half up to the cent."""
        if self.level is not None:
            return cents(self.level)
        return half_up(ppm(self.level_share or 1.0) * wage_base_cents, PPM)

    @property
    def most_ppm(self) -> int:
        """The largest legal excess rate in whole millionths, of a level in dollars at any wage base."""
        return max_excess_ppm(100 * ppm(self.level_share or 1.0), 100 * PPM) if self.level is None else MAX_EXCESS_PPM


class Integrated(IntegrationLevel):
    """A share of all pay, and more of the pay above a level: permitted disparity, IRC 401(l)."""

    base_rate: Share
    """Share of all pay contributed."""
    excess_rate: Share
    """Additional share of pay above the integration level; at most `base_rate` and the legal maximum."""

    @model_validator(mode="after")
    def _permitted(self) -> Integrated:
        if self.excess_rate > self.base_rate:
            raise ValueError("excess_rate must not be above base_rate (IRC 401(l)(2)(A)(i))")
        most = self.most_ppm
        if self.excess_ppm > most:
            where = f"with a level of {self.level_share or 1.0:g} of the wage base " if self.level is None else ""
            raise ValueError(
                f"excess_rate must be at most {most / PPM:g} {where}(IRC 401(l)(2), 26 CFR 1.401(l)-2(d)(4))"
            )
        return self

    @property
    def base_ppm(self) -> int:
        """Share of all pay in whole millionths."""
        return ppm(self.base_rate)

    @property
    def excess_ppm(self) -> int:
        """Share beside it of pay above the level, in whole millionths."""
        return ppm(self.excess_rate)


class ShareOfPay(EmployerMoney):
    """The shares of pay that a contribution without deferrals may be; the kind says which."""

    rate: Share | None = None
    """`flat`: share of pay contributed."""
    by_service: Annotated[Listed[TenureShare] | None, AfterValidator(banded)] = None
    """`service`: shares of pay by tenure."""
    by_points: Annotated[Listed[PointsShare] | None, AfterValidator(banded)] = None
    """`points`: shares of pay by points, age + tenure."""
    by_age: Annotated[Listed[AgeShare] | None, AfterValidator(banded)] = None
    """`age`: shares of pay by age."""
    integrated: Integrated | None = None
    """`integrated`: a share of all pay, and more above a level."""

    @property
    def graded_by(self) -> Literal["tenure", "points", "age"] | None:
        """What picks the band; None where everybody has the same share."""
        if self.by_service:
            return "tenure"
        if self.by_points:
            return "points"
        return "age" if self.by_age else None

    @cached_property
    def bands(self) -> tuple[tuple[int, int], ...]:
        """Shares in whole millionths, each from a number of years or points on; not for ``integrated``."""
        table = self.by_service or self.by_points or self.by_age
        if table:
            return tuple((band.start, ppm(band.rate)) for band in table)
        return ((0, ppm(self.rate or 0.0)),)


class Nonelective(ShareOfPay):
    """Employer contributions that need no deferral; the kind determines the other keys."""

    kind: Literal["none", "flat", "service", "points", "age", "integrated"] = "none"
    """Kind of formula: what the share of pay depends on."""

    @model_validator(mode="after")
    def _table_of_its_kind(self) -> Nonelective:
        one_table(self, self.kind, TABLES)
        return self


def one_table(section: Section, kind: str, tables: Mapping[str, str], what: str = "kind") -> None:
    """Raise unless a section has the key that its kind needs, and none of other kinds."""
    needed = tables.get(kind)
    refuse(
        ((name,), f"goes with {what} {other}, not {kind}", getattr(section, name))
        for other, name in tables.items()
        if name != needed and getattr(section, name) is not None
    )
    if needed is not None and getattr(section, needed) is None:
        raise ValueError(f"{what} {kind} needs {needed}")


MAX_EXCESS_PPM = 57_000

LEAST_LEVEL_CENTS = 1_000_000
"""Levels up to 10,000 dollars allow the largest excess rate, 26 CFR 1.401(l)-2(d)(4)."""


def max_excess_ppm(level_cents: int, wage_base_cents: int) -> int:
    """Return the largest legal ``excess_rate`` in millionths, before the bound by ``base_rate``.

    5.7% at the wage base, and up to the greater of 20% of it and 10,000 dollars; 5.4% above 80% of it; 4.3%
    between (26 CFR 1.401(l)-2(d)(4)). The 10,000 dollars matter below a wage base of 50,000 dollars, as up to 1989.

    Args:
        level_cents: the integration level, cents.
        wage_base_cents: the Social Security wage base, cents.
    """
    if level_cents == wage_base_cents or 5 * level_cents <= max(wage_base_cents, 5 * LEAST_LEVEL_CENTS):
        return MAX_EXCESS_PPM
    return 54_000 if 5 * level_cents > 4 * wage_base_cents else 43_000

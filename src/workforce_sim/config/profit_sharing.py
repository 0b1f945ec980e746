"""Profit sharing: a second contribution that needs no deferral; a formula for each employee, or a pool they share."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from workforce_sim.config.nonelective import TABLES, IntegrationLevel, ShareOfPay, one_table
from workforce_sim.config.plan_values import Points, PositiveDollars, banded
from workforce_sim.config.values import (
    Age,
    ByYear,
    Dollars,
    Listed,
    Name,
    OneOrByYear,
    Section,
    Share,
    ShareByYear,
    Tenure,
    decimals,
)
from workforce_sim.money import cents, ppm

KINDS = TABLES | {"dollars": "dollars", "groups": "groups", "pool": "pool"}
"""The key that each kind needs."""

Weight = Annotated[float, Field(ge=0, le=10), AfterValidator(decimals(6))]
"""What a dollar of pay counts when a pool is shared, from 0 to 10; at most 6 decimals."""

WEIGHED = {"service": "by_service", "points": "by_points", "age": "by_age", "integrated": "integrated"}
"""The key that each allocation of a pool needs."""


_SHARED = {
    "pay": "by pay",
    "equal": "equally",
    "service": "by pay, weighted by service",
    "points": "by pay, weighted by points",
    "age": "by pay, weighted by age",
    "age_weighted": "by pay, weighted by the years to retirement",
    "integrated": "by pay, integrated with Social Security",
}
"""How each allocation of a pool shares it."""


class ExcessShare(IntegrationLevel):
    """More of the pay above a level, on top of graded shares of pay."""

    rate: Share
    """Additional share of pay above the integration level."""

    @property
    def rate_ppm(self) -> int:
        """The share in whole millionths."""
        return ppm(self.rate)


class AllocationGroup(Section):
    """An allocation group: employees of some levels, departments or owners, and what each of them gets."""

    levels: Listed[Name] | None = None
    """Levels of the group; null: all."""
    departments: Listed[Name] | None = None
    """Departments of the group; null: all."""
    owners: bool | None = None
    """True: only owners of more than 5%; false: only others; null: both."""
    rate: Share | None = None
    """Share of pay contributed; give this or `dollars`."""
    dollars: Dollars | None = None
    """Dollars a year for each employee of the group."""

    @model_validator(mode="after")
    def _one_amount(self) -> AllocationGroup:
        if (self.rate is None) == (self.dollars is None):
            raise ValueError("give rate or dollars, one of them")
        return self

    @property
    def rate_ppm(self) -> int:
        """Share of pay in whole millionths; 0 where the group gets dollars."""
        return ppm(self.rate or 0.0)

    @property
    def amount_cents(self) -> int:
        """Cents a year for each; 0 where the group gets a share of pay."""
        return cents(self.dollars or 0.0)


class TenureWeight(Section):
    """What a dollar of pay counts from a tenure on."""

    start: Tenure = Field(alias="from")
    """Completed years of tenure from which it holds."""
    weight: Weight
    """What a dollar of pay counts, at most 6 decimals."""


class AgeWeight(Section):
    """What a dollar of pay counts from an age on."""

    start: Age = Field(alias="from")
    """Completed years of age from which it holds."""
    weight: Weight
    """What a dollar of pay counts, at most 6 decimals."""


class PointsWeight(Section):
    """What a dollar of pay counts from a number of points on."""

    start: Points = Field(alias="from")
    """Points (age + tenure, completed years) from which it holds."""
    weight: Weight
    """What a dollar of pay counts, at most 6 decimals."""


class DollarsByYear(ByYear):
    """Dollars, or a table of them by year."""

    root: OneOrByYear[Dollars]

    def cents(self, year: int) -> int:
        """Return the amount in force in ``year`` in whole cents."""
        return cents(self.at(year))


class Pool(Section):
    """One amount for the year, which employees share."""

    dollars: DollarsByYear | None = None
    """Dollars a year; may be a table by year. Give this or `payroll_share`."""
    payroll_share: ShareByYear | None = None
    """Share of the year's payroll, of all employees; may be a table by year."""
    allocation: Literal["pay", "equal", "service", "points", "age", "age_weighted", "integrated"] = "pay"
    """How it is shared: by pay, equally, by pay weighted with a table or with age, or with more above a level."""
    by_service: Annotated[Listed[TenureWeight] | None, AfterValidator(banded)] = None
    """`service`: what a dollar of pay counts, by tenure."""
    by_points: Annotated[Listed[PointsWeight] | None, AfterValidator(banded)] = None
    """`points`: what a dollar of pay counts, by points, age + tenure."""
    by_age: Annotated[Listed[AgeWeight] | None, AfterValidator(banded)] = None
    """`age`: what a dollar of pay counts, by age."""
    interest: Annotated[float, Field(ge=0, le=0.2), AfterValidator(decimals(6))] = 0.085
    """`age_weighted`: yearly interest at which a dollar at normal retirement age is discounted."""
    integrated: IntegrationLevel | None = None
    """`integrated`: the level above which pay counts twice, as far as permitted disparity goes."""

    @model_validator(mode="after")
    def _of_its_allocation(self) -> Self:
        if (self.dollars is None) == (self.payroll_share is None):
            raise ValueError("give dollars or payroll_share, one of them")
        one_table(self, self.allocation, WEIGHED, "allocation")
        return self

    @property
    def shared(self) -> str:
        """How the pool is shared, in words."""
        return _SHARED[self.allocation]

    @property
    def graded_by(self) -> Literal["tenure", "points", "age"] | None:
        """What picks the weight; None where no table does."""
        graded: dict[str, Any] = {"service": "tenure", "points": "points", "age": "age", "age_weighted": "age"}
        return graded.get(self.allocation)

    @cached_property
    def weights(self) -> tuple[tuple[int, int], ...]:
        """Weights in whole millionths, each from a number of years or points on; 1 throughout without a table."""
        table = self.by_service or self.by_points or self.by_age or ()
        return tuple((band.start, ppm(band.weight)) for band in table) or ((0, 1_000_000),)


class ProfitSharing(ShareOfPay):
    """A second contribution that needs no deferral, beside `nonelective`; the kind determines the other keys."""

    kind: Literal["none", "flat", "service", "points", "age", "integrated", "dollars", "groups", "pool"] = "none"
    """Kind of formula: a share of pay, dollars, either of them by group, or a pool that employees share."""
    excess: ExcessShare | None = None
    """More of the pay above a level, on top of the shares of `service`, `points` or `age`."""
    dollars: PositiveDollars | None = None
    """`dollars`: dollars a year for each employee."""
    groups: Annotated[Listed[AllocationGroup] | None, Field(min_length=1)] = None
    """`groups`: allocation groups; everybody is in the first that fits, if any."""
    pool: Pool | None = None
    """`pool`: one amount for the year, and how it is shared."""

    @model_validator(mode="after")
    def _table_of_its_kind(self) -> ProfitSharing:
        one_table(self, self.kind, KINDS)
        if self.excess is not None and self.graded_by is None:
            raise ValueError(f"excess goes with kind service, points or age, not {self.kind}")
        return self

    @property
    def level(self) -> IntegrationLevel | None:
        """The integration level that the formula has; None where it has none."""
        return self.integrated or self.excess or (self.pool.integrated if self.pool else None)

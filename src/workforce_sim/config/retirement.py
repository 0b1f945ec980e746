"""Who may retire, and how that changes terminations."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from workforce_sim.config.values import Age, FactorBands, Listed, Section, Share, Tenure
from workforce_sim.money import ppm


class RetirementLine(Section):
    """An age and a service that together allow retirement."""

    age: Age
    """Completed years of age needed."""
    service: Tenure = 0
    """Completed years since hire needed."""


class RetirementRate(Section):
    """An annual rate from an age on."""

    start: Age = Field(alias="from")
    """Completed years of age from which the rate holds."""
    rate: Share
    """Annual rate of those who may retire, a fraction of one."""

    @property
    def ppm(self) -> int:
        """The rate in whole millionths."""
        return ppm(self.rate)


def _lines(lines: tuple[RetirementLine, ...]) -> tuple[RetirementLine, ...]:
    if not lines:
        raise ValueError("needs at least one line, such as {age: 55, service: 10}")
    return lines


def _rising(rates: tuple[RetirementRate, ...] | None) -> tuple[RetirementRate, ...] | None:
    if rates is None:
        return None
    if not rates or any(a.start >= b.start for a, b in pairwise(rates)):
        raise ValueError("rates must be listed in rising order of from, each once, at least one")
    return rates


class Retirement(Section):
    """Eligibility to retire by age and service; rates or factors of terminations once eligible."""

    eligible: Annotated[Listed[RetirementLine], AfterValidator(_lines)]
    """Ages and service that allow retirement; any line suffices."""
    rates: Annotated[Listed[RetirementRate] | None, AfterValidator(_rising)] = None
    """Annual rates of the eligible by age; give these or `factors`."""
    combine: Literal["replace", "add"] = "replace"
    """Rates `replace` the other termination rates of the eligible, or `add` to them and are the only way to retire."""
    factors: FactorBands | None = None
    """Relative termination risk of the eligible by age."""

    @model_validator(mode="after")
    def _one_kind(self) -> Retirement:
        if self.rates is not None and self.factors is not None:
            raise ValueError("give rates or factors, not both")
        return self

    @property
    def adds(self) -> bool:
        """Whether rates add to the other rates."""
        return self.rates is not None and self.combine == "add"

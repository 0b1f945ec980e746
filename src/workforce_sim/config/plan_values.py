"""Kinds of value that the sections of the plan share, and the presets of ``plan_presets.yaml``."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, Field

from workforce_sim.config.document import PARSER
from workforce_sim.config.other_pay import CountedPay
from workforce_sim.config.values import (
    ByYear,
    Listed,
    OneOrByYear,
    Section,
    Tenure,
    decimals,
    each_once,
    starts_at_zero,
)
from workforce_sim.money import scaled
from workforce_sim.tables import OPTIONAL_SOURCES, SOURCES

BpShare = Annotated[float, Field(ge=0, le=1), AfterValidator(decimals(4))]
"""A fraction of one in whole basis points: at most 4 decimals."""


class BpByYear(ByYear):
    """A fraction of one in whole basis points, or a table of them by year."""

    root: OneOrByYear[BpShare]

    def bp(self, year: int) -> int:
        """Return the value in force in ``year`` in whole basis points."""
        return bp(self.at(year))


PositiveBp = Annotated[float, Field(gt=0, le=1), AfterValidator(decimals(4))]
"""A fraction of one above 0, at most 4 decimals."""

PositiveDollars = Annotated[float, Field(gt=0, le=100_000_000), AfterValidator(decimals(2))]
"""An amount of dollars above 0, at most 2 decimals."""

Hours = Annotated[int, Field(ge=0, le=2080)]
WaitDays = Annotated[int, Field(ge=0, le=3650)]
WaitYears = Annotated[int, Field(ge=0, le=10)]
WaitMonths = Annotated[int, Field(ge=0, le=120)]
MinimumAge = Annotated[int, Field(ge=0, le=70)]
EntryDates = Literal["immediate", "monthly", "quarterly", "semiannual", "annual"]
HoursOfYear = Annotated[int, Field(ge=1, le=2080)]
"""Hours of a year of service; full-time is 2,080."""
Points = Annotated[int, Field(ge=0, le=220)]
"""Age + tenure, completed years."""

Waiver = Literal["death", "disability", "retirement"]
"""Causes of termination that a plan may waive conditions for."""


def sources_of(provisions: frozenset[str]) -> tuple[str, ...]:
    """Return the sources of employer contributions of runs with these provisions."""
    return tuple(source for source in SOURCES if source in provisions or source not in OPTIONAL_SOURCES)


def banded(bands: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    """Raise ``ValueError`` unless bands are left out, or listed in rising order from 0."""
    return None if bands is None else starts_at_zero(bands)


def bp(share: float) -> int:
    """Return a fraction in whole basis points; more than 4 decimals is a ``ValueError``."""
    return scaled(share, 4)


@cache
def presets(section: str) -> dict[str, Any]:
    """Return the presets of a section of the plan by name, as YAML has them."""
    text = files("workforce_sim.config").joinpath("plan_presets.yaml").read_text(encoding="utf-8")
    named: dict[str, Any] = yaml.load(text, Loader=PARSER)[section]
    return named


class OwnEntry(Section):
    """When some employees may join the plan, or get an employer contribution; what is left out is as for the plan."""

    waiting_period_days: WaitDays | None = None
    """Days from hire; ignored where years or months are given."""
    waiting_period_years: WaitYears | None = None
    """Whole years from hire, in place of days; with service by hours, years of service."""
    waiting_period_months: WaitMonths | None = None
    """Calendar months from hire, in place of days; beside years, added to them."""
    minimum_age: MinimumAge | None = None
    """Minimum age, completed years."""
    entry: EntryDates | None = None
    """Entry dates: every day, or the first day of a month, quarter, half-year or year."""


class SourceEligibility(OwnEntry):
    """When employees begin to get an employer contribution; what is left out is as for the plan."""


class EmployerMoney(Section):
    """What an employer contribution counts as pay, and who gets it."""

    compensation: Literal["plan_year", "eligible", "participating"] = "eligible"
    """Pay that counts: of the whole plan year, since eligibility, or while deferring."""
    pay: CountedPay = "all"
    """Which of it counts: `all`, `base` (salary alone), or `{excluding: [kinds of other pay]}`."""
    eligibility: SourceEligibility | None = None
    """Wait, age and entry dates of this contribution, where later than those of the plan; null: as for the plan."""
    minimum_service_years: Tenure = 0
    """Completed years of service needed on December 31 or at termination."""
    last_day: bool = False
    """Whether only those employed on December 31 get it."""
    minimum_hours: Hours = 0
    """Hours needed in the plan year; full-time is 2,080."""
    waived_for: Annotated[Listed[Waiver], AfterValidator(each_once)] = ()
    """Causes of termination that waive the last day and the hours: death, disability, retirement."""
    annual_limit: PositiveDollars | None = None
    """Most dollars a year for one employee; null: no limit of the plan's own."""

    @property
    def waives(self) -> bool:
        """Whether anything is asked that some cause of termination waives."""
        return bool(self.waived_for) and (self.last_day or self.minimum_hours > 0)

    @property
    def has_conditions(self) -> bool:
        """Whether anything is asked of those who get it."""
        return bool(self.minimum_service_years or self.last_day or self.minimum_hours)

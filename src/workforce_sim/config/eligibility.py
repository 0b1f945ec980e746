"""Eligibility: when an employee may join the plan, by which rule, and which classes may not."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from workforce_sim.config.plan_values import (
    EntryDates,
    HoursOfYear,
    MinimumAge,
    OwnEntry,
    WaitDays,
    WaitMonths,
    WaitYears,
)
from workforce_sim.config.values import Listed, Printed, Section, Share, refuse

BY_YEARS = (
    "service by hours counts years of service: set waiting_period_years to 1 or more, and leave waiting_period_months "
    "out"
)
PART_TIME_HOURS = 500
"""Hours of a period that count for long-term part-time employees, IRC 401(k)(2)(D)(ii)."""

Names = Annotated[Listed[Annotated[str, Field(min_length=1), Printed]], Field(min_length=1)]


class Service(Section):
    """What a year of service is for eligibility."""

    method: Literal["elapsed", "hours"] = "elapsed"
    """Whether the wait is time since hire, or years with enough hours."""
    hours: HoursOfYear = 1000
    """`hours`: hours of a year of service."""
    periods: Literal["anniversary", "plan_year"] = "anniversary"
    """`hours`: the periods after the first 12 months, from anniversaries of hire or plan years."""


class EntryRule(Section):
    """When somebody may join the plan: after which wait, from which age, on which dates."""

    waiting_period_days: WaitDays = 365
    """Days from hire to eligibility; ignored where years or months are given."""
    waiting_period_years: WaitYears | None = None
    """Whole years from hire to eligibility, in place of days; with service by hours, years of service."""
    waiting_period_months: WaitMonths | None = None
    """Calendar months from hire to eligibility, in place of days; beside years, added to them."""
    minimum_age: MinimumAge = 21
    """Minimum age, completed years."""
    entry: EntryDates = "immediate"
    """Entry dates: every day, or the first day of a month, quarter, half-year or year."""
    service: Service = Field(default_factory=Service)

    @model_validator(mode="after")
    def _years_of_hours(self) -> EntryRule:
        if self.service.method == "hours" and not self.by_hours:
            raise ValueError(BY_YEARS)
        return self

    @property
    def by_hours(self) -> bool:
        """Whether the wait is a number of years with enough hours."""
        in_years = bool(self.waiting_period_years) and self.waiting_period_months is None
        return self.service.method == "hours" and in_years

    @property
    def waiting_period(self) -> tuple[Literal["days", "months"], int]:
        """What the wait is counted in, and how many of it."""
        years, months = self.waiting_period_years, self.waiting_period_months
        if years is None and months is None:
            return "days", self.waiting_period_days
        return "months", 12 * (years or 0) + (months or 0)


class LongTermPartTime(Section):
    """Long-term part-time employees: without the hours of a year of service, but with 500 in several years."""

    enabled: bool = True
    """Whether they may defer, with service by hours."""
    employer_money: bool = False
    """Whether they get employer contributions."""
    tested: bool = False
    """Whether they count in ADP, ACP, coverage and nonelective rates."""


class Some(Section):
    """Some of the employees, by department and level."""

    department: Names | None = None
    """Departments; all when left out."""
    level: Names | None = None
    """Job levels; all when left out."""

    @property
    def named(self) -> bool:
        """Whether it names departments or levels."""
        return self.department is not None or self.level is not None


class ExcludedClass(Some):
    """A class of employees who are not in the plan."""

    reason: Literal["union", "nonresident_alien", "other"]
    """Why: union employees, nonresident aliens, or any other class."""

    @model_validator(mode="after")
    def _other_is_named(self) -> ExcludedClass:
        if self.reason == "other" and not self.named:
            raise ValueError("reason other needs a department or a level")
        return self


_WAIT = ("waiting_period_days", "waiting_period_years", "waiting_period_months", "service")


class ClassRule(OwnEntry, Some):
    """The rule of a class of employees; what it leaves out is that of the plan.

    A class with any key of the wait, or service, takes none of them from the plan.
    """

    union: bool | None = None
    """Union employees, or all others; both when left out."""
    service: Service | None = None

    @model_validator(mode="after")
    def _of_somebody(self) -> ClassRule:
        if not self.named and self.union is None:
            raise ValueError("a rule of a class needs department, level or union")
        return self

    def whole_within(self, plan: EntryRule) -> bool:
        """Return whether its wait can be counted, with what is left out taken from that of the plan."""
        try:
            self.within(plan)
        except ValueError:
            return False
        return True

    def within(self, plan: EntryRule) -> EntryRule:
        """Return the whole rule, with what is left out taken from that of the plan."""
        own = {name: getattr(self, name) for name in EntryRule.model_fields if getattr(self, name) is not None}
        base: dict[str, Any] = {name: getattr(plan, name) for name in EntryRule.model_fields}
        if own.keys() & set(_WAIT):
            base = {name: value for name, value in base.items() if name not in _WAIT} | {"waiting_period_days": 0}
        return EntryRule(**{**base, **own})


class Eligibility(EntryRule):
    """When an employee may join the plan."""

    long_term_part_time: LongTermPartTime = Field(default_factory=LongTermPartTime)
    excluded_classes: Listed[ExcludedClass] = ()
    """Classes of employees who never become eligible, each with its reason."""
    classes: Listed[ClassRule] = ()
    """Rules of classes of employees; the first that applies to an employee counts."""
    excluded_share: Share = 0.0
    """Share of hires, and of employees in the census who do not participate, who never become eligible."""
    excluded_scope: Literal["all", "hires"] = "all"
    """Who the share applies to: `all`, or only `hires` and nobody in the census."""

    @model_validator(mode="after")
    def _rules_are_whole(self) -> Eligibility:
        refuse((("classes", at), BY_YEARS, None) for at, one in enumerate(self.classes) if not one.whole_within(self))
        return self

    @property
    def rules(self) -> tuple[EntryRule, ...]:
        """The rule of each class in ``classes``, whole; then that of everybody else."""
        own = EntryRule(**{name: getattr(self, name) for name in EntryRule.model_fields})
        return (*(one.within(self) for one in self.classes), own)

    @property
    def names_classes(self) -> bool:
        """Whether anything depends on the class of an employee."""
        return bool(self.excluded_classes or self.classes)

    @property
    def counts_hours(self) -> bool:
        """Whether the wait of anybody is years with enough hours."""
        return any(rule.by_hours for rule in self.rules)

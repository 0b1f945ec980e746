"""The reference model's records: an employee, and a year of one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from workforce_sim.money import half_up
from workforce_sim.reference.chance import DAY, completed_years

NEVER = dt.date.max
"""A date that never comes."""
DRAWN_ONCE = 0
"""The year of a draw that is made once per person."""


class Leave(NamedTuple):
    """Days of unpaid leave, both ends included; the last may be after employment."""

    first: dt.date
    last: dt.date


FULL_TIME_HOURS = 2080


@dataclass(slots=True)
class Employee:
    """One employee; what changes in a year, from ``level`` on, is as it was in force at the last year end."""

    employee_id: str
    key: int
    person: int
    """The number that stands for the employee in this replicate."""
    birth_date: dt.date
    hire_date: dt.date
    department: str | None
    full_time_ppm: int
    level: int
    """Position in the list of levels."""
    salary_cents: int
    participates: bool = False
    """A participant of the census: in it with a deferral rate above 0, or drawn where it has no rates."""
    flagged_excluded: bool = False
    """In the census with the flag."""
    opted_out: bool | None = None
    """As the census has it; None where it does not say, as of hires."""
    said_union: bool | None = None
    """As the census has it, likewise."""
    said_nonresident: bool | None = None
    union: bool = False
    nonresident: bool = False
    class_level: str = ""
    """Level at the opening or at hire, which decides on classes."""
    excluded_class: str = "none"
    """Reason of the class that excludes the employee."""
    long_term_part_time: bool = False
    """Enters the plan as a long-term part-time employee, now or later."""
    asked: bool = False
    """Was a participant or opted out, or counts as that: nobody asks again."""
    owner_share_ppm: int = 0
    eligibility_date: dt.date | None = None
    """When the employee may join the plan, reached or not; NEVER without the hours, None for the excluded."""
    automatic_date: dt.date | None = None
    """When automatic enrollment comes; None for whom it does not, or no more."""
    deferral_bp: int = 0
    enrollment_date: dt.date | None = None
    """Of the latest enrollment row; None without one, as of participants of the census."""
    enrollment_year: int = 0
    """Calendar year of the latest enrollment, of participants of the census the one before the start year;
    0 for who never deferred."""
    automatic: bool = False
    """The latest enrollment was automatic, with no change of one's own and no stop since."""
    prior_pay_cents: int | None = None
    """Pay of the year before; None for the year's hires."""
    top_paid: bool = False
    """In the top-paid group of the year before."""
    match_balance_cents: int = 0
    nonelective_balance_cents: int = 0
    profit_sharing_balance_cents: int = 0
    discretionary_match_balance_cents: int = 0
    service_from: dt.date | None = None
    """Where service counts from; None before a return: from the hire date."""
    plan_service_from: dt.date | None = None
    """The same in the plan."""
    kept_vesting_years: int = 0
    """Years of vesting service at the termination before a return; years by hours are added to them."""
    leave: Leave | None = None
    """The latest leave of this employment."""
    leaves_on: dt.date | None = None
    """The known last day, where known exits are honored."""
    joins_on: dt.date | None = None
    """The first day with this employer, of those who join by an acquisition."""
    season_end: dt.date | None = None
    """The last day of a seasonal employee."""
    hired_as: str | None = None
    """Cause of the row of the hire: known, seasonal or acquisition; None of all others."""

    @property
    def service_date(self) -> dt.date:
        """Where tenure counts from."""
        return self.service_from or self.hire_date

    @property
    def plan_service_date(self) -> dt.date:
        """Where service counts from in the plan."""
        return self.plan_service_from or self.hire_date

    @property
    def has_been_asked(self) -> bool:
        """Whether automatic enrollment has nothing to ask any more, by the census or since."""
        return self.asked or bool(self.opted_out)

    @property
    def first_day(self) -> dt.date:
        """The first day with this employer, where service counts from an earlier one too."""
        return self.hire_date if self.joins_on is None else self.joins_on


class Raise(NamedTuple):
    """A raise decided for one employee; whether it changes the salary shows when salaries are walked."""

    kind: str
    """promotion, cola, range_lift or merit."""
    day: dt.date
    value: int
    """Increase in ppm; for merit the position of the rating, whose increase follows from the pool;
    nothing for a lift to the minimum of the range."""


class Event(NamedTuple):
    """One row of the ledger."""

    kind: str
    day: dt.date
    cause: str | None = None
    salary_before: int | None = None
    salary_after: int | None = None
    level_before: int | None = None
    level_after: int | None = None
    deferral_before: int | None = None
    deferral_after: int | None = None
    amount: int | None = None


class From(NamedTuple):
    """A salary in cents, or a deferral rate in bp, that holds from a day on, until the next."""

    day: dt.date
    value: int


class WithSalary(NamedTuple):
    """Other pay that somebody earns evenly with salary, as a share of it."""

    kind: str
    salary_share_ppm: int


class Payment(NamedTuple):
    """Other pay of one day."""

    kind: str
    day: dt.date
    amount: int


@dataclass(slots=True)
class Money:
    """What the plan did for one employee in one plan year, whole cents; 0 for who is not in it."""

    plan_compensation: int = 0
    """Of the match."""
    nonelective_compensation: int = 0
    testing_compensation: int = 0
    catch_up_room: int = 0
    """Catch-up that may still be made."""
    pre_tax: int = 0
    roth: int = 0
    catch_up: int = 0
    match: int = 0
    nonelective: int = 0
    """Without reallocated forfeitures until section 415 is through, then with them."""
    discretionary_match: int = 0
    profit_sharing: int = 0
    reallocated: int = 0
    excess_415: int = 0
    match_balance: int = 0
    nonelective_balance: int = 0
    discretionary_match_balance: int = 0
    profit_sharing_balance: int = 0
    match_vested_bp: int = 0
    nonelective_vested_bp: int = 0
    discretionary_match_vested_bp: int = 0
    profit_sharing_vested_bp: int = 0
    vesting_years: int = 0
    forfeited: int = 0
    restored: int = 0
    """Forfeited at an earlier termination, given back on return."""
    repaid: int = 0
    """Paid out at an earlier termination, repaid on return."""
    brought: dict[str, int] = field(default_factory=dict)
    """Restored and repaid together, by source."""
    hce: bool = False


@dataclass(slots=True)
class PersonYear:
    """One employee in one plan year: ages, the days employed, and what is decided for the year."""

    employee: Employee
    first_day: dt.date
    last_day: dt.date
    age: int
    tenure: int
    opening_salary_cents: int | None
    """Salary at the opening; None for a hire of the year."""
    cause: str | None = None
    """Cause of leaving on ``last_day``; None for those who stay."""
    raises: list[Raise] = field(default_factory=list)
    """In date order; on one day promotion, cost of living, lift, merit."""
    events: list[Event] = field(default_factory=list)
    salaries: list[From] = field(default_factory=list)
    """In date order, from the first day on; the last of a day is that day's."""
    lump_sums: list[From] = field(default_factory=list)
    """What raises beyond the maximum of the range pay once, in date order."""
    levels: list[From] = field(default_factory=list)
    """Positions in the list of levels, likewise."""
    rates: list[From] = field(default_factory=list)
    """Deferral rates, likewise."""
    with_salary: list[WithSalary] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    """Dated other pay, in the order of its entries."""
    earnings_cents: int = 0
    compa_ratio_ppm: int | None = None
    range_penetration_ppm: int | None = None
    retirement_eligible: bool = False
    returned: bool = False
    """A hire of the year who was employed before."""
    leave: Leave | None = None
    """Of this year, begun in it or in the year before."""
    money: Money = field(default_factory=Money)
    columns: dict[str, int | bool | dt.date | None] = field(default_factory=dict)
    """Columns of the snapshot that a chapter finds and no other chapter needs, by name."""

    @property
    def is_hire(self) -> bool:
        """Whether hired in this year."""
        return self.opening_salary_cents is None

    @property
    def status(self) -> str:
        """Status in the snapshot."""
        if self.cause is not None:
            return "new_hire_terminated" if self.is_hire else "terminated"
        return "new_hire" if self.is_hire else "continuing"

    @property
    def eligibility_date(self) -> dt.date | None:
        """The eligibility date if reached on the last day; None for the excluded and for those not there yet."""
        date = self.employee.eligibility_date
        return date if date is not None and date <= self.last_day else None

    @property
    def lump_sum_cents(self) -> int:
        """Lump sums of the year."""
        return sum(amount for _, amount in self.lump_sums)

    def age_on(self, day: dt.date) -> int:
        """Return the completed years of age on a day."""
        return completed_years(self.employee.birth_date, day)

    @property
    def is_long_term_part_time(self) -> bool:
        """Whether in the plan as a long-term part-time employee by the last day."""
        return self.employee.long_term_part_time and self.eligibility_date is not None

    def has_tenure(self, minimum: int, on: dt.date) -> bool:
        """Return whether employed on a day, with that many completed years by then."""
        return self.first_day <= on <= self.last_day and completed_years(self.employee.service_date, on) >= minimum

    def salary_on(self, day: dt.date) -> int:
        """Return the annual salary of a day employed, after that day's raises."""
        return next(salary for start, salary in reversed(self.salaries) if start <= day)

    def level_on(self, day: dt.date) -> int:
        """Return the level of a day employed, after that day's promotion."""
        return next(level for start, level in reversed(self.levels) if start <= day)

    def day_cents(self, through: dt.date) -> int:
        """Return A(d): the sum over the days paid through a day of that day's salary; 0 before the first."""
        total = 0
        for start, salary in reversed(self.salaries):
            if start <= through:
                total += salary * ((through - start).days + 1 - self._days_away(start, through))
                through = start - DAY
        return total

    def earned(self, through: dt.date, days: int) -> int:
        """Return E(d) of a year of so many days: salary earned through a day, half up, and lump sums until then."""
        paid_once = sum(amount for day, amount in self.lump_sums if day <= through)
        return half_up(self.day_cents(through), days) + paid_once

    def _days_away(self, first: dt.date, last: dt.date) -> int:
        """Return how many days of a span are days of leave."""
        if self.leave is None:
            return 0
        return max(0, (min(last, self.leave.last) - max(first, self.leave.first)).days + 1)

    @property
    def leave_days(self) -> int:
        """Days of leave in the year and in employment."""
        return self._days_away(self.first_day, self.last_day)

    @property
    def on_leave(self) -> bool:
        """Whether on leave at the closing."""
        return self.cause is None and self._days_away(self.last_day, self.last_day) > 0

    @property
    def service_date(self) -> dt.date:
        """Where tenure counts from."""
        return self.employee.service_date


class PaidOut(NamedTuple):
    """One balance at termination: all of it, and the vested part that was paid."""

    balance: int
    vested: int


@dataclass(frozen=True)
class Former:
    """A former employee who is to return."""

    employee: Employee
    """As at termination."""
    last_day: dt.date
    return_date: dt.date
    paid_out: Mapping[str, PaidOut]
    """By source."""
    vesting_years: int
    """Years of vesting service at termination, as the plan counted then."""

    @property
    def breaks(self) -> int:
        """One-year breaks in service: completed years from the last day to the return date."""
        return completed_years(self.last_day, self.return_date)


def person_year(employee: Employee, first: dt.date, last: dt.date) -> PersonYear:
    """Return an employee's year; age and tenure are those on ``first``, or on the first day of a hire."""
    is_hire = employee.first_day >= first
    start = employee.first_day if is_hire else first
    return PersonYear(
        employee=employee,
        first_day=start,
        last_day=last,
        age=completed_years(employee.birth_date, start),
        tenure=completed_years(employee.service_date, start),
        opening_salary_cents=None if is_hire else employee.salary_cents,
    )

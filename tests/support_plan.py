"""An employee's year in the plan, read from ledger and snapshots day by day: what the tables are checked against."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from tests.support import Scenario, table
from tests.support_walk import completed_years
from workforce_sim import Limits, Result, limits, simulate
from workforce_sim.config import Config
from workforce_sim.config.match import Match, MatchTier
from workforce_sim.config.plan import Plan
from workforce_sim.config.plan_values import EmployerMoney
from workforce_sim.dates import PlanYear as CalendarYear
from workforce_sim.plan.short_year import plan_of_months
from workforce_sim.tables import EMPLOYER_MONEY

DAY = dt.timedelta(days=1)
BP = 10_000
RATES = ("enrollment", "opt_out", "rate_change", "escalation", "stop")
LEAVE = ("leave_start", "leave_return")
OF_THE_PLAN = ("eligibility", *RATES, "forfeiture")
"""Types of ledger rows that only a plan has; the first ones are about deferral rates."""


def half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


class Day(NamedTuple):
    """One day of employment: what it pays in cents, at which deferral rate, and whether in the plan."""

    pay: int
    rate: int
    in_plan: bool


@dataclass(frozen=True)
class PlanYear:
    """One employee's plan year.

    Attributes:
        now: the snapshot.
        before: the snapshot of the year before, in the first year the opening; None for the year's hires.
        rate: deferral rate at the opening.
        rows: ledger rows, in written order.
        limit: statutory limits of the year.
        full_time: hours as a share of full-time, in millionths.
        opening: first day of the run.
    """

    year: int
    now: dict[str, Any]
    before: dict[str, Any] | None
    rate: int
    rows: list[dict[str, Any]]
    limit: Limits
    full_time: int
    opening: dt.date

    @property
    def opens(self) -> dt.date:
        """First day of the plan year."""
        return self.opening if self.opening.year == self.year else dt.date(self.year, 1, 1)

    @property
    def months(self) -> int:
        return 13 - self.opens.month

    @property
    def kinds(self) -> list[str]:
        return [row["event_type"] for row in self.rows]

    @property
    def length(self) -> int:
        """Days of the calendar year."""
        return (dt.date(self.year + 1, 1, 1) - dt.date(self.year, 1, 1)).days

    @property
    def first(self) -> dt.date:
        return max(self.opens, self.now["hire_date"])

    @property
    def last(self) -> dt.date:
        return self.now["termination_date"] or dt.date(self.year, 12, 31)

    @property
    def deferral(self) -> int:
        return self.now["pre_tax_cents"] + self.now["roth_cents"]

    @property
    def additions(self) -> int:
        """What counts against section 415."""
        return self.deferral - self.now["catch_up_cents"] + sum(self.now[name] or 0 for name in EMPLOYER_MONEY)

    @property
    def prior_pay(self) -> int:
        """Pay of the year before; 0 for the year's hires, whom no rule asks for it."""
        if self.before is None:
            return 0
        if "earnings_cents" in self.before:
            return int(self.before["earnings_cents"]) + self._before_the_opening(self.before)
        if self.before["prior_year_pay_cents"] is not None:
            return int(self.before["prior_year_pay_cents"])
        begun = self.opens.replace(year=self.year - 1)
        days = (self.opens - max(begun, self.now["hire_date"])).days
        return half_up(self.before["salary_cents"] * days, (self.opens - begun).days)

    def _before_the_opening(self, before: dict[str, Any]) -> int:
        """Return pay from January 1 to the opening of a short year before, by the opening salary."""
        if self.opening.year != self.year - 1 or before["opening_salary_cents"] is None:
            return 0
        january = dt.date(self.opening.year, 1, 1)
        days = (self.opening - max(january, before["hire_date"])).days
        return half_up(before["opening_salary_cents"] * days, (dt.date(self.year, 1, 1) - january).days)

    @property
    def only_roth(self) -> bool:
        """Whether catch-up must be Roth, from 2026 on whatever is overridden before."""
        threshold = self.limit.roth_catch_up_wages_cents
        return self.year >= 2026 and threshold is not None and self.prior_pay > threshold

    @cached_property
    def days(self) -> list[Day]:
        """The days of employment, each with the change of pay to date, so that they add up to the year."""
        salary, rate = self.now["opening_salary_cents"], self.rate
        entry = self.now["eligibility_date"] or dt.date.max
        away = bool(self.before and self.before.get("on_leave"))
        salaries = {row["effective_date"]: row["salary_after_cents"] for row in self.rows if row["salary_after_cents"]}
        rates = {row["effective_date"]: row["deferral_after_bp"] for row in self.rows if row["event_type"] in RATES}
        moves = [row for row in self.rows if row["event_type"] in LEAVE]
        leaves = {row["effective_date"]: row["event_type"] == "leave_start" for row in moves}
        found, total, to_date = [], 0, 0
        for n in range((self.last - self.first).days + 1):
            day = self.first + n * DAY
            salary, rate = salaries.get(day, salary), rates.get(day, rate)
            away = leaves.get(day, away)
            total += 0 if away else salary
            earned = half_up(total, self.length)
            found.append(Day(earned - to_date, rate, day >= entry))
            to_date = earned
        return found

    def counted(self, kind: str) -> list[Day]:
        """Return the days that plan compensation counts."""
        if self.now["eligibility_date"] is None:
            return []
        if kind == "plan_year":
            return self.days
        return [day for day in self.days if day.in_plan and (day.rate or kind == "eligible")]

    def compensation(self, kind: str, most: int) -> int:
        return min(most, sum(day.pay for day in self.counted(kind)))

    def meets(self, money: EmployerMoney) -> bool:
        """Whether the conditions of service, last day and hours are met."""
        worked = len(self.days) - (self.now["leave_days"] or 0)
        hours = self.full_time * 2080 * worked // (1_000_000 * self.length)
        since = self.now["plan_service_date"] or self.now["hire_date"]
        served = completed_years(since, self.last) >= money.minimum_service_years
        there = not money.last_day or self.last == dt.date(self.year, 12, 31)
        causes = {row["cause"] for row in self.rows if row["event_type"] == "termination"}
        enough = 12 * hours >= self.months * money.minimum_hours
        return served and (bool(causes & {*money.waived_for}) or (there and enough))

    def plan(self, config: Config) -> Plan:
        """Return the plan in force, with fixed dollars of the plan year."""
        return plan_of_months(config.plan, CalendarYear(self.year, self.opens.month))


def plan_years(result: Result) -> Iterator[PlanYear]:
    """Yield everybody's plan years, year by year; a rate at the opening is the last one in the ledger."""
    assert result.opening is not None
    before = {row["employee_id"]: row for row in result.opening.iter_rows(named=True)}
    full_time = {who: row["full_time_ppm"] for who, row in before.items()}
    rates = {who: row["deferral_bp"] for who, row in before.items()}
    by_year = table(result.tables, "events").partition_by("year", as_dict=True)
    for (year,), snapshots in table(result.tables, "snapshots").partition_by("year", as_dict=True).items():
        rows: dict[str, list[dict[str, Any]]] = {}
        for row in by_year[(year,)].iter_rows(named=True) if (year,) in by_year else ():
            rows.setdefault(row["employee_id"], []).append(row)
        opening = result.config.simulation.opening
        limit = limits_of(result, year).of_months(13 - opening.month if opening.year == year else 12)
        for now in snapshots.iter_rows(named=True):
            who = now["employee_id"]
            hours = full_time.get(who, 1_000_000)
            if any(row["event_type"] == "rehire" for row in rows.get(who, [])):
                rates[who] = 0
            last_year = before.get(who)
            if last_year is not None and last_year.get("year", year - 1) < year - 1:
                last_year = None  # they were away for more than a year
            yield PlanYear(year, now, last_year, rates.get(who, 0), rows.get(who, []), limit, hours, opening)
            before[who] = now
            rates.update((who, row["deferral_after_bp"]) for row in rows.get(who, []) if row["event_type"] in RATES)


def run(scenario: Scenario) -> Result:
    """Run the fast engine on its own census, with the opening beside the tables."""
    return simulate(scenario.config, census=scenario.census)


def limits_of(result: Result, year: int) -> Limits:
    section = result.config.plan.limits
    return limits(year, inflation=section.inflation, wage_growth=section.wage_growth, overrides=section.overrides)


def tiers_of(match: Match, now: dict[str, Any]) -> tuple[MatchTier, ...]:
    """Return the tiers of the band that somebody is in."""
    places = {None: 0, "tenure": now["tenure_years"], "points": now["tenure_years"] + now["age"]}
    return [tiers for start, tiers in match.bands if start <= places[match.graded_by]][-1]

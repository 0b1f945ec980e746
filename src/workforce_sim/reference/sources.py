"""The reference model, sources of employer contributions: who is in each from when, its pay and its limit."""

from __future__ import annotations

import datetime as dt

from workforce_sim.config.eligibility import Eligibility
from workforce_sim.config.plan_values import EmployerMoney, SourceEligibility
from workforce_sim.money import cents
from workforce_sim.reference.contributions import InPlan, Span
from workforce_sim.reference.eligibility import end_of_wait, first_entry, years_of_service
from workforce_sim.reference.opening_date import in_months
from workforce_sim.reference.other_pay import kinds_counted
from workforce_sim.reference.service import birthday, day_after

WAITS = ("waiting_period_days", "waiting_period_years", "waiting_period_months")


class InSource:
    """Somebody's span in a source of a year, and the pay that the source counts.

    Attributes:
        source: its keys.
        in_plan: the span in the plan.
        start: the first day of the span in the source.
        kinds: kinds of other pay that count.
        compensation: plan compensation, in cents.
    """

    def __init__(self, source: EmployerMoney, in_plan: InPlan, start: dt.date) -> None:
        self.source = source
        self.in_plan = in_plan
        self.start = start
        self.kinds = kinds_counted(source.pay)
        self.compensation = min(self._pay(), in_plan.plan.limits.compensation_cents)

    @property
    def spans(self) -> list[Span]:
        """The days of one rate in the source; those beside one another at the same rate after the limit are one."""
        found: list[Span] = []
        for span in self.in_plan.spans_from(self.start):
            if found and (found[-1].rate_bp, found[-1].elected_bp > 0) == (span.rate_bp, span.elected_bp > 0):
                found[-1] = found[-1]._replace(last=span.last)
            else:
                found.append(span)
        return found

    def counts(self, elected_bp: int) -> bool:
        """Return whether pay of days in the source counts, by the rate elected for them."""
        return elected_bp > 0 or self.source.compensation != "participating"

    def _pay(self) -> int:
        plan, person = self.in_plan.plan, self.in_plan.person
        if self.source.compensation == "plan_year":
            return plan.pay(person, person.last_day, self.kinds)
        counted = (span for span in self.spans if self.counts(span.elected_bp))
        return sum(plan.pay_between(person, span.first, span.last, self.kinds) for span in counted)


def in_source(source: EmployerMoney, in_plan: InPlan) -> InSource | None:
    """Return somebody's span in a source of the year; None for who is not in it."""
    start = max(in_plan.start, _entry(source, in_plan))
    return InSource(source, in_plan, start) if start <= in_plan.person.last_day else None


def _entry(source: EmployerMoney, in_plan: InPlan) -> dt.date:
    """Return when somebody in the plan enters a source by its own wait, age and entry dates, if it has any."""
    if source.eligibility is None:
        return in_plan.start
    rule = _rule(source.eligibility, in_plan.plan.year.config.eligibility)
    employee = in_plan.person.employee
    since, of_age = employee.plan_service_date, birthday(employee.birth_date, rule.minimum_age)
    years = years_of_service(rule)
    waited = end_of_wait(since, rule) if years is None else day_after(since, years, rule.service.periods)
    return first_entry(max(waited, of_age), rule.entry)


def _rule(own: SourceEligibility, of_plan: Eligibility) -> Eligibility:
    """Return the rule of a source: what is null in its own is as for the plan, the wait where all of it is null."""
    changed = {name: getattr(own, name) for name in ("minimum_age", "entry") if getattr(own, name) is not None}
    wait = {name: getattr(own, name) for name in WAITS}
    if any(value is not None for value in wait.values()):
        changed |= wait | {"waiting_period_days": own.waiting_period_days or 0}
    return of_plan.model_copy(update=changed)


def at_most(amount: int, source: EmployerMoney, months: int) -> int:
    """Return an amount as far as the limit of its source goes, that of so many months."""
    return amount if source.annual_limit is None else min(amount, in_months(cents(source.annual_limit), months))

"""Sources of employer contributions: when employees enter each, and the most that it gives.

Chapter: ``docs/model/sources.md``. Dates are days since 1970-01-01, amounts cents.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from workforce_sim.config.eligibility import Eligibility, Service
from workforce_sim.config.plan_values import EmployerMoney
from workforce_sim.dates import NEVER, Days, Flags
from workforce_sim.money import cents
from workforce_sim.plan.amounts import smaller
from workforce_sim.plan.entry import entry_dates

WAIT = ("waiting_period_days", "waiting_period_years", "waiting_period_months")


def eligibility_of(money: EmployerMoney, plan: Eligibility) -> Eligibility:
    """Return the wait, age and entry dates of a source: its own, as for the plan where it does not say.

    Years are years of service by hours where the plan counts hours; any other wait is time since hire.
    """
    if money.eligibility is None:
        return plan
    said = {name: value for name, value in money.eligibility.model_dump().items() if value is not None}
    if said.keys() & set(WAIT):
        said = {"waiting_period_years": None, "waiting_period_months": None, **said}
    rule = plan.model_copy(update=said)
    return rule if rule.by_hours else rule.model_copy(update={"service": Service()})


def entries(eligible: Days, hire: Days, birth: Days, money: EmployerMoney, plan: Eligibility) -> Days:
    """Return when employees enter a source: never before they are eligible; never for the excluded.

    Args:
        eligible: eligibility dates.
        hire: first days of employment.
        birth: dates of birth.
        money: the source.
        plan: eligibility for the plan.
    """
    if money.eligibility is None:
        return eligible
    own = np.maximum(eligible, entry_dates(hire, birth, eligibility_of(money, plan)))
    return np.where(eligible == NEVER, np.int32(NEVER), own)


def limited(amount: Any, money: EmployerMoney) -> Any:
    """Return an amount within the limit of a source for one employee and year."""
    return amount if money.annual_limit is None else smaller(amount, cents(money.annual_limit))


def may_enter(hire: Days, birth: Days, last_day: Days, money: EmployerMoney, plan: Eligibility) -> Flags:
    """Return who is past the wait and the age of a source, on an entry date, by the last day of employment."""
    return np.asarray(entry_dates(hire, birth, eligibility_of(money, plan)) <= last_day, dtype=np.bool_)


def years_asked(money: EmployerMoney, plan: Eligibility) -> int:
    """Return the years of service that a source asks for by its own wait or condition, a part of a year as a whole."""
    if money.eligibility is None:
        return money.minimum_service_years
    unit, number = eligibility_of(money, plan).waiting_period
    return max(money.minimum_service_years, -(-number // (12 if unit == "months" else 365)))

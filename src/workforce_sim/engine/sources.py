"""What the sources of employer contributions give before the limit on annual additions.

Chapters: ``docs/model/contributions.md``, ``docs/model/sources.md``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from workforce_sim.config.match import Match
from workforce_sim.config.plan_values import EmployerMoney
from workforce_sim.dates import Flags, Ints
from workforce_sim.engine.columns import Columns, Rows
from workforce_sim.engine.context import Year
from workforce_sim.engine.payrolls import Payrolls
from workforce_sim.engine.plan_pay import PlanPay, Since
from workforce_sim.money import half_up
from workforce_sim.plan.conditions import band_place, who_meets
from workforce_sim.plan.match import BP, formula_match, formula_payroll_match, formula_uneven_match
from workforce_sim.plan.sources import entries, limited
from workforce_sim.tables import EVENT_CAUSES


def since_of(counted: PlanPay, money: EmployerMoney) -> Since | None:
    """Return the part of the year that a source counts; None where it has no eligibility of its own."""
    if money.eligibility is None:
        return None
    staff, section = counted.staff, counted.year.config.eligibility
    return counted.since(entries(staff["eligibility_date"], staff.served_since, staff["birth_date"], money, section))


def compensation_of(counted: PlanPay, money: EmployerMoney) -> Ints:
    """Return plan compensation of a source; 0 of those who are not in it."""
    since = since_of(counted, money)
    if since is None:
        return counted.compensation(money.compensation, money.pay)
    return counted.compensation_since(money.compensation, money.pay, since)


def matched(counted: PlanPay, formula: Match, deferred: Ints, most: Ints) -> Ints:
    """Return the match of the year's staff by a formula.

    Args:
        counted: pay of the year.
        formula: as configured.
        deferred: deferrals of those who defer, within their limits.
        most: the most that each of them may defer.
    """
    rows, since = counted.rows, since_of(counted, formula)
    if since is not None:
        before = np.minimum(half_up(counted.rate_times_pay_before(since), BP), most)
        deferred, most = deferred - before, most - before
    place = place_of(formula.graded_by, rows, counted)
    if formula.basis == "annual":
        amount = formula_match(formula, deferred, compensation_of(counted, formula)[rows], place)
    else:
        amount = _by_payroll(counted, formula, since, most, place)
    there = meets(formula, rows, counted) & (True if since is None else since.within[rows])
    return counted.scattered(rows, np.where(there, limited(amount, formula), 0))


def _by_payroll(counted: PlanPay, formula: Match, since: Since | None, most: Ints, place: Ints) -> Ints:
    amount = np.zeros(len(counted.rows), dtype=np.int64)
    if not formula.in_dollars and counted.pay_of(formula.pay) is not counted.pay:
        limit = np.full(len(amount), counted.year.limits.compensation_cents, dtype=np.int64)
        payrolls = Payrolls(counted, formula.pay, since).of(formula.compensation)
        return formula_uneven_match(formula, payrolls, most, limit, place)
    for part, spans in counted.segments(formula.compensation, since):
        limit = np.full(len(part), counted.year.limits.compensation_cents, dtype=np.int64)
        amount[part] = formula_payroll_match(formula, spans, most[part], limit, place[part])
    return amount


def without_deferrals(counted: PlanPay, money: EmployerMoney, amount: Callable[[Ints], Ints]) -> Ints:
    """Return a contribution of the year's staff that needs no deferrals; 0 of those who do not meet its conditions.

    Args:
        counted: pay of the year.
        money: the source.
        amount: what it gives for plan compensation.
    """
    given = amount(compensation_of(counted, money))
    return np.where(meets(money, np.arange(len(given)), counted), limited(given, money), 0)


def pay_of_those_who_get(counted: PlanPay, money: EmployerMoney) -> Ints:
    """Return plan compensation of those who meet the conditions of a source; 0 of others."""
    pay = compensation_of(counted, money)
    return np.where(meets(money, np.arange(len(pay)), counted), pay, 0)


def place_of(graded_by: str | None, rows: Rows, counted: PlanPay) -> Ints:
    """Return the value that selects the band of a formula."""
    if graded_by is None:
        return np.zeros(len(rows), dtype=np.int64)
    return np.asarray(band_place(graded_by, counted.staff["tenure"][rows], counted.staff["age"][rows]))


def meets(money: EmployerMoney, rows: Rows, counted: PlanPay) -> Flags:
    """Return who of some rows meets the conditions for employer contributions, and is not left out of them."""
    left_out = without_employer_money(counted.staff, counted.year)
    entitled = np.ones(len(rows), dtype=np.bool_) if left_out is None else ~left_out[rows]
    if not money.has_conditions:
        return entitled
    staff, provisions = counted.staff, counted.year.config.provisions
    first, last, hours = staff.first_day[rows], staff["last_day"][rows], staff["full_time_ppm"][rows]
    since = staff.served_since[rows]
    away = counted.staff["leave_days"][rows] if "leave" in provisions else 0
    return entitled & who_meets(
        money, first, last, hours, counted.year.calendar, since, away, waived(money, rows, counted)
    )


def waived(money: EmployerMoney, rows: Rows, counted: PlanPay) -> Flags | None:
    """Return for which of some rows the last day and the hours are waived; None where nothing is."""
    if not money.waived_for:
        return None
    cause, leaves = counted.staff["cause"][rows], counted.staff.flags("leaves")[rows]
    return np.asarray(leaves & np.isin(cause, [EVENT_CAUSES.index(name) for name in money.waived_for]))


def without_employer_money(staff: Columns, year: Year) -> Flags | None:
    """Return who gets no employer contributions for being a long-term part-time employee; None where nobody does."""
    if "hours" not in year.config.provisions or year.config.eligibility.long_term_part_time.employer_money:
        return None
    return staff.flags("long_term_part_time")

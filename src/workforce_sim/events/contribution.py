"""Contributions: deferrals, match and nonelective money of a year, within the limits of the law.

Chapter: ``docs/model/contributions.md``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workforce_sim.config.plan_values import EmployerMoney
from workforce_sim.dates import Ints, years_and_days
from workforce_sim.events.plan_pay import PlanPay
from workforce_sim.money import PPM, half_up, ppm
from workforce_sim.plan.additions import Additions, reduced
from workforce_sim.plan.conditions import band_place, who_meets
from workforce_sim.plan.limits import catch_up_limit
from workforce_sim.plan.match import formula_match, formula_payroll_match
from workforce_sim.plan.nonelective import formula_nonelective
from workforce_sim.selection import shared_out
from workforce_sim.staff import Flags, Rows, group_sums

BP = 10_000


@dataclass(frozen=True)
class Contributions:
    """What a year puts into everybody's account, cents; one entry per row of the year's staff.

    Attributes:
        compensation: pay that the match counts.
        testing_compensation: pay since entry, for the tests.
        deferral: deferrals, catch-up included.
        catch_up: the part beyond section 402(g), or beyond section 415(c).
        roth: the part that is Roth.
        match, nonelective: employer money; reallocated forfeitures are part of the second.
        excess: what section 415 took off.
        forfeitures_used: forfeitures that the year used, by replicate.
    """

    compensation: Ints
    testing_compensation: Ints
    deferral: Ints
    catch_up: Ints
    roth: Ints
    match: Ints
    nonelective: Ints
    excess: Ints
    forfeitures_used: list[int]


@dataclass(frozen=True)
class Deferrals:
    """Deferrals within the limits, of those who defer, cents.

    Attributes:
        total: all of them.
        most: the most each may defer.
        catch_up: the part beyond section 402(g).
    """

    total: Ints
    most: Ints
    catch_up: Ints


def decide(counted: PlanPay, forfeitures: list[int]) -> Contributions:
    """Return the contributions of the year; ``forfeitures`` is the account at the opening, by replicate."""
    context, rows = counted.context, counted.found.rows
    plan, year = context.config.plan, context.year.year
    deferrals = _deferrals(counted)
    total, catch_up = counted.scattered(rows, deferrals.total), counted.scattered(rows, deferrals.catch_up)
    wished = Additions(
        deferral=total - catch_up,
        catch_up=catch_up,
        match=_match(counted, deferrals),
        nonelective=_nonelective(counted),
        reallocated=_reallocated(counted, forfeitures),
    )
    most = np.minimum(counted.pay.earned, context.limits.annual_additions_cents)
    kept = reduced(wished, most, _room(wished, most, counted), plan.safe_harbor_money(year))
    deferral = kept.deferral + kept.catch_up
    return Contributions(
        compensation=counted.compensation(plan.match.at(year).compensation),
        testing_compensation=counted.compensation("eligible"),
        deferral=deferral,
        catch_up=kept.catch_up,
        roth=_roth(total, kept.catch_up, deferral, counted),
        match=kept.match,
        nonelective=kept.nonelective + kept.reallocated,
        excess=(total - deferral) + (wished.whole - wished.deferral) - (kept.whole - kept.deferral),
        forfeitures_used=_used(forfeitures, kept, counted),
    )


def _room(wished: Additions, most: Ints, counted: PlanPay) -> Ints:
    """Return the catch-up that those above the limit on annual additions may still make."""
    room = np.zeros(len(most), dtype=np.int64)
    rows = np.flatnonzero((wished.whole > most) & (wished.deferral > 0))
    room[rows] = _catch_up(rows, counted) - wished.catch_up[rows]
    return room


def _deferrals(counted: PlanPay) -> Deferrals:
    """Return deferrals within section 402(g) and catch-up."""
    limit = counted.context.limits.elective_deferral_cents
    wished = half_up(counted.rate_times_pay(), BP)
    over = np.flatnonzero(wished >= limit)
    most = np.full(len(wished), limit, dtype=np.int64)
    most[over] += _catch_up(counted.found.rows[over], counted)
    total = np.minimum(wished, most)
    return Deferrals(total, most, np.maximum(total - limit, 0))


def _catch_up(rows: Rows, counted: PlanPay) -> Ints:
    """Return what some rows may defer beyond section 402(g), by the age attained by 31 December.

    Nothing where it would have to be Roth and the plan takes none.
    """
    context, plan, staff = counted.context, counted.context.config.plan, counted.pay.employed.staff
    age = context.year.year - years_and_days(staff.birth[rows])[0]
    offered = {"catch_up": plan.catch_up, "super_catch_up": plan.super_catch_up}
    by_age = np.array([catch_up_limit(years, context.limits, **offered) for years in range(65)], dtype=np.int64)
    extra = by_age[np.minimum(age, 64)]
    return extra if plan.roth.available else np.where(staff.roth_catch_up[rows], 0, extra)


def _roth(total: Ints, catch_up: Ints, kept: Ints, counted: PlanPay) -> Ints:
    """Return the Roth part of what is kept of deferrals; what is returned is pre-tax first."""
    section, staff = counted.context.config.plan.roth, counted.pay.employed.staff
    share = ppm(section.share) if section.available else 0
    free = total - np.where(staff.roth_catch_up, catch_up, 0)
    pre_tax = free - half_up(free * share, PPM)
    return np.minimum(total - pre_tax, kept)


def _match(counted: PlanPay, deferrals: Deferrals) -> Ints:
    """Return everybody's match."""
    context, rows = counted.context, counted.found.rows
    formula = context.config.plan.match.at(context.year.year)
    place = _place(formula.graded_by, rows, counted)
    if formula.basis == "annual":
        pay = counted.compensation(formula.compensation)[rows]
        amount = formula_match(formula, deferrals.total, pay, place)
    else:
        amount = np.zeros(len(rows), dtype=np.int64)
        for part, spans in counted.segments(formula.compensation):
            limit = np.full(len(part), context.limits.compensation_cents, dtype=np.int64)
            amount[part] = formula_payroll_match(formula, spans, deferrals.most[part], limit, place[part])
    return counted.scattered(rows, np.where(_meets(formula, rows, counted), amount, 0))


def _nonelective(counted: PlanPay) -> Ints:
    """Return everybody's nonelective contribution."""
    formula, size = counted.context.config.plan.nonelective, len(counted.in_plan)
    if formula.kind == "none":
        return np.zeros(size, dtype=np.int64)
    every = np.arange(size)
    pay, place = counted.compensation(formula.compensation), _place(formula.graded_by, every, counted)
    amount = formula_nonelective(formula, pay, place, counted.context.limits.wage_base_cents)
    return np.where(_meets(formula, every, counted), amount, 0)


def _place(graded_by: str | None, rows: Rows, counted: PlanPay) -> Ints:
    """Return what picks the band of a formula."""
    employed = counted.pay.employed
    if graded_by is None:
        return np.zeros(len(rows), dtype=np.int64)
    return np.asarray(band_place(graded_by, employed.tenure[rows], employed.age[rows]))


def _meets(money: EmployerMoney, rows: Rows, counted: PlanPay) -> Flags:
    """Return who of some rows meets the conditions of employer money."""
    employed = counted.pay.employed
    staff, last_day = employed.staff, employed.last_day[rows]
    return who_meets(money, staff.hire[rows], last_day, staff.full_time[rows], counted.context.year)


def _reallocated(counted: PlanPay, forfeitures: list[int]) -> Ints:
    """Return the forfeitures that go to each of those employed on 31 December, by plan compensation."""
    plan, employed = counted.context.config.plan, counted.pay.employed
    shares = np.zeros(len(counted.in_plan), dtype=np.int64)
    if plan.forfeitures != "reallocate" or not any(forfeitures):
        return shares
    there = employed.last_day >= counted.context.year.last
    weights = np.where(there, counted.compensation(plan.nonelective.compensation), 0)
    for replicate, total in enumerate(forfeitures):
        rows = np.flatnonzero((employed.staff.replicate == replicate) & (weights > 0))
        shares[rows] = shared_out(total, weights[rows], employed.staff.key[rows])
    return shares


def _used(forfeitures: list[int], kept: Additions, counted: PlanPay) -> list[int]:
    """Return the forfeitures that the year uses, by replicate."""
    use, replicate = counted.context.config.plan.forfeitures, counted.pay.employed.staff.replicate
    if use == "expenses" or not any(forfeitures):
        return forfeitures
    if use == "reallocate":
        return group_sums(replicate, kept.reallocated, len(forfeitures))
    money = group_sums(replicate, kept.match + kept.nonelective, len(forfeitures))
    return [min(account, most) for account, most in zip(forfeitures, money, strict=True)]

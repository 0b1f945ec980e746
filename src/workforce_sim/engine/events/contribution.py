"""Contributions: deferrals, match and nonelective contributions of a year, within the legal limits.

Chapter: ``docs/model/contributions.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from workforce_sim.config.plan_values import EmployerMoney
from workforce_sim.dates import Flags, Ints
from workforce_sim.engine.columns import Array, Columns, Described
from workforce_sim.engine.columns import Rows as Selected
from workforce_sim.engine.context import Year
from workforce_sim.engine.deferral_limit import base_of, catch_up_of
from workforce_sim.engine.event import Settlement, node
from workforce_sim.engine.plan_pay import PlanPay
from workforce_sim.engine.sampling import shared_out
from workforce_sim.money import PPM, half_up, ppm
from workforce_sim.plan.additions import Additions, reduced
from workforce_sim.plan.conditions import band_place, who_meets
from workforce_sim.plan.match import formula_match, formula_payroll_match
from workforce_sim.plan.nonelective import formula_nonelective

BP = 10_000

OF_THE_YEAR: Described = {
    "plan_compensation_cents": (pl.Int64, "compensation that the match is based on"),
    "testing_compensation_cents": (pl.Int64, "pay since entry, as the plan's tests count it"),
    "pre_tax_cents": (pl.Int64, "pre-tax deferrals"),
    "roth_cents": (pl.Int64, "Roth deferrals"),
    "catch_up_cents": (pl.Int64, "catch-up deferrals, within the two above"),
    "match_cents": (pl.Int64, "employer match"),
    "nonelective_cents": (pl.Int64, "nonelective contribution, reallocated forfeitures included"),
    "excess_415_cents": (pl.Int64, "cut by the limit on annual additions"),
}
REALLOCATED: Described = {"reallocated_cents": (pl.Int64, "reallocated forfeitures")}


@dataclass(frozen=True)
class _Deferrals:
    """Deferrals within the limits, of those who defer, cents.

    Attributes:
        total: all of them.
        most: the most that each may defer.
        catch_up: the part beyond section 402(g), or beyond the plan's limit.
    """

    total: Ints
    most: Ints
    catch_up: Ints


@node(
    adds={**OF_THE_YEAR, **REALLOCATED},
    snapshot={name: pl.col(name) for name in OF_THE_YEAR},
    blocks=True,
)
def contribution(staff: Columns, year: Year) -> Mapping[str, Array]:
    """Add the contributions of the year, cents; reallocated forfeitures are part of the nonelective contribution."""
    counted = PlanPay(staff, year)
    rows, plan = counted.rows, year.config.plan
    deferrals = _deferrals(counted)
    total, catch_up = counted.scattered(rows, deferrals.total), counted.scattered(rows, deferrals.catch_up)
    wished = Additions(
        deferral=total - catch_up,
        catch_up=catch_up,
        match=_match(counted, deferrals),
        nonelective=_nonelective(counted),
        reallocated=_reallocated(staff, year),
    )
    kept, excess = _within_limit(wished, counted)
    deferral = kept.deferral + kept.catch_up
    roth = _roth(total, kept.catch_up, deferral, counted)
    return {
        "plan_compensation_cents": counted.compensation(plan.match.at(year.number).compensation),
        "testing_compensation_cents": counted.compensation("eligible"),
        "pre_tax_cents": deferral - roth,
        "roth_cents": roth,
        "catch_up_cents": kept.catch_up,
        "match_cents": kept.match,
        "nonelective_cents": kept.nonelective + kept.reallocated,
        "excess_415_cents": excess,
        "reallocated_cents": kept.reallocated,
    }


def _within_limit(wished: Additions, counted: PlanPay) -> tuple[Additions, Ints]:
    """Return the additions within the limit of section 415(c), and the excess; few are above it."""
    year = counted.year
    most = np.minimum(counted.pay.earned, year.limits.annual_additions_cents)
    above = np.flatnonzero(wished.whole > most)
    if len(above) == 0:
        return wished, np.zeros(len(most), dtype=np.int64)
    theirs = wished.of(above)
    room = catch_up_of(above, counted.staff, year) - theirs.catch_up
    kept = reduced(theirs, most[above], room, year.config.plan.safe_harbor_money(year.number))
    return wished.replaced(above, kept), counted.scattered(above, theirs.everything - kept.everything)


def _deferrals(counted: PlanPay) -> _Deferrals:
    """Return deferrals within section 402(g), the plan's own limit, and catch-up."""
    rows, staff, year = counted.rows, counted.staff, counted.year
    base = base_of(rows, counted.compensation("eligible")[rows], staff, year)
    wished = half_up(counted.rate_times_pay(), BP)
    over = np.flatnonzero(wished >= base)
    most = base.copy()
    most[over] += catch_up_of(rows[over], staff, year)
    total = np.minimum(wished, most)
    return _Deferrals(total, most, np.maximum(total - base, 0))


def _roth(total: Ints, catch_up: Ints, kept: Ints, counted: PlanPay) -> Ints:
    """Return the Roth part of the deferrals kept; pre-tax deferrals are returned first."""
    section = counted.year.config.plan.roth
    share = ppm(section.share) if section.available else 0
    free = total - np.where(counted.staff.flags("roth_catch_up"), catch_up, 0)
    pre_tax = free - half_up(free * share, PPM)
    return np.minimum(total - pre_tax, kept)


def _match(counted: PlanPay, deferrals: _Deferrals) -> Ints:
    """Return each employee's match."""
    year, rows = counted.year, counted.rows
    formula = year.config.plan.match.at(year.number)
    place = _place(formula.graded_by, rows, counted)
    if formula.basis == "annual":
        pay = counted.compensation(formula.compensation)[rows]
        amount = formula_match(formula, deferrals.total, pay, place)
    else:
        amount = np.zeros(len(rows), dtype=np.int64)
        for part, spans in counted.segments(formula.compensation):
            limit = np.full(len(part), year.limits.compensation_cents, dtype=np.int64)
            amount[part] = formula_payroll_match(formula, spans, deferrals.most[part], limit, place[part])
    return counted.scattered(rows, np.where(_meets(formula, rows, counted), amount, 0))


def _nonelective(counted: PlanPay) -> Ints:
    """Return each employee's nonelective contribution."""
    formula, size = counted.year.config.plan.nonelective, len(counted.in_plan)
    if formula.kind == "none":
        return np.zeros(size, dtype=np.int64)
    every = np.arange(size)
    pay, place = counted.compensation(formula.compensation), _place(formula.graded_by, every, counted)
    amount = formula_nonelective(formula, pay, place, counted.year.limits.wage_base_cents)
    return np.where(_meets(formula, every, counted), amount, 0)


def _place(graded_by: str | None, rows: Selected, counted: PlanPay) -> Ints:
    """Return the value that selects the band of a formula."""
    if graded_by is None:
        return np.zeros(len(rows), dtype=np.int64)
    return np.asarray(band_place(graded_by, counted.staff["tenure"][rows], counted.staff["age"][rows]))


def _meets(money: EmployerMoney, rows: Selected, counted: PlanPay) -> Flags:
    """Return who of some rows meets the conditions for employer contributions."""
    if not money.has_conditions:
        return np.ones(len(rows), dtype=np.bool_)
    hire, last, hours = (counted.staff[name][rows] for name in ("hire_date", "last_day", "full_time_ppm"))
    return who_meets(money, hire, last, hours, counted.year.calendar)


# --- forfeitures that are reallocated ---


def _reallocates(year: Year) -> bool:
    return year.config.plan.forfeitures == "reallocate" and any(year.forfeitures)


def _weights(staff: Columns, year: Year) -> dict[str, Array]:
    """Return plan compensation of those employed on December 31, 0 for others, with keys and replicates."""
    there = staff["last_day"] >= year.last
    pay = PlanPay(staff, year).compensation(year.config.plan.nonelective.compensation)
    return {"weight": np.where(there, pay, 0), "key": staff["key"], "replicate": staff["replicate"]}


def _shares(parts: list[dict[str, Array]], year: Year) -> list[Ints]:
    """Return each share of the forfeitures for those employed on December 31, by plan compensation."""
    weight, key, replicate = (np.concatenate([part[name] for part in parts]) for name in parts[0])
    shares = np.zeros(len(weight), dtype=np.int64)
    for number, total in enumerate(year.forfeitures):
        rows = np.flatnonzero((replicate == number) & (weight > 0))
        shares[rows] = shared_out(total, weight[rows], key[rows])
    return np.split(shares, np.cumsum([len(part["key"]) for part in parts])[:-1])


REALLOCATION = Settlement("reallocation", _reallocates, _weights, _shares)


def _reallocated(staff: Columns, year: Year) -> Ints:
    shares = year.given.get(REALLOCATION.name)
    return np.zeros(len(staff), dtype=np.int64) if shares is None else np.asarray(shares[staff.rows])

"""Contributions: deferrals, match and nonelective contributions of a year, within the legal limits.

Chapter: ``docs/model/contributions.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from workforce_sim.config.plan import Roth
from workforce_sim.dates import Flags, Ints
from workforce_sim.engine.columns import Array, Columns, Described
from workforce_sim.engine.context import Year
from workforce_sim.engine.deferral_limit import base_of, catch_up_of
from workforce_sim.engine.event import Settlement, node
from workforce_sim.engine.plan_pay import PlanPay
from workforce_sim.engine.sampling import shared_out
from workforce_sim.engine.sources import (
    compensation_of,
    matched,
    place_of,
    without_deferrals,
    without_employer_money,
)
from workforce_sim.money import PPM, half_up, ppm
from workforce_sim.plan.additions import Additions, reduced
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
class Deferrals:
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
    rows, plan = counted.rows, year.plan
    deferrals = deferrals_of(counted)
    total, catch_up = counted.scattered(rows, deferrals.total), counted.scattered(rows, deferrals.catch_up)
    wished = Additions(
        deferral=total - catch_up,
        catch_up=catch_up,
        match=matched(counted, plan.match.at(year.number), deferrals.total, deferrals.most),
        nonelective=_nonelective(counted),
        reallocated=_reallocated(staff, year),
    )
    kept, excess = _within_limit(wished, counted)
    deferral = kept.deferral + kept.catch_up
    roth = roth_of(total, kept.catch_up, deferral, counted.staff.flags("roth_catch_up"), plan.roth)
    return {
        "plan_compensation_cents": compensation_of(counted, plan.match.at(year.number)),
        "testing_compensation_cents": counted.compensation("eligible", plan.testing.pay),
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
    most = np.minimum(counted.staff["earnings_cents"], year.limits.annual_additions_cents)
    above = np.flatnonzero(wished.whole > most)
    if len(above) == 0:
        return wished, np.zeros(len(most), dtype=np.int64)
    theirs = wished.of(above)
    room = catch_up_of(above, counted.staff, year) - theirs.catch_up
    kept = reduced(theirs, most[above], room, year.config.plan.safe_harbor_money(year.number))
    return wished.replaced(above, kept), counted.scattered(above, theirs.everything - kept.everything)


def deferrals_of(counted: PlanPay) -> Deferrals:
    """Return deferrals within section 402(g), the plan's own limit, and catch-up."""
    rows, staff, year = counted.rows, counted.staff, counted.year
    base = base_of(rows, counted.compensation("eligible", year.config.plan.testing.pay), staff, year)
    wished = half_up(counted.rate_times_pay(), BP)
    over = np.flatnonzero(wished >= base)
    most = base.copy()
    most[over] += catch_up_of(rows[over], staff, year)
    total = np.minimum(wished, most)
    return Deferrals(total, most, np.maximum(total - base, 0))


def roth_of(total: Ints, catch_up: Ints, kept: Ints, must: Flags, section: Roth) -> Ints:
    """Return the Roth part of the deferrals kept; pre-tax deferrals are returned first.

    Args:
        total: deferrals.
        catch_up: what is catch-up of them.
        kept: deferrals that are not returned.
        must: whose catch-up must be Roth.
        section: the plan's Roth deferrals.
    """
    share = ppm(section.share) if section.available else 0
    free = total - catch_up * must
    pre_tax = free - half_up(free * share, PPM) if share else free
    return np.minimum(total - pre_tax, kept)


def _nonelective(counted: PlanPay) -> Ints:
    """Return each employee's nonelective contribution."""
    formula, size = counted.year.plan.nonelective, len(counted.in_plan)
    if formula.kind == "none":
        return np.zeros(size, dtype=np.int64)
    place, base = place_of(formula.graded_by, np.arange(size), counted), counted.year.limits.wage_base_cents
    return without_deferrals(counted, formula, lambda pay: np.asarray(formula_nonelective(formula, pay, place, base)))


# --- forfeitures that are reallocated ---


def _reallocates(year: Year) -> bool:
    return year.config.plan.forfeitures == "reallocate" and any(year.forfeitures)


def _weights(staff: Columns, year: Year) -> dict[str, Array]:
    """Return plan compensation of those employed on December 31, 0 for others, with keys and replicates."""
    there = staff["last_day"] >= year.last
    left_out = without_employer_money(staff, year)
    there = there if left_out is None else there & ~left_out
    pay = compensation_of(PlanPay(staff, year), year.plan.nonelective)
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

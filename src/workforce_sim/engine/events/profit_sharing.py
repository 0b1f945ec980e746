"""Profit sharing: a second contribution that needs no deferrals, a formula or a share of a pool.

Chapter: ``docs/model/sources.md``.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from workforce_sim.config import Config
from workforce_sim.config.profit_sharing import AllocationGroup
from workforce_sim.dates import Flags, Ints
from workforce_sim.engine.columns import Array, Columns
from workforce_sim.engine.context import Year
from workforce_sim.engine.event import Settlement, node
from workforce_sim.engine.events.further import added, adds, kept, snapshot
from workforce_sim.engine.plan_pay import PlanPay
from workforce_sim.engine.sampling import shared_out
from workforce_sim.engine.sources import pay_of_those_who_get, place_of, without_deferrals
from workforce_sim.money import exact_sum
from workforce_sim.plan.profit_sharing import formula_profit_sharing, pot_of, pots_of, units_of
from workforce_sim.plan.sources import limited

NAME = "profit_sharing"


def _used(config: Config) -> bool:
    return NAME in config.provisions


@node(
    adds=adds(NAME, "profit sharing"),
    snapshot=snapshot(NAME),
    blocks=True,
    kept=kept(NAME, "profit sharing"),
    used=_used,
)
def profit_sharing(staff: Columns, year: Year) -> Mapping[str, Array]:
    """Add profit sharing within section 415, its balance and vested share.

    Raises:
        SimulationError: when a balance exceeds $100 million.
    """
    formula, shares = year.plan.profit_sharing, year.given.get(POOL.name)
    wished = _by_formula(staff, year) if shares is None else limited(shares[staff.rows], formula)
    others = ("discretionary_match_cents",) if "discretionary_match" in year.config.provisions else ()
    return added(NAME, wished, ("match_cents", "nonelective_cents", *others), staff, year)


def _by_formula(staff: Columns, year: Year) -> Ints:
    """Return what the formula gives to each employee."""
    formula, counted = year.plan.profit_sharing, PlanPay(staff, year)
    place = place_of(formula.graded_by, np.arange(len(staff)), counted)
    fits = [fits_group(group, staff, year) for group in formula.groups or ()]
    base = year.limits.wage_base_cents
    return without_deferrals(counted, formula, lambda pay: formula_profit_sharing(formula, pay, place, base, fits))


def fits_group(group: AllocationGroup, staff: Columns, year: Year) -> Flags:
    """Return who fits an allocation group."""
    found = np.ones(len(staff), dtype=np.bool_)
    if group.levels is not None:
        found &= np.isin(staff["new_level"], [year.level(name) for name in group.levels])
    if group.departments is not None:
        found &= np.isin(staff["department"], [year.department(name) for name in group.departments])
    return found if group.owners is None else found & (staff.flags("owner") == group.owners)


# --- a pool that all employees share ---


def _asked(staff: Columns, year: Year) -> dict[str, Array]:
    """Return everybody's units, with what payroll, keys and replicates are."""
    formula, counted = year.plan.profit_sharing, PlanPay(staff, year)
    assert formula.pool is not None
    pay, place = (
        pay_of_those_who_get(counted, formula),
        place_of(formula.pool.graded_by, np.arange(len(staff)), counted),
    )
    age = year.config.plan.vesting.normal_retirement_age
    first, rest = units_of(formula.pool, pay, place, age, year.limits.wage_base_cents)
    known = {name: staff[name] for name in ("earnings_cents", "key", "replicate")}
    return {"first": first, "rest": rest, **known}


def _shared(parts: list[dict[str, Array]], year: Year) -> list[Ints]:
    """Return each employee's share of the pool of the replicate, for each partition."""
    of = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    shares, pool, whole = (
        np.zeros(len(of["key"]), dtype=np.int64),
        year.plan.profit_sharing.pool,
        year.config.plan.profit_sharing.pool,
    )
    assert pool is not None
    assert whole is not None
    for number in range(year.replicates):
        rows = np.flatnonzero(of["replicate"] == number)
        units, key = of["first"][rows], of["key"][rows]
        pot = pot_of(pool, year.number, exact_sum(of["earnings_cents"][rows]))
        first, rest = pots_of(whole, pot, exact_sum(units), year.yearly_limits.wage_base_cents)
        shares[rows] = shared_out(first, units, key) + shared_out(rest, of["rest"][rows], key)
    return np.split(shares, np.cumsum([len(part["key"]) for part in parts])[:-1])


POOL = Settlement(
    "profit sharing pool",
    needed=lambda year: year.config.plan.profit_sharing.pool is not None,
    ask=_asked,
    settle=_shared,
    used=_used,
)

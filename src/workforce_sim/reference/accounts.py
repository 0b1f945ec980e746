"""The reference model, contributions: forfeitures and their account, section 415, balances and vesting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workforce_sim.money import PPM, half_up, quota, refuse_balance
from workforce_sim.reference.chance import DAY, completed_years
from workforce_sim.reference.contributions import PlanYear, contribute, split_roth
from workforce_sim.reference.match import SAFE_HARBORS, WHOLE_BP, preset_of
from workforce_sim.reference.records import Event, Money, PersonYear
from workforce_sim.reference.vesting import share_at
from workforce_sim.reference.year import Year

FULLY_VESTED_BP = 10**4
LEAST_FLAT = 0.03
"""Share of pay that a nonelective contribution needs to be safe-harbor contributions."""


@dataclass
class Forfeitures:
    """The account of forfeitures of one replicate."""

    account_cents: int = 0
    """There at the opening of the next year."""
    used_cents: int = 0
    """In the latest year, net of what section 415 sent back."""


def close_accounts(people: Sequence[PersonYear], year: Year, forfeitures: Forfeitures) -> None:
    """Take everybody's money through the year: contributions, forfeitures used, limits, balances, forfeitures."""
    plan = PlanYear(year)
    for person in people:
        contribute(person, plan)
    if plan.plan.forfeitures == "reallocate":
        _reallocate(people, forfeitures.account_cents, year)
    for person in people:
        _limit_additions(person, plan)
    forfeitures.used_cents = _used(people, forfeitures.account_cents, plan)
    for person in people:
        _balance(person, plan)
        _vest(person, plan)
        _pay_out(person)
    forfeited = sum(person.money.forfeited for person in people)
    forfeitures.account_cents += forfeited - forfeitures.used_cents


# --- Forfeitures of the years before ---


def _reallocate(people: Sequence[PersonYear], account: int, year: Year) -> None:
    """Share the account out to those in the plan on 31 December, in proportion to nonelective compensation."""
    sharing = [person for person in people if person.eligibility_date is not None and person.last_day == year.last]
    sharing.sort(key=lambda person: person.employee.key)
    weights = [person.money.nonelective_compensation for person in sharing]
    if sum(weights) == 0:
        return
    for person, share in zip(sharing, quota(account, weights), strict=True):
        person.money.reallocated = share


def _used(people: Sequence[PersonYear], account: int, plan: PlanYear) -> int:
    """Return what the year uses of the account, after section 415."""
    if plan.plan.forfeitures == "reallocate":
        return sum(person.money.reallocated for person in people)
    if plan.plan.forfeitures == "expenses":
        return account
    return min(account, sum(person.money.match + person.money.nonelective + person.money.restored for person in people))


# --- Section 415 ---


def _limit_additions(person: PersonYear, plan: PlanYear) -> None:
    """Make the excess of annual additions catch-up, or take it off in the chapter's order and count what came off."""
    money = person.money
    additions = money.pre_tax + money.roth - money.catch_up + money.match + money.nonelective + money.reallocated
    limit = min(plan.limits.annual_additions_cents, person.earnings_cents)
    excess = max(0, additions - limit)
    if excess > 0:
        excess -= _made_catch_up(person, excess, plan)
        money.excess_415 = excess - _take_off(money, excess, safe_harbor_money(plan))
    money.nonelective += money.reallocated


def _made_catch_up(person: PersonYear, excess: int, plan: PlanYear) -> int:
    """Make deferrals catch-up as far as there is room; return how much."""
    money = person.money
    deferral = money.pre_tax + money.roth
    moved = min(excess, money.catch_up_room, deferral - money.catch_up)
    if moved > 0:
        money.catch_up += moved
        split_roth(person, deferral, plan)
    return moved


def safe_harbor_money(plan: PlanYear) -> str | None:
    """Return which employer money is said to be safe-harbor money: by the preset of the match, or by the tests' key."""
    said, preset = plan.plan.testing.safe_harbor, preset_of(plan.match)
    if said is False or (said is None and preset not in SAFE_HARBORS):
        return None
    flat = plan.nonelective.rate if plan.nonelective.kind == "flat" else None
    return "nonelective" if preset not in SAFE_HARBORS and flat is not None and flat >= LEAST_FLAT else "match"


def _take_off(money: Money, excess: int, safe_harbor: str | None) -> int:
    """Take an excess off as far as each goes, safe-harbor contributions last; return what is left of it."""
    sources = ["reallocated", "nonelective", "match", "deferral"]
    if safe_harbor is not None:
        sources.remove(safe_harbor)
        sources.append(safe_harbor)
    for source in sources:
        excess -= _taken_off_deferral(money, excess) if source == "deferral" else _taken_off(money, source, excess)
    return excess


def _taken_off(money: Money, source: str, excess: int) -> int:
    off = min(excess, getattr(money, source))
    setattr(money, source, getattr(money, source) - off)
    return off


def _taken_off_deferral(money: Money, excess: int) -> int:
    """Return deferrals that are not catch-up, first pre-tax, then Roth."""
    returned = min(excess, money.pre_tax + money.roth - money.catch_up)
    off = min(returned, money.pre_tax)
    money.pre_tax -= off
    money.roth -= returned - off
    return returned


# --- Balances and vesting ---


def _balance(person: PersonYear, plan: PlanYear) -> None:
    """Add the return, the contributions of the year and what is brought back on return to both balances."""
    money, employee = person.money, person.employee
    match, nonelective = (getattr(money, source) + money.brought.get(source, 0) for source in ("match", "nonelective"))
    money.match_balance = _grown(employee.match_balance_cents, person, plan) + match
    money.nonelective_balance = _grown(employee.nonelective_balance_cents, person, plan) + nonelective
    refuse_balance(max(money.match_balance, money.nonelective_balance), plan.year.year)
    employee.match_balance_cents, employee.nonelective_balance_cents = money.match_balance, money.nonelective_balance


def _grown(opening: int, person: PersonYear, plan: PlanYear) -> int:
    """Return an opening balance with its return, of terminated employees until the last day."""
    year = plan.year
    days = year.days if person.cause is None else (person.last_day - year.first + DAY).days
    return opening + half_up(opening * plan.return_ppm * days, PPM * year.days)


def _vest(person: PersonYear, plan: PlanYear) -> None:
    """Find the vested share of each source on 31 December or at termination."""
    employee = person.employee
    years = completed_years(employee.plan_service_date, person.last_day)
    of_age = completed_years(employee.birth_date, person.last_day) >= plan.plan.vesting.normal_retirement_age
    whole = of_age or person.cause in ("death", "disability")
    person.money.match_vested_bp = FULLY_VESTED_BP if whole else share_at(plan.match_vesting, years)
    person.money.nonelective_vested_bp = FULLY_VESTED_BP if whole else share_at(plan.nonelective_vesting, years)


def _pay_out(person: PersonYear) -> None:
    """Forfeit what a leaver does not own."""
    if person.cause is None:
        return
    money = person.money
    money.forfeited = _unvested(money.match_balance, money.match_vested_bp)
    money.forfeited += _unvested(money.nonelective_balance, money.nonelective_vested_bp)
    if money.forfeited > 0:
        person.events.append(Event("forfeiture", person.last_day, amount=money.forfeited))


def _unvested(balance: int, share_bp: int) -> int:
    return balance - half_up(balance * share_bp, WHOLE_BP)

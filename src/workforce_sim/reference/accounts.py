"""The reference model, contributions: forfeitures and their account, section 415, balances and vesting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workforce_sim.config import Config
from workforce_sim.money import PPM, half_up, quota, refuse_balance
from workforce_sim.reference.chance import DAY
from workforce_sim.reference.contributions import PlanYear, defer, gets_employer_money, split_roth
from workforce_sim.reference.employer_money import contribute
from workforce_sim.reference.match import SAFE_HARBORS, WHOLE_BP, preset_of
from workforce_sim.reference.profit_sharing import share_profits
from workforce_sim.reference.records import Employee, Event, Money, PersonYear
from workforce_sim.reference.vesting import vested_share, years_of_vesting
from workforce_sim.reference.year import Year
from workforce_sim.tables import SOURCES

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
    in_plan = [found for person in people if (found := defer(person, plan)) is not None]
    for found in in_plan:
        contribute(found)
    share_profits(in_plan, people, plan)
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
    weights = [person.money.nonelective_compensation * gets_employer_money(person, year) for person in sharing]
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
    paid = sum(getattr(person.money, source) for person in people for source in (*SOURCES, "restored"))
    return min(account, paid)


# --- Section 415 ---


def _limit_additions(person: PersonYear, plan: PlanYear) -> None:
    """Make the excess of annual additions catch-up, or take it off in the chapter's order and count what came off."""
    money = person.money
    employer = sum(getattr(money, source) for source in SOURCES) + money.reallocated
    additions = money.pre_tax + money.roth - money.catch_up + employer
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
    sources = ["profit_sharing", "discretionary_match", "reallocated", "nonelective", "match", "deferral"]
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


def fold_balances(census: Sequence[Employee], config: Config) -> None:
    """Add the balance of a source that the run does not have to that of nonelective contributions, or of the match."""
    for employee in census:
        for source, other in (("profit_sharing", "nonelective"), ("discretionary_match", "match")):
            if source not in config.provisions:
                balance = getattr(employee, f"{source}_balance_cents")
                setattr(employee, f"{source}_balance_cents", 0)
                setattr(employee, f"{other}_balance_cents", getattr(employee, f"{other}_balance_cents") + balance)


def _balance(person: PersonYear, plan: PlanYear) -> None:
    """Add the return, contributions and what is brought back on return to the balance of each source."""
    money, employee = person.money, person.employee
    for source in SOURCES:
        opening = getattr(employee, f"{source}_balance_cents")
        balance = _grown(opening, person, plan) + getattr(money, source) + money.brought.get(source, 0)
        refuse_balance(balance, plan.year.year)
        setattr(money, f"{source}_balance", balance)
        setattr(employee, f"{source}_balance_cents", balance)


def _grown(opening: int, person: PersonYear, plan: PlanYear) -> int:
    """Return an opening balance with its return, of terminated employees until the last day."""
    year = plan.year
    days = year.length if person.cause is None else (person.last_day - year.first + DAY).days
    return opening + half_up(opening * plan.return_ppm * days, PPM * year.days)


def _vest(person: PersonYear, plan: PlanYear) -> None:
    """Find the vested share of each source on 31 December or at termination."""
    money = person.money
    money.vesting_years = years_of_vesting(person, plan.vesting.now, person.last_day)
    for source in SOURCES:
        setattr(money, f"{source}_vested_bp", vested_share(person, source, plan.vesting))


def _pay_out(person: PersonYear) -> None:
    """Forfeit what a terminated employee does not own."""
    if person.cause is None:
        return
    money = person.money
    money.forfeited = sum(
        _unvested(getattr(money, f"{source}_balance"), getattr(money, f"{source}_vested_bp")) for source in SOURCES
    )
    if money.forfeited > 0:
        person.events.append(Event("forfeiture", person.last_day, amount=money.forfeited))


def _unvested(balance: int, share_bp: int) -> int:
    return balance - half_up(balance * share_bp, WHOLE_BP)

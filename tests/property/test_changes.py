"""Why a figure changed, on random plans: drivers add up to the cent, and little leaves anything over."""

from __future__ import annotations

from hypothesis import assume, given, reject, settings

from tests import support
from tests.property import strategies
from tests.support import Scenario, fast
from workforce_sim import SimulationError, explain_change
from workforce_sim.config.match import Match
from workforce_sim.config.nonelective import Nonelective
from workforce_sim.config.other_pay import kinds_in
from workforce_sim.config.plan import Plan
from workforce_sim.config.plan_values import EmployerMoney
from workforce_sim.result.result import Result

MEASURES = ["net_employer_cost", "deferrals", "payroll"]


@settings(max_examples=support.examples(30))
@given(scenario=strategies.scenarios(smallest=1))
def test_drivers_add_up_and_what_the_snapshot_tells_leaves_nothing_over(scenario: Scenario) -> None:
    try:
        run = Result(fast(scenario, (0,)), scenario.config)
    except SimulationError:
        reject()
    years = run.summary["year"].to_list()
    assume(len(years) > 1)
    told = all(_told(scenario.config.at(year).plan, year) for year in (years[0], years[-1]))
    for measure in MEASURES:
        change = explain_change(run, measure, years[0], years[-1])
        parts = dict(change.drivers.rows())

        assert sum(parts.values()) == change.second - change.first
        assert not told or abs(parts.get("other", 0)) <= 1


def _told(plan: Plan, year: int) -> bool:
    """Return whether the snapshot of a year tells what every source gives."""
    return all(_gives_nothing(money) or _counts_known(money, plan, year) for money in plan.sources(year).values())


def _gives_nothing(money: EmployerMoney) -> bool:
    if isinstance(money, Match):
        return not any(tiers for _, tiers in money.bands)
    return isinstance(money, Nonelective) and money.kind == "none"


def _counts_known(money: EmployerMoney, plan: Plan, year: int) -> bool:
    """Return whether the snapshot tells what a source counts.

    It has no payrolls, no deferrals since the entry of a source, and pay since entry or while deferring only as the
    match or the tests of the plan count it.
    """
    if isinstance(money, Match) and (money.eligibility or (money.basis == "payroll" and not money.in_dollars)):
        return False
    match = plan.match.at(year)
    known = [
        (match.compensation, match.eligibility, kinds_in(match.pay)),
        ("eligible", None, kinds_in(plan.testing.pay)),
    ]
    return money.compensation == "plan_year" or (money.compensation, money.eligibility, kinds_in(money.pay)) in known

"""Coverage and nonelective rates of a plan year of a run. Chapter: ``docs/model/testing.md``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from workforce_sim.config import Config
from workforce_sim.config.plan_values import EmployerMoney
from workforce_sim.dates import Flags
from workforce_sim.plan.availability import match_availability
from workforce_sim.plan.benefits import LEAST_AVERAGE_BP, allocation_rates_bp, average_benefit
from workforce_sim.plan.coverage import (
    LEAST_RATIO_BP,
    Harbors,
    classification_harbors,
    lowest_rate_group_bp,
    ratio_percentage_bp,
)
from workforce_sim.plan.cross_testing import standard_interest
from workforce_sim.plan.entry import entry_dates
from workforce_sim.plan.findings import PlanTest
from workforce_sim.plan.people import People
from workforce_sim.plan.percentages import OTHERWISE_EXCLUDABLE, early_entrants, not_excludable, who_may_be_matched
from workforce_sim.plan.rates import Group, general_test
from workforce_sim.plan.vesting import most_service_years

UNIFORM = {
    "none": ("401(a)(4)", "forfeitures only, a uniform share of pay (26 CFR 1.401(a)(4)-2(b)(2))"),
    "flat": ("401(a)(4)", "a uniform share of pay (26 CFR 1.401(a)(4)-2(b)(2))"),
    "integrated": ("401(l)", "uniform, with permitted disparity"),
}
"""Kinds of nonelective contribution that are exempt by design, with section and note."""

BY_AVERAGE = "passed by the average benefit test (IRC 410(b)(2))"
BELOW_AVERAGE = "ratio percentage test failed, and the average benefit percentage is below 70%"
BELOW_HARBOR = "ratio percentage below the safe harbor of the average benefit test"
FACTS = f"{BELOW_HARBOR}; above the unsafe one, facts and circumstances decide (26 CFR 1.410(b)-4(c)(3))"

Plans = Sequence[tuple[str, Flags]]
"""Who is counted in each plan that is tested, with what its name adds to that of the test."""


def coverage(config: Config, people: People) -> Iterator[PlanTest]:
    """Yield coverage by deferrals, match and nonelective contributions, and the rates of the latter.

    Each is a plan of its own, 26 CFR 1.410(b)-7(c)(1).
    """
    year, plan = people.year.year, config.plan
    match, nonelective = plan.match.at(year), plan.nonelective
    averages = _averages(config, people)
    yield from _covered(
        "deferrals", people.eligible, _plans(config, people, _counted(config, people)), averages, people
    )
    if any(tier.rate_bp for _, tiers in match.bands for tier in tiers):
        may_be = people.eligible & who_may_be_matched(config, people)
        counted = _counted(config, people, match, most_service_years(plan.vesting.match_bp))
        plans = _plans(config, people, counted)
        yield from _covered("match", may_be, plans, averages, people)
        for name, those in plans:
            yield from match_availability(f"Availability of match rates{name}", config, people, may_be, those)
    if not people.nonelective.any():
        yield PlanTest("Nonelective rates", "not applicable", "401(a)(4)", {}, "no nonelective contributions")
        return
    counted = _counted(config, people, nonelective, most_service_years(plan.vesting.nonelective_bp))
    plans = _plans(config, people, counted)
    yield from _covered("nonelective", people.nonelective > 0, plans, averages, people)
    for name, those in plans:
        yield _rates(f"Nonelective rates{name}", Group(those, averages.get(name)), config, people)


def _averages(config: Config, people: People) -> Mapping[str, int | None]:
    """Return the average benefit percentage of each plan by its name, of all whom the plan could not keep out."""
    interest = standard_interest(config.plan.testing.interest_rate)
    plans = _plans(config, people, _counted(config, people))
    return {name: average_benefit(people, counted, interest) for name, counted in plans}


def _counted(config: Config, people: People, source: EmployerMoney | None = None, most_years: int = 1) -> Flags:
    """Return who meets the plan's own conditions of age and service, or could lawfully not be kept out.

    Args:
        config: of the run.
        people: of the year.
        source: whose condition of service counts beside the plan's; None for deferrals.
        most_years: of service that the law lets the source ask for.
    """
    asked = 0 if source is None else source.minimum_service_years
    let_in = people.eligible | (entry_dates(people.hire, people.birth, config.eligibility) <= people.last_day)
    return (let_in & (people.service >= asked)) | not_excludable(people, min(max(asked, 1), most_years))


def _plans(config: Config, people: People, counted: Flags) -> Plans:
    """Return who is counted in one plan of all, or in two of which the second has the otherwise excludable, if any."""
    together = config.plan.testing.otherwise_excludable == "together"
    if together and not early_entrants(config, people).any():
        return [("", counted)]
    old = not_excludable(people)
    apart = [(f", {OTHERWISE_EXCLUDABLE}", counted & ~old)] * bool((counted & ~old).any())
    return [("", counted & old), *apart]


def _covered(
    what: str, benefiting: Flags, plans: Plans, averages: Mapping[str, int | None], people: People
) -> Iterator[PlanTest]:
    for name, counted in plans:
        yield _coverage(f"Coverage, {what}{name}", benefiting[counted], people.hce[counted], averages.get(name))


def _coverage(test: str, benefiting: Flags, hce: Flags, average_bp: int | None) -> PlanTest:
    ratio = ratio_percentage_bp(benefiting, hce)
    figures = {
        "ratio_percent": _percent(ratio),
        "hce_percent": _share(benefiting & hce, hce),
        "nhce_percent": _share(benefiting & ~hce, ~hce),
        "hces": int(hce.sum()),
        "nhces": int((~hce).sum()),
    }
    if ratio is None or ratio >= LEAST_RATIO_BP:
        return PlanTest(test, "passed", "410(b)(1)(B)", figures)
    harbors = classification_harbors(int(hce.sum()), int((~hce).sum()))
    figures |= {"safe_harbor_percent": harbors.safe / 100, "average_benefit_percent": _percent(average_bp)}
    problem = _below_average(ratio, harbors, average_bp)
    return PlanTest(test, "failed" if problem else "passed", "410(b)(2)", figures, problem or BY_AVERAGE)


def _below_average(ratio_bp: int, harbors: Harbors, average_bp: int | None) -> str:
    """Return why the average benefit test is failed; nothing where it is passed."""
    if average_bp is not None and average_bp < LEAST_AVERAGE_BP:
        return BELOW_AVERAGE
    if ratio_bp >= harbors.safe:
        return ""
    return FACTS if ratio_bp >= harbors.unsafe else BELOW_HARBOR


def _rates(test: str, group: Group, config: Config, people: People) -> PlanTest:
    hce, rates = people.hce[group.counted], allocation_rates_bp(people.nonelective, people)[group.counted]
    ratio = lowest_rate_group_bp(rates, hce)
    highest = [_percent(int(rates[those].max())) if those.any() else None for those in (hce, ~hce)]
    names = ("lowest_ratio_percent", "highest_hce_rate_percent", "highest_nhce_rate_percent")
    figures = dict(zip(names, (_percent(ratio), *highest), strict=True))
    source = config.plan.nonelective
    if source.kind in UNIFORM and source.compensation != "participating":
        section, note = UNIFORM[source.kind]
        return PlanTest(test, "exempt", section, figures, note)
    return general_test(test, figures, rates, group, config, people)


def _percent(bp: int | None) -> float | None:
    return None if bp is None else bp / 100


def _share(some: Flags, of: Flags) -> float | None:
    return 100 * int(some.sum()) / int(of.sum()) if of.any() else None

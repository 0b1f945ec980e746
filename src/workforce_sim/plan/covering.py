"""Coverage and nonelective rates of a plan year of a run. Chapter: ``docs/model/testing.md``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from workforce_sim.config import Config
from workforce_sim.config.nonelective import Nonelective
from workforce_sim.config.other_pay import left_out
from workforce_sim.config.plan_values import EmployerMoney
from workforce_sim.config.profit_sharing import ProfitSharing
from workforce_sim.dates import Flags
from workforce_sim.plan.availability import match_availability
from workforce_sim.plan.benefits import LEAST_AVERAGE_BP, allocation_rates_bp, average_benefit
from workforce_sim.plan.classes import classes_of, entry_of
from workforce_sim.plan.coverage import (
    LEAST_RATIO_BP,
    Harbors,
    classification_harbors,
    lowest_rate_group_bp,
    ratio_percentage_bp,
)
from workforce_sim.plan.cross_testing import is_gradual, standard_interest
from workforce_sim.plan.findings import PlanTest
from workforce_sim.plan.people import People
from workforce_sim.plan.percentages import (
    OTHERWISE_EXCLUDABLE,
    early_entrants,
    matches_of,
    not_excludable,
    who_may_be_matched,
)
from workforce_sim.plan.rates import Group, general_test
from workforce_sim.plan.sources import may_enter, years_asked
from workforce_sim.plan.vesting import most_service_years

UNIFORM = {
    "none": ("401(a)(4)", "forfeitures only, a uniform share of pay (26 CFR 1.401(a)(4)-2(b)(2))"),
    "flat": ("401(a)(4)", "a uniform share of pay (26 CFR 1.401(a)(4)-2(b)(2))"),
    "dollars": ("401(a)(4)", "the same dollars for all (26 CFR 1.401(a)(4)-2(b)(2))"),
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
    matches, averages = matches_of(config, people.year.year), _averages(config, people)
    plans = _plans(config, people, _counted(config, people))
    yield from _covered("deferrals", people.eligible, plans, averages, people)
    if any(tier.rate_bp for match in matches.values() for _, tiers in match.bands for tier in tiers):
        may_be = people.eligible & who_may_be_matched(config, people)
        plans = _plans(config, people, _of_any(config, people, matches))
        yield from _covered("match", may_be, plans, averages, people)
        yield from match_availability(matches, people, may_be, plans)
    if not people.nonelective.any():
        yield PlanTest("Nonelective rates", "not applicable", "401(a)(4)", {}, "no nonelective contributions")
        return
    plans = _plans(config, people, _of_any(config, people, without_deferrals(config)))
    yield from _covered("nonelective", people.nonelective > 0, plans, averages, people)
    gradual = _gradual(config)
    for name, those in plans:
        yield _rates(f"Nonelective rates{name}", Group(those, averages.get(name), gradual), config, people)


def _gradual(config: Config) -> bool:
    """Return whether the only contributions without deferrals are a schedule that needs no gateway."""
    sources = [*without_deferrals(config).values()]
    graded = [one for one in sources if isinstance(one, Nonelective) and one.graded_by is not None]
    return len(graded) == len(sources) and all(is_gradual(one.bands, one.graded_by) for one in graded if one.graded_by)


def _averages(config: Config, people: People) -> Mapping[str, int | None]:
    """Return the average benefit percentage of each plan by its name, of all whom the plan could not keep out."""
    interest = standard_interest(config.plan.testing.interest_rate)
    plans = _plans(config, people, _counted(config, people))
    return {name: average_benefit(people, counted, interest) for name, counted in plans}


def without_deferrals(config: Config) -> dict[str, Nonelective | ProfitSharing]:
    """Return the sources of contributions without deferrals that pay something; nonelective where none does."""
    plan = config.plan
    found: dict[str, Nonelective | ProfitSharing] = {}
    if plan.profit_sharing.kind != "none":
        found["profit_sharing"] = plan.profit_sharing
    if not found or plan.nonelective.kind != "none" or plan.forfeitures == "reallocate":
        found["nonelective"] = plan.nonelective
    return found


def _of_any(config: Config, people: People, sources: Mapping[str, EmployerMoney]) -> Flags:
    """Return who counts for any of some sources, which are tested as one plan."""
    vesting = config.plan.vesting
    years = {name: most_service_years(vesting.of(name)) for name in sources}
    return np.logical_or.reduce([_counted(config, people, one, years[name]) for name, one in sources.items()])


def _counted(config: Config, people: People, source: EmployerMoney | None = None, most_years: int = 1) -> Flags:
    """Return who meets the plan's own conditions of age and service, or could lawfully not be kept out.

    Args:
        config: of the run.
        people: of the year.
        source: whose condition of service counts beside the plan's; None for deferrals.
        most_years: of service that the law lets the source ask for.
    """
    applicants, section = people.applicants, config.eligibility
    entry = entry_of(applicants, classes_of(applicants, section), section).date
    let_in = people.eligible | (entry <= people.last_day)
    if source is None:
        return let_in | not_excludable(config, people)
    if source.eligibility is not None:
        let_in &= may_enter(people.since_in_plan, people.birth, people.last_day, source, config.eligibility)
    asked = years_asked(source, config.eligibility)
    served = people.service >= source.minimum_service_years
    return (let_in & served) | not_excludable(config, people, min(max(asked, 1), most_years))


def _plans(config: Config, people: People, counted: Flags) -> Plans:
    """Return who is counted in one plan of all, or in two of which the second has the otherwise excludable, if any."""
    together = config.plan.testing.otherwise_excludable == "together"
    if together and not early_entrants(config, people).any():
        return [("", counted)]
    old = not_excludable(config, people)
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
    uniform = _uniform(config)
    if uniform is not None:
        return PlanTest(test, "exempt", uniform[0], figures, uniform[1])
    return general_test(test, figures, rates, group, config, people)


def _uniform(config: Config) -> tuple[str, str] | None:
    """Return why the formulas without deferrals are exempt by design, section and note; None where they are not."""
    sources = [*without_deferrals(config).values()]
    designs = [_design(source) for source in sources]
    terms = [{name: getattr(source, name) for name in EmployerMoney.model_fields} for source in sources]
    capped = any(source.annual_limit is not None for source in sources)
    first, paid = sources[0], config.compensation.other_pay
    part_of_pay = first.compensation == "participating" or left_out(first.pay, paid)
    if capped or any(one != terms[0] for one in terms) or part_of_pay or designs.count("integrated") > 1:
        return None
    if not UNIFORM.keys() >= set(designs):
        return None
    return UNIFORM["integrated" if "integrated" in designs else designs[0]]


def _design(source: Nonelective | ProfitSharing) -> str:
    """Return the kind of a formula, of a pool that of its allocation."""
    if not isinstance(source, ProfitSharing) or source.pool is None:
        return source.kind
    return {"pay": "flat", "equal": "dollars", "integrated": "integrated"}.get(source.pool.allocation, "pool")


def _percent(bp: int | None) -> float | None:
    return None if bp is None else bp / 100


def _share(some: Flags, of: Flags) -> float | None:
    return 100 * int(some.sum()) / int(of.sum()) if of.any() else None

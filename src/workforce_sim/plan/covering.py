"""Coverage and nonelective rates of a plan year of a run. Chapter: ``docs/model/testing.md``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from workforce_sim.config import Config
from workforce_sim.config.plan_values import EmployerMoney
from workforce_sim.dates import Flags
from workforce_sim.plan.adp import ratios_bp
from workforce_sim.plan.classes import classes_of, entry_of
from workforce_sim.plan.coverage import LEAST_RATIO_BP, lowest_rate_group_bp, ratio_percentage_bp
from workforce_sim.plan.findings import RATES_FAILED, RATIO_FAILED, Figures, Outcome, PlanTest
from workforce_sim.plan.people import People
from workforce_sim.plan.percentages import OTHERWISE_EXCLUDABLE, early_entrants, not_excludable, who_may_be_matched
from workforce_sim.plan.vesting import most_service_years

UNIFORM = {
    "none": ("401(a)(4)", "forfeitures only, a uniform share of pay (26 CFR 1.401(a)(4)-2(b)(2))"),
    "flat": ("401(a)(4)", "a uniform share of pay (26 CFR 1.401(a)(4)-2(b)(2))"),
    "integrated": ("401(l)", "uniform, with permitted disparity"),
}
"""Kinds of nonelective contribution that are exempt by design, with section and note."""

Plans = Sequence[tuple[str, Flags]]
"""Who is counted in each plan that is tested, with what its name adds to that of the test."""


def coverage(config: Config, people: People) -> Iterator[PlanTest]:
    """Yield coverage by deferrals, match and nonelective contributions, and the rates of the latter.

    Each is a plan of its own, 26 CFR 1.410(b)-7(c)(1).
    """
    year, plan = people.year.year, config.plan
    match, nonelective = plan.match.at(year), plan.nonelective
    yield from _covered("deferrals", people.eligible, _plans(config, people, _counted(config, people)), people.hce)
    if any(tier.rate_bp for _, tiers in match.bands for tier in tiers):
        may_be = people.eligible & who_may_be_matched(config, people)
        counted = _counted(config, people, match, most_service_years(plan.vesting.match_bp))
        yield from _covered("match", may_be, _plans(config, people, counted), people.hce)
    if not people.nonelective.any():
        yield PlanTest("Nonelective rates", "not applicable", "401(a)(4)", {}, "no nonelective contributions")
        return
    counted = _counted(config, people, nonelective, most_service_years(plan.vesting.nonelective_bp))
    plans = _plans(config, people, counted)
    yield from _covered("nonelective", people.nonelective > 0, plans, people.hce)
    yield from (_rates(f"Nonelective rates{name}", those, config, people) for name, those in plans)


def _counted(config: Config, people: People, source: EmployerMoney | None = None, most_years: int = 1) -> Flags:
    """Return who meets the plan's own conditions of age and service, or could lawfully not be kept out.

    Args:
        config: of the run.
        people: of the year.
        source: whose condition of service counts beside the plan's; None for deferrals.
        most_years: of service that the law lets the source ask for.
    """
    asked = 0 if source is None else source.minimum_service_years
    applicants, section = people.applicants, config.eligibility
    entry = entry_of(applicants, classes_of(applicants, section), section).date
    let_in = people.eligible | (entry <= people.last_day)
    return (let_in & (people.service >= asked)) | not_excludable(config, people, min(max(asked, 1), most_years))


def _plans(config: Config, people: People, counted: Flags) -> Plans:
    """Return who is counted in one plan of all, or in two of which the second has the otherwise excludable, if any."""
    together = config.plan.testing.otherwise_excludable == "together"
    if together and not early_entrants(config, people).any():
        return [("", counted)]
    old = not_excludable(config, people)
    apart = [(f", {OTHERWISE_EXCLUDABLE}", counted & ~old)] * bool((counted & ~old).any())
    return [("", counted & old), *apart]


def _covered(what: str, benefiting: Flags, plans: Plans, hce: Flags) -> Iterator[PlanTest]:
    for name, counted in plans:
        yield _coverage(f"Coverage, {what}{name}", benefiting[counted], hce[counted])


def _coverage(test: str, benefiting: Flags, hce: Flags) -> PlanTest:
    ratio = ratio_percentage_bp(benefiting, hce)
    figures = {
        "ratio_percent": _percent(ratio),
        "hce_percent": _share(benefiting & hce, hce),
        "nhce_percent": _share(benefiting & ~hce, ~hce),
        "hces": int(hce.sum()),
        "nhces": int((~hce).sum()),
    }
    return PlanTest(test, *_enough(ratio, "410(b)(1)(B)", figures, RATIO_FAILED))


def _rates(test: str, counted: Flags, config: Config, people: People) -> PlanTest:
    hce, compensation = people.hce[counted], people.compensation[counted]
    rates = np.where(compensation > 0, ratios_bp(people.nonelective[counted], np.maximum(compensation, 1)), 0)
    ratio = lowest_rate_group_bp(rates, hce)
    highest = [_percent(int(rates[group].max())) if group.any() else None for group in (hce, ~hce)]
    names = ("lowest_ratio_percent", "highest_hce_rate_percent", "highest_nhce_rate_percent")
    figures = dict(zip(names, (_percent(ratio), *highest), strict=True))
    source = config.plan.nonelective
    if source.kind in UNIFORM and source.compensation != "participating":
        section, note = UNIFORM[source.kind]
        return PlanTest(test, "exempt", section, figures, note)
    return PlanTest(test, *_enough(ratio, "401(a)(4)", figures, RATES_FAILED))


def _enough(ratio_bp: int | None, section: str, figures: Figures, failed: str) -> tuple[Outcome, str, Figures, str]:
    """Return outcome, section, figures and note of a ratio percentage test."""
    passed = ratio_bp is None or ratio_bp >= LEAST_RATIO_BP
    return ("passed", section, figures, "") if passed else ("failed", section, figures, failed)


def _percent(bp: int | None) -> float | None:
    return None if bp is None else bp / 100


def _share(some: Flags, of: Flags) -> float | None:
    return 100 * int(some.sum()) / int(of.sum()) if of.any() else None

"""The plan design in a few words: match, nonelective contributions, enrollment, vesting; scenario beside scenario."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from workforce_sim.config import Config
from workforce_sim.config.match import Match, MatchTier
from workforce_sim.config.nonelective import ShareOfPay
from workforce_sim.config.profit_sharing import ProfitSharing
from workforce_sim.display.markup.elements import Element
from workforce_sim.money import cents
from workforce_sim.reporting.pages.parts import listing
from workforce_sim.reporting.pages.scenario import Scenario
from workforce_sim.wording import bp_percent, counted, percent, period, short_dollars

EXCLUDED = {"union": "union employees", "nonresident_alien": "nonresident aliens", "other": "other excluded classes"}
GRADED = {"tenure": "years of service", "points": "points", None: ""}


def design_table(scenarios: Sequence[Scenario]) -> Element:
    """Return the plan design of each scenario, side by side."""
    designs = [_designs(each.config) for each in scenarios]
    names = dict.fromkeys(name for design in designs for name in design)
    rows = [[name, *(design.get(name, "none") for design in designs)] for name in names]
    heading = ["", *(each.name or "Plan" for each in scenarios)]
    return listing("Plan design", heading, rows, text=True)


def _designs(config: Config) -> dict[str, str]:
    """Return the design of each year, years with the same text together."""
    each = [(year, _design(config.at(year), year)) for year in config.simulation.years]
    return {name: _by_year([(year, design[name]) for year, design in each]) for name in each[0][1]}


def _by_year(texts: Sequence[tuple[int, str]]) -> str:
    runs = [(text, [year for year, _ in run]) for text, run in groupby(texts, key=lambda each: each[1])]
    return runs[0][0] if len(runs) == 1 else "; ".join(f"{period(years)}: {text}" for text, years in runs)


def _design(config: Config, year: int) -> dict[str, str]:
    plan, automatic = config.plan, config.enrollment.auto_enrollment
    since = automatic.hire_date_cutoff
    who = "all eligible employees" if automatic.everybody else f"hired from {since:%B} {since.day}, {since.year}"
    rate = bp_percent(automatic.default_bp)
    found = {
        "Employer match": _formula(plan.match.at(year)),
        "Nonelective contribution": "none" if plan.nonelective.kind == "none" else _nonelective(config),
        "Automatic enrollment": f"at {rate} of pay, {who}" if automatic.enabled else "none",
        "Eligibility": _eligibility(config),
        "Vesting of the match": _vesting(plan.vesting.match),
        "Vesting of the nonelective contribution": _vesting(plan.vesting.nonelective),
        **_further(config, year),
    }
    return found if plan.enabled else dict.fromkeys(found, "no plan")


def _vesting(schedule: object) -> str:
    if not isinstance(schedule, str):
        return "a schedule of its own"
    kind, _, years = schedule.replace("qaca", "QACA").partition("_")
    return f"{years}-year {kind}" if years else kind


def _eligibility(config: Config) -> str:
    section = config.eligibility
    hours = f" with {section.service.hours:,} hours" if section.by_hours else ""
    classes = counted(len(section.classes), "class with its own rule", "classes with their own rules")
    excluded = ", ".join(dict.fromkeys(EXCLUDED[one.reason] for one in section.excluded_classes))
    parts = (
        f"age {section.minimum_age}, {_wait(config)}{hours}",
        classes if section.classes else "",
        f"without {excluded}" if excluded else "",
    )
    return "; ".join(filter(None, parts))


def _wait(config: Config) -> str:
    wait = config.eligibility
    parts = {"years": wait.waiting_period_years, "months": wait.waiting_period_months}
    told = [f"{number} {unit}" for unit, number in parts.items() if number is not None]
    if not told:
        told = [f"{wait.waiting_period_days or 0} days"]
    return f"{' and '.join(told)} of service"


def _further(config: Config, year: int) -> dict[str, str]:
    """Return the sources that not every plan has."""
    plan, found = config.plan, {}
    if "discretionary_match" in config.provisions:
        second = plan.discretionary_match
        found["Discretionary match"] = "none" if second is None else _formula(second.at(year))
        found["Vesting of the discretionary match"] = _vesting(plan.vesting.discretionary_match)
    if "profit_sharing" in config.provisions:
        found["Profit sharing"] = _profit_sharing(plan.profit_sharing)
        found["Vesting of profit sharing"] = _vesting(plan.vesting.profit_sharing)
    return found


def _profit_sharing(section: ProfitSharing) -> str:
    if section.kind == "none":
        return "none"
    if section.pool is not None:
        return f"a pool shared {section.pool.shared}"
    if section.dollars is not None:
        return f"{short_dollars(cents(section.dollars))} for each employee"
    return "by allocation group" if section.groups is not None else _share_of_pay(section.kind, section)


def _nonelective(config: Config) -> str:
    return _share_of_pay(config.plan.nonelective.kind, config.plan.nonelective)


def _share_of_pay(kind: str, section: ShareOfPay) -> str:
    if section.rate is not None:
        return f"{percent(section.rate)} of pay"
    return f"by {kind}" if kind != "integrated" else "integrated with Social Security"


# --- the match ---


def _formula(match: Match) -> str:
    bands, in_dollars = match.bands, match.in_dollars
    told = [(start, _tiers(tiers, in_dollars)) for start, tiers in bands]
    if len(told) == 1:
        return told[0][1]
    return "; ".join(f"from {start} {GRADED[match.graded_by]}: {text}" for start, text in told)


def _tiers(tiers: Sequence[MatchTier], in_dollars: bool) -> str:
    parts = []
    for place, tier in enumerate(tiers):
        width = tier.upper - tier.lower
        size = short_dollars(width) if in_dollars else f"{bp_percent(width)} of pay"
        parts.append(f"{bp_percent(tier.rate_bp)} of the {'first' if place == 0 else 'next'} {size}")
    return ", ".join(parts) or "none"

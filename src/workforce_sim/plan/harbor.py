"""Safe-harbor contributions: their kind, or what disqualifies them. Chapter: ``docs/model/legality.md``."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Literal, NamedTuple

from workforce_sim.config import Config
from workforce_sim.config.enrollment import Escalation
from workforce_sim.config.match import Match, MatchTier
from workforce_sim.plan.match import match_rate
from workforce_sim.plan.sources import eligibility_of
from workforce_sim.plan.vesting import slower
from workforce_sim.plan.waits import waits_too_long

Kind = Literal["traditional", "automatic"]
Money = Literal["match", "nonelective"]


class _Law(NamedTuple):
    """What a kind of safe harbor asks for: sections of the Code, the match of the law, and the slowest vesting."""

    section: str
    formula: str
    same_rates: str
    to_all: str
    vesting: str
    basic: tuple[MatchTier, ...]
    slowest: str
    slow: str
    poor: str


_LAWS: dict[Kind, _Law] = {
    "traditional": _Law(
        section="IRC 401(k)(12)",
        formula="IRC 401(k)(12)(B)",
        same_rates="IRC 401(k)(12)(B)(ii)",
        to_all="IRC 401(k)(12)(C)",
        vesting="IRC 401(k)(12)(E)(i)",
        basic=Match(preset="safe_harbor_basic").bands[0][1],
        slowest="immediate",
        slow="safe-harbor contributions must be vested immediately",
        poor="less than the basic safe-harbor match",
    ),
    "automatic": _Law(
        section="IRC 401(k)(13)",
        formula="IRC 401(k)(13)(D)(ii)",
        same_rates="IRC 401(k)(13)(D)(ii)",
        to_all="IRC 401(k)(13)(D)(i)(II)",
        vesting="IRC 401(k)(13)(D)(iii)(I)",
        basic=Match(preset="qaca").bands[0][1],
        slowest="qaca_2",
        slow="QACA contributions must be vested after 2 years",
        poor="less than the QACA match",
    ),
}
LEAST_BP, MOST_AT_FIRST_BP, MOST_BP = 300, 1000, 1500
ALL_INCREASES = 10_000
"""Increases that reach any cap, by a basis point each."""
_LEAST_LATER_BP = ((2, 400), (3, 500), (4, 600))
"""Calendar years after that of the first default contribution, and the least rate of a QACA on January 1."""


class SafeHarbor(NamedTuple):
    """Declared safe-harbor contributions, the kind they are checked as, and what disqualifies them."""

    money: Money
    kind: Kind
    problems: tuple[str, ...]


def safe_harbor_of(config: Config, year: int) -> SafeHarbor | None:
    """Return the declared safe-harbor contributions of a year, checked as the kind they come nearest to."""
    money = config.plan.safe_harbor_money(year)
    if money is None:
        return None
    held = [SafeHarbor(money, kind, tuple(_problems(config, year, money, kind))) for kind in _said(config, year)]
    return min(held, key=lambda harbor: len(harbor.problems))


def safe_harbor_problems(config: Config, year: int) -> list[str]:
    """Return what disqualifies declared safe-harbor contributions; empty where none are declared."""
    harbor = safe_harbor_of(config, year)
    return [] if harbor is None else list(harbor.problems)


def _said(config: Config, year: int) -> tuple[Kind, ...]:
    """Return the kinds of safe harbor that a year's contributions may belong to."""
    qaca = config.plan.testing.safe_harbor == "qaca" or config.plan.match.at(year).safe_harbor == "automatic"
    return ("automatic",) if qaca else ("traditional", "automatic")


def _problems(config: Config, year: int, money: Money, kind: Kind) -> Iterator[str]:
    plan, match, law = config.plan, config.plan.match.at(year), _LAWS[kind]
    source = plan.sources(year)[money]
    if source.last_day or source.minimum_hours or source.minimum_service_years > 1:
        yield f"plan.{money}: safe-harbor contributions allow no last-day, hours or service condition ({law.section})"
    if source.eligibility is not None and waits_too_long(eligibility_of(source, config.eligibility), year):
        yield f"plan.{money}.eligibility: safe-harbor contributions wait for at most a year and age 21 ({law.section})"
    if source.annual_limit is not None:
        yield f"plan.{money}.annual_limit: safe-harbor contributions have no limit in dollars ({law.formula})"
    if money == "match":
        yield from _formula(match, law)
    elif source.compensation == "participating":
        yield f"plan.nonelective.compensation: safe-harbor contributions cover those who do not defer ({law.to_all})"
    if slower(plan.vesting.of(money), law.slowest):
        yield f"plan.vesting.{money}: {law.slow} ({law.vesting})"
    if kind == "automatic":
        yield from _automatic(config)


def _formula(match: Match, law: _Law) -> Iterator[str]:
    """Yield what keeps a formula from being the match of the law or an enhanced one."""
    if match.in_dollars or not all(_rich_enough(tiers, law.basic) for _, tiers in match.bands):
        yield f"plan.match: {law.poor} at some deferral rate, or a match rate that rises with deferrals ({law.formula})"
    if len(match.bands) > 1:
        yield (f"plan.match: graded, so an HCE may get more than an NHCE at the same deferral rate ({law.same_rates})")


def _rich_enough(tiers: tuple[MatchTier, ...], basic: tuple[MatchTier, ...]) -> bool:
    """Return whether tiers give the basic match at every rate, and rates that never rise."""
    edges = {0, *(tier.upper for tier in (*tiers, *basic))}
    falling = all(a.rate_bp >= b.rate_bp for a, b in pairwise(tiers))
    return falling and all(match_rate(rate, tiers) >= match_rate(rate, basic) for rate in edges)


def _automatic(config: Config) -> Iterator[str]:
    """Yield what a qualified automatic contribution arrangement lacks."""
    section = config.enrollment.auto_enrollment
    if not section.enabled:
        yield "enrollment.auto_enrollment.enabled: a QACA enrolls automatically (IRC 401(k)(13)(C)(i))"
    elif not section.everybody:
        yield "enrollment.auto_enrollment.scope: a QACA covers everybody without an election (IRC 401(k)(13)(C)(iv))"
    yield from _default_rates(config)


def _default_rates(config: Config) -> Iterator[str]:
    """Yield compliance warnings about the default rate of a QACA, from the first contribution on."""
    rise = config.enrollment.escalation
    first, at_first = default_rate(config, 0), default_rate(config, most_increases_at_first(rise))
    if not LEAST_BP <= first <= MOST_AT_FIRST_BP:
        yield "enrollment.auto_enrollment.default_deferral_rate: must be 3 to 10% in a QACA (IRC 401(k)(13)(C)(iii))"
    if first <= MOST_AT_FIRST_BP < at_first:
        yield (
            "enrollment.escalation: the default of a QACA is at most 10% until the end of the plan year after that of "
            "the first contribution (IRC 401(k)(13)(C)(iii))"
        )
    if default_rate(config, ALL_INCREASES) > MOST_BP:
        yield "enrollment.escalation.cap: at most 15% in a QACA (IRC 401(k)(13)(C)(iii))"
    if any(default_rate(config, least_increases(rise, later)) < least for later, least in _LEAST_LATER_BP):
        yield (
            "enrollment.escalation: the default of a QACA is at least 4, 5 and 6% after the initial period "
            "(IRC 401(k)(13)(C)(iii))"
        )


def default_rate(config: Config, increases: int) -> int:
    """Return the default rate after so many increases, bp."""
    rise, most = config.enrollment.escalation, config.enrollment.max_deferral_bp
    first = min(config.enrollment.auto_enrollment.default_bp, most)
    if not rise.enabled:
        return first
    return max(first, min(first + increases * rise.increment_bp, rise.cap_bp, most))


def most_increases_at_first(rise: Escalation) -> int:
    """Return the most increases in the year of the enrollment and the next; in the former only after January 1."""
    return max(0, 2 - max(rise.delay_years, rise.date == "01-01"))


def least_increases(rise: Escalation, later: int) -> int:
    """Return the fewest increases by a January 1 so many years after that of the enrollment."""
    return max(0, later - max(rise.delay_years, 1) + (rise.date == "01-01"))

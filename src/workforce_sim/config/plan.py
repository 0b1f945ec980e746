"""The plan: what the employer pays in, which deferrals it takes, vesting, forfeitures, limits and testing."""

from __future__ import annotations

import difflib
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    RootModel,
    Tag,
    model_validator,
)

from workforce_sim.config.match import FORMULAS, Match
from workforce_sim.config.nonelective import Nonelective
from workforce_sim.config.other_pay import CountedPay
from workforce_sim.config.plan_values import BpByYear, EmployerMoney
from workforce_sim.config.profit_sharing import ProfitSharing
from workforce_sim.config.returning import Breaks
from workforce_sim.config.values import (
    BY_YEAR,
    ONE_VALUE,
    Date,
    Dollars,
    GrowthByYear,
    GrowthRate,
    KeyPath,
    Section,
    Share,
    YearKey,
    decimals,
    each_year_once,
    refuse,
)
from workforce_sim.config.vesting import Vesting

__all__ = ["FIRST_YEAR", "LIMITS", "Match", "Nonelective", "Plan", "Vesting"]

FIRST_YEAR = 2011
"""The first year whose statutory limits are known."""

LEAST_NONELECTIVE = 0.03
"""Share of pay that a nonelective contribution needs to be a safe harbor."""

LIMITS = (
    "elective_deferral",
    "catch_up",
    "super_catch_up",
    "annual_additions",
    "compensation",
    "highly_compensated",
    "key_officer",
    "one_percent_owner",
    "wage_base",
    "roth_catch_up_wages",
)
"""The limits that ``plan.limits.overrides`` may name."""

_LISTED = ", ".join(LIMITS)


def _shape(value: Any) -> str:
    return BY_YEAR if isinstance(value, dict) and any(map(_like_a_year, value)) else ONE_VALUE


def _like_a_year(key: Any) -> bool:
    """Tell whether a key is meant as a year, right or wrong; no key of a formula begins with a digit."""
    return str(key)[:1].isdigit()


class MatchByYear(RootModel[Any]):
    """One match formula, or a table of them by year in which each holds until the next."""

    model_config = ConfigDict(frozen=True, strict=True)

    root: Annotated[
        Annotated[Match, Tag(ONE_VALUE)]
        | Annotated[
            dict[YearKey, Match],
            Field(json_schema_extra={"minProperties": 1, "propertyNames": {"pattern": "^[0-9]{4}$"}}),
            Tag(BY_YEAR),
        ],
        Discriminator(_shape),
    ]

    @model_validator(mode="before")
    @classmethod
    def _one_or_by_year(cls, value: Any) -> Any:
        if isinstance(value, dict) and len(set(map(_like_a_year, value))) > 1:
            raise ValueError("keys of a formula and years side by side; give one formula, or {year: {formula}, ...}")
        return {} if value is None else each_year_once(value)

    @property
    def first_year(self) -> int | None:
        """The first year of the table; None for one formula that holds always."""
        return min(self.root) if isinstance(self.root, dict) else None

    @property
    def formulas(self) -> list[tuple[KeyPath, Match]]:
        """The formulas with their paths in the table: their years, nothing for one that holds always."""
        return (
            [((), self.root)]
            if isinstance(self.root, Match)
            else [((year,), match) for year, match in self.root.items()]
        )

    def at(self, year: int) -> Match:
        """Return the formula in force in a year."""
        if isinstance(self.root, Match):
            return self.root
        found: Match = self.root[max(y for y in self.root if y <= year)]
        return found


class Roth(Section):
    """Roth deferrals."""

    switch = "available"
    available: bool = True
    """Whether the plan offers Roth deferrals; without them, employees whose catch-up must be Roth have none."""
    share: Share = 0.15
    """Share of deferrals that are Roth."""


def _limit_name(name: Any) -> Any:
    if name in LIMITS:
        return name
    if str(name).isdigit():
        raise ValueError("name the limit first, then the year: {elective_deferral: {2027: 25500}}")
    near = difflib.get_close_matches(str(name)[:100], LIMITS, n=1)
    raise ValueError(f"not a limit; {f'did you mean {near[0]}?' if near else f'the limits are {_LISTED}'}")


def _known_year(year: int) -> int:
    if year < FIRST_YEAR:
        raise ValueError(f"limits are known from {FIRST_YEAR} on; this year has none")
    return year


def _table_by_year(value: Any) -> Any:
    if not isinstance(value, dict) or not value:
        raise ValueError("expected dollars by year, such as {2027: 25500}")
    return each_year_once(value)


LimitName = Annotated[str, BeforeValidator(_limit_name), Field(json_schema_extra={"enum": list(LIMITS)})]
DollarsByYear = Annotated[
    dict[Annotated[YearKey, AfterValidator(_known_year)], Dollars],
    BeforeValidator(_table_by_year),
    Field(json_schema_extra={"minProperties": 1, "propertyNames": {"pattern": "^[0-9]{4}$"}}),
]


class PlanLimits(Section):
    """Projection of statutory limits after the last published year."""

    inflation: GrowthRate = 0.025
    """Yearly growth of consumer prices, a fraction of one."""
    wage_growth: GrowthRate = 0.035
    """Yearly growth of the national average wage, a fraction of one."""
    overrides: dict[LimitName, DollarsByYear] = Field(default_factory=dict)
    """Dollars by name of a limit and year, in place of the published or projected figure of that year."""


def _true_false_or_qaca(value: Any) -> Any:
    if isinstance(value, bool) or (isinstance(value, str) and value == "qaca"):
        return value
    raise ValueError("expected true, false or qaca")


SafeHarborMoney = Annotated[Literal[True, False, "qaca"], BeforeValidator(_true_false_or_qaca)]
"""Whether contributions are safe-harbor; ``qaca`` means a qualified automatic contribution arrangement."""


class Testing(Section):
    """Nondiscrimination testing."""

    method: Literal["current", "prior"] = "current"
    """Whether tests use the current or the prior year's figures of NHCEs."""
    top_paid_group: bool = False
    """Whether only the top-paid fifth can be highly compensated by pay."""
    safe_harbor: SafeHarborMoney | None = None
    """Whether employer contributions are safe-harbor (true), or those of a QACA; from the preset when left out."""
    interest_rate: Annotated[float, Field(ge=0.075, le=0.085), AfterValidator(decimals(4))] = 0.08
    """Interest at which contributions grow to 65 where they are tested as benefits, a fraction of one."""
    otherwise_excludable: Literal["together", "apart", "left_out"] = "together"
    """Whether employees under 21 or a year of service are tested together, apart, or (NHCEs) left out of ADP."""
    pay: CountedPay = "all"
    """Which pay is testing compensation: `all`, `base` (salary alone), or `{excluding: [kinds of other pay]}`."""


class Plan(Section):
    """The plan; without it nobody is eligible and nothing is contributed."""

    enabled: bool = True
    """Whether there is a plan."""
    match: MatchByYear = Field(default_factory=lambda: MatchByYear(Match()))
    """The employer match; may be a table by year."""
    discretionary_match: MatchByYear | None = None
    """A second match, a formula like that of `match`; may be a table by year. Null: none."""
    nonelective: Nonelective = Field(default_factory=Nonelective)
    profit_sharing: ProfitSharing = Field(default_factory=ProfitSharing)
    deferral_pay: CountedPay = "all"
    """Which pay is deferred from: `all`, `base` (salary alone), or `{excluding: [kinds of other pay]}`."""
    roth: Roth = Field(default_factory=Roth)
    catch_up: bool = True
    """Whether the plan offers catch-up deferrals from age 50."""
    super_catch_up: bool = True
    """Whether it offers the higher catch-up at 60 to 63."""
    deferrals_stop_at_pay_limit: bool = False
    """Whether deferrals stop at the pay limit of section 401(a)(17)."""
    hce_deferral_limit: BpByYear | None = None
    """Share of pay that highly compensated employees may defer; by year; catch-up may go above it."""
    vesting: Vesting = Field(default_factory=Vesting)
    breaks: Breaks = Breaks()
    forfeitures: Literal["offset", "expenses", "reallocate"] = "offset"
    """Use of forfeitures in the next year: employer contributions, expenses, or participants' accounts."""
    annual_return: GrowthByYear = Field(default_factory=lambda: GrowthByYear(0.0))
    """Return on employer balances, a fraction of one a year."""
    limits: PlanLimits = Field(default_factory=PlanLimits)
    testing: Testing = Field(default_factory=Testing)
    established: Date | None = None
    """Day on which the plan began; most of those since December 29, 2022 must enroll automatically."""
    employer_since: Date | None = None
    """Day on which the employer began; one of less than 3 years need not enroll automatically."""
    governmental_or_church: bool = False
    """Whether it is the plan of a government or a church, which need not enroll automatically."""

    @model_validator(mode="after")
    def _discretionary_match_has_a_formula(self) -> Plan:
        found = [] if self.discretionary_match is None else self.discretionary_match.formulas
        refuse(
            (("discretionary_match", *path), f"needs a formula: one of {', '.join(FORMULAS)}", None)
            for path, formula in found
            if not formula.given
        )
        return self

    @property
    def waives(self) -> bool:
        """Whether some source of some year waives conditions by the cause of a termination."""
        matches = [each for each in (self.match, self.discretionary_match) if each is not None]
        of_matches = [formula for each in matches for _, formula in each.formulas]
        return any(money.waives for money in (*of_matches, self.nonelective, self.profit_sharing))

    def sources(self, year: int) -> dict[str, EmployerMoney]:
        """Return the employer contributions of a year by source; match and nonelective even if they pay nothing."""
        found: dict[str, EmployerMoney] = {"match": self.match.at(year), "nonelective": self.nonelective}
        if self.profit_sharing.kind != "none":
            found["profit_sharing"] = self.profit_sharing
        if self.discretionary_match is not None:
            found["discretionary_match"] = self.discretionary_match.at(year)
        return found

    def safe_harbor(self, year: int) -> bool:
        """Return whether some employer contributions of a year are declared safe-harbor contributions."""
        said = self.testing.safe_harbor
        return self.match.at(year).safe_harbor is not None if said is None else bool(said)

    def safe_harbor_money(self, year: int) -> Literal["match", "nonelective"] | None:
        """Return which employer contributions of a year are declared safe-harbor contributions; None for none.

        ``testing.safe_harbor`` beside a flat nonelective contribution of 3% or more, and no safe-harbor preset, means
        that one, section 401(k)(12)(C) and 401(k)(13)(D)(i)(II).
        """
        if not self.safe_harbor(year):
            return None
        flat = self.nonelective.kind == "flat" and (self.nonelective.rate or 0) >= LEAST_NONELECTIVE
        return "nonelective" if flat and self.match.at(year).safe_harbor is None else "match"

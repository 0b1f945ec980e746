"""What happens: terminations, hiring, promotion, compensation."""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from workforce_sim.config.actions import KnownHire, Season, TimeToFill
from workforce_sim.config.defaults import default
from workforce_sim.config.other_pay import OtherPay, named_once
from workforce_sim.config.pay_ranges import MeritMatrix
from workforce_sim.config.retirement import Retirement
from workforce_sim.config.returning import Rehires
from workforce_sim.config.values import (
    Age,
    Dollars,
    Factor,
    FactorBands,
    FactorByYear,
    Listed,
    MeritFactor,
    MonthDay,
    MonthWeights,
    PayChangeByYear,
    Section,
    Share,
    ShareByYear,
    Tenure,
    WordOrByName,
    WordOrCurve,
    decimals,
    starts_at_zero,
    sums_to_one,
)
from workforce_sim.money import PPM, cents, ppm, quota, scaled

CAUSES = ("voluntary", "involuntary", "retirement", "death", "disability")


class RateCell(Section):
    """An annual termination rate from an age and a tenure on."""

    age_from: Age
    """Completed years of age from which the rate holds."""
    tenure_from: Tenure
    """Completed years of tenure from which the rate holds."""
    value: Share
    """Annual rate, a fraction of one."""


class CauseBand(Section):
    """Shares of the causes of termination from an age on; a cause left out has share 0."""

    start: Age = Field(alias="from")
    """Completed years of age from which the shares hold."""
    voluntary: Share = 0.0
    """Share who quit, a fraction of one."""
    involuntary: Share = 0.0
    """Share who are laid off or discharged, a fraction of one."""
    retirement: Share = 0.0
    """Share who retire, a fraction of one."""
    death: Share = 0.0
    """Share who die, a fraction of one."""
    disability: Share = 0.0
    """Share who become disabled, a fraction of one."""

    @model_validator(mode="after")
    def _whole(self) -> CauseBand:
        sums_to_one([getattr(self, cause) for cause in CAUSES], "the shares of the causes")
        return self

    @property
    def ppm(self) -> tuple[int, ...]:
        """Shares in whole millionths, in the order of ``CAUSES``."""
        return tuple(ppm(getattr(self, cause)) for cause in CAUSES)


def _covering(cells: tuple[RateCell, ...] | None) -> tuple[RateCell, ...] | None:
    if cells is None:
        return None
    places = [(cell.age_from, cell.tenure_from) for cell in cells]
    if places != sorted(set(places)):
        raise ValueError("cells must be listed in rising order of age_from, then tenure_from, each once")
    if not places or places[0][0] != 0 or any((age, 0) not in places for age, _ in places):
        raise ValueError("ages must start from 0, and each age_from needs a cell with tenure_from 0")
    return cells


CauseBands = Annotated[Listed[CauseBand], AfterValidator(starts_at_zero)]


class Terminations(Section):
    """Termination rates or relative risks, causes and dates."""

    age_factors: FactorBands | None = None
    """Relative risk by age; give these or `rates`, not both."""
    tenure_factors: FactorBands | None = None
    """Relative risk by tenure."""
    rates: Annotated[Listed[RateCell] | None, AfterValidator(_covering)] = None
    """Annual rates by age and tenure: relative when headcount is exact, as given when stochastic."""
    rate_factor: FactorByYear = FactorByYear(1.0)
    """Factor of all `rates`, by year."""
    department_factors: dict[str, Factor] = Field(default_factory=dict)
    """Relative risk by department name, at most 3 decimals; 1 for a department left out."""
    causes: CauseBands = Field(default_factory=lambda: default(CauseBands, "causes"))
    """Shares of the causes of termination by age band."""
    month_weights: MonthWeights | None = None
    """When in the year existing employees terminate; evenly by day when left out."""
    new_hire_hazard: WordOrCurve[Literal["days_left", "level"]] = "days_left"
    """Terminations of new hires: by days left, at a level hazard, or shares terminated by days since hire."""
    retirement: Retirement | None = None
    """Who may retire, and at what rate; when left out, `causes` alone decide."""

    @model_validator(mode="after")
    def _one_kind(self) -> Terminations:
        if self.rates is not None and self.uses_factors:
            raise ValueError("give rates, or age_factors and tenure_factors, not both")
        if self.uses_factors and self.retirement is not None and self.retirement.rates is not None:
            raise ValueError("retirement.rates are annual rates: beside age_factors or tenure_factors give factors")
        return self

    @property
    def uses_factors(self) -> bool:
        """Whether factors by age or tenure are configured; otherwise a table of rates holds."""
        return self.age_factors is not None or self.tenure_factors is not None

    def factor_ppm(self, year: int) -> int:
        """Return the factor of a year in whole millionths: 1 where no table of rates is configured."""
        return PPM if self.rates is None else self.rate_factor.ppm(year)

    def department_milli(self, name: str | None) -> int:
        """Return the factor of a department in whole thousandths."""
        return scaled(self.department_factors.get(name, 1.0) if name is not None else 1.0, 3)

    @cached_property
    def rate_table(self) -> tuple[RateCell, ...]:
        """The table of rates: as configured, or the default one."""
        if self.rates is not None:
            return self.rates
        cells: tuple[RateCell, ...] = default(Listed[RateCell], "termination_rates")
        return cells


class AgeBand(Section):
    """Ages at hire: from a lowest age up to, not including, an upper one."""

    start: Age = Field(alias="from")
    """Lowest age, completed years; 14 or more."""
    end: Age = Field(alias="to")
    """Upper age, completed years, not included."""
    weight: Annotated[float, Field(ge=0, le=1_000_000), AfterValidator(decimals(6))]
    """Relative weight, at most 6 decimals."""

    @model_validator(mode="after")
    def _rising(self) -> AgeBand:
        if self.end <= self.start:
            raise ValueError("to must be above from")
        if self.start < 14:
            raise ValueError("ages at hire start at 14")
        return self


def _contiguous(bands: tuple[AgeBand, ...]) -> tuple[AgeBand, ...]:
    if not bands or any(a.end != b.start for a, b in pairwise(bands)):
        raise ValueError("bands must follow one another without gap or overlap")
    if sum(band.weight for band in bands) <= 0:
        raise ValueError("at least one band needs a weight above 0")
    return bands


AgeBands = Annotated[Listed[AgeBand], AfterValidator(_contiguous)]


def _whole_mix(mix: str | dict[str, float] | None) -> str | dict[str, float] | None:
    if isinstance(mix, dict):
        sums_to_one(mix, "the shares")
    return mix


class Hiring(Section):
    """New hires: who, when and at what pay."""

    level_mix: Annotated[WordOrByName[Literal["census", "adaptive"], Share] | None, AfterValidator(_whole_mix)] = None
    """`census`: the census counts; `adaptive`: each opening's counts; or shares by level name; see `promotion.mode`."""
    ages: AgeBands = Field(default_factory=lambda: default(AgeBands, "hire_ages"))
    """Ages at hire."""
    month_weights: MonthWeights | None = None
    """When in the year employees are hired; evenly by day when left out."""
    pay: Literal["percentiles", "uniform"] = "percentiles"
    """Pay of hires: along the level's percentiles, or evenly across its range."""
    range_growth: PayChangeByYear | None = None
    """Yearly growth of every pay range, negative for a fall; the cost-of-living rate when left out."""
    part_time_share: ShareByYear = ShareByYear(0.0)
    """Share of hires who work part-time."""
    part_time_hours: Annotated[int, Field(ge=1, le=2080)] = 1040
    """Hours a year of a part-time hire; full-time is 2,080."""
    rehires: Rehires = Rehires()
    known: Listed[KnownHire] = ()
    """Known hires, such as open requisitions: certain, and within the year's hires."""
    seasonal: Listed[Season] = ()
    """Seasonal employees, hired each year beside all others, who leave on a day."""
    time_to_fill: TimeToFill | None = None
    """Days that the positions of those who leave stay open; hire dates follow no exit when left out."""

    @cached_property
    def age_ppm(self) -> tuple[int, ...]:
        """Weights of the age bands as whole millionths: shares of 10^6 by largest remainder."""
        return tuple(quota(1_000_000, [scaled(band.weight, 6) for band in self.ages]))


class Increase(Section):
    """Lowest and highest promotion increase, fractions of salary."""

    lowest: Share
    """Smallest increase, a fraction of salary."""
    highest: Share
    """Largest increase, a fraction of salary."""

    @model_validator(mode="after")
    def _rising(self) -> Increase:
        if self.highest < self.lowest:
            raise ValueError("highest must not be below lowest")
        return self


FROM_WITHIN = 0.7
"""Share of vacancies filled from the level below, where none is given."""


class Promotion(Section):
    """Promotions: who, when, and the increase."""

    mode: Literal["vacancies", "rates"] | None = None
    """`vacancies`: to fill vacancies above; `rates`: by chance; left out: rates with a base_rate or level_mix."""
    from_within: WordOrByName[Share, Share] = FROM_WITHIN
    """By vacancies: share of a level's vacancies filled from below; or by name of that level, 0.7 for one left out."""
    base_rate: ShareByYear | None = None
    """By rates: annual chance of promotion before factors; 0.10 when left out."""
    age_factors: FactorBands = Field(default_factory=lambda: default(FactorBands, "promotion_age_factors"))
    """Relative chance by age."""
    tenure_factors: FactorBands = Field(default_factory=lambda: default(FactorBands, "promotion_tenure_factors"))
    """Relative chance by tenure."""
    minimum_tenure: Tenure = 1
    """Completed years of tenure needed on the promotion date."""
    increase: Increase = Increase(lowest=0.06, highest=0.12)
    """Range of the increase; drawn evenly."""
    max_increase: Share = 0.30
    """Largest promotion increase, a fraction of salary."""
    max_amount: Dollars = 500_000.0
    """Largest promotion increase, dollars a year; not indexed."""
    date: MonthDay | None = None
    """Day of all promotions, MM-DD; drawn over the year when left out."""
    month_weights: MonthWeights | None = None
    """When in the year promotions fall; evenly by day when left out."""

    @model_validator(mode="after")
    def _one_kind_of_date(self) -> Promotion:
        if self.date is not None and self.month_weights is not None:
            raise ValueError("give date or month_weights, not both")
        return self

    def within_ppm(self, level: str) -> int:
        """Return the share of a level's vacancies that is filled from the level below, whole millionths."""
        given = self.from_within
        return ppm(given.get(level, FROM_WITHIN) if isinstance(given, dict) else given)

    @property
    def rate(self) -> ShareByYear:
        """Annual chance of promotion by rates: as configured, or the default."""
        return self.base_rate or default(ShareByYear, "promotion_rate")

    @property
    def max_amount_cents(self) -> int:
        """Most that a promotion may add, whole cents."""
        return cents(self.max_amount)


class Rating(Section):
    """A performance rating: share of employees, and relative merit increase."""

    share: Share
    """Share of employees with this rating, a fraction of one."""
    factor: MeritFactor = 1.0
    """Relative merit increase, at most 4 decimals; a merit_matrix has its own."""


def _whole_ratings(ratings: dict[str, Rating]) -> dict[str, Rating]:
    if ratings:
        sums_to_one([rating.share for rating in ratings.values()], "the shares")
    return ratings


class Compensation(Section):
    """Cost-of-living and merit increases, and pay other than salary."""

    cola_rate: PayChangeByYear = PayChangeByYear(0.025)
    """Cost-of-living increase a year, a fraction of salary; negative for a pay cut."""
    cola_date: MonthDay = "01-01"
    """Day of the cost-of-living increase, MM-DD."""
    merit_pool: ShareByYear = ShareByYear(0.03)
    """Merit increases a year as a share of the payroll of the employees who receive one."""
    merit_date: MonthDay | None = None
    """Day of merit increases, MM-DD; 04-01 when neither this nor merit_month_weights is given."""
    merit_month_weights: MonthWeights | None = None
    """When in the year merit increases fall, drawn for each employee."""
    merit_minimum_tenure: Tenure = 1
    """Completed years of tenure needed on the merit date."""
    merit_factors: dict[str, MeritFactor] = Field(default_factory=dict)
    """Relative merit increase by level name; 1 for a level left out."""
    ratings: Annotated[dict[str, Rating], AfterValidator(_whole_ratings)] = Field(default_factory=dict)
    """Performance ratings, drawn each year; all employees alike when left out."""
    other_pay: Annotated[Listed[OtherPay], AfterValidator(named_once)] = ()
    """Pay other than salary: bonuses, overtime, commissions; none when left out."""
    merit_hired_by: MonthDay | None = None
    """Latest hire date for merit, MM-DD before the merit date, in place of merit_minimum_tenure."""
    merit_proration: Literal["none", "days", "months"] = "none"
    """Merit of those hired within the year before the merit date: whole, or by days or months employed."""
    merit_matrix: MeritMatrix | None = None
    """Merit by rating and position in the pay range."""
    range_minimum: Literal["ignore", "lift"] = "ignore"
    """Pay below the minimum of the level: left alone, or lifted to it."""
    range_lift_date: MonthDay = "01-01"
    """Day of lifts to the minimum, MM-DD."""
    range_maximum: Literal["ignore", "freeze", "lump_sum"] = "ignore"
    """Raises at the maximum of the level: not limited, lost beyond it, or paid once."""

    @model_validator(mode="after")
    def _one_kind_of_date(self) -> Compensation:
        if self.merit_date is not None and self.merit_month_weights is not None:
            raise ValueError("give merit_date or merit_month_weights, not both")
        wrong = None if self.merit_matrix is None else self.merit_matrix.problem(self.ratings)
        if wrong:
            raise ValueError(f"merit_matrix.increases {wrong}")
        return self

    @property
    def in_ranges(self) -> bool:
        """Whether pay depends on the range of the level."""
        limited = self.range_minimum != "ignore" or self.range_maximum != "ignore"
        return limited or self.merit_matrix is not None

    @property
    def fixed_merit_date(self) -> MonthDay | None:
        """The one day of merit increases; None where each person's is drawn."""
        if self.merit_month_weights is not None:
            return None
        return self.merit_date or "04-01"

    @property
    def sorted_ratings(self) -> tuple[Rating, ...]:
        """Ratings in the order of their names."""
        return tuple(self.ratings[name] for name in sorted(self.ratings))

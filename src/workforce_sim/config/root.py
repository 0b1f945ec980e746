"""The whole configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import (
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)

from workforce_sim.config.amended import Tables, in_force, in_year, late, put, tables_of, told
from workforce_sim.config.census import CensusSection
from workforce_sim.config.enrollment import Enrollment
from workforce_sim.config.events import Compensation, Hiring, Promotion, Terminations
from workforce_sim.config.plan import FIRST_YEAR, MatchByYear, Plan
from workforce_sim.config.uncertainty import Uncertainty
from workforce_sim.config.values import MAX_TOLD, ByYear, KeyPath, PathText, Section, Share, refuse, some, value_at
from workforce_sim.config.workforce import Simulation, Workforce


class Eligibility(Section):
    """When an employee may join the plan."""

    waiting_period_days: Annotated[int, Field(ge=0, le=3650)] = 365
    """Days from hire to eligibility; ignored where years or months are given."""
    waiting_period_years: Annotated[int, Field(ge=0, le=10)] | None = None
    """Whole years from hire to eligibility, in place of days."""
    waiting_period_months: Annotated[int, Field(ge=0, le=120)] | None = None
    """Calendar months from hire to eligibility, in place of days; beside years, added to them."""
    minimum_age: Annotated[int, Field(ge=0, le=70)] = 21
    """Minimum age, completed years."""
    entry: Literal["immediate", "monthly", "quarterly", "semiannual", "annual"] = "immediate"
    """Entry dates: every day, or the first day of a month, quarter, half-year or year."""
    excluded_share: Share = 0.0
    """Share of hires, and of employees in the census who do not participate, who never become eligible."""
    excluded_scope: Literal["all", "hires"] = "all"
    """Who the share applies to: `all`, or only `hires` and nobody in the census."""

    @property
    def waiting_period(self) -> tuple[Literal["days", "months"], int]:
        """What the wait is counted in, and how many of it."""
        years, months = self.waiting_period_years, self.waiting_period_months
        if years is None and months is None:
            return "days", self.waiting_period_days
        return "months", 12 * (years or 0) + (months or 0)


class Output(Section):
    """Output of a run."""

    path: PathText | None = None
    """Folder of the run, relative to the configuration file; nothing is written when left out."""
    compression: Literal["zstd", "lz4", "snappy", "uncompressed"] = "zstd"
    """Compression of the Parquet files."""


class Config(Section):
    """The complete configuration. Frozen: make a changed copy with ``with_changes``."""

    simulation: Simulation
    workforce: Workforce
    census: CensusSection = CensusSection()
    terminations: Terminations = Field(default_factory=Terminations)
    hiring: Hiring = Field(default_factory=Hiring)
    promotion: Promotion = Field(default_factory=Promotion)
    compensation: Compensation = Field(default_factory=Compensation)
    eligibility: Eligibility = Field(default_factory=Eligibility)
    enrollment: Enrollment = Field(default_factory=Enrollment)
    plan: Plan = Field(default_factory=Plan)
    uncertainty: Uncertainty = Uncertainty()
    output: Output = Field(default_factory=Output)
    random_seed: Annotated[int, Field(ge=0, lt=2**63)]
    """Seed of all random draws."""

    _years: dict[KeyPath, tuple[int, ...]] = PrivateAttr(default_factory=dict)
    """The years that each table by year in ``AMENDED`` names, by its place."""
    _amended: dict[int, dict[str, Section]] = PrivateAttr(default_factory=dict)
    """The sections in ``AMENDED`` from each of these years on; the fields hold those of the start year."""

    @model_validator(mode="wrap")
    @classmethod
    def _by_year(cls, data: Any, handler: ModelWrapValidatorHandler[Config]) -> Config:
        """Read the configuration of each year that changes something."""
        tables = tables_of(data, AMENDED)
        if not tables:
            return handler(data)
        years = sorted({year for table in tables.values() for year in table})
        start = _start_year(data, years[0])
        refuse(late(tables, start))
        config, found = _read(data, tables, start, years, handler)
        refuse(_not_amended(config, found))
        config._years = {path: tuple(table) for path, table in tables.items()}
        config._amended = {year: {name: getattr(one, name) for name in AMENDED} for year, one in found.items()}
        return config

    @model_serializer(mode="wrap")
    def _with_years(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Return the data with tables by year where they were written."""
        data: dict[str, Any] = handler(self)
        dumps = {year: handler(self._version(year)) for year in self._amended}
        for path, years in self._years.items():
            found = {year: value_at(dumps[year], path) for year in years}
            if ... not in found.values():
                put(data, path, found)
        return data

    @model_validator(mode="after")
    def _sections_agree(self) -> Config:
        refuse(_unknown_levels(self), "unknown_name")
        refuse(_late_tables(self, self.simulation.start_year))
        refuse(_before_limits(self))
        return self

    def at(self, year: int) -> Config:
        """Return the configuration in force in a year: this one where nothing changes, else one without years.

        What a run has that other runs may lack, it has in all of its years: ``provisions`` are those of the run.
        """
        if not self._amended:
            return self
        found = self._version(year)
        found.__dict__["provisions"] = self.provisions
        return found

    @property
    def turns(self) -> tuple[int, ...]:
        """The start year, and each later year of the run from which on something else holds."""
        section = self.simulation
        return section.start_year, *(year for year in self._amended if section.start_year < year <= section.end_year)

    @property
    def versions(self) -> tuple[Config, ...]:
        """The configurations in force in the run, in order: this one alone where nothing changes."""
        return tuple(self.at(year) for year in self.turns)

    def _version(self, year: int) -> Config:
        if not self._amended:
            return self
        found = self.model_copy(update=self._amended[in_force(self._amended, year)])
        found._years, found._amended = {}, {}
        return found

    @cached_property
    def provisions(self) -> frozenset[str]:
        """What the run has that other runs may lack; columns and events of what it lacks are left out."""
        versions = [self._version(year) for year in self.turns]
        return frozenset(name for name, used in PROVISIONS.items() if any(map(used, versions)))

    @property
    def range_growth(self) -> ByYear:
        """Yearly growth of the pay ranges: as configured, or the cost-of-living rate."""
        return self.hiring.range_growth or self.compensation.cola_rate

    @property
    def fills_vacancies(self) -> bool:
        """Whether promotion is by vacancies, with hires filling the levels that remain vacant; else by rates."""
        given = self.promotion.base_rate is not None or self.hiring.level_mix is not None
        return self.promotion.mode == "vacancies" or (self.promotion.mode is None and not given)

    @property
    def by_level(self) -> dict[KeyPath, dict[str, Any]]:
        """The tables by level name in use, by their keys."""
        tables = {
            ("compensation", "merit_factors"): self.compensation.merit_factors,
            ("hiring", "level_mix"): self.hiring.level_mix,
            ("promotion", "from_within"): self.promotion.from_within,
        }
        return {path: table for path, table in tables.items() if isinstance(table, dict)}

    @property
    def year_effect(self) -> float:
        """Spread of the factor that a year has on all termination rates; 0 where headcount is exact."""
        return self.uncertainty.year_effects.terminations if self.workforce.headcount == "stochastic" else 0.0

    @property
    def years_vary(self) -> bool:
        """Whether a year of a replicate has anything of its own."""
        effects = self.uncertainty.year_effects
        return self.year_effect > 0 or effects.growth > 0 or effects.raises > 0

    @property
    def rates_as_given(self) -> bool:
        """Whether employees terminate at the configured rate of their age and tenure, not at a scaled one."""
        return self.workforce.headcount == "stochastic" and self.terminations.rates is not None


AMENDED: dict[str, type[Section]] = {"eligibility": Eligibility, "enrollment": Enrollment, "plan": Plan}
"""The sections of which any value, and any section within, may change from a year on."""

PROVISIONS: dict[str, Callable[[Config], bool]] = {
    "plan": lambda config: config.plan.enabled,
}
"""Of each provision with events or columns of its own, whether the configuration of a year uses it."""


def _start_year(data: Any, otherwise: int) -> int:
    """Return the start year in the data of a configuration; another year where it has none that can be used."""
    found = value_at(data, ("simulation", "start_year"))
    return found if isinstance(found, int) else otherwise


def _read(
    data: Any, tables: Tables, start: int, years: list[int], handler: ModelWrapValidatorHandler[Config]
) -> tuple[Config, dict[int, Config]]:
    """Return the configuration of the start year, and those from each of some years on; all errors at once."""
    errors: dict[int, ValidationError] = {}
    found: dict[int, Config] = {}
    for year in dict.fromkeys((start, *years)):
        read = handler if year == start else Config.model_validate
        try:
            found[year] = read(in_year(data, tables, year))
        except ValidationError as error:
            errors[year] = error
    if errors:
        raise told(errors, tables, start)
    return found[start], {year: found[year] for year in years}


def _not_amended(config: Config, found: dict[int, Config]) -> Iterator[tuple[KeyPath, str, Any]]:
    """List what no year may change."""
    for year, one in found.items():
        for name in ("enabled", "limits"):
            if getattr(one.plan, name) != getattr(config.plan, name):
                yield ("plan",), f"{name} cannot change from year to year, and does in {year}", None


def _unknown_levels(config: Config) -> Iterator[tuple[KeyPath, str, Any]]:
    """List the level names in use that ``workforce.levels`` does not have."""
    if config.workforce.levels is None:
        return
    names = [level.name for level in config.workforce.levels]
    for path, table in config.by_level.items():
        for name in sorted(set(table) - set(names))[:MAX_TOLD]:
            yield (*path, name), f"no such level in workforce.levels ({some(names)})", name


def _late_tables(section: Section, start_year: int, path: KeyPath = ()) -> Iterator[tuple[KeyPath, str, Any]]:
    """List the tables by year, of this section and those within, that begin after the start year."""
    for name in type(section).model_fields:
        value: Any = getattr(section, name)
        if isinstance(value, Section):
            yield from _late_tables(value, start_year, (*path, name))
        elif (
            isinstance(value, (ByYear, MatchByYear)) and value.first_year is not None and value.first_year > start_year
        ):
            what = f"the table starts in {value.first_year}, after start_year {start_year}; add an earlier year"
            yield (*path, name), what, None


def _before_limits(config: Config) -> Iterator[tuple[KeyPath, str, Any]]:
    """List a start year whose statutory limits are not known, where there is a plan."""
    year = config.simulation.start_year
    if config.plan.enabled and year < FIRST_YEAR:
        what = f"statutory limits are known from {FIRST_YEAR} on; start then or later, or set plan.enabled to false"
        yield ("simulation", "start_year"), what, year

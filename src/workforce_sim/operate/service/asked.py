"""What may be asked: a run, an ensemble or a comparison, checked before it is taken on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from workforce_sim.config import Config, read_config
from workforce_sim.config.changing import changed_data
from workforce_sim.config.document import read_yaml
from workforce_sim.config.load import checked
from workforce_sim.config.problems import report
from workforce_sim.ensembles.scenarios import loaded
from workforce_sim.ensembles.spread import certain
from workforce_sim.errors import ConfigError, RequestError
from workforce_sim.errors.asked import LAST_REPLICATE
from workforce_sim.operate.memory import projected
from workforce_sim.operate.service.settings import ServiceLimits
from workforce_sim.plan.loading import load_config
from workforce_sim.wording import counted

ID = r"^[0-9a-f]{32}$"
"""Of jobs and censuses."""


def _table_or_text(given: Any) -> Any:
    if not isinstance(given, dict | str):
        raise ValueError("expected a table of keys, or the text of a YAML file")
    return given


Configuration = Annotated[
    dict[str, Any] | Annotated[str, Field(max_length=1 << 20)],
    BeforeValidator(_table_or_text),
    Field(description="a configuration as a table of its keys, or the text of a YAML file"),
]
CensusId = Annotated[str, Field(pattern=ID, description="an uploaded census; synthetic employees when left out")]
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[\w .()%+-]+$")]

EXAMPLE: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2027, "target_growth_rate": 0.03},
    "workforce": {"total_termination_rate": 0.12},
    "census": {"size": 500},
    "random_seed": 42,
}
RICHER = {**EXAMPLE, "plan": {"match": {"preset": "stretch"}}}


def _example(**fields: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [fields]})


class JobAsked(BaseModel):
    """What all kinds of job have in common."""

    model_config = ConfigDict(extra="forbid", strict=True, use_attribute_docstrings=True, frozen=True)
    kind: ClassVar[str]

    census: CensusId | None = None
    tables: bool = False
    """Whether the tables are kept as Parquet; those of a run name every employee."""

    def configs(self) -> dict[str, Config]:
        """Return the configurations by name.

        Raises:
            ConfigError: for one that cannot be used.
            RequestError: for a request that cannot be carried out.
        """
        raise NotImplementedError

    @property
    def simulations(self) -> int:
        """How many simulations it takes."""
        return 1


class RunAsked(JobAsked):
    """One simulation."""

    model_config = _example(configuration=EXAMPLE, replicate=0, tables=True)
    kind = "run"
    configuration: Configuration
    replicate: Annotated[int, Field(ge=0, le=LAST_REPLICATE)] = 0
    """Which of the seed's many worlds."""

    def configs(self) -> dict[str, Config]:
        """Return the configuration."""
        return {"configuration": configuration(self.configuration)}


class EnsembleAsked(JobAsked):
    """Many simulations of one configuration: means and ranges."""

    model_config = _example(configuration=EXAMPLE, replicates=20)
    kind = "ensemble"
    configuration: Configuration
    replicates: Annotated[int, Field(ge=2, le=1_000_000)] = 100
    spread: Annotated[list[Literal["chance", "year", "assumptions"]], Field(min_length=1, max_length=3)] | None = None
    """What varies; all that the configuration has when left out."""

    def configs(self) -> dict[str, Config]:
        """Return the configuration."""
        return {"configuration": configuration(self.configuration)}

    @property
    def simulations(self) -> int:
        """How many simulations it takes."""
        return self.replicates


class ComparisonAsked(JobAsked):
    """Scenarios with the same random draws, the baseline first unless it is named."""

    model_config = _example(scenarios={"today": EXAMPLE, "richer match": RICHER}, replicates=10)
    kind = "comparison"
    scenarios: Annotated[dict[Name, Configuration], Field(min_length=2, max_length=20)]
    baseline: Name | None = None
    replicates: Annotated[int, Field(ge=2, le=1_000_000)] = 100
    by: Literal["department", "level", "age_band", "tenure_band", "pay_band"] | None = None
    """Groups to show as well; those of fewer than 10 employees are hidden."""

    def configs(self) -> dict[str, Config]:
        """Return the scenarios by name, the baseline first."""
        scenarios = {name: configuration(each, f"scenario {name}: ") for name, each in self.scenarios.items()}
        return loaded(scenarios, self.baseline, given=self.census is not None)

    @property
    def simulations(self) -> int:
        """How many simulations it takes."""
        return self.replicates * len(self.scenarios)


AnyAsked = RunAsked | EnsembleAsked | ComparisonAsked
KINDS: Mapping[str, type[AnyAsked]] = {each.kind: each for each in (RunAsked, EnsembleAsked, ComparisonAsked)}


def configuration(given: Mapping[str, Any] | str, where: str = "") -> Config:
    """Return a checked configuration that names no file of this machine.

    Args:
        given: a table of keys, or YAML: problems then have their line and column.
        where: what each problem begins with.

    Raises:
        ConfigError: for anything wrong, all problems at once.
    """
    try:
        config = load_config(_of_text(given) if isinstance(given, str) else given)
    except ConfigError as error:
        raise ConfigError("\n".join(f"{where}{line}" for line in str(error).split("\n"))) from None
    if problems := [*_places(config)]:
        raise ConfigError("\n".join(f"{where}{problem}" for problem in problems))
    return config


def reading(section: Mapping[str, Any], start_year: int, opening_date: str | None = None) -> Config:
    """Return a configuration that reads a census with keys of a ``census`` section.

    Raises:
        ConfigError: for a section that cannot be used.
    """
    years = {"start_year": start_year, "end_year": start_year, "opening_date": opening_date}
    changes = {f"simulation.{key}": value for key, value in years.items()}
    return configuration(
        changed_data(read_config(), {**changes, **{f"census.{key}": value for key, value in section.items()}})
    )


def _of_text(text: str) -> Config:
    root, problems = read_yaml(text.encode("utf-8", "replace"))
    config, found = (None, []) if root is None else checked(root.value, root)
    if config is None or problems:
        raise ConfigError(report([*problems, *found], "configuration"))
    return read_config(config)


def _places(config: Config) -> Iterator[str]:
    """Yield a problem for each key that would read or write something on the machine of the service."""
    if config.census.path is not None:
        yield "census.path: the service reads no files of its machine; upload the census, and leave this out"
    if config.census.pseudonym_key is not None:
        yield "census.pseudonym_key: the service gives no keys of its machine; leave it out"
    if config.output.path is not None:
        yield "output.path: the service keeps results itself; leave it out"
    if config.actions.acquisitions:
        yield "actions.acquisitions: the service reads no files of its machine; leave it out"


def refuse_beyond(asked: JobAsked, limits: ServiceLimits, staff: int | None) -> None:
    """Check all that can be known of a job before it runs.

    Args:
        asked: the job.
        limits: what it must keep.
        staff: rows of its census; None for a synthetic one.

    Raises:
        ConfigError: for a configuration that cannot be used.
        RequestError: for more than a limit allows.
    """
    if asked.simulations > limits.replicates:
        raise RequestError(f"{asked.simulations:,} simulations; at most {limits.replicates:,} are made for one job")
    for config in asked.configs().values():
        years = config.simulation.years
        if len(years) > limits.years:
            raise RequestError(f"{counted(len(years), 'plan year')}; at most {limits.years} are simulated")
        heads = config.census.size if staff is None else staff
        sure = certain(config)
        largest = max(heads, *(projected(sure, heads, year) for year in years))
        if largest > limits.staff:
            raise RequestError(f"{largest:,} employees in a year; at most {limits.staff:,} are simulated")

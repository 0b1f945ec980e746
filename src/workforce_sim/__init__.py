"""Workforce and retirement-plan simulation, to the cent, with every event on a ledger.

The usual way in: ``simulate(load_config("config.yaml"), census=read_census("census.parquet"))``.
"""

from workforce_sim.census import Census, check_census, read_census
from workforce_sim.config import Config
from workforce_sim.config.load import load_config
from workforce_sim.errors import CensusError, ConfigError, LedgerError, SimulationError, WorkforceSimError
from workforce_sim.growth import HeadcountPlan, hires_needed
from workforce_sim.ledger import replay
from workforce_sim.result import Result, read_run
from workforce_sim.simulation import simulate
from workforce_sim.summary import summary_by
from workforce_sim.synthetic import synthetic_census

__all__ = [
    "Census",
    "CensusError",
    "Config",
    "ConfigError",
    "HeadcountPlan",
    "LedgerError",
    "Result",
    "SimulationError",
    "WorkforceSimError",
    "check_census",
    "hires_needed",
    "load_config",
    "read_census",
    "read_run",
    "replay",
    "simulate",
    "summary_by",
    "synthetic_census",
]

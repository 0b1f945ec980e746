"""What can be chosen: frozen models, one module per group of sections; ``load`` reads YAML."""

from workforce_sim.config.events import CAUSES, Compensation, Hiring, Promotion, Terminations
from workforce_sim.config.load import overridden, read_config, with_changes
from workforce_sim.config.root import Config
from workforce_sim.config.workforce import Level, Workforce

__all__ = [
    "CAUSES",
    "Compensation",
    "Config",
    "Hiring",
    "Level",
    "Promotion",
    "Terminations",
    "Workforce",
    "overridden",
    "read_config",
    "with_changes",
]

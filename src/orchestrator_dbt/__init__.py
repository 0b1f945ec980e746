"""The documented interface of multi-year simulations, on top of ``workforce_sim``."""

from importlib import import_module

TYPE_CHECKING = False  # that of typing costs time, in which an interrupt is not one line yet
if TYPE_CHECKING:
    from orchestrator_dbt.comparison import run_comprehensive_performance_comparison
    from orchestrator_dbt.configuration import (
        load_and_validate_config,
        test_configuration_compatibility,
        validate_configuration,
    )
    from orchestrator_dbt.foundation import run_foundation_benchmark
    from orchestrator_dbt.guidance import error_context
    from orchestrator_dbt.levels import OptimizationLevel
    from orchestrator_dbt.simulation import run_enhanced_multi_year_simulation
    from workforce_sim.operate.monitor import PerformanceMonitor

__all__ = [
    "OptimizationLevel",
    "PerformanceMonitor",
    "error_context",
    "load_and_validate_config",
    "run_comprehensive_performance_comparison",
    "run_enhanced_multi_year_simulation",
    "run_foundation_benchmark",
    "test_configuration_compatibility",
    "validate_configuration",
]

__version__ = "1.0.0"
"""Version of the documented interface."""

_HOMES = {
    "OptimizationLevel": "orchestrator_dbt.levels",
    "PerformanceMonitor": "workforce_sim.operate.monitor",
    "error_context": "orchestrator_dbt.guidance",
    "run_comprehensive_performance_comparison": "orchestrator_dbt.comparison",
    "run_enhanced_multi_year_simulation": "orchestrator_dbt.simulation",
    "run_foundation_benchmark": "orchestrator_dbt.foundation",
}
"""Modules of the documented names, imported when a name is first used; of all others, ``configuration``."""


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(_HOMES.get(name, "orchestrator_dbt.configuration")), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

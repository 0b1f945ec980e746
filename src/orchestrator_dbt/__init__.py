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
    from orchestrator_dbt.monitor import PerformanceMonitor
    from orchestrator_dbt.simulation import run_enhanced_multi_year_simulation

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
    "OptimizationLevel": "levels",
    "PerformanceMonitor": "monitor",
    "error_context": "guidance",
    "load_and_validate_config": "configuration",
    "run_comprehensive_performance_comparison": "comparison",
    "run_enhanced_multi_year_simulation": "simulation",
    "run_foundation_benchmark": "foundation",
    "test_configuration_compatibility": "configuration",
    "validate_configuration": "configuration",
}
"""Documented names and their modules, which are imported when a name is first used."""


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})

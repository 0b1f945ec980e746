"""The documented interface: ``from orchestrator_dbt.run_multi_year import ...`` and ``python -m`` of this module.

Translation only: no rule of the model lives here or beside it. Names are imported when they are first used, so that the
command line answers ``--help`` at once.
"""

# First of all: an interrupt is to be one line from the first moment on
if __name__ == "__main__":
    from orchestrator_dbt import interrupts

    interrupts.leave_at_once()

from collections.abc import Sequence
from contextlib import contextmanager
from enum import Enum
from importlib import import_module
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Tuple  # noqa: UP035 - the star import of the document

if TYPE_CHECKING:
    import asyncio

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
    "Any",
    "Dict",
    "Enum",
    "List",
    "OptimizationLevel",
    "Optional",
    "PerformanceMonitor",
    "Tuple",
    "asyncio",
    "contextmanager",
    "error_context",
    "load_and_validate_config",
    "main",
    "run_comprehensive_performance_comparison",
    "run_enhanced_multi_year_simulation",
    "run_foundation_benchmark",
    "test_configuration_compatibility",
    "validate_configuration",
]


def __getattr__(name: str) -> Any:
    if name == "asyncio":
        return import_module(name)
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("orchestrator_dbt"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def main(argv: Optional[Sequence[str]] = None) -> int:  # noqa: UP045 - as the document writes types
    """Run the command line and return its exit code: 0 success, 1 failure, 2 usage, 130 interrupted."""
    from orchestrator_dbt.program import main as command_line  # noqa: PLC0415 - importing this module does nothing

    return command_line(argv)


if __name__ == "__main__":
    from orchestrator_dbt.program import as_program

    as_program()

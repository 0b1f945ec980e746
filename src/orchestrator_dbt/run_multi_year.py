"""The documented interface: ``from orchestrator_dbt.run_multi_year import ...`` and ``python -m`` of this module.

Translation only: no rule of the model lives here or beside it. Names are imported when they are first used, so that the
command line answers ``--help`` at once. Exit codes: 0 success, 1 failure, 2 usage, 130 interrupted.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Tuple  # noqa: UP035 - the star import of the document

from orchestrator_dbt.logs import logging_to
from orchestrator_dbt.options import build_parser, misuse
from workforce_sim.console import USAGE, complain, explained, guarded, printable, shower

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
    "Any",
    "Dict",
    "List",
    "OptimizationLevel",
    "Optional",
    "PerformanceMonitor",
    "Tuple",
    "asyncio",
    "error_context",
    "load_and_validate_config",
    "main",
    "run_comprehensive_performance_comparison",
    "run_enhanced_multi_year_simulation",
    "run_foundation_benchmark",
    "test_configuration_compatibility",
    "validate_configuration",
]

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

log = logging.getLogger("orchestrator_dbt")


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"orchestrator_dbt.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    try:
        options = build_parser().parse_args(argv)
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else USAGE
    wrong = misuse(options)
    if wrong:
        complain(wrong)
        return USAGE
    return guarded(lambda: _logged(options), verbose=options.verbose)


def _logged(options: Any) -> int:
    """Run with the logs that were asked for; what goes wrong is in them."""
    show = shower(False)
    with logging_to(options.log_file, verbose=options.verbose, structured=options.structured_logs, show=show):
        try:
            from orchestrator_dbt.commands import run  # noqa: PLC0415 - --help answers without the engine

            return run(options)
        except BaseException as error:
            what = "interrupted" if isinstance(error, KeyboardInterrupt) else explained(error)
            for line in what.split("\n"):
                log.error("%s", printable(line))
            if isinstance(error, MemoryError):
                from orchestrator_dbt.guidance import advice  # noqa: PLC0415

                for line in advice("MemoryError", what):
                    complain(line)
            raise


if __name__ == "__main__":
    sys.exit(main())

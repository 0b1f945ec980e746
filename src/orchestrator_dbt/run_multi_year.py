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

import orchestrator_dbt

if TYPE_CHECKING:
    import asyncio

    from orchestrator_dbt import *  # noqa: F403

__all__ = ["Any", "Dict", "Enum", "List", "Optional", "Tuple", "asyncio", "contextmanager", "main"]
__all__ += orchestrator_dbt.__all__


def __getattr__(name: str) -> Any:
    if name == "asyncio":
        return import_module(name)
    if name not in orchestrator_dbt.__all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(orchestrator_dbt, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def main(argv: Optional[Sequence[str]] = None) -> int:  # noqa: UP045 - as the document writes types
    """Run the command line and return its exit code: 0 success, 1 failure, 2 usage, 130 interrupted."""
    from orchestrator_dbt.program import main as command_line  # noqa: PLC0415 - importing this module does nothing

    return command_line(argv)


if __name__ == "__main__":
    from orchestrator_dbt.program import as_program

    as_program()

"""The default assumption tables: data in ``defaults.yaml``, cited there and in ``docs/model``."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from pydantic import TypeAdapter

from workforce_sim.config.document import PARSER


@cache
def _tables() -> dict[str, Any]:
    text = files("workforce_sim.config").joinpath("defaults.yaml").read_text(encoding="utf-8")
    tables: dict[str, Any] = yaml.load(text, Loader=PARSER)
    return tables


_VALIDATED: dict[str, Any] = {}


def default(kind: Any, name: str) -> Any:
    """Return a table of ``defaults.yaml`` as a validated value of ``kind``, one for all configurations."""
    if name not in _VALIDATED:
        _VALIDATED[name] = TypeAdapter(kind).validate_python(_tables()[name])
    return _VALIDATED[name]

"""What of a configuration stays out of an archive: folders, which may name a person, and pay of known hires."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_PATHS = (("census", "path"), ("output", "path"))
"""Files that no year depends on: their folders are left out, and nothing is said of it."""


def shared_configuration(configuration: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return a configuration as it may be shared, and the keys whose value is not whole in it.

    Paths keep the name of the file. Pay of ``hiring.known``, which may be a single person's, is null.
    """
    found = copy.deepcopy(dict(configuration))
    for section, name in _PATHS:
        path = found[section][name]
        found[section][name] = None if path is None else Path(path).name
    withheld = []
    for key, values, name in _personal(found):
        if values[name] is not None:
            values[name] = Path(values[name]).name if name == "census" else None
            withheld.append(key)
    return found, withheld


def _personal(found: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield each value that is not shared: its key, what it stands in, and its name there."""
    for section, listed, name in (("hiring", "known", "salary"), ("actions", "acquisitions", "census")):
        for place, values in enumerate(found.get(section, {}).get(listed) or ()):
            yield f"{section}.{listed}[{place}].{name}", values, name

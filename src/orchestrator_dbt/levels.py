"""How hard a run tries to be fast; results are the same for every level."""

from enum import Enum


class OptimizationLevel(Enum):
    """Enumeration for optimization levels.

    They change how a run is carried out, never what it gives.
    """

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    FALLBACK = "fallback"


def as_level(level: OptimizationLevel | str) -> OptimizationLevel:
    """Return the level, given as the enum or as its string; ``ValueError`` for anything else, naming the choices."""
    try:
        return OptimizationLevel(level)
    except ValueError:
        choices = ", ".join(choice.value for choice in OptimizationLevel)
        raise ValueError(f"optimization_level must be one of {choices} (got {level!r:.40})") from None

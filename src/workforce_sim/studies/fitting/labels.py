"""The names that people read for estimates, flows and measures that tables hold under shorter names."""

LABELS = {
    "exit": "terminated",
    "hire": "hired",
    "return": "returned",
    "transfer in": "transferred in",
    "exits": "terminations",
    "exit level": "termination rate",
    "exit year effect": "termination year effect",
    "exits by tenure": "terminations by tenure",
    "exits by age": "terminations by age",
    "exits by level": "terminations by level",
    "exits by department": "terminations by department",
    "jumps of pay": "large raises",
    "hires who leave in the year": "terminations of new hires",
    "pay of entrants to that of all": "pay of new hires to pay of all",
    "level of entrants": "level of new hires",
    "rate": "termination rate",
    "mix": "pay mix",
}


def label(name: str) -> str:
    """Return the name that people read; most names are shown as they are."""
    return LABELS.get(name, name)

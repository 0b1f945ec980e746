"""The same model, one employee at a time in plain Python: the oracle of the fast engine and its baseline.

Written from ``docs/model`` alone, apart from the fast engine. Read ``model`` first.
"""

from workforce_sim.reference.model import set_up, simulate, years

__all__ = ["set_up", "simulate", "years"]

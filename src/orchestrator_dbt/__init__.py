"""The documented interface of multi-year simulations, on top of ``workforce_sim``."""

"""Learning from an employer's own censuses: rates, year effects, a configuration, and how well it forecasts.

Chapter: ``docs/model/fitting.md``.
"""

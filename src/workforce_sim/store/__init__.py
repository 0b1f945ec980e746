"""The run store: a run on disk, year by year, that survives anything and says what made it. Layout: ``layout.py``."""

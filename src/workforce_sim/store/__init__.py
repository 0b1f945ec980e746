"""The run store: a run on disk, year by year, safe against crashes, with its origin. Layout: ``layout.py``."""

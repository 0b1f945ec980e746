"""Which settings take effect in a run, and what is to be said of those that do not."""

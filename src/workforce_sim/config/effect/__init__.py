"""Which settings take effect in a run, and the notes about those that do not."""

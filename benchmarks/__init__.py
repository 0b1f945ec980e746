"""How fast, how much memory, and never slower than the day before: ratios measured in one session."""

"""A run about to begin, and how it is carried out: in memory or year by year on disk."""

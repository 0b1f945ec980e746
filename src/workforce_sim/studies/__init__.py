"""What is asked beyond a run: what censuses say, which design is best, what many employers add up to."""

"""Many worlds of one set of assumptions, and of several: ensembles, bands, comparisons."""

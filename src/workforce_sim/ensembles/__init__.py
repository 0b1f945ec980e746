"""Many simulations of one or several sets of assumptions: ensembles, bands, comparisons."""

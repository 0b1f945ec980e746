"""The constants of the fit, each with its source; ``docs/model/fitting.md`` explains them."""

EXIT_SPREAD, GROWTH_SPREAD, RAISE_SPREAD = 0.11, 0.018, 0.015
"""Spread of a year's exits (logarithm), growth and raises, of the first two beside chance. Three employers, 3 to 6
years each, had 0.12, 0.025 with exits and chance in it, and 0.015. The first two are those most likely of 26 units of
the City of Baltimore: 25 departments of 60 people or more and the whole city of 12,000, five years."""
PRIOR_YEARS = 3.0
"""How many years of experience a prior spread counts as. Most likely of the 26: 3 for exits, 2 for growth; without two
that were reorganised 4 and 3."""
GROWTH_YEARS = 4.0
"""How many years of experience the prior of no growth counts as. Three employers; 3 of the 26."""
SIZE, SIZE_POWER = 3_000, 0.2
"""Staff at which spreads hold, but for raises, and how they fall with size: large employers are steadier. M. Stanley et
al., "Scaling behaviour in the growth of companies", Nature 379 (1996), have 0.15 to 0.2; of the 26 the most likely is
0.2 for exits, 0.2 to 0.25 for growth."""

LEVEL_SPREAD = 0.5
"""Spread of the exit level of employers about the table (logarithm): of three employers A/E lay between 0.6 and 1.5."""
CELL_SPREAD, CELL_YEARS = 0.3, 4.0
"""Spread of the factors of cells, and how many cells it counts as. Measured on three employers."""

RAISE_MEAN, RAISE_YEARS = 0.04, 1.0
"""Mean raise of a year: budgets of 2023 were 4.4%, plans of 2024 4.1% (WorldatWork); counts as one year."""
MIX_MEAN = -0.012
"""Growth a year of average pay beside raises, as hires earn less than those who leave; worth as many years as the mean
raise. City of Baltimore, 2011 to 2016: -0.013; the median of its departments -0.012."""

CELL_YEAR_SPREAD = {"tenure": 0.15, "age": 0.15, "level": 0.35, "department": 0.15}
"""Spread of the factor of a cell from one year to another, of 3,000 staff: a year affects some more than others. City
of Baltimore, 2011 to 2016, chance taken off: 0.06 by tenure and 0.08 by pay in all, 0.15 and 0.24 in departments of
500 to 4,000 people. With 0.35 by level the next year's exits of all its departments are more likely than with 0.15 or
0.24, and those of each of 500 people and more than with raw rates; age and department as tenure, by judgment."""

LEAST_EXITS = 5
"""Exits below which a cell is merged with its neighbor."""
PEOPLE = 30
"""Employees that a prior of pay counts as, and the fewest for percentiles of their own."""
SHARE_PEOPLE = 50
"""Employees that a prior share counts as, by judgment; deferral rates half of it, ages and months of hire twice."""
HIRES = 20
"""Hires that the prior share of those who terminate in their year counts as, by judgment."""

TENURES = (0, 1, 2, 3, 5, 10, 15, 20, 25, 30)
AGES = (0, 25, 30, 35, 40, 45, 50, 55, 60, 62, 65, 67, 70)
"""Where cells of tenure and age begin; ages are those of the default table."""


def at_size(spread: float, staff: float) -> float:
    """Return the prior spread of a year for an employer of this size."""
    return spread * (max(staff, 1.0) / SIZE) ** -SIZE_POWER

"""A book of clients: many employers simulated one by one, their totals added up exactly. Start at ``running``."""

"""How a year is computed: the staff as a lazy frame, events in order, tables as selections of their results."""

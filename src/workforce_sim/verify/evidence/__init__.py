"""Evidence of a run for an auditor: one archive, the same bytes for the same run; and how it is verified."""

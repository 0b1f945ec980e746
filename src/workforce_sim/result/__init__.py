"""What a run gives: its tables with their settings, and totals of them."""

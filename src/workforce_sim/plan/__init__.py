"""The 401(k) plan: its statutory limits, and what is contributed, vested and tested under them."""

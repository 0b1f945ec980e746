"""What a result looks like in a notebook, on a terminal and in a log."""

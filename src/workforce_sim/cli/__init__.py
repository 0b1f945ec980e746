"""``workforce-sim``: the command line. Arguments are read first and the library is imported after."""

"""One self-contained page for each kind of result, for people who will not open a program to read it.

``results`` goes from a result or its folder to its page. ``comparison_page``, ``ensemble_page``, ``run_page`` and
``sweep_page`` are the four pages, ``written`` puts one into a file. What they are made of is in
``display.markup``.
"""

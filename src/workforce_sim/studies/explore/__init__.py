"""A page on which the levers of a plan design move and the ranges of its cost follow: ``workforce-sim explore``.

``controls`` says what can be moved, ``design`` makes a configuration of what was moved, ``futures`` simulates it a few
more times at each request, ``views`` draws it, ``page`` is what a browser opens, ``server`` answers it. Each request
holds its designs whole, so nothing is kept of a user, and two users do not meet. Chapter: ``docs/explorer.md``.
"""

"""HTML and SVG as trees of elements: text is escaped by construction, and the same input gives the same bytes.

``elements`` builds and writes them, ``page`` makes a whole file, ``charts`` draws. Nothing here depends on results.
"""

"""Charts as SVG, from plain numbers: pure functions that return an element.

All are 360 units wide, so that their text is 11 pixels or more on a phone and larger on a desk. Each has a title and a
description for those who cannot see it; the page puts the figures beside it as a table. Series differ in lightness,
dash and marker as well as color, for print in gray.
"""

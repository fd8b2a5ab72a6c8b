"""What each roof should have produced.

- ``chain``: from the sky or from light on the planes to the AC power of every inverter, in (plane, time) blocks
- ``rows``: planes in blocks, how they stand, and the sun as they see it
- ``light``: what falls on tilted planes, and what of it passes the glass
- ``horizon``: what hills and houses keep away
- ``losses``: the stated losses and how warm modules run, with their source
- ``heat``: the light corrected to cells at 25 °C, for the temperature-corrected performance ratio
- ``modelchain``: pvlib's own chain, one plane at a time: the yardstick of ``chain``
- ``calibration``: one scale per inverter, learnt on its healthy days
- ``clear_hours``: the hours in which the sky was clear, as the power itself tells
- ``orientation_fit``: azimuth, tilt and scale that explain them
- ``metadata``: capacity, tilt, azimuth and clock, checked against the data
"""

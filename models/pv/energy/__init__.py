"""Readings become energy that adds up: the counter fixes the sum, power shapes the quarter-hours inside.

rows.py        Rows of energy with basis, status and completeness; adding up subjects.
sources.py     Which fields of a device are production, and how wide its counter is.
steps.py       The step of a counter, learnt from what it showed.
events.py      What happens to a counter, and spans of unknown energy.
chain.py       Which stretches of a dirty counter belong together: the cheapest story that physics allows.
story.py       That story told: credible readings, what is added to them, standstills.
counter.py     A counter without its faults: resets, roll-over, dips, zeros, jumps; what stays unknown.
power.py       The integral of power and where it is known.
shape.py       The expected course of production over a silence.
curve.py       The lifetime energy of an inverter as a curve over time, from counter, power and expected shape.
cut.py         The curve cut at instants.
quarters.py    The quarter-hours of one device.
days.py        Quarter-hours to days of the town.
authority.py   Which kilowatt-hour is the kilowatt-hour of a site: index, meter, inverters, power.
ratio.py       What the meter counts for each kilowatt-hour of the inverters, and its drift.
"""

"""From readings to the rows that people and programs ask for: a stretch of whole days of one town, in one go.

    books.py     the town as closing sees it: what counts energy where
    ground.py    what is known before a reading is looked at: quarters, sun, the modelled clear sky of every inverter
    weather.py   what the weather was: sensors of the sites, services, normals; quarter by quarter
    silences.py  silences across the edge of a day, and the one course by which everybody spreads them
    measured.py  the energy of every inverter and site, quarter by quarter
    doubts.py    which readings are not believed, and what silences mean
    modelled.py  what sensors and services let the chain expect
    expected.py  what each should have produced on one day, from the surest basis that there is
    memory.py    what one day learns for the next: scales, fleet envelopes
    told.py      the expectation over the stretch, each day knowing what those before it have taught
    lost.py      what was not made, and why
    array_side.py  light corrected for heat, DC energy, and what inverters cut at their rated power
    rows.py      rollup rows of inverters, roofs, sites and the town; days from quarters
    close.py     all of it, in order

Pure: frames and facts in, frames out. scripts/jobs/closing fetches and keeps.
"""

"""Production from before tepos: files of portals, loggers and the network operator, read by a layout and kept apart.

    faults.py       what is wrong with a file, line by line; why a whole file is refused
    sheet.py        the file as blocks of rows with their line numbers
    amounts.py      cells to numbers
    instants.py     cells to instants: formats, zones, both changes of clocks
    spans.py        rows to intervals; whether the layout has the step of the file
    reading.py      blocks of rows to energies over intervals, or readings of an index
    differences.py  readings of an index to energies
    overlap.py      of several imports that speak about one time the latest holds
    batches.py      imports as batches that can be listed and undone
    database.py     the file imports.db

Figures from outside are wrong sooner or later: nothing is corrected in silence, nothing is kept of a faulty file unless
the person who imports it says that its faulty lines may be left out.
"""

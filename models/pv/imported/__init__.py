"""Production from before tepos among the rows of what was measured.

    rows.py     imported intervals as quarters and days of one subject
    merge.py    measured rows keep their figures, imported ones fill in what is unknown
    table.py    rollup rows as stores have them, on a grid
    family.py   who is part of whom in a town, and how much each weighs
    rollups.py  all of it: the rollup rows of a stretch of a town with its imports

Imported days and months make no quarters, months no days: nobody knows how they were spread. Pure.
"""

"""tepos bench detection: losses put into measured and simulated roofs, found live by the product's own path.

- ``run``: the sets in turn
- ``series``, ``neighbours``, ``simulated``: what a set is; measured roofs; a year of the simulated town
- ``live``: expectation, diagnosis, learning, day after day
- ``losses``: what is injected
- ``cases``: draws, and what becomes of each
- ``natural``: faults that the sets have of themselves, with evidence
- ``plain``: the baseline's rule
- ``hardness``: is the set as hard as life?
- ``scored``: figures with their definitions
"""

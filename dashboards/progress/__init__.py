"""The territory's progress as plain data, for the command line, the page, Grafana and the day's record.

gathered.py   what every source says of each year, as amounts: imports, typed figures, our own plants, buildings
years.py      the balance and the coverages of each year
path.py       trajectory, rhythms, climate, levers, matching
measured.py   matching of municipal meters and roofs, where both have curves
document.py   the one document
words.py      its sentences for people
"""

"""Open data that a French commune can download, read from an uploaded file. Nobody is asked over the network.

heading.py      what kind of file this is: encoding, separator, names of its columns; or why it is refused
stream.py       the lines that name the commune, out of a file of any size, in constant memory
cells.py        numbers, days and withheld cells as the publishers write them
dataset.py      what is read, of whom, in which columns; what a reader gives
consumption.py  electricity and gas by commune (ORE, Enedis)
register.py     the national register of installations (ODRE)
production.py   yearly production of the commune by filiere (Enedis)
ecomix.py       eco2mix regional, half-hours (RTE through ODRE)
meters.py       customer-space exports of a municipal meter (Enedis), months typed for gas
degree_days.py  daily temperatures of a station (Meteo-France)
database.py     the file territory.db
kept.py         imports as batches: added whole or not at all, listed, undone; what holds of them
"""

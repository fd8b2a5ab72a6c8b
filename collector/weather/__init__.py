"""Weather from outside: services, files, and where their answers are kept. Sensors on the roofs come as samples.

source        what a source of weather is
frame         the one form of their answers: means over intervals, labelled by the start
bounds        what cannot be weather is masked and counted; an answer that does not fit the sun is refused
answer        one question over HTTP, bounded in time and size; what its failures mean
open_meteo    forecast analysis, reanalysis and satellites, by Open-Meteo (no key)
meteo_france  a station of Météo-France (a key)
cams          Copernicus, by satellite, two days later (an e-mail address)
pvgis         the European Commission's record of satellite years (no key)
nasa_power    NASA, coarse, months later (no key)
epw, csv_file files
sources       the sources that a town has configured
archive, told weather.db: every answer, with its source and date, and how it went
fetch         asks the sources in their order for what is missing

None of the services was asked live: their formats are taken from their documentation, the tests ask written fakes.
"""

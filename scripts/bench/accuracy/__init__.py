"""tepos bench accuracy: expectations against real measurements, one file per data set.

- ``run``: the sets in turn
- ``reunion``: four inverters with sensors on the roof (ENERPOS, La Réunion)
- ``serf``: one inverter under a satellite's irradiance (SERF East, Colorado)
- ``simeasren``: measured power beside PVGIS's simulation (Utrecht, Turin): post-processing
- ``neighbours``: eleven roofs as each other's sensor
- ``hours``: samples to hours, days and daylight
- ``splits``: learn on half of the days, score on the other half, over many halves
- ``scored``: scores to figures with their definitions
"""

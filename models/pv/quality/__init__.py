"""What may be believed of a measurement: reasons per sample, spans without samples, clocks. Nothing is deleted.

reasons.py   The words: why a sample is not what it seems.
facts.py     What must be known about a device beforehand.
runs.py      Stretches of samples, solar days, the step in which values are given.
daylight.py  The sun's elevation between samples, from the elevation at samples.
gaps.py      What gaps and standstills mean: outage, lost communication, asleep.
frozen.py    The same value again and again, and straight lines drawn over gaps.
spikes.py    Values beyond the device, values that their neighbours do not bear.
night.py     Production without sun.
clipping.py  Plateaus: the inverter's limit or one that was set.
counters.py  Faults of lifetime counters, per sample.
assess.py    All of it for one inverter: the mask.
shifts.py    Days from which on a plant makes more or less than before.

clock.py      The clock of a series: what must be added to its labels. What follows serves it.
irradiance_clock.py  Against measured irradiance, by the changes that clouds make.
sun_clock.py  Against the sun alone, by clear days.
offset.py     The answer, and what labels stand for.
segments.py   Days with the same clock, and where it was changed.
resampled.py  Two series on one grid of steps.
clear_days.py Days of the sun alone, and what a plane makes of them.
"""

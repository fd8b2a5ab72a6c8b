"""The other roofs as the sensor: what a roof should have made under the sky that its neighbours saw.

Every fixed plane answers to the same few components of the sky (beam from three directions, diffuse), so the power of
one roof is nearly a constant linear combination of that of others, whatever the season and the clouds. That combination
is learnt, slowly, and not a roof's own recent level: a fault is not forgotten because it lasts.

- `day`: one day of measurements of all roofs, as the models here take it
- `state`: what has been learnt so far; JSON
- `weights`: how each roof follows from the others, with some of them missing
- `expect`: the expectation for a day
- `holes`: a day of a roof that was unknown for some hours
- `learn`: the state after a day
- `nameplate`: is a roof's yield that of its capacity? (a loss that was there from the first day)
- `finding`: measured against expected energy of one roof, day by day: when a loss began, and what it cost
"""

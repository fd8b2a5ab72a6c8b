"""What the turning of the year changes in how roofs hang together, told by their geometry.

A relation learnt in November knows the November sun only: held to it in June, a steep roof among flat ones misses a
tenth of its expectation, and would stand accused of it, or be praised, until a year has been seen; of a roof that is
alone in its orientation it never holds for all seasons. So the combination of the others is held against the same
combination of what the chain makes of all roofs, under the sky that the fleet saw on this very day: no weather service
is asked. Its level cancels, and what is wrong with the metadata counts only as far as it changes with the season. What
is declared of a roof is ten degrees off sooner or later: so it is believed only as far as the roof has gone along with
it on past days (`followed`). A roof whose geometry nobody knows is left as it is, and speaks for the others as it did.
(Regression with an external drift, Hengl et al. 2007, doi:10.1016/j.cageo.2007.05.001, with the drift as a factor.)
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from models.pv.fleet.day import FleetDay
from models.pv.fleet.state import FleetState
from models.pv.fleet.weights import Bools
from models.pv.sun import Floats

MOST = 1.5
"""The largest change of level, either way, that geometry is believed."""
PRIOR = 0.003
"""What a roof has to have changed (log squared, summed over bright days) before its own record counts as much as what
its geometry says: a week at 2 %."""


def seen_sky(state: FleetState, day: FleetDay, power: Floats, speakers: Bools) -> Floats | None:
    """(T, n) W: every roof by the chain, under that sky between overcast and cloudless that gives the speakers together
    what they made (all roofs, before any speaks). NaN while none is known, and for roofs of unknown geometry; None
    where all are."""
    if day.clear is None or day.dimmed is None:
        return None
    told = np.isfinite(day.dimmed).any(axis=(0, 1))
    heard = np.isfinite(power) & (speakers if speakers.any() else ~speakers) & told
    skies = np.nan_to_num(np.stack([*day.dimmed, day.clear])) * sky_level(state) / day.power_to_energy
    town, give = np.where(heard, power, 0.0).sum(axis=1), np.where(heard, skies, 0.0).sum(axis=2)
    darker = np.asarray(give < town, dtype=bool)
    above = np.clip(darker.sum(axis=0), 1, len(skies) - 1)
    instants = np.arange(len(town))
    least, most = give[above - 1, instants], give[above, instants]
    share = np.divide(town - least, most - least, out=np.zeros_like(town), where=most > least)
    share = np.clip(share, 0.0, 1.0)[:, None]
    made = (1.0 - share) * skies[above - 1, instants] + share * skies[above, instants]
    alike = np.where(heard, made, 0.0).sum(axis=1)
    made *= np.divide(town, alike, out=np.zeros_like(town), where=alike > 0)[:, None]
    return np.where(heard.any(axis=1, keepdims=True) & told, made, np.nan)


def season(state: FleetState, likely: Floats | None, power: Floats, combine: Callable[[Floats], Floats]) -> Floats:
    """(n,) what the combination of a day is multiplied by. `combine`: that of the speakers, of any powers (T, n).

    1 for roofs that are not established: what is known of them is of this season.
    """
    ones = np.ones_like(state.age)
    known = _known(state)
    if likely is None or not known.any():
        return ones
    said = combine(np.where(known, likely, power))
    both = np.isfinite(said) & np.isfinite(likely)
    own, others = (np.where(both, part, 0.0).sum(axis=0) for part in (likely, said))
    made: Floats = np.divide(own, others, out=ones, where=known & (own > 0) & (others > 0))
    return np.clip(made, 1 / MOST, MOST)


def followed(state: FleetState) -> Floats:
    """(n,) share of what geometry told that each roof has gone along with so far, 0..1; 1 to begin with."""
    made: Floats = np.clip((PRIOR + state.turn_followed) / (PRIOR + state.turn_told), 0.0, 1.0)
    return made


def sky_level(state: FleetState) -> Floats:
    """(n,) W for each W of the chain in the days from which the relation was learnt; 1 before anything is."""
    made: Floats = np.divide(state.sky_measured, state.sky_modelled, out=np.ones_like(state.age), where=_known(state))
    return made


def _known(state: FleetState) -> Bools:
    return np.asarray((state.sky_modelled > 0) & (state.sky_measured > 0), dtype=bool)

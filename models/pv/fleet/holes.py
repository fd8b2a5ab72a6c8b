"""Holes in what is known of a day, bridged by the course of the others.

Of a roof whose relation to the others nobody knows yet, an hour that is missing would take its day from it: its days
would not count beside its hours as those of the others do, and all correlations would be at odds.
"""

from __future__ import annotations

import numpy as np

from models.pv.sun import Floats

MOST = 0.5
"""Share of a day's light in which a roof may be unknown, for that day to teach of it."""
LIT = 0.01
"""Of the day's best, from which on an instant tells how a roof stands to the others."""


def bridged(power: Floats) -> Floats:
    """(T, n) W of the day with its holes filled; what is known stays, and of whom too little is known all is NaN.

    A hole follows the mean course of the others, at the roof's own ratio to it before and after the hole.
    """
    there = np.isfinite(power)
    top = np.where(there, power, 0.0).max(axis=0, initial=0.0)
    speaks = there & (top > 0)
    share = np.divide(power, top, out=np.zeros_like(power), where=speaks)
    count = speaks.sum(axis=1)
    course = np.divide(share.sum(axis=1), count, out=np.zeros(len(power)), where=count > 0)
    made = np.full_like(power, np.nan)
    instants = np.arange(len(power))
    for row, known in enumerate(there.T):
        lit = known & (course > LIT * course.max(initial=0.0))
        if course[~known].sum() > MOST * course.sum() or not (known.all() or lit.any()):
            continue
        made[known, row] = power[known, row]
        if not known.all():
            ratio = np.interp(instants, instants[lit], power[lit, row] / course[lit])
            made[~known, row] = (ratio * course)[~known]
    return made

"""When a loss began, told from the days themselves once it is known that there is one.

A running sum says that energy is missing, and dates a step well. Of a slow loss it forgets the first weeks: too little
was missing on each of those days to count. So two shapes are laid over the days, one that falls in a step and one that
falls in a line, each beginning on every day in turn; the one that leaves the least squares tells the beginning (the
maximum likelihood of a change point under even noise, Hinkley 1970, doi:10.1093/biomet/57.1.1).
"""

from __future__ import annotations

import numpy as np

from models.pv.sun import Floats

LOOKED_BACK = 90
"""Days in which a beginning is looked for, and of which a cause found later may take what is missing: 1 % a week is
seen after two months."""


def onset(days: Floats, missing: Floats, weight: Floats) -> int:
    """The number of the first day of the loss, 0 .. n-1.

    days: (n,) rising, in any count of days; missing: (n,) share of the expectation that is missing of each, below 0
    where more was made; weight: (n,) what each day counts. ValueError without any day.
    """
    if not len(days):
        raise ValueError("no day to look at")
    step = (days >= days[:, None]).astype(float)
    line = np.maximum(days - days[:, None], 0.0)
    left = np.stack([_left(shape, missing, weight) for shape in (step, line)])
    return int(np.unravel_index(np.argmin(left), left.shape)[1])


def _left(shape: Floats, missing: Floats, weight: Floats) -> Floats:
    """(n,) squares that the best multiple of each shape (n, days) leaves; a multiple below 0 is no loss."""
    size = np.maximum(shape @ (weight * missing), 0.0) / np.maximum(shape**2 @ weight, 1e-12)
    left: Floats = ((missing - size[:, None] * shape) ** 2) @ weight
    return left

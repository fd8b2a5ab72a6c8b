"""Finds among the samples that the store has just taken those which change a period that is closed already.

Late is a sample before the reach of the jobs (see collector.periods). What the first sample after a silence tells about
the silence is for the jobs to find in the store: it comes in time, and nobody here knows when the sun shone.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from collector.periods import Arrival, Periods
from collector.sample import Sample

QUARTER = 900_000
"""ms"""


class Arrivals:
    """To be told by delivery (`Delivery(arrived=…)`), in any thread. Writes nothing when all is in time."""

    def __init__(self, ledger: Path) -> None:
        """`ledger` is the file ledger.db; as long as there is none, nothing was ever closed."""
        self._ledger = ledger

    def __call__(self, samples: Sequence[Sample]) -> None:
        """Write down the late ones. StoreError when that is not possible: then the batch must be told again."""
        if not samples or not self._ledger.exists():
            return
        # Opened anew each time: a fraction of a millisecond per batch, and nobody has to close it in the right thread.
        with Periods(self._ledger) as periods:
            reach = periods.reach()
            if reach is None or min(sample.time for sample in samples) >= reach:
                return
            late: dict[tuple[str, int], Arrival] = {}
            for sample in samples:
                if sample.time < reach:
                    _add(late, sample)
            periods.arrived(late.values())


def _add(late: dict[tuple[str, int], Arrival], sample: Sample) -> None:
    quarter = sample.time // QUARTER * QUARTER
    known = late.get((sample.device, quarter))
    first, last = (known.first, known.last) if known else (sample.time, sample.time)
    late[sample.device, quarter] = Arrival(sample.device, quarter, min(first, sample.time), max(last, sample.time))

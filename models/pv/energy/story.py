"""The cheapest story of a counter, told: which readings it believes, what it adds to them, what stays unknown."""

from __future__ import annotations

import numpy as np

from models.pv.energy.chain import Limits, believed, runs_of
from models.pv.energy.events import Event, Kind, Span
from models.pv.energy.power import HOUR, PowerIntegral
from models.pv.energy.rows import Floats, Times

STILL = 3
"""Readings that a counter must repeat before it stands still."""
LEFT_OUT = 0.05
"""Hours of rated power that a counter must leave out before it stands still."""


class Story:
    """Credible readings as places in `times` and `shown`, a counter without gaps (Wh, at rising ms)."""

    def __init__(self, times: Times, shown: Floats, limits: Limits) -> None:
        """Chooses what to believe and joins it up."""
        self.times, self.shown, self.limits = times, shown, limits
        self.unknown: list[Span] = []
        self.events: list[Event] = []
        self.shift = np.zeros(len(shown))
        """Wh to add to each reading, so that what is believed rises by what was made."""
        self._runs = runs_of(times, shown, limits)
        chosen = believed(times, shown, self._runs, limits)
        good = np.zeros(len(shown), bool)
        beside, added = -1, 0.0
        for number, run in enumerate(chosen):
            before = chosen[number - 1] if number else run
            head = int(self._runs.first[run])
            self._disbelieve(range(beside + 1, run), float(shown[self._runs.last[before]]))
            if number:
                more, head = self._join(before, run)
                added += more
            part = slice(head, int(self._runs.last[run]) + 1)
            self.shift[part], good[part] = added, True
            beside = run
        self._disbelieve(range(beside + 1, len(self._runs.first)), float(shown[self._runs.last[beside]]))
        self.good = np.flatnonzero(good)

    def energy(self) -> Floats:
        """Wh at the credible readings since the first of them."""
        risen = self.shown[self.good] + self.shift[self.good]
        return np.asarray(risen - risen[0], float)

    def _disbelieve(self, runs: range, base: float) -> None:
        for run in runs:
            head, tail = float(self.shown[self._runs.first[run]]), float(self.shown[self._runs.last[run]])
            kind = Kind.ZERO if tail == 0 else Kind.DIP if head < base else Kind.JUMP
            self.events.append(Event(kind, int(self.times[self._runs.first[run]]), base, head))

    def _join(self, before: int, run: int) -> tuple[float, int]:
        """Wh to add from `run` on so that it goes on from the run `before`, and its first reading to believe."""
        last, head, moved = self._runs.last[before], int(self._runs.first[run]), self._runs.moved[before]
        start, end = int(self.times[last]), int(self.times[head])
        shown, after = float(self.shown[last]), float(self.shown[head])
        bound = self.limits.rate * float(end - self.times[moved]) + self.limits.step
        rise = after - shown
        if 0 <= rise <= bound:
            if self._doubtful(before, run):
                self.unknown.append(Span(start, end, Kind.JUMP, rise, bound))
            return 0.0, head
        rolled = float(self.limits.rolled(np.array([shown]), after)[0])
        if rise < 0 and 0 <= rolled <= bound:
            self.events.append(Event(Kind.ROLLOVER, end, shown, after))
            return rolled - rise, head
        kind = Kind.RESET if rise < 0 else Kind.JUMP
        if self.limits.new_device(self.times[last : last + 1], end)[0]:
            kind = Kind.REPLACED
        self.events.append(Event(kind, end, shown, after))
        if after == 0:  # zeros are not believed: the last of them may be where the counter began
            head += int(np.searchsorted(self.shown[head : self._runs.last[run] + 1], 0.0, "right")) - 1
            end = int(self.times[head])
        most = self.limits.rate * (end - start) + self.limits.step
        known = after if rise < 0 and after <= most < np.inf else 0.0
        self.unknown.append(Span(start, end, kind, known, most))
        return known - rise, head

    def _doubtful(self, before: int, run: int) -> bool:
        """Whether the counter may have been right in what is skipped: it went on from before, or to what follows."""
        return run > before + 1 and (
            self._goes_on(before, before + 1)
            or (self._goes_on(run - 1, run) and self.shown[self._runs.last[run - 1]] > 0)
        )

    def _goes_on(self, before: int, run: int) -> bool:
        wait = self.times[self._runs.first[run]] - self.times[self._runs.moved[before]]
        rise = self.shown[self._runs.first[run]] - self.shown[self._runs.last[before]]
        return bool(0 < rise <= self.limits.rate * float(wait) + self.limits.step)

    def hold_against(self, integral: PowerIntegral) -> None:
        """Unmask standstills by power: what it says was made then stands for what the counter left out."""
        energy, at = self.energy(), self.times[self.good]
        moves = np.flatnonzero(np.diff(energy, prepend=np.nan) != 0)
        anew = np.searchsorted(at, [instant for span in self.unknown for instant in (span.start, span.end)])
        ends = np.unique(np.concatenate((moves, anew, [len(at) - 1])))
        start, end = ends[:-1], ends[1:]
        made = integral.energy(at[end]) - integral.energy(at[start])
        covered = integral.known(at[end]) - integral.known(at[start]) == at[end] - at[start]
        left_out = made - (energy[end] - energy[start])
        stood = covered & (end - start > STILL) & (left_out > 0.5 * made) & (left_out > 5 * self.limits.step)
        if self.limits.rate < np.inf:
            stood &= left_out > LEFT_OUT * self.limits.rate * HOUR
        keep = np.ones(len(at), bool)
        for one in np.flatnonzero(stood):
            first, last = int(self.good[start[one]]), int(self.good[end[one]])
            keep[start[one] + 1 : end[one]] = False
            self.shift[last:] += left_out[one]
            self.unknown.append(Span(int(self.times[first]), int(self.times[last]), Kind.STUCK, float(made[one])))
            self.events.append(
                Event(Kind.STUCK, int(self.times[first]), float(self.shown[first]), float(self.shown[last]))
            )
        self.good = self.good[keep]

"""What each roof should have made on a day, by the others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from config.kwh import ExpectedBasis
from models.pv.fleet.day import FleetDay
from models.pv.fleet.season import followed, season, seen_sky, sky_level
from models.pv.fleet.state import FleetState
from models.pv.fleet.weights import Bools, Relation, lasting, recent
from models.pv.sun import Floats

WARM_UP = 14
"""Days before a roof is expected from the others, and before it speaks for them."""
SPARED = 0.03
"""Share of a roof's power squared that may go unexplained because peers are silent, before it is not expected."""
MIN_PEERS = 3
"""Fewer see too little of the sky's variety: with envelopes, two gave a daily sigma of 4.5 %, three one of 3.2 %."""
LEAST_LEVEL = 0.3
"""What must be left of a roof that is not trusted."""
DEAD = 0.1
"""A roof below this share of what the middle of the fleet makes of its usual is not asked at all."""
CLEAR_BOUND = 1.3
"""A day's expectation ends at this many times the best day known, as measured by the modelled clear sky."""
APART = 0.15
"""A roof this far (in log of measured over expected) off on a day does not speak for the others on it …"""
APART_SPREADS = 3.0
"""… or this many half-widths of its usual daily error, if that is more."""
SUSPECTS, FAR = 5, 5.0
"""Of how many the removal is tried, and the distance beyond which another step away says no more."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """Wh per interval, (T, n). NaN where there is nothing to say (and `basis` NONE if that is so all day)."""

    expected: Floats
    low: Floats
    high: Floats
    """The 80 % interval of each interval's energy; NaN under a clear sky, which is a bound itself."""
    spread_day: Floats
    """(n,) half-width of the 80 % interval of the day's energy, as a share of the expectation; NaN without fleet."""
    basis: tuple[ExpectedBasis, ...]
    """(n,) FLEET, CLEAR_SKY or NONE."""
    peers: Bools
    """(n,) roofs that spoke (each for the others, never for itself)."""
    combined: Floats
    """(T, n) W, the combination before any correction, for `learn`."""
    sky: Floats | None = None
    """(T, n) W by the chain under the sky that the fleet saw, without any level, for `learn`."""
    turned: Floats | None = None
    """(n,) what the season changes of the combination by geometry alone, for `learn`."""


def expect(state: FleetState, day: FleetDay, trusted: Bools | None = None) -> Expectation:
    """Expected energy of all roofs on a day (or the part of it that is known) from the state before that day.

    `trusted` (n,): False for roofs with an open finding or a known outage. They are expected as ever, but speak for the
    others only as what is left of them: a roof that has lost a fifth still sees the sky, and may be the only one to see
    it from the east. Roofs that stand apart on this very day fall silent. With fewer than `MIN_PEERS` peers, and
    in its first `WARM_UP` days, a roof is held against the clear sky, or nothing. What the silent do not tell from the
    sky: more than half of the roofs of one orientation that lose the same share on the same day.
    """
    state = state.aligned(day.roofs)
    power = day.power()
    mature = state.age >= WARM_UP
    speakers = mature & _alive(state, power)
    if trusted is not None:
        level = present_level(state)
        speakers &= trusted | (level >= LEAST_LEVEL)
        power = power / np.where(trusted, 1.0, level)
    voices, correction = _Voices(state), corrections(state)[day.hours()]
    likely, turned = _season(state, day, power, voices, speakers)
    part = followed(state)
    agreed, combined = _agreeing(voices, power, speakers, correction * turned**part, state.spread_day)
    if (agreed != speakers).any():
        speakers = agreed
        likely, turned = _season(state, day, power, voices, speakers)
    enough = (voices.heard(speakers) >= MIN_PEERS) & voices.agree(speakers, mature)
    told = _expectation(state, day, mature & enough, speakers, combined, correction * turned**part)
    return told if likely is None else replace(told, sky=likely / sky_level(state), turned=turned)


def _season(
    state: FleetState, day: FleetDay, power: Floats, voices: _Voices, speakers: Bools
) -> tuple[Floats | None, Floats]:
    """What the chain makes of the sky that these speakers saw, and what that says of their combination."""
    likely = seen_sky(state, day, power, speakers)
    return likely, season(state, likely, power, lambda powers: voices.combine(powers, speakers))


def present_level(state: FleetState) -> Floats:
    """(n,) what each roof has made of its expectation in the last days; 1 where nothing is known."""
    known = state.present_expected > 0
    made: Floats = np.divide(state.present_measured, state.present_expected, out=np.ones_like(state.age), where=known)
    return np.clip(made, 1e-3, 1.5)


def _alive(state: FleetState, power: Floats) -> Bools:
    """(n,) roofs that make anything, if the others do: several dead twins would only confirm each other."""
    energy = np.nansum(power, axis=0)
    usual = np.sqrt(np.diag(state.products + state.waiting_products + state.fresh_products))
    share = np.divide(energy, usual, out=np.zeros_like(energy), where=usual > 0)
    seen = np.isfinite(power).any(axis=0) & (usual > 0)
    made: Bools = seen & (share >= DEAD * np.median(share[seen])) if seen.any() else seen
    return made


def _agreeing(
    voices: _Voices, power: Floats, speakers: Bools, correction: Floats, spread_day: Floats
) -> tuple[Bools, Floats]:
    """The speakers without those that stand apart, and what they say.

    One that errs makes others seem to. Of the few furthest off, that one falls silent without which the rest agree
    best, or that pair (twins that err together confirm each other) if no one alone leaves agreement; and so on while
    any is too far off and half of the fleet is left.
    """
    combined = voices.combine(power, speakers)
    apart = _apart(power, combined * correction, speakers, spread_day)
    fewest = max(MIN_PEERS, len(speakers) // 2)
    while apart.max(initial=0.0) > 1.0 and speakers.sum() > fewest:
        suspects = [row for row in np.argsort(-apart)[:SUSPECTS] if apart[row] > 0]
        best: list[tuple[float, Bools, Floats, Floats]] = []
        for size in (1, 2):
            trials = []
            for silent in combinations(suspects, size):
                others = speakers.copy()
                others[list(silent)] = False
                said = voices.combine(power, others)
                left = _apart(power, said * correction, others, spread_day)
                trials.append((float(np.minimum(left, FAR).sum()), others, said, left))
            best.append(min(trials, key=lambda trial: trial[0]))
            if best[-1][-1].max() <= 1.0 or speakers.sum() - 2 < fewest or len(suspects) < 2:
                break
        chosen = best[-1] if best[-1][-1].max() <= 1.0 else best[0]
        _, speakers, combined, apart = chosen
    return speakers, combined


class _Voices:
    """Established roofs follow from established ones by all that is known, the others from all by what is recent."""

    def __init__(self, state: FleetState) -> None:
        self._established = state.established > 0
        self._lasting = lasting(state)
        self._recent = None if self._established.all() else recent(state)

    def combine(self, power: Floats, speakers: Bools) -> Floats:
        made = self._lasting.combine(power, speakers & self._established)
        if self._recent is None:
            return made
        return np.where(self._established, made, self._recent.combine(power, speakers))

    def agree(self, speakers: Bools, mature: Bools) -> Bools:
        """(n,) whether the silent ones are spared: without every roof on its side, an east roof is guesswork."""
        if not speakers.any():
            return np.zeros_like(speakers)
        made = self._lost(self._lasting, speakers & self._established, mature & self._established)
        if self._recent is not None:
            made = np.where(self._established, made, self._lost(self._recent, speakers, mature))
        return made <= SPARED

    @staticmethod
    def _lost(relation: Relation, speakers: Bools, mature: Bools) -> Floats:
        return relation.unexplained(speakers) - relation.unexplained(mature)

    def heard(self, speakers: Bools) -> NDArray[np.int64]:
        """(n,) how many others speak for each roof."""
        lasting_ones = speakers & self._established
        made: NDArray[np.int64] = np.where(
            self._established, lasting_ones.sum() - lasting_ones, speakers.sum() - speakers
        )
        return made


def corrections(state: FleetState) -> Floats:
    """(24, n) by hour of the sun: what the combination misses of the roof's own shape (shade, low sun).

    The hours' corrections leave the energy as it is: level is `learn`'s matter, not theirs.
    """
    measured, said = state.hour_measured, state.hour_combined
    rare = 0.01 * said.max(axis=0, initial=0.0) + 1e-9
    total = np.where(measured.sum(axis=0) > 0, measured.sum(axis=0), 1.0)
    shape = (measured / total + rare / (said.sum(axis=0) + 1e-9)) / ((said + rare) / (said.sum(axis=0) + 1e-9))
    made: Floats = np.where(said.sum(axis=0) > 0, np.clip(shape, 0.5, 2.0), 1.0)
    return made


def day_ratio(power: Floats, expected: Floats) -> Floats:
    """(n,) measured over expected energy where both are known; NaN without expected energy."""
    both = np.isfinite(power) & np.isfinite(expected)
    below = np.where(both, expected, 0.0).sum(axis=0)
    made: Floats = np.divide(
        np.where(both, power, 0.0).sum(axis=0), below, out=np.full_like(below, np.nan), where=below > 0
    )
    return made


def _apart(power: Floats, expected: Floats, speakers: Bools, spread_day: Floats) -> Floats:
    """(n,) how far each speaker is off, 1 being the most that is tolerated; 0 for the others."""
    off = np.abs(np.log(np.clip(day_ratio(power, expected), 1e-3, 1e3)))
    made: Floats = np.where(speakers, np.nan_to_num(off / np.maximum(APART, APART_SPREADS * spread_day)), 0.0)
    return made


def _expectation(
    state: FleetState, day: FleetDay, by_fleet: Bools, speakers: Bools, combined: Floats, correction: Floats
) -> Expectation:
    expected = combined * correction * day.power_to_energy
    if day.clear is not None:
        expected = np.where((day.clear <= 0) & np.isnan(expected), 0.0, expected)
        expected = expected * _bound(state, expected, day.clear)
    top = np.nanmax(np.where(np.isfinite(expected), expected, 0.0), axis=0, initial=0.0)
    half = state.spread_interval * np.sqrt(expected * top)
    low, high = np.maximum(expected - half, 0.0), expected + half
    basis = [ExpectedBasis.FLEET if row else ExpectedBasis.NONE for row in by_fleet]
    for values in (expected, low, high):
        values[:, ~by_fleet] = np.nan
    if day.clear is not None:
        expected = np.where(by_fleet, expected, day.clear)
        for row in np.flatnonzero(~by_fleet & np.isfinite(day.clear).any(axis=0)):
            basis[row] = ExpectedBasis.CLEAR_SKY
    spread_day = np.where(by_fleet, state.spread_day, np.nan)
    return Expectation(expected, low, high, spread_day, tuple(basis), speakers, combined)


def _bound(state: FleetState, expected: Floats, clear: Floats) -> Floats:
    """(n,) what an expectation is multiplied by so as not to pass the modelled clear sky; 1 for nearly all."""
    ratio = day_ratio(expected, clear)
    most = np.where(state.clear_best > 0, CLEAR_BOUND * state.clear_best, np.inf)
    made: Floats = np.where(ratio > most, most / np.maximum(ratio, 1e-9), 1.0)
    return made

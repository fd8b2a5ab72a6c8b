"""All of it for one inverter: the mask, and what its silences mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.pv.energy.counter import CounterFacts, counter_step
from models.pv.quality.clipping import clipped
from models.pv.quality.counters import counter_reasons
from models.pv.quality.daylight import Daylight
from models.pv.quality.facts import DeviceFacts
from models.pv.quality.frozen import frozen, interpolated
from models.pv.quality.gaps import FAULTS, LIT, Gap, outages, silences, standstills
from models.pv.quality.night import made_at_night
from models.pv.quality.reasons import Reason
from models.pv.quality.runs import Floats, Mask, Times, aware, power_scale, torn, usual_period
from models.pv.quality.spikes import ABOVE, out_of_range, spikes

Codes = NDArray[np.int32]

DC_ABOVE = 2.0
"""Share of rated AC power that the DC side may reach."""
PRODUCTION = ("energy_ac_total", "energy_pv_total")
COUNTERS = (*PRODUCTION, "energy_charge_total", "energy_discharge_total", "energy_import_total", "energy_export_total")
RANGES = {
    "frequency": (40.0, 70.0),
    "power_factor": (-1.0, 1.0),
    "soc": (0.0, 100.0),
    "temp_cabinet": (-50.0, 150.0),
    "v_dc": (-10.0, 2000.0),
    "v_ac_ln_a": (0.0, 1000.0),
    "v_ac_ln_b": (0.0, 1000.0),
    "v_ac_ln_c": (0.0, 1000.0),
}
"""Beyond these no device goes; units of config.quantities."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What may be believed of the samples of one inverter."""

    reasons: pd.DataFrame
    """int32 codes of Reason; index and numeric columns of the frame."""
    gaps: list[Gap]
    """Rising by start; outages told by samples and spans without samples."""
    period_ms: int
    """Usual time between samples, given or found."""

    def summary(self) -> dict[str, int]:
        """Number of samples (of any field) with each reason, reasons that do not occur left out."""
        codes = self.reasons.to_numpy()
        if not codes.any():
            return {}
        counts = {reason.name or "": int(((codes & reason.value) != 0).sum()) for reason in Reason}
        return {name: count for name, count in counts.items() if count}

    def usable(self, field: str, reasons: Reason) -> Mask:
        """Of each sample whether its field has none of `reasons` (as a rule DOUBTFUL). KeyError for another field."""
        made: Mask = (self.reasons[field].to_numpy() & int(reasons)) == 0
        return made


def assess(frame: pd.DataFrame, facts: DeviceFacts, elevation: Floats, peers_lit: Mask | None = None) -> Assessment:
    """The samples of one inverter, over any span.

    `frame`: index of rising instants with a time zone, columns of fields (any may be absent, NaN missing).
    `elevation`: of the sun at each, degrees. `peers_lit`: of each sample whether other devices see light; without it a
    sun twelve degrees high counts as light. ValueError for lengths that differ or an index that is not as said.
    """
    times = aware(frame)
    if len(elevation) != len(times) or (peers_lit is not None and len(peers_lit) != len(times)):
        raise ValueError("elevation or peers_lit is not as long as the frame")
    fields = [name for name in frame.columns if pd.api.types.is_numeric_dtype(frame[name].dtype)]
    if not len(times):
        return Assessment(pd.DataFrame(0, frame.index, fields, np.int32), [], facts.period_ms or 1)
    columns = {name: frame[name].to_numpy(np.float64) for name in fields}
    codes = np.zeros((len(fields), len(times)), np.int32)
    place = {name: number for number, name in enumerate(fields)}
    answered = ~np.isnan(np.stack(list(columns.values()))).all(axis=0) if columns else np.zeros(len(times), bool)
    period = usual_period(times[answered], facts.period_ms)
    lit = elevation > LIT if peers_lit is None else peers_lit & (elevation > LIT / 2)

    for name, values in columns.items():
        codes[place[name]] |= _codes(np.isnan(values), Reason.MISSING)
        if name in RANGES:
            low, high = RANGES[name]
            codes[place[name]] |= _codes((values < low) | (values > high), Reason.OUT_OF_RANGE)
    main = _main(facts, columns)
    stopped = np.zeros(len(times), bool)
    for name in _solar(facts, columns):
        values = columns[name]
        scale = power_scale(values, facts.pac_rated)
        codes[place[name]] |= _power(times, values, elevation, scale, period, facts, name)
        if name == main:
            sound = np.where((codes[place[name]] & int(Reason.OUT_OF_RANGE | Reason.SPIKE)) == 0, values, np.nan)
            stopped = standstills(times, sound, lit, _faulty(frame, elevation), scale, period)
            codes[place[name]] |= _codes(stopped, Reason.OUTAGE)
    worked = columns[main] if main else np.full(len(times), np.nan)
    cleaned: Floats | None = None
    for name in COUNTERS:
        if name in columns:
            power = worked if main and name == _counter_of(main) else None
            found, energy = counter_reasons(times, columns[name], _counter_facts(facts, name), power)
            codes[place[name]] |= found
            cleaned = energy if cleaned is None and name in PRODUCTION else cleaned
    return Assessment(
        pd.DataFrame(codes.T, frame.index, fields),
        _gaps(times, answered, stopped, elevation, cleaned, worked, period, facts),
        period,
    )


def _codes(mask: Mask, reason: Reason) -> Codes:
    return mask.astype(np.int32) * np.int32(reason.value)


def _solar(facts: DeviceFacts, columns: dict[str, Floats]) -> Iterator[str]:
    """The fields that follow the sun: of a hybrid not the AC power, which contains its battery."""
    hybrid = facts.hybrid or "pv_power" in columns
    yield from (name for name in ("pac", "pdc", "pv_power") if name in columns and not (hybrid and name == "pac"))


def _main(facts: DeviceFacts, columns: dict[str, Floats]) -> str | None:
    """The field that tells whether the plant works."""
    solar = list(_solar(facts, columns))
    return next((name for name in ("pv_power", "pac", "pdc") if name in solar), None)


def _counter_of(power: str) -> str:
    return "energy_pv_total" if power == "pv_power" else "energy_ac_total"


def _counter_facts(facts: DeviceFacts, name: str) -> CounterFacts:
    if name not in PRODUCTION:
        return CounterFacts()
    if facts.counter.rated is not None or facts.pac_rated is None:
        return facts.counter
    return replace(facts.counter, rated=facts.pac_rated * (1.0 if name == "energy_ac_total" else DC_ABOVE))


def _power(
    times: Times, values: Floats, elevation: Floats, scale: float, period: int, facts: DeviceFacts, name: str
) -> Codes:
    """Reasons of a field of power."""
    above = ABOVE if name == "pac" else DC_ABOVE
    wild = out_of_range(values, scale, above)
    odd = spikes(times, values, scale, period)
    sound = np.where(wild | odd, np.nan, values)
    limited = clipped(sound, elevation, scale, period, facts.pac_rated if name == "pac" else None)
    stuck = frozen(times, values, elevation, scale, period, limited)
    found = _codes(wild, Reason.OUT_OF_RANGE) | _codes(odd, Reason.SPIKE) | _codes(stuck, Reason.FROZEN)
    found |= _codes(limited & ~stuck, Reason.CLIPPED)
    found |= _codes(interpolated(times, values, scale, period) & ~stuck, Reason.INTERPOLATED)
    return found | _codes(made_at_night(values, elevation, scale), Reason.NIGHT)


def _faulty(frame: pd.DataFrame, elevation: Floats) -> Mask:
    """Of each sample whether the device calls itself faulty."""
    if "state" not in frame.columns:
        return np.zeros(len(elevation), bool)
    words, told = pd.factorize(frame["state"])
    bad = pd.Series(told, dtype="str").str.contains(FAULTS, case=False).to_numpy(bool)
    return np.append(bad, False)[words]


def _gaps(
    times: Times,
    answered: Mask,
    stopped: Mask,
    elevation: Floats,
    counter: Floats | None,
    power: Floats,
    period: int,
    facts: DeviceFacts,
) -> list[Gap]:
    found = outages(times, stopped, period)
    there = times[answered]
    if len(there) > 1 and torn(there, period).any():
        kept = counter[answered] if counter is not None else None
        step = facts.counter.step or (counter_step(kept) or 1.0 if kept is not None else 1.0)
        sun = Daylight.seen(times, elevation)
        found += silences(there, period, sun, kept, power[answered], step, facts.pac_rated or power_scale(power, None))
    return sorted(found, key=lambda gap: gap.start)

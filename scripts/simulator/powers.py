"""The power of every inverter and meter of the simulated town, and its exact integral, at any instant.

Physics happens on a grid of quarter-hours, in blocks of 16 days, for all arrays at once. Within a quarter power is
linear, plus a ripple whose integral over the quarter is zero: a live view moves, a history of quarters does not
notice, and energy is the exact integral of power, as a pure function of (town, seed, faults, time).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from config.town import Array, Town
from models.pv.sun import Floats, Irradiance, Mount, cell_temperature, orientation, transpose
from scripts.simulator.events import cover, restless, under
from scripts.simulator.fault import POWER_KINDS, SKY_KINDS, WEEK, Fault, FaultKind
from scripts.simulator.sky import PER_DAY, QUARTER, Sky, Weather
from scripts.simulator.wiring import wire

Times = NDArray[np.int64]
"""Instants, ms UTC since 1970."""

EPOCH = 1_767_225_600_000
"""2026-01-01 UTC: energies count from here, so a year's distance costs the physics of a year, once per process."""
BLOCK = 16 * PER_DAY
KEPT = 4  # blocks in memory

GAMMA = {"hjt": -0.0026, "topcon": -0.003, "cdte": -0.0025, "cigs": -0.0033, "a-si": -0.002}  # else crystalline
GAMMA_CRYSTALLINE = -0.0037
START = 0.01  # share of the rated power below which an inverter sleeps
RIPPLE = 0.12
WAVES = ((3, 0.6), (7, 0.4))  # per quarter; whole numbers make the integral vanish


@dataclass(frozen=True, slots=True)
class Block:
    """16 days on the grid; n quarters, n + 1 instants."""

    first: int
    left: Floats
    """(rows, n) W at the beginning of each quarter."""
    right: Floats
    """(rows, n) W at its end: a fault makes a step, so it is not always the next one's left."""
    ripple: Floats
    """(rows, n) W"""
    energy: Floats
    """(rows, n + 1) Wh since the epoch."""
    dc_left: Floats
    """(inputs, n) W"""
    dc_right: Floats
    off: NDArray[np.bool_]
    """(inverters, n): switched off by a fault …"""
    cut: NDArray[np.bool_]
    """(inverters, n): … of the whole site, of which the inverter knows nothing."""
    derated: NDArray[np.bool_]
    poa_global: Floats
    """(planes, n + 1) W/m²"""
    temp_cell: Floats
    weather: Weather


class Powers:
    """Rows: inverters' AC, inverters' DC, then import and export of each meter, in the order of the town."""

    def __init__(self, town: Town, seed: int, faults: Sequence[Fault] = (), epoch: int = EPOCH) -> None:
        place = town.place
        self.wiring = wiring = wire(town, seed)
        self.faults = [fault for fault in faults if fault.kind in POWER_KINDS or fault.kind is FaultKind.SITE_OFF]
        self.events = [fault for fault in faults if fault.kind in SKY_KINDS]
        self.sky = Sky(seed, place.latitude, place.longitude, place.altitude)
        self.epoch = epoch // QUARTER
        self.meter_rows = {path: 2 * len(wiring.rated) + 2 * n for n, path in enumerate(wiring.meters)}
        self._weights = wiring.matrix()
        self._roofs = list(dict.fromkeys(roof for roof, _ in wiring.arrays))
        planes = [_plane(roof, array) for roof, array in wiring.arrays]
        self._planes = list(dict.fromkeys(planes))  # many arrays lie in one plane: its light is worked out once
        self._plane_of = np.array([self._planes.index(plane) for plane in planes])
        self._gamma = np.array([_gamma(array) for _, array in wiring.arrays])[:, None]
        self._first_inputs = np.array([rows[0] for rows in wiring.inputs_of.values()], dtype=np.int64)
        self._rated = np.array(wiring.rated)[:, None]
        self._blocks: OrderedDict[int, Block] = OrderedDict()
        self._before: dict[int, Floats] = {0: np.zeros(2 * len(wiring.rated) + 2 * len(wiring.meters))}

    def block(self, number: int) -> Block:
        """Block `number`, with energies since the epoch; made when it is first asked for."""
        if number in self._blocks:
            self._blocks.move_to_end(number)
            return self._blocks[number]
        step = 1 if number >= 0 else -1
        known = number
        while known not in self._before:
            known -= step
        for each in range(known, number, step):  # the counters of the way there
            self._make(each if step > 0 else each - 1, each)
        made = self._make(number, number)
        self._blocks[number] = made
        while len(self._blocks) > KEPT:
            self._blocks.popitem(last=False)
        return made

    def _make(self, number: int, known: int) -> Block:
        """Make a block whose energy at its beginning (known = number) or at its end (number + 1) is known."""
        made = self._physics(self.epoch + number * BLOCK)
        hours = QUARTER / 3_600_000
        np.cumsum((made.left + made.right) / 2 * hours, axis=1, out=made.energy[:, 1:])
        total = made.energy[:, -1].copy()
        if known == number:
            start = self._before[number]
        else:
            start = self._before[number] = self._before[known] - total
        made.energy[:] += start[:, None]
        self._before[number + 1] = start + total
        return made

    def _physics(self, first: int) -> Block:
        weather = under(self.sky.weather(first, first + BLOCK + 1), self.events)
        poa, temp_cell, specific = self._arrays(weather)
        dc = self._weights @ specific
        off, cut, limit, opened = self._effects(first)
        left = self._convert(dc[:, :-1] * opened, limit, off)
        right = self._convert(dc[:, 1:] * opened, limit, off)
        swing = RIPPLE * 4 * weather.clearness[:-1] * np.clip(1 - weather.clearness[:-1], 0, 1)
        swing = np.maximum(swing, restless(weather, self.events))
        low, high = np.minimum(left[0], right[0]), np.maximum(left[0], right[0])
        ripple = np.clip(swing * low, 0, limit - high)
        with np.errstate(divide="ignore", invalid="ignore"):
            dc_ripple = np.where(high > 0, ripple * (left[1] + right[1]) / (left[0] + right[0]), 0.0)
        count = len(self._rated)
        rows = np.zeros((3, 2 * count + 2 * len(self.wiring.meters), BLOCK))
        rows[:, : 2 * count] = [np.concatenate(parts) for parts in (left[:2], right[:2], (ripple, dc_ripple))]
        week = np.arange(first, first + BLOCK + 1) % (7 * PER_DAY)
        for path, (meter, own, load) in self.wiring.meters.items():
            row, used = self.meter_rows[path], load[week]
            for side, (ac, now) in enumerate(((left[0], used[:-1]), (right[0], used[1:]))):
                made = ac[own].sum(axis=0)
                net = {"production": -made, "consumption": now, "exchange": now - made}[meter.measures]
                rows[side, row : row + 2] = np.maximum(net, 0), np.maximum(-net, 0)
            if meter.measures == "production":
                rows[2, row + 1] = ripple[own].sum(axis=0)
        energy = np.zeros((rows.shape[1], BLOCK + 1))
        derated = limit < self._rated
        return Block(
            first, rows[0], rows[1], rows[2], energy, left[2], right[2], off, cut, derated, poa, temp_cell, weather
        )  # fmt: skip

    def _arrays(self, weather: Weather) -> tuple[Floats, Floats, Floats]:
        """Irradiance and cell temperature (planes, instants), and DC power per installed W (arrays, instants)."""
        day = weather.sun.apparent_zenith < 90
        sun = weather.sun.at(day)
        over = self.sky.roofs(weather, self._roofs)
        roofs = [self._roofs.index(roof) for roof, *_ in self._planes]
        seen = Irradiance(*(part[roofs][:, day] for part in (over.ghi, over.dni, over.dhi)))
        angles = [orientation(mount, tilt, azimuth, sun) for _, mount, tilt, azimuth in self._planes]
        light = transpose(np.array([t for t, _ in angles]), np.array([a for _, a in angles]), sun, seen)
        poa = np.zeros((len(self._planes), len(day)))
        temp_cell, effective = np.tile(weather.temp_air, (len(poa), 1)), np.zeros(poa.shape)
        free = cover(weather, np.array([np.mean(tilt) for tilt, _ in angles]), self.events)[:, day]
        poa[:, day] = free * light.poa_global
        temp_cell[:, day] = cell_temperature(poa[:, day], weather.temp_air[day], weather.wind_speed[day])
        effective[:, day] = free * light.effective() / 1000
        specific = effective[self._plane_of] * (1 + self._gamma * (temp_cell[self._plane_of] - 25))
        return poa, temp_cell, np.maximum(specific, 0)

    def _effects(self, first: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_], Floats, Floats]:
        """What the faults do in each quarter: inverter off, its site too, limit of AC power, part of the inputs."""
        off, cut = (np.zeros((len(self._rated), BLOCK), dtype=bool) for _ in range(2))
        limit = np.repeat(self._rated, BLOCK, axis=1)
        opened, given = (np.ones((len(self._weights), BLOCK)) for _ in range(2))
        starts = np.arange(first, first + BLOCK) * QUARTER
        for fault in self.faults:
            when = (starts + QUARTER > fault.start) & (starts < fault.end)
            if fault.kind is FaultKind.SITE_OFF:
                for path, row in self.wiring.inverters.items():
                    off[row, when] |= path.split("/")[0] == fault.where
                    cut[row, when] |= path.split("/")[0] == fault.where
                continue
            row = self.wiring.inverters[fault.where]
            if fault.kind is FaultKind.INVERTER_OFF:
                off[row, when] = True
            elif fault.kind is FaultKind.DERATING:
                limit[row, when] = fault.to * self.wiring.rated[row]
            elif fault.kind in (FaultKind.WEAK, FaultKind.SOILING):
                given[self.wiring.inputs_of[fault.where]] *= np.where(when, _left(fault, starts), 1.0)
            else:
                input_row = self.wiring.inputs_of[fault.where][fault.input - 1]
                opened[input_row, when] -= fault.strings / self.wiring.inputs[input_row].strings
        opened = np.maximum(opened, 0.0)  # one string more, not one share of those that are left
        return off, cut, limit, opened * given

    def _convert(self, dc: Floats, limit: Floats, off: NDArray[np.bool_]) -> tuple[Floats, Floats, Floats]:
        """AC and DC power of the inverters and DC power of the inputs, by PVWatts' inverter (Dobos 2014)."""
        total = np.add.reduceat(dc, self._first_inputs, axis=0) if len(self._first_inputs) else np.zeros((0, BLOCK))
        rated = self._rated
        load = np.maximum(total / (rated / 0.96), START)
        ac = total * (0.96 / 0.9637) * (-0.0162 * load - 0.0059 / load + 0.9858)
        taken = np.where((total < START * rated) | off, 0.0, np.minimum(1.0, limit / np.maximum(ac, 1e-9)))
        per_input = np.repeat(taken, [len(rows) for rows in self.wiring.inputs_of.values()], axis=0)
        return ac * taken, total * taken, dc * per_input

    def read(self, row: int, times: Times) -> tuple[Floats, Floats]:
        """Power (W) and energy since the epoch (Wh) of one row at these instants."""
        power, energy = np.empty(len(times)), np.empty(len(times))
        for block, where in self.blocks(times):
            quarter, u = self.within(block, times[where])
            left, slope = block.left[row, quarter], block.right[row, quarter] - block.left[row, quarter]
            wave = sum(size * np.sin(2 * np.pi * n * u) for n, size in WAVES)
            area = sum(size * (1 - np.cos(2 * np.pi * n * u)) / (2 * np.pi * n) for n, size in WAVES)
            ripple = block.ripple[row, quarter]
            power[where] = left + slope * u + ripple * wave
            energy[where] = block.energy[row, quarter] + (left * u + slope * u**2 / 2 + ripple * area) / 4
        return power, energy

    def blocks(self, times: Times) -> list[tuple[Block, NDArray[np.bool_] | slice]]:
        """The blocks of these instants, each with which of them are in it."""
        numbers = (times // QUARTER - self.epoch) // BLOCK
        if len(numbers) and numbers[0] == numbers[-1] and (len(numbers) == 1 or (numbers == numbers[0]).all()):
            return [(self.block(int(numbers[0])), slice(None))]
        return [(self.block(int(number)), numbers == number) for number in np.unique(numbers)]

    def plane_of(self, array: int) -> int:
        """Row of an array's plane in poa_global and temp_cell."""
        return int(self._plane_of[array])

    @staticmethod
    def within(block: Block, times: Times) -> tuple[NDArray[np.int64], Floats]:
        """Quarter of the block, and how far into it (0..1)."""
        return times // QUARTER - block.first, times % QUARTER / QUARTER


def _left(fault: Fault, starts: Times) -> Floats:
    """Share of the power that modules still give, by quarter-hour."""
    if fault.kind is FaultKind.WEAK:
        return np.full(len(starts), fault.to)
    return np.clip(1.0 - fault.a_week * (starts - fault.start) / WEEK, 0.0, 1.0)


def _gamma(array: Array) -> float:
    if array.module.gamma_pdc:
        return array.module.gamma_pdc.value
    return GAMMA.get(array.module.technology, GAMMA_CRYSTALLINE)


def _plane(roof: str, array: Array) -> tuple[str, Mount, float | None, float | None]:
    if array.mount == "two-axis":
        return roof, array.mount, None, None
    tilt, azimuth = array.surface_tilt, array.surface_azimuth  # unknown ones: a usual roof
    return roof, array.mount, tilt.value if tilt else 30.0, azimuth.value if azimuth else 180.0

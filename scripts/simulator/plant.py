"""What every device of the simulated town measures at any instant: the quantities that its registers will hold.

A pure function of (town, seed, faults, time): the live simulation goes on exactly where the history ended, counters
included. Nothing here is measured, and the name plates say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zlib import crc32
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from collector.reader import Identity
from collector.sample import Value
from config.quantities import Role, input_field
from config.town import Inverter, Town
from models.pv.sun import Floats
from scripts.simulator.fault import Fault, FaultKind
from scripts.simulator.grid import grid_side
from scripts.simulator.powers import EPOCH, Block, Powers, Times
from scripts.simulator.sky import QUARTER

Column = Floats | list[str]

RUNNING, ASLEEP, FAULTY, DERATED = "running", "asleep", "fault", "derated"
"""States in the simulation's own words; the register image says it in the maker's."""
FAULT_CODES = {"sunspec": 1 << 15, "huawei_sun2000": 2064}
"""By map; else bit 25: hardware self-test failed, internal fault, relay check failed: faults that endanger nobody."""
YEARLY_YIELD = 950.0  # kWh/kWp, for the years before the simulation begins
COMMISSIONED = date(2020, 1, 1)  # where the town does not say
MODULE_VOLTAGE = 32.0  # V at the maximum power point, 25 °C: 60 cells
SINGLE_PHASE = 6000.0  # W; small inverters feed one phase
DAY = 86_400_000


class Plant:
    """The devices of a town. `measure` for many instants, `values` for one."""

    def __init__(self, town: Town, seed: int, faults: Sequence[Fault] = (), *, epoch: int = EPOCH) -> None:
        self.town, self.seed = town, seed
        self.faults = [fault.checked(town) for fault in faults]
        self.powers = Powers(town, seed, self.faults, epoch)
        self._tz = ZoneInfo(town.place.tz)
        self._midnights: dict[int, int] = {}
        self._sites = {f"{site.id}/{device.id}": site for site in town.sites for device in site.devices}
        self._devices = town.devices()

    def values(self, device: str, time: int) -> dict[str, Value]:
        """What a device measures at an instant (ms UTC). KeyError for a device that the town does not have."""
        columns = self.measure(device, np.array([time], dtype=np.int64))
        row = {name: column[0] for name, column in columns.items()}
        return {k: v if isinstance(v, str) else None if v != v else float(v) for k, v in row.items()}

    def measure(self, device: str, times: Times) -> Mapping[str, Column]:
        """What a device measures at these instants: an array (or a list of texts) per field; NaN is missing."""
        for fault in self._faults(device, FaultKind.FROZEN):
            times = np.where((times >= fault.start) & (times < fault.end), fault.start, times)
        role = self._devices[device].role
        if role is Role.INVERTER:
            return self._inverter(device, times)
        return self._meter(device, times) if role is Role.METER else self._weather(device, times)

    def inputs(self, device: str) -> int:
        """How many DC inputs the device has."""
        return len(self.powers.wiring.inputs_of.get(device, ()))

    def phases(self, device: str) -> int:
        """1 or 3."""
        row = self.powers.wiring.inverters.get(device)
        return 1 if row is not None and self.powers.wiring.rated[row] <= SINGLE_PHASE else 3

    def identity(self, device: str) -> Identity:
        """The name plate: it says that nothing stands behind it."""
        found, row = self._devices[device], self.powers.wiring.inverters.get(device)
        kind = found.role.value if row is None else f"{self.powers.wiring.rated[row] / 1000:.0f} kW"
        number = crc32(device.encode()) % 10**8
        if found.map == "sunspec":
            maker = "SMA" if self._dark(device) else "Fronius"
            return Identity(f"{maker} (simulated)", f"SIM {kind}", f"SIM{number:08d}", "SIM 1")
        model = f"SUN2000-{kind[:-3]}KTL SIM" if found.map.startswith("huawei") else f"SIM {kind}"
        # Digits, three letters, digits: GoodWe's form. The letters of a series would select its variant of the map.
        return Identity("", model, f"90000SIM{number:08d}", "SIM 1")

    def answers(self, device: str, time: int) -> FaultKind | int | None:
        """How a unit under a fault of communication answers: SILENT, a Modbus exception code, or None: as it should."""
        for fault in self._faults(device, FaultKind.SILENT, FaultKind.EXCEPTION):
            if fault.active(time):
                return fault.kind if fault.kind is FaultKind.SILENT else fault.code
        return None

    def _faults(self, where: str, *kinds: FaultKind) -> list[Fault]:
        return [fault for fault in self.faults if fault.where == where and fault.kind in kinds]

    def _dark(self, device: str) -> bool:
        """Whether this inverter holds not-available markers at night, as SMA's do; others hold zeros."""
        return self._devices[device].map == "sunspec" and crc32(self._sites[device].id.encode()) % 2 == 0

    def _inverter(self, device: str, times: Times) -> Mapping[str, Column]:
        wiring = self.powers.wiring
        row, rows = wiring.inverters[device], wiring.inputs_of[device]
        pac, energy = self.powers.read(row, times)
        pdc, _ = self.powers.read(len(wiring.rated) + row, times)
        v, i, per_input = (np.zeros((len(rows), len(times))) for _ in range(3))
        off, cut, derated = (np.zeros(len(times), bool) for _ in range(3))
        temp_air = np.empty(len(times))
        for block, where in self.powers.blocks(times):
            quarter, u = self.powers.within(block, times[where])
            off[where], cut[where] = block.off[row, quarter], block.cut[row, quarter]
            derated[where] = block.derated[row, quarter]
            temp_air[where] = _between(block.weather.temp_air, quarter, u)
            share = _shares(block, rows, quarter, u)
            for k, input_row in enumerate(rows):
                per_input[k, where] = pdc[where] * share[k]
                v[k, where] = self._voltage(block, input_row, quarter, u)
        lit = (pac > 0) | (off & (v > 0).any(axis=0))
        v = np.where(lit, np.where(off, 1.2, 1.0) * v, 0.0)  # without load: open circuit
        np.divide(per_input, v, out=i, where=v > 0)
        numbers = self._grid(device, pac, times) | {"pac": pac, "pdc": pdc, "pv_power": pdc, "v_dc": v[0]}
        for name in ("v_ac_ln_a", "v_ac_ln_b", "v_ac_ln_c", "frequency"):
            numbers[name] = np.where(cut, 0 * numbers[name], numbers[name])  # behind an open switch is no grid
        for k in range(len(rows)):
            for name, column in (("v_dc", v[k]), ("i_dc", i[k]), ("pdc", per_input[k])):
                numbers[input_field(name, k + 1)] = column
        numbers |= {"i_dc": i.sum(axis=0), "r_iso": np.where(lit, 2500.0, 0.0)}
        numbers["temp_cabinet"] = temp_air + 6 + 28 * pac / wiring.rated[row]
        if self._dark(device):
            numbers = {name: np.where(lit, column, np.nan) for name, column in numbers.items()}
        total, nothing = self._lifetime(device, energy, times), np.zeros(len(times))
        numbers |= {"energy_ac_total": total, "energy_pv_total": total}
        numbers["energy_ac_day"] = energy - self._at_midnight(row, times)
        numbers |= dict.fromkeys(("p_battery", "energy_charge_total", "energy_discharge_total"), nothing)
        numbers["fault_code"] = np.where(off & ~cut, float(FAULT_CODES.get(self._devices[device].map, 1 << 25)), 0.0)
        awake = np.where(derated, DERATED, RUNNING)
        return numbers | {"state": np.where(off & ~cut & lit, FAULTY, np.where(lit & ~cut, awake, ASLEEP)).tolist()}

    def _voltage(self, block: Block, input_row: int, quarter: NDArray[np.int64], u: Floats) -> Floats:
        wired = self.powers.wiring.inputs[input_row]
        plane = self.powers.plane_of(wired.array)
        light = _between(block.poa_global[plane], quarter, u)
        temp_cell = _between(block.temp_cell[plane], quarter, u)
        low_light = 1 + 0.04 * np.log(np.clip(light / 1000, 0.02, 1.2))
        voltage = wired.modules * MODULE_VOLTAGE * (1 - 0.0032 * (temp_cell - 25)) * low_light
        return np.where(light > 5, voltage, 0.0)

    def _lifetime(self, device: str, energy: Floats, times: Times) -> Floats:
        row = self.powers.wiring.inverters[device]
        since = self._sites[device].commissioned or COMMISSIONED
        years = (self.powers.epoch * QUARTER / DAY - (since - date(1970, 1, 1)).days) / 365.25
        total: Floats = energy + max(years, 1.0) * YEARLY_YIELD * self.powers.wiring.kwp[row] * 1000
        for fault in self._faults(device, FaultKind.COUNTER_RESET):
            _, at_reset = self.powers.read(row, np.array([fault.start], dtype=np.int64))
            total = np.where(times >= fault.start, energy - at_reset[0], total)
        return total

    def _at_midnight(self, row: int, times: Times) -> Floats:
        """Energy at the beginning of each instant's day in the town."""
        midnights = self._days(times)
        unique, inverse = np.unique(midnights, return_inverse=True)
        _, energy = self.powers.read(row, unique)
        found: Floats = energy[inverse]
        return found

    def _days(self, times: Times) -> Times:
        hours, inverse = np.unique(times // 3_600_000, return_inverse=True)
        return np.array([self._midnight(int(hour)) for hour in hours], dtype=np.int64)[inverse]

    def _midnight(self, hour: int) -> int:
        """ms UTC at which the local day of this hour (since 1970) began."""
        if hour not in self._midnights:
            local = datetime.fromtimestamp(hour * 3600, self._tz)
            begin = local.replace(hour=0, minute=0, second=0, microsecond=0)
            self._midnights[hour] = int(begin.timestamp() * 1000)
        return self._midnights[hour]

    def _grid(self, device: str, power: Floats, times: Times) -> dict[str, Floats]:
        found = self._devices[device]
        rated = found.pac_rated.value if isinstance(found, Inverter) and found.pac_rated else 30_000.0
        offset = crc32(device.encode()) % 628 / 100
        return grid_side(power, times, rating=max(rated, 1000.0), phases=self.phases(device), offset=offset)

    def _meter(self, device: str, times: Times) -> Mapping[str, Column]:
        row = self.powers.meter_rows[device]
        drawn, imported = self.powers.read(row, times)
        fed, exported = self.powers.read(row + 1, times)
        meter, own, load = self.powers.wiring.meters[device]
        years = (self.powers.epoch * QUARTER / DAY - (COMMISSIONED - date(1970, 1, 1)).days) / 365.25
        made = sum(self.powers.wiring.kwp[k] for k in own) * YEARLY_YIELD * 1000 * max(years, 1.0)
        used = float(load.mean()) * 8766 * max(years, 1.0)
        before = {"production": (0.0, made), "consumption": (used, 0.0), "exchange": (used * 0.6, made * 0.6)}
        base_in, base_out = before[meter.measures]
        return self._grid(device, fed - drawn, times) | {
            "p_import": drawn,
            "p_export": fed,
            "energy_import_total": imported + base_in,
            "energy_export_total": exported + base_out,
        }

    def _weather(self, device: str, times: Times) -> Mapping[str, Column]:
        plane = next(
            (self.powers.plane_of(n) for n, (roof, _) in enumerate(self.powers.wiring.arrays)
             if roof.split("/")[0] == self._sites[device].id), 0,
        )  # fmt: skip
        columns: dict[str, Floats] = {}
        for block, where in self.powers.blocks(times):
            quarter, u = self.powers.within(block, times[where])
            weather, light = block.weather, block.weather.irradiance
            for name, grid in (
                ("ghi", light.ghi), ("dni", light.dni), ("dhi", light.dhi), ("poa_global", block.poa_global[plane]),
                ("temp_air", weather.temp_air), ("temp_module", block.temp_cell[plane]),
                ("wind_speed", weather.wind_speed),
            ):  # fmt: skip
                columns.setdefault(name, np.empty(len(times)))[where] = _between(grid, quarter, u)
        return columns


def _between(grid: Floats, quarter: NDArray[np.int64], u: Floats) -> Floats:
    """Linear between the points of the grid."""
    found: Floats = grid[quarter] * (1 - u) + grid[quarter + 1] * u
    return found


def _shares(block: Block, rows: list[int], quarter: NDArray[np.int64], u: Floats) -> Floats:
    """Which part of an inverter's DC power comes from each of its inputs, (inputs, instants)."""
    parts = np.array([block.dc_left[r, quarter] * (1 - u) + block.dc_right[r, quarter] * u for r in rows])
    total = parts.sum(axis=0)
    shares: Floats = np.divide(parts, total, out=np.zeros_like(parts), where=total > 0)
    return shares

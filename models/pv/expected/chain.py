"""From the sky, or the light on the planes, to the AC power of every inverter: pvlib's PVWatts chain in blocks.

The same models as ``pvlib.modelchain.ModelChain`` with PVWatts DC and inverter, Perez-Driesse or Hay-Davies sky and
Faiman temperature, and the same annual energy; but all planes at once, in blocks of (plane, instant) that stay in the
processor's cache, and only while there is light. Memory beyond the result does not grow with the number of planes.

Missing input (NaN) gives NaN for that instant; without sun and without light the power is 0, whatever is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pvlib
from numpy.typing import ArrayLike, NDArray

from models.pv.expected.light import Glass, Light, SkyLight, Transposition, on_planes, sky_light, through_glass
from models.pv.expected.losses import FAIMAN_OPEN, PVWATTS, Losses
from models.pv.expected.rows import Instants, Rows
from models.pv.plant import Plant
from models.pv.sun import LINKE_TURBIDITY, Floats, Irradiance, Sun, clear_sky

ROWS, LENGTH = 16, 2048
"""Planes and instants of a block: an array of it has 256 kB."""
THREADS = 2
"""numpy lets go of the interpreter while it computes."""

Places = NDArray[np.intp]
"""Numbers of instants."""


@dataclass(frozen=True, slots=True)
class Chain:
    """The options of the chain; the defaults are those of PVWatts where it has one."""

    transposition: Transposition = "perez-driesse"
    iam: Glass = "physical"
    """How the beam passes the glass by its angle of incidence."""
    temperature: tuple[float, float] = FAIMAN_OPEN
    """u0 (W/m²/K) and u1 (W/m²/K per m/s) of Faiman's model."""
    losses: Losses = PVWATTS
    albedo: float = 0.2
    eta: float = 0.96
    """Nominal efficiency of the inverters."""


DEFAULT = Chain()

_Shine = Callable[[Places], Callable[[Rows], Light]]
"""For some instants: the light on some planes."""


def ac_power(
    plant: Plant,
    sun: Sun,
    irradiance: Irradiance,
    temp_air: ArrayLike,
    wind_speed: ArrayLike,
    chain: Chain = DEFAULT,
    scale: ArrayLike | None = None,
    cut: Floats | None = None,
) -> Floats:
    """AC power in W, shape (inverters, instants), under an irradiance of shape (instants,) or (planes, instants).

    Air temperature (°C) and wind (m/s) are numbers or arrays of shape (instants,). `scale` multiplies the DC power,
    before the inverter clips at its rated power: shape (inverters,) or (inverters, instants). The planes of an
    inverter add up on its DC side; an inverter without planes is NaN. ValueError for shapes that do not fit.

    `cut`, an array of the shape of the result, takes the W that its inverter cuts: the DC power beyond what it takes at
    its rated power, through its nominal efficiency (as SAM's and PVsyst's loss by clipping, AC power without the limit
    less that with it).
    """
    shine = _under(plant, sun, irradiance, chain)
    return _power(plant, sun, shine, _lit(sun, irradiance.ghi), temp_air, wind_speed, chain, scale, cut)


def ac_power_from_poa(
    plant: Plant,
    sun: Sun,
    poa_global: Floats,
    temp_air: ArrayLike,
    wind_speed: ArrayLike,
    chain: Chain = DEFAULT,
    scale: ArrayLike | None = None,
    cut: Floats | None = None,
) -> Floats:
    """AC power as in `ac_power`, from the light on the planes (a pyranometer's), (planes, instants) or (instants,).

    The sensor is taken to stand behind the same horizon. For the reading of a reference cell, which has its own
    glass, take a chain with iam "none".
    """
    _fits("poa_global", poa_global, plant, sun)

    def shine(places: Places) -> Callable[[Rows], Light]:
        instants = Instants.of(sun.at(places))
        clear = clear_sky(instants.sun, plant.altitude).ghi
        return lambda rows: through_glass(rows, instants, rows.part(poa_global, places), clear, chain.albedo, chain.iam)

    return _power(plant, sun, shine, _lit(sun, poa_global), temp_air, wind_speed, chain, scale, cut)


def clear_sky_power(
    plant: Plant,
    sun: Sun,
    temp_air: ArrayLike,
    wind_speed: ArrayLike,
    chain: Chain = DEFAULT,
    scale: ArrayLike | None = None,
    linke_turbidity: float = LINKE_TURBIDITY,
) -> Floats:
    """AC power as in `ac_power`, under a cloudless sky."""
    sky = clear_sky(sun, plant.altitude, linke_turbidity)
    return ac_power(plant, sun, sky, temp_air, wind_speed, chain, scale)


def plane_irradiance(plant: Plant, sun: Sun, irradiance: Irradiance, chain: Chain = DEFAULT) -> Floats:
    """All light on each plane, W/m², shape (planes, instants)."""
    shine = _under(plant, sun, irradiance, chain)
    made = np.zeros((len(plant.planes), len(sun.zenith)))
    blocks = _blocks(plant, range(len(plant.planes)))

    def work(places: Places) -> None:
        light = shine(places)
        for rows in blocks:
            made[rows.numbers[:, None], places] = light(rows).poa_global

    _spread(work, _lit(sun, irradiance.ghi))
    return made


def _under(plant: Plant, sun: Sun, irradiance: Irradiance, chain: Chain) -> _Shine:
    parts = (irradiance.ghi, irradiance.dni, irradiance.dhi)
    for name, part in zip(("ghi", "dni", "dhi"), parts, strict=True):
        _fits(name, part, plant, sun)

    def shine(places: Places) -> Callable[[Rows], Light]:
        instants = Instants.of(sun.at(places))

        def sky_of(*own: Floats) -> SkyLight:
            return sky_light(instants.sun, Irradiance(*own), chain.transposition)

        if all(part.ndim == 1 for part in parts):  # one sky over all planes, worked out once for all blocks
            shared = sky_of(*(part[places] for part in parts))
            return lambda rows: on_planes(rows, instants, shared, chain.albedo, chain.iam)
        return lambda rows: on_planes(
            rows, instants, sky_of(*(rows.part(part, places) for part in parts)), chain.albedo, chain.iam
        )

    return shine


def _power(
    plant: Plant,
    sun: Sun,
    shine: _Shine,
    lit: Places,
    temp_air: ArrayLike,
    wind_speed: ArrayLike,
    chain: Chain,
    scale: ArrayLike | None,
    cut: Floats | None = None,
) -> Floats:
    count, length = len(plant.inverters), len(sun.zenith)
    air, wind = _weather("temp_air", temp_air, sun), _weather("wind_speed", wind_speed, sun)
    factor = None if scale is None else _factor(scale, count, length)
    limit = np.array([[inverter.pac_rated / chain.eta] for inverter in plant.inverters])
    behind: dict[int, list[int]] = {}
    for number, plane in enumerate(plant.planes):
        behind.setdefault(plane.inverter // ROWS * ROWS, []).append(number)
    groups = [(slice(first, first + ROWS), _blocks(plant, numbers)) for first, numbers in behind.items()]
    made = np.zeros((count, length))
    if cut is not None:
        cut[...] = 0.0

    def work(places: Places) -> None:
        light = shine(places)
        for group, blocks in groups:
            pdc = np.zeros((len(limit[group]), len(places)))
            for rows in blocks:
                power = _dc_power(rows, light(rows), air[places], wind[places], chain)
                for row, inverter in enumerate(rows.inverters - group.start):
                    pdc[inverter] += power[row]
            if factor is not None:
                pdc *= factor[group] if factor.shape[1] == 1 else factor[group, places]
            with np.errstate(over="ignore"):  # of a DC power near 0, whose AC power is 0
                made[group, places] = pvlib.inverter.pvwatts(pdc, limit[group], chain.eta)
            if cut is not None:
                cut[group, places] = chain.eta * np.maximum(pdc - limit[group], 0.0)

    _spread(work, lit)
    made[list(set(range(count)) - {plane.inverter for plane in plant.planes})] = np.nan
    return made


def _dc_power(rows: Rows, light: Light, temp_air: Floats, wind_speed: Floats, chain: Chain) -> Floats:
    """W after the losses, (planes, instants)."""
    cell = pvlib.temperature.faiman(light.poa_global, temp_air, wind_speed, *chain.temperature)
    pdc0 = rows.pdc0 * chain.losses.kept
    power: Floats = pvlib.pvsystem.pvwatts_dc(light.effective, cell, pdc0, rows.gamma_pdc)
    return power


def _blocks(plant: Plant, numbers: Sequence[int]) -> list[Rows]:
    return [Rows.of(plant, numbers[first : first + ROWS]) for first in range(0, len(numbers), ROWS)]


def _lit(sun: Sun, light: Floats) -> Places:
    """The instants with sun, or with light although the sun is down (an hour's mean around sunrise has some)."""
    brightest = light if light.ndim == 1 else np.fmax.reduce(light, axis=0, initial=0.0)
    return np.flatnonzero((sun.apparent_zenith < 90) | (brightest > 0))


def _spread(work: Callable[[Places], None], places: Places) -> None:
    """The work on all instants, in chunks, on THREADS threads."""
    chunks = -(-len(places) // LENGTH)
    if chunks < THREADS:
        if len(places):
            work(places)
        return
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, np.array_split(places, -(-chunks // THREADS) * THREADS)))


def _fits(name: str, values: Floats, plant: Plant, sun: Sun) -> None:
    """ValueError unless the shape is (instants,) or (planes, instants)."""
    length = len(sun.zenith)
    if values.shape not in ((length,), (len(plant.planes), length)):
        raise ValueError(f"{name} has shape {values.shape}, not ({length},) or ({len(plant.planes)}, {length})")


def _weather(name: str, values: ArrayLike, sun: Sun) -> Floats:
    given = np.asarray(values, float)
    if given.shape not in ((), sun.zenith.shape):
        raise ValueError(f"{name} has shape {given.shape}, not () or {sun.zenith.shape}")
    return np.broadcast_to(given, sun.zenith.shape)


def _factor(scale: ArrayLike, inverters: int, instants: int) -> Floats:
    given = np.asarray(scale, float)
    if given.shape == (inverters,):
        return given[:, None]
    if given.shape != (inverters, instants):
        raise ValueError(f"scale has shape {given.shape}, not ({inverters},) or ({inverters}, {instants})")
    return given

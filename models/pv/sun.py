"""Where the sun stands and what reaches a plane: position, clear sky, split, transposition, cell temperature.

The one home of pvlib. Pure functions on arrays; one array element per instant. Angles in degrees (azimuth east of
north, tilt 0 is flat), irradiance in W/m², temperatures in °C. An instant without sun gives 0 W/m²; an instant whose
inputs are missing (NaN) gives NaN.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import pvlib
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

Floats = NDArray[np.float64]
Mount = Literal["fixed", "single-axis", "two-axis"]

LINKE_TURBIDITY = 3.2
"""Yearly mean of northern France; gives clear-sky values of that region within a few percent."""
DAY_SECONDS = 86400.0
DELTA_T, REFRACTION = 67.0, 0.5667
"""Seconds between terrestrial and universal time, and degrees of refraction at sunrise: pvlib's defaults for SPA."""
TRACKER_MAX_ANGLE = 60.0
"""How far a single-axis mount turns from the horizontal, either way."""


@dataclass(frozen=True, slots=True)
class Sun:
    """The sun at each instant, and what the irradiance models need of it. All arrays have the length of the times."""

    zenith: Floats
    apparent_zenith: Floats
    """With refraction: what a plane sees."""
    azimuth: Floats
    airmass: Floats
    """Relative; NaN below the horizon."""
    dni_extra: Floats
    """Outside the atmosphere, normal to the beam."""

    def at(self, mask: NDArray[np.bool_] | NDArray[np.intp]) -> Sun:
        """Only the instants of a mask (or these numbers), as the daylight ones: half of a year's work is night."""
        return Sun(*(getattr(self, name)[mask] for name in Sun.__slots__))


@dataclass(frozen=True, slots=True)
class Irradiance:
    """Global horizontal, direct normal and diffuse horizontal irradiance."""

    ghi: Floats
    dni: Floats
    dhi: Floats


@dataclass(frozen=True, slots=True)
class PlaneIrradiance:
    """What falls on a plane. poa_global = poa_direct + poa_diffuse (sky and ground)."""

    poa_direct: Floats
    poa_diffuse: Floats
    aoi: Floats
    """Angle between the beam and the plane's normal."""

    @property
    def poa_global(self) -> Floats:
        """All light on the plane."""
        return self.poa_direct + self.poa_diffuse

    def effective(self) -> Floats:
        """What passes the glass: the beam loses by its angle of incidence (physical model of De Soto 2006)."""
        passed: Floats = self.poa_direct * np.asarray(pvlib.iam.physical(self.aoi)) + self.poa_diffuse
        return passed


def sun_position(
    times: pd.DatetimeIndex,
    latitude: float,
    longitude: float,
    altitude: float = 0.0,
    temp_air: Floats | float = 12.0,
) -> Sun:
    """The sun over a place (m above sea level) at aware instants, by NREL's SPA (Reda & Andreas 2004).

    The temperature (°C) matters for the refraction near the horizon only; missing ones count as the default. Within
    1e-6 degrees of pvlib's SPA: what depends on the Earth's orbit alone is worked out once a day and interpolated.
    ValueError for times without a time zone: an hour's error is 15 degrees.
    """
    if times.tz is None:
        raise ValueError("times need a time zone")
    seconds = times.as_unit("ns").asi8 / 1e9
    hour_angle, declination, distance = _geocentric(seconds)
    hour_angle = (hour_angle + longitude) % 360
    spa = pvlib.spa
    parallax, u = spa.equatorial_horizontal_parallax(distance), spa.uterm(latitude)
    x, y = spa.xterm(u, latitude, altitude), spa.yterm(u, latitude, altitude)
    shift = spa.parallax_sun_right_ascension(x, parallax, hour_angle, declination)
    declination = spa.topocentric_sun_declination(declination, x, y, parallax, shift, hour_angle)
    hour_angle = spa.topocentric_local_hour_angle(hour_angle, shift)
    elevation = spa.topocentric_elevation_angle_without_atmosphere(latitude, declination, hour_angle)
    warmth = np.where(np.isnan(temp_air), 12.0, temp_air)
    pressure = pvlib.atmosphere.alt2pres(altitude) / 100  # hPa
    apparent = 90.0 - elevation - spa.atmospheric_refraction_correction(pressure, warmth, elevation, REFRACTION)
    from_south = spa.topocentric_astronomers_azimuth(hour_angle, declination, latitude)
    return Sun(
        zenith=90.0 - elevation,
        apparent_zenith=apparent,
        azimuth=spa.topocentric_azimuth_angle(from_south),
        airmass=np.asarray(pvlib.atmosphere.get_relative_airmass(apparent), float),
        dni_extra=np.asarray(pvlib.irradiance.get_extra_radiation(times.day_of_year.to_numpy()), float),
    )


def _geocentric(seconds: Floats) -> tuple[Floats, Floats, Floats]:
    """Hour angle at Greenwich and declination (degrees) and distance (AU) of the sun, at seconds since 1970.

    The Earth's turning is a polynomial in time. The rest takes some 200 cosines an instant and hardly moves in a day.
    """

    def slow(at: Floats) -> Floats:
        place = {"lat": 0, "lon": 0, "elev": 0, "pressure": 0, "temp": 0, "delta_t": DELTA_T, "atmos_refract": 0}
        sidereal, ascension, declination = pvlib.spa.solar_position(at, **place, sst=True)
        (distance,) = pvlib.spa.solar_position(at, **place, esd=True)
        lag = np.unwrap(sidereal - _turning(at) - ascension, period=360)
        return np.array([lag, declination, distance])

    if not len(seconds):
        return np.empty(0), np.empty(0), np.empty(0)
    first, last = seconds.min() // DAY_SECONDS - 3, seconds.max() // DAY_SECONDS + 4
    if last - first > len(seconds):
        lag, declination, distance = slow(seconds)
    else:
        days = np.arange(first, last + 1)
        lag, declination, distance = CubicSpline(days * DAY_SECONDS, slow(days * DAY_SECONDS), axis=1)(seconds)
    return _turning(seconds) + lag, declination, distance


def _turning(seconds: Floats) -> Floats:
    """Mean sidereal time at Greenwich, degrees."""
    julian = pvlib.spa.julian_day(seconds)
    turned: Floats = pvlib.spa.mean_sidereal_time(julian, pvlib.spa.julian_century(julian))
    return turned


def clear_sky(sun: Sun, altitude: float = 0.0, linke_turbidity: float = LINKE_TURBIDITY) -> Irradiance:
    """Irradiance under a cloudless sky (Ineichen & Perez 2002); 0 without sun."""
    pressure = pvlib.atmosphere.alt2pres(altitude)
    airmass = pvlib.atmosphere.get_absolute_airmass(sun.airmass, pressure)
    with np.errstate(divide="ignore"):  # by the cosine of a sun that is not up; pvlib sets those instants to 0 after
        parts = pvlib.clearsky.ineichen(sun.apparent_zenith, airmass, linke_turbidity, altitude, sun.dni_extra)
    return Irradiance(*(np.nan_to_num(np.asarray(parts[name], float)) for name in ("ghi", "dni", "dhi")))


def split_ghi(ghi: Floats, sun: Sun) -> Irradiance:
    """Global horizontal irradiance split into beam and diffuse (Erbs, continuous form of Driesse et al. 2024)."""
    parts = pvlib.irradiance.erbs_driesse(ghi, sun.zenith, dni_extra=sun.dni_extra)
    return Irradiance(ghi, np.asarray(parts["dni"], float), np.asarray(parts["dhi"], float))


def orientation(
    mount: Mount, surface_tilt: float | None, surface_azimuth: float | None, sun: Sun
) -> tuple[Floats, Floats]:
    """Tilt and azimuth of a plane at each instant.

    fixed: as given. two-axis: faces the sun, flat at night. single-axis: turns about an axis whose tilt and azimuth
    are given, without backtracking (one row, nothing to shade). ValueError when a needed angle is missing.
    """
    if mount == "two-axis":
        up = sun.apparent_zenith < 90
        return np.where(up, sun.apparent_zenith, 0.0), np.where(up, sun.azimuth, 180.0)
    if surface_tilt is None or surface_azimuth is None:
        raise ValueError(f"a {mount} mount needs surface_tilt and surface_azimuth")
    if mount == "fixed":
        return np.full_like(sun.zenith, surface_tilt), np.full_like(sun.zenith, surface_azimuth)
    turned = pvlib.tracking.singleaxis(
        sun.apparent_zenith, sun.azimuth, surface_tilt, surface_azimuth, TRACKER_MAX_ANGLE, backtrack=False
    )
    tilt, azimuth = (np.asarray(turned[name], float) for name in ("surface_tilt", "surface_azimuth"))
    resting = np.isnan(tilt)  # below the horizon
    return np.where(resting, surface_tilt, tilt), np.where(resting, surface_azimuth, azimuth)


def transpose(
    surface_tilt: Floats, surface_azimuth: Floats, sun: Sun, irradiance: Irradiance, albedo: float = 0.2
) -> PlaneIrradiance:
    """Irradiance on a plane: beam by geometry, sky by Perez in Driesse's continuous form (2024), ground isotropic."""
    projection = np.asarray(
        pvlib.irradiance.aoi_projection(surface_tilt, surface_azimuth, sun.apparent_zenith, sun.azimuth)
    )
    sky = pvlib.irradiance.perez_driesse(
        surface_tilt,
        surface_azimuth,
        irradiance.dhi,
        irradiance.dni,
        sun.dni_extra,
        sun.apparent_zenith,
        sun.azimuth,
        sun.airmass,
    )
    ground = pvlib.irradiance.get_ground_diffuse(surface_tilt, irradiance.ghi, albedo)
    dark = ~(sun.apparent_zenith < 90) & (irradiance.ghi <= 0)  # the sky model needs an air mass, the night has none
    diffuse = np.where(dark, 0.0, np.asarray(sky, float)) + np.asarray(ground, float)
    direct = np.maximum(irradiance.dni * projection, 0.0)
    return PlaneIrradiance(direct, diffuse, np.degrees(np.arccos(np.clip(projection, -1.0, 1.0))))


def cell_temperature(poa_global: Floats, temp_air: Floats, wind_speed: Floats) -> Floats:
    """Temperature of the cells of an open-rack module (Faiman 2008); wind in m/s."""
    temperature: Floats = np.asarray(pvlib.temperature.faiman(poa_global, temp_air, wind_speed), float)
    return temperature

"""The town as it is: place, links, sites, roofs, arrays, inverters, meters. Frozen facts, unknown keys forbidden.

Ids are slugs; the path of a device is ``site/device``, as ``ecole-lamendin/inv-1``. Angles are pvlib's: tilt 0 is
flat, azimuth is in degrees east of north (south is 180). Every figure carries `source` and `status`.
What one table cannot see alone (ids, references, wiring) is checked by config.consistency and config.wiring.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from config.device import AnyMap
from config.manners import Address
from config.quantities import Role
from config.strict import Strict
from config.weather import WeatherSource

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Text = Annotated[str, Field(min_length=1)]


class Status(StrEnum):
    """How a figure came to be known."""

    MEASURED = "measured"
    DECLARED = "declared"
    ASSUMED = "assumed"


class Figure(Strict):
    """A number with where it comes from. In TOML: ``kwp = { value = 35, source = "…", status = "declared" }``."""

    value: float
    source: Annotated[str, Field(min_length=3)]
    status: Status
    note: str = ""


def between(low: float, high: float, unit: str) -> AfterValidator:
    """A figure outside of these bounds is a slip of the pen or of the unit (kW for W, percent for parts)."""

    def check(figure: Figure) -> Figure:
        if not low <= figure.value <= high:
            told = {"value": figure.value, "low": f"{low:g}", "high": f"{high:g}", "unit": unit}
            raise PydanticCustomError("figure_range", "{value} {unit}: not within {low} to {high}", told)
        return figure

    return AfterValidator(check)


class Place(Strict):
    """Where the town is."""

    name: Text
    insee: Annotated[str, Field(pattern=r"^[0-9AB]{5}$")]
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    altitude: Annotated[float, Field(ge=-500, le=9000)]
    """m above sea level."""
    tz: str
    """IANA name, as Europe/Paris."""
    source: Annotated[str, Field(min_length=3)]
    status: Status


class Publisher(Strict):
    """Who answers for the page, as a public page must say: in what words the town writes it."""

    address: Text
    """Of the town hall."""
    director: Text
    """Of the publication."""
    host: Text
    """Who runs the machine, with address."""
    contact: Text | None = None
    """E-mail address or telephone."""


class LinkConfig(Strict):
    """One Modbus TCP end point; all units behind it share its one connection."""

    id: Slug
    host: Annotated[str, Field(min_length=1)]
    port: Annotated[int, Field(ge=1, le=65535)] = 502
    gateway: bool = False
    """A serial gateway or a maker's dongle stands between: slower, polled every 60 s unless `period` says otherwise."""
    period: Annotated[float, Field(ge=1, le=3600)] | None = None
    """Seconds between two polls; default 10 direct, 60 behind a gateway."""
    timeout: Annotated[float, Field(gt=0, le=60)] | None = None
    connect_delay: Annotated[float, Field(ge=0, le=30)] | None = None
    gap: Annotated[float, Field(ge=0, le=10)] | None = None
    framer: Literal["tcp"] = "tcp"

    @property
    def poll_period(self) -> float:
        """Seconds between two polls of the devices of this link."""
        return self.period if self.period is not None else (60.0 if self.gateway else 10.0)


class Module(Strict):
    """The photovoltaic module of an array."""

    name: str = ""
    pdc0: Annotated[Figure, between(5, 1000, "W")] | None = None
    """W at standard test conditions."""
    gamma_pdc: Annotated[Figure, between(-0.01, 0, "/°C")] | None = None
    """Relative change of power per °C, as -0.0037."""
    technology: Literal["mono-si", "poly-si", "hjt", "topcon", "a-si", "cdte", "cigs", "other"]


class Feed(Strict):
    """Which inverter input an array feeds, and with how many strings: "one string of three" needs this."""

    inverter: Slug
    input: Annotated[int, Field(ge=1, le=32)]
    strings: Annotated[int, Field(ge=1, le=200)]
    modules_per_string: Annotated[int, Field(ge=1, le=60)]


class Array(Strict):
    """Modules of one plane."""

    id: Slug
    kwp: Annotated[Figure, between(0.001, 100_000, "kWp")]
    surface_tilt: Annotated[Figure, between(0, 90, "°")] | None = None
    """Degrees; the axis' tilt for a single-axis mount; absent for a two-axis mount."""
    surface_azimuth: Annotated[Figure, between(0, 360, "°")] | None = None
    """Degrees east of north; the axis' azimuth for a single-axis mount; absent for a two-axis mount."""
    mount: Literal["fixed", "single-axis", "two-axis"] = "fixed"
    horizon: tuple[Annotated[float, Field(ge=0, le=90)], ...] = ()
    """Elevation (degrees) of what hides the sun, at equal steps of azimuth from north over east; empty: nothing."""
    module: Module
    feeds: tuple[Feed, ...] = ()


class Roof(Strict):
    """One roof (or field) of a site."""

    id: Slug
    name: Text
    area: Annotated[Figure, between(1, 1_000_000, "m²")] | None = None
    """m² of modules."""
    arrays: tuple[Array, ...] = Field(min_length=1)


class _Polled(Strict):
    """What is asked over a link, and how."""

    id: Slug
    map: Text
    """Name of a file of config/devices, or `sunspec`."""
    link: Slug
    unit: Annotated[int, Field(ge=0, le=255)]
    bases: tuple[Address, ...] = ()
    """SunSpec only: further addresses where 'SunS' may stand."""


class Inverter(_Polled):
    """One inverter and how to ask it."""

    pac_rated: Annotated[Figure, between(100, 10_000_000, "W")] | None = None
    """W"""
    replaced: tuple[date, ...] = ()
    """Days on which another device, or other modules, took this place: what was learnt before no longer holds."""
    role: Literal[Role.INVERTER] = Role.INVERTER


class Meter(_Polled):
    """One production or exchange meter."""

    measures: Literal["production", "exchange", "consumption"]
    instance: Annotated[int, Field(ge=1, le=20)] = 1
    """SunSpec only: the n-th meter of the chain (a SolarEdge inverter carries up to three)."""
    role: Literal[Role.METER] = Role.METER


class WeatherStation(_Polled):
    """Sensors for irradiance, temperature, wind."""

    role: Literal[Role.WEATHER] = Role.WEATHER


Device = Inverter | Meter | WeatherStation


class Site(Strict):
    """A building or field with solar panels: what a technician drives to."""

    id: Slug
    name: Text
    owner: Text
    """Who owns the plant, as `commune`, `sas-mine-de-soleil`."""
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    commissioned: date | None = None
    source: Annotated[str, Field(min_length=3)]
    status: Status
    note: str = ""
    roofs: tuple[Roof, ...] = Field(min_length=1)
    inverters: tuple[Inverter, ...] = ()
    meters: tuple[Meter, ...] = ()
    weather: tuple[WeatherStation, ...] = ()

    @property
    def devices(self) -> tuple[Device, ...]:
        """All that is polled at this site."""
        return (*self.inverters, *self.meters, *self.weather)


class Town(Strict):
    """Everything that is true about one town. Made by config.load, which also checks what one file cannot see alone."""

    place: Place
    publisher: Publisher | None = None
    """What the legal notice says; None while the town has not written it."""
    links: tuple[LinkConfig, ...] = ()
    sites: tuple[Site, ...] = Field(min_length=1)
    weather: tuple[WeatherSource, ...] = ()
    """Where its weather comes from, besides the sensors of its sites; the best first."""
    simulated: bool = False
    """True only in the memory of the demo: whatever is shown of this town must say so."""
    maps: dict[str, AnyMap] = Field(default_factory=dict)
    """The device maps that the town's devices name."""

    def devices(self) -> dict[str, Device]:
        """Every polled device by its path ``site/device``."""
        return {f"{site.id}/{device.id}": device for site in self.sites for device in site.devices}

    def link(self, link_id: str) -> LinkConfig:
        """The link of that id; KeyError when the town has none."""
        return next(link for link in self.links if link.id == link_id)

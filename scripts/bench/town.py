"""A town for measuring the collector: as many one-inverter links as wanted, under one roof."""

from __future__ import annotations

from config import load_maps
from config.town import Array, Feed, Figure, Inverter, LinkConfig, Module, Place, Roof, Site, Status, Town

_SOURCE = "invented to measure the collector"


def bench_town(n: int) -> Town:
    """`n` links with one three-phase SunSpec inverter of two inputs each: 1 s poll period, no pauses. n from 1."""
    if n < 1:
        raise ValueError(f"{n} inverters")
    place = Place(
        name="Bench",
        insee="00000",
        latitude=50.457,
        longitude=2.793,
        altitude=50,
        tz="Europe/Paris",
        source=_SOURCE,
        status=Status.ASSUMED,
    )
    feeds = tuple(
        Feed(inverter=f"inv-{k}", input=number, strings=2, modules_per_string=18)
        for k in range(1, n + 1)
        for number in (1, 2)
    )
    array = Array(
        id="all",
        kwp=_assumed(30.0 * n),
        surface_tilt=_assumed(30),
        surface_azimuth=_assumed(180),
        module=Module(technology="mono-si"),
        feeds=feeds,
    )
    site = Site(
        id="bench",
        name="Bench",
        owner="nobody",
        source=_SOURCE,
        status=Status.ASSUMED,
        roofs=(Roof(id="roof", name="Roof", arrays=(array,)),),
        inverters=tuple(
            Inverter(id=f"inv-{k}", map="sunspec", link=f"link-{k}", unit=1, pac_rated=_assumed(27_000))
            for k in range(1, n + 1)
        ),
    )
    links = tuple(LinkConfig(id=f"link-{k}", host="127.0.0.1", period=1.0, timeout=5.0) for k in range(1, n + 1))
    return Town(place=place, links=links, sites=(site,), simulated=True, maps={"sunspec": load_maps()["sunspec"]})


def _assumed(value: float) -> Figure:
    return Figure(value=value, source=_SOURCE, status=Status.ASSUMED)

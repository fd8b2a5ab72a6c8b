"""From the town's words to the collector's parts: which links to open, who reads what behind them."""

from __future__ import annotations

from collections.abc import Iterable

from collector.link import Link
from collector.mapped import RegisterReader
from collector.poller import DeviceStatus, Polled, PolledLink
from collector.reader import DeviceReader
from collector.sunspec.reader import SunSpecReader
from config.manners import LinkManners
from config.sunspec_map import SunSpecMap
from config.town import Device, LinkConfig, Meter, Town


def open_links(town: Town, sites: Iterable[str] | None = None) -> list[PolledLink]:
    """The links of the town (or of some of its sites) with their readers; nothing is connected yet.

    ValueError when a site is not of this town.
    """
    known = {site.id for site in town.sites}
    wanted = known if sites is None else set(sites)
    if unknown := wanted - known:
        raise ValueError(f"no such site: {', '.join(sorted(unknown))}; known are {', '.join(sorted(known))}")
    behind: dict[str, list[tuple[str, Device]]] = {}
    for path, device in town.devices().items():
        if path.split("/")[0] in wanted:
            behind.setdefault(device.link, []).append((path, device))
    return [_open(town, town.link(link_id), devices) for link_id, devices in behind.items()]


def _open(town: Town, config: LinkConfig, devices: list[tuple[str, Device]]) -> PolledLink:
    manners = [town.maps[device.map].link for _, device in devices]
    link = Link(
        config.host,
        config.port,
        timeout=_slowest(config.timeout, manners, "timeout"),
        connect_delay=_slowest(config.connect_delay, manners, "connect_delay"),
        gap=_slowest(config.gap, manners, "gap"),
    )
    polled = []
    for path, device in devices:
        status = DeviceStatus(path=path, link=str(link), unit=device.unit, map=device.map)
        polled.append(Polled(path, open_reader(town, device, link), status))
    return PolledLink(link, config.poll_period, polled)


def open_reader(town: Town, device: Device, link: Link) -> DeviceReader:
    """What reads this device over this link."""
    device_map = town.maps[device.map]
    if isinstance(device_map, SunSpecMap):
        return SunSpecReader(
            device_map,
            link,
            device.unit,
            role=device.role,
            instance=device.instance if isinstance(device, Meter) else 1,
            bases=device.bases,
        )
    return RegisterReader(device_map, link, device.unit)


def _slowest(configured: float | None, manners: list[LinkManners], name: str) -> float:
    """The town's word, else the most patient of the devices that share the link."""
    return configured if configured is not None else max(getattr(m, name) for m in manners)

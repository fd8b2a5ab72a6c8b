"""How the arrays stand and to which inverter inputs they lead: what must agree for "one string of three" to be said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from config.device import AnyMap, DeviceMap
from config.faults import Fault
from config.language import _
from config.shape import FIGURE, nearest
from config.survey import Part, SiteParts, Survey
from config.town import Array, Feed, Module

KWP_TOLERANCE = 0.05
"""Rounded figures and mixed modules stay within 5 %; a wrong string, module count or unit does not."""


def wiring_faults(file: str, found: Survey, maps: Mapping[str, AnyMap]) -> Iterator[Fault]:
    """All that is wrong with the arrays of a town."""
    for site in found.sites:
        for part in site.arrays:
            yield from _mount_faults(file, part)
            yield from _kwp_faults(file, part)
        yield from _feed_faults(file, site, maps)


def _mount_faults(file: str, part: Part[Array]) -> Iterator[Fault]:
    array = part.fact
    for name, example in (("surface_tilt", "15"), ("surface_azimuth", "180")):
        given = getattr(array, name) is not None
        if given and array.mount == "two-axis":
            what = _("a two-axis mount has no fixed angle")
            yield Fault(file, f"{part.key}.{name}", what, _('remove the line, or write mount = "fixed"'))
        if not given and array.mount != "two-axis":
            what = _("a mount that is {mount} needs this angle").format(mount=array.mount)
            remedy = _("add {example}").format(example=f"{name} = {FIGURE % example}")
            yield Fault(file, f"{part.key}.{name}", what, remedy)


def _kwp_faults(file: str, part: Part[Array]) -> Iterator[Fault]:
    array = part.fact
    if not array.feeds or array.module.pdc0 is None:
        return
    modules = sum(feed.strings * feed.modules_per_string for feed in array.feeds)
    kwp = modules * array.module.pdc0.value / 1000
    if abs(kwp - array.kwp.value) > KWP_TOLERANCE * array.kwp.value:
        what = _("{modules} modules of {pdc0:g} W make {kwp:.2f} kWp, not {given:g}").format(
            modules=modules, pdc0=array.module.pdc0.value, kwp=kwp, given=array.kwp.value
        )
        yield Fault(
            file, f"{part.key}.kwp", what, _("correct kwp, module.pdc0, or strings and modules_per_string of the feeds")
        )


def _feed_faults(file: str, site: SiteParts, maps: Mapping[str, AnyMap]) -> Iterator[Fault]:
    inverters = {part.fact.id: part.fact for part in site.devices if site.device_ids.get(part.fact.id) == "inverters"}
    known = frozenset(name for name, kind in site.device_ids.items() if kind == "inverters")
    fed: dict[tuple[str, int], tuple[str, Feed, Module]] = {}
    for part in site.arrays:
        for index, feed in enumerate(part.fact.feeds):
            key = f"{part.key}.feeds[{index}]"
            if feed.inverter not in known:
                what = _('this site has no inverter "{id}"').format(id=feed.inverter)
                yield Fault(file, f"{key}.inverter", what, nearest(feed.inverter, known))
                continue
            if feed.inverter in inverters:
                yield from _input_faults(file, key, feed, maps.get(inverters[feed.inverter].map))
            other = fed.setdefault((feed.inverter, feed.input), (key, feed, part.fact.module))
            yield from _voltage_faults(file, (key, feed, part.fact.module), other)


def _input_faults(file: str, key: str, feed: Feed, its_map: AnyMap | None) -> Iterator[Fault]:
    if not isinstance(its_map, DeviceMap) or not its_map.inputs:
        return  # SunSpec devices tell their inputs themselves
    groups = (its_map.inputs, its_map.more_inputs)
    last = max(group.first + group.count - 1 for group in groups if group)
    if feed.input > last:
        what = _('the map "{map}" knows {last} inputs, not {input}').format(
            map=its_map.name, last=last, input=feed.input
        )
        yield Fault(file, f"{key}.input", what, _("write an input from 1 to {n}").format(n=last))


def _voltage_faults(file: str, this: tuple[str, Feed, Module], other: tuple[str, Feed, Module]) -> Iterator[Fault]:
    """Strings of equal modules in parallel on one input must be equally long, for they share one voltage."""
    (key, feed, module), (other_key, other_feed, other_module) = this, other
    if module == other_module and feed.modules_per_string != other_feed.modules_per_string:
        what = _("{other} feeds the same input with strings of {n} such modules, this one with {m}").format(
            other=other_key, n=other_feed.modules_per_string, m=feed.modules_per_string
        )
        yield Fault(file, f"{key}.modules_per_string", what, _("correct the input or modules_per_string of one"))

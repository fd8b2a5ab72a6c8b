"""Which fields of a device are production, and how wide its counter is.

The AC side of a hybrid contains its battery: its production is the DC side, and what the battery gives back is never
production. For the same reason a meter behind a hybrid does not measure production.
"""

from __future__ import annotations

from collections.abc import Iterable

from config.device import WORDS, AnyMap, DeviceMap
from config.quantities import Role
from models.pv.energy.counter import CounterFacts

SUNSPEC_WIDTH = 32
"""Bits of SunSpec's accumulators; the scale factor, and with it the modulus, is known to the device alone."""


def production_fields(device_map: AnyMap, role: Role = Role.INVERTER) -> tuple[str, str]:
    """The fields of power (W) and of the lifetime counter (Wh) that hold the production of a device of that role.

    Of a meter: what leaves towards the grid, as a production meter counts it.
    """
    if role is Role.METER:
        return "p_export", "energy_export_total"
    if is_hybrid(device_map):
        return "pv_power", "energy_pv_total"
    return "pac", "energy_ac_total"


def dc_field(device_map: AnyMap) -> str | None:
    """The field of the power (W) that an inverter takes from its modules; None: nobody measures it.

    A hybrid's production is its DC side.
    """
    if is_hybrid(device_map):
        return "pv_power"
    if isinstance(device_map, DeviceMap) and "pdc" not in device_map.quantities:
        return "pdc" if device_map.inputs is not None and device_map.inputs.total == "pdc" else None
    return "pdc"


def is_hybrid(device_map: AnyMap) -> bool:
    """Whether the AC power of these inverters contains a battery."""
    return isinstance(device_map, DeviceMap) and device_map.topology == "hybrid"


def meter_counts_production(inverters: Iterable[AnyMap]) -> bool:
    """Whether what a production meter counts behind these inverters is their production."""
    return not any(is_hybrid(device_map) for device_map in inverters)


def counter_facts(
    device_map: AnyMap, field: str, rated: float | None = None, replaced: tuple[int, ...] = ()
) -> CounterFacts:
    """What the device's map says about its counter `field`. `rated` in W; `replaced` as in CounterFacts."""
    if not isinstance(device_map, DeviceMap):
        return CounterFacts(rated=rated, replaced=replaced, width=SUNSPEC_WIDTH)
    register = device_map.quantities.get(field)
    if register is None or register.type not in WORDS or register.type.startswith("float"):
        return CounterFacts(rated=rated, replaced=replaced)
    bits = 16 * register.words - register.type.startswith("int")
    return CounterFacts(modulus=float(2**bits) * register.multiply / register.divide, rated=rated, replaced=replaced)

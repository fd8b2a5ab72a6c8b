"""What pysunspec2's own client reads from a device, in the quantities and units of tepos: an oracle of another hand.

The tables are written here once more, from SunSpec's documents, and not taken from config/devices/sunspec.toml.
"""

from __future__ import annotations

from typing import Any

from sunspec2.modbus.client import SunSpecModbusClientDeviceTCP

Values = dict[str, float | str | None]

INVERTER = {
    "pac": "W", "pdc": "DCW", "s_ac": "VA", "q_ac": "VAr", "power_factor": "PF", "frequency": "Hz", "i_ac": "A",
    "v_ac_ln_a": "PhVphA", "v_ac_ln_b": "PhVphB", "v_ac_ln_c": "PhVphC", "i_ac_a": "AphA", "i_ac_b": "AphB",
    "i_ac_c": "AphC", "v_dc": "DCV", "i_dc": "DCA", "energy_ac_total": "WH", "temp_cabinet": "TmpCab", "state": "St",
    "fault_code": "Evt1",
}  # fmt: skip
DER = {
    "pac": "W", "s_ac": "VA", "q_ac": "Var", "power_factor": "PF", "frequency": "Hz", "i_ac": "A", "v_ac_ln_a": "VL1",
    "v_ac_ln_b": "VL2", "v_ac_ln_c": "VL3", "i_ac_a": "AL1", "i_ac_b": "AL2", "i_ac_c": "AL3",
    "energy_ac_total": "TotWhInj", "temp_cabinet": "TmpCab", "state": "InvSt", "fault_code": "Alrm",
}  # fmt: skip
METER = {
    "s_ac": "VA", "q_ac": "VAR", "power_factor": "PF", "frequency": "Hz", "i_ac": "A", "v_ac_ln_a": "PhVphA",
    "v_ac_ln_b": "PhVphB", "v_ac_ln_c": "PhVphC", "i_ac_a": "AphA", "i_ac_b": "AphB", "i_ac_c": "AphC",
    "energy_import_total": "TotWhImp", "energy_export_total": "TotWhExp",
}  # fmt: skip
INVERTER_STATES = {1: "OFF", 2: "SLEEPING", 3: "STARTING", 4: "MPPT", 5: "THROTTLED", 6: "SHUTTING_DOWN", 7: "FAULT",
                   8: "STANDBY"}  # fmt: skip
DER_STATES = {0: "OFF", 1: "SLEEPING", 2: "STARTING", 3: "RUNNING", 4: "THROTTLED", 5: "SHUTTING_DOWN", 6: "FAULT",
              7: "STANDBY"}  # fmt: skip
METERS = (201, 202, 203, 204, 211, 212, 213, 214)


def numbers(values: Values) -> dict[str, float]:
    return {field: value for field, value in values.items() if isinstance(value, int | float)}


def scanned(port: int, unit: int) -> Any:
    """The device as pysunspec2 sees it; raises what pysunspec2 raises when it gives up."""
    device = SunSpecModbusClientDeviceTCP(slave_id=unit, ipaddr="127.0.0.1", ipport=port, timeout=60)
    try:
        device.scan()
    finally:
        device.disconnect()
    return device


def quantities(device: Any) -> Values:
    """The figures of a scanned device."""
    found: Values = {}
    for model_id in (101, 102, 103, 111, 112, 113):
        _take(found, device, model_id, INVERTER, INVERTER_STATES)
    _take(found, device, 701, DER, DER_STATES)
    modules = [m for model in device.models.get(160, []) for m in model.groups.get("module", [])]
    ports = [p for model in device.models.get(714, []) for p in model.groups.get("Prt", [])]
    solar = [p for p in ports if p.points["PrtTyp"].value == 0]
    if solar and len(solar) == len(ports):
        _take(found, device, 714, {"pdc": "DCW", "i_dc": "DCA"}, {})
    for number, group in enumerate(modules or solar, 1):
        for quantity, point in {"pdc": "DCW", "v_dc": "DCV", "i_dc": "DCA"}.items():
            found[f"{quantity}_{number}"] = group.points[point].cvalue
    meters = [m for m in METERS if m in device.models]
    for model_id in meters[:1]:
        _take(found, device, model_id, METER, {})
        power = device.models[model_id][0].points["W"].cvalue
        if "SolarEdge" in [common.points["Mn"].value.strip("\0") for common in device.models[1]]:
            power = None if power is None else -power
        found["p_import"] = None if power is None else max(power, 0)
        found["p_export"] = None if power is None else max(-power, 0)
    _weather(found, device)
    return found


def _take(found: Values, device: Any, model_id: int, points: dict[str, str], states: dict[int, str]) -> None:
    for model in device.models.get(model_id, [])[:1]:
        for quantity, point in points.items():
            if quantity in found:
                continue
            value = model.points[point].cvalue
            if quantity == "state" and value is not None:
                value = states.get(value, f"0x{value:04X}")
            if quantity == "power_factor" and value is not None and abs(value) > 1:
                value /= 100
            found[quantity] = value


def _weather(found: Values, device: Any) -> None:
    _take(found, device, 307, {"temp_air": "TmpAmb", "wind_speed": "WndSpd"}, {})
    for model_id, points in (
        (302, {"ghi": "GHI", "poa_global": "POAI", "dhi": "DFI", "dni": "DNI"}),
        (303, {"temp_module": "TmpBOM"}),
    ):
        for model in device.models.get(model_id, [])[:1]:
            for quantity, point in points.items():
                found[quantity] = next(iter(model.groups.values()))[0].points[point].cvalue

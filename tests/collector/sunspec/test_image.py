"""What sunspec_image writes, SunSpecReader (and pysunspec2) reads back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.reader import Identity
from collector.sample import Value
from collector.sunspec.image import sunspec_image
from config.quantities import Role, split_field
from tests.collector.sunspec.device import Device, ask, serving
from tests.collector.sunspec.oracle import numbers, quantities, scanned

PLATE = Identity("SolarEdge", "SE17K", "7E136704", "4.20.36")
RESOLUTION = {"A": 0.01, "V": 0.1, "Hz": 0.01, "°C": 0.1, "1": 0.0001}


@pytest.fixture(scope="module")
def device() -> Iterator[Device]:
    with serving({}) as found:
        yield found


def optional(low: float, high: float) -> st.SearchStrategy[float | None]:
    return st.none() | st.floats(low, high)


INVERTER = {
    "pac": optional(-30000, 30000), "pdc": optional(0, 30000), "s_ac": optional(0, 30000), "q_ac": optional(-9e3, 9e3),
    "power_factor": optional(-1, 1), "frequency": optional(45, 65), "v_ac_ln_a": optional(0, 300),
    "i_ac": optional(0, 300), "i_ac_c": optional(0, 100), "v_dc": optional(0, 1500), "i_dc": optional(0, 600),
    "energy_ac_total": optional(1, 4e9), "temp_cabinet": optional(-40, 90), "fault_code": optional(0, 1e6).map(
        lambda v: None if v is None else float(round(v))),
    "state": st.none() | st.sampled_from(["MPPT", "FAULT", "0x0042"]),
    "pdc_1": optional(0, 60000), "v_dc_2": optional(0, 1500), "i_dc_2": optional(0, 300),
}  # fmt: skip
WEATHER = {"ghi": optional(0, 1500), "temp_air": optional(-40, 60), "temp_module": optional(-40, 90),
           "wind_speed": optional(0, 60)}  # fmt: skip


def assert_same(read: dict[str, Value], written: dict[str, Value]) -> None:
    for field, value in written.items():
        if isinstance(value, float):
            step = RESOLUTION.get(split_field(field)[0].unit, 1.0)
            step = {"temp_air": 0.1, "temp_module": 0.1}.get(field, step)
            assert read[field] == pytest.approx(value, abs=step * 0.501), field
        else:
            assert read[field] == value, field
    assert {f for f, v in read.items() if v is not None} <= set(written)


@settings(max_examples=60, deadline=None)
@given(values=st.fixed_dictionaries(INVERTER), phases=st.integers(1, 3))
def test_an_inverter_reads_back_to_the_resolution_of_its_registers(
    device: Device, values: dict[str, Value], phases: int
) -> None:
    device.registers = sunspec_image(values, PLATE, inputs=2, phases=phases)
    reader, reading = ask(device.port, role=Role.INVERTER)
    assert reader.identity == PLATE
    assert_same(reading.values, values)


@settings(max_examples=30, deadline=None)
@given(net=st.floats(-30000, 30000), energy=optional(1, 4e9), maker=st.sampled_from(["SolarEdge Ltd", "Fronius"]))
def test_a_meter_reads_back_whatever_its_makers_sign(
    device: Device, net: float, energy: float | None, maker: str
) -> None:
    values: dict[str, Value] = {"p_import": max(net, 0.0), "p_export": max(-net, 0.0), "energy_import_total": energy}
    device.registers = sunspec_image(values, Identity(maker), phases=1)
    _, reading = ask(device.port, role=Role.METER)
    assert_same(reading.values, values)


@settings(max_examples=30, deadline=None)
@given(values=st.fixed_dictionaries(WEATHER))
def test_a_weather_station_reads_back(device: Device, values: dict[str, Value]) -> None:
    device.registers = sunspec_image(values, PLATE, base=50000)
    _, reading = ask(device.port, role=Role.WEATHER)
    assert_same(reading.values, values)


def test_pysunspec2_reads_the_same_from_an_image(device: Device) -> None:
    values: dict[str, Value] = {"pac": 14470.0, "v_dc_2": 612.3, "energy_ac_total": 4418970.0, "power_factor": -0.9981,
                                "state": "MPPT", "frequency": 49.99}  # fmt: skip
    device.registers = sunspec_image(values, PLATE, inputs=2)
    assert numbers(quantities(scanned(device.port, 1))) == pytest.approx(numbers(values))
    _, reading = ask(device.port)
    assert {f: v for f, v in reading.values.items() if v is not None} == values


def test_a_power_too_large_for_its_register_takes_a_coarser_factor(device: Device) -> None:
    device.registers = sunspec_image({"pac": 87_654.0, "i_ac": 1234.56}, PLATE)
    _, reading = ask(device.port)
    assert (reading.values["pac"], reading.values["i_ac"]) == (87_650.0, 1234.6)


def test_what_no_factor_makes_fit_is_a_wrong_argument() -> None:
    with pytest.raises(ValueError, match="no sign"):
        sunspec_image({"v_dc": -600.0}, PLATE)
    with pytest.raises(ValueError, match="does not fit"):
        sunspec_image({"temp_air": 9000.0}, PLATE)
    with pytest.raises(ValueError, match="phases"):
        sunspec_image({}, PLATE, phases=4)


def test_nan_and_absent_fields_hold_their_markers(device: Device) -> None:
    device.registers = sunspec_image({"pac": float("nan"), "energy_ac_total": 0.0}, PLATE, inputs=1)
    _, reading = ask(device.port)
    assert set(reading.values.values()) == {None}
    assert reading.masked["energy_ac_total"] == "not available (0x00000000)"


def test_an_image_of_all_roles_serves_each_of_them(device: Device) -> None:
    device.registers = sunspec_image({"pac": 5.0, "p_import": 7.0, "p_export": 0.0, "ghi": 900.0}, PLATE)
    found = {role: ask(device.port, role=role)[1].values for role in Role}
    assert found[Role.INVERTER]["pac"] == 5.0
    assert found[Role.METER]["p_import"] == 7.0
    assert found[Role.WEATHER]["ghi"] == 900.0

"""Each device map against register images of real devices, served by other implementers' servers."""

from __future__ import annotations

import asyncio
import json
from functools import cache
from pathlib import Path

import pytest

from collector.link import Link
from collector.mapped import RegisterReader
from collector.reader import Reading
from config import load_maps
from config.device import DeviceMap
from tests.peers import device_image, device_images, replayed

pytestmark = pytest.mark.peers
GOODWE = device_images("goodwe_*.json")


@cache
def read(name: str, image: str, by="modbus-serial") -> tuple[RegisterReader, Reading]:
    device_map = load_maps()[name]
    assert isinstance(device_map, DeviceMap)
    with replayed(device_image(image), by=by, unit=device_map.link.unit) as port:
        return asyncio.run(_read(device_map, port))


async def _read(device_map: DeviceMap, port: int) -> tuple[RegisterReader, Reading]:
    link = Link("127.0.0.1", port)
    reader = RegisterReader(device_map, link, device_map.link.unit)
    try:
        await reader.discover()
        return reader, await reader.read()
    finally:
        link.close()


def _map_of(image: str) -> str:
    return "_".join(image.split("_")[:2])


def _oracle(image: str) -> dict[str, float | None]:
    """What the goodwe library asserts of this image, as our fields and units."""
    said = json.loads(device_image(image).read_text())["expected"]
    names = {
        "total_inverter_power": ("pac", 1),
        "e_total": ("energy_ac_total", 1000),
        "e_day": ("energy_ac_day", 1000),
        "temperature": ("temp_cabinet", 1),
        "fgrid1": ("frequency", 1),
        "fgrid": ("frequency", 1),
    }
    for n in range(1, 17):
        names |= {f"vpv{n}": (f"v_dc_{n}", 1), f"ipv{n}": (f"i_dc_{n}", 1), f"ppv{n}": (f"pdc_{n}", 1)}
    return {names[k][0]: None if v in ("-1", "None") else float(v) * names[k][1] for k, v in said.items() if k in names}


@pytest.mark.parametrize("image", GOODWE)
def test_a_goodwe_inverter_says_what_the_goodwe_library_reads(image):
    _reader, reading = read(_map_of(image), image)
    oracle = _oracle(image)
    assert len(oracle) >= 11
    assert {k: reading.values[k] for k in oracle} == pytest.approx(oracle)


@pytest.mark.parametrize("image", GOODWE)
def test_a_goodwe_inverter_has_no_inputs_but_its_own(image):
    _reader, reading = read(_map_of(image), image)
    own = {k for k in _oracle(image) if k.startswith(("v_dc", "i_dc"))}
    given = {k for k, v in reading.values.items() if k.startswith(("v_dc", "i_dc", "pdc_")) and v is not None}
    assert {k for k in given if not k.startswith("pdc")} <= own
    assert {k.rsplit("_", 1)[1] for k in given} <= {k.rsplit("_", 1)[1] for k in own}


@pytest.mark.parametrize("image", GOODWE)
def test_the_panels_power_of_goodwe_is_the_sum_of_the_inputs(image):
    _reader, reading = read(_map_of(image), image)
    said = json.loads(device_image(image).read_text())["expected"]
    if image == "goodwe_dt_gw20k_sdt_20.json" or "ppv" not in said:
        assert reading.values["pdc"] == 1354 + 1309 + 1423 + 1530
    else:
        assert reading.values["pv_power" if "_et_" in image else "pdc"] == float(said["ppv"])


def test_a_single_phase_goodwe_has_no_second_and_third_phase():
    _reader, reading = read("goodwe_et", "goodwe_et_geh10_1u_10.json")
    assert reading.values["v_ac_ln_a"] == 242.9
    assert not {"v_ac_ln_b", "v_ac_ln_c", "i_ac_b", "i_ac_c"} & set(reading.values)


def test_a_charging_battery_is_negative_power():
    _reader, reading = read("goodwe_et", "goodwe_et_gw10k_et.json")
    assert (reading.values["p_battery"], reading.values["soc"]) == (-2512.0, 68.0)
    assert reading.values["energy_charge_total"] == pytest.approx(2758100)
    assert reading.values["energy_discharge_total"] == pytest.approx(2442100)
    assert (reading.values["pv_power"], reading.values["pac"]) == (3456.0, 831.0)


def test_a_goodwe_hybrid_without_battery_block_gives_no_state_of_charge():
    _reader, reading = read("goodwe_et", "goodwe_et_gw6000_eh.json")
    assert reading.values["soc"] is None
    assert "exception 2" in reading.masked["soc"]
    assert reading.values["q_ac"] is None  # 0xFFFF


def test_states_and_faults_of_goodwe_are_told():
    _reader, producing = read("goodwe_dt", "goodwe_dt_gw20k_sdt_20.json")
    _reader, waiting = read("goodwe_dt", "goodwe_dt_gw10k_ms_30.json")
    assert (producing.values["state"], waiting.values["state"]) == ("Normal", "Wait Mode")
    assert producing.values["fault_code"] == 0
    assert producing.values["q_ac"] == -3793


def test_the_name_plate_of_goodwe_is_read():
    reader, _reading = read("goodwe_dt", "goodwe_dt_gw20kau_dt.json")
    assert (reader.identity.manufacturer, reader.identity.model) == ("GoodWe", "GW20KAU-DT")
    assert reader.identity.serial == "0000KDTA00000000"
    reader, _reading = read("goodwe_et", "goodwe_et_gw6000_eh.json")
    assert reader.identity.firmware == "04034-03-S10"


def test_the_daytime_frame_of_huawei_gives_the_known_values():
    _reader, reading = read("huawei_sun2000", "issue_huawei507_sun2000_daytime_32064.json")
    v = reading.values
    assert (v["pac"], v["pdc"], v["temp_cabinet"], v["frequency"]) == (372.0, 381.0, 35.2, 49.99)
    assert (v["energy_ac_total"], v["energy_ac_day"]) == (4727480.0, 1200.0)
    assert (v["state"], v["fault_code"], v["r_iso"], v["power_factor"]) == ("On-grid", 0.0, 3000.0, 1.0)
    assert v["i_ac_a"] == 1.642
    assert v["v_dc_1"] is None


def test_the_night_image_of_huawei_says_standby():
    reader, reading = read("huawei_sun2000", "huawei_sun2000_3ktl_l1_night.json")
    assert reading.values["state"] == "Standby: no irradiation"
    assert [reading.values[f"alarms_{word}"] for word in "abc"] == [0x0101, 0x0202, 0x001B]
    assert (reader.identity.model, reader.identity.serial) == ("SUN2000-3KTL-L1", "HV3021621085")
    assert reading.values["energy_ac_total"] == 207340.0
    assert {n for n in reading.values if n.startswith("v_dc")} == {"v_dc_1", "v_dc_2"}  # the device counts two
    assert "v_ac_ln_b" not in reading.values  # L1 is single-phase
    assert reading.problems == []


@pytest.mark.parametrize("by", ["modbus-serial", "jsmodbus"])
def test_a_feeding_sdm120_exports(by):
    _reader, reading = read("eastron_sdm120", "solarnetwork_eastron_sdm120.json", by)
    v = reading.values
    assert (v["p_import"], v["p_export"]) == (0.0, pytest.approx(1832.8))
    assert (v["s_ac"], v["q_ac"]) == pytest.approx((1832.9713, 18.1))
    assert v["power_factor"] == pytest.approx(-0.9999511, abs=1e-6)
    assert (v["frequency"], v["energy_import_total"], v["energy_export_total"]) == pytest.approx((49.95, 97, 36))


def test_a_drawing_sdm630_imports():
    _reader, reading = read("eastron_sdm630", "solarnetwork_eastron_sdm630.json")
    v = reading.values
    assert (v["p_import"], v["p_export"]) == (pytest.approx(1260.81), 0.0)
    assert (v["s_ac"], v["q_ac"], v["frequency"]) == pytest.approx((-1275.2581, 18.112, 49.95))
    assert (v["energy_import_total"], v["energy_export_total"]) == pytest.approx((97, 36))


@pytest.mark.parametrize("name", ["goodwe_dt", "goodwe_et", "huawei_sun2000", "eastron_sdm120", "eastron_sdm630"])
def test_a_map_is_verified_only_on_images_that_exist_and_are_tested_here(name):
    device_map = load_maps()[name]
    assert device_map.verified
    here = Path(__file__).read_text()
    for image in device_map.verified:
        assert device_image(image).exists()
        assert image in GOODWE or image in here

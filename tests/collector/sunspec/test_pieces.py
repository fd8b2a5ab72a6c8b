"""A value and its scale factor belong to one moment; a model belongs to one place."""

from __future__ import annotations

import asyncio

import pytest

from collector.errors import MapError
from collector.link import Link
from collector.sunspec.reader import SunSpecReader
from config.quantities import Role
from tests.collector.sunspec.device import ask, chain, common, inverter, serving, sunspec_map, trackers

MANY = chain(common(), inverter(), trackers(12))
MODEL_160 = 40070 + 52


def test_neighbouring_models_share_one_request() -> None:
    with serving(chain(common(), inverter(), trackers(2))) as device:
        ask(device.port, role=Role.INVERTER)
    assert device.asked[-1] == (40070, 52 + 10 + 20 + 12)


def test_many_trackers_are_read_between_two_looks_at_their_factors() -> None:
    with serving(MANY) as device:
        _, reading = ask(device.port, role=Role.INVERTER)
    assert [reading.values[f"pdc_{n}"] for n in range(1, 13)] == [1000.0 + n for n in range(1, 13)]
    assert (reading.values["v_dc_12"], reading.values["i_dc_12"]) == (601.2, 1.12)
    assert device.asked[-4:] == [(MODEL_160, 5), (MODEL_160 + 19, 123), (MODEL_160 + 159, 83), (MODEL_160, 5)]


def test_a_factor_that_changes_meanwhile_leaves_its_values_missing() -> None:
    with serving(MANY) as device:

        def change(address: int, count: int) -> None:
            if address > MODEL_160 + 100 and count > 2:  # the last values, not the walk
                device.registers[MODEL_160 + 4] = 1  # DCW_SF

        device.before = change
        _, reading = ask(device.port, role=Role.INVERTER)
    assert reading.values["pdc_1"] is None
    assert reading.masked["pdc_1"] == "its scale factor changed while it was read (0, then 1)"
    assert (reading.values["v_dc_1"], reading.values["i_dc_1"]) == (600.1, 1.01)


def test_the_torn_register_is_found_again_at_the_next_poll() -> None:
    async def two_polls() -> list[float | str | None]:
        link = Link("127.0.0.1", device.port)
        reader = SunSpecReader(sunspec_map(), link, 1, role=Role.INVERTER)
        await reader.discover()
        first = await reader.read()
        device.registers[40070 + 2 + 13] = 1  # W_SF: by the next poll the device has changed its mind
        second = await reader.read()
        link.close()
        return [first.values["pac"], second.values["pac"]]

    with serving(chain(common(), inverter())) as device:
        assert asyncio.run(two_polls()) == [123.4, 12340.0]


@pytest.mark.parametrize("limit", [125, 64, 20, 4, 2, 1])
@pytest.mark.parametrize("thorough", [True, False])
def test_every_block_limit_gives_the_same_values(limit: int, thorough: bool) -> None:
    energetic = inverter(Hz=5001, Hz_SF=-2)
    energetic[1][22:25] = 3, 0x8000, 0  # WH, 32 bits, and its factor
    with serving(chain(common(), energetic, trackers(8))) as device:
        _, whole = ask(device.port, role=Role.INVERTER)
        device.asked.clear()
        reader, reading = ask(device.port, role=Role.INVERTER, max_block=limit, thorough=thorough)
    assert max(count for _, count in device.asked) <= limit
    assert reader.identity.serial == "SN1"
    if limit == 1:
        assert reading.masked.pop("energy_ac_total") == "needs 2 registers in one request, more than 1"
        del whole.values["energy_ac_total"], reading.values["energy_ac_total"]
        del whole.masked["fault_code"], reading.masked["fault_code"]
    assert (reading.values, reading.masked) == (whole.values, whole.masked)


@pytest.mark.parametrize(("thorough", "max_block"), [(False, 125), (True, 125), (False, 30)])
def test_a_map_that_has_shifted_is_noticed_and_found_anew(thorough: bool, max_block: int) -> None:
    async def polls() -> float | str | None:
        link = Link("127.0.0.1", device.port)
        reader = SunSpecReader(sunspec_map(max_block), link, 1, role=Role.INVERTER, thorough=thorough)
        await reader.discover()
        await reader.read()
        device.registers = chain(common(), (64001, [9] * 3), inverter())
        with pytest.raises(MapError, match=r"at 40070 stood SunSpec model 103 \(50 registers\), now 64001 \(3 reg"):
            await reader.read()
        await reader.discover()
        value = (await reader.read()).values["pac"]
        link.close()
        return value

    with serving(chain(common(), inverter())) as device:
        assert asyncio.run(polls()) == 123.4


def test_a_header_that_changes_while_the_pieces_are_read_is_noticed() -> None:
    def shift(address: int, count: int) -> None:
        if address > MODEL_160 + 100 and count > 2:  # the last values, not the walk
            device.registers[MODEL_160] = 120

    with serving(MANY) as device:
        device.before = shift
        with pytest.raises(MapError, match="now 120"):
            ask(device.port, role=Role.INVERTER)


def test_models_refused_as_one_block_are_asked_one_by_one_from_then_on() -> None:
    async def polls() -> list[float | str | None]:
        link = Link("127.0.0.1", device.port)
        reader = SunSpecReader(sunspec_map(), link, 1, role=Role.INVERTER)
        await reader.discover()
        values = []
        for _ in range(2):
            device.asked.clear()
            values.append((await reader.read()).values["pac"])
        link.close()
        return values

    with serving(chain(common(), inverter(), trackers(2))) as device:
        device.before = lambda address, count: 3 if count > 70 else None
        assert asyncio.run(polls()) == [123.4, 123.4]
    assert device.asked == [(40070, 42), (MODEL_160, 42)]


def test_what_the_first_model_could_not_give_comes_from_the_next() -> None:
    energetic = (203, [0x8000] * 36 + [0] * 69)
    energetic[1][14:16] = 5003, -2 & 0xFFFF
    with serving(chain(common(), inverter(Hz=5001, Hz_SF=-2), energetic)) as device:
        assert ask(device.port, thorough=True)[1].values["frequency"] == 50.01
        del device.registers[40070 + 2 + 14]  # Hz of the inverter
        reader, reading = ask(device.port, thorough=True)
    assert (reading.values["frequency"], reading.values["pac"]) == (50.03, 123.4)
    assert reader.addresses["frequency"] == 40070 + 52 + 2 + 14
    assert [p.what for p in reading.problems] == ["exception 2 on 1 register: part of model 103 not read"]


def test_a_long_model_with_a_hole_gives_the_rest_also_to_a_poll() -> None:
    with serving(MANY) as device:
        del device.registers[MODEL_160 + 200]
        _, reading = ask(device.port, role=Role.INVERTER)
        _, thorough = ask(device.port, role=Role.INVERTER, thorough=True)
    assert (reading.values["pdc_1"], reading.values["pdc_12"]) == (1001.0, None)
    assert "exception 2" in reading.masked["pdc_12"]
    assert thorough.values["pdc_12"] == 1012.0
    assert len(reading.problems) == len(thorough.problems) == 1

"""The probe against devices of other implementers' servers, and against hosts that are no device."""

from __future__ import annotations

import asyncio
import json
import struct
from contextlib import asynccontextmanager

import pytest

from collector.errors import CollectorError, LinkRefused, LinkTimeout, LinkViolation, MapError
from collector.link import Link
from collector.probe import probe, probe_link
from config import load_maps
from tests.faults import Device, Request
from tests.peers import device_image, free_port, replayed

MAPS = load_maps()


def probed(port: int, unit=None, name=None, timeout=30.0):
    return asyncio.run(probe("127.0.0.1", port, unit=unit, map_name=name, maps=MAPS, timeout=timeout))


@pytest.mark.peers
@pytest.mark.parametrize(
    ("image", "unit", "found"),
    [
        ("basjes_sma_sb36_20250518.json", 126, ("sunspec", "SMA")),
        ("goodwe_dt_gw5000_ms.json", 127, ("goodwe_dt", "GoodWe")),
        ("goodwe_et_gw25k_et.json", 247, ("goodwe_et", "GoodWe")),
        ("huawei_sun2000_3ktl_l1_night.json", 1, ("huawei_sun2000", "Huawei")),
    ],
)
def test_a_device_is_recognised_without_being_told_its_map_and_unit(image, unit, found):
    with replayed(device_image(image), unit=unit) as port:
        report = probed(port)  # each unit that is not there costs the second of a knock
    assert (report.map, report.identity.manufacturer, report.unit) == (*found, unit)
    assert report.read_something


@pytest.mark.peers
@pytest.mark.parametrize("by", ["pymodbustcp", "jsmodbus"])
def test_a_server_that_answers_0_everywhere_and_to_every_unit_is_still_recognised(by):
    with replayed(device_image("goodwe_et_gw6000_eh.json"), by=by) as port:
        report = probed(port)
    assert (report.map, report.unit) == ("goodwe_et", 1)
    assert report.reading.values["pac"] == 1561


@pytest.mark.peers
def test_the_document_has_the_agreed_form():
    with replayed(device_image("goodwe_dt_gw20k_sdt_20.json"), unit=127) as port:
        document = probed(port, 127).to_json()
    assert json.loads(json.dumps(document)) == document
    assert list(document) == [
        "host", "port", "unit", "framer", "map", "manufacturer", "model", "serial", "firmware", "requests",
        "quantities", "inputs", "problems",
    ]  # fmt: skip
    assert document["port"] == port
    assert document["requests"] > 3
    assert document["quantities"]["pac"] == {"value": 4461.0, "unit": "W", "address": 30127}
    assert document["quantities"]["state"] == {"value": "Normal", "unit": "", "address": 30129}
    assert document["inputs"][3] == {
        "input": 4,
        "pdc": {"value": 1530.0, "unit": "W"},
        "v_dc": {"value": 728.7, "unit": "V"},
        "i_dc": {"value": 2.1, "unit": "A"},
    }
    assert len(document["inputs"]) == 4


@pytest.mark.peers
def test_what_is_missing_says_why_and_what_could_not_be_read_is_listed():
    with replayed(device_image("goodwe_et_gw6000_eh.json"), unit=247) as port:
        document = probed(port, 247, "goodwe_et").to_json()
    assert document["quantities"]["q_ac"] == {"value": None, "unit": "var", "reason": "not available (0xFFFF)"}
    assert document["quantities"]["soc"]["reason"] == "not read (exception 2 on 1 registers)"
    assert document["problems"] == [{"address": 37007, "what": "exception 2 on 1 registers: soc not read"}]


@pytest.mark.peers
@pytest.mark.parametrize(
    ("image", "name", "unit"),
    [
        ("goodwe_dt_gw5000d_ns.json", "goodwe_dt", 127),
        ("goodwe_et_gw10k_et.json", "goodwe_et", 247),
        ("issue_huawei507_sun2000_daytime_32064.json", "huawei_sun2000", 1),
        ("solarnetwork_eastron_sdm630.json", "eastron_sdm630", 1),
    ],
)
def test_a_device_without_name_plate_is_read_by_the_map_that_is_named(image, name, unit):
    with replayed(device_image(image), unit=unit) as port:
        told, sought = probed(port, unit, name), probed(port, None, name)
    assert told.read_something
    assert (sought.unit, sought.reading.values) == (unit, told.reading.values)


@pytest.mark.peers
def test_a_device_without_name_plate_is_not_guessed():
    with (
        replayed(device_image("goodwe_dt_gw5000d_ns.json"), by="pymodbustcp") as port,
        pytest.raises(MapError, match="no SunSpec device and no known name plate"),
    ):
        probed(port)


@pytest.mark.peers
def test_a_link_that_somebody_holds_is_asked_without_closing_it():
    async def run(port: int) -> None:
        link = Link("127.0.0.1", port, timeout=30.0)
        await link.read(247, 3, 35100, 10)
        report = await probe_link(link, unit=247, map_name=None, maps=MAPS)
        assert report.map == "goodwe_et"
        assert (link.counters.connects, link.counters.requests) == (1, report.requests + 1)
        link.close()

    with replayed(device_image("goodwe_et_gw6000_eh.json"), unit=247) as port:
        asyncio.run(run(port))


def test_nobody_listening_is_said():
    with pytest.raises(LinkRefused, match="cannot connect"):
        probed(free_port())


@asynccontextmanager
async def host(answer: bytes | None):
    """A host that is no Modbus device: sends these bytes to whatever comes, or closes at once (None)."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if answer is not None and await reader.read(100):
                writer.write(answer)
                await writer.drain()
                await reader.read(100)
        except OSError:
            pass
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await asyncio.sleep(0.01)


def _probe_host(answer: bytes | None, **asked) -> CollectorError:
    async def run() -> CollectorError:
        async with host(answer) as port:
            with pytest.raises(CollectorError) as told:
                await probe("127.0.0.1", port, **{"unit": None, "map_name": None, "timeout": 30.0, **asked}, maps=MAPS)
            return told.value

    return asyncio.run(run())


@pytest.mark.parametrize("asked", [{}, {"unit": 1}, {"map_name": "goodwe_dt"}])
def test_a_web_server_is_said_to_be_none_that_speaks_modbus(asked):
    error = _probe_host(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", **asked)
    assert isinstance(error, LinkViolation)
    assert "does not speak Modbus" in str(error)


@pytest.mark.parametrize("asked", [{}, {"map_name": "eastron_sdm630"}])
def test_a_device_that_closes_at_once_is_said_to_be_held_or_switched_off(asked):
    error = _probe_host(None, **asked)
    assert isinstance(error, LinkRefused)
    assert "closes it at once" in str(error)


def test_silence_is_said_with_the_units_tried():
    error = _probe_host(b"", map_name="goodwe_dt", timeout=0.2)
    assert isinstance(error, LinkTimeout)
    assert "tried 127, 1, 126, 247" in str(error)


@pytest.mark.parametrize("code", [4, 10, 11])
def test_a_unit_that_the_gateway_cannot_reach_makes_room_for_the_next(code):
    def gateway(request: Request) -> bytes:
        return request.answer(data=_sdm(request)) if request.unit == 247 else request.refusal(code)

    async def run() -> None:
        async with Device(gateway) as device:
            report = await probe("127.0.0.1", device.port, unit=None, map_name="eastron_sdm120", maps=MAPS)
            assert (report.unit, report.reading.values["frequency"]) == (247, 50.0)
            assert [r.unit for r in device.requests[:3]] == [1, 126, 247]

    asyncio.run(run())


def _sdm(request: Request) -> bytes:
    return b"".join(struct.pack(">f", 50.0) for _ in range(request.count // 2 + 1))[: 2 * request.count]


def test_a_device_that_swallows_what_comes_right_after_connecting_is_found_nevertheless():
    image = dict(enumerate(struct.unpack(">15H", b"SUN2000-8KTL-M1".ljust(30, b"\0")), start=30000))

    def huawei(request: Request) -> bytes:
        if request.after < 1.0:  # of the 1.5 s that its map waits
            return b""
        wanted = [image.get(a) for a in range(request.address, request.address + request.count)]
        return request.refusal(2) if None in wanted else request.answer(data=struct.pack(f">{len(wanted)}H", *wanted))

    async def run() -> None:
        async with Device(huawei) as device:
            report = await probe("127.0.0.1", device.port, unit=None, map_name=None, maps=MAPS, timeout=0.3)
            assert (report.map, report.identity.model) == ("huawei_sun2000", "SUN2000-8KTL-M1")
            assert not report.read_something

    asyncio.run(run())

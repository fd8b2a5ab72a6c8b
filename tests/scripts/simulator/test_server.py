import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from collector.errors import DeviceException, LinkError, LinkRefused, LinkTimeout
from collector.link import Link
from collector.links import open_links
from config.town import Town
from scripts.bench.town import bench_town
from scripts.simulator.fault import Fault, FaultKind, parse_fault
from scripts.simulator.image import load_image
from scripts.simulator.plant import Plant
from scripts.simulator.server import loopback, serve_image, serve_town, start_process
from tests.peers import need
from tests.recorder import recorded
from tests.scripts.simulator.sunny_town import sunny_town
from tests.towns import recorded_town

NOON = 1_782_302_400_000  # 2026-06-24 12:00 UTC
DEVICES = Path(__file__).parents[4] / "shared" / "devices"


def _image(tmp_path: Path, **changes: object) -> Path:
    path = tmp_path / "image.json"
    path.write_text(json.dumps({"unit_id": 7, "holding": {"100": 1, "101": 2, "103": 4}, "input": {"0": 9}} | changes))
    return path


async def _with_image(path: Path, ask: Callable[[Link], object]) -> object:
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(serve_image(path, 0, port.set_result))
    with recorded(await port) as front:
        link = Link("127.0.0.1", front, timeout=30)
        try:
            return await ask(link)
        finally:
            link.close()
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)


async def _with_town(
    ask: Callable[[Town], object], *faults: Fault, now: Callable[[], int] = lambda: NOON, impatient: str = ""
) -> object:
    town = sunny_town(impatient)
    served: asyncio.Future[Town] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(
        serve_town(town, seed=1, now=now, ready=served.set_result, faults=faults, free_ports=True)
    )
    try:
        await asyncio.wait((served, serving), return_when=asyncio.FIRST_COMPLETED)
        with recorded_town(served.result() if served.done() else await serving) as town:
            return await ask(town)
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


async def _readings(town: Town) -> dict[str, object]:
    found: dict[str, object] = {}
    for polled in open_links(town):
        for device in polled.devices:
            try:
                await device.reader.discover()
                found[device.path] = (await device.reader.read()).values
            except (LinkError, DeviceException) as error:
                found[device.path] = error
        polled.link.close()
    return found


def test_an_image_is_served_word_by_word(tmp_path):
    async def ask(link: Link) -> None:
        assert await link.read(7, 3, 100, 2) == b"\0\1\0\2"
        assert await link.read(7, 4, 0, 1) == b"\0\x09"

    asyncio.run(_with_image(_image(tmp_path), ask))


@pytest.mark.parametrize(
    ("unit", "function", "address", "count", "code"),
    [(7, 3, 102, 1, 2), (7, 3, 100, 4, 2), (7, 4, 100, 1, 2), (7, 1, 100, 1, 1), (8, 3, 100, 1, 11)],
)
def test_holes_other_functions_and_other_units_get_their_exception(tmp_path, unit, function, address, count, code):
    async def ask(link: Link) -> None:
        with pytest.raises(DeviceException) as refused:
            await link.read(unit, function, address, count)
        assert refused.value.code == code

    asyncio.run(_with_image(_image(tmp_path), ask))


def test_an_image_without_a_unit_answers_to_every_unit(tmp_path):
    async def ask(link: Link) -> None:
        for unit in (0, 1, 126, 255):
            assert await link.read(unit, 3, 103, 1) == b"\0\4"

    asyncio.run(_with_image(_image(tmp_path, unit_id=None), ask))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"unit_id": 256}, "unit_id"),
        ({"unit_id": "7"}, "unit_id"),
        ({"holding": {"1": 65536}}, "not a word"),
        ({"holding": {"1": True}}, "not a word"),
        ({"holding": {"-1": 1}}, "not an address"),
        ({"holding": {"70000": 1}}, "not an address"),
        ({"holding": [1, 2]}, "holding"),
        ({"holding": {}, "input": {}}, "no registers"),
    ],
)
def test_a_bad_image_is_told(tmp_path, changes, says):
    with pytest.raises(ValueError, match=says):
        load_image(_image(tmp_path, **changes))


@pytest.mark.parametrize("text", ["", "[]", '{"registers": {}}', "\x00"])
def test_a_file_that_is_no_image_is_told(tmp_path, text):
    path = tmp_path / "image.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"image\.json"):
        load_image(path)


def test_a_taken_port_is_told(tmp_path):
    async def ask(link: Link) -> None:
        with pytest.raises(OSError, match="taken"):
            await serve_image(_image(tmp_path), link.port, lambda _port: None)

    asyncio.run(_with_image(_image(tmp_path), ask))


def test_every_image_of_a_real_device_can_be_loaded():
    need(DEVICES.is_dir(), "../shared/devices")
    for path in sorted(DEVICES.glob("*.json")):
        image, _unit = load_image(path)
        data = json.loads(path.read_text())
        for table, function in (("holding", 3), ("input", 4)):
            for address, word in (data.get(table) or {}).items():
                assert image.read(function, int(address), 1) == word.to_bytes(2, "big")


def test_the_collector_reads_what_the_plant_measures():
    found = asyncio.run(_with_town(_readings))
    plant = Plant(sunny_town(), 1)
    for path in sunny_town().devices():
        truth = plant.values(path, NOON)
        main = {"inv": "pac", "meter": "p_export", "mast": "ghi"}[path.split("/")[1]]
        assert found[path][main] == pytest.approx(truth[main], abs=1)
        if path.endswith("inv"):
            assert found[path]["pdc_2"] == pytest.approx(truth["pdc_2"], rel=0.02, abs=1)
            assert found[path]["energy_ac_total"] == pytest.approx(truth["energy_ac_total"], abs=100)
            assert found[path]["state"] in ("MPPT", "On-grid", "Normal", "Normal (On-Grid)")


def test_registers_follow_the_clock():
    clock = [NOON]

    async def ask(town: Town) -> None:
        first = await _readings(town)
        clock[0] += 3_600_000
        second = await _readings(town)
        assert second["south/inv"]["energy_ac_total"] > first["south/inv"]["energy_ac_total"] + 100
        clock[0] = NOON - NOON % 86_400_000 + 23 * 3_600_000
        night = await _readings(town)
        assert (night["east/inv"]["pac"], night["east/inv"]["state"]) == (0, "Standby: no irradiation")
        assert night["west/inv"]["state"] == "Wait Mode"

    asyncio.run(_with_town(ask, now=lambda: clock[0]))


def test_a_silent_unit_leaves_its_neighbour_alone():
    found = asyncio.run(_with_town(_readings, parse_fault("south/inv:silent"), impatient="south"))
    assert isinstance(found["south/inv"], LinkTimeout)
    assert found["south/meter"]["p_export"] > 0


def test_a_unit_can_answer_with_an_exception():
    found = asyncio.run(_with_town(_readings, parse_fault("east/inv:exception:code=6")))
    assert isinstance(found["east/inv"], DeviceException)
    assert found["east/inv"].code == 6


def test_a_link_can_close_at_once_and_another_can_be_late():
    faults = parse_fault("east:closes"), parse_fault("west:late:seconds=2.5")
    found = asyncio.run(_with_town(_readings, *faults, impatient="west"))
    assert isinstance(found["east/inv"], LinkRefused)
    assert isinstance(found["west/inv"], LinkTimeout)
    assert found["south/inv"]["pac"] > 0


def test_a_fault_of_power_shows_in_the_registers():
    found = asyncio.run(_with_town(_readings, parse_fault("west/inv:inverter_off")))
    assert (found["west/inv"]["pac"], found["west/inv"]["state"]) == (0, "Error")


def test_a_fault_of_another_town_is_refused():
    with pytest.raises(ValueError, match="no device"):
        asyncio.run(_with_town(_readings, Fault("nowhere/inv", FaultKind.SILENT)))


def test_loopback_gives_each_link_its_own_port_and_says_simulated():
    town = loopback(sunny_town(), 20000)
    assert [(link.host, link.port) for link in town.links] == [("127.0.0.1", 20000 + n) for n in range(4)]
    assert town.simulated
    free = loopback(sunny_town(), None)
    assert len({link.port for link in free.links}) == 4
    with pytest.raises(ValueError, match="65535"):
        loopback(sunny_town(), 65534)


def test_a_town_is_served_by_a_process_of_its_own():
    with start_process(bench_town(3), 1, at=NOON) as town:
        assert town.simulated
        with recorded_town(town) as front:
            found = asyncio.run(_readings(front))
        assert found["bench/inv-1"]["pac"] == pytest.approx(found["bench/inv-3"]["pac"], rel=0.1)
        ports = [link.port for link in town.links]
    with pytest.raises(LinkRefused):
        asyncio.run(Link("127.0.0.1", ports[0], timeout=30).read(1, 3, 40000, 2))


def test_the_process_ends_with_a_parent_that_is_killed(tmp_path):
    script = (
        "import time\nfrom scripts.bench.town import bench_town\nfrom scripts.simulator.server import start_process\n"
        "with start_process(bench_town(1), 1) as town:\n print(town.links[0].port, flush=True)\n time.sleep(600)\n"
    )
    root = str(Path(__file__).parents[3])
    env = os.environ | {"PYTHONPATH": root}
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=env, cwd=tmp_path)
    port = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 60
    while _listens(port) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _listens(port)


def _listens(port: int) -> bool:
    try:
        asyncio.run(Link("127.0.0.1", port, timeout=30).read(1, 3, 40000, 2))
    except LinkRefused:
        return False
    return True


def test_a_town_that_cannot_be_served_is_told():
    with (
        pytest.raises(RuntimeError, match="did not come up"),
        start_process(bench_town(1), 1, faults=[Fault("nowhere/inv", FaultKind.SILENT)]),
    ):
        pass


def test_no_bench_without_inverters():
    with pytest.raises(ValueError, match="0 inverters"):
        bench_town(0)

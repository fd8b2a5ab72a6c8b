"""A day in the life of a small town, from the simulated sun to the store: true where all is well, silent where not."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from collector.sample import Value
from collector.store import Store, open_store
from config.device import AnyMap, DeviceMap
from config.quantities import split_field
from config.town import Town
from scripts.simulator.fault import Fault, parse_fault
from scripts.simulator.plant import Plant
from scripts.simulator.server import loopback, serve_town
from tests.peers import free_ports
from tests.scripts.accepted import Telling, assert_each_once_with_its_values, until
from tests.scripts.simulator.sunny_town import sunny_town
from tests.towns import recorded_town

SEED = 1
HOUR = 3_600_000
MIDNIGHT = 1_782_259_200_000  # 2026-06-24 00:00 UTC
NOON = MIDNIGHT + 12 * HOUR
STEP = HOUR // 3
STEPS = 72
HALF_A_STEP = {
    "W": 0.5, "VA": 0.5, "var": 0.5, "V": 0.05, "A": 0.05, "Hz": 0.005, "Wh": 50.0, "°C": 0.05, "kΩ": 0.5,
    "W/m²": 0.5, "m/s": 0.5, "%": 0.5, "1": 0.0005, "": 0.0,
}  # fmt: skip
"""Of the coarsest register for each unit, in the maps used here: what rounding may cost."""
Row = dict[str, Value]


@asynccontextmanager
async def served(town: Town, now: Callable[[], int], faults: Sequence[Fault] = ()) -> AsyncIterator[None]:
    """The simulated town on the ports it names, until the block ends."""
    ready: asyncio.Future[Town] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(serve_town(town, seed=SEED, now=now, ready=ready.set_result, faults=faults))
    try:
        await asyncio.wait((ready, serving), return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            await serving
        yield
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


def collector_of(town: Town, folder: Path, now: Callable[[], int]) -> Telling:
    url = f"sqlite:///{folder / 'store.db'}"
    return Telling(town, folder, lambda: open_store(url), spool_bytes=8 << 20, now=now)


async def live_a_day(town: Town, folder: Path, faults: Sequence[Fault]) -> Telling:
    """Poll at every STEP of the day, while the clock stands still, so that poll and plant speak of one instant."""
    clock = [MIDNIGHT]
    with recorded_town(town) as seen:
        collecting = collector_of(seen, folder, lambda: clock[0])
        async with served(town, lambda: clock[0], faults):
            while clock[0] < MIDNIGHT + STEPS * STEP:
                await collecting.once()
                clock[0] += STEP
    collecting.close()
    return collecting


@dataclass(frozen=True)
class Day:
    """The town, what was true in it, what is stored of it, and the collector that was between."""

    town: Town
    plant: Plant
    store: Store
    collecting: Telling


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    faults = [
        parse_fault("tracker/inv:silent:start=2026-06-24T10:00:00Z,end=2026-06-24T10:40:00Z"),
        parse_fault("south/meter:exception:code=4,start=2026-06-24T13:00:00Z,end=2026-06-24T15:00:00Z"),
        parse_fault("east/inv:frozen:start=2026-06-24T12:00:00Z"),
        parse_fault("west/inv:inverter_off:start=2026-06-24T08:00:00Z,end=2026-06-24T09:00:00Z"),
    ]
    folder = tmp_path_factory.mktemp("day")
    town = loopback(sunny_town(impatient="tracker"), free_ports(4)[0])
    collecting = asyncio.run(live_a_day(town, folder, faults))
    store = open_store(f"sqlite:///{folder / 'store.db'}")
    yield Day(town, Plant(town, SEED, faults), store, collecting)
    store.close()


def stored(store: Store, collecting: Telling, path: str) -> dict[int, Row]:
    """What the store holds of a device: time -> field -> value, missing as None."""
    fields = sorted({field for sample in collecting.accepted if sample.device == path for field in sample.values})
    frame = store.read(path, fields, MIDNIGHT, MIDNIGHT + STEPS * STEP)
    rows = frame.astype(object).where(frame.notna(), None).to_numpy()
    times = [int(at.timestamp() * 1000) for at in frame.index]
    return {at: dict(zip(fields, row, strict=True)) for at, row in zip(times, rows, strict=True)}


def tolerance(device_map: AnyMap, field: str, truth: Row) -> float:
    """How far a value may be from the truth: half a step of its registers, or of those it is worked out from."""
    quantity, number = split_field(field)
    inputs = device_map.inputs if isinstance(device_map, DeviceMap) else None
    if inputs and number is None and quantity.name == inputs.total:
        return sum(tolerance(device_map, name, truth) for name in truth if name.startswith("pdc_"))
    if inputs and number is not None and quantity.name == "pdc" and inputs.pdc_from_v_and_i:
        volts, amperes = truth[f"v_dc_{number}"], truth[f"i_dc_{number}"]
        assert isinstance(volts, float)
        assert isinstance(amperes, float)
        return 0.5 + HALF_A_STEP["V"] * amperes + HALF_A_STEP["A"] * volts + 0.01
    return HALF_A_STEP[quantity.unit]


def test_the_store_holds_what_the_plant_measured_to_half_a_step_of_the_registers(day: Day) -> None:
    compared = 0
    for path, device in day.town.devices().items():
        for at, row in stored(day.store, day.collecting, path).items():
            truth = day.plant.values(path, at)
            for field, value in row.items():
                true = truth.get(field)  # an input that the device does not have: registers, but no truth
                if isinstance(value, str):
                    continue  # states in the makers' words have their own tests
                assert (value is None) == (true is None), (path, at, field)
                if value is not None and isinstance(true, float):
                    near = tolerance(day.town.maps[device.map], field, truth)
                    assert value == pytest.approx(true, rel=1e-6, abs=near), (path, at, field)
                    compared += 1
    print(f"{compared} values compared")
    assert compared > STEPS * len(day.town.devices()) * 10


def test_a_device_that_cannot_be_read_has_no_sample_then_and_every_one_else(day: Day) -> None:
    every = range(MIDNIGHT, MIDNIGHT + STEPS * STEP, STEP)
    away = {"tracker/inv": (10 * HOUR, 10 * HOUR + STEP), "south/meter": range(13 * HOUR, 15 * HOUR, STEP)}
    for path in day.town.devices():
        there = [at for at in every if at - MIDNIGHT not in away.get(path, ())]
        assert sorted(stored(day.store, day.collecting, path)) == there, path


def test_a_device_that_cannot_be_read_is_told_and_forgotten_when_it_comes_back(day: Day) -> None:
    failures = {status.path: status.failures for status in day.collecting.poller.status() if status.failures}
    assert failures == {"tracker/inv": 2, "south/meter": 6}
    assert all(status.failing_since is None and not status.error for status in day.collecting.poller.status())


def test_a_frozen_device_is_stored_as_frozen_and_changes_no_neighbour(day: Day) -> None:
    frozen = [row for at, row in stored(day.store, day.collecting, "east/inv").items() if at >= NOON]
    assert len(frozen) == STEPS // 2
    assert all(row == frozen[0] for row in frozen)
    assert len({row["energy_ac_total"] for row in stored(day.store, day.collecting, "south/inv").values()}) > STEPS / 3


def test_an_inverter_that_is_off_is_stored_with_zero_watts_and_its_fault(day: Day) -> None:
    hour = [row for at, row in stored(day.store, day.collecting, "west/inv").items() if 8 <= (at - MIDNIGHT) / HOUR < 9]
    assert [(row["pac"], row["state"]) for row in hour] == [(0, "Error")] * 3


def test_at_night_nothing_is_invented(day: Day) -> None:
    dark = stored(day.store, day.collecting, "south/inv")[MIDNIGHT]
    assert dark["pac"] is None  # this maker's registers say "not available" at night
    assert dark["energy_ac_total"] is not None
    assert stored(day.store, day.collecting, "west/inv")[MIDNIGHT]["pac"] == 0.0  # this maker's say 0


def test_all_of_the_day_is_accounted_for(day: Day) -> None:
    counters = day.collecting.spool.counters
    assert counters.appended == counters.sent == day.store.count() == STEPS * len(day.town.devices()) - 2 - 6
    assert (counters.rejected, counters.dropped, counters.damaged, counters.queued) == (0, 0, 0, 0)
    assert_each_once_with_its_values(day.store, day.collecting.accepted)


def test_a_town_that_was_cut_off_is_read_again_without_a_restart(tmp_path: Path) -> None:
    ticks = itertools.count(NOON)
    town = loopback(sunny_town(), free_ports(4)[0])

    async def story(collecting: Telling) -> None:
        def samples() -> list[int]:
            return [sum(s.device == path for s in collecting.accepted) for path in town.devices()]

        def all_grow(than: list[int]) -> bool:
            return all(now > then for now, then in zip(samples(), than, strict=True))

        stop = asyncio.Event()
        async with served(town, lambda: NOON):
            running = asyncio.create_task(collecting.run(stop))
            await until(lambda: all_grow([3] * len(town.devices())))
        await until(lambda: all(status.error for status in collecting.poller.status()))
        await collecting.poller.flush()  # what was read before may still be on its way into the spool
        cut = samples()
        await asyncio.sleep(0.5)
        assert samples() == cut, "samples of a town that is not there"
        async with served(town, lambda: NOON):
            await until(lambda: all_grow(cut))
            assert not any(status.error for status in collecting.poller.status())
            stop.set()
            await running

    with recorded_town(town) as seen:
        collecting = collector_of(seen, tmp_path, lambda: next(ticks)).every(0.05)
        asyncio.run(story(collecting))
        assert collecting.deliver_all(120.0)
        collecting.close()
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    assert store.count() == len(collecting.accepted)
    assert_each_once_with_its_values(store, collecting.accepted)
    store.close()

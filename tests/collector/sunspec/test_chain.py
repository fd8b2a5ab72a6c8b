"""Chains of models as they are in the wild, served by another implementer's server."""

from __future__ import annotations

import socket

import pytest

from collector.errors import DeviceException, LinkError, MapError
from config.quantities import Role
from tests.collector.sunspec.device import ask, chain, common, inverter, serving, trackers, words

VENDOR = (64001, [7] * 30)


def meter(watts: int) -> tuple[int, list[int]]:
    """Model 203 of which only W (factor 0) is there."""
    body = [0x8000] * 36 + [0] * 69
    body[16], body[20] = watts & 0xFFFF, 0
    return 203, body


@pytest.mark.parametrize(
    "end",
    [
        pytest.param((0xFFFF, 0), id="as the standard wants it"),
        pytest.param((0xFFFF,), id="without its length"),
        pytest.param((), id="nothing there"),
        pytest.param((0, 0), id="zeros"),
    ],
)
def test_a_chain_may_end_in_any_way(end: tuple[int, ...]) -> None:
    with serving(chain(common(), inverter(), trackers(2), end=end)) as device:
        for thorough in (True, False):
            _, reading = ask(device.port, thorough=thorough)
            assert (reading.values["pac"], reading.values["pdc_2"]) == (123.4, 1002.0)
            assert reading.problems == []


def test_vendor_models_and_empty_models_are_stepped_over() -> None:
    with serving(chain(common(), VENDOR, (64002, []), inverter(), VENDOR, trackers(1))) as device:
        _, reading = ask(device.port, role=Role.INVERTER)
    assert (reading.values["pac"], reading.values["v_dc_1"]) == (123.4, 600.1)


@pytest.mark.parametrize("length", [0, 1, 5])
def test_a_chain_without_end_is_left(length: int) -> None:
    with serving(dict.fromkeys(range(40000, 41000), 0)) as device:
        endless = chain(common(), inverter(), *[(64001, [3] * length)] * 400, end=())
        device.registers = endless
        _, reading = ask(device.port)
        assert len(device.asked) < 110
    assert reading.values["pac"] == 123.4
    assert [p.what for p in reading.problems] == ["more than 100 models: the rest was not looked at"]


def test_a_length_that_leads_out_of_the_address_space_ends_the_chain() -> None:
    with serving(chain(common(), inverter(), end=(64001, 60000))) as device:
        _, reading = ask(device.port, thorough=True)
    assert reading.values["pac"] == 123.4
    assert [p.what for p in reading.problems] == [
        "model 64001 would end beyond address 65535: not believed, the chain ends here"
    ]


def test_a_second_model_160_goes_on_counting() -> None:
    with serving(chain(common(), inverter(), trackers(2), trackers(3))) as device:
        reader, reading = ask(device.port, role=Role.INVERTER)
    assert [reading.values[f"pdc_{n}"] for n in range(1, 6)] == [1001.0, 1002.0, 1001.0, 1002.0, 1003.0]
    assert "pdc_6" not in reader.addresses


def test_the_name_plate_before_a_meter_is_the_meters_and_says_its_sign() -> None:
    models = (common("SMA"), inverter(), common("SolarEdge"), meter(70), common("Fronius"), meter(80))
    with serving(chain(*models)) as device:
        makers = [ask(device.port, role=Role.METER, instance=n) for n in (1, 2)]
        inverters, _ = ask(device.port, role=Role.INVERTER)
        with pytest.raises(MapError, match="no meter number 3; it holds 1, 103, 1, 203, 1, 203"):
            ask(device.port, role=Role.METER, instance=3)
    assert [reader.identity.manufacturer for reader, _ in makers] == ["SolarEdge", "Fronius"]
    assert [(r.values["p_import"], r.values["p_export"]) for _, r in makers] == [(0.0, 70.0), (80.0, 0.0)]
    assert inverters.identity.manufacturer == "SMA"


def test_figures_of_two_meters_never_mix() -> None:
    with serving(chain(common(), meter(70), meter(80))) as device:
        for address in range(40072, 40177):  # the body of the first
            del device.registers[address]
        _, reading = ask(device.port, thorough=True)
    assert set(reading.values.values()) == {None}


def test_a_model_shorter_than_its_definition_gives_what_it_has() -> None:
    short = inverter(W=5, W_SF=0)[1][:14]
    with serving(chain(common(), (103, short), trackers(1))) as device:
        reader, reading = ask(device.port, role=Role.INVERTER)
    assert (reading.values["pac"], reading.values["pdc_1"]) == (5.0, 1001.0)
    assert reading.masked["frequency"] == "not in the device: its model 103 has only 14 registers"
    assert reader.addresses["frequency"] == 40070 + 2 + 14
    with serving(chain(common(), (103, short[:13]))) as device:
        _, reading = ask(device.port, role=Role.INVERTER)
    assert reading.masked["pac"] == "its scale factor is not in the device: its model 103 has only 13 registers"


def test_only_photovoltaic_ports_of_model_714_count() -> None:
    def port(kind: int, watts: int) -> list[int]:
        return words(kind, 1, "/8", 100, 5000, watts, *[0] * 8, 0x8000, 1, 0, 0)

    fixed = words(0, 0, 3, 300, 9999, *[0] * 8, -2, -1, 0, 0, 0)
    with serving(chain(common(), (714, fixed + port(0, 11) + port(1, 22) + port(0, 33)))) as device:
        reader, reading = ask(device.port, role=Role.INVERTER)
        assert (reading.values["pdc_1"], reading.values["pdc_2"]) == (11.0, 33.0)
        assert "pdc_3" not in reader.addresses
        assert "pdc" not in reader.addresses  # the total has the battery in it
        device.registers = chain(common(), (714, fixed + port(0, 11) + port(0, 22) + port(0, 33)))
        assert ask(device.port, role=Role.INVERTER)[1].values["pdc"] == 9999.0


def test_a_state_that_is_not_given_falls_back_to_the_other_one() -> None:
    der = [0xFFFF] * 153
    der[1:4] = 1, 0xFFFF, 1
    with serving(chain(common(), (701, der))) as device:
        assert ask(device.port, role=Role.INVERTER)[1].values["state"] == "ON"
        device.registers[40070 + 2 + 2] = 6
        assert ask(device.port, role=Role.INVERTER)[1].values["state"] == "FAULT"
        device.registers[40070 + 2 + 2] = 0x77
        assert ask(device.port, role=Role.INVERTER)[1].values["state"] == "0x0077"


def test_a_device_without_the_marker_is_no_sunspec() -> None:
    with (
        serving({40000: 1, 40001: 2}) as device,
        pytest.raises(MapError, match=r"no 'SunS' at 40000 \(something else\)"),
    ):
        ask(device.port)


def test_a_device_without_the_wanted_role_says_what_it_holds() -> None:
    with serving(chain(common(), meter(1))) as device, pytest.raises(MapError, match="no model for role inverter"):
        ask(device.port, role=Role.INVERTER)


def test_a_silent_device_is_a_link_error_and_not_an_absent_base() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf, pytest.raises(LinkError):
        ask(deaf.getsockname()[1], timeout=0.2)


def test_a_limit_that_modbus_does_not_know_is_refused() -> None:
    for wrong in ({"max_block": 0}, {"instance": 0}):
        with pytest.raises(ValueError, match="not 0"):
            ask(1, **wrong)


@pytest.mark.parametrize("address", [40000, 40002, 40138])
def test_a_busy_device_is_not_taken_for_the_end_of_its_chain(address: int) -> None:
    with serving(chain(common(), inverter(), trackers(1))) as device:
        device.before = lambda asked, count: 6 if asked <= address < asked + count else None
        with pytest.raises(DeviceException, match="exception 6"):
            ask(device.port)

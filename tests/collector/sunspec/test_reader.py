"""SunSpec devices read by tepos and by pysunspec2's own client, from the same servers of other implementers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from collector.reader import Identity, Problem
from config.quantities import Role
from tests.collector.sunspec.device import ask, sunspec_map
from tests.collector.sunspec.oracle import numbers, quantities, scanned
from tests.peers import Peer, device_image, replayed

pytestmark = pytest.mark.peers

BOTH: tuple[Peer, Peer] = ("modbus-serial", "pymodbustcp")
GIVES_UP = [  # pysunspec2 does not get through these
    ("evcc15445_solaredge_meter_203.json", "modbus-serial"),
    ("evcc15445_solaredge_meter_203.json", "pymodbustcp"),
    ("evcc32661_solaredge_se8k_header.json", "modbus-serial"),
]
AGREED = [(name, by) for name in sunspec_map().verified for by in BOTH if (name, by) not in GIVES_UP]
EVCC_METER = {
    "s_ac": 488.0, "q_ac": -485.0, "power_factor": 0.2063, "frequency": 49.97, "v_ac_ln_a": 235.49,
    "v_ac_ln_b": 236.31, "v_ac_ln_c": 231.45, "i_ac": 10.3, "i_ac_a": 4.8, "i_ac_b": 0.8, "i_ac_c": 4.6,
    "p_import": 58.0, "p_export": 0.0, "energy_import_total": 18090016.0, "energy_export_total": 21267458.0,
}  # fmt: skip


def unit_of(name: str) -> int:
    return int(json.loads(device_image(name).read_text())["unit_id"] or 1)


def holding(name: str, without: range = range(0)) -> dict[str, Any]:
    """An image with a hole."""
    registers = json.loads(device_image(name).read_text())["holding"]
    return {"holding": {a: w for a, w in registers.items() if int(a) not in without}}


@pytest.mark.parametrize(("name", "by"), AGREED)
@pytest.mark.parametrize("thorough", [True, False])
def test_every_quantity_is_what_pysunspec2_reads(name: str, by: Peer, thorough: bool) -> None:
    unit = unit_of(name)
    with replayed(device_image(name), by=by, unit=unit) as port:
        expected = quantities(scanned(port, unit))
        reader, reading = ask(port, unit, thorough=thorough)
    assert numbers(reading.values) == pytest.approx(numbers(expected), rel=1e-12)
    assert reading.values.get("state") == expected.get("state")
    assert set(reading.masked) == {field for field, value in expected.items() if value is None}
    assert reading.problems == []
    assert list(reader.addresses) == list(reading.values)


@pytest.mark.parametrize(("name", "by"), GIVES_UP)
def test_pysunspec2_gives_up_where_we_say_it_does(name: str, by: Peer) -> None:
    with replayed(device_image(name), by=by, unit=1) as port, pytest.raises(Exception, match=r"exception 2|format"):
        scanned(port, 1)


def test_holes_in_two_models_leave_the_meter_behind_them() -> None:
    with replayed(device_image("evcc15445_solaredge_meter_203.json"), unit=1) as port:
        _, reading = ask(port, thorough=True)
    assert {f: v for f, v in reading.values.items() if v is not None} == EVCC_METER
    assert reading.masked["pac"] == "not read (exception 2 on 1 register)"
    assert reading.problems == [
        Problem(40002, "exception 2 on 67 registers: model 1 not read"),
        Problem(40069, "exception 2 on 52 registers: model 101 not read"),
    ]


@pytest.mark.parametrize("by", BOTH)
def test_a_meter_behind_an_inverter_is_read_by_its_role(by: Peer) -> None:
    with replayed(device_image("evcc15445_solaredge_meter_203.json"), by=by, unit=1) as port:
        reader, reading = ask(port, role=Role.METER)
    assert reading.values == EVCC_METER
    assert reader.identity.manufacturer == "SolarEdge"
    assert reader.addresses["p_import"] == 40206


def test_a_model_that_is_not_there_is_named() -> None:
    with replayed(device_image("evcc32661_solaredge_se8k_header.json"), unit=1) as port:
        reader, reading = ask(port, role=Role.INVERTER)
    assert reader.identity == Identity("SolarEdge", "SE8K", "7E136704", "0003.2251")
    assert set(reading.values.values()) == {None}
    assert reading.problems == [Problem(40069, "exception 2 on 52 registers: model 103 not read")]


def test_at_night_the_power_is_missing_and_the_lifetime_energy_is_not() -> None:
    name = "basjes_sma_sb36_20250608_night.json"
    with replayed(device_image(name), unit=126) as port:
        _, reading = ask(port, 126, role=Role.INVERTER)
    assert reading.values["pac"] is None
    assert reading.masked["pac"] == "not available (0x8000)"
    assert reading.masked["v_ac_ln_a"] == "not available (0xFFFF)"
    assert reading.values["energy_ac_total"] == 30_847_780.0


@pytest.mark.parametrize(
    ("hole", "what"),
    [
        (range(40760, 40800), "exception 2 on 62 registers: model 129 not read"),  # in a body that nobody wants
        (range(40751, 40813), "exception 2 on 62 registers: a hole in the chain of models"),  # header and all
        (range(40070, 40085), "exception 2 on 15 registers: a hole in the chain of models"),  # before the inverter
        (range(40070, 40072), "exception 2 on 15 registers: a hole in the chain of models"),  # only a header
    ],
)
def test_a_hole_in_the_chain_hides_nothing_behind_it(hole: range, what: str) -> None:
    name = "solarnetwork_sma_stp_103_05.json"
    with replayed(device_image(name), unit=126) as port:
        _, whole = ask(port, 126)
    with replayed(holding(name, hole), unit=126) as port:
        with pytest.raises(Exception, match="exception 2"):
            scanned(port, 126)
        _, reading = ask(port, 126, thorough=True)
    assert reading.values == whole.values
    assert reading.values["pac"] == 14470.0
    assert [(p.address, p.what) for p in reading.problems] == [(40751 if hole[0] > 40700 else 40070, what)]


def test_a_hole_in_a_wanted_model_costs_only_what_stands_in_it() -> None:
    name = "solarnetwork_sma_stp_103_05.json"
    with replayed(holding(name, range(40201, 40203)), unit=126) as port:  # Hz and its factor
        _, reading = ask(port, 126, thorough=True)
        _, quick = ask(port, 126, role=Role.INVERTER)
    assert (reading.values["pac"], reading.values["frequency"]) == (14470.0, None)
    assert reading.problems == [Problem(40201, "exception 2 on 2 registers: part of model 103 not read")]
    assert (quick.values["pac"], quick.masked["pac"]) == (None, "not read (exception 2 on 42 registers)")
    assert quick.problems == [Problem(40185, "exception 2 on 52 registers: model 103 not read")]
    assert quick.values["pdc_1"] == reading.values["pdc_1"] == 1960.0


@pytest.mark.parametrize("base", [4096, 30000])
def test_a_base_that_pysunspec2_does_not_try_is_found(base: int) -> None:
    image = holding("solarnetwork_fronius_ig_plus_101_a.json")["holding"]
    moved = {"holding": {str(int(a) - 40000 + base): word for a, word in image.items()}}
    with replayed(moved, unit=1) as port:
        with pytest.raises(Exception, match="Error scanning SunSpec base addresses"):
            scanned(port, 1)
        _, reading = ask(port, bases=(30000,))
    with replayed({"holding": image}, unit=1) as port:
        assert reading.values == ask(port)[1].values

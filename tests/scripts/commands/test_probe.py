"""tepos probe against images of real devices, served by another implementer's server, and against what is no device."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

import pytest

from tests.collector.sunspec.oracle import quantities, scanned
from tests.peers import device_image, free_port, replayed
from tests.scripts.commands.runner import Ended, each, tepos

KEYS = ["host", "port", "unit", "framer", "map", "manufacturer", "model", "serial", "firmware", "requests",
        "quantities", "inputs", "problems"]  # fmt: skip


def probed(image: str, *options: object, unit: int = 1) -> dict[str, Any]:
    """The document of one image."""
    with replayed(device_image(image), unit=unit) as port:
        ended = tepos("probe", f"127.0.0.1:{port}", "--json", *options)
    assert (ended.code, ended.err) == (0, "")
    found: dict[str, Any] = ended.json
    assert list(found) == KEYS
    assert (found["host"], found["port"], found["unit"], found["framer"]) == ("127.0.0.1", port, unit, "tcp")
    return found


def fields(found: dict[str, Any]) -> dict[str, float | str | None]:
    """Field -> value, the inputs' too; every figure has the agreed form."""
    inputs = [
        (f"{name}_{one['input']}", figure) for one in found["inputs"] for name, figure in one.items() if name != "input"
    ]
    for name, figure in [*found["quantities"].items(), *inputs]:
        missing = figure["value"] is None
        addressed = not missing and name in found["quantities"]
        assert set(figure) == {"value", "unit"} | ({"reason"} if missing else set()) | (
            {"address"} if addressed else set()
        )
        assert not isinstance(figure["value"], int)
    return {name: figure["value"] for name, figure in [*found["quantities"].items(), *inputs]}


SUNSPEC = [
    ("basjes_sma_sb36_20250518.json", 126, ()),
    ("basjes_sma_sb36_20250608_night.json", 126, ()),
    ("solarnetwork_sma_stp_103_05.json", 126, ()),
    ("basjes_emulated_der_70x.json", 126, ()),
    ("solarnetwork_outback_der_70x.json", 1, ()),
    ("solarnetwork_fronius_symo_3_113.json", 1, ()),
    ("solarnetwork_fronius_ig_plus_101_a.json", 1, ()),
    ("solarnetwork_rainwise_pvmet500_307_302_303.json", 1, ()),
    ("solarnetwork_veris_e51c2_203.json", 1, ()),
    ("solarnetwork_solaredge_se33k_103_01.json", 1, ("--base", 0)),
]


@pytest.mark.peers
@pytest.mark.parametrize(("image", "unit", "options"), SUNSPEC)
def test_a_sunspec_device_says_what_pysunspec2_reads_from_it(
    image: str, unit: int, options: tuple[object, ...]
) -> None:
    with replayed(device_image(image), unit=unit) as port:
        oracle = quantities(scanned(port, unit))
        ended = tepos("probe", f"127.0.0.1:{port}", "--unit", unit, "--json", *options)
    assert (ended.code, ended.err) == (0, "")
    said = fields(ended.json)
    common = said.keys() & oracle.keys()
    assert len(common) >= 5
    assert {f: said[f] for f in common} == {
        f: pytest.approx(v, rel=1e-9) if isinstance(v, float | int) else v for f, v in oracle.items() if f in common
    }
    assert {f for f in oracle.keys() - common if oracle[f] is not None} == set()


@pytest.mark.peers
def test_by_night_the_power_is_missing_with_its_reason_and_the_counter_is_there() -> None:
    found = probed("basjes_sma_sb36_20250608_night.json", unit=126)
    assert found["quantities"]["pac"] == {"value": None, "unit": "W", "reason": "not available (0x8000)"}
    assert found["quantities"]["energy_ac_total"]["value"] > 30_000_000


@pytest.mark.peers
def test_a_meter_at_base_50000_whose_model_is_too_short_still_gives_what_it_has() -> None:
    found = probed("solarnetwork_accuenergy_acuvim2_204_base50000.json")
    said = fields(found)
    assert said["v_ac_ln_a"] is not None
    assert said["frequency"] is not None


@pytest.mark.peers
def test_an_image_with_holes_gives_what_could_be_read_and_lists_the_rest() -> None:
    found = probed("evcc15445_solaredge_meter_203.json")
    said = fields(found)
    assert any(value is not None for value in said.values())
    assert found["problems"]
    assert all(set(problem) == {"address", "what"} for problem in found["problems"])


@pytest.mark.peers
@pytest.mark.parametrize(
    ("image", "unit", "map_name", "pac"),
    [
        ("goodwe_dt_gw20k_sdt_20.json", 127, "goodwe_dt", 4461.0),
        ("goodwe_et_gw6000_eh.json", 247, "goodwe_et", 1561.0),
    ],
)
def test_a_goodwe_is_recognised_by_its_name_plate(image: str, unit: int, map_name: str, pac: float) -> None:
    found = probed(image, "--unit", unit, unit=unit)
    assert (found["map"], found["manufacturer"], fields(found)["pac"]) == (map_name, "GoodWe", pac)


@pytest.mark.peers
def test_an_image_without_name_plate_is_read_by_the_map_that_is_named() -> None:
    found = probed("goodwe_dt_gw5000d_ns.json", "--map", "goodwe_dt", unit=127)
    assert found["map"] == "goodwe_dt"
    assert fields(found)["energy_ac_total"] is not None


@pytest.mark.peers
def test_the_huawei_frame_says_what_its_owner_read_on_the_display() -> None:
    said = fields(probed("issue_huawei507_sun2000_daytime_32064.json", "--map", "huawei_sun2000"))
    wanted = {"pac": 372.0, "temp_cabinet": 35.2, "frequency": 49.99, "energy_ac_total": 4_727_480.0,
              "energy_ac_day": 1200.0}  # fmt: skip
    assert {field: said[field] for field in wanted} == wanted


@pytest.mark.peers
def test_the_noise_of_32_bit_floats_is_exact_in_json_and_hidden_from_people() -> None:
    with replayed(device_image("solarnetwork_eastron_sdm630.json")) as port:
        words = ("probe", f"127.0.0.1:{port}", "--map", "eastron_sdm630")
        document, shown = tepos(*words, "--json"), tepos(*words)
    value = document.json["quantities"]["v_ac_ln_a"]["value"]
    assert len(str(value)) > 10
    assert (shown.code, shown.err) == (0, "")
    assert f"v_ac_ln_a {value:.6g} V" in shown.said
    assert str(value) not in shown.out


@pytest.mark.peers
def test_people_see_name_plate_values_inputs_and_what_is_missing() -> None:
    with replayed(device_image("basjes_sma_sb36_20250518.json"), unit=126) as port:
        shown = tepos("probe", f"127.0.0.1:{port}", "--unit", 126, env={"COLUMNS": 80})
        french = tepos("probe", f"127.0.0.1:{port}", "--unit", 126, env={"TEPOS_LANG": "fr"})
    assert shown.out.startswith("SMA SB3.6-1AV-41 3005067415 4.01.15.R  (map sunspec, unit 126")
    assert "pac 3680 W 40199 active AC power" in shown.said
    assert "1 2210 W 301 V 7.3 A" in shown.said
    assert "missing, not available (0xFFFF): v_ac_ln_b" in shown.said
    assert max(map(len, shown.out.split("missing")[0].splitlines()[1:])) <= 80
    assert "puissance active côté réseau" in french.out


WRONG: dict[tuple[str, ...], str] = dict(
    [
        ((), "Which device?"),
        (("127.0.0.1:abc",), "no HOST:PORT"),
        (("127.0.0.1:0",), "no HOST:PORT"),
        (("127.0.0.1:70000",), "no HOST:PORT"),
        (("127.0.0.1:²",), "no HOST:PORT"),
        (("[::1",), "no HOST:PORT"),
        ((":502",), "no HOST:PORT"),
        (("http://127.0.0.1:502",), "no HOST:PORT"),
        (("127.0.0.1", "--map", "nosuch"), "known are eastron_sdm120"),
        (("127.0.0.1", "--framer", "rtu"), "RTU"),
        (("--serial", "/dev/ttyUSB0", "--baud", "9600", "--unit", "1"), "RTU"),
        (("127.0.0.1", "--framer", "ascii"), "known are tcp, rtu"),
        (("127.0.0.1", "--unit", "256"), "--unit"),
    ]
)


@cache
def wrong() -> dict[tuple[str, ...], Ended]:
    return dict(zip(WRONG, each([("probe", *words, "--json") for words in WRONG]), strict=True))


@pytest.mark.parametrize("words", WRONG)
def test_a_wrong_argument_ends_with_2_and_says_what_is_right(words: tuple[str, ...]) -> None:
    ended = wrong()[words]
    assert (ended.code, ended.out) == (2, "")
    assert WRONG[words] in ended.err


@contextmanager
def host(answer: bytes | None) -> Iterator[int]:
    """A host that is no Modbus device: sends these bytes to whatever comes, or closes at once (None)."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(client: socket.socket) -> None:
        with client, suppress(OSError):
            while answer is not None and client.recv(1000):
                client.sendall(answer)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


@pytest.mark.parametrize(
    ("answer", "timeout", "told"),
    [
        (b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", 3, "does not speak Modbus"),
        (None, 3, "closes it at once"),
        (b"", 0.3, "no unit answered"),
    ],
)
def test_what_is_no_modbus_device_ends_with_1_and_is_named(answer: bytes | None, timeout: float, told: str) -> None:
    with host(answer) as port:
        ended = tepos("probe", f"127.0.0.1:{port}", "--timeout", timeout, "--json")
    assert (ended.code, ended.out) == (1, "")
    assert told in ended.err
    assert f"127.0.0.1:{port}" in ended.err


def test_where_nobody_listens_the_way_to_the_fault_is_told() -> None:
    port = free_port()
    ended = tepos("probe", f"localhost:{port}")
    assert (ended.code, ended.out) == (1, "")
    assert f"localhost:{port}: cannot connect" in ended.err
    assert "is the address right" in ended.err


def test_an_ipv6_address_is_understood_with_and_without_a_port() -> None:
    for words, place in (("[::1]:1", "::1:1"), ("::1", "::1:502")):
        ended = tepos("probe", words, "--timeout", "0.2")
        assert ended.code == 1
        assert place in ended.err


@pytest.mark.peers
def test_a_unit_that_does_not_answer_brings_the_advice_to_leave_it_away() -> None:
    with replayed(device_image("goodwe_dt_gw5000_ms.json"), unit=127) as port:
        ended = tepos("probe", f"127.0.0.1:{port}", "--unit", 9, "--timeout", "1", "--json")
    assert (ended.code, ended.out) == (1, "")
    assert "unit 9" in ended.err
    assert "Without --unit" in ended.err


def test_stdout_on_a_latin_terminal_is_still_json() -> None:
    ended = tepos("devices", "--json", env={"PYTHONIOENCODING": "latin-1"})
    assert json.loads(ended.out)
    assert tepos("devices", env={"PYTHONIOENCODING": "ascii", "TEPOS_LANG": "en"}).code == 0

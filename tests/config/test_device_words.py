"""The words of the makers: complete, in two languages, of causes that exist; unknown codes are told, not guessed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sunspec2 import __file__ as sunspec2

from collector.sunspec.models import definition
from config import load_maps
from config.device import DeviceMap
from config.device_words import CAUSES, device_words, fault_words, read_words, state_word
from config.language import speaking
from config.quantities import Role
from models.pv.diagnosis.cause import Cause
from tests.peers import device_image

INVERTERS = [name for name, m in load_maps().items() if not isinstance(m, DeviceMap) or m.role is Role.INVERTER]


def test_every_map_of_inverters_has_words() -> None:
    assert set(device_words()) == set(INVERTERS)


def test_every_cause_is_one_of_the_diagnosis() -> None:
    assert {Cause(word) for word in CAUSES} <= set(Cause)


@pytest.mark.parametrize("name", [name for name in INVERTERS if name != "sunspec"])
def test_every_state_of_a_map_is_translated(name: str) -> None:
    device_map = load_maps()[name]
    assert isinstance(device_map, DeviceMap)
    states = device_map.states[device_map.quantities["state"].states or ""]
    assert all(state_word(name, state) for state in states.values())


@pytest.mark.parametrize(("model", "point"), [(103, "St"), (103, "Evt1"), (113, "St"), (701, "InvSt"), (701, "Alrm")])
def test_every_symbol_that_sunspec_names_is_translated(model: int, point: str) -> None:
    body = json.loads((Path(sunspec2).parent / "models" / "json" / f"model_{model}.json").read_text())["group"]
    symbols = next(p for p in body["points"] if p["name"] == point)["symbols"]
    for symbol in symbols:
        if point in ("Evt1", "Alrm"):
            (word,) = fault_words("sunspec", 1 << symbol["value"])
            assert word.maker_code == f"{symbol['value']} {symbol['name']}"
        else:
            assert state_word("sunspec", symbol["name"])


def test_each_bit_of_a_field_is_a_word_of_its_own() -> None:
    causes = [word.cause for word in fault_words("goodwe_dt", (1 << 18) | (1 << 12))]
    assert causes == ["fan", "insulation"]


def test_an_alarm_word_of_huawei_names_the_makers_numbers() -> None:
    words = fault_words("huawei_sun2000", 0b10, "alarms_a") + fault_words("huawei_sun2000", 0b101, "alarms_b")
    assert [(word.maker_code, word.cause) for word in words] == [
        ("2002 DC Arc Fault", "arc"),
        ("2051 Abnormal Residual Current", "earth_leakage"),
        ("2062 Low Insulation Resistance", "insulation"),
    ]


def test_no_fault_says_nothing() -> None:
    assert fault_words("sunspec", 0.0) == ()


@pytest.mark.parametrize("name", ["huawei_sun2000", "goodwe_et", "a_map_of_the_town"])
def test_an_unknown_code_is_told_with_its_number_and_never_guessed(name: str) -> None:
    words = fault_words(name, 1 << 26)
    assert [word.known for word in words] == [False]
    assert words[0].cause is None
    assert words[0].maker_code in words[0].fr


def test_words_follow_the_language_of_the_reader() -> None:
    (word,) = fault_words("sunspec", 1 << 7)
    with speaking("fr"):
        assert word.words == "surchauffe de l'onduleur"
    with speaking("en"):
        assert word.words == "inverter too hot"


def test_every_word_is_written_in_both_languages_and_has_a_source() -> None:
    for table in device_words().values():
        assert table.source
        for word in (*table.states.values(), *table.codes.values()):
            assert len({word.fr, word.en} - {""}) == 2


def test_a_cause_that_does_not_exist_is_a_fault_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text(
        'maps = ["x"]\nmaker = "X"\nsource = "s"\ncodes_are = "bits"\n'
        '[states]\nA = { fr = "à", en = "a", cause = "ghosts" }\n[codes]\n'
    )
    tables, faults = read_words(tmp_path)
    assert [fault.key for fault in faults] == ["states.A.cause"]
    assert "x" in tables


SUNSPEC_IMAGES = [
    "basjes_emulated_der_70x.json",
    "basjes_sma_sb36_20250518.json",
    "basjes_sma_sb36_20250608_night.json",
    "solarnetwork_fronius_ig_plus_101_a.json",
    "solarnetwork_fronius_symo_3_113.json",
    "solarnetwork_outback_der_70x.json",
    "solarnetwork_sma_stp_103_05.json",
    "solarnetwork_solaredge_se33k_103_01.json",
    "solarnetwork_solaredge_se33k_103_03.json",
]


@pytest.mark.peers
@pytest.mark.parametrize("image", SUNSPEC_IMAGES)
def test_what_real_devices_said_is_understood_and_no_sound_one_has_a_fault_of_its_own(image: str) -> None:
    told = json.loads(device_image(image).read_text())
    words = {int(address): word for address, word in told["holding"].items()}
    causes: set[str | None] = set()
    for model, _length, address in (one for one in told["sunspec"]["models"] if one[0] in (101, 103, 113, 701)):
        points = definition(model).points
        at = address + points["Alrm" if model == 701 else "Evt1"].offset
        events = words[at] << 16 | words[at + 1]
        causes |= {word.cause for word in fault_words("sunspec", events if events != 0xFFFFFFFF else 0) if word.known}
        state = points["InvSt" if model == 701 else "St"]
        number = words[address + state.offset]
        assert number == 0xFFFF or state_word("sunspec", state.symbols[number])
    assert causes == ({"grid_trips"} if "outback" in image else set())  # OutBack's had no grid when it was saved

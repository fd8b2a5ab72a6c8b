"""tepos simulate: an image or a town, served until told to stop."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from tests.peers import device_image, free_port, free_ports
from tests.scripts.commands.runner import Ended, each, running, tepos, town_folder


@pytest.mark.peers
def test_an_image_is_served_where_it_says_and_ends_with_0_on_sigterm() -> None:
    port = free_port()
    with running("simulate", "--image", device_image("basjes_sma_sb36_20250518.json"), "--port", port) as server:
        server.wait_for(f"127.0.0.1:{port}\n")
        found = tepos("probe", f"127.0.0.1:{port}", "--json")
        taken = tepos("simulate", "--image", device_image("basjes_sma_sb36_20250518.json"), "--port", port)
        ended = server.end()
    assert (found.code, found.json["quantities"]["pac"]["value"]) == (0, 3680.0)
    assert (taken.code, taken.out) == (1, "")
    assert f"cannot listen on 127.0.0.1:{port}" in taken.err
    assert (ended.code, ended.err) == (0, "")


def test_a_town_on_loopback_is_served_on_its_own_ports_and_can_be_collected(tmp_path: Path) -> None:
    first, second = free_ports(2)
    town = town_folder(tmp_path / "town", [("inv", "sunspec", first, 126), ("meter", "eastron_sdm630", second, 1)])
    with running("simulate", "--town", town, "--fault", f"to-{second}:late:seconds=0.01") as server:
        said = server.wait_for("hall/meter")
        assert f"127.0.0.1:{first} unit 126 sunspec hall/inv" in said
        assert "SIMULATED DATA" in said
        ended = tepos("collect", "--once", "--town", town, "--data", tmp_path / "data")
        assert (ended.code, ended.err) == (0, "")
        assert server.end().code == 0


def test_a_town_is_served_from_the_port_that_is_given(tmp_path: Path) -> None:
    town = town_folder(tmp_path, [("inv", "sunspec", 502, 126), ("meter", "eastron_sdm630", 503, 1)])
    port, _next = free_ports(2)
    with running("simulate", "--town", town, "--port", port) as server:
        said = server.wait_for("hall/meter")
    assert [int(found) for found in re.findall(r"127\.0\.0\.1:(\d+)", said)] == [port, port + 1]


WRONG: dict[tuple[str, ...], str] = dict(
    [
        ((), "either --image FILE or --town DIR"),
        (("--image", "a.json", "--town", "b"), "either --image FILE or --town DIR"),
        (("--image", "nowhere.json"), "nowhere.json"),
        (("--image", "pyproject.toml"), "no JSON"),
        (("--image", "config"), "config"),
        (("--town", "nowhere"), "no such folder"),
        (("--town", "config/towns/example", "--fault", "mairie/inv-1:melts"), "is no fault"),
        (("--town", "config/towns/example", "--fault", "mairie/inv-1:derating:to=much"), "'to=much'"),
        (("--town", "config/towns/example", "--fault", "mairie/inv-9:silent"), "mairie/inv-9"),
        (("--image", "a.json", "--fault", "mairie/inv-1:silent"), "--fault needs --town"),
        (("--town", "config/towns/example", "--port", "65535"), "beyond 65535"),
    ]
)


@cache
def wrong() -> dict[tuple[str, ...], Ended]:
    return dict(zip(WRONG, each([("simulate", *words) for words in WRONG]), strict=True))


@pytest.mark.parametrize("words", WRONG)
def test_what_cannot_be_served_ends_with_2(words: tuple[str, ...]) -> None:
    ended = wrong()[words]
    assert (ended.code, ended.out) == (2, "")
    assert WRONG[words] in ended.err

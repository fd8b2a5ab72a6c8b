"""The demo's picture: what is missing is not 0, and a small terminal still shows the whole town."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from scripts.board import board, summary

NOW = 1_763_812_800_000


def device(path: str, pac: float | None, error: str = "", **values: Any) -> dict[str, Any]:
    return {"path": path, "model": "SIM", "map": "sunspec", "error": error, "last_sample": NOW - 4000,
            "values": {"pac": pac, **values}}  # fmt: skip


def status(*devices: dict[str, Any]) -> dict[str, Any]:
    return {"devices": list(devices), "spool": {"queued": 3}, "simulated": True}


def drawn(state: dict[str, Any], height: int | None = None) -> list[str]:
    console = Console(width=100, color_system=None)
    with console.capture() as captured:
        console.print(board(state, NOW, height))
    return [" ".join(line.split()) for line in captured.get().splitlines()]


def test_it_begins_with_the_notice_and_the_summary() -> None:
    lines = drawn(status(device("hall/a", 1500.0, state="MPPT"), device("hall/b", None)))
    assert lines[0] == "SIMULATED DATA: invented by a computer, measured nowhere."
    assert lines[1] == "2 of 2 devices answer, 1.5 kW together; samples that wait: 3"
    assert "hall/a SIM 1.50 – 4 s MPPT" in lines
    assert "hall/b SIM – – 4 s" in lines


def test_missing_power_is_not_0() -> None:
    assert ", – kW together" in summary(status(device("hall/a", None)))
    assert "hall 1/1 – –" in drawn(status(device("hall/a", None)), height=5)


def test_the_power_of_a_silent_device_is_no_power_of_now() -> None:
    state = status(device("hall/a", 1000.0), device("hall/b", 500.0, error="no answer"))
    assert summary(state).startswith("1 of 2 devices answer, 1.0 kW together")


def test_a_terminal_with_too_few_lines_gets_one_line_per_site() -> None:
    devices = [device(f"site-{n % 3}/inv-{n}", 1000.0, energy_ac_day=2000.0, state="MPPT") for n in range(30)]
    assert len(drawn(status(*devices), height=24)) <= 24
    assert "site-1 10/10 10.00 20.0 MPPT" in drawn(status(*devices), height=24)
    assert "site-1/inv-1 SIM 1.00 2.0 4 s MPPT" in drawn(status(*devices), height=40)


def test_the_days_energy_of_a_site_is_missing_when_one_of_its_inverters_does_not_say_it() -> None:
    state = status(device("hall/a", 1.0, energy_ac_day=2000.0), device("hall/b", 1.0, energy_ac_day=None))
    assert "hall 2/2 0.00 –" in drawn(state, height=5)

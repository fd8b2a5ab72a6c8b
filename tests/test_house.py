"""The rules of the house, held by a machine: the project keeps them, and each of them can fail."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests import house
from tests.house import Rule, violations

ROOT = Path(__file__).parent.parent
PACKAGES = ("collector", "models", "dashboards", "config", "scripts")
TOP_LEVEL = {*PACKAGES, "tests", ".ci", ".gitignore", "pyproject.toml", "README.md", "CHANGELOG.md"}

TREE = '"""\nA\n├── B    what for\n│   └── C\n"""\nclass A(Exception): ...\nclass B(A): ...\n'
CODES = "class Function(IntEnum):\n A = 1\n B = 2\n C = 3\n D = {}\n"

BREAKS: list[tuple[Rule, str, str]] = [
    (house.foreign_drivers, "scripts/simulator/server.py", "from pymodbus.client import AsyncModbusTcpClient"),
    (house.foreign_drivers, "scripts/simulator/server.py", "from pymodbus import client"),
    (house.foreign_drivers, "collector/link.py", "import pymodbus.server as served"),
    (house.foreign_drivers, "collector/spool.py", "def f():\n import influxdb_client"),
    (house.foreign_drivers, "models/pv/fleet.py", "import pvlib"),
    (house.foreign_drivers, "scripts/jobs.py", "import apscheduler.schedulers"),
    (house.foreign_drivers, "dashboards/views.py", "from rich.table import Table"),
    (house.foreign_drivers, "collector/sunspec.py", "import sunspec2.modbus.client"),
    (house.clock_readers, "collector/a.py", "time.time()"),
    (house.clock_readers, "collector/a.py", "def f(now=time.time): ..."),
    (house.clock_readers, "models/a.py", "dt.datetime.now(dt.UTC)"),
    (house.clock_readers, "models/a.py", "pd.Timestamp.now()"),
    (house.clock_readers, "models/a.py", "from time import time"),
    (house.stray_errors, "collector/a.py", "class Bad(ValueError): ..."),
    (house.stray_errors, "collector/a.py", "class Bad(Exception): ..."),
    (house.undrawn_errors, "errors.py", TREE),
    (house.undrawn_errors, "errors.py", TREE + "class C(A): ..."),
    (house.undrawn_errors, "errors.py", TREE + "class C(B): ...\nclass D(A): ..."),
    (house.writers, "a.py", "client.write_register(1, 2)"),
    (house.writers, "a.py", "from pymodbus import mask_write_register"),
    (house.writers, "a.py", "def write_coils(): ..."),
    (house.askable, "link.py", CODES.format(6)),
    (house.askable, "link.py", CODES.format(4) + "AsyncModbusTcpClient.write_coil"),
    (house.askable, "link.py", CODES.format(4) + "client.execute(False, request)"),
    (house.undocumented, "a.py", '"""M."""\ndef f(): ...'),
    (house.undocumented, "a.py", '"""M."""\nclass A:\n "A."\n async def f(self): ...'),
    (house.undocumented, "a.py", "x = 1"),
    (house.too_long, "a.py", "x\n" * 401),
    (house.empty_names, "collector/store/utils.py", ""),
    (house.empty_names, "tests/sql_helper.py", ""),
    (house.machine_words, "a.py", "/".join(["x = '", "work", "main'"])),
    (house.machine_words, "a.md", " ".join(["see issue", "2"])),
]
KEEPS: list[tuple[Rule, str, str]] = [
    (house.foreign_drivers, "collector/link.py", "from pymodbus.client import AsyncModbusTcpClient"),
    (house.foreign_drivers, "scripts/simulator/server.py", "import pymodbus.server"),
    (house.foreign_drivers, "collector/poller.py", "import pymodbus_of_another_name"),
    (house.foreign_drivers, "collector/store/influx.py", "import influxdb_client"),
    (house.foreign_drivers, "models/pv/sun.py", "import pvlib"),
    (house.foreign_drivers, "scripts/commands/status.py", "from rich.table import Table"),
    (house.foreign_drivers, "collector/sunspec.py", "import sunspec2"),
    (house.clock_readers, "collector/a.py", "def f(now): return now(), time.monotonic()"),
    (house.clock_readers, "models/a.py", "datetime.fromisoformat(x), pd.Timestamp(x)"),
    (house.stray_errors, "collector/a.py", "class Good(LinkError): ..."),
    (house.stray_errors, "collector/errors.py", "class CollectorError(Exception): ..."),
    (house.undrawn_errors, "errors.py", TREE + "class C(B): ..."),
    (house.writers, "a.py", "client.read_holding_registers(1), file.write(b'')"),
    (house.writers, "a.py", "def write_cycle(): ..."),
    (house.askable, "link.py", CODES.format(4) + "AsyncModbusTcpClient.read_coils"),
    (house.undocumented, "a.py", '"""M."""\ndef f():\n "Does."\ndef _g(): ...'),
    (house.undocumented, "a.py", '"""M."""\nclass A:\n "A."\n def __str__(self): ...'),
    (house.undocumented, "__init__.py", ""),
    (house.too_long, "a.py", "x\n" * 400),
    (house.empty_names, "collector/commonplace.py", ""),
    (house.machine_words, "a.py", "network/main, an issue of the day"),
]


def files() -> list[str]:
    """Paths that belong to the project: what git tracks; before the first commit, what it would track."""

    def git(*options: str) -> list[str]:
        command = ["git", "-c", "safe.directory=*", "-C", str(ROOT), "ls-files", "-z", *options]
        try:
            answer = subprocess.run(command, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            return []
        return [name for name in answer.stdout.split("\0") if name and (ROOT / name).is_file()]

    found = git() or git("--others", "--exclude-standard")
    if not found:
        pytest.skip("not a git checkout: nobody can say which files belong to the project")
    return found


def sources(*folders: str) -> Iterator[tuple[str, str]]:
    """(path, text) of the Python files below these folders."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path.read_text("utf-8")


@pytest.mark.parametrize(("rule", "path", "text"), BREAKS)
def test_each_rule_finds_what_breaks_it(rule: Rule, path: str, text: str) -> None:
    assert list(rule(path, text)) != []


@pytest.mark.parametrize(("rule", "path", "text"), KEEPS)
def test_each_rule_leaves_alone_what_keeps_it(rule: Rule, path: str, text: str) -> None:
    assert list(rule(path, text)) == []


def test_every_rule_is_proved_both_ways() -> None:
    rules = {rule for rule in vars(house).values() if getattr(rule, "__module__", "") == house.__name__} - {violations}
    assert {rule for rule, _path, _text in BREAKS} == rules == {rule for rule, _path, _text in KEEPS}


def test_the_top_level_is_the_one_that_was_agreed() -> None:
    assert {name.split("/")[0] for name in files()} == TOP_LEVEL


def test_each_driver_library_is_imported_in_its_home_only() -> None:
    assert violations(house.foreign_drivers, sources(*PACKAGES)) == []


def test_no_installed_package_hides_one_of_ours() -> None:
    owners = packages_distributions()
    assert {name: set(owners.get(name, ())) - {"tepos"} for name in (*PACKAGES, "tests")} == {
        name: set() for name in (*PACKAGES, "tests")
    }


def test_only_scripts_reads_the_wall_clock() -> None:
    assert violations(house.clock_readers, sources("collector", "models", "dashboards", "config")) == []


def test_every_error_of_the_collector_is_a_collector_error() -> None:
    assert violations(house.stray_errors, sources("collector")) == []


def test_the_tree_of_errors_is_drawn_as_it_is_coded() -> None:
    assert violations(house.undrawn_errors, [("errors.py", (ROOT / "collector/errors.py").read_text("utf-8"))]) == []


def test_the_product_names_no_modbus_request_that_writes() -> None:
    assert violations(house.writers, sources(*PACKAGES)) == []


def test_the_link_can_ask_with_function_codes_1_to_4_only() -> None:
    assert violations(house.askable, [("link.py", (ROOT / "collector/link.py").read_text("utf-8"))]) == []


def test_every_public_thing_says_what_it_is_for() -> None:
    assert violations(house.undocumented, sources(*PACKAGES)) == []


def test_no_module_is_longer_than_400_lines() -> None:
    assert violations(house.too_long, sources(*PACKAGES)) == []


def test_every_file_name_is_a_concept() -> None:
    assert violations(house.empty_names, ((name, "") for name in files())) == []


def test_no_file_knows_the_machine_or_the_tracker_it_was_written_with() -> None:
    def texts() -> Iterator[tuple[str, str]]:
        for name in files():
            data = (ROOT / name).read_bytes()
            if b"\0" not in data:
                yield name, data.decode("utf-8", "replace")

    assert violations(house.machine_words, texts()) == []


def test_every_device_map_loads_under_its_file_name() -> None:
    from config import load_maps

    assert sorted(load_maps()) == sorted(path.stem for path in (ROOT / "config/devices").glob("*.toml"))


def commands() -> list[str]:
    """Every command of the command line, as `collect` or `queue status`."""
    import typer

    from scripts.cli import app

    def below(command: object, name: str) -> Iterator[str]:
        children = getattr(command, "commands", None)
        if not children:
            yield name.strip()
        for child, inner in (children or {}).items():
            yield from below(inner, f"{name} {child}")

    return list(below(typer.main.get_command(app), ""))


def unnamed_commands(names: Iterable[str], readme: str) -> list[str]:
    """Commands that no line of the README names; sub-commands may share a line, as `tepos queue status|verify`."""
    lines = readme.splitlines()
    return [
        name
        for name in names
        if not any(
            f"tepos {name.split()[0]}" in line and re.search(rf"\b{re.escape(name.split()[-1])}\b", line)
            for line in lines
        )
    ]


def test_a_command_that_the_readme_forgets_is_found() -> None:
    readme = "| `tepos probe` | asks |\n| `tepos queue status\\|verify` | the spool |"
    assert unnamed_commands(["probe", "queue status", "queue requeue", "bench"], readme) == ["queue requeue", "bench"]


def test_the_readme_names_every_command() -> None:
    names = commands()
    assert len(names) > 5
    assert unnamed_commands(names, (ROOT / "README.md").read_text("utf-8")) == []

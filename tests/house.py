"""The rules of the house as functions: each takes a file's path and text and lists what breaks the rule.

tests/test_house.py runs them over the project, and over examples that prove that each can fail.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Iterable, Iterator

Rule = Callable[[str, str], Iterable[str]]

NOWHERE: tuple[str, ...] = ()

# Each driver or service library has one home. The longest prefix decides; a folder ends with a slash.
HOMES = {
    "pymodbus": ("collector/link.py", "scripts/simulator/server.py", "scripts/bench/bare.py"),
    "pymodbus.client": ("collector/link.py", "scripts/bench/bare.py"),  # bare: what the link is measured against
    "pymodbus.server": ("scripts/simulator/server.py",),
    "pymodbus.simulator": ("scripts/simulator/server.py",),
    "influxdb_client": ("collector/store/influx.py",),
    "pvlib": ("models/pv/sun.py", "models/pv/expected/"),
    "pvlib.iotools": ("collector/weather/",),
    "pvanalytics": ("models/pv/quality/",),
    "requests": ("collector/weather/", "collector/channels/"),
    "smtplib": ("collector/channels/",),
    "apprise": ("collector/channels/",),
    "rdtools": ("models/pv/diagnosis/degradation.py",),
    "fastapi": ("dashboards/web/",),
    "starlette": ("dashboards/web/",),
    "uvicorn": ("scripts/",),
    "jinja2": ("dashboards/web/", "dashboards/reports/"),
    "weasyprint": ("dashboards/reports/",),
    "xlsxwriter": ("dashboards/reports/",),
    "grafana_api": ("dashboards/grafana/",),
    "grafana_foundation_sdk": ("dashboards/boards/",),
    "sunspec2.modbus": NOWHERE,  # its definitions are data, its client writes
    "apscheduler": ("scripts/scheduler.py",),
    "babel": ("config/language.py", "config/formats.py"),
    "typer": ("scripts/",),
    "click": ("scripts/",),
    "rich": ("scripts/",),
}
WALL_CLOCK = {
    "time.time", "time.time_ns", "time.ctime", "time.localtime", "time.gmtime", "datetime.now", "datetime.utcnow",
    "datetime.today", "date.today", "Timestamp.now", "Timestamp.today", "Timestamp.utcnow",
}  # fmt: skip
WRITES = re.compile(r"(mask_)?write_(single_|multiple_)?(register|coil|file_record)s?|readwrite_registers")
MACHINE = re.compile(r"/(?:work|root|tmp/contract|home/\w+)\b|\bissues? #?\d")


def violations(rule: Rule, texts: Iterable[tuple[str, str]]) -> list[str]:
    """All that a rule finds, as `path: what`."""
    return [f"{path}: {found}" for path, text in texts for found in rule(path, text)]


def foreign_drivers(path: str, source: str) -> Iterator[str]:
    """Imports of a library outside of its home."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for module in modules:
            prefixes = [p for p in HOMES if f"{module}.".startswith(f"{p}.")]
            homes = HOMES[max(prefixes, key=len)] if prefixes else (path,)
            if not any(path == home or (home.endswith("/") and path.startswith(home)) for home in homes):
                yield f"line {node.lineno} imports {module}"


def clock_readers(path: str, source: str) -> Iterator[str]:
    """Uses of the wall clock, called or handed on."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            name = ast.unparse(node)
            if any(name == clock or name.endswith(f".{clock}") for clock in WALL_CLOCK):
                yield f"line {node.lineno} uses {name}"
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            yield from (f"line {node.lineno} imports {a.name}" for a in node.names if f"time.{a.name}" in WALL_CLOCK)


def stray_errors(path: str, source: str) -> Iterator[str]:
    """Exception classes of the collector that do not come from CollectorError."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and node.name != "CollectorError" and node.bases:
            kinds = [getattr(builtins, ast.unparse(base), None) for base in node.bases]
            if all(isinstance(kind, type) and issubclass(kind, BaseException) for kind in kinds):
                yield f"line {node.lineno}: {node.name} is no CollectorError"


def undrawn_errors(path: str, source: str) -> Iterator[str]:
    """Error classes whose place in the tree drawn at the head of the file is not their place in the code."""
    module = ast.parse(source)
    drawn: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    for line in (ast.get_docstring(module) or "").splitlines():
        if match := re.match(r"[│├└─ ]*(?=[A-Z]\w*( {2}|$))(\w+)", line):
            above = [(column, name) for column, name in above if column < match.start(2)]
            drawn[match[2]] = above[-1][1] if above else "Exception"
            above.append((match.start(2), match[2]))
    coded = {n.name: ast.unparse(n.bases[0]) for n in module.body if isinstance(n, ast.ClassDef) and n.bases}
    for name in sorted(drawn.keys() | coded.keys()):
        if drawn.get(name) != coded.get(name):
            yield f"{name}: drawn under {drawn.get(name)}, coded under {coded.get(name)}"


def writers(path: str, source: str) -> Iterator[str]:
    """Names of Modbus requests that write."""
    for node in ast.walk(ast.parse(source)):
        for name in (getattr(node, "id", None), getattr(node, "attr", None), getattr(node, "name", None)):
            if isinstance(name, str) and WRITES.fullmatch(name):
                yield f"line {getattr(node, 'lineno', '?')} names {name}"


def askable(path: str, source: str) -> Iterator[str]:
    """In the link: function codes other than 1-4, and pymodbus requests other than the four that read."""
    reads = {"read_coils", "read_discrete_inputs", "read_holding_registers", "read_input_registers"}
    tree = ast.parse(source)
    codes = [n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "Function"]
    values = {ast.literal_eval(n.value) for c in codes for n in c.body if isinstance(n, ast.Assign)}
    if values != {1, 2, 3, 4}:
        yield f"the function codes are {sorted(values)}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            of_class = isinstance(node.value, ast.Name) and node.value.id == "AsyncModbusTcpClient"
            if node.attr == "execute" or (of_class and node.attr not in reads):
                yield f"line {node.lineno} uses {ast.unparse(node)}"


def undocumented(path: str, source: str) -> Iterator[str]:
    """Public modules with code, classes and functions without a docstring."""

    def below(node: ast.Module | ast.ClassDef) -> Iterator[str]:
        for child in node.body:
            if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and child.name[0] != "_":
                if not ast.get_docstring(child) and not any("overload" in ast.unparse(d) for d in child.decorator_list):
                    yield f"line {child.lineno}: {child.name} says nothing"
                if isinstance(child, ast.ClassDef):
                    yield from below(child)

    module = ast.parse(source)
    if module.body and not ast.get_docstring(module):
        yield "the module says nothing"
    yield from below(module)


def too_long(path: str, source: str) -> Iterator[str]:
    """Modules in which a second concept hides."""
    if (lines := len(source.splitlines())) > 400:
        yield f"{lines} lines"


def empty_names(path: str, source: str) -> Iterator[str]:
    """File and folder names that name no concept."""
    for word in re.findall(r"(?<![a-z])(?:utils?|helpers?|managers?|common|misc)(?![a-z])", path.lower()):
        yield f"{word} is no concept"


def machine_words(path: str, source: str) -> Iterator[str]:
    """Absolute paths of one machine and numbers of a tracker, which mean nothing to a reader."""
    for number, line in enumerate(source.splitlines(), 1):
        yield from (f"line {number}: {found}" for found in MACHINE.findall(line))

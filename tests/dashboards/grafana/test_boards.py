"""The boards as they are committed: built from the sources, kept by rules, and known to Grafana's own schema."""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dashboards.boards.__main__ import ALERTING, JSON, files
from tests.dashboards.grafana import linter

ROOT = Path(__file__).parents[3]
NODE = ROOT / "tests" / "node" / "node_modules"
BOARDS = [json.loads(path.read_text("utf-8")) for path in sorted(JSON.glob("*.json"))]
RULES = json.loads(ALERTING.read_text("utf-8"))
OPTIONS = {
    "stat": "stat/panelcfg/x/StatPanelCfg", "timeseries": "timeseries/panelcfg/x/TimeSeriesPanelCfg",
    "barchart": "barchart/panelcfg/x/BarChartPanelCfg", "table": "table/panelcfg/x/TablePanelCfg",
    "state-timeline": "statetimeline/panelcfg/x/StateTimelinePanelCfg", "text": "text/panelcfg/x/TextPanelCfg",
}  # fmt: skip
PLAIN = """type Plain<T> = T extends string ? `${T}` : T extends (infer U)[] ? Plain<U>[]
  : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;"""
"""JSON has the words of TypeScript's enumerations, not their names."""


def board(uid: str) -> Any:
    return next(each for each in BOARDS if each["uid"] == uid)


def test_building_again_gives_the_committed_bytes() -> None:
    assert [path.name for path, content in files() if path.read_bytes() != content] == []
    assert {path for path, _content in files()} == {*JSON.glob("*.json"), ALERTING}


def test_nothing_that_runs_imports_the_builders() -> None:
    packages = ("collector", "config", "dashboards", "models", "scripts")
    sources = [path for package in packages for path in (ROOT / package).rglob("*.py") if path.parent.name != "boards"]
    assert len(sources) > 100
    words = re.compile(r"(from|import) (dashboards\.boards|grafana_foundation_sdk)")
    assert [path for path in sources if words.search(path.read_text("utf-8"))] == []


def test_the_five_boards_are_there() -> None:
    names = ["pv-exploitation", "pv-onduleur", "pv-production", "pv-qualite", "pv-territoire"]
    assert [each["uid"] for each in BOARDS] == names == [path.stem for path in sorted(JSON.glob("*.json"))]


@pytest.mark.parametrize("rule", [linter.places, linter.words, linter.kinds, linter.sources, linter.answers])
def test_boards_keep_the_rules(rule: Callable[[Any], Any]) -> None:
    assert [f"{each['uid']}: {found}" for each in BOARDS for found in rule(each)] == []


def test_boards_are_told_apart_and_lead_to_each_other() -> None:
    assert list(linter.ids(BOARDS)) == []
    assert [found for each in BOARDS for found in linter.links(each, BOARDS)] == []
    assert sum(len(list(linter._addresses(each))) for each in BOARDS) == 2


def test_alert_rules_keep_the_rules_and_only_the_silence_of_tepos_is_not_paused() -> None:
    assert list(linter.rules(RULES, BOARDS)) == []
    assert [r["uid"] for r in RULES["groups"][0]["rules"] if not r["isPaused"]] == ["tepos-silencieux"]


BREAKS: list[tuple[Callable[[Any], Any], Callable[[Any], Any]]] = [
    (linter.places, lambda b: b["panels"][2]["gridPos"].update(x=22)),
    (linter.places, lambda b: b["panels"][2]["gridPos"].update(y=0)),
    (linter.words, lambda b: b["panels"][2].update(description="Power of all inverters")),
    (linter.words, lambda b: b["templating"]["list"][2].pop("label")),
    (linter.kinds, lambda b: b["panels"][2].update(type="singlestat")),
    (linter.kinds, lambda b: b["panels"][2]["fieldConfig"]["defaults"].update(unit="kWatt")),
    (linter.sources, lambda b: b["panels"][2]["datasource"].update(uid="P951FEA4DE68E13C5")),
    (linter.sources, lambda b: b["templating"]["list"].pop(0)),
    (linter.answers, lambda b: b["panels"][2].update(targets=[])),
    (linter.answers, lambda b: b["panels"][2]["targets"][0].update(query="SELECT 1 tz('Europe/Paris')")),
    (linter.answers, lambda b: b["panels"][2]["targets"][0]["datasource"].update(uid="${bilans}")),
    (lambda b: linter.links(b, BOARDS), lambda b: b["links"][0].update(keepTime=False)),
    (lambda b: linter.ids([b, *BOARDS]), lambda b: b.update(uid="new")),
    (lambda b: linter.ids([b]), lambda b: b["panels"][2].update(id=1)),
]


@pytest.mark.parametrize(("rule", "spoil"), BREAKS)
def test_each_rule_finds_what_breaks_it(rule: Callable[[Any], Any], spoil: Callable[[Any], Any]) -> None:
    spoilt = copy.deepcopy(board("pv-exploitation"))
    spoil(spoilt)
    assert list(rule(spoilt)) != []


def test_a_year_of_readings_and_links_that_lose_something_are_found() -> None:
    spoilt = copy.deepcopy(board("pv-production"))
    spoilt["panels"][2]["targets"][0]["query"] = 'SELECT mean("pac") FROM "sample" WHERE $timeFilter'
    assert any("reads readings" in found for found in linter.answers(spoilt))
    for old, new in (
        ("pv-onduleur?", "pv-nowhere?"),
        (":percentencode", ""),
        ("var-device", "var-other"),
        ("${__url_time_range}", ""),
    ):
        text = json.dumps(board("pv-exploitation")).replace(old, new)
        assert list(linter.links(json.loads(text), BOARDS)) != []


@pytest.mark.parametrize("change", [
    {"isPaused": False}, {"panelId": 999}, {"labels": {"site": "${SITE}"}}, {"title": "Relevés perdus"},
    {"condition": "Z"}, {"for": "1m"}, {"data": [{"refId": "C", "model": {"query": "SELECT 1 WHERE $site"}}]},
])  # fmt: skip
def test_alert_rules_that_break_a_rule_are_found(change: dict[str, Any]) -> None:
    spoilt = copy.deepcopy(RULES)
    spoilt["groups"][0]["rules"][1].update(change)
    assert list(linter.rules(spoilt, BOARDS)) != []


def typescript(folder: Path, boards: list[Any]) -> str:
    """What TypeScript has against the boards as Grafana's own types."""
    if shutil.which("node") is None or not (NODE / "@grafana" / "schema").exists():
        reason = (
            "node or tests/node/node_modules is missing (scripts/test installs them): Grafana's schema was not asked"
        )
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    (folder / "node_modules").symlink_to(NODE)
    lines = ["import type { Dashboard } from '@grafana/schema';", PLAIN]
    for number, path in enumerate(OPTIONS.values()):
        module = f"@grafana/schema/dist/esm/raw/composable/{path}_types.gen"
        lines.append(f"import type {{ Options as O{number} }} from '{module}';")
    for number, each in enumerate(boards):
        for panel in each["panels"]:
            if panel["type"] != "row":
                name, kind = f"b{number}p{panel['id']}", list(OPTIONS).index(panel["type"])
                lines.append(f"export const {name}: Plain<Partial<O{kind}>> = {json.dumps(panel['options'])};")
        lines.append(f"export const b{number}: Plain<Dashboard> = {json.dumps(without_influx(each))};")
    (folder / "boards.ts").write_text("\n".join(lines), "utf-8")
    options = "--noEmit --strict --skipLibCheck --target es2022 --moduleResolution bundler --module esnext"
    command = ["node", "node_modules/typescript/bin/tsc", *options.split(), "boards.ts"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False).stdout


def without_influx(given: Any) -> Any:
    """The board without what only the plug-in of InfluxDB knows: Grafana's schema has no types of it."""
    made = copy.deepcopy(given)
    targets = [target for panel in made["panels"] for target in panel.get("targets", ())]
    for each in (*targets, *made["annotations"]["list"]):
        for key in ("alias", "query", "rawQuery", "resultFormat", "textColumn", "titleColumn", "timeEndColumn"):
            each.pop(key, None)
    for each in made["annotations"]["list"]:
        each.pop("target")
    return made


def test_grafanas_own_schema_knows_the_boards(tmp_path: Path) -> None:
    assert typescript(tmp_path, BOARDS) == ""


def test_grafanas_own_schema_finds_what_it_does_not_know(tmp_path: Path) -> None:
    spoilt = copy.deepcopy(board("pv-onduleur"))
    spoilt["panels"][2]["options"]["colorMode"] = "colourful"
    spoilt["panels"][2]["fieldConfig"]["defaults"]["thresholds"]["mode"] = "absolut"
    said = typescript(tmp_path, [spoilt])
    assert "colourful" in said
    assert "absolut" in said

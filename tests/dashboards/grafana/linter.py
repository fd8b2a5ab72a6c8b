"""The rules of the boards and alert rules as functions: each lists what breaks it."""

from __future__ import annotations

import inspect
import json
import re
import typing
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from grafana_foundation_sdk.models import units

Board = Mapping[str, Any]
KINDS = {"row", "stat", "timeseries", "barchart", "table", "state-timeline", "text"}
"""Panels of today; `graph`, `singlestat`, `worldmap` and the like are gone or going."""
UNITS = {word for literal in inspect.get_annotations(units).values() for word in typing.get_args(literal)}
SOURCES = ("${datasource}", "${bilans}")
YEARLY = ("pv-production", "pv-territoire")
"""Boards that people open for a year: raw readings of a year would take seconds to read."""
ROLLED = re.compile(r'"(rollup_day|tepos_yield|tepos_progress)"')
LINKED = ("${datasource:queryparam}", "${bilans:queryparam}", "${__url_time_range}")
UNIT = {"s": 1, "m": 60, "h": 3600}
FRENCH = re.compile(r"[àâçéèêëîïôùûœ]|\b(?:le|la|les|de|des|du|un|une|par|que|qui|et|en|sur)\b", re.IGNORECASE)


def shown(board: Board) -> list[Mapping[str, Any]]:
    """Its panels without the headings."""
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def ids(boards: Sequence[Board]) -> Iterator[str]:
    """uids and titles that come twice, and numbers of panels."""
    for key in ("uid", "title"):
        found = [board[key] for board in boards]
        yield from (f"{key} {each} twice" for each in {*found} if found.count(each) > 1)
    for board in boards:
        for key, panels in (("id", board["panels"]), ("title", board["panels"])):
            found = [panel[key] for panel in panels]
            yield from (f"{board['uid']}: {key} {each} twice" for each in {*found} if found.count(each) > 1)


def places(board: Board) -> Iterator[str]:
    """Panels that overlap or stand outside of the 24 columns."""
    taken: dict[tuple[int, int], str] = {}
    for panel in board["panels"]:
        at = panel["gridPos"]
        if at["x"] < 0 or at["x"] + at["w"] > 24 or at["w"] < 1 or at["h"] < 1:
            yield f"{panel['title']} stands outside"
        for x in range(at["x"], at["x"] + at["w"]):
            for y in range(at["y"], at["y"] + at["h"]):
                if (x, y) in taken:
                    yield f"{panel['title']} over {taken[x, y]}"
                taken[x, y] = panel["title"]


def words(board: Board) -> Iterator[str]:
    """Titles, descriptions and labels that are missing or not French; and typography."""
    for panel in shown(board):
        told = panel.get("description", "")
        if not panel.get("title") or len(told) < 10 or not FRENCH.search(told):
            yield f"{panel.get('title')}: {told!r} tells nothing in French"
    if not FRENCH.search(board.get("description", "")):
        yield "the board says nothing in French"
    yield from (f"{each['name']} has no label" for each in board["templating"]["list"] if not each.get("label"))


def kinds(board: Board) -> Iterator[str]:
    """Panels of a kind or unit that Grafana does not know, or knew once."""
    for panel in shown(board):
        if panel["type"] not in KINDS:
            yield f"{panel['title']}: {panel['type']}"
        if panel["type"] == "text":
            continue
        config = panel["fieldConfig"]
        named = [config["defaults"].get("unit")]
        named += [p["value"] for each in config["overrides"] for p in each["properties"] if p["id"] == "unit"]
        yield from (f"{panel['title']}: unit {unit}" for unit in named if not _is_unit(unit))


def sources(board: Board) -> Iterator[str]:
    """What names a source of data instead of letting a variable choose it."""
    asking = [*board["annotations"]["list"], *(v for v in board["templating"]["list"] if v["type"] == "query")]
    for panel in shown(board):
        if panel["type"] != "text":
            asking += [panel, *panel["targets"]]
    yield from (f"source {each['datasource']['uid']}" for each in asking if each["datasource"]["uid"] not in SOURCES)
    offered = [each["name"] for each in board["templating"]["list"] if each["type"] == "datasource"]
    if offered != ["datasource", "bilans"]:
        yield f"sources to choose: {offered}"


def answers(board: Board) -> Iterator[str]:
    """Panels that ask nothing, or the wrong source; zones of time within a query, which InfluxQL applies half."""
    for panel in shown(board):
        if panel["type"] == "text":
            continue
        if not panel["targets"]:
            yield f"{panel['title']} asks nothing"
        for target in panel["targets"]:
            query, of = target["query"], target["datasource"]["uid"]
            if re.search(r"\btz\s*\(", query):
                yield f"{panel['title']}: tz()"
            rolled = bool(re.search(r'"(rollup_\w+|tepos_yield|tepos_progress|tepos_event)"', query))
            if rolled != (of == "${bilans}"):
                yield f"{panel['title']}: {of} does not hold that"
            if board["uid"] in YEARLY and panel["title"] != "Données" and not ROLLED.search(query):
                yield f"{panel['title']} reads readings for a year"


def links(board: Board, boards: Sequence[Board]) -> Iterator[str]:
    """Links whose board does not exist, or that lose time, sources or variables on the way."""
    known = {each["uid"]: {v["name"] for v in each["templating"]["list"]} for each in boards}
    for address in _addresses(board):
        uid = re.match(r"/d/([\w-]+)\?", address)
        if not uid or uid[1] not in known:
            yield f"{address}: no such board"
            continue
        given = {*re.findall(r"var-(\w+)=\$\{__data\.fields\.\w+:percentencode\}", address)}
        wanted = known[uid[1]] - {"datasource", "bilans"}
        if given != wanted:
            yield f"{address}: gives {given}, wanted {wanted}"
        yield from (f"{address}: loses {each}" for each in LINKED if each not in address)
    for link in board["links"]:
        if not (link["keepTime"] and link["includeVars"] and link["tags"] == ["tepos"]):
            yield f"{link['title']} loses time or variables"
    if "tepos" not in board["tags"]:
        yield "no other board finds it"


def rules(alerting: Mapping[str, Any], boards: Sequence[Board]) -> Iterator[str]:
    """Alert rules that ask variables, point nowhere, or would mail what tepos mails."""
    panels = {board["uid"]: {panel["id"] for panel in shown(board)} for board in boards}
    receivers = {point["name"] for point in alerting["contactPoints"]}
    muted = {each["name"] for each in alerting["muteTimes"]}
    found = [rule for group in alerting["groups"] for rule in group["rules"]]
    for key in ("uid", "title"):
        named = [rule[key] for rule in found]
        yield from (f"{key} {each} twice" for each in {*named} if named.count(each) > 1)
    for group in alerting["groups"]:
        for rule in group["rules"]:
            if rule["for"] != "0s" and int(rule["for"][:-1]) * UNIT[rule["for"][-1]] < int(group["interval"][:-1]) * 60:
                yield f"{rule['uid']} lasts less than one evaluation"
    for rule in found:
        for step in rule["data"]:
            query = re.sub(r"\$timeFilter\b", "", step["model"].get("query", ""))
            if "$" in query:
                yield f"{rule['uid']} asks a variable"
        if rule["panelId"] not in panels.get(rule["dashboardUid"], ()):
            yield f"{rule['uid']} points to no panel"
        if rule["isPaused"] is (rule["uid"] == "tepos-silencieux"):
            yield f"{rule['uid']}: paused is {rule['isPaused']}"
        if "$" in json.dumps([rule["labels"], rule["title"]]):
            yield f"{rule['uid']}: Grafana would read an environment variable in a label"
        if rule["condition"] not in {step["refId"] for step in rule["data"]}:
            yield f"{rule['uid']}: no step {rule['condition']}"
    for policy in alerting["policies"]:
        if {policy["receiver"], *(route["receiver"] for route in policy["routes"])} - receivers:
            yield "a policy without its contact point"
        if {name for route in policy["routes"] for name in route["mute_time_intervals"]} - muted:
            yield "a route without its mute timing"


def _is_unit(unit: str | None) -> bool:
    return unit is not None and (unit in UNITS or unit.startswith("suffix: "))


def _addresses(board: Board) -> Iterator[str]:
    for panel in shown(board):
        for override in panel["fieldConfig"]["overrides"] if "fieldConfig" in panel else ():
            for each in override["properties"]:
                if each["id"] == "links":
                    yield from (link["url"] for link in each["value"])

"""Brings boards, data sources and alert rules into a Grafana, as often as one likes with the same result."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import quote

from config.language import _
from dashboards.grafana import alerting
from dashboards.grafana.face import Grafana, GrafanaError

JSON = Path(__file__).parent / "json"
FOLDER_UID, FOLDER = "parc-solaire", "Parc solaire"
SOURCES = (("tepos-releves", "tepos relevés", ""), ("tepos-bilans", "tepos bilans", "_rollup"))
"""uid, name and what stands behind the name of the bucket. The boards offer sources of these names."""
_THEIRS = ("id", "version")
"""Of a board: what Grafana counts itself."""


class Change(StrEnum):
    """What was done; programs compare these words."""

    MADE = "made"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Done:
    """One thing that stands in Grafana now."""

    what: str
    """``folder``, ``datasource``, ``dashboard``, ``rules``, ``contact-point``, ``mute-timing``, ``policy``."""
    name: str
    change: Change


@dataclass(frozen=True, slots=True)
class Influx:
    """The InfluxDB as Grafana reaches it. The token should be one that can read and nothing else."""

    origin: str
    database: str
    token: str
    """An API token, or ``user:password``."""


def boards() -> dict[str, dict[str, Any]]:
    """The boards by uid."""
    found = (json.loads(path.read_text("utf-8")) for path in sorted(JSON.glob("*.json")))
    return {board["uid"]: board for board in found}


def push_boards(grafana: Grafana) -> Iterator[Done]:
    """The folder and the boards. GrafanaError."""
    if grafana.find(f"/folders/{FOLDER_UID}") is None:
        grafana.ask("POST", "/folders", {"uid": FOLDER_UID, "title": FOLDER})
        yield Done("folder", FOLDER, Change.MADE)
    else:
        yield Done("folder", FOLDER, Change.UNCHANGED)
    for uid, board in boards().items():
        there = grafana.find(f"/dashboards/uid/{uid}")
        if there is not None and there.get("meta", {}).get("provisioned"):
            sentence = _("{url}: the board {uid} comes from files of that Grafana -> change the files, or remove them")
            raise GrafanaError(sentence.format(url=grafana.url, uid=uid), 412)
        if there is not None and _same(board, there.get("dashboard", {})):
            yield Done("dashboard", uid, Change.UNCHANGED)
            continue
        body = {"dashboard": board, "folderUid": FOLDER_UID, "overwrite": True, "message": "tepos grafana push"}
        grafana.ask("POST", "/dashboards/db", body)
        yield Done("dashboard", uid, Change.MADE if there is None else Change.CHANGED)


def push_sources(grafana: Grafana, influx: Influx) -> Iterator[Done]:
    """The two data sources, asked whether they work. GrafanaError, also when Grafana cannot reach InfluxDB."""
    for uid, name, suffix in SOURCES:
        there = grafana.find(f"/datasources/uid/{uid}")
        settings = {"version": "InfluxQL", "dbName": f"{influx.database}{suffix}", "httpMode": "POST",
                    "timeInterval": "60s"}  # fmt: skip
        user, colon, password = influx.token.partition(":")
        if colon:
            who = {"user": user, "jsonData": settings, "secureJsonData": {"password": password}}
        else:
            given = settings | {"httpHeaderName1": "Authorization"}
            who = {"jsonData": given, "secureJsonData": {"httpHeaderValue1": f"Token {influx.token}"}}
        body = {"uid": uid, "name": name, "type": "influxdb", "access": "proxy", "url": influx.origin, **who}
        if there is None:
            grafana.ask("POST", "/datasources", body)
        else:
            grafana.ask("PUT", f"/datasources/uid/{uid}", body)
        grafana.ask("GET", f"/datasources/uid/{uid}/health")
        yield Done("datasource", name, Change.MADE if there is None else Change.CHANGED)


def push_rules(grafana: Grafana) -> Iterator[Done]:
    """Mute timings and alert rules. A rule that people have paused or set to work stays so. GrafanaError."""
    file = alerting.provisioned()
    for timing in alerting.mute_timings(file):
        path = f"/v1/provisioning/mute-timings/{quote(timing['name'])}"
        yield _put("mute-timing", timing["name"], grafana, path, "/v1/provisioning/mute-timings", timing)
    for group in alerting.rule_groups(file, FOLDER_UID, {}):
        path = f"/v1/provisioning/folder/{FOLDER_UID}/rule-groups/{quote(group['title'])}"
        there = grafana.find(path)
        paused = {rule["uid"]: bool(rule.get("isPaused")) for rule in (there or {}).get("rules", ())}
        made = next(g for g in alerting.rule_groups(file, FOLDER_UID, paused) if g["title"] == group["title"])
        grafana.ask("PUT", path, made)
        yield Done("rules", group["title"], Change.MADE if there is None else Change.CHANGED)


def push_contact(grafana: Grafana, mail: str) -> Iterator[Done]:
    """The contact points, which mail to this address. GrafanaError."""
    known = {point["uid"] for point in grafana.ask("GET", "/v1/provisioning/contact-points") or ()}
    for point in alerting.contact_points(alerting.provisioned(), mail):
        there = point["uid"] in known
        path = "/v1/provisioning/contact-points" + (f"/{point['uid']}" if there else "")
        grafana.ask("PUT" if there else "POST", path, point)
        yield Done("contact-point", point["name"], Change.CHANGED if there else Change.MADE)


def push_policy(grafana: Grafana) -> Iterator[Done]:
    """The tree of policies, instead of the whole one of the organisation. GrafanaError."""
    grafana.ask("PUT", "/v1/provisioning/policies", alerting.policy(alerting.provisioned()))
    yield Done("policy", FOLDER, Change.CHANGED)


def _put(what: str, name: str, grafana: Grafana, path: str, maker: str, body: Any) -> Done:  # noqa: ANN401
    there = grafana.find(path)
    grafana.ask("POST" if there is None else "PUT", maker if there is None else path, body)
    return Done(what, name, Change.MADE if there is None else Change.CHANGED)


def _same(ours: dict[str, Any], theirs: dict[str, Any]) -> bool:
    """Whether a board in Grafana is ours already; one that Grafana has rewritten in its own form is not."""
    return {k: v for k, v in ours.items() if k not in _THEIRS} == {k: v for k, v in theirs.items() if k not in _THEIRS}

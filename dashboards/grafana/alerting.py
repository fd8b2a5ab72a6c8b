"""Alert rules, contact point, mute timing and policy: from Grafana's file of provisioning to what its HTTP takes.

The two are spelt differently, and the wrong spelling is dropped in silence. The file is config/deploy/grafana/…, built
by dashboards.boards.alerting.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

PROVISIONING = Path(__file__).parents[2] / "config" / "deploy" / "grafana" / "provisioning"
_COPIED = ("uid", "title", "condition", "for", "noDataState", "execErrState", "labels", "isPaused", "data")


def provisioned() -> dict[str, Any]:
    """The file."""
    found: dict[str, Any] = json.loads((PROVISIONING / "alerting" / "tepos.json").read_text("utf-8"))
    return found


def rule_groups(file: Mapping[str, Any], folder: str, paused: Mapping[str, bool]) -> Iterator[dict[str, Any]]:
    """Groups as `PUT /v1/provisioning/folder/…/rule-groups/…` takes them. `paused`: what people have set, by uid."""
    for group in file["groups"]:
        rules = []
        for rule in group["rules"]:
            made = {key: rule[key] for key in _COPIED}
            made["isPaused"] = paused.get(rule["uid"], rule["isPaused"])
            linked = {"__dashboardUid__": rule["dashboardUid"], "__panelId__": str(rule["panelId"])}
            made["annotations"] = rule["annotations"] | linked
            rules.append({**made, "folderUID": folder, "ruleGroup": group["name"], "orgID": group["orgId"]})
        yield {"title": group["name"], "folderUid": folder, "interval": _seconds(group["interval"]), "rules": rules}


def contact_points(file: Mapping[str, Any], mail: str) -> Iterator[dict[str, Any]]:
    """Contact points, their mails going to this address: a file would take it from the environment."""
    for point in file["contactPoints"]:
        for receiver in point["receivers"]:
            yield {**receiver, "name": point["name"], "settings": receiver["settings"] | {"addresses": mail}}


def mute_timings(file: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Mute timings."""
    for each in file["muteTimes"]:
        yield {"name": each["name"], "time_intervals": each["time_intervals"]}


def policy(file: Mapping[str, Any]) -> dict[str, Any]:
    """The tree of policies, which replaces the whole one of the organisation."""
    return {key: value for key, value in file["policies"][0].items() if key != "orgId"}


def _seconds(text: str) -> int:
    return int(text[:-1]) * {"s": 1, "m": 60, "h": 3600}[text[-1]]

"""Alert rules for towns that want Grafana's own mails: on what tepos has computed, and on nothing else.

All are shipped paused, for tepos sends the mails and two systems must not tell one event, except the one that tepos
cannot tell itself: that it is silent. The file is what Grafana provisions; dashboards.grafana.alerting pushes the same.
"""

# ruff: noqa: E501 - InfluxQL of our own words; a query on one line can be read

from __future__ import annotations

import json
from typing import Any

from dashboards.boards import exploitation, production, qualite

FOLDER = "Parc solaire"
SAMPLES_UID, ROLLUPS_UID = "tepos-releves", "tepos-bilans"
"""As the provisioned data sources are called; an alert rule can ask no variable."""
EXPRESSION = {"type": "__expr__", "uid": "__expr__"}
MINUTE, HOUR = 60, 3600


def _rule(
    uid: str, title: str, summary: str, query: str, above: float, *, board: str, panel: str, numbers: dict[str, int],
    lasting: str = "30m", window: int = HOUR, of: str = SAMPLES_UID, below: bool = False, severity: str = "alerte",
    empty: str = "OK", paused: bool = True,
) -> dict[str, Any]:  # fmt: skip
    """A rule: the newest value of the query above (or below) a number for so long. `empty`: what no data mean."""
    model = {"refId": "A", "rawQuery": True, "resultFormat": "time_series", "query": query, "intervalMs": 900_000}
    asked = {
        "refId": "A", "relativeTimeRange": {"from": window, "to": 0}, "datasourceUid": of,
        "model": {**model, "maxDataPoints": 43_200, "datasource": {"type": "influxdb", "uid": of}},
    }  # fmt: skip
    evaluator = {"type": "lt" if below else "gt", "params": [above]}
    steps = (
        {"refId": "B", "type": "reduce", "expression": "A", "reducer": "last", "datasource": EXPRESSION},
        {
            "refId": "C", "type": "threshold", "expression": "B", "datasource": EXPRESSION,
            "conditions": [{"evaluator": evaluator}],
        },
    )  # fmt: skip
    nowhere = {"from": 0, "to": 0}
    expressions = [
        {"refId": each["refId"], "relativeTimeRange": nowhere, "datasourceUid": "__expr__", "model": each}
        for each in steps
    ]
    return {
        "uid": uid, "title": title, "condition": "C", "for": lasting, "noDataState": empty, "execErrState": "KeepLast",
        "dashboardUid": board, "panelId": numbers[panel], "labels": {"severite": severity, "equipe": "technique"},
        "annotations": {"summary": summary}, "isPaused": paused, "data": [asked, *expressions],
    }  # fmt: skip


def provisioning(boards: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The file of alert rules, contact point, policy and mute timing; `boards`: as written, by uid."""
    at = {uid: {panel["title"]: panel["id"] for panel in board["panels"]} for uid, board in boards.items()}
    now, chain, roofs = exploitation.UID, qualite.UID, production.UID

    def rule(uid: str, title: str, summary: str, query: str, above: float, board: str, panel: str, **more: Any) -> Any:  # noqa: ANN401
        return _rule(uid, title, summary, query, above, board=board, panel=panel, numbers=at[board], **more)

    rules = [
        rule(
            "tepos-silencieux", "tepos silencieux depuis 30 min",
            "tepos n'a rien écrit dans InfluxDB depuis 30 minutes : le service, la base ou le lien entre eux est arrêté.",
            'SELECT count("running") FROM "tepos_spool" WHERE $timeFilter', 0.5, chain, "File d'attente",
            below=True, lasting="0s", window=30 * MINUTE, severity="critique", empty="Alerting", paused=False,
        ),
        rule(
            "tepos-alerte-critique", "Alerte critique de tepos",
            "{{ $labels.subject }} : alerte critique ouverte, voir tepos.",
            'SELECT last("open") FROM "tepos_alert" WHERE "severity" =~ /^(critical|major)/ AND $timeFilter GROUP BY "alert", "subject"',
            0.5, now, "Alertes à traiter", lasting="0s", severity="critique",
        ),
        rule(
            "tepos-onduleur-muet", "Onduleur muet de jour", "{{ $labels.device }} ne répond pas alors qu'il fait jour.",
            'SELECT last("mute") FROM "tepos_device" WHERE "role" = \'inverter\' AND $timeFilter GROUP BY "device", "site"',
            0.5, now, "Appareils",
        ),
        rule(
            "tepos-file", "File d'attente qui grossit", "La base ne prend plus les relevés : la file d'attente grossit.",
            'SELECT last("queued") FROM "tepos_spool" WHERE $timeFilter', 10_000, chain, "File d'attente",
        ),
        rule(
            "tepos-pertes", "Relevés perdus", "Des relevés ont été abandonnés : la file d'attente était pleine.",
            'SELECT spread("dropped") FROM "tepos_spool" WHERE $timeFilter', 0, chain, "Perdus, file pleine",
            lasting="0s", severity="critique",
        ),
        rule(
            "tepos-retard", "Bilans en retard", "Le travail {{ $labels.job }} a plus de deux heures de retard.",
            'SELECT last("lag_s") FROM "tepos_jobs" WHERE $timeFilter GROUP BY "job"', 2 * HOUR, chain,
            "Retard des bilans",
        ),
        rule(
            "tepos-indice", "Toiture sous l'attendu",
            "{{ $labels.subject }} a donné moins de 70 % de l'attendu sur les derniers jours entièrement mesurés.",
            'SELECT sum("energy") / sum("expected") FROM "tepos_yield" WHERE "kind" = \'roof\' AND "missing" !~ /\\b(energy|expected)\\b/ AND $timeFilter GROUP BY "subject"',
            0.7, roofs, "Classement", below=True, lasting="1h", window=7 * 24 * HOUR, of=ROLLUPS_UID, severity="info",
        ),
    ]  # fmt: skip
    mail = {"addresses": "${TEPOS_ALERT_MAIL}", "singleEmail": True}
    night = [{"start_time": "21:00", "end_time": "24:00"}, {"start_time": "00:00", "end_time": "07:00"}]
    return {
        "apiVersion": 1,
        "groups": [{"orgId": 1, "name": "tepos", "folder": FOLDER, "interval": "5m", "rules": rules}],
        "contactPoints": [
            {"orgId": 1, "name": "technique", "receivers": [
                {"uid": "tepos-technique", "type": "email", "settings": mail, "disableResolveMessage": False}]},
        ],
        "policies": [
            {"orgId": 1, "receiver": "technique", "group_by": ["grafana_folder", "alertname", "site"],
             "group_wait": "30s", "group_interval": "5m", "repeat_interval": "12h",
             "routes": [{"receiver": "technique", "object_matchers": [["severite", "=", "info"]],
                         "mute_time_intervals": ["nuit"]}]},
        ],
        "muteTimes": [
            {"orgId": 1, "name": "nuit", "time_intervals": [{"times": night, "location": "Europe/Paris"}]},
        ],
    }  # fmt: skip


def written(boards: dict[str, dict[str, Any]]) -> bytes:
    """The same as the bytes of the file."""
    return (json.dumps(provisioning(boards), ensure_ascii=False, indent=1) + "\n").encode()

"""What all boards have in common: their sources, the way from one to the other, and how they are written down."""

from __future__ import annotations

import json
from typing import Any

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as models

from dashboards.boards.influxql import ROLLUPS, SAMPLES, InfluxQL, source
from dashboards.boards.panels import figure

TAG = "tepos"
SAMPLES_NAME, ROLLUPS_NAME = "tepos relevés", "tepos bilans"
"""Names of the data sources; the variables offer what is called so."""
CARRIED = "${__url_time_range}&${datasource:queryparam}&${bilans:queryparam}"
"""What a link to another board takes along besides its subject."""
NATURE = 'SELECT last("simulated") FROM "tepos_spool" WHERE $timeFilter'
EVENTS = 'SELECT "text", "title", "end_ms" FROM "tepos_event" WHERE $timeFilter'


def board(uid: str, title: str, told: str, since: str, refresh: str = "") -> dashboard.Dashboard:
    """An empty board over the time since `since`, with its sources, its links and the events as annotations."""
    made = dashboard.Dashboard(title).uid(uid).description(told).tags([TAG, "solaire"]).readonly()
    made = made.time(since, "now").timezone("Europe/Paris").refresh(refresh).week_start("monday")
    made = made.tooltip(models.DashboardCursorSync.CROSSHAIR)
    made = made.timepicker(dashboard.TimePicker().refresh_intervals(["1m", "5m", "15m", "1h"]))
    for name, label, offered in ((SAMPLES, "Relevés", SAMPLES_NAME), (ROLLUPS, "Bilans", ROLLUPS_NAME)):
        variable = dashboard.DatasourceVariable(name).label(label).type("influxdb").regex(f"/{offered}/")
        made = made.with_variable(variable)
    link = dashboard.DashboardLink("Autres tableaux").type(models.DashboardLinkType.DASHBOARDS).tags([TAG])
    made = made.link(link.as_dropdown(True).keep_time(True).include_vars(True))
    made = made.annotation(_events())
    told = "Mesurées sur de vrais appareils, ou simulées par la démonstration de tepos."
    words = {"0": ("Mesurées", "green"), "1": ("SIMULÉES", "red")}
    return made.with_panel(
        figure("Données", told, "none", NATURE, of=SAMPLES, width=24, height=3, steps=((None, "text"),), words=words)
    )


def variable(name: str, label: str, query: str, *, of: str = ROLLUPS, multi: bool = True) -> dashboard.QueryVariable:
    """A variable of names found in a source: several of them or all, or one."""
    made = dashboard.QueryVariable(name).label(label).datasource(source(of)).query(query)
    made = made.refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED).sort(models.VariableSort.ALPHABETICAL_ASC)
    if not multi:
        return made
    everything = models.VariableOption(selected=True, text="Tous", value="$__all")
    return made.multi(True).include_all(True).all_value(".*").current(everything)


def row(title: str) -> dashboard.Row:
    """A heading."""
    return dashboard.Row(title)


def written(made: dashboard.Dashboard) -> bytes:
    """The board as Grafana's classic JSON. Panels are numbered in their order, so that alert rules can name them."""
    found: dict[str, Any] = json.loads(JSONEncoder(sort_keys=True).encode(made.build()))
    for number, panel in enumerate(found["panels"], 1):
        panel["id"] = number
        if panel["type"] == "table":
            panel["options"].pop("footer", None)  # the SDK writes it, tables of Grafana 13 have none
    for each in found["templating"]["list"]:
        for name in ("auto", "auto_count", "auto_min"):  # of variables of intervals; Grafana's schema knows no others
            each.pop(name, None)
    found["id"] = None
    return (json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _events() -> dashboard.AnnotationQuery:
    made = dashboard.AnnotationQuery().name("Alertes et interventions").datasource(source(ROLLUPS)).enable(True)
    return _Annotation(made.icon_color("orange"))


class _Annotation(dashboard.AnnotationQuery):
    """InfluxDB's annotation has its query and columns beside the rest, where the SDK knows no names."""

    def __init__(self, made: dashboard.AnnotationQuery) -> None:
        super().__init__()
        self._made = made.build()

    def build(self) -> models.AnnotationQuery:
        """See Builder."""
        columns = {"query": EVENTS, "textColumn": "text", "titleColumn": "title", "timeEndColumn": "end_ms"}
        asked = InfluxQL(EVENTS, ref="Anno", table=True, of=ROLLUPS).to_json()
        target = {**asked, "fromAnnotations": True, **columns}
        made: Any = {**self._made.to_json(), **columns, "target": target}
        return made  # type: ignore[no-any-return]

"""Qualité: can the figures be believed, and does the chain that makes them work?"""

# ruff: noqa: S608, E501 - InfluxQL of our own words; a query on one line can be read

from __future__ import annotations

from grafana_foundation_sdk.builders import dashboard

from dashboards.boards.board import CARRIED, board, row, variable
from dashboards.boards.influxql import DAYS, ROLLUPS, SAMPLES, known
from dashboards.boards.onduleur import DAY_MS
from dashboards.boards.panels import ANY_IS_BAD, SHARE, Query, Steps, curve, figure, listing, note

UID = "pv-qualite"
ITS = '"kind" = \'inverter\' AND "subject" =~ /^${site:regex}\\//'
LATE: Steps = ((None, "green"), (3600, "orange"), (7200, "red"))
TO_DEVICE = ("Voir l'onduleur", f"/d/pv-onduleur?var-device=${{__data.fields.subject:percentencode}}&{CARRIED}")


def _days(status: str, alias: str) -> Query:
    """How many days of inverters, day by day, have figures of that status."""
    query = f'SELECT count("completeness") FROM "rollup_day" WHERE {ITS} AND "status" = \'{status}\' AND {DAYS} GROUP BY time(15m) fill(none)'
    return query, alias


def _spool(field: str) -> str:
    return f'SELECT last("{field}") FROM "tepos_spool" WHERE $timeFilter'


def _lost(field: str) -> str:
    """How much a counter of the spool grew in the period."""
    return f'SELECT spread("{field}") FROM "tepos_spool" WHERE $timeFilter'


def build() -> dashboard.Dashboard:
    """The board."""
    made = board(
        UID, "Qualité des données", "Peut-on croire les chiffres, et la chaîne marche-t-elle ?", "now-7d", "5m"
    )
    sites = 'SHOW TAG VALUES FROM "rollup_day" WITH KEY = "subject" WHERE "kind" = \'site\''
    made = made.with_variable(variable("site", "Site", sites)).with_row(row("La chaîne"))
    for panel in (
        figure("File d'attente", "Relevés durables sur le disque, pas encore dans la base.", "none", _spool("queued"),
               of=SAMPLES, steps=((None, "green"), (10_000, "orange"), (100_000, "red"))),
        figure("Refusés", "Relevés que la base a refusés dans la période, mis de côté avec leur raison.", "none",
               _lost("rejected"), of=SAMPLES, steps=ANY_IS_BAD),
        figure("Perdus, file pleine", "Relevés abandonnés dans la période parce que la file était pleine.", "none",
               _lost("dropped"), of=SAMPLES, steps=ANY_IS_BAD),
        figure("Endommagés", "Relevés illisibles dans la file, dans la période.", "none", _lost("damaged"),
               of=SAMPLES, steps=ANY_IS_BAD),
        figure("Retard des bilans", "Âge du plus ancien quart d'heure ou jour qui aurait dû être clos.", "s",
               'SELECT max("l") FROM (SELECT last("lag_s") AS "l" FROM "tepos_jobs" WHERE $timeFilter GROUP BY "job")',
               of=SAMPLES, steps=LATE),
        figure("Part connue", "Part de l'énergie attendue dont la mesure est connue, onduleurs choisis.",
               "percentunit",
               f'SELECT mean("completeness") FROM "rollup_day" WHERE {ITS} AND {DAYS} AND {known("completeness")}',
               steps=SHARE, decimals=1),
        curve("File d'attente dans le temps", "Une base injoignable se voit ici avant qu'une donnée ne se perde.", "none",
              [('SELECT max("queued") FROM "tepos_spool" WHERE $timeFilter GROUP BY time($__interval) fill(none)',
                "Relevés en attente")], interval="15m"),
        curve("Retard des bilans dans le temps", "Un travail par courbe.", "s",
              [('SELECT max("lag_s") FROM "tepos_jobs" WHERE $timeFilter GROUP BY time($__interval), "job" fill(none)',
                "$tag_job")], interval="15m"),
    ):  # fmt: skip
        made = made.with_panel(panel)
    made = made.with_row(row("Les chiffres"))
    by_site = f'SELECT mean("completeness") FROM "rollup_day" WHERE {ITS} AND {DAYS} AND {known("completeness")} GROUP BY time(15m), "subject" fill(none)'
    worst = f'SELECT mean("completeness") AS "Connu", min("completeness") AS "Pire jour", count("completeness") AS "Jours" FROM "rollup_day" WHERE {ITS} AND {DAYS} AND {known("completeness")} GROUP BY "subject"'
    failures = (
        'SELECT spread("failures") AS "Échecs", spread("polls") AS "Interrogations" FROM "tepos_device"'
        ' WHERE "site" =~ /^${site:regex}$/ AND $timeFilter GROUP BY "device"'
    )
    statuses = [
        _days("measured", "Mesurés"), _days("reconstituted", "Reconstitués"), _days("estimated", "Estimés"),
        _days("imported", "Importés"), _days("partial", "Partiels"), _days("unknown", "Inconnus"),
    ]  # fmt: skip
    for panel in (
        curve("Part connue par jour", "Par onduleur : 100 % quand toute la production du jour est connue.",
              "percentunit", [(by_site, "$tag_subject")], of=ROLLUPS, interval="15m", gap=DAY_MS, high=1),
        curve("Jours d'onduleur par statut", "Comment les chiffres des jours ont été obtenus.", "none", statuses,
              of=ROLLUPS, interval="15m", bars=True, stacked=True),
        listing("Les moins connus", "Jours clos qui touchent la période. Un clic mène à l'onduleur.", "none", worst,
                {"Connu": "percentunit", "Pire jour": "percentunit"}, of=ROLLUPS, width=12, sort="Jours",
                links={"subject": TO_DEVICE}, renamed={"subject": "Onduleur"}),
        listing("Interrogations", "Depuis le début de la période, tant que le collecteur n'a pas redémarré.", "none",
                failures, {}, width=12, sort="Échecs", renamed={"device": "Appareil"}),
        note("Comment lire ce tableau", "Ce que ce tableau ne dit pas.",
             "Une valeur écartée (figée, pointe, nuit, impossible) n'est pas effacée : `tepos quality` la montre avec sa"
             " raison. Un jour *partiel* a une somme connue et une part qui manque ; un jour *inconnu* n'a pas de"
             " somme."),
    ):  # fmt: skip
        made = made.with_panel(panel)
    return made

"""Territoire: is the town on its path? For elected officials. Reads rollups and progress only."""

# ruff: noqa: S608, E501 - InfluxQL of our own words; a query on one line can be read

from __future__ import annotations

from grafana_foundation_sdk.builders import dashboard

from dashboards.boards.board import board, row
from dashboards.boards.influxql import DAYS, ROLLUPS, known
from dashboards.boards.onduleur import DAY_MS
from dashboards.boards.panels import bars, curve, figure, listing, note

UID = "pv-territoire"
TOWN = f"\"kind\" = 'town' AND {DAYS}"
ELECTRICITY = "\"perimeter\" = 'territory' AND \"ring\" = 'electricity'"
STATUS = {
    "measured": ("Mesuré", "green"), "estimated": ("Estimé", "orange"), "modelled": ("Modélisé", "orange"),
    "declared": ("Déclaré", "blue"), "assumed": ("Supposé", "orange"),
}  # fmt: skip
REFUSALS = {
    "no-needs": ("Personne n'a donné la consommation", "text"), "no-production": ("Production inconnue", "text"),
    "partial": ("Il manque une énergie", "text"), "circular": ("Consommation tirée d'un ratio publié", "text"),
}  # fmt: skip
RINGS = {
    "electricity": ("Électricité", "text"), "heat": ("Chaleur", "text"), "all-uses": ("Tous usages", "text"),
}  # fmt: skip
PERIMETERS = {
    "territory": ("Territoire", "text"), "patrimony": ("Patrimoine communal", "text"),
    "municipal-roofs": ("Toitures communales", "text"),
}  # fmt: skip


def _sum(column: str) -> str:
    return f'SELECT sum("{column}") FROM "rollup_day" WHERE {TOWN} AND {known(column)}'


def _years(columns: str, where: str) -> str:
    """Progress by year. It has a few rows only, one for each ring and year: the board's period does not cut them."""
    return f'SELECT "year" AS "Année", {columns} FROM "tepos_progress" WHERE {where}'


def build() -> dashboard.Dashboard:
    """The board."""
    made = board(UID, "Territoire", "La commune est-elle sur sa trajectoire ?", "now-1y")
    made = made.with_row(row("Le soleil des toitures suivies"))
    share = f'SELECT sum("energy") / sum("expected") FROM "rollup_day" WHERE {TOWN} AND "completeness" >= 0.99 AND {known("energy", "expected")}'
    for panel in (
        figure("Production solaire", "Toitures suivies par tepos, jours clos de la période.", "watth", _sum("energy"),
               width=6),
        figure("Production attendue", "Des mêmes toitures, sous le ciel qu'il a fait.", "watth", _sum("expected"),
               width=6),
        figure("Mesuré sur attendu", "Jours entièrement mesurés seulement.", "percentunit", share, width=6, decimals=1),
        figure(
            "Part connue", "Part de l'énergie attendue dont la mesure est connue, moyenne des jours.", "percentunit",
            f'SELECT mean("completeness") FROM "rollup_day" WHERE {TOWN} AND {known("completeness")}', width=6,
            decimals=1,
        ),
        curve(
            "Production par jour", "Toitures suivies par tepos. Un jour sans barre est inconnu, pas nul.", "watth",
            [(f'SELECT "energy" FROM "rollup_day" WHERE {TOWN} AND {known("energy")}', "Mesurée"),
             (f'SELECT "expected" FROM "rollup_day" WHERE {TOWN} AND {known("expected")}', "Attendue")],
            of=ROLLUPS, width=24, interval="15m", gap=DAY_MS,
        ),
    ):  # fmt: skip
        made = made.with_panel(panel)
    made = made.with_row(row("La trajectoire"))
    figures = (
        '"production_wh" AS "Production", "consumption_wh" AS "Consommation",'
        ' "coverage" AS "Couverture", "target" AS "Objectif", "status" AS "Statut"'
    )
    named = {"perimeter": "Périmètre", "ring": "Énergies"}
    refused = '"missing" =~ /\\bcoverage\\b/ GROUP BY "perimeter", "ring"'
    for panel in (
        bars(
            "Couverture de l'électricité", "Part de l'électricité du territoire couverte, et l'objectif de l'année.",
            "percentunit",
            _years('"coverage" AS "Couverture", "target" AS "Objectif"', f"{ELECTRICITY} AND {known('coverage')}"),
            "Année",
        ),
        bars(
            "Production et consommation", "Électricité du territoire, par année, quand les deux chiffres existent.",
            "watth",
            _years('"production_wh" AS "Production", "consumption_wh" AS "Consommation"',
                   f"{ELECTRICITY} AND {known('production_wh', 'consumption_wh')}"),
            "Année",
        ),
        listing(
            "Les périmètres, année par année", "Ce qui se calcule, chaque chiffre avec son statut.", "none",
            _years(figures, f'{known("coverage")} GROUP BY "perimeter", "ring"'),
            {"Production": "watth", "Consommation": "watth", "Couverture": "percentunit", "Objectif": "percentunit"},
            of=ROLLUPS, words={"Statut": STATUS, "ring": RINGS, "perimeter": PERIMETERS}, sort="Année", renamed=named,
        ),
        listing(
            "Ce qui ne se calcule pas", "Aucun ratio n'est donné, et pourquoi. Qui détient le chiffre : voir tepos.",
            "none", _years('"status" AS "Pourquoi"', refused), {}, of=ROLLUPS, sort="Année", renamed=named,
            words={"Pourquoi": REFUSALS, "ring": RINGS, "perimeter": PERIMETERS},
        ),
        note(
            "Comment lire ce tableau", "Ce que ce tableau ne dit pas.",
            "Le périmètre et le statut (mesuré, déclaré, estimé, supposé) font partie du chiffre. Les sources sont"
            " dans tepos, page *Territoire*. Les années ne dépendent pas de la période choisie en haut.",
        ),
    ):  # fmt: skip
        made = made.with_panel(panel)
    return made

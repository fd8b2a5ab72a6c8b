"""Production: did each roof give what it should? For the company that owns them. Reads rollups only."""

# ruff: noqa: S608, E501 - InfluxQL of our own words; a query on one line can be read

from __future__ import annotations

from grafana_foundation_sdk.builders import dashboard

from dashboards.boards.board import board, row, variable
from dashboards.boards.influxql import DAYS, ROLLUPS, chosen, known
from dashboards.boards.onduleur import DAY_MS
from dashboards.boards.panels import Query, Steps, curve, figure, listing, note

UID = "pv-production"
ROOFS = f"\"kind\" = 'roof' AND {chosen('subject', 'roof')} AND {DAYS}"
INDEX: Steps = ((None, "red"), (0.85, "orange"), (0.93, "green"))
RATIO: Steps = ((None, "red"), (0.75, "orange"), (0.82, "green"))
WORKED: Steps = ((None, "red"), (0.95, "orange"), (0.98, "green"))
CLOSED = "Jours clos qui touchent la période, toitures choisies."


def total(column: str) -> str:
    """The sum of a column over the days and roofs chosen."""
    return f'SELECT sum("{column}") FROM "rollup_day" WHERE {ROOFS} AND {known(column)}'


def daily(column: str, alias: str) -> Query:
    """Day by day the sum over the roofs chosen. All roofs' days begin at one instant: no grouping by town days."""
    return f"{total(column)} GROUP BY time(15m) fill(none)", alias


def _quotient(below: str) -> str:
    """Energy of the completely measured days over what it is compared with, both of the same days only."""
    return f'SELECT sum("energy") / sum("{below}") FROM "tepos_yield" WHERE {ROOFS} AND {known("energy", below)}'


def build() -> dashboard.Dashboard:
    """The board."""
    made = board(UID, "Production", "Chaque toiture a-t-elle donné ce qu'elle devait ?", "now-30d")
    roofs = 'SHOW TAG VALUES FROM "rollup_day" WITH KEY = "subject" WHERE "kind" = \'roof\''
    made = made.with_variable(variable("roof", "Toiture", roofs)).with_row(row("La période"))
    for panel in (
        figure("Énergie produite", f"{CLOSED} Ce qui est inconnu n'y est pas.", "watth", total("energy")),
        figure("Énergie attendue", f"{CLOSED} Sous le ciel qu'il a fait.", "watth", total("expected")),
        figure(
            "Indice de performance", "Mesuré sur attendu, jours entièrement mesurés seulement.", "percentunit",
            _quotient("expected"), steps=INDEX, decimals=1,
        ),
        figure(
            "Ratio de performance",
            "PR (IEC 61724-1) : énergie sur puissance installée et éclairement, jours entièrement mesurés.",
            "percentunit", _quotient("reference_energy"), steps=RATIO, decimals=1,
        ),
        figure(
            "Disponibilité", "Part du jour où les onduleurs marchaient, moyenne des jours et des toitures.",
            "percentunit", f'SELECT mean("availability") FROM "rollup_day" WHERE {ROOFS} AND {known("availability")}',
            steps=WORKED, decimals=1,
        ),
        figure("Perdu en pannes", f"{CLOSED} Attendu pendant les arrêts.", "watth", total("lost_outage")),
    ):  # fmt: skip
        made = made.with_panel(panel)
    made = made.with_row(row("Jour par jour"))
    per_roof = f'SELECT "energy" FROM "rollup_day" WHERE {ROOFS} AND {known("energy")} GROUP BY "subject"'
    for panel in (
        curve(
            "Mesuré et attendu", f"{CLOSED} La barre est ce qui est connu ; un jour sans barre est inconnu.", "watth",
            [daily("energy", "Mesuré"), daily("expected", "Attendu")], of=ROLLUPS, interval="15m", gap=DAY_MS,
        ),
        curve(
            "Énergie par jour et par toiture", "Une barre par jour, empilée par toiture.", "watth",
            [(per_roof, "$tag_subject")], of=ROLLUPS, interval="15m", bars=True, stacked=True,
        ),
        curve(
            "Énergie perdue par cause", "Attendu et non produit : pendant les arrêts, et tant qu'un constat est ouvert.",
            "watth", [daily("lost_outage", "Pannes"), daily("lost_finding", "Constats ouverts")], of=ROLLUPS,
            interval="15m", bars=True, stacked=True,
        ),
        curve(
            "Disponibilité par jour", "Moyenne des toitures choisies.", "percentunit",
            [(f'SELECT mean("availability") FROM "rollup_day" WHERE {ROOFS} AND {known("availability")}'
              " GROUP BY time(15m) fill(none)", "Disponibilité")],
            of=ROLLUPS, interval="15m", gap=DAY_MS, high=1,
        ),
    ):  # fmt: skip
        made = made.with_panel(panel)
    ranked = (
        'SELECT sum("final_yield_h") AS "kWh/kWc", sum("energy") AS "Énergie jugée",'
        ' sum("energy") / sum("expected") AS "Indice", count("energy") AS "Jours"'
        f' FROM "tepos_yield" WHERE {ROOFS} AND {known("energy", "expected", "final_yield_h")} GROUP BY "subject"'
    )
    complete = (
        'SELECT sum("energy") AS "Énergie", sum("expected") AS "Attendue", sum("lost_outage") AS "Pannes",'
        ' sum("lost_finding") AS "Constats", mean("completeness") AS "Connu"'
        f' FROM "rollup_day" WHERE {ROOFS} AND {known("energy", "expected")} GROUP BY "subject"'
    )
    made = made.with_row(row("Toiture par toiture"))
    for panel in (
        listing(
            "Classement", "Jours entièrement mesurés et jugés seulement ; leur nombre est dit.", "none", ranked,
            {"kWh/kWc": "suffix: kWh/kWc", "Énergie jugée": "watth", "Indice": "percentunit"}, of=ROLLUPS, width=12,
            renamed={"subject": "Toiture"}, sort="kWh/kWc",
        ),
        listing(
            "Bilan", "Jours clos dont la production et l'attente ont une valeur.", "none", complete,
            {"Énergie": "watth", "Attendue": "watth", "Pannes": "watth", "Constats": "watth", "Connu": "percentunit"},
            of=ROLLUPS, width=12, renamed={"subject": "Toiture"}, sort="Énergie",
        ),
        note(
            "Comment lire ce tableau", "Ce que ce tableau ne dit pas.",
            "Une période qui commence en cours de journée montre cette journée entière. Les recettes ne sont pas ici :"
            " elles viennent des contrats, dans tepos. Pour un fichier : `tepos export series`.",
        ),
    ):  # fmt: skip
        made = made.with_panel(panel)
    return made

"""Onduleur: everything that one inverter says, and what it gave beside its siblings. Reached from Exploitation."""

# ruff: noqa: S608, E501 - InfluxQL of our own words; a query on one line can be read

from __future__ import annotations

from grafana_foundation_sdk.builders import dashboard

from dashboards.boards.board import board, row, variable
from dashboards.boards.influxql import DAYS, ROLLUPS, SAMPLES, chosen, known
from dashboards.boards.panels import Query, Steps, curve, figure, listing, note, states

UID = "pv-onduleur"
IT = chosen("device", "device")
HOT: Steps = ((None, "green"), (60, "orange"), (75, "red"))
DAY_MS = 108_000_000
"""30 h: days further apart are a gap."""


def _over_time(field: str, alias: str) -> Query:
    """A quantity of the device, as mean over a point of the screen."""
    return (
        f'SELECT mean("{field}") FROM "sample" WHERE {IT} AND $timeFilter GROUP BY time($__interval) fill(none)',
        alias,
    )


def _inputs(field: str, alias: str) -> Query:
    """The same of its DC inputs, one series each."""
    query = (
        f'SELECT mean("{field}") FROM "input" WHERE {IT} AND $timeFilter GROUP BY time($__interval), "input" fill(none)'
    )
    return query, f"{alias} $tag_input"


def _newest(field: str) -> str:
    return f'SELECT last("{field}") FROM "sample" WHERE {IT} AND $timeFilter'


def build() -> dashboard.Dashboard:
    """The board."""
    made = board(
        UID, "Onduleur", "Tout ce que dit un onduleur, et ce qu'il a donné à côté des autres.", "now-24h", "1m"
    )
    inverters = 'SHOW TAG VALUES FROM "rollup_day" WITH KEY = "subject" WHERE "kind" = \'inverter\''
    made = made.with_variable(variable("device", "Onduleur", inverters, multi=False)).with_row(row("Dernier relevé"))
    for title, told, unit, field in (
        ("Puissance", "Puissance active côté réseau au dernier relevé de la période.", "watt", "pac"),
        ("Compteur", "Énergie produite depuis la mise en service, selon l'appareil.", "watth", "energy_ac_total"),
        ("Température", "Température interne au dernier relevé de la période.", "celsius", "temp_cabinet"),
        ("Isolement au relevé", "Résistance d'isolement ; si l'appareil ne la donne pas, un tiret.", "kohm", "r_iso"),
        ("Code de défaut", "Code du constructeur au dernier relevé qui en porte un.", "none", "fault_code"),
    ):
        steps: Steps = HOT if field == "temp_cabinet" else ((None, "blue"),)
        made = made.with_panel(figure(title, told, unit, _newest(field), of=SAMPLES, steps=steps))
    day = f'SELECT last("energy") FROM "rollup_day" WHERE "kind" = \'inverter\' AND {chosen("subject", "device")} AND {DAYS} AND {known("energy")}'
    made = made.with_panel(figure("Dernier jour clos", "Énergie du dernier jour clos de la période.", "watth", day))
    made = made.with_row(row("Courbes"))
    phases = [_over_time(f"v_ac_ln_{phase}", f"Phase {n}") for n, phase in enumerate("abc", 1)]
    for panel in (
        curve(
            "Puissance AC et DC", "Puissance active, et puissance continue de chaque entrée (MPPT).", "watt",
            [_over_time("pac", "AC"), _inputs("pdc", "DC entrée")],
        ),
        curve(
            "Tension par entrée", "Tension continue de chaque entrée (MPPT).", "volt", [_inputs("v_dc", "Entrée")],
        ),
        curve(
            "Courant par entrée", "Courant continu ; une chaîne coupée abaisse celui de son entrée.", "amp",
            [_inputs("i_dc", "Entrée")],
        ),
        curve("Tension du réseau", "Tension entre phase et neutre.", "volt", phases, low=None),
        curve("Fréquence", "Fréquence du réseau.", "hertz", [_over_time("frequency", "Fréquence")], low=None),
        curve(
            "Température interne", "Au-dessus de 60 °C l'onduleur vieillit, vers 75 °C il se bride.", "celsius",
            [_over_time("temp_cabinet", "Température")], low=None,
        ),
        curve(
            "Facteur de puissance", "Entre -1 et 1.", "none", [_over_time("power_factor", "cos φ")], low=-1, high=1,
        ),
        curve(
            "Isolement", "Une valeur qui chute par temps humide annonce un défaut d'isolement.", "kohm",
            [_over_time("r_iso", "Isolement")],
        ),
    ):  # fmt: skip
        made = made.with_panel(panel)
    state = f'SELECT last("state") FROM "sample" WHERE {IT} AND $timeFilter GROUP BY time($__interval) fill(none)'
    made = made.with_row(row("État, communication, rendement"))
    of_day = f"\"kind\" = 'inverter' AND {DAYS} AND {known('final_yield_h')}"
    specific = f'SELECT "final_yield_h" FROM "tepos_yield" WHERE {of_day} AND {chosen("subject", "device")}'
    mean = f'SELECT mean("final_yield_h") FROM "tepos_yield" WHERE {of_day} GROUP BY time(15m) fill(none)'
    failures = f'SELECT non_negative_difference(max("failures")) FROM "tepos_device" WHERE {IT} AND $timeFilter GROUP BY time($__interval) fill(none)'
    last = (
        'SELECT last("present") AS "Relevé", "pac" AS "Puissance", "state" AS "État", "fault_code" AS "Défaut",'
        f' "energy_ac_total" AS "Compteur" FROM "sample" WHERE {IT} AND $timeFilter GROUP BY "device"'
    )
    for panel in (
        states("État annoncé", "Ce que l'appareil dit de lui-même, dans ses mots.", state, "État", {}, width=12),
        curve(
            "Questions sans réponse", "Interrogations restées sans réponse valable, par pas de temps.", "none",
            [(failures, "Échecs")], bars=True, interval="15m",
        ),
        curve(
            "Rendement à côté des autres",
            "kWh par kWc et par jour : cet onduleur, et la moyenne de tous ceux de la commune le même jour."
            " Jours entièrement mesurés.",
            "suffix: kWh/kWc",
            [(specific, "Cet onduleur"), (mean, "Moyenne de la commune")],
            of=ROLLUPS, interval="15m", gap=DAY_MS,
        ),
        note(
            "Comment lire ce tableau", "Ce que ce tableau ne dit pas.",
            "Les valeurs sont celles de l'appareil, sans correction ; un tiret ou un trou est une valeur qu'il ne"
            " donne pas. L'énergie qui compte est celle des bilans, pas le compteur de l'onduleur.",
            width=12, height=9,
        ),
        listing(
            "Dernier relevé brut", "Les valeurs du relevé le plus récent de la période.", "none", last,
            {"Puissance": "watt", "Compteur": "watth"}, renamed={"device": "Appareil"},
        ),
    ):  # fmt: skip
        made = made.with_panel(panel)
    return made

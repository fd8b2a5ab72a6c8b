"""The one table of what tepos measures: name, unit, meaning. Everything that shows or stores a figure asks it.

Names are pvlib's, SunSpec's and IEC 61724-1's (see README, glossary). Units are SI base units: W, Wh, V, A, °C.
A *field* is a quantity of a device, or of one of its DC inputs: ``pac``, ``pdc_1`` (the quantity ``pdc`` of input 1).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from config.language import _


class Role(StrEnum):
    """What a device is for; it decides which of its figures mean what."""

    INVERTER = "inverter"
    METER = "meter"
    WEATHER = "weather"


@dataclass(frozen=True, slots=True)
class Quantity:
    """One measurable quantity."""

    name: str
    unit: str
    meaning_fr: str
    meaning_en: str
    roles: frozenset[Role]
    per_input: bool = False
    counter: bool = False
    """Accumulates for the device's whole life (resets and roll-over are the business of models.pv.energy)."""
    text: bool = False


_INVERTER = frozenset({Role.INVERTER})
_METER = frozenset({Role.METER})
_WEATHER = frozenset({Role.WEATHER})
_GRID = frozenset({Role.INVERTER, Role.METER})

QUANTITIES: dict[str, Quantity] = {
    q.name: q
    for q in (
        Quantity("pac", "W", "puissance active côté réseau", "active AC power", _INVERTER),
        Quantity("pdc", "W", "puissance continue", "DC power", _INVERTER, per_input=True),
        Quantity("s_ac", "VA", "puissance apparente", "apparent AC power", _GRID),
        Quantity("q_ac", "var", "puissance réactive", "reactive AC power", _GRID),
        Quantity("power_factor", "1", "facteur de puissance (-1..1)", "power factor (-1..1)", _GRID),
        Quantity("frequency", "Hz", "fréquence du réseau", "grid frequency", _GRID),
        Quantity("v_ac_ln_a", "V", "tension phase 1 - neutre", "phase A to neutral voltage", _GRID),
        Quantity("v_ac_ln_b", "V", "tension phase 2 - neutre", "phase B to neutral voltage", _GRID),
        Quantity("v_ac_ln_c", "V", "tension phase 3 - neutre", "phase C to neutral voltage", _GRID),
        Quantity("i_ac", "A", "courant alternatif total", "total AC current", _GRID),
        Quantity("i_ac_a", "A", "courant phase 1", "phase A current", _GRID),
        Quantity("i_ac_b", "A", "courant phase 2", "phase B current", _GRID),
        Quantity("i_ac_c", "A", "courant phase 3", "phase C current", _GRID),
        Quantity("v_dc", "V", "tension continue", "DC voltage", _INVERTER, per_input=True),
        Quantity("i_dc", "A", "courant continu", "DC current", _INVERTER, per_input=True),
        Quantity(
            "energy_ac_total",
            "Wh",
            "énergie produite depuis la mise en service",
            "lifetime AC energy",
            _INVERTER,
            counter=True,
        ),
        Quantity(
            "energy_ac_day", "Wh", "énergie du jour selon l'appareil", "AC energy today, by the device", _INVERTER
        ),
        Quantity("temp_cabinet", "°C", "température interne", "cabinet temperature", _INVERTER),
        Quantity("r_iso", "kΩ", "résistance d'isolement", "insulation resistance", _INVERTER),
        Quantity("state", "", "état annoncé par l'appareil", "state given by the device", _INVERTER, text=True),
        Quantity("fault_code", "", "code de défaut du constructeur", "maker's fault code", _INVERTER),
        Quantity("alarms_a", "", "alarmes du constructeur, mot 1", "maker's alarm bits, word 1", _INVERTER),
        Quantity("alarms_b", "", "alarmes du constructeur, mot 2", "maker's alarm bits, word 2", _INVERTER),
        Quantity("alarms_c", "", "alarmes du constructeur, mot 3", "maker's alarm bits, word 3", _INVERTER),
        Quantity("pv_power", "W", "puissance des panneaux (hybride)", "power of the panels (hybrid)", _INVERTER),
        Quantity(
            "energy_pv_total",
            "Wh",
            "énergie des panneaux (hybride)",
            "lifetime energy of the panels (hybrid)",
            _INVERTER,
            counter=True,
        ),
        Quantity(
            "p_battery", "W", "puissance batterie, décharge positive", "battery power, discharge positive", _INVERTER
        ),
        Quantity("soc", "%", "état de charge", "state of charge", _INVERTER),
        Quantity("energy_charge_total", "Wh", "énergie chargée", "lifetime energy charged", _INVERTER, counter=True),
        Quantity(
            "energy_discharge_total", "Wh", "énergie déchargée", "lifetime energy discharged", _INVERTER, counter=True
        ),
        Quantity("p_import", "W", "puissance soutirée", "power drawn from the grid", _METER),
        Quantity("p_export", "W", "puissance injectée", "power fed into the grid", _METER),
        Quantity("energy_import_total", "Wh", "énergie soutirée", "lifetime energy drawn", _METER, counter=True),
        Quantity("energy_export_total", "Wh", "énergie injectée", "lifetime energy fed in", _METER, counter=True),
        Quantity("ghi", "W/m²", "éclairement global horizontal", "global horizontal irradiance", _WEATHER),
        Quantity("dni", "W/m²", "éclairement direct normal", "direct normal irradiance", _WEATHER),
        Quantity("dhi", "W/m²", "éclairement diffus horizontal", "diffuse horizontal irradiance", _WEATHER),
        Quantity("poa_global", "W/m²", "éclairement dans le plan des modules", "plane-of-array irradiance", _WEATHER),
        Quantity("temp_air", "°C", "température de l'air", "air temperature", _WEATHER),
        Quantity("temp_module", "°C", "température des modules", "module temperature", _WEATHER),
        Quantity("wind_speed", "m/s", "vitesse du vent", "wind speed", _WEATHER),
    )
}

_FIELD = re.compile(r"(?P<quantity>[a-z][a-z_]*?)(?:_(?P<input>[1-9][0-9]*))?")


def split_field(field: str) -> tuple[Quantity, int | None]:
    """The quantity and the DC input of a field: ``pdc_2`` is (pdc, 2), ``pac`` is (pac, None). Else ValueError."""
    match = _FIELD.fullmatch(field)
    quantity = QUANTITIES.get(match["quantity"]) if match else None
    if match is None or quantity is None or (match["input"] and not quantity.per_input):
        raise ValueError(f"{field!r} is no field: a quantity of config.quantities, with _N for DC input N")
    return quantity, int(match["input"]) if match["input"] else None


def input_field(quantity: str, number: int) -> str:
    """The field of one DC input: ('pdc', 2) is ``pdc_2``. Inputs count from 1."""
    return f"{quantity}_{number}"


def check_quantities(names: Iterable[str], role: Role, *, per_input: bool = False) -> None:
    """ValueError unless a device of that role can have these quantities (of its DC inputs)."""
    for name in names:
        if name not in QUANTITIES:
            raise ValueError(_("{name} is not a quantity that tepos knows").format(name=name))
        if role not in QUANTITIES[name].roles:
            raise ValueError(_("{name} is no quantity of a device of role {role}").format(name=name, role=role.value))
        if per_input and not QUANTITIES[name].per_input:
            raise ValueError(_("{name} is no quantity of a DC input").format(name=name))

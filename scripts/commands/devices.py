"""tepos devices: the supported maps, and on which real image each was verified."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from config import load_maps
from config.device_words import DeviceWords, device_words
from config.language import _
from config.quantities import Role
from config.sunspec_map import SunSpecMap
from scripts.console import document, out, say, table


def devices(
    as_json: Annotated[bool, typer.Option("--json", metavar="", help=_("One JSON document on stdout."))] = False,
) -> None:
    """List the device maps."""
    maps, said = load_maps().values(), device_words()
    if as_json:
        document(
            [
                {
                    "map": m.name,
                    "title": m.title,
                    "role": None if isinstance(m, SunSpecMap) else m.role,
                    "topology": None if isinstance(m, SunSpecMap) else m.topology,
                    "verified": list(m.verified),
                    "source": m.source,
                    "words": _words(said.get(m.name)),
                }
                for m in maps
            ]
        )
        return
    words = {Role.INVERTER: _("inverter"), Role.METER: _("meter"), Role.WEATHER: _("weather")}
    rows = [(m.name, ", ".join(words.values()) if isinstance(m, SunSpecMap) else words[m.role], m.title) for m in maps]
    out.print(table(_("Supported devices"), (_("map"), _("role"), _("device")), rows, fold=(2,)))
    say("")
    images = [(m.name, "\n".join(Path(name).stem for name in m.verified) or _("untested")) for m in maps]
    title = _("Verified on these register images of real devices")
    out.print(table(title, (_("map"), _("image")), images))


def _words(table: DeviceWords | None) -> dict[str, object] | None:
    """What its devices say of themselves, and what it means."""
    if table is None:
        return None
    told = {number: table.code(number) for number in table.codes}
    return {
        "source": table.source,
        "codes_are": table.codes_are,
        "states": {name: {"fr": w.fr, "en": w.en, "cause": w.cause} for name, w in table.states.items()},
        "codes": {
            str(number): {"maker": w.maker_code, "fr": w.fr, "en": w.en, "cause": w.cause} for number, w in told.items()
        },
    }

"""A year of a small town in InfluxDB as the demo makes it: with faults, and one site's name full of traps."""

from __future__ import annotations

import shutil
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from config import load
from config.settings import Settings
from config.town import Town
from scripts.jobs.reports import REPORTS
from scripts.lived import Story, past
from scripts.options import Workplace
from scripts.provenance import Provenance, refuse_mixture
from scripts.simulator.fault import Fault, FaultKind
from scripts.simulator.server import loopback

PARIS = ZoneInfo("Europe/Paris")
HOUR, DAY = 3_600_000, 86_400_000
HOSTILE = "l'école n° 2.b"
"""No file can call a site so (ids are slugs), but InfluxDB and Grafana must not care."""
_PLAIN = "ecole"
SITES = ("mairie", "salle", HOSTILE)
ROOFS = tuple(f"{site}/toit" for site in SITES)
INVERTERS = tuple(f"{site}/inv-1" for site in SITES)
FIRST, LAST = date(2025, 11, 1), date(2026, 10, 31)
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
"""Days of 23 and 25 hours."""
_INVENTED = 'source = "invented for a test", status = "assumed"'
_PLACE = """[place]
name = "Nulleville"
insee = "00000"
latitude = 50.46
longitude = 2.79
altitude = 50
tz = "Europe/Paris"
source = "invented for a test"
status = "assumed"
"""
_SITE = """
[[links]]
id = "{id}"
host = "127.0.0.1"
port = {port}

[[sites]]
id = "{id}"
name = "{id}"
owner = "commune"
source = "invented for a test"
status = "assumed"

[[sites.roofs]]
id = "toit"
name = "Toit"

[[sites.roofs.arrays]]
id = "pan"
kwp = {{ value = {kwp}, {invented} }}
surface_tilt = {{ value = 30, {invented} }}
surface_azimuth = {{ value = {azimuth}, {invented} }}
module = {{ technology = "mono-si" }}
feeds = [
  {{ inverter = "inv-1", input = 1, strings = 2, modules_per_string = 20 }},
  {{ inverter = "inv-1", input = 2, strings = 2, modules_per_string = 20 }},
]

[[sites.inverters]]
id = "inv-1"
map = "huawei_sun2000"
link = "{id}"
unit = 1
pac_rated = {{ value = {rated}, {invented} }}
"""
_TERRITORY = """
population = { value = 1000, source = "invented for a test", status = "assumed" }

[[milestones]]
ring = "electricity"
year = 2025
consumption = { value = 4_000, source = "invented for a test", status = "declared" }
production = { value = 100, source = "invented for a test", status = "declared" }
voted = 2024-03-28
source = "invented for a test"

[[milestones]]
ring = "electricity"
year = 2050
consumption = { value = 3_000, source = "invented for a test", status = "declared" }
production = { value = 3_000, source = "invented for a test", status = "declared" }
voted = 2024-03-28
source = "invented for a test"

[[used]]
year = 2025
carrier = "electricity"
mwh = 4_100
source = "invented for a test"
vintage = 2026-02-01
status = "measured"

[[missing]]
what = "fuel of transport"
holder = "nobody"
carrier = "fuel"

[[plants]]
site = "mairie"
municipal_roof = true
source = "invented for a test"
status = "assumed"
"""


def moment(text: str) -> int:
    """ms of a moment in the town's time."""
    return int(datetime.fromisoformat(text).replace(tzinfo=PARIS).timestamp() * 1000)


def _fault(number: int, kind: FaultKind, start: str, end: str) -> Fault:
    return Fault(INVERTERS[number], kind, moment(start), moment(end))


USED_2025_WH = 4_100_000_000.0
"""As territory.toml says."""
SITTINGS = (moment("2025-11-01"), moment("2026-03-30 12:00"), moment("2026-11-01 12:00"))
"""The demo is begun, taken up again, and looked at: its diagnosis looks back three months from the end of each."""
NOW = SITTINGS[-1]
STORY = Story(
    faults=(
        _fault(0, FaultKind.STRING_OPEN, "2026-03-20", "2026-05-01"),
        _fault(0, FaultKind.STRING_OPEN, "2026-10-10", "2027-01-01"),
        _fault(2, FaultKind.STRING_OPEN, "2026-03-22", "2026-05-01"),
        _fault(2, FaultKind.STRING_OPEN, "2026-10-12", "2027-01-01"),
        _fault(1, FaultKind.INVERTER_OFF, "2026-03-28 09:00", "2026-03-31"),
        _fault(1, FaultKind.INVERTER_OFF, "2026-10-24 09:00", "2026-10-27"),
        _fault(1, FaultKind.SILENT, "2026-09-10 09:00", "2026-09-12 15:00"),
        _fault(1, FaultKind.INVERTER_OFF, "2026-10-31 09:00", "2026-11-01 08:45"),
        _fault(1, FaultKind.SILENT, "2026-11-01 09:00", "2027-01-01"),
    )
)
"""Around the days when clocks change and at the end something is wrong on each roof: no board has to be empty."""


def filled(url: str, folder: Path) -> Workplace:
    """The demo's past in the InfluxDB of that address, whose files lie in `folder`."""
    place = Workplace(Settings(folder / "data", url), folder / "data", written(folder / "town"), url)
    refuse_mixture(place.data, Provenance.SIMULATED)
    town = hostile(place.town_folder)
    for start, end in pairwise(SITTINGS):
        shutil.rmtree(place.data / REPORTS, ignore_errors=True)  # else all months since would be printed, too
        outcomes = past(place, town, STORY, start, end, spool_bytes=8 << 20)
        assert not [f"{name}: {outcome.error}" for name, outcome in outcomes.items() if outcome.error]
    return place


def written(folder: Path) -> Path:
    """The town's files."""
    folder.mkdir(parents=True)
    given = (("mairie", 24, 180), ("salle", 30, 150), (_PLAIN, 18, 210))
    sites = [
        _SITE.format(id=name, port=15_020 + n, kwp=kwp, rated=kwp * 900, azimuth=azimuth, invented=_INVENTED)
        for n, (name, kwp, azimuth) in enumerate(given)
    ]
    (folder / "town.toml").write_text(_PLACE + "".join(sites), encoding="utf-8")
    (folder / "territory.toml").write_text(_TERRITORY, encoding="utf-8")
    return folder


def hostile(folder: Path) -> Town:
    """The town of these files, with the name that no file can hold."""
    town = loopback(load(folder), None)
    sites = tuple(site.model_copy(update={"id": HOSTILE}) if site.id == _PLAIN else site for site in town.sites)
    return town.model_copy(update={"sites": sites})

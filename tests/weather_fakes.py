"""Weather services written by hand, with invented numbers, on loopback: no real one was ever asked by these tests.

The shapes follow the documentation of the services: open-meteo.com/en/docs and its satellite-radiation page;
portail-api.meteofrance.fr (DPClim) and the field list of its hourly files; PVGIS' API page; the CAMS radiation CSV as
SoDa gives it; power.larc.nasa.gov/docs. What shines is half of the light outside the atmosphere over the place.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import numpy as np
from numpy.typing import NDArray

from collector.weather.answer import Limits
from collector.weather.frame import HOUR
from collector.weather.source import Spot
from models.pv.sky_quarters import extraterrestrial

SPOT = Spot(50.457, 2.793, 50.0)
QUICK = Limits(connect=0.5, read=0.3, total=0.6, size=2**20)
Instants = NDArray[np.int64]
Floats = NDArray[np.float64]


def ms(text: str) -> int:
    """``2026-05-04T10:00`` (UTC) as ms since 1970."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


def light(starts: Instants, step: int) -> Floats:
    """Light outside the atmosphere over the place."""
    return extraterrestrial(np.asarray(starts), step, SPOT.latitude, SPOT.longitude, SPOT.altitude)


def ghi(starts: Instants, step: int = HOUR) -> Floats:
    """The invented light: its mean over intervals that begin at `starts`."""
    return 0.5 * light(starts, step)


def temperature(instants: Instants) -> Floats:
    """The invented temperature, at instants: it rises by a degree an hour, and falls at midnight UTC."""
    return np.asarray(instants) % (24 * HOUR) / HOUR


@dataclass(frozen=True)
class Asked:
    """One request that came."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]


@dataclass(frozen=True)
class Reply:
    """What goes back. `short` sends so many bytes only, `hang` nothing at all, `drip` one byte after the other."""

    body: bytes | str = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    short: int | None = None
    hang: bool = False
    drip: float = 0.0


def as_json(document: Any, status: int = 200, **headers: str) -> Reply:
    """A JSON document."""
    return Reply(json.dumps(document), status, {"Content-Type": "application/json", **headers})


LOGIN_PAGE = Reply("<html><head><title>Portail</title></head><body>Bienvenue, identifiez-vous</body></html>")
BAD_GATEWAY = Reply("<html><h1>502 Bad Gateway</h1></html>", 502)


class FakeService:
    """A server whose every answer is decided by `decide`."""

    def __init__(self, decide: Callable[[Asked], Reply]) -> None:
        self.decide, self.asked = decide, list[Asked]()
        self.over = threading.Event()
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
                asked = Asked(self.path, query, dict(self.headers))
                service.asked.append(asked)
                service.send(self, service.decide(asked))

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def send(self, handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        """Answer, or break off as the reply says."""
        if reply.hang:
            self.over.wait(30)
            return
        body = reply.body.encode() if isinstance(reply.body, str) else reply.body
        try:
            handler.send_response(reply.status)
            for name, value in {"Content-Length": str(len(body)), **reply.headers}.items():
                handler.send_header(name, value)
            handler.end_headers()
            if reply.drip:
                for byte in body:
                    handler.wfile.write(bytes([byte]))
                    handler.wfile.flush()
                    if self.over.wait(reply.drip):
                        return
            handler.wfile.write(body[: reply.short])
        except OSError:
            pass  # who asked has gone


@contextmanager
def served(decide: Callable[[Asked], Reply] | Reply) -> Iterator[FakeService]:
    """A service at work."""
    service = FakeService(decide if callable(decide) else lambda _asked: decide)
    thread = threading.Thread(target=service.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.over.set()
        service.server.shutdown()
        service.server.server_close()
        thread.join()


def _hours_of(first: str, last: str) -> Instants:
    """Every hour of these days, both included."""
    return np.arange(ms(f"{first}T00:00"), ms(f"{last}T00:00") + 24 * HOUR, HOUR, dtype=np.int64)


def open_meteo(asked: Asked) -> dict[str, Any]:
    """What Open-Meteo answers to such a question: hours labelled by their end."""
    part = "hourly" if "hourly" in asked.query else "minutely_15"
    step = HOUR if part == "hourly" else HOUR // 4
    ends = np.arange(ms(asked.query["start_date"]), ms(asked.query["end_date"]) + 24 * HOUR, step, dtype=np.int64)
    shine = ghi(ends - step, step)
    known = {
        "shortwave_radiation": (shine, "W/m²"),
        "direct_normal_irradiance": (0.4 * shine, "W/m²"),
        "diffuse_radiation": (0.6 * shine, "W/m²"),
        "temperature_2m": (temperature(ends), "°C"),
        "wind_speed_10m": (np.full(len(ends), 3.0), "m/s" if asked.query["wind_speed_unit"] == "ms" else "km/h"),
    }
    names = asked.query[part].split(",")
    return {
        "latitude": 50.46,
        "longitude": 2.8,
        "generationtime_ms": 0.2,
        "utc_offset_seconds": 0,
        "timezone": "GMT",
        "timezone_abbreviation": "GMT",
        "elevation": 48.0,
        f"{part}_units": {"time": asked.query["timeformat"], **{name: known[name][1] for name in names}},
        part: {"time": (ends // 1000).tolist(), **{name: known[name][0].tolist() for name in names}},
    }


class MeteoFranceOrders:
    """The two steps of DPClim: an order, and its file after so many looks."""

    def __init__(self, table: Callable[[str, str], str] | None = None, looks: int = 1) -> None:
        self.table, self.looks, self.order = table or meteo_france_table, looks, Asked("", {}, {})

    def __call__(self, asked: Asked) -> Reply:
        if asked.headers.get("apikey") != "the-key":
            return as_json({"code": "900901", "message": "Invalid Credentials"}, 401)
        if "commande-station/horaire" in asked.path:
            self.order = asked
            return as_json({"elaboreProduitAvecDemandeResponse": {"return": "768920711632"}}, 202)
        if self.looks:
            self.looks -= 1
            return Reply(status=204)
        query = self.order.query
        text = self.table(query["date-deb-periode"], query["date-fin-periode"])
        return Reply(text, 201, {"Content-Type": "text/csv"})


def meteo_france_table(first: str, last: str, station: str = "59343001") -> str:
    """Hours labelled by their end, with decimal commas; without an instrument for diffuse light."""
    ends = np.arange(ms(first.rstrip("Z")), ms(last.rstrip("Z")) + HOUR, HOUR, dtype=np.int64)
    lines = ["POSTE;DATE;RR1;QRR1;T;QT;FF;QFF;INS;QINS;GLO;QGLO;DIR;QDIR;DIF;QDIF"]
    for end, shine, warm in zip(ends, ghi(ends - HOUR), temperature(ends), strict=True):
        label = datetime.fromtimestamp(int(end) // 1000, UTC).strftime("%Y%m%d%H")
        numbers = f"{station};{label};0,0;1;{warm:.1f};1;3,0;1;;;{shine * 3600 / 10_000:.3f};1;;;;"
        lines.append(numbers.replace(".", ","))
    return "\n".join(lines) + "\n"


def cams(asked: Asked) -> str:
    """The CSV of CAMS: metadata behind #, then the beginning and end of each interval and Wh/m²."""
    inputs = dict(pair.split("=") for pair in unquote(asked.query["DataInputs"]).split(";"))
    starts = _hours_of(inputs["date_begin"], inputs["date_end"])
    names = ("TOA", "Clear sky GHI", "Clear sky BHI", "Clear sky DHI", "Clear sky BNI", "GHI", "BHI", "DHI", "BNI")
    head = [
        "# Coding: utf-8",
        "# File format version: 2",
        "# Title: CAMS Radiation Service v4.5 all-sky irradiation (derived from satellite data)",
        f"# Latitude (positive North, ISO 19115): {inputs['latitude']}",
        f"# Longitude (positive East, ISO 19115): {inputs['longitude']}",
        f"# Altitude (m): {inputs['altitude']}",
        "# Time reference: Universal time (UT)",
        "# Summarization (integration) period: 0 year 0 month 0 day 1 h 0 min 0 s",
        "# noValue: nan",
        f"# Observation period;{';'.join(names)};Reliability",
    ]
    for start, shine in zip(starts, ghi(starts), strict=True):
        ends = (
            datetime.fromtimestamp(int(at) // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.0") for at in (start, start + HOUR)
        )
        parts = (2 * shine, shine, 0, shine, 0, shine, 0.4 * shine, 0.6 * shine, 0.4 * shine)
        head.append("/".join(ends) + ";" + ";".join(f"{part:.4f}" for part in parts) + ";1.0000")
    return "\n".join(head) + "\n"


CAMS_ERROR = Reply(
    '<?xml version="1.0" encoding="UTF-8"?><ows:ExceptionReport><ows:Exception exceptionCode="NoApplicableCode">'
    "<ows:ExceptionText>Process failed: User someone@example.org is not registered</ows:ExceptionText>"
    "</ows:Exception></ows:ExceptionReport>",
    400,
)


def pvgis(asked: Asked) -> dict[str, Any]:
    """PVGIS' hours of whole years, here a few days of the first: instants, ten minutes past the hour."""
    year = int(asked.query["startyear"])
    middles = _hours_of(f"{year}-06-01", f"{year}-06-10") + HOUR // 6
    shine = ghi(middles - HOUR // 2)
    # H_sun such that the beam on the ground is told from that normal to it.
    rows = [
        {
            "time": datetime.fromtimestamp(int(at) // 1000, UTC).strftime("%Y%m%d:%H%M"),
            "Gb(i)": 0.4 * g,
            "Gd(i)": 0.6 * g,
            "Gr(i)": 0.0,
            "H_sun": 30.0 if g > 0 else 0.0,
            "T2m": 15.0,
            "WS10m": 2.5,
            "Int": 0.0,
        }
        for at, g in zip(middles, shine.tolist(), strict=True)
    ]
    fields = {name: {"description": "…", "units": "W/m2"} for name in ("Gb(i)", "Gd(i)", "Gr(i)")}
    return {
        "inputs": {
            "location": {"latitude": 50.457, "longitude": 2.793, "elevation": 50.0},
            "meteo_data": {"radiation_db": asked.query["raddatabase"], "meteo_db": "ERA5"},
            "mounting_system": {"fixed": {"slope": {"value": 0}, "azimuth": {"value": 0}}},
        },
        "outputs": {"hourly": rows},
        "meta": {
            "inputs": {},
            "outputs": {"hourly": {"type": "time series", "timestamp": "hourly averages", "variables": fields}},
        },
    }


PVGIS_ERROR = as_json(
    {"message": "endyear: Incorrect value. Please, enter an integer between 2005 and 2023.", "status": 400}, 400
)


def nasa_power(asked: Asked) -> dict[str, Any]:
    """NASA POWER's hours, labelled by their start; the last day has no light yet (-999)."""
    days = [f"{text[:4]}-{text[4:6]}-{text[6:]}" for text in (asked.query["start"], asked.query["end"])]
    starts = _hours_of(*days)
    labels = [datetime.fromtimestamp(int(at) // 1000, UTC).strftime("%Y%m%d%H") for at in starts]
    late = starts >= ms(days[1])
    shine = np.where(late, -999.0, ghi(starts))
    values = {
        "ALLSKY_SFC_SW_DWN": (shine, "Wh/m^2"),
        "ALLSKY_SFC_SW_DNI": (np.where(late, -999.0, 0.4 * shine), "Wh/m^2"),
        "ALLSKY_SFC_SW_DIFF": (np.where(late, -999.0, 0.6 * shine), "Wh/m^2"),
        "T2M": (np.full(len(starts), 12.0), "C"),
        "WS10M": (np.full(len(starts), 4.0), "m/s"),
    }
    names = asked.query["parameters"].split(",")
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [2.793, 50.457, 60.2]},
        "properties": {"parameter": {n: dict(zip(labels, values[n][0].tolist(), strict=True)) for n in names}},
        "header": {
            "title": "NASA/POWER Source Native Resolution Hourly Data",
            "api": {"version": "v2.8.0", "name": "POWER Hourly API"},
            "fill_value": -999.0,
            "time_standard": "UTC",
            "start": asked.query["start"],
            "end": asked.query["end"],
        },
        "messages": [],
        "parameters": {n: {"units": values[n][1], "longname": "…"} for n in names},
        "times": {"data": 0.5, "process": 0.1},
    }

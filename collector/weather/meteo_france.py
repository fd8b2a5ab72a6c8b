"""Météo-France: one station's hours, by the climatological API of its portal (DPClim), with a key.

Format after the API's pages on portail-api.meteofrance.fr: an order (202, with its number) is waited for (204) and
fetched (201) as CSV: semicolons, decimal commas, one column per measurement and its quality in Q…; DATE is
YYYYMMDDHH in UTC. GLO and DIF are J/cm² over the hour before, T (°C) and FF (m/s, at 10 m) those of the instant.
The files of meteo.data.gouv.fr have the same columns under NUM_POSTE and AAAAMMJJHH, with decimal points.
"""

from __future__ import annotations

import io
import time
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from collector.errors import WeatherFormat, WeatherRefused, WeatherSlow
from collector.weather.answer import LIMITS, Answer, Limits, ask, promised, reading
from collector.weather.frame import DAY, HOUR, Floats, WeatherFrame, over_interval, rows_of
from collector.weather.source import Spot
from config.kwh import ExpectedBasis
from config.language import _

URL = "https://public-api.meteofrance.fr/public/DPClim/v1"
JOULES = 10_000 / 3600
"""W/m² for each J/cm² in an hour."""
FIELDS = {"ghi": ("GLO", JOULES), "dhi": ("DIF", JOULES), "temp_air": ("T", 1.0), "wind_speed": ("FF", 1.0)}
DOUBTFUL = 2
"""Quality: 0 protected, 1 validated, 2 doubtful, 9 passed the first filters."""
PENDING = 204


class MeteoFrance:
    """The hours of one station, by its eight digits (Lille-Lesquin is 59343001), wherever the town is."""

    name = "meteo-france"
    basis = ExpectedBasis.SATELLITE
    gives = frozenset(FIELDS)
    delay = DAY

    def __init__(
        self, station: str, key: str | None, *, url: str = URL, pause: float = 3.0, limits: Limits = LIMITS
    ) -> None:
        """`pause`: seconds between two looks whether an order is ready."""
        self._station, self._key, self._url, self._pause, self._limits = station, key, url, pause, limits
        self.attribution = f"Météo-France (station {station}), Licence Ouverte 2.0"

    def fetch(self, spot: Spot, start: int, end: int, now: int) -> WeatherFrame:
        """See Source. A stretch of more than a year is refused by the service."""
        ends = {"date-deb-periode": _hour(start + HOUR), "date-fin-periode": _hour(end)}
        order = self._ask("commande-station/horaire", {"id-station": self._station, **ends}).document()
        with reading(self.name):
            number = str(order["elaboreProduitAvecDemandeResponse"]["return"])
        text = self._product(number)
        with reading(self.name):
            rows = self._rows(text, start, end)
        return WeatherFrame(rows, HOUR, self.name, self.attribution, now)

    def _product(self, number: str) -> str:
        deadline = time.monotonic() + self._limits.total
        while (answer := self._ask("commande/fichier", {"id-cmde": number})).status == PENDING:
            if time.monotonic() + self._pause > deadline:
                raise WeatherSlow(_("{service}: the order was not ready in time").format(service=self.name))
            time.sleep(self._pause)
        return answer.text()

    def _ask(self, path: str, params: dict[str, str]) -> Answer:
        if self._key is None:
            raise WeatherRefused(_("{service} needs a key").format(service=self.name))
        headers = {"apikey": self._key, "Accept": "*/*"}
        return ask(self.name, f"{self._url}/{path}", params, headers=headers, secret=self._key, limits=self._limits)

    def _rows(self, text: str, start: int, end: int) -> pd.DataFrame:
        if not text.endswith("\n"):
            text = text[: text.rfind("\n") + 1]  # a line cut off may end within a number
        table = pd.read_csv(io.StringIO(text), sep=";", dtype=str)
        if "DATE" not in table.columns or "GLO" not in table.columns:
            told = _("{service}: no columns DATE and GLO, but: {said}")
            raise WeatherFormat(told.format(service=self.name, said=", ".join(map(str, table.columns))[:200]))
        for station in table["POSTE"].str.strip().unique():
            promised(self.name, "POSTE", station, self._station)
        moments = pd.to_datetime(table["DATE"], format="%Y%m%d%H", utc=True)
        ends = pd.DatetimeIndex(moments).as_unit("ms").asi8
        values = {column: _numbers(table, field) * factor for column, (field, factor) in FIELDS.items()}
        for column in ("temp_air", "wind_speed"):
            values[column] = over_interval(ends, values[column], HOUR)
        return rows_of(ends - HOUR, values, start, end)


def _numbers(table: pd.DataFrame, field: str) -> Floats:
    """A column of numbers, the doubtful ones missing; a station without that instrument has none."""
    if field not in table.columns:
        return np.full(len(table), np.nan)
    values = pd.to_numeric(table[field].str.strip().str.replace(",", "."))
    if f"Q{field}" in table.columns:
        values = values.mask(pd.to_numeric(table[f"Q{field}"]) == DOUBTFUL)
    return values.to_numpy(float)


def _hour(instant: int) -> str:
    return datetime.fromtimestamp(instant // 1000, UTC).strftime("%Y-%m-%dT%H:00:00Z")

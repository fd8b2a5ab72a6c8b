"""CAMS radiation of Copernicus, by satellite, from 2004 until two days ago; asked at SoDa with an e-mail address.

The address asked is pvlib.iotools.get_cams', the answer is read by pvlib.iotools.read_cams. Its getter is not used:
it has no bound on size or total time, speaks to https only and puts the user's e-mail into its errors. Format: lines
`# …` of metadata, the last of them the names; then `start/end;…` with semicolons, irradiation in Wh/m².
"""

from __future__ import annotations

import io
from datetime import UTC, datetime

import numpy as np
import pandas as pd
from pvlib.iotools import read_cams

from collector.errors import WeatherFormat, WeatherRefused
from collector.weather.answer import LIMITS, Limits, ask, promised, reading
from collector.weather.frame import DAY, HOUR, LIGHT, QUARTER, WeatherFrame, rows_of
from collector.weather.source import Spot
from config.kwh import ExpectedBasis
from config.language import _

URL = "https://api.soda-solardata.com/service/wps"
STEPS = {HOUR: ("PT01H", "1h"), QUARTER: ("PT15M", "15min")}
NAMES_OF_COLUMNS = "\n# Observation period"
RELIABLE = 0.5
"""Part of the interval whose images could be used."""


class Cams:
    """CAMS radiation at a place; at most 100 questions a day."""

    name = "cams"
    basis = ExpectedBasis.SATELLITE
    gives = frozenset(LIGHT)
    delay = 2 * DAY
    attribution = "Copernicus Atmosphere Monitoring Service (CAMS) radiation, by SoDa; CC BY 4.0"

    def __init__(self, email: str | None, *, step: int = HOUR, url: str = URL, limits: Limits = LIMITS) -> None:
        """ValueError for a step other than an hour or a quarter-hour."""
        if step not in STEPS:
            raise ValueError(f"CAMS is asked for hours or quarter-hours, not for {step} ms")
        self._email, self._step, self._url, self._limits = email, step, url, limits

    def fetch(self, spot: Spot, start: int, end: int, now: int) -> WeatherFrame:
        """See Source."""
        if self._email is None:
            raise WeatherRefused(_("{service} needs the e-mail address of a SoDa account").format(service=self.name))
        summarization, step = STEPS[self._step]
        inputs = {
            "latitude": f"{spot.latitude:.4f}",
            "longitude": f"{spot.longitude:.4f}",
            "altitude": f"{spot.altitude:.0f}",
            "date_begin": _date(start),
            "date_end": _date(end - 1),
            "time_ref": "UT",
            "summarization": summarization,
            "username": self._email.replace("@", "%2540"),
            "verbose": "false",
        }
        # Sub-parameters between semicolons, which requests would escape if it were given them as parameters.
        data = ";".join(f"{key}={value}" for key, value in inputs.items())
        wps = "Service=WPS&Request=Execute&Identifier=get_cams_radiation&version=1.0.0&RawDataOutput=irradiation"
        answer = ask(self.name, f"{self._url}?DataInputs={data}&{wps}", secret=self._email, limits=self._limits)
        with reading(self.name):
            rows = self._rows(answer.text(), step, start, end)
        return WeatherFrame(rows, self._step, self.name, self.attribution, now)

    def _rows(self, text: str, step: str, start: int, end: int) -> pd.DataFrame:
        if NAMES_OF_COLUMNS not in text:  # read_cams would look for it for ever
            said = " ".join(text[:200].split())
            raise WeatherFormat(_("{service}: no CAMS table, but: {said}").format(service=self.name, said=said))
        data, meta = read_cams(io.StringIO(text[: text.rfind("\n") + 1]))
        promised(self.name, "time_step", meta["time_step"], step)
        data = data[data.index.notna()]
        values = {column: data[column].to_numpy(float) for column in LIGHT}
        doubtful = data["Reliability"].to_numpy(float) < RELIABLE
        values = {column: np.where(doubtful, np.nan, each) for column, each in values.items()}
        return rows_of(pd.DatetimeIndex(data.index).as_unit("ms").asi8, values, start, end)


def _date(instant: int) -> str:
    return datetime.fromtimestamp(instant // 1000, UTC).date().isoformat()

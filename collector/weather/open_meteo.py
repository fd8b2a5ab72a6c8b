"""Open-Meteo: recent analyses, the ERA5 reanalysis and satellites, without a key (not for commercial use).

Format after open-meteo.com/en/docs and its satellite-radiation page: one JSON object; lists of equal length under
`hourly` or `minutely_15`, their units under `…_units`. Radiation is the mean of the time before its label, temperature
and wind are those of the instant. Errors: ``{"error": true, "reason": "…"}`` with 400, 429 when asked too often.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import numpy as np

from collector.errors import WeatherFormat
from collector.weather.answer import LIMITS, Limits, ask, promised, reading
from collector.weather.frame import COLUMNS, DAY, HOUR, LIGHT, QUARTER, Floats, WeatherFrame, over_interval, rows_of
from collector.weather.source import Spot
from config.kwh import ExpectedBasis
from config.language import _

Name = Literal["open-meteo", "open-meteo-archive", "open-meteo-satellite"]

VARIABLES = {
    "ghi": ("shortwave_radiation", "W/m²"),
    "dni": ("direct_normal_irradiance", "W/m²"),
    "dhi": ("diffuse_radiation", "W/m²"),
    "temp_air": ("temperature_2m", "°C"),
    "wind_speed": ("wind_speed_10m", "m/s"),
}


@dataclass(frozen=True, slots=True)
class _Service:
    url: str
    gives: tuple[str, ...]
    delay: int
    data: str
    """Whose data they are."""
    extra: Mapping[str, str]


SERVICES: dict[Name, _Service] = {
    "open-meteo": _Service("https://api.open-meteo.com/v1/forecast", COLUMNS, HOUR, "national weather services", {}),
    "open-meteo-archive": _Service(
        "https://archive-api.open-meteo.com/v1/archive", COLUMNS, 5 * DAY, "ERA5, Copernicus", {"models": "era5"}
    ),
    "open-meteo-satellite": _Service(
        "https://satellite-api.open-meteo.com/v1/archive",
        LIGHT,
        3 * HOUR,
        "EUMETSAT, DWD",
        {"models": "satellite_radiation_seamless"},
    ),
}
"""The first keeps about three months, the second reaches back to 1940."""


class OpenMeteo:
    """One of its services. With a key the paid servers are asked."""

    basis = ExpectedBasis.SATELLITE

    def __init__(
        self,
        name: Name = "open-meteo",
        *,
        step: int = HOUR,
        key: str | None = None,
        url: str | None = None,
        limits: Limits = LIMITS,
    ) -> None:
        """`step`: an hour, or a quarter-hour, which only the first service has. ValueError for another."""
        if step not in ((HOUR, QUARTER) if name == "open-meteo" else (HOUR,)):
            raise ValueError(f"{name} has no steps of {step} ms")
        self.name = name
        self._service, self._step, self._key, self._limits = SERVICES[name], step, key, limits
        self._url = url or (self._service.url.replace("://", "://customer-") if key else self._service.url)
        self.gives, self.delay = frozenset(self._service.gives), self._service.delay
        self.attribution = f"Open-Meteo.com ({self._service.data}), CC BY 4.0"

    def fetch(self, spot: Spot, start: int, end: int, now: int) -> WeatherFrame:
        """See Source."""
        part = "hourly" if self._step == HOUR else "minutely_15"
        wanted = {column: VARIABLES[column] for column in self._service.gives}
        answer = ask(
            self.name,
            self._url,
            {
                "latitude": f"{spot.latitude:.4f}",
                "longitude": f"{spot.longitude:.4f}",
                part: ",".join(name for name, _unit in wanted.values()),
                "start_date": _date(start),
                "end_date": _date(end),  # the last interval of a day is labelled by the midnight after it
                "timeformat": "unixtime",
                "wind_speed_unit": "ms",
                **self._service.extra,
                **({"apikey": self._key} if self._key else {}),
            },
            secret=self._key,
            limits=self._limits,
        )
        document = answer.document()
        with reading(self.name):
            promised(self.name, "utc_offset_seconds", document["utc_offset_seconds"], 0)
            units, lists = document[f"{part}_units"], document[part]
            promised(self.name, "time", units["time"], "unixtime")
            for name, unit in wanted.values():
                promised(self.name, name, units[name], unit)
            ends = np.asarray(lists["time"], dtype=np.int64) * 1000
            if (np.diff(ends) != self._step).any():
                raise WeatherFormat(_("{service}: the times are not evenly spaced").format(service=self.name))
            values = {column: self._values(column, lists[name], len(ends)) for column, (name, _unit) in wanted.items()}
            for column in values.keys() - LIGHT:
                values[column] = over_interval(ends, values[column], self._step)
            rows = rows_of(ends - self._step, values, start, end)
        return WeatherFrame(rows, self._step, self.name, self.attribution, now)

    def _values(self, column: str, found: list[float | None], length: int) -> Floats:
        if len(found) != length:
            what = _("{service}: {column} has {found} values for {length} times")
            raise WeatherFormat(what.format(service=self.name, column=column, found=len(found), length=length))
        return np.asarray(found, dtype=np.float64)


def _date(instant: int) -> str:
    return datetime.fromtimestamp(instant // 1000, UTC).date().isoformat()

"""What a source of weather is: a service, a file, or the demo's invented sky."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from collector.weather.frame import WeatherFrame
from config.kwh import ExpectedBasis


@dataclass(frozen=True, slots=True)
class Spot:
    """A place: degrees north and east, m above the sea."""

    latitude: float
    longitude: float
    altitude: float


class Source(Protocol):
    """Gives the weather of a place in the past."""

    @property
    def name(self) -> str:
        """Under which its rows are kept; each source of a town has its own."""
        ...

    @property
    def basis(self) -> ExpectedBasis:
        """What an expectation from this weather rests on."""
        ...

    @property
    def attribution(self) -> str:
        """Whom to name beside a figure, and the licence of the data."""
        ...

    @property
    def gives(self) -> frozenset[str]:
        """Which columns may have values."""
        ...

    @property
    def delay(self) -> int:
        """ms until an instant has weather: asking earlier is in vain."""
        ...

    def fetch(self, spot: Spot, start: int, end: int, now: int) -> WeatherFrame:
        """The rows that begin within start..end (ms UTC), as far as the source has them; asked at `now`.

        Raises WeatherError and its kinds only. A part that is missing is missing in the frame, or NaN: no error.
        """
        ...

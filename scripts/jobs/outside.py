"""The weather from outside with which the jobs of a workplace work: where it is kept, and whom it is asked of.

Simulated readings never meet real weather, nor measured ones an invented sky. A simulated town asks nobody but the demo
that gives it its sky; by hand, without that demo, its jobs see what the demo has left in the archive.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from collector.weather.archive import Archive
from collector.weather.source import Source, Spot
from collector.weather.sources import Secrets, open_sources
from config.faults import ConfigError
from config.kwh import ExpectedBasis
from config.settings import Settings
from config.town import Town
from scripts.jobs.closing import ServiceWeather
from scripts.jobs.weather import ARCHIVE, service_weather
from scripts.options import Workplace
from scripts.provenance import holds_simulated
from scripts.simulator.weather import SyntheticWeather


@dataclass(frozen=True, slots=True)
class Outside:
    """The weather from outside, opened."""

    archive: Archive
    sources: Sequence[Source]
    """Those to ask, the best first."""
    order: Sequence[str]
    """The names of those whose weather is used, the best first."""

    def seen_at(self, spot: Spot) -> ServiceWeather:
        """What closing sees of it."""
        return service_weather(self.archive, self.order, spot)


@contextmanager
def weather_outside(
    place: Workplace, town: Town, sources: Sequence[Source] | None = None, make: bool = True
) -> Iterator[Outside | None]:
    """The weather of the town's own sources, or of `sources`; None where there are none.

    Without `make` an archive that does not exist is not made either. StoreError when it cannot be used; ValueError for
    an invented source of a town that is not simulated, and the other way round.
    """
    simulated = is_simulated(place, town)
    if sources is None:
        sources = [] if simulated else configured(place, town)
    if any((source.basis is ExpectedBasis.SYNTHETIC) is not simulated for source in sources):
        raise ValueError("simulated and real do not go together")
    order = [SyntheticWeather.name] if simulated else [source.name for source in sources]
    path = place.data / ARCHIVE
    if not order or (simulated and not sources and not path.exists()):
        yield None
        return
    with Archive(path if make or path.exists() else None) as archive:
        yield Outside(archive, sources, order)


def configured(place: Workplace, town: Town) -> list[Source]:
    """The sources that the town's file names. Their secrets are read anew: a key is renewed while tepos runs."""
    if not town.weather:
        return []
    try:
        told = Settings.from_environment(os.environ)
    except ConfigError:  # a file that is just being replaced: what was read at the start must do
        told = place.settings
    secrets = Secrets(told.open_meteo_key, told.meteo_france_key, told.cams_email)
    return open_sources(town.weather, secrets, place.town_folder)


def is_simulated(place: Workplace, town: Town) -> bool:
    """Whether the town, its data directory or the one in which its store stands holds what nobody measured."""
    return town.simulated or holds_simulated(place)

"""What is true about the town: data, and the shape of that data. The one door to the files is `load`."""

from config.faults import ConfigError, Fault
from config.load import load, load_contracts, load_territory
from config.maps import load_maps
from config.settings import Settings
from config.town import Town

__all__ = ["ConfigError", "Fault", "Settings", "Town", "load", "load_contracts", "load_maps", "load_territory"]

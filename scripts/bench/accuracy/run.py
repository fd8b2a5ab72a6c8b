"""tepos bench accuracy: every data set that the folder has, each method with its interval and its definition."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from scripts.bench import Figure

BESIDE = Path(__file__).parents[4] / "shared" / "pvdata"
"""Where the measurements lie beside a clone of the project; nothing of them is part of it."""
SETS = {
    "reunion": "enerpos/PV_ENERPOS_*.csv*",
    "serf": "labelled/system_50_ac_power_2_full_DST_*.csv.gz",
    "simeasren": "simeasren/measured_and_simulated.csv.gz",
    "neighbours": "neighbours/*",
}
"""Module of this package -> files of its measurements."""


def present(folder: Path) -> list[str]:
    """The sets whose measurements the folder has."""
    return [name for name, files in SETS.items() if any(folder.glob(files))]


def run(folder: Path, seed: int) -> Iterator[Figure]:
    """The figures of all sets that the folder has; the seed draws days for the intervals, and halves of many days."""
    for name in present(folder):
        if find_spec(f"{__package__}.{name}"):
            figures: Callable[[Path, int], list[Figure]] = import_module(f"{__package__}.{name}").figures
            yield from figures(folder, seed)

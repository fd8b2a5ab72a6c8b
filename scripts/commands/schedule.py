"""tepos schedule: the jobs alone, as a service: all that was missed, then each at its time, until told to stop."""

from __future__ import annotations

import signal
import threading

from config.language import _
from scripts.console import tell
from scripts.options import DataOption, TownOption, workplace
from scripts.role import Role


def schedule(town: TownOption = None, data: DataOption = None) -> None:
    """Close quarter-hours and days, and keep the store in order."""
    from scripts.jobs.registry import opened
    from scripts.scheduler import Scheduling

    place = workplace(data, town)
    loaded = place.load_town()
    place.refuse_senseless_store()
    stopping = threading.Event()
    with Role(place.data, "schedule"):
        scheduling = Scheduling(lambda: opened(place, loaded))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        scheduling.start()
        tell(_("the jobs run; stop with Ctrl-C"))
        stopping.wait()
        scheduling.stop()

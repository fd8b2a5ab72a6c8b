"""tepos serve: the page alone, as a service."""

from __future__ import annotations

import signal
import threading
from typing import Annotated

import typer

from config.language import _
from scripts.console import simulated_notice, tell
from scripts.options import DataOption, TownOption, workplace
from scripts.provenance import Provenance, provenance
from scripts.role import Role


def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, metavar="N", help=_("Port of the page; 0: any."))] = 8000,
    host: Annotated[str, typer.Option(metavar="HOST", help=_("Where it listens."))] = "127.0.0.1",
    town: TownOption = None,
    data: DataOption = None,
) -> None:
    """Show the page until Ctrl-C."""
    from scripts.serving import Serving, refuse_open_host, served_of

    place = workplace(data, town)
    loaded = place.load_town()
    refuse_open_host(host, place)
    simulated = provenance(place.data) is Provenance.SIMULATED
    if simulated:
        tell(simulated_notice(), "bold yellow")
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    with Role(place.data, "serve"):
        serving = Serving(served_of(place, loaded, simulated=simulated), port, host)
        serving.start()
        tell(_("the page is served; stop with Ctrl-C"))
        stopping.wait()
        serving.stop()

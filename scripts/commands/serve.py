"""tepos serve: the page alone, as a service."""

from __future__ import annotations

from typing import Annotated

import typer

from config.language import _
from scripts.console import NOT_SO, simulated_notice, stop, tell
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
    from scripts.serving import refuse_open_host, served_of, server

    place = workplace(data, town)
    loaded = place.load_town()
    refuse_open_host(host, place)
    simulated = provenance(place.data) is Provenance.SIMULATED
    if simulated:
        tell(simulated_notice(), "bold yellow")
    with Role(place.data, "serve"):
        tell(_("the page: http://{host}:{port}/; stop with Ctrl-C").format(host=host, port=port))
        served = server(served_of(place, loaded, simulated=simulated), host, port)
        try:
            served.run()
        except SystemExit:
            sentence = _("the page cannot listen on {host}:{port}: is another program there? Give another --port")
            stop(NOT_SO, sentence.format(host=host, port=port))

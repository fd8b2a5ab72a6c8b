"""tepos grafana: the boards into a Grafana, or into a folder for one that reads files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.language import _
from config.settings import read_secret
from scripts.console import NOT_SO, WRONG, document, out, say, stop, table
from scripts.options import DataOption, JsonOption, workplace

if TYPE_CHECKING:
    from dashboards.grafana.push import Done, Influx

app = typer.Typer(no_args_is_help=True)


@app.command("push", help=_("Boards (and, if asked, data sources and alert rules) into a running Grafana."))
def push(
    url: Annotated[str, typer.Option("--url", metavar="URL", help=_("Grafana's address."))],
    token_file: Annotated[
        Path, typer.Option("--token-file", metavar="FILE", help=_("File with a service account's token, mode 600."))
    ],
    influx_token_file: Annotated[
        Path | None,
        typer.Option(
            "--influx-token-file", metavar="FILE", help=_("Data sources too, with this token: one that only reads.")
        ),
    ] = None,
    influx_url: Annotated[
        str | None,
        typer.Option("--influx-url", metavar="URL", help=_("InfluxDB as Grafana reaches it; else as tepos does.")),
    ] = None,
    rules: Annotated[
        bool, typer.Option("--rules", metavar="", help=_("Alert rules too: all paused, but the silence of tepos."))
    ] = False,
    mail: Annotated[
        str | None, typer.Option("--mail", metavar="ADDRESS", help=_("Where Grafana mails alerts: its contact point."))
    ] = None,
    policy: Annotated[
        bool, typer.Option("--policy", metavar="", help=_("REPLACES all notification policies of Grafana."))
    ] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Push; done again it changes nothing that is the same."""
    from dashboards.grafana import push as pushing
    from dashboards.grafana.face import Grafana

    place = workplace(data)
    if policy and not mail:
        stop(WRONG, _("--policy sends to the contact point: give its address with --mail"))
    try:
        grafana = Grafana(url, read_secret(token_file, "--token-file", str(token_file)))
        influx = _influx(place.store_url, influx_url, influx_token_file) if influx_token_file else None
    except ValueError as error:
        stop(WRONG, str(error))
    if influx is None and place.store_file is not None and not influx_url:
        say(
            _("The store here is embedded: Grafana cannot read it, its boards stay empty. They need InfluxDB."),
            "yellow",
        )
    done: list[Done] = []
    if influx is not None:
        done += pushing.push_sources(grafana, influx)
    done += pushing.push_boards(grafana)
    if rules:
        done += pushing.push_rules(grafana)
    if mail:
        done += pushing.push_contact(grafana, mail)
    if policy:
        done += pushing.push_policy(grafana)
    if as_json:
        items = [{"what": each.what, "name": each.name, "change": each.change.value} for each in done]
        document({"url": grafana.url, "pushed": items})
        return
    words = {"made": _("made"), "changed": _("changed"), "unchanged": _("as it was")}
    rows = [(each.what, each.name, words[each.change.value]) for each in done]
    out.print(table(grafana.url, (_("what"), _("name"), _("in Grafana")), rows))


@app.command("export", help=_("Boards and provisioning as files, for a Grafana that reads its own."))
def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=_("Folder to write into; files there are replaced."))],
    as_json: JsonOption = False,
) -> None:
    """Write dashboards/*.json and provisioning/**, as Grafana reads them at its start."""
    from dashboards.grafana.export import files

    if folder.exists() and not folder.is_dir():
        stop(NOT_SO, _("{folder} is no folder").format(folder=folder))
    written = []
    for name, content in files():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        written.append(name.as_posix())
    if as_json:
        document({"folder": str(folder), "files": written})
        return
    say(_("{folder}: files written: {n}").format(folder=folder, n=len(written)))


def _influx(store: str, url: str | None, token_file: Path) -> Influx:
    """The InfluxDB of TEPOS_STORE, or at another address; ValueError when there is none."""
    from urllib.parse import urlsplit

    from collector.store.influx_address import InfluxAddress
    from dashboards.grafana.push import Influx

    if not store.startswith("influxdb"):
        raise ValueError(_("TEPOS_STORE names no InfluxDB: Grafana cannot read the embedded store"))
    address = InfluxAddress.parse(store)
    if address.policy:
        raise ValueError(_("Grafana reads the default policy only: give a bucket without one"))
    parts = urlsplit(url or address.origin)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError(_("this is no address of an InfluxDB: write http://host:8086"))
    token = read_secret(token_file, "--influx-token-file", str(token_file))
    return Influx((url or address.origin).rstrip("/"), address.database, token)

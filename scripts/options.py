"""The options that several commands share, and what they mean together with the environment (TEPOS_*)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import quote, unquote

import typer

from collector.errors import StoreDenied, StoreError
from collector.store import Store, open_store
from config import ConfigError, load
from config.language import _
from config.settings import Settings
from config.town import Town
from scripts.console import WRONG, start_logging, stop

DEFAULT_TOWN = Path(__file__).parents[1] / "config" / "towns" / "loos-en-gohelle"

DataOption = Annotated[
    Path | None, typer.Option("--data", metavar="DIR", help=_("Where tepos keeps its files (default ./data)."))
]
TownOption = Annotated[
    Path | None, typer.Option("--town", metavar="DIR", help=_("The town's directory (default: Loos-en-Gohelle)."))
]
JsonOption = Annotated[bool, typer.Option("--json", metavar="", help=_("One JSON document on stdout; logs on stderr."))]
PortOption = Annotated[
    int | None,
    typer.Option(
        "--port",
        min=0,
        max=65535,
        metavar="N",
        help=_("Port of the page (default 8000, or a free one when it is taken)."),
    ),
]


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where a command works: settings of the environment, overridden by its options."""

    settings: Settings
    data: Path
    town_folder: Path
    store_url: str

    def load_town(self) -> Town:
        """The town's configuration; ConfigError with every fault."""
        return load(self.town_folder)

    def open_store(self) -> Store:
        """Open the store, reading the token's file anew: tokens are rotated while tepos runs."""
        try:
            token = Settings.from_environment(os.environ).influx_token
        except ConfigError as error:
            raise StoreDenied(str(error)) from None
        return open_store(self.store_url, token)

    @property
    def store_file(self) -> Path | None:
        """The file of the embedded store; None for a server."""
        if not self.store_url.startswith("sqlite:///"):
            return None
        return Path(unquote(self.store_url.removeprefix("sqlite:///")))

    @property
    def store_is_made(self) -> bool:
        """False as long as an embedded store does not exist: who only looks at it must not make it."""
        return self.store_file is None or self.store_file.exists()

    def refuse_senseless_store(self) -> None:
        """End the command when the store's address can never be right. A store that is down now may come back."""
        try:
            self.open_store().close()
        except ValueError as error:
            stop(WRONG, str(error))
        except StoreError:
            return


def workplace(data: Path | None = None, town: Path | None = None) -> Workplace:
    """Put options and environment together, and start the logs."""
    settings = Settings.from_environment(os.environ)
    start_logging(settings.log_level.upper())
    folder = (data or settings.data).absolute()
    beside = data is not None and not os.environ.get("TEPOS_STORE")
    url = embedded(folder) if beside else settings.store
    return Workplace(settings, folder, town or settings.town or DEFAULT_TOWN, url)


def embedded(folder: Path) -> str:
    """The address of the embedded store in a data directory."""
    return f"sqlite:///{quote(str(folder / 'store.db'))}"

"""The page put together on a workplace, and served: in this thread as a service, or in one of its own beside others."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from collector.ledger_file import LEDGER
from collector.people import PEOPLE
from config.language import _
from config.town import Town
from dashboards.accounts.database import ACCOUNTS
from models.pv.plant import plant_of
from scripts import behind_page
from scripts.console import NOT_SO, WRONG, stop, tell
from scripts.moments import utc_ms, zone
from scripts.options import Workplace
from scripts.situation import situation

if TYPE_CHECKING:
    import uvicorn

    from collector.store import Store
    from dashboards.web.served import Served

log = logging.getLogger(__name__)
PORT = 8000
"""Of the page, where nobody says otherwise."""
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
BEGIN_SECONDS, END_SECONDS = 20.0, 5.0


def served_of(place: Workplace, town: Town, *, simulated: bool) -> Served:
    """What the page is made on: everything that it may open, and the host's clock."""
    from dashboards.web.served import Served

    def open_store() -> Store | None:
        return place.open_store() if place.store_is_made else None

    def state() -> Mapping[str, Any]:
        return situation(place, utc_ms())

    return Served(
        town=town,
        plant=plant_of(town),
        tz=zone(town.place.tz),
        simulated=simulated,
        open_store=open_store,
        ledger=place.data / LEDGER,
        accounts=place.data / ACCOUNTS,
        people=place.data / PEOPLE,
        situation=state,
        now=utc_ms,
        alerts=partial(behind_page.open_alerts, place, town),
        acknowledge=partial(behind_page.acknowledge, place),
        works=partial(behind_page.works, place),
        plan=partial(behind_page.plan, place),
        finish=partial(behind_page.finish, place),
        progress=partial(behind_page.progress, place, town),
        send=behind_page.letters(place),
        public_url=place.settings.public_url,
    )


def refuse_open_host(host: str, place: Workplace) -> None:
    """End the command when the page would be reached without TLS: only this machine, or a proxy, may ask it."""
    if host not in LOOPBACK and place.settings.public_url is None:
        sentence = _("{host} would be reached without TLS: put a proxy before tepos and give its address in {name}.")
        stop(WRONG, sentence.format(host=host, name="TEPOS_PUBLIC_URL"))


def server(site: Served, host: str, port: int) -> uvicorn.Server:
    """The server of the page, which nobody has started yet."""
    import uvicorn

    from dashboards.web.app import make_app

    config = uvicorn.Config(
        make_app(site),
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=site.public_url is not None,
        timeout_graceful_shutdown=3,
        lifespan="off",
    )
    return uvicorn.Server(config)


def beside(site: Served, port: int | None, *, log_it: bool = False) -> Serving:
    """The page beside other work; without a wish at the usual port, or at a free one when that is taken.

    `log_it`: its address is an event among others, for a journal, and not a remark for who sits there.
    """
    return Serving(site, PORT if port is None else port, elsewhere=port is None, told=log.info if log_it else _remark)


class Serving:
    """The page in a thread of its own."""

    def __init__(
        self,
        site: Served,
        port: int,
        host: str = "127.0.0.1",
        *,
        elsewhere: bool = False,
        told: Callable[[str], None] | None = None,
    ) -> None:
        """`elsewhere`: at any free port, when this one is taken. `told` hears where it listens."""
        self._site, self._host, self._port, self._elsewhere = site, host, port, elsewhere
        self._told = told or _remark
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        """Where it listens, once it does."""
        port = self._port
        for each in getattr(self._server, "servers", None) or ():
            port = each.sockets[0].getsockname()[1]
        return f"http://{self._host}:{port}/"

    def start(self) -> None:
        """Listen, and tell where; ends the command when it cannot."""
        logging.getLogger("uvicorn").setLevel(logging.WARNING)
        started = self._started()
        if not started and self._elsewhere:
            self._port = 0
            started = self._started()
        if not started:
            sentence = _("the page cannot listen on {host}:{port}: is another program there? Give another --port")
            stop(NOT_SO, sentence.format(host=self._host, port=self._port))
        self._told(_("the page: {address}").format(address=self.address))
        threading.Thread(target=_warm, args=(self._site,), name="page-warm", daemon=True).start()

    def _started(self) -> bool:
        self._server = server(self._site, self._host, self._port)
        self._thread = threading.Thread(target=self._run, name="page", daemon=True)
        self._thread.start()
        deadline = time.monotonic() + BEGIN_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def stop(self) -> None:
        """Let the answers in hand be given, then listen no more."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(END_SECONDS)

    def _run(self) -> None:
        try:
            if self._server is not None:
                self._server.run()
        except (SystemExit, OSError) as error:  # uvicorn says so when it cannot listen
            log.debug("the page did not start: %s", error)


def _remark(sentence: str) -> None:
    tell(sentence, "bold")


def _warm(site: Served) -> None:
    """The first visitor waits no longer than the second: what is slow is computed once before."""
    from dashboards.views.today import today

    try:
        site.told()
        with site.look() as look:
            today(look)
    except Exception as error:  # whatever is wrong, who asks for the page is told
        log.debug("the page was not warmed: %s", error)

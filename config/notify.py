"""Who is told of alerts, and how: notify.toml in the town's folder, beside town.toml. The only place of addresses.

Secrets (a password of SMTP, the address of a webhook or of an apprise service) stand in files of their own, mode 600:
`TEPOS_SMTP_PASSWORD_FILE` and the files that are named here, relative to this folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import time
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from config.faults import ConfigError, Fault
from config.language import _
from config.settings import read_secret
from config.shape import nearest, shaped
from config.strict import Strict
from config.tomlfile import read_toml
from config.town import Slug, Text

FILE = "notify.toml"
PORTS = {"starttls": 587, "tls": 465, "none": 25}


def _time(text: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise ValueError(_("{text} is no time of day; write 07:30").format(text=repr(text)))
    return text


def _mail(text: str) -> str:
    if not re.fullmatch(r"[^@\s<>\"]+@[^@\s<>\"]+", text) or not text.isprintable():
        raise ValueError(_("{text} is no e-mail address").format(text=repr(text)))
    return text


Address = Annotated[str, AfterValidator(_mail)]
TimeOfDay = Annotated[str, AfterValidator(_time)]
"""In the town's time, as 07:30."""


class Smtp(Strict):
    """The server that takes our mail."""

    host: Text
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """Default 587 with starttls, 465 with tls."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """`none` only for a server on this machine."""
    user: str = ""
    """Its password stands in the file that TEPOS_SMTP_PASSWORD_FILE names."""
    sender: Address
    ca_file: str = ""
    """Certificate of the authority, where the server's is not one that this machine knows."""

    @property
    def at(self) -> int:
        """The port."""
        return self.port or PORTS[self.security]


class Route(Strict):
    """One audience."""

    name: Slug
    """As services-techniques, societe-de-production: it stands in logs, the addresses do not."""
    mail: tuple[Address, ...] = ()
    webhook_files: tuple[Text, ...] = ()
    """Files that hold the address of a webhook each."""
    apprise_files: tuple[Text, ...] = ()
    """Files that hold an address of apprise each (`tepos[notify]`)."""
    sites: tuple[Slug, ...] = ()
    """Only these; none: all."""
    owners: tuple[Text, ...] = ()
    """Only sites of these owners; none: all."""
    immediate: Literal["critical", "major", "minor", "nothing"] = "critical"
    """From which severity on an alert is sent at once; the others stand in the digest."""
    digest: bool = True
    """Whether the daily digest is sent, also when there is nothing to tell."""
    quiet: tuple[TimeOfDay, TimeOfDay] | None = None
    """From when to when nothing is sent but what is critical."""


class Notify(Strict):
    """Everything that notify.toml says."""

    language: Literal["fr", "en"] = "fr"
    digest: TimeOfDay = "07:30"
    smtp: Smtp | None = None
    routes: tuple[Route, ...] = ()


def load_notify(folder: Path, sites: Iterable[str] | None = None) -> Notify | None:
    """The notify.toml of a town's folder; None without one. ConfigError with all its faults.

    `sites`: ids of the town's, to hold the routes against.
    """
    file = folder / FILE
    if not file.exists():
        return None
    found = shaped(Notify, read_toml(file), str(file))
    if faults := list(_faults(str(file), found, None if sites is None else set(sites))):
        raise ConfigError(faults)
    return found


def notify_faults(folder: Path, sites: Iterable[str] | None) -> list[Fault]:
    """What is wrong with the notify.toml of a town's folder; nothing without one."""
    try:
        load_notify(folder, sites)
    except ConfigError as error:
        return error.faults
    return []


def secret_beside(folder: Path, name: str) -> str:
    """The secret in a file named in notify.toml; ConfigError when it cannot be read or others may read it."""
    return read_secret(folder / name, FILE, name)


def minutes(text: str) -> int:
    """Minutes since midnight of a TimeOfDay."""
    at = time.fromisoformat(text)
    return 60 * at.hour + at.minute


def _faults(file: str, found: Notify, sites: set[str] | None) -> Iterator[Fault]:
    local = found.smtp and found.smtp.host in ("localhost", "127.0.0.1", "::1")
    if found.smtp and found.smtp.security == "none" and not local:
        what = _("mail would leave this machine without encryption")
        yield Fault(file, "smtp.security", what, _('write "starttls" or "tls"'))
    names: set[str] = set()
    for number, route in enumerate(found.routes):
        key = f"routes[{number}] ({route.name})"
        if route.name in names:
            yield Fault(file, f"{key}.name", _("another route has this name"), _("give each its own"))
        names.add(route.name)
        if route.mail and found.smtp is None:
            yield Fault(file, f"{key}.mail", _("there is no server to send mail by"), _("add a table [smtp]"))
        if not (route.mail or route.webhook_files or route.apprise_files):
            what = _("this route reaches nobody")
            yield Fault(file, key, what, _("add {example}").format(example='mail = ["…"]'))
        for site in sorted(set(route.sites) - sites) if sites is not None else ():
            what = _('there is no site "{id}" in town.toml').format(id=site)
            yield Fault(file, f"{key}.sites", what, nearest(site, sites or ()))

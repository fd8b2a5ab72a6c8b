"""How this installation is deployed, from the environment: TEPOS_*. What is true about the town stands in its files.

Secrets come only as files (TEPOS_…_FILE), so that they show in no process list and no unit file.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal, TypeVar
from urllib.parse import quote, urlsplit

from config.faults import ConfigError, Fault
from config.language import LANGUAGES, _
from config.shape import nearest

LogLevel = Literal["debug", "info", "warning", "error"]
LOG_LEVELS: tuple[LogLevel, ...] = ("debug", "info", "warning", "error")
VARIABLES = {
    "TEPOS_DATA": "folder of the spool, the embedded store and the locks (default ./data)",
    "TEPOS_STORE": "sqlite:///FILE or influxdb://HOST:8086?org=ORG&bucket=BUCKET (default: store.db in TEPOS_DATA)",
    "TEPOS_TOWN": "folder of the town's files",
    "TEPOS_INFLUX_TOKEN_FILE": "file that holds the token of InfluxDB, readable by its owner only",
    "TEPOS_METEO_FRANCE_KEY_FILE": "file that holds the key of Météo-France's portal, readable by its owner only",
    "TEPOS_CAMS_EMAIL_FILE": "file that holds the e-mail address of a SoDa account, readable by its owner only",
    "TEPOS_OPEN_METEO_KEY_FILE": "file that holds the key of Open-Meteo's paid servers, readable by its owner only",
    "TEPOS_SMTP_PASSWORD_FILE": "file that holds the password of the mail server, readable by its owner only",
    "TEPOS_HEARTBEAT_URL_FILE": "file that holds the address called after each good cycle, readable by its owner only",
    "TEPOS_SPOOL_MAX_MIB": "largest size of the spool (default 256)",
    "TEPOS_RAW_DAYS": "days for which raw readings are kept (default 400); energy stays for good",
    "TEPOS_PUBLIC_URL": "https address at which a proxy shows the page (default: this machine only)",
    "TEPOS_LANG": "fr or en (default: the locale's)",
    "TEPOS_LOG_LEVEL": "debug, info, warning or error (default info)",
}
ENVIRONMENT = "environment"
_SECRETS = {name.removesuffix("_FILE"): name for name in VARIABLES if name.endswith("_FILE")}
_TESTS = "TEPOS_TEST_"  # what the project's own tests tell the programs that they start
_MAX_SECRET = 16 * 1024
_MIB = 2**20
_MAX_MIB = 2**20
_MAX_DAYS = 36_500
T = TypeVar("T")
Choice = TypeVar("Choice", bound=str)


class _Wrong(Exception):
    def __init__(self, what: str, remedy: str) -> None:
        self.what, self.remedy = what, remedy
        super().__init__(what)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of this process."""

    data: Path
    store: str
    town: Path | None = None
    influx_token: str | None = field(default=None, repr=False)
    spool_max_bytes: int = 256 * _MIB
    raw_days: int = 400
    """Raw readings are kept for so long: a year, and what it takes to compare it with."""
    public_url: str | None = None
    """Where a proxy with TLS shows the page; None: only this machine reaches it."""
    language: str | None = None
    """None: the locale's."""
    log_level: LogLevel = "info"
    meteo_france_key: str | None = field(default=None, repr=False)
    cams_email: str | None = field(default=None, repr=False)
    open_meteo_key: str | None = field(default=None, repr=False)
    smtp_password: str | None = field(default=None, repr=False)
    heartbeat_url: str | None = field(default=None, repr=False)

    @classmethod
    def from_environment(cls, env: Mapping[str, str] = os.environ) -> Settings:
        """Read TEPOS_*; an empty variable counts as not set. ConfigError with all faults at once."""
        given = {n: value for n, value in env.items() if n.startswith("TEPOS_") and not n.startswith(_TESTS) and value}
        faults = [_unknown(name) for name in sorted(given) if name not in VARIABLES]

        def read(name: str, parse: Callable[[str], T], default: T) -> T:
            try:
                return parse(given[name]) if name in given else default
            except _Wrong as wrong:
                faults.append(Fault(ENVIRONMENT, name, wrong.what, wrong.remedy))
                return default

        data = read("TEPOS_DATA", _path, Path("data"))
        settings = cls(
            data=data,
            store=read("TEPOS_STORE", _store, f"sqlite:///{quote(str(data / 'store.db'))}"),
            town=read("TEPOS_TOWN", _path, None),
            influx_token=read("TEPOS_INFLUX_TOKEN_FILE", _secret, None),
            spool_max_bytes=read("TEPOS_SPOOL_MAX_MIB", _mib, 256) * _MIB,
            raw_days=read("TEPOS_RAW_DAYS", _days, 400),
            public_url=read("TEPOS_PUBLIC_URL", _public_url, None),
            language=read("TEPOS_LANG", partial(_choice, LANGUAGES), None),
            log_level=read("TEPOS_LOG_LEVEL", partial(_choice, LOG_LEVELS), "info"),
            meteo_france_key=read("TEPOS_METEO_FRANCE_KEY_FILE", _secret, None),
            cams_email=read("TEPOS_CAMS_EMAIL_FILE", _email, None),
            open_meteo_key=read("TEPOS_OPEN_METEO_KEY_FILE", _secret, None),
            smtp_password=read("TEPOS_SMTP_PASSWORD_FILE", _secret, None),
            heartbeat_url=read("TEPOS_HEARTBEAT_URL_FILE", _secret, None),
        )
        if faults:
            raise ConfigError(faults)
        return settings


def read_secret(path: Path, file: str, key: str) -> str:
    """A secret in a file that another file names; ConfigError (there: `file`, `key`) when it cannot be used."""
    try:
        return _secret(str(path))
    except _Wrong as wrong:
        raise ConfigError([Fault(file, key, wrong.what, wrong.remedy)]) from None


def _unknown(name: str) -> Fault:
    if name in _SECRETS:
        what = _("a secret does not stand in the environment, where every process list can show it")
        remedy = _("write it into a file with mode 600 and give that file's path in {name}")
        return Fault(ENVIRONMENT, name, what, remedy.format(name=_SECRETS[name]))
    return Fault(ENVIRONMENT, name, _("tepos knows no such variable"), nearest(name, VARIABLES))


def _path(text: str) -> Path:
    if "\0" in text or not text.strip():
        raise _Wrong(_("{value} is no path").format(value=repr(text)), _("write the path of a folder"))
    return Path(text)


def _store(text: str) -> str:
    remedy = _("write sqlite:///path/to/file.db or influxdb://host:8086?org=ORG&bucket=pv")
    try:
        url = urlsplit(text)
        port_ok = url.port is None or url.port > 0
    except ValueError:
        raise _Wrong(_("this is no address of a store"), remedy) from None
    if url.username or url.password:
        what = _("a secret does not stand in the address of the store")
        raise _Wrong(
            what, _("write it into a file and give that file's path in {name}").format(name="TEPOS_INFLUX_TOKEN_FILE")
        )
    embedded = url.scheme == "sqlite" and not url.netloc and len(url.path) > 1
    server = url.scheme in ("influxdb", "influxdbs") and bool(url.hostname) and port_ok
    if not embedded and not server:
        raise _Wrong(_("{value} is no address of a store").format(value=repr(text)), remedy)
    return text


def _secret(text: str) -> str:
    path = _path(text)
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            raw = file.read(_MAX_SECRET + 1)
    except OSError as error:
        what = _("{path} cannot be read ({reason})").format(path=path, reason=error.strerror)
        raise _Wrong(what, _("write the secret into that file")) from error
    if stat.S_IMODE(mode) & 0o077:
        what = _("others than its owner may read or write {path} (mode {mode})")
        raise _Wrong(what.format(path=path, mode=f"{stat.S_IMODE(mode):o}"), f"chmod 600 {path}")
    secret = raw.decode("ascii", errors="replace").rstrip("\r\n")
    if not raw.strip():
        raise _Wrong(_("{path} is empty").format(path=path), _("write the secret into that file"))
    if not (secret.isascii() and secret.isprintable()) or " " in secret or len(raw) > _MAX_SECRET:
        what = _("{path} holds no token and no key: one line of plain characters").format(path=path)
        raise _Wrong(what, _("write the secret, and nothing else, into that file"))
    return secret


def _email(text: str) -> str:
    address = _secret(text)
    if not all(address.partition("@")):
        what = _("{path} holds no e-mail address").format(path=text)
        raise _Wrong(what, _("write the secret, and nothing else, into that file"))
    return address


def _public_url(text: str) -> str:
    try:
        url = urlsplit(text)
        sound = url.scheme == "https" and bool(url.hostname) and (url.port is None or url.port > 0)
    except ValueError:
        sound = False
    if not sound or url.path.strip("/") or url.query or url.fragment or url.username:
        raise _Wrong(
            _("{value} is no address of a page").format(value=repr(text)), _("write https://energie.example.fr")
        )
    return text.rstrip("/")


def _mib(text: str) -> int:
    # isascii: int() would take the digits of all scripts.
    if not (text.isascii() and text.isdigit() and len(text) < 8 and 1 <= int(text) <= _MAX_MIB):
        remedy = _("write a whole number of MiB from 1 to {most}").format(most=_MAX_MIB)
        raise _Wrong(_("{value} is no size").format(value=repr(text)), remedy)
    return int(text)


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 8 and 1 <= int(text) <= _MAX_DAYS):
        remedy = _("write a whole number of days from 1 to {most}").format(most=_MAX_DAYS)
        raise _Wrong(_("{value} is no number of days").format(value=repr(text)), remedy)
    return int(text)


def _choice(known: tuple[Choice, ...], text: str) -> Choice:
    for choice in known:
        if choice == text.lower():
            return choice
    raise _Wrong(_("{value} is not one of the choices").format(value=repr(text)), nearest(text, known))

"""Where an InfluxDB stands and what to use in it, out of the one line that people write: TEPOS_STORE."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlsplit

from config.language import _


@dataclass(frozen=True, slots=True)
class InfluxAddress:
    """An understood ``influxdb://host:8086?org=ORG&bucket=pv``."""

    origin: str
    """Scheme, host and port for HTTP."""
    org: str
    database: str
    policy: str
    """Retention policy; empty for the default one. The bucket is ``database/policy``, or ``database`` alone."""
    api: str | None
    """``v1`` (`/write`) or ``v2`` (`/api/v2/write`) when the address says so; None: ask the server."""
    shown: str
    """The address again, for people to read."""

    @property
    def bucket(self) -> str:
        """The bucket by its name in InfluxDB 2."""
        return f"{self.database}/{self.policy}" if self.policy else self.database

    def for_rollups(self) -> InfluxAddress:
        """The bucket of the rollups: `pv_rollup` beside `pv`; a retention policy is the samples' alone."""
        database = f"{self.database}_rollup"
        return replace(
            self, database=database, policy="", shown=f"{self.shown.rpartition('bucket=')[0]}bucket={database}"
        )

    @classmethod
    def parse(cls, url: str) -> InfluxAddress:
        """ValueError for an address that makes no sense; its message does not repeat it: it may hold a secret."""
        example = _("write influxdb://host:8086?org=ORG&bucket=pv")
        senseless = ValueError(_("the address of the store cannot be understood: {example}").format(example=example))
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port or 8086
            options = parse_qs(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        except ValueError:
            raise senseless from None
        if parts.scheme not in ("influxdb", "influxdbs") or not host or parts.path.strip("/") or parts.fragment:
            raise senseless
        if "@" in parts.netloc:
            raise ValueError(_("no user or password in the address of the store: put the token into a file"))
        for key, values in options.items():
            if key not in ("org", "bucket", "api") or len(values) > 1:
                raise ValueError(_("unknown or double option {key!r}: {example}").format(key=key, example=example))
        org, bucket, api = (options.get(key, [""])[0] for key in ("org", "bucket", "api"))
        database, _slash, policy = bucket.partition("/")
        if not database:
            raise ValueError(_("the address of the store names no bucket: {example}").format(example=example))
        if api not in ("", "v1", "v2"):
            raise ValueError(_("api={api!r}: write v1 or v2, or leave it away").format(api=api))
        place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        shown = f"{parts.scheme}://{place}?" + (f"org={org}&" if org else "") + f"bucket={bucket}"
        return cls(
            f"{'https' if parts.scheme == 'influxdbs' else 'http'}://{place}", org, database, policy, api or None, shown
        )

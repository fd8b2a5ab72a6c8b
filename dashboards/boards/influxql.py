"""One question of a panel to InfluxDB, as grafana-foundation-sdk wants it: it ships no query of InfluxDB itself.

Two sources of data, as tepos has two buckets: SAMPLES (readings, and how things stand now) and ROLLUPS (energy by
quarter-hour and day, and what lasts). What is written into them: collector.store lineprotocol, influx_rollups, facts.
"""

from __future__ import annotations

from typing import Any

from grafana_foundation_sdk.cog import builder, variants
from grafana_foundation_sdk.models.common import DataSourceRef

SAMPLES, ROLLUPS = "datasource", "bilans"
"""Names of the variables that choose the sources."""
DAYS = "time >= ${__from}ms - 82799999ms AND time <= ${__to}ms"
"""In place of $timeFilter for rows of days: those that touch the period, also when it begins within one. A row stands
at its day's begin; 22:59:59.999, so that after the day of 23 hours none comes in that is over before the period."""


def known(*columns: str) -> str:
    """The condition that these columns of a rollup or fact have a value: a missing one keeps its older value."""
    return rf'"missing" !~ /\b({"|".join(columns)})\b/'


def chosen(tag: str, variable: str) -> str:
    """The condition that a tag is among what a variable chooses, whatever signs its names hold."""
    return f'"{tag}" =~ /^${{{variable}:regex}}$/'


def source(variable: str) -> DataSourceRef:
    """The source that a variable chooses."""
    return DataSourceRef(type_val="influxdb", uid=f"${{{variable}}}")


class InfluxQL(variants.Dataquery):
    """A raw InfluxQL query."""

    def __init__(self, query: str, alias: str = "", ref: str = "A", table: bool = False, of: str = SAMPLES) -> None:
        self.query, self.alias, self.ref_id, self.table, self.of = query, alias, ref, table, of

    def to_json(self) -> dict[str, object]:
        """As a panel holds it."""
        return {
            "refId": self.ref_id,
            "datasource": {"type": "influxdb", "uid": f"${{{self.of}}}"},
            "rawQuery": True,
            "query": self.query,
            "alias": self.alias,
            "resultFormat": "table" if self.table else "time_series",
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> InfluxQL:
        """The inverse."""
        table, of = data["resultFormat"] == "table", data["datasource"]["uid"][2:-1]
        return cls(data["query"], data["alias"], data["refId"], table, of)


class Target(builder.Builder[variants.Dataquery]):
    """The builder of an InfluxQL query: what `with_target` takes."""

    def __init__(self, query: str, alias: str = "", ref: str = "A", *, table: bool = False, of: str = SAMPLES) -> None:
        self._query = InfluxQL(query, alias, ref, table, of)

    def build(self) -> variants.Dataquery:
        """See Builder."""
        return self._query

"""The kinds of panel that the boards use: a figure, a curve, bars, a table, a band of states, a note."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grafana_foundation_sdk.builders import barchart, common, dashboard, stat, statetimeline, table, text, timeseries
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import common as shared
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models.text import TextMode

from dashboards.boards.influxql import ROLLUPS, SAMPLES, Target, source

Panel = Builder[models.Panel]
Query = tuple[str, str]
"""InfluxQL, and what its series is called."""
Steps = Sequence[tuple[float | None, str]]
"""Thresholds: from this value on (None: from below) this colour."""
HEIGHT = 9
GAP_MS = 1_200_000
"""Readings further apart than that are a gap, drawn as one."""
GOOD, FAIR, BAD, CALM = "green", "orange", "red", "blue"
PLAIN: Steps = ((None, CALM),)
ANY_IS_BAD: Steps = ((None, GOOD), (1, BAD))
SHARE: Steps = ((None, BAD), (0.8, FAIR), (0.95, GOOD))


def figure(
    title: str, told: str, unit: str, query: str, *, of: str = ROLLUPS, steps: Steps = PLAIN, width: int = 4,
    height: int = 4, since: str = "", interval: str = "", decimals: float | None = None,
    words: Mapping[str, tuple[str, str]] | None = None,
) -> Panel:  # fmt: skip
    """One number. `since`: its own period (`1h`, `now/d`) instead of the board's; `words`: text and colour by value;
    nothing to show is a dash, not 0."""
    panel = stat.Panel().title(title).description(told).unit(unit).datasource(source(of)).no_value("—")
    panel = panel.with_target(Target(query, title, of=of)).height(height).span(width).thresholds(_thresholds(steps))
    panel = panel.reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]).values(False).fields(""))
    panel = panel.graph_mode(shared.BigValueGraphMode.NONE).color_mode(shared.BigValueColorMode.VALUE)
    if decimals is not None:
        panel = panel.decimals(decimals)
    if since:
        panel = panel.time_from(since)
    if words:
        panel = panel.mappings([_mapping(words)])
    return panel.interval(interval) if interval else panel


def curve(
    title: str, told: str, unit: str, queries: Sequence[Query], *, of: str = SAMPLES, width: int = 12,
    interval: str = "1m", bars: bool = False, stacked: bool = False, low: float | None = 0, gap: int = GAP_MS,
    high: float | None = None,
) -> Panel:  # fmt: skip
    """Lines (or bars) over time; what is missing is a gap. `low`, `high`: the ends of the axis."""
    panel = timeseries.Panel().title(title).description(told).unit(unit).datasource(source(of)).interval(interval)
    for number, (query, alias) in enumerate(queries):
        panel = panel.with_target(Target(query, alias, "ABCDEFGH"[number], of=of))
    style = shared.GraphDrawStyle.BARS if bars else shared.GraphDrawStyle.LINE
    panel = panel.height(HEIGHT).span(width).draw_style(style).line_width(1).span_nulls(gap).fill_opacity(70 * bars)
    legend = common.VizLegendOptions().show_legend(True).display_mode(shared.LegendDisplayMode.LIST)
    panel = panel.legend(legend.placement(shared.LegendPlacement.BOTTOM))
    panel = panel.tooltip(common.VizTooltipOptions().mode(shared.TooltipDisplayMode.MULTI))
    if stacked:
        panel = panel.stacking(common.StackingConfig().mode(shared.StackingMode.NORMAL))
    if low is not None:
        panel = panel.min(low)
    return panel if high is None else panel.max(high)


def bars(title: str, told: str, unit: str, query: str, along: str, *, of: str = ROLLUPS, width: int = 12) -> Panel:
    """One group of bars for each row of a table; `along` is the column below the bars."""
    panel = barchart.Panel().title(title).description(told).unit(unit).datasource(source(of)).min(0)
    panel = panel.with_target(Target(query, table=True, of=of)).x_field(along).height(HEIGHT).span(width)
    return panel.with_transformation(_timeless())


def listing(
    title: str, told: str, unit: str, query: str, columns: Mapping[str, str], *, of: str = SAMPLES, width: int = 24,
    since: str = "", links: Mapping[str, tuple[str, str]] | None = None, renamed: Mapping[str, str] | None = None,
    words: Mapping[str, Mapping[str, tuple[str, str]]] | None = None, sort: str = "",
    hidden: Sequence[str] = (),
) -> Panel:  # fmt: skip
    """A table. `columns`: unit by column; `links`: title and address by column; `renamed`: tags as people read them;
    `words`: text and colour by value, by column; `sort`: the column that stands first, downwards; `hidden`: those
    that only choose the rows."""
    panel = table.Panel().title(title).description(told).unit(unit).datasource(source(of)).no_value("—")
    panel = panel.with_target(Target(query, table=True, of=of)).height(HEIGHT).span(width)
    shown = {name: [models.DynamicConfigValue("unit", of_unit)] for name, of_unit in columns.items()}
    for name, (what, address) in (links or {}).items():
        link = {"title": what, "url": address, "targetBlank": False}
        shown.setdefault(name, []).append(models.DynamicConfigValue("links", [link]))
    for name, known in (words or {}).items():
        mapped = {value: {"text": said, "color": colour} for value, (said, colour) in known.items()}
        mapping = [{"type": "value", "options": mapped}]
        shown.setdefault(name, []).append(models.DynamicConfigValue("mappings", mapping))
    for name, said in (renamed or {}).items():
        shown.setdefault(name, []).append(models.DynamicConfigValue("displayName", said))
    for name, properties in shown.items():
        panel = panel.override_by_name(name, properties)
    if sort:
        panel = panel.sort_by([common.TableSortByFieldState().display_name(sort).desc(True)])
    panel = panel.with_transformation(_timeless(hidden))
    return panel.time_from(since) if since else panel


def states(
    title: str, told: str, query: str, alias: str, words: Mapping[str, tuple[str, str]], *, width: int = 24,
    interval: str = "15m", of: str = SAMPLES,
) -> Panel:  # fmt: skip
    """A band of states for each series; `words`: text and colour of each value."""
    panel = statetimeline.Panel().title(title).description(told).unit("none").datasource(source(of)).interval(interval)
    panel = panel.with_target(Target(query, alias, of=of)).height(HEIGHT).span(width).span_nulls(False)
    return (panel.mappings([_mapping(words)]) if words else panel).merge_values(True)


def note(title: str, told: str, markdown: str, *, width: int = 24, height: int = 4) -> Panel:
    """Words for who reads the board."""
    panel = text.Panel().title(title).description(told).mode(TextMode.MARKDOWN).content(markdown)
    return panel.height(height).span(width)


def _thresholds(steps: Steps) -> dashboard.ThresholdsConfig:
    made = dashboard.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE)
    return made.steps([models.Threshold(value, colour) for value, colour in steps])


def _mapping(words: Mapping[str, tuple[str, str]]) -> models.ValueMap:
    return models.ValueMap({value: models.ValueMappingResult(said, colour) for value, (said, colour) in words.items()})


def _timeless(hidden: Sequence[str] = ()) -> models.DataTransformerConfig:
    """Leaves out the column of InfluxDB's time, which of a sum says nothing, and those hidden."""
    left_out = {"Time": True, **dict.fromkeys(hidden, True)}
    organized = {"excludeByName": left_out, "indexByName": {}, "renameByName": {}}
    return models.DataTransformerConfig("organize", options=organized)

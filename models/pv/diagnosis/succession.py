"""One loss, one finding: who first had no name gets one, and who has a name keeps it while the loss lasts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.claims import Ledger
from models.pv.diagnosis.known import Episode
from models.pv.diagnosis.members import TOWN, Members
from models.pv.diagnosis.sign import Sign

LASTING = frozenset({
    Cause.STRING_OPEN, Cause.INPUT_LOW, Cause.DERATING, Cause.SHADING, Cause.OBSTACLE, Cause.SOILING,
    Cause.DEGRADATION,
})  # fmt: skip
"""Names of losses that last, which were nameless for as long as the evidence was thin."""
MOST = 0.5
"""Share of what is missing of an inverter that a named cause must explain to be the name of all of it."""
_Key = tuple[Cause, str]


def continued(signs: Sequence[Sign], told: Mapping[_Key, object], episodes: Sequence[Episode]) -> list[Sign]:
    """A nameless loss on an inverter that has a named one, of which nothing was told on this day, is still that one."""
    named: dict[str, Episode] = {}
    for one in episodes:
        found = one.finding
        if found.cause in LASTING and (found.cause, found.subject) not in told:
            named.setdefault(found.subject.split("#")[0], one)
    made = []
    for sign in signs:
        finding = named[sign.subject].finding if sign.subject in named else None
        if sign.cause is Cause.UNEXPLAINED and finding is not None and finding.since <= sign.seen:
            sign = replace(
                sign, cause=finding.cause, subject=finding.subject, since=finding.since, seen=finding.seen,
                confidence=finding.confidence, evidence=finding.evidence,
            )  # fmt: skip
        made.append(sign)
    return made


def resumed(episodes: Sequence[Episode], told: Mapping[_Key, object]) -> set[str]:
    """Inverters whose named loss tells of itself again today, after days on which it went on as a nameless one: who
    looks at what is left has to forget that there was one."""
    nameless = {one.finding.subject for one in episodes if one.finding.cause is Cause.UNEXPLAINED}
    back = {
        one.finding.subject.split("#")[0]
        for one in episodes
        if one.finding.cause in LASTING and (one.finding.cause, one.finding.subject) in told
    }
    return back - nameless


def named(
    episodes: Sequence[Episode],
    before: Mapping[_Key, Episode],
    taken: Mapping[_Key, tuple[Sign, float, float]],
    ledger: Ledger,
    members: Members,
    end: int,
) -> tuple[list[Episode], set[str]]:
    """Nameless losses hand all they cost to a cause that was found for them today; whose these were."""
    nameless = {one.finding.subject: one for one in episodes if one.finding.cause is Cause.UNEXPLAINED}
    made, gone = list(episodes), set()
    for place, one in enumerate(made):
        found = one.finding
        key, path = (found.cause, found.subject), found.subject.split("#")[0]
        old = nameless.get(path)
        if old is None or old.finding.until is not None or key in before or found.cause not in LASTING or path == TOWN:
            continue
        missing = float(ledger.missing[members.rows(path)].sum())
        if path in gone or taken[key][1] < MOST * missing:
            continue
        gone.add(path)
        since = min(found.since, old.finding.since)
        lost = float(np.nansum([found.lost_wh, old.finding.lost_wh]))
        made[place] = replace(
            one, finding=replace(found, since=since, seen=min(found.seen, old.finding.seen), lost_wh=lost)
        )
        where = next(number for number, each in enumerate(made) if each.finding is old.finding)
        over = replace(
            old.finding, until=end, lost_wh=0.0, evidence={**old.finding.evidence, "became": str(found.cause)}
        )
        made[where] = replace(old, finding=over)
    return made, gone

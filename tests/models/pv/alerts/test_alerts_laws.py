"""Laws of alerts: whatever is found and whatever people do, the state is legal and no event is told twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from models.pv.alerts.alert import State, fold
from models.pv.alerts.decide import decide
from models.pv.alerts.deed import TEPOS, Deed, What, Why
from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.finding import Finding
from tests.models.pv.alerts.told import DAY, HOUR, PRICE, finding

SUBJECTS = ("town", "ecole", "ecole/inv-1", "ecole/inv-1#2", "ecole/inv-2", "mairie/inv-1")
FINDINGS = st.builds(
    finding,
    st.sampled_from(list(Cause)),
    st.sampled_from(SUBJECTS),
    since=st.integers(0, 40).map(lambda day: day * DAY),
    lost_wh=st.sampled_from([float("nan"), 0.0, 900.0, 20_000.0]),
    missing=st.sampled_from([float("nan"), 0.1, 0.33, 0.66, 1.0]),
    until=st.sampled_from([None, None, None, 41 * DAY]),
)
ACTS = st.tuples(st.sampled_from(list(What)), st.integers(0, 3))
MOMENTS = st.lists(st.tuples(st.lists(FINDINGS, max_size=4), st.lists(ACTS, max_size=2)), max_size=8)
ANY_DEED = st.builds(
    lambda what, number, found, at: Deed(what, "abc"[number], found.subject, at, data=_data(what, found)),
    st.sampled_from(list(What)),
    st.integers(0, 2),
    FINDINGS,
    st.integers(0, 100 * DAY),
)


def _data(what: What, found: Finding) -> dict[str, object]:
    return {"finding": found.to_dict(), "why": str(Why.PERSON), "until": 50 * DAY, "note": what.value}


def live(moments: Sequence[tuple[Sequence[Finding], Sequence[tuple[What, int]]]]) -> list[Deed]:
    deeds: list[Deed] = []
    for hour, (findings, acts) in enumerate(moments):
        at = 42 * DAY + hour * HOUR
        deeds += decide(findings, fold(deeds), at, lambda _site: PRICE)
        known = list(fold(deeds).values())
        for what, place in acts if known else ():
            alert = known[place % len(known)]
            deeds.append(Deed(what, alert.id, alert.subject, at, "services techniques", _data(what, alert.finding)))
    return deeds


@given(st.lists(ANY_DEED, max_size=30))
def test_any_deeds_fold_to_a_legal_state(deeds: list[Deed]) -> None:
    for alert in fold(deeds).values():
        assert (alert.closed is None) == (alert.why is None) == alert.open
        assert alert.acknowledged is None or alert.acknowledged_by == TEPOS
        assert (alert.state(0) is State.CLOSED) == (not alert.open)
        assert alert.reopened <= sum(deed.what is What.REOPENED for deed in deeds)


@given(MOMENTS)
def test_deeds_read_again_and_openings_written_twice_give_the_same_alerts(moments: list) -> None:
    deeds = live(moments)
    kept = [Deed(What(str(d.what)), d.alert, d.subject, d.at, d.by, json.loads(json.dumps(d.data))) for d in deeds]
    twice = [each for deed in kept for each in ([deed, deed] if deed.what is What.OPENED else [deed])]
    assert repr(fold(deeds)) == repr(fold(kept)) == repr(fold(twice))  # repr: NaN is not itself


@given(MOMENTS)
def test_no_event_is_open_twice(moments: list) -> None:
    still = Counter((each.cause, each.subject) for each in fold(live(moments)).values() if each.open)
    assert all(number == 1 for number in still.values()), still


@given(MOMENTS)
def test_deciding_again_at_once_gives_nothing_new(moments: list) -> None:
    deeds = live(moments)
    findings = moments[-1][0] if moments else []
    at = 42 * DAY + len(moments) * HOUR
    deeds += decide(findings, fold(deeds), at, lambda _site: PRICE)
    assert decide(findings, fold(deeds), at, lambda _site: PRICE) == []


@given(MOMENTS)
def test_every_danger_that_is_found_has_an_open_alert(moments: list) -> None:
    dangers = {Cause.INSULATION, Cause.EARTH_LEAKAGE, Cause.ARC}
    deeds = live([(findings, ()) for findings, _acts in moments])
    told = {(each.cause, each.subject) for each in fold(deeds).values() if each.open}
    found = {(f.cause, f.subject) for f in (moments[-1][0] if moments else ()) if f.open and f.cause in dangers}
    assert found <= told

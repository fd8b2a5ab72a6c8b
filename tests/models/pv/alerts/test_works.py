"""Works as facts: what they cover, when they end, what they renew."""

from __future__ import annotations

from datetime import UTC, date

from models.pv.alerts.works import FOREVER, Added, Closed, Kind, fold, for_diagnosis, muted, replaced
from tests.models.pv.alerts.told import DAY


def added(number: int, kind: Kind, scope: str, start: int, **data: object) -> Added:
    return Added(number, scope, start, "services techniques", {"kind": str(kind), **data})


def test_an_outage_without_an_end_lasts_until_somebody_closes_it() -> None:
    outage = added(1, Kind.OUTAGE, "ecole", DAY)
    assert for_diagnosis(fold([outage], []))[0].end == FOREVER
    (closed,) = fold([outage], [Closed(1, 3 * DAY, "disjoncteur refermé"), Closed(1, 9 * DAY), Closed(7, 0)])
    assert (closed.end, closed.closed, closed.note) == (3 * DAY, True, "disjoncteur refermé")


def test_an_outage_silences_what_lies_in_its_scope_while_it_lasts() -> None:
    works = fold([added(1, Kind.OUTAGE, "ecole", DAY, to=2 * DAY)], [])
    seen = [muted(works, *where) for where in (("ecole/inv-1#2", DAY), ("mairie", DAY), ("ecole", 2 * DAY))]
    assert seen == [True, False, False]


def test_a_closing_before_the_beginning_makes_no_negative_outage() -> None:
    (work,) = fold([added(1, Kind.OUTAGE, "ecole", 5 * DAY, to=9 * DAY)], [Closed(1, DAY)])
    assert (work.start, work.end) == (5 * DAY, 5 * DAY)


def test_a_replacement_renews_the_inverters_of_its_scope() -> None:
    works = fold([added(1, Kind.REPLACEMENT, "ecole/inv-1", 3 * DAY), added(2, Kind.CLEANING, "ecole", DAY)], [])
    assert replaced(works, ["ecole/inv-1", "ecole/inv-2"], UTC) == {"ecole/inv-1": (date(1970, 1, 4),)}
